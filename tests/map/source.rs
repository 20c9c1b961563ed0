//! A source text as words: which paths it mentions, what it defines.

/// A path of two parts or more, as written.
#[derive(Debug, PartialEq)]
pub struct Mention {
    pub path: Vec<String>,
    /// Passed on by `pub use`, not used here.
    pub passed_on: bool,
    /// Brought in by `use`, so that its last part stands for it.
    pub used: bool,
}

/// The facts about a file that the map's tests need.
pub struct Source {
    /// `["a", "b"]` for `a/b.rs` and `a/b/mod.rs`.
    pub module: Vec<String>,
    pub mentions: Vec<Mention>,
    /// Modules below it that are for tests alone.
    pub test_modules: Vec<String>,
    words: Vec<String>,
}

impl Source {
    /// Read a text; `file` is its path below `src`.
    pub fn new(file: &str, text: &str) -> Self {
        let (words, test_modules) = without_tests(&words(text));
        Self { module: module(file), mentions: mentions(&words), test_modules, words }
    }

    /// Whether an item of this name stands in the file.
    pub fn defines(&self, name: &str) -> bool {
        const ITEMS: [&str; 7] = ["fn", "struct", "enum", "type", "trait", "const", "static"];
        let item = |pair: &[String]| pair[1] == name && ITEMS.contains(&pair[0].as_str());
        let rules = |three: &[String]| three[2] == name && three[0] == "macro_rules";
        self.words.windows(2).any(item) || self.words.windows(3).any(rules)
    }

    /// Whether a word occurs in the file at all.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|other| other == word)
    }
}

fn module(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs");
    match path.strip_suffix("/mod").unwrap_or(path) {
        "lib" | "main" => Vec::new(),
        path => path.split('/').map(String::from).collect(),
    }
}

