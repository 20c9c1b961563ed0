//! The pages for readers: links lead somewhere, lists are complete, names are those of the program.

use elbow::experiment::{
    Activation, BetaSchedule, Bound, Choice, Estimator, Initialisation, KlTerm, Length, Likelihood, Optimiser, Penalty,
    Posterior, Prior, Schedule, Source, presets,
};
use elbow::guide::{PAGES, Page, TOUR, page_of_link};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The pages outside `assets/guide`.
fn documents() -> Vec<PathBuf> {
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "src/README.md"]
        .into_iter()
        .map(|name| root().join(name))
        .filter(|path| path.is_file())
        .collect()
}

/// The lines of a text that are no code.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let is_prose = |line: &&str| {
        fenced ^= line.starts_with("```");
        !fenced && !line.starts_with("    ")
    };
    text.lines().filter(is_prose).collect::<Vec<_>>().join("\n")
}

/// Targets of links and pictures: what stands in parentheses behind a square bracket, outside code.
fn targets(text: &str) -> Vec<String> {
    let prose = prose(text);
    let target = |(at, _)| {
        let rest: &str = &prose[at + 2..];
        rest.find(')').map(|end| rest[..end].to_owned())
    };
    prose.match_indices("](").filter_map(target).collect()
}

/// The targets of a page's links; a formula may have brackets too.
fn without_formulas(page: &Page) -> Vec<String> {
    let prose: String = page.text.split('$').step_by(2).collect();
    targets(&prose)
}

fn text_of(file: &str) -> &'static str {
    PAGES[page_of_link(file).unwrap_or_else(|| panic!("no page {file}"))].text
}

