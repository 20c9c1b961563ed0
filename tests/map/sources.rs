//! All sources, and which needs which.

use super::source::{Mention, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// For each file those that it needs.
pub type Imports<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The sources by their paths below `src`, without those for tests alone; and the file of each module.
pub struct Sources {
    pub files: BTreeMap<String, Source>,
    modules: BTreeMap<Vec<String>, String>,
}

/// The room of a file: the first part of its path; a file beside the rooms is one by itself.
pub fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

impl Sources {
    pub fn read(folder: &Path) -> Self {
        let mut paths = Vec::new();
        walk(folder, &mut paths);
        let read = |path: PathBuf| {
            let file = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            let source = Source::new(&file, &std::fs::read_to_string(&path).unwrap());
            (file, source)
        };
        let mut files: BTreeMap<String, Source> = paths.into_iter().map(read).collect();
        let of_tests: Vec<Vec<String>> = files.values().flat_map(test_modules).collect();
        files.retain(|_, source| !of_tests.iter().any(|module| source.module.starts_with(module)));
        // The binary is no module of the library.
        let modules = files.iter().filter(|(file, _)| *file != "main.rs");
        let modules = modules.map(|(file, source)| (source.module.clone(), file.clone())).collect();
        Self { files, modules }
    }

    /// The files that each file needs. Names that it only passes on (`pub use`) do not count: a room's front door names
    /// all that lies behind it.
    pub fn imports(&self) -> Imports<'_> {
        let of = |(file, source): (&'_ String, &'_ Source)| {
            let needed = source.mentions.iter().filter(|mention| !mention.passed_on);
            let paths = needed.filter_map(|mention| self.absolute(source, &mention.path, true));
            let files = paths.filter_map(|path| self.file_of(&path, 0)).filter(|other| other != file);
            files.map(|other| self.files.get_key_value(other).unwrap().0.as_str()).collect()
        };
        self.files.iter().map(|entry| (entry.0.as_str(), of(entry))).collect()
    }

    /// The path from the crate's root of what a file calls `path`; `None` for what is not this crate's.
    fn absolute(&self, source: &Source, path: &[String], by_name: bool) -> Option<Vec<String>> {
        let mut base = source.module.clone();
        let supers = path.iter().take_while(|part| *part == "super").count();
        let rest = match path[0].as_str() {
            "crate" => {
                base.clear();
                &path[1..]
            }
            "self" => &path[1..],
            "super" => {
                base.truncate(base.len().checked_sub(supers)?);
                &path[supers..]
            }
            child => {
                let below = [base.as_slice(), &[child.to_owned()]].concat();
                if !self.modules.contains_key(&below) {
                    // A name that a `use` of this file stands for.
                    let stands =
                        |mention: &&Mention| mention.used && mention.path.last().is_some_and(|last| last == child);
                    let used = source.mentions.iter().find(stands).filter(|_| by_name)?;
                    let whole = [used.path.as_slice(), &path[1..]].concat();
                    return self.absolute(source, &whole, false);
                }
                path
            }
        };
        base.extend_from_slice(rest);
        Some(base)
    }

    /// The file in which stands what an absolute path names: through `pub use` to where it comes from.
    fn file_of(&self, path: &[String], depth: usize) -> Option<&str> {
        let length = (0..=path.len()).rev().find(|&n| self.modules.contains_key(&path[..n]))?;
        let file = self.modules[&path[..length]].as_str();
        let source = &self.files[file];
        let Some(name) = path.get(length).filter(|name| !source.defines(name) && depth < 8) else { return Some(file) };
        let passed_on = source.mentions.iter().filter(|mention| mention.passed_on);
        let found = passed_on.filter_map(|mention| self.absolute(source, &mention.path, false)).find_map(|target| {
            let (last, parent) = target.split_last()?;
            match last.as_str() {
                "*" => {
                    let found = self.file_of(&[parent, &path[length..]].concat(), depth + 1)?;
                    self.files[found].defines(name).then_some(found)
                }
                last => (last == name).then(|| self.file_of(&[&target, &path[length + 1..]].concat(), depth + 1))?,
            }
        });
        found.or(Some(file))
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.extension() {
            _ if path.is_dir() => walk(&path, found),
            Some(ending) if ending == "rs" => found.push(path),
            _ => {}
        }
    }
}

fn test_modules(source: &Source) -> impl Iterator<Item = Vec<String>> + '_ {
    source.test_modules.iter().map(|name| [source.module.as_slice(), std::slice::from_ref(name)].concat())
}

/// The largest sets of files of one room in which each needs each other, by way of others or not.
pub fn circles<'a>(imports: &Imports<'a>) -> BTreeSet<BTreeSet<&'a str>> {
    let reach = |from: &'a str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(file) = open.pop() {
            let next = imports[file].iter().filter(|next| room(next) == room(from));
            open.extend(next.filter(|next| seen.insert(**next)));
        }
        seen
    };
    let reached: Imports<'a> = imports.keys().map(|&file| (file, reach(file))).collect();
    let circle = |file: &&'a str| {
        let others = reached[file].iter().copied();
        others.filter(|other| reached[other].contains(file)).collect::<BTreeSet<_>>()
    };
    reached.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}