/// A text as words and punctuation, `::` as one; without comments and literals.
fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let in_word = |i: &usize| at(*i).is_alphanumeric() || at(*i) == '_';
    let (mut found, mut i): (Vec<String>, usize) = (Vec::new(), 0);
    while i < chars.len() {
        if at(i) == '/' && at(i + 1) == '/' {
            i = (i..).find(|&j| j >= chars.len() || at(j) == '\n').unwrap();
        } else if let Some(end) = end_of_raw(&chars, i) {
            i = end;
        } else if at(i) == '"' {
            i += 1;
            while at(i) != '"' {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if at(i) == '\'' && at(i + 1) == '\\' {
            i = (i + 3..).find(|&j| at(j) == '\'').unwrap() + 1;
        } else if at(i) == '\'' && at(i + 2) == '\'' {
            i += 3;
        } else if in_word(&i) {
            let end = (i..).find(|j| !in_word(j)).unwrap();
            found.push(chars[i..end].iter().collect());
            i = end;
        } else if at(i) == ':' && at(i + 1) == ':' {
            found.push("::".into());
            i += 2;
        } else {
            if !at(i).is_whitespace() {
                found.push(at(i).into());
            }
            i += 1;
        }
    }
    found
}

/// Where a raw literal that begins at `i` ends, such as `r#"…"#`.
fn end_of_raw(chars: &[char], i: usize) -> Option<usize> {
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let inside_word = i > 0 && (at(i - 1).is_alphanumeric() || at(i - 1) == '_');
    let start = if at(i) == 'b' { i + 1 } else { i };
    let quote = (start + 1..).find(|&j| at(j) != '#')?;
    if inside_word || at(start) != 'r' || at(quote) != '"' {
        return None;
    }
    let hashes = quote - start - 1;
    let ends = |j: &usize| at(*j) == '"' && (1..=hashes).all(|k| at(j + k) == '#');
    (quote + 1..chars.len()).find(ends).map(|end| end + hashes + 1)
}

/// Leave out each `#[cfg(test)]` with the item behind it; the modules among them are named.
fn without_tests(words: &[String]) -> (Vec<String>, Vec<String>) {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut modules, mut i) = (Vec::new(), Vec::new(), 0);
    while i < words.len() {
        if !words[i..].iter().take(MARK.len()).eq(MARK.iter()) {
            kept.push(words[i].clone());
            i += 1;
            continue;
        }
        i += MARK.len();
        let start = i;
        let mut depth = 0;
        loop {
            match words[i].as_str() {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            i += 1;
            // An item ends at `;`, or behind its braces; `use a::{b};` has both.
            let closed = depth == 0 && matches!(words[i - 1].as_str(), ";" | "}");
            if closed && words.get(i).is_none_or(|next| next != ";") {
                break;
            }
        }
        let item = &words[start..i];
        if let Some(name) = item.iter().take(3).position(|word| word == "mod") {
            modules.push(item[name + 1].clone());
        }
    }
    (kept, modules)
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_') || word == "*"
}

/// Every path of two parts or more, braces spread out; of `use a as b` it is `a`.
fn mentions(words: &[String]) -> Vec<Mention> {
    let (mut found, mut i) = (Vec::new(), 0);
    let is = |i: usize, word: &str| words.get(i).is_some_and(|other| other == word);
    while i < words.len() {
        let begins = is_name(&words[i]) && is(i + 1, "::") && (i == 0 || !is(i - 1, "::"));
        if !begins {
            i += 1;
            continue;
        }
        let used = i > 0 && is(i - 1, "use");
        let visibility = ["super", "crate", "in", "(", ")"];
        let before = words[..i.saturating_sub(1)].iter().rev().find(|word| !visibility.contains(&word.as_str()));
        let passed_on = used && before.is_some_and(|word| word == "pub");
        let mut paths = Vec::new();
        i = tree(words, i, &[], &mut paths);
        found.extend(paths.into_iter().map(|path| Mention { path, passed_on, used }));
    }
    found
}

/// Read the paths that begin at `i`; returns where they end. A brace is part of a path only behind `::`.
fn tree(words: &[String], mut i: usize, prefix: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    loop {
        match words.get(i).map(String::as_str) {
            Some("{") => {
                i += 1;
                while words[i] != "}" {
                    i = tree(words, i, &path, found);
                    while words[i] != "," && words[i] != "}" {
                        i += 1;
                    }
                    i += usize::from(words[i] == ",");
                }
                return i + 1;
            }
            Some(word) if is_name(word) => {
                path.push(word.into());
                i += 1;
                if words.get(i).is_none_or(|word| word != "::") {
                    break;
                }
                i += 1;
            }
            // `::<T>`.
            _ => break,
        }
    }
    found.push(path);
    i
}

#[test]
fn paths_are_read_as_rust_reads_them() {
    let text = r###"
        //! use crate::comment::X;
        use crate::a::{self, b::{C, d}, e::*};
        pub(crate) use super::f::G;
        const TEXT: &str = "crate::text::X"; const RAW: &str = r#"" crate::raw::X"#; const QUOTE: char = '"';
        #[cfg(test)]
        use crate::h::{I};
        fn j(k: &'static str) -> l::M { super::n::o::<P>(k).q; R::S { t: '\'' } }
        #[cfg(test)]
        mod tests { use crate::u::V; }
        #[cfg(test)]
        pub mod w;
    "###;
    let source = Source::new("x/y.rs", text);
    let found: Vec<String> = source.mentions.iter().map(|mention| mention.path.join("::")).collect();
    let expected = ["crate::a::self", "crate::a::b::C", "crate::a::b::d", "crate::a::e::*", "super::f::G", "l::M"];
    assert_eq!(found[..6], expected);
    assert_eq!(found[6..], ["super::n::o", "R::S"]);
    let passed_on: Vec<usize> = (0..found.len()).filter(|&i| source.mentions[i].passed_on).collect();
    assert_eq!((passed_on, source.mentions.iter().filter(|mention| mention.used).count()), (vec![4], 5));
    assert_eq!((source.module.join("::"), source.test_modules.join(" ")), ("x::y".into(), "tests w".into()));
    assert!(source.defines("j") && source.defines("QUOTE") && !source.defines("V") && !source.defines("C"));
}
