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
    use crate::ui::markdown::formulas;

    #[test]
    fn every_page_has_a_text_a_picture_and_a_thing_to_do() {
        assert_eq!(TOUR.len(), 10);
        for page in TOUR {
            let Sections { text, picture, to_do } = sections(page.text);
            assert!(text.starts_with(&format!("# {}\n", page.title)), "{}", page.file);
            assert!(!picture.is_empty() && !to_do.is_empty() && !to_do.contains('#'), "{}", page.file);
        }
    }

    #[test]
    fn the_tour_takes_twenty_to_thirty_minutes() {
        let (mut words, mut displayed) = (0, 0);
        for page in TOUR {
            let prose = page.text.replace("$$", "$");
            words += prose.split('$').step_by(2).flat_map(str::split_whitespace).count();
            displayed += formulas(page.text).iter().filter(|(_, display)| *display).count();
        }
        // 200 words a minute, a quarter of a minute for a formula on lines of its own, a minute for each thing to do.
        let minutes = words as f64 / 200.0 + 0.25 * displayed as f64 + TOUR.len() as f64;
        assert!((20.0..=30.0).contains(&minutes), "{words} words, {displayed} formulas: {minutes:.1} minutes");
    }
}
