//! A page of the tour in its parts: the text, what the picture shows, the thing to do.

/// The parts of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sections<'a> {
    /// Heading and text.
    pub text: &'a str,
    /// The description of the live picture.
    pub picture: &'a str,
    /// The one thing to do.
    pub to_do: &'a str,
}

/// Divide a page at its two headings.
pub fn sections(page: &str) -> Sections<'_> {
    let (text, rest) = page.split_once("\n## The picture\n").unwrap_or((page, ""));
    let (picture, to_do) = rest.split_once("\n## One thing to do\n").unwrap_or((rest, ""));
    Sections { text, picture: picture.trim(), to_do: to_do.trim() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::TOUR;

    #[test]
    fn every_page_has_a_text_a_picture_and_a_thing_to_do() {
        assert_eq!(TOUR.len(), 10);
        let mut words = 0;
        for page in TOUR {
            let Sections { text, picture, to_do } = sections(page.text);
            assert!(text.starts_with(&format!("# {}\n", page.title)), "{}", page.file);
            assert!(!picture.is_empty() && !to_do.is_empty() && !to_do.contains('#'), "{}", page.file);
            words += page.text.split_whitespace().count();
        }
        // At 150 words a minute, formulas and all, it takes 20 minutes to read: the rest of 30 is for the pictures.
        assert!(words < 3_200, "{words} words");
    }
}
