//! The packages that are linked into Elbow: their licences and sources, and those that are linked twice. `cargo tree`
//! lists the packages of a user's build; `Cargo.lock` has the sources of everything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Licences that a program under MIT or Apache-2.0 may link, or that its fonts may have.
const LICENCES: [&str; 13] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "MIT",
    // Of the file, not of what is linked with it; its sources are on crates.io.
    "MPL-2.0",
    "OFL-1.1",
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that are there in several versions, and who keeps the older ones.
const TWICE: &[(&str, &[&str])] = &[
    (
        "winit 0.30 is older than the clipboard's Wayland",
        &["calloop", "calloop-wayland-source", "smithay-client-toolkit"],
    ),
    ("winit 0.30's calloop", &["linux-raw-sys", "rustix", "thiserror", "thiserror-impl"]),
    ("wayland-backend, whose dispatcher is older than its users'", &["downcast-rs"]),
    ("derive_more", &["convert_case"]),
    ("enumset and nvml-wrapper, at build time", &["darling", "darling_core", "darling_macro"]),
    ("ratex-layout and its lexer", &["bit-set", "bit-vec", "phf", "phf_generator", "phf_macros", "phf_shared"]),
    ("phf's macros, at build time", &["rand", "rand_core"]),
    ("npyz, for the head of an array", &["num-bigint"]),
    ("pest, at npyz's build time", &["object"]),
    ("zip", &["constant_time_eq"]),
    ("burn and its hash maps", &["foldhash", "getrandom", "hashbrown"]),
    ("cubecl-opt", &["hi_sparse_bitset"]),
    ("png", &["miniz_oxide"]),
    ("rfd", &["pollster"]),
    ("naga", &["rustc-hash"]),
    ("most derive macros, at build time", &["syn"]),
];

/// Crates that nobody maintains, and who needs them.
const UNMAINTAINED: &[(&str, &[&str])] = &[("paste", &["burn", "cubecl", "gemm", "macerator", "pulp"])];

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "-e", "normal,build", "--prefix", "none"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The crates of this machine's build: name and version, with their licences.
fn linked() -> BTreeMap<(String, String), String> {
    let tree = cargo(&["tree", "-f", "{p}|{l}"]);
    let entries = tree.lines().filter_map(|line| {
        let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
        let mut words = package.split(' ');
        let (name, version) = (words.next()?.to_string(), words.next()?.trim_start_matches('v').to_string());
        Some(((name, version), licence.to_string()))
    });
    let crates: BTreeMap<_, _> = entries.collect();
    assert!(crates.len() > 200, "{crates:?}");
    crates
}

/// Whether a licence expression (SPDX, or with `/` for `OR` as it was written once) can be met, and by which licences.
fn is_met(expression: &str, used: &mut BTreeSet<&'static str>) -> bool {
    let expression = expression.replace('/', " OR ");
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "_WITH_");
    let mut words = spaced.split_whitespace().map(|word| word.replace("_WITH_", " WITH ")).peekable();
    any(&mut words, used) == Some(true) && words.next().is_none()
}

/// Whether one of these is met; `None` of a text that is no expression.
fn any(
    words: &mut std::iter::Peekable<impl Iterator<Item = String>>,
    used: &mut BTreeSet<&'static str>,
) -> Option<bool> {
    let mut met = all(words, used)?;
    while words.next_if(|word| word == "OR").is_some() {
        met |= all(words, used)?;
    }
    Some(met)
}

fn all(
    words: &mut std::iter::Peekable<impl Iterator<Item = String>>,
    used: &mut BTreeSet<&'static str>,
) -> Option<bool> {
    let mut met = one(words, used)?;
    while words.next_if(|word| word == "AND").is_some() {
        met &= one(words, used)?;
    }
    Some(met)
}

fn one(
    words: &mut std::iter::Peekable<impl Iterator<Item = String>>,
    used: &mut BTreeSet<&'static str>,
) -> Option<bool> {
    let word = words.next()?;
    if word == "(" {
        let met = any(words, used)?;
        return (words.next()? == ")").then_some(met);
    }
    let allowed = LICENCES.iter().find(|allowed| **allowed == word);
    used.extend(allowed);
    Some(allowed.is_some())
}

#[test]
fn licences_are_those_that_elbow_may_link() {
    let mut used = BTreeSet::new();
    let refused: Vec<_> = linked().into_iter().filter(|(_, licence)| !is_met(licence, &mut used)).collect();
    assert!(refused.is_empty(), "not among the licences that are allowed: {refused:#?}");
    let unused: Vec<_> = LICENCES.iter().filter(|licence| !used.contains(*licence)).collect();
    assert!(unused.is_empty(), "no crate has these any more: {unused:?}");
}

#[test]
fn expressions_of_licences_are_read_as_they_are_meant() {
    let met = |expression: &str| is_met(expression, &mut BTreeSet::new());
    for good in
        ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-3.0", "(GPL-3.0 OR MIT) AND ISC", "Apache-2.0 WITH LLVM-exception OR X"]
    {
        assert!(met(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "MIT OR", "(MIT", "(GPL-3.0 OR MIT) AND X", "MIT ISC", "MIT WITH X"] {
        assert!(!met(bad), "{bad}");
    }
}

#[test]
fn every_crate_is_from_the_registry_and_has_a_checksum() {
    let lock = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).expect("Cargo.lock");
    let packages: Vec<&str> = lock.split("[[package]]\n").skip(1).collect();
    assert!(packages.len() > 200);
    for package in packages.iter().filter(|package| !package.starts_with("name = \"elbow\"\n")) {
        let is_there = |line: &str| package.lines().any(|other| other.starts_with(line));
        assert!(is_there("source = \"registry+https://github.com/rust-lang/crates.io-index\""), "{package}");
        assert!(is_there("checksum = \""), "{package}");
    }
}

#[test]
fn crates_in_several_versions_have_a_reason() {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, version) in linked().into_keys() {
        versions.entry(name).or_default().push(version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    let reasoned: BTreeSet<&str> = TWICE.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let new: Vec<_> = versions.iter().filter(|(name, _)| !reasoned.contains(name.as_str())).collect();
    assert!(new.is_empty(), "in several versions, without a reason: {new:?}");
    let gone: Vec<_> = reasoned.iter().filter(|name| !versions.contains_key(**name)).collect();
    assert!(gone.is_empty(), "in one version only, or gone: {gone:?}");
}

#[test]
fn crates_that_nobody_maintains_are_known() {
    for (name, users) in UNMAINTAINED {
        let tree = cargo(&["tree", "-i", name, "--depth", "1"]);
        let needed_by = tree.lines().skip(1).filter_map(|line| line.split([' ', '-']).next());
        let needed_by: BTreeSet<&str> = needed_by.filter(|word| !word.is_empty()).collect();
        assert_eq!(needed_by, users.iter().copied().collect(), "who needs {name}");
    }
}
