//! A bitmap font of 5 × 9 pixels, so that a label looks the same on every machine: seven rows stand on the baseline,
//! two hang below it. The glyphs are drawn in `font.txt`: sixteen beside each other, nine lines per block, `#` is ink.

use std::sync::LazyLock;

/// Width of a glyph in pixels.
pub const GLYPH_WIDTH: usize = 5;
/// Height of a glyph in pixels.
pub const GLYPH_HEIGHT: usize = 9;
/// Distance from one character to the next in pixels.
pub const ADVANCE: usize = GLYPH_WIDTH + 1;

/// The font's characters after the printable ASCII ones. The first is the box that stands for every unknown character.
const EXTRA: &str = "▒βμσεθλπτφ±×·→…";
const GLYPHS_PER_BLOCK: usize = 16;

static LINES: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("font.txt").lines().collect());

/// Width of a line of text in pixels, without the gap after its last character.
pub fn width(text: &str) -> usize {
    (text.chars().count() * ADVANCE).saturating_sub(ADVANCE - GLYPH_WIDTH)
}

/// The inked pixels of a line of text, as (x, y) from its top left corner.
pub fn ink(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    text.chars().enumerate().flat_map(|(position, c)| {
        let index = glyph_index(c);
        let (block, column) = (index / GLYPHS_PER_BLOCK, index % GLYPHS_PER_BLOCK);
        (0..GLYPH_HEIGHT).flat_map(move |y| {
            let line = LINES[block * (GLYPH_HEIGHT + 1) + y].as_bytes();
            (0..GLYPH_WIDTH)
                .filter(move |x| line[column * ADVANCE + x] == b'#')
                .map(move |x| (position * ADVANCE + x, y))
        })
    })
}

/// The index of a character in the font. Minus signs, dashes, subscript and superscript digits use the plain glyph.
fn glyph_index(c: char) -> usize {
    let plain = match c {
        '−' | '–' | '—' | '‐' | '‑' => '-',
        '₀'..='₉' => char::from(b'0' + (c as u32 - '₀' as u32) as u8),
        '⁰' | '⁴'..='⁹' => char::from(b'0' + (c as u32 - '⁰' as u32) as u8),
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '\u{a0}' | '\u{2009}' | '\u{202f}' => ' ',
        _ => c,
    };
    let printable = '~' as usize - ' ' as usize + 1;
    match plain {
        ' '..='~' => plain as usize - ' ' as usize,
        _ => printable + EXTRA.chars().position(|extra| extra == plain).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all() -> impl Iterator<Item = char> {
        (' '..='~').chain(EXTRA.chars())
    }

    #[test]
    fn the_font_file_has_a_glyph_for_every_character() {
        assert_eq!(LINES.len(), all().count().div_ceil(GLYPHS_PER_BLOCK) * (GLYPH_HEIGHT + 1) - 1);
        let mut seen = BTreeSet::new();
        for c in all() {
            let pixels: Vec<_> = ink(&c.to_string()).collect();
            assert_eq!(pixels.is_empty(), c == ' ', "{c:?}");
            assert!(pixels.iter().all(|&(x, y)| x < GLYPH_WIDTH && y < GLYPH_HEIGHT), "{c:?}");
            assert!(seen.insert(pixels), "{c:?} looks like another character");
        }
    }

    #[test]
    fn digits_and_signs_take_their_plain_form() {
        let look = |text: &str| ink(text).collect::<Vec<_>>();
        assert_eq!(look("z₀₁₉ −1.5²"), look("z019 -1.52"));
        assert_eq!(look("⁰¹²³⁴⁹"), look("012349"));
        assert_eq!(look("日"), look("▒"));
    }

    #[test]
    fn width_covers_all_ink() {
        for text in ["", "M", "KL 2.31", "z₁₂"] {
            assert!(ink(text).all(|(x, _)| x < width(text)), "{text}");
        }
        assert_eq!(width(""), 0);
        assert_eq!(width("M"), 5);
        assert_eq!(width("MM"), 11);
    }
}
