//! The fonts that formulas are set in: those of KaTeX.

use eframe::egui::{FontData, FontFamily};
use std::sync::Arc;

/// The fonts of KaTeX that the window's formulas use.
const FONTS: [&str; 13] = [
    "Main-Regular",
    "Main-Bold",
    "Main-Italic",
    "Math-Italic",
    "Math-BoldItalic",
    "AMS-Regular",
    "Caligraphic-Regular",
    "SansSerif-Regular",
    "Typewriter-Regular",
    "Size1-Regular",
    "Size2-Regular",
    "Size3-Regular",
    "Size4-Regular",
];

/// The fonts of formulas: the name of each, its family, and its data.
pub fn font_families() -> Vec<(String, FontFamily, Arc<FontData>)> {
    let load = |font: &&str| {
        let bytes = ratex_katex_fonts::ttf_bytes(&format!("KaTeX_{font}.ttf"))?;
        Some((format!("KaTeX {font}"), family_of(font), Arc::new(FontData::from_owned(bytes.into_owned()))))
    };
    FONTS.iter().filter_map(load).collect()
}

/// The family of a font; text's for a font that is not among them.
pub fn family_of(font: &str) -> FontFamily {
    match FONTS.contains(&font) {
        true => FontFamily::Name(format!("formula {font}").into()),
        false => FontFamily::Proportional,
    }
}
