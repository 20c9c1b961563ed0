//! `src/README.md` is the map of the rooms. What it says is held against the sources: which rooms there are, who may
//! import whom, who knows burn and egui, and that the files and types it names exist.

mod source;
mod sources;

use sources::{Sources, circles, room};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where files of one room may import each other in a circle, and why. A folder stands for all that lies in it.
const KEPT: &[(&[&str], &str)] = &[
    (
        &[
            "experiment/architecture.rs",
            "experiment/data.rs",
            "experiment/method/",
            "experiment/mod.rs",
            "experiment/objective.rs",
            "experiment/training.rs",
        ],
        "an experiment holds its methods, and a method says why it does not fit an experiment",
    ),
    (&["data/jpeg/"], "one walk through one format: the frame, its bits and its scans"),
    (&["kernels/cpu/"], "the operations and the bodies they are made of"),
    (&["kernels/gpu/"], "the operations and the kernels they launch, by the same helpers"),
    (&["kernels/optimiser/"], "the step that chooses among the rules, and the rules"),
    (&["ui/app.rs", "ui/app/"], "one type in several files"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn map() -> String {
    std::fs::read_to_string(folder().join("README.md")).unwrap()
}

/// A row of the table of rooms.
struct Room {
    name: String,
    knows: Vec<String>,
}

/// The rows between the heading "The rooms" and the next, from the ground floor up.
fn rooms(map: &str) -> Vec<Room> {
    let section = map.split("## The rooms").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let rooms = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let name = cells[0].split('`').nth(1).unwrap().trim_end_matches('/').trim_end_matches(".rs").into();
        Room { name, knows: cells[2].split(',').map(|word| word.trim().to_string()).collect() }
    });
    rooms.collect()
}

/// The words between backquotes.
fn quoted(map: &str) -> Vec<&str> {
    map.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_table_has_every_room_and_no_other() {
    let listed: BTreeSet<String> = rooms(&map()).into_iter().map(|room| room.name).collect();
    let sources = Sources::read(&folder());
    let there: BTreeSet<&str> = sources.files.keys().map(|file| room(file)).filter(|name| !is_root(name)).collect();
    assert_eq!(listed.iter().map(String::as_str).collect::<BTreeSet<_>>(), there);
}

/// `lib.rs` and `main.rs` open the rooms and lie in none.
fn is_root(room: &str) -> bool {
    ["lib", "main"].contains(&room)
}

#[test]
fn imports_point_upward() {
    let names: Vec<String> = rooms(&map()).into_iter().map(|room| room.name).collect();
    let floor = |name: &str| names.iter().position(|other| other == name);
    let sources = Sources::read(&folder());
    let mut wrong = Vec::new();
    for (file, needed) in sources.imports().into_iter().filter(|(file, _)| !is_root(room(file))) {
        let down = needed.into_iter().filter(|other| is_root(room(other)) || floor(room(other)) > floor(room(file)));
        wrong.extend(down.map(|other| format!("{file} imports {other}")));
    }
    assert_eq!(wrong, [""; 0], "a room imports only rooms above it in the table");
}

#[test]
fn only_the_rooms_that_say_so_know_burn_or_egui() {
    let sources = Sources::read(&folder());
    for Room { name, knows } in rooms(&map()) {
        let own: Vec<_> = sources.files.iter().filter(|(file, _)| room(file) == name).collect();
        for (library, words) in [("burn", &["burn", "cubecl"][..]), ("egui", &["egui", "eframe"])] {
            let known = own.iter().find(|(_, source)| words.iter().any(|word| source.has(word)));
            let known = known.map(|(file, _)| file);
            assert_eq!(knows.iter().any(|word| word == library), known.is_some(), "{name} and {library}: {known:?}");
        }
    }
}

#[test]
fn no_circle_is_kept_without_a_reason() {
    let sources = Sources::read(&folder());
    let imports = sources.imports();
    let found = circles(&imports);
    let lies_in = |circle: &BTreeSet<&str>, kept: &[&str]| {
        circle
            .iter()
            .all(|file| kept.iter().any(|place| file == place || (place.ends_with('/') && file.starts_with(place))))
    };
    let mut new = String::new();
    for circle in found.iter().filter(|circle| !KEPT.iter().any(|(kept, _)| lies_in(circle, kept))) {
        let needs = |file: &&str| imports[*file].intersection(circle).copied().collect::<Vec<_>>().join(", ");
        new.extend(circle.iter().map(|file| format!("{file} imports {}\n", needs(file))));
        new.push('\n');
    }
    assert!(new.is_empty(), "files that import each other in a circle:\n{new}");
    for (kept, reason) in KEPT {
        assert!(found.iter().any(|circle| lies_in(circle, kept)), "no circle any more: {kept:?}, {reason}");
    }
}

#[test]
fn files_that_the_map_names_exist() {
    let map = map();
    let is_path = |text: &&str| text.contains('/') && !text.contains(['…', '*', ' ', '<', '(']);
    let (root, folder) = (folder().parent().unwrap().to_owned(), folder());
    let paths: Vec<&str> = quoted(&map).into_iter().filter(is_path).collect();
    assert!(paths.len() > 30, "{paths:?}");
    let missing: Vec<_> =
        paths.iter().filter(|path| !folder.join(path).exists() && !root.join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn types_and_functions_that_the_map_names_exist() {
    let map = map();
    let sources = Sources::read(&folder());
    let is_name = |text: &&str| {
        let words = text.split("::").all(|part| part.chars().all(|c| c.is_alphanumeric() || c == '_'));
        words && (text.contains("::") || text.starts_with(char::is_uppercase))
    };
    let names: Vec<&str> = quoted(&map).into_iter().filter(is_name).collect();
    assert!(names.len() > 20, "{names:?}");
    let is_there = |word: &str| sources.files.values().any(|source| source.has(word));
    let missing: Vec<_> = names.iter().filter(|name| !name.split("::").all(is_there)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn lines_fit_a_page() {
    let map = map();
    let long: Vec<&str> = map.lines().filter(|line| line.chars().count() > 120).collect();
    assert!(long.is_empty(), "{long:#?}");
}
