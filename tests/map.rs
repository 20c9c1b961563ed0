//! `src/README.md` is the map of the rooms: what it says about them is checked here against the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Circles between files of one room that are kept: the files, and why they may know each other.
const KEPT: &[(&[&str], &str)] = &[];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every `.rs` file below `src`, relative to it, with `/` between its parts.
fn files() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path, found),
                false if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
                false => {}
            }
        }
    }
    let source = root().join("src");
    let mut found = Vec::new();
    walk(&source, &mut found);
    let mut found: Vec<String> =
        found.iter().map(|path| path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/")).collect();
    found.sort();
    found
}

/// The room of a file: the first part of its path; a file beside the rooms is one by itself.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The module path of a file: `a/mod.rs` and `a.rs` are `["a"]`, `a/b.rs` is `["a", "b"]`.
fn module(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "lib" | "main" => Vec::new(),
        _ => path.split('/').map(String::from).collect(),
    }
}

/// A source text as words and punctuation, `::` as one; without comments, literals and what is for tests alone.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let (mut found, mut i): (Vec<String>, usize) = (Vec::new(), 0);
    while i < chars.len() {
        let c = chars[i];
        let raw = (c == 'r' && matches!(at(i + 1), '"' | '#')) || (c == 'b' && at(i + 1) == 'r' && at(i + 2) == '"');
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if raw && chars[i..].iter().find(|c| !matches!(c, 'r' | 'b' | '#')) == Some(&'"') {
            let quote = (i..).find(|&j| chars[j] == '"').unwrap();
            let hashes = chars[i..quote].iter().filter(|c| **c == '#').count();
            let ends = |j: &usize| at(*j) == '"' && (1..=hashes).all(|k| at(j + k) == '#');
            i = (quote + 1..chars.len()).find(ends).unwrap() + hashes + 1;
        } else if c == '"' {
            i += 1;
            while at(i) != '"' {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if c == '\'' && at(i + 1) == '\\' {
            i = (i + 3..).find(|&j| at(j) == '\'').unwrap() + 1;
        } else if c == '\'' && at(i + 2) == '\'' {
            i += 3;
        } else if c.is_alphanumeric() || c == '_' {
            let end =
                (i..chars.len()).find(|&j| !(chars[j].is_alphanumeric() || chars[j] == '_')).unwrap_or(chars.len());
            found.push(chars[i..end].iter().collect());
            i = end;
        } else if c == ':' && at(i + 1) == ':' {
            found.push("::".into());
            i += 2;
        } else {
            if !c.is_whitespace() {
                found.push(c.into());
            }
            i += 1;
        }
    }
    without_tests(found)
}

/// Leave out each `#[cfg(test)]` with the item behind it, which ends at `;` or at the end of its braces.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut i) = (Vec::new(), 0);
    while i < tokens.len() {
        if !tokens[i..].iter().take(mark.len()).eq(mark.iter()) {
            kept.push(tokens[i].clone());
            i += 1;
            continue;
        }
        i += mark.len();
        let mut depth = 0;
        while i < tokens.len() {
            match tokens[i].as_str() {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            i += 1;
            let closed = depth == 0 && matches!(tokens[i - 1].as_str(), ";" | "}");
            // `use a::{b};` ends behind its braces.
            if closed && tokens.get(i).is_none_or(|next| next != ";") {
                break;
            }
        }
    }
    kept
}

/// A path in a source, as written, and whether it is one that the file passes on (`pub use`).
struct Mention {
    path: Vec<String>,
    passed_on: bool,
}

/// Every path of two parts or more, braces spread out; `use a as b` is `a`.
fn mentions(tokens: &[String]) -> Vec<Mention> {
    fn is_word(token: &str) -> bool {
        token.starts_with(|c: char| c.is_alphabetic() || c == '_') || token == "*"
    }
    /// Read a tree that begins at `i`; returns where it ends.
    fn tree(tokens: &[String], mut i: usize, prefix: &[String], found: &mut Vec<Vec<String>>) -> usize {
        let mut path = prefix.to_vec();
        loop {
            match tokens.get(i).map(String::as_str) {
                Some("{") if path.len() > prefix.len() || !prefix.is_empty() => {
                    i += 1;
                    while tokens[i] != "}" {
                        i = tree(tokens, i, &path, found);
                        while tokens[i] != "," && tokens[i] != "}" {
                            i += 1;
                        }
                        if tokens[i] == "," {
                            i += 1;
                        }
                    }
                    return i + 1;
                }
                Some(word) if is_word(word) => {
                    path.push(word.into());
                    i += 1;
                    if tokens.get(i).is_none_or(|token| token != "::") {
                        break;
                    }
                    i += 1;
                }
                // `::<T>`, or the end of a braced path.
                _ => break,
            }
        }
        found.push(path);
        i
    }
    let (mut found, mut i) = (Vec::new(), 0);
    while i < tokens.len() {
        let begins = is_word(&tokens[i])
            && tokens.get(i + 1).is_some_and(|token| token == "::")
            && (i == 0 || tokens[i - 1] != "::");
        if !begins {
            i += 1;
            continue;
        }
        let used = i > 0 && tokens[i - 1] == "use";
        let before = (0..i.saturating_sub(1))
            .rev()
            .find(|&j| !matches!(tokens[j].as_str(), "super" | "crate" | "(" | ")" | "in"));
        let passed_on = used && before.is_some_and(|j| tokens[j] == "pub");
        let mut paths = Vec::new();
        let end = tree(tokens, i, &[], &mut paths);
        // In code a brace behind a path's last part begins a block: only a `use` has trees.
        found.extend(paths.into_iter().map(|path| Mention { path, passed_on }));
        i = end.max(i + 1);
    }
    found
}

struct Source {
    module: Vec<String>,
    mentions: Vec<Mention>,
    tokens: Vec<String>,
}

/// All sources by their paths, and the file of each module.
struct Sources {
    files: BTreeMap<String, Source>,
    modules: BTreeMap<Vec<String>, String>,
}

impl Sources {
    fn read() -> Self {
        let read = |file: String| {
            let tokens = tokens(&std::fs::read_to_string(root().join("src").join(&file)).unwrap());
            (file.clone(), Source { module: module(&file), mentions: mentions(&tokens), tokens })
        };
        // Files of tests have no place on the map.
        let is_test = |file: &String| file.ends_with("/tests.rs");
        let files: BTreeMap<_, _> = files().into_iter().filter(|file| !is_test(file)).map(read).collect();
        let modules = files.iter().filter(|(file, _)| *file != "main.rs");
        let modules = modules.map(|(file, source)| (source.module.clone(), file.clone())).collect();
        Self { files, modules }
    }

    /// The absolute module path of a mention in a file, if it leads into this crate.
    fn absolute(&self, source: &Source, path: &[String]) -> Option<Vec<String>> {
        let mut base = source.module.clone();
        let mut rest = path;
        match path[0].as_str() {
            "crate" => {
                base.clear();
                rest = &path[1..];
            }
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    base.pop()?;
                    rest = &rest[1..];
                }
            }
            child => {
                let mut below = base.clone();
                below.push(child.into());
                self.modules.contains_key(&below).then_some(())?;
            }
        }
        base.extend_from_slice(rest);
        Some(base)
    }

    /// The file that defines what an absolute path names; through `pub use` to where it comes from.
    fn file_of(&self, path: &[String], depth: usize) -> Option<&str> {
        let length = (0..=path.len()).rev().find(|&n| self.modules.contains_key(&path[..n]))?;
        let file = &self.modules[&path[..length]];
        let source = &self.files[file];
        let Some(name) = path.get(length) else { return Some(file) };
        if depth > 8 || source.defines(name) {
            return Some(file);
        }
        for mention in source.mentions.iter().filter(|mention| mention.passed_on) {
            let Some(target) = self.absolute(source, &mention.path) else { continue };
            let (last, parent) = target.split_last()?;
            let whole = if last == "*" { [parent, &[name.clone()]].concat() } else { target.clone() };
            if last == name || last == "*" {
                let found = self.file_of(&whole, depth + 1)?;
                if last == name || self.files[found].defines(name) {
                    return Some(found);
                }
            }
        }
        Some(file)
    }

    /// Which files each file needs, what it passes on left out.
    fn imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let of = |source: &Source| {
            let needed = source.mentions.iter().filter(|mention| !mention.passed_on);
            let paths = needed.filter_map(|mention| self.absolute(source, &mention.path));
            paths.filter_map(|path| self.file_of(&path, 0)).collect::<BTreeSet<_>>()
        };
        let imports = self.files.iter().map(|(file, source)| (file.as_str(), of(source)));
        // SAFETY of the sets: a file that names itself is no import.
        imports
            .map(|(file, mut needed)| {
                needed.remove(file);
                (file, needed)
            })
            .collect()
    }
}

