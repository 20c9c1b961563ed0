//! A page of text, divided into prose, code and formulas. egui_commonmark draws code with a button whose sign no font
//! here has, and as a field without an accessible name, so the window draws code itself; a formula on lines of its own
//! stands in their middle.

/// A part of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Headings, paragraphs, lists and tables, as CommonMark.
    Prose(&'a str),
    /// A formula on lines of its own, between two dollar signs and two, as LaTeX.
    Formula(&'a str),
    /// Lines of code between fences.
    Fenced(&'a str),
    /// Lines of code that begin with four spaces.
    Indented(&'a str),
}

/// The parts of a page, in order. The guide writes no code inside a list.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    const FENCE: &str = "```";
    const MATH: &str = "$$";
    let mut parts = Vec::new();
    let mut rest = text;
    let mut prose = 0;
    let mut after_blank = true;
    while prose < rest.len() {
        let line_end = rest[prose..].find('\n').map_or(rest.len(), |at| prose + at + 1);
        let line = &rest[prose..line_end];
        let fenced = line.starts_with(FENCE);
        let formula = after_blank && line.starts_with(MATH);
        let indented = after_blank && line.starts_with("    ");
        if !fenced && !formula && !indented {
            after_blank = line.trim().is_empty();
            prose = line_end;
            continue;
        }
        parts.push(Part::Prose(&rest[..prose]));
        if formula {
            let latex = &rest[prose + MATH.len()..];
            let (latex, after) = latex.split_once(MATH).unwrap_or((latex, ""));
            parts.push(Part::Formula(latex.trim()));
            rest = after;
        } else if fenced {
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

/// A text whose formulas have the punctuation that follows them within them, so that no line begins with it.
pub fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut pieces = text.split('$').enumerate().peekable();
    let mut taken = 0;
    while let Some((index, piece)) = pieces.next() {
        let piece = &piece[std::mem::take(&mut taken)..];
        joined.push_str(piece);
        let Some((_, next)) = pieces.peek() else { break };
        let mark = next.chars().next().filter(|mark| ",.:;".contains(*mark));
        if let (1, Some(mark)) = (index % 2, mark) {
            joined.push_str(r"\text{");
            joined.push(mark);
            joined.push('}');
            taken = 1;
        }
        joined.push('$');
    }
    joined
}

/// The formulas of a text in their order, each as LaTeX and whether it stands on lines of its own.
#[cfg(test)]
pub fn formulas(text: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    for part in parts(text) {
        match part {
            Part::Formula(latex) => found.push((latex, true)),
            Part::Prose(text) => {
                // Between backquotes a dollar sign is one.
                let spoken = text.split('`').step_by(2);
                found.extend(spoken.flat_map(|text| text.split('$').skip(1).step_by(2)).map(|latex| (latex, false)));
            }
            Part::Fenced(_) | Part::Indented(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::{PAGES, TOUR};

    #[test]
    fn a_formula_is_within_a_line_or_on_lines_of_its_own() {
        let text = "Of $x$ and\n`$HOME`:\n\n$$a\n= b$$\n\nthen $z$.\n";
        assert_eq!(parts(text)[1], Part::Formula("a\n= b"));
        assert_eq!(formulas(text), [("x", false), ("a\n= b", true), ("z", false)]);
    }

    #[test]
    fn punctuation_stays_with_its_formula() {
        assert_eq!(joined("Of $x$, $y$ and $z$."), r"Of $x\text{,}$ $y$ and $z\text{.}$");
        assert_eq!(joined("no formula: 1."), "no formula: 1.");
    }

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
        for page in PAGES.iter().chain(TOUR) {
            let is_word = |word: &&str| !word.starts_with("```") && *word != "$$";
            let words = |text: &str| text.replace("$$", " $$ ").split_whitespace().filter(is_word).count();
            let of_parts: usize = parts(page.text)
                .iter()
                .map(|part| match part {
                    Part::Prose(text) | Part::Formula(text) | Part::Fenced(text) | Part::Indented(text) => words(text),
                })
                .sum();
            assert_eq!(of_parts, words(page.text), "{}", page.file);
        }
    }
}
