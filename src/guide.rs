//! The guide: one page a subject, the same text in the repository (`assets/guide`) and in the window's help. The
//! library knows the pages as text; how they are drawn is the window's affair.

/// A page of the guide.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its name in lists, which is also its heading.
    pub title: &'static str,
    /// Its file in `assets/guide`: `ledger.md`. Links from page to page use it.
    pub file: &'static str,
    /// CommonMark with tables.
    pub text: &'static str,
}

macro_rules! pages {
    ($($title:literal: $file:literal,)*) => {
        /// Every page, in the order to read them.
        pub const PAGES: &[Page] = &[
            $(Page { title: $title, file: $file, text: include_str!(concat!("../assets/guide/", $file)) },)*
        ];
    };
}

pages! {
    "Start here": "start.md",
    "The window": "window.md",
    "The ledger": "ledger.md",
    "Measuring log p(x)": "evidence.md",
    "The posterior microscope": "microscope.md",
    "The gradient lab": "gradients.md",
    "Experiments and presets": "experiments.md",
    "Likelihoods, posteriors, priors": "models.md",
    "Objectives": "objectives.md",
    "Where others differ": "differences.md",
    "Data": "data.md",
    "The command line": "command-line.md",
    "Run folders": "run-folder.md",
    "Devices and determinism": "devices.md",
    "Speed": "speed.md",
    "Elbow as a library": "library.md",
    "Extending Elbow": "extending.md",
}

/// The place in [`PAGES`] of the page that a link leads to, if it leads to one.
pub fn page_of_link(target: &str) -> Option<usize> {
    PAGES.iter().position(|page| page.file == target)
}

/// A stretch of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Headings, paragraphs, lists and tables, as CommonMark.
    Prose(&'a str),
    /// Lines of code between fences.
    Fenced(&'a str),
    /// Lines of code that begin with four spaces.
    Indented(&'a str),
}

/// The parts of a page, in order. The guide writes no code inside a list.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    const FENCE: &str = "```";
    let mut parts = Vec::new();
    let mut rest = text;
    let mut prose = 0;
    let mut after_blank = true;
    while prose < rest.len() {
        let line_end = rest[prose..].find('\n').map_or(rest.len(), |at| prose + at + 1);
        let line = &rest[prose..line_end];
        let fenced = line.starts_with(FENCE);
        let indented = after_blank && line.starts_with("    ");
        if !fenced && !indented {
            after_blank = line.trim().is_empty();
            prose = line_end;
            continue;
        }
        parts.push(Part::Prose(&rest[..prose]));
        if fenced {
            let code = &rest[line_end..];
            let end = code.find(FENCE).unwrap_or(code.len());
            parts.push(Part::Fenced(&code[..end]));
            rest = code[end..].split_once('\n').map_or("", |(_, rest)| rest);
        } else {
            let code = &rest[prose..];
            let is_code = |line: &&str| line.trim().is_empty() || line.starts_with("    ");
            let end = code.split_inclusive('\n').take_while(is_code).map(str::len).sum();
            parts.push(Part::Indented(code[..end].trim_end()));
            rest = &code[end..];
        }
        (prose, after_blank) = (0, true);
    }
    parts.push(Part::Prose(rest));
    parts.retain(|part| !matches!(part, Part::Prose(text) if text.trim().is_empty()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_falls_into_prose_and_code() {
        let text = "# A\n\n    one\n\n    two\n\nThen\n\n```rust\nfn f() {}\n```\nend\n";
        let found = parts(text);
        assert_eq!(
            found,
            [
                Part::Prose("# A\n\n"),
                Part::Indented("    one\n\n    two"),
                Part::Prose("Then\n\n"),
                Part::Fenced("fn f() {}\n"),
                Part::Prose("end\n"),
            ]
        );
        // Nothing but blank lines and fences is lost.
        for page in PAGES {
            let words = |text: &str| text.split_whitespace().filter(|word| !word.starts_with("```")).count();
            let of_parts: usize = parts(page.text)
                .iter()
                .map(|part| match part {
                    Part::Prose(text) | Part::Fenced(text) | Part::Indented(text) => words(text),
                })
                .sum();
            assert_eq!(of_parts, words(page.text), "{}", page.file);
        }
    }
}