#[test]
fn links_lead_to_files() {
    let mut seen = 0;
    for document in documents() {
        for target in targets(&read(&document)) {
            if target.starts_with("https://") || target.starts_with('#') {
                continue;
            }
            let path = document.parent().expect("in a folder").join(target.split('#').next().expect("a first part"));
            assert!(path.exists(), "{}: {target} is not there", document.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} links found");
}

#[test]
fn links_within_the_guide_lead_to_pages() {
    let is_of_the_tour = |target: &str| TOUR.iter().any(|page| page.file == target);
    let mut seen = 0;
    for page in PAGES {
        for target in targets(page.text) {
            if !target.starts_with("https://") {
                let found = page_of_link(&target).is_some() || is_of_the_tour(&target);
                assert!(found, "{}: there is no page {target}", page.file);
                seen += 1;
            }
        }
    }
    for page in TOUR {
        for target in without_formulas(page) {
            let file = target.strip_prefix("../").unwrap_or_else(|| panic!("{}: {target}", page.file));
            assert!(page_of_link(file).is_some(), "{}: there is no page {file}", page.file);
        }
    }
    assert!(seen > 20, "{seen} links found");
}

#[test]
fn the_guide_is_whole() {
    let folder = std::fs::read_dir(root().join("assets/guide")).expect("the guide's folder");
    let names = |folder: std::fs::ReadDir| {
        folder.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name in UTF-8"))
    };
    let files: BTreeSet<String> = names(folder).filter(|name| name != "tour").collect();
    assert_eq!(files, PAGES.iter().map(|page| page.file.to_owned()).collect(), "the list of pages is the folder's");
    let folder = std::fs::read_dir(root().join("assets/guide/tour")).expect("the tour's folder");
    let files: BTreeSet<String> = names(folder).map(|name| format!("tour/{name}")).collect();
    assert_eq!(files, TOUR.iter().map(|page| page.file.to_owned()).collect(), "the list of pages is the folder's");
    for page in TOUR {
        assert_eq!(page.text.lines().next(), Some(format!("# {}", page.title).as_str()), "{}", page.file);
        assert!(text_of("start.md").contains(&format!("({})", page.file)), "start.md does not list {}", page.file);
    }

    let readme = read(&root().join("README.md"));
    let start = text_of("start.md");
    for page in PAGES {
        assert_eq!(page.text.lines().next(), Some(format!("# {}", page.title).as_str()), "{}", page.file);
        let links = |text: &str, target: &str| text.contains(&format!("[{}]({target})", page.title));
        assert!(links(&readme, &format!("assets/guide/{}", page.file)), "README.md does not list {}", page.file);
        assert!(page.file == "start.md" || links(start, page.file), "start.md does not list {}", page.file);
    }
    assert!(readme.lines().count() <= 160, "README.md is short: details belong in the guide");
}

/// The text of every Rust file below a folder.
fn sources(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let text = entries.map(|path| match path.extension() {
        _ if path.is_dir() => sources(&path),
        Some(extension) if extension == "rs" => read(&path),
        _ => String::new(),
    });
    text.collect()
}

#[test]
fn every_promise_has_a_test() {
    let sources = ["src", "tests"].map(|folder| sources(&root().join(folder))).concat();
    let rows = text_of("promises.md").lines().filter(|line| line.starts_with("| ") && !line.contains("kept by"));
    let mut seen = 0;
    for row in rows {
        let (promise, tests) = row.trim_end_matches(" |").rsplit_once(" | ").expect("two cells");
        for name in tests.split(", ") {
            let name = name.strip_prefix('`').and_then(|name| name.strip_suffix('`'));
            let name = name.unwrap_or_else(|| panic!("{promise}: a test is named in backquotes"));
            let attributes =
                sources.split(&format!("fn {name}()")).next().filter(|before| before.len() < sources.len());
            let mut attributes = attributes.unwrap_or_default().lines().rev().map(str::trim);
            let is_test = attributes.by_ref().take_while(|line| line.is_empty() || line.starts_with("#["));
            assert!(is_test.into_iter().any(|line| line == "#[test]"), "{promise}: there is no test {name}");
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen} tests");
}

/// The first author and the year of each citation in a text: "Kingma & Welling 2013", "(Rezende et al. 2014)".
fn citations(text: &str) -> BTreeSet<(String, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_year = |word: &str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    let of_names = |word: &&&str| {
        let bare = word.trim_start_matches('(');
        ["et", "al.", "&"].contains(&bare) || bare.starts_with(char::is_uppercase)
    };
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let year: String = word.chars().filter(char::is_ascii_digit).collect();
        if !is_year(&year) || !is_year(word.trim_end_matches([')', ';', ':', '.', ','])) {
            continue;
        }
        // Backwards from the year: the bracket or the last word that is no name comes before the first author.
        let mut names: Vec<&str> = Vec::new();
        for word in
            words[..at].iter().rev().take_while(|word| of_names(word) && !word.ends_with([';', '.']) || **word == "al.")
        {
            names.push(word);
            if word.starts_with('(') {
                break;
            }
        }
        let first = names.last().unwrap_or_else(|| panic!("who wrote what is cited as {year}?"));
        found.insert((first.trim_start_matches('(').to_owned(), year));
    }
    found
}

#[test]
fn what_the_tour_cites_is_among_the_sources() {
    let listed: Vec<&str> = text_of("sources.md").split("\n- ").skip(1).collect();
    let mut cited = BTreeSet::new();
    for page in TOUR {
        for (author, year) in citations(page.text) {
            let is_it = |entry: &&str| entry.starts_with(&author) && entry.contains(&format!("({year})"));
            assert!(listed.iter().any(is_it), "{} cites {author} {year}", page.file);
            cited.insert((author, year));
        }
    }
    assert_eq!(cited.len(), listed.len(), "every source is cited: {cited:?}");
}

#[test]
fn formulas_are_typeset() {
    // The sentences of the glossary are tooltips, and the sources are titles.
    let plain = ["glossary.md", "sources.md"];
    let signs = ["p(", "q(", "KL[", "E[", "E_q", "log(", "N(0", "q*", "²", "√", "Σ", "∫"];
    for page in PAGES.iter().chain(TOUR).filter(|page| !plain.contains(&page.file)) {
        let mut prose = prose(page.text).lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
        prose = prose.split('`').step_by(2).collect();
        prose = prose.replace("$$", "$").split('$').step_by(2).collect();
        for page in PAGES {
            prose = prose.replace(&format!("[{}]", page.title), "");
        }
        for sign in signs {
            let line = prose.lines().find(|line| line.contains(sign));
            assert!(line.is_none(), "{}: a formula without its dollar signs: {}", page.file, line.unwrap_or_default());
        }
    }
}

#[test]
fn lines_are_at_most_120_columns() {
    let pages = PAGES.iter().chain(TOUR).map(|page| (page.file.to_owned(), page.text.to_owned()));
    let documents = documents().into_iter().map(|path| (path.display().to_string(), read(&path)));
    for (name, text) in pages.chain(documents.filter(|(name, _)| !name.ends_with("CHANGELOG.md"))) {
        for (i, line) in text.lines().enumerate() {
            assert!(line.chars().count() <= 120, "{name}, line {}", i + 1);
        }
    }
}

/// The name of a value as experiment files write it.
fn ron_name(value: impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split([' ', '(', '{']).next().expect("a first part").to_owned()
}

#[test]
fn every_method_and_preset_is_in_the_guide() {
    fn check<M: Choice + std::fmt::Debug>(page: &str) {
        for method in M::ALL {
            let name = ron_name(method);
            let named = [format!("`{name}`"), format!("`{name}(")];
            assert!(named.iter().any(|name| text_of(page).contains(name)), "{page} does not mention {name}");
        }
    }
    check::<Likelihood>("models.md");
    check::<Posterior>("models.md");
    check::<Prior>("models.md");
    check::<Bound>("objectives.md");
    check::<Estimator>("objectives.md");
    check::<KlTerm>("objectives.md");
    check::<Penalty>("objectives.md");
    check::<BetaSchedule>("objectives.md");
    check::<Optimiser>("experiments.md");
    check::<Schedule>("experiments.md");
    check::<Length>("experiments.md");
    check::<Initialisation>("experiments.md");
    check::<Source>("data.md");
    for activation in Activation::ALL {
        assert!(text_of("experiments.md").contains(&format!("`{}`", ron_name(activation))), "{activation:?}");
    }
    for preset in presets() {
        assert!(text_of("experiments.md").contains(&format!("| `{}` |", preset.name)), "{}", preset.name);
    }
}

fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_elbow")).args(arguments).arg("--help").output().expect("it starts");
    String::from_utf8(output.stdout).expect("help is text")
}

#[test]
fn commands_and_flags_of_the_guide_are_the_programs() {
    let page = text_of("command-line.md");
    let help_of_all = help(&[]);
    let commands: Vec<&str> = help_of_all
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|&command| command != "help")
        .collect();
    assert!(commands.len() > 8, "{commands:?}");
    for command in &commands {
        assert!(page.contains(&format!("    elbow {command} ")), "command-line.md does not list {command}");
    }
    // Every flag in a line that shows a command belongs to that command.
    let readme = read(&root().join("README.md"));
    for text in PAGES.iter().map(|page| page.text).chain([readme.as_str()]) {
        for line in text.lines().filter_map(|line| line.trim_start_matches("    ").strip_prefix("elbow ")) {
            let command = line.split_whitespace().next().expect("a word");
            let help = if commands.contains(&command) { help(&[command]) } else { help_of_all.clone() };
            for flag in line.split(|c: char| !(c.is_ascii_lowercase() || c == '-')).filter(|w| w.starts_with("--")) {
                assert!(help.contains(flag), "elbow {line}: there is no {flag}");
            }
        }
    }
}
