//! A page of the guide, divided into text and code. egui_commonmark draws code with a button whose sign no font here
//! has, and as a field without an accessible name, so the window draws code itself.

/// A part of a page.
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
    use crate::guide::PAGES;

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