impl Source {
    fn defines(&self, name: &str) -> bool {
        const WORDS: [&str; 8] = ["fn", "struct", "enum", "type", "trait", "const", "static", "union"];
        let item = |pair: &[String]| pair[1] == name && WORDS.contains(&pair[0].as_str());
        let makro = |three: &[String]| three[2] == name && three[0] == "macro_rules";
        self.tokens.windows(2).any(item) || self.tokens.windows(3).any(makro)
    }
}

#[test]
fn debug() {
    let sources = Sources::read();
    let imports = sources.imports();
    let mut rooms: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for (file, needed) in &imports {
        for n in needed {
            if room(n) != room(file) {
                rooms.entry(room(file)).or_default().entry(room(n)).or_default().push(format!("{file}->{n}"));
            }
        }
    }
    for (r, n) in &rooms {
        println!("{r}: {}", n.iter().map(|(k, v)| format!("{k}({})", v.len())).collect::<Vec<_>>().join(" "));
    }
    for circle in circles(&imports) {
        println!("CIRCLE {circle:?}");
        for f in &circle {
            println!("     {f} -> {:?}", imports[f].iter().filter(|n| circle.contains(*n)).collect::<Vec<_>>());
        }
    }
}

/// The strongly connected components of more than one file.
fn circles<'a>(imports: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    let reach = |from: &'a str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(file) = open.pop() {
            for &next in imports.get(file).into_iter().flatten().filter(|next| room(next) == room(from)) {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = imports.keys().map(|&file| (file, reach(file))).collect();
    let circle = |file: &&'a str| -> BTreeSet<&'a str> {
        reached[*file]
            .iter()
            .copied()
            .filter(|other| reached.get(other).is_some_and(|back| back.contains(*file)))
            .collect()
    };
    let found: BTreeSet<BTreeSet<&str>> = imports.keys().map(|file| circle(file)).filter(|c| c.len() > 1).collect();
    found.into_iter().collect()
}
