//! Every formula of the bundled pages can be laid out, drawn and said.

use super::*;
use crate::guide::{PAGES, TOUR};
use crate::ui::formula_fonts::{family_of, font_families};
use crate::ui::markdown::formulas;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

#[test]
fn every_formula_of_the_pages_is_laid_out_and_said() {
    let mut seen = 0;
    for page in PAGES.iter().chain(TOUR) {
        for (latex, display) in formulas(page.text) {
            let laid = laid(latex, display);
            assert!(laid.wrong.is_none(), "{}: {latex}: {:?}", page.file, laid.wrong);
            assert!(!laid.items.is_empty() && laid.width > 0.0, "{}: {latex}", page.file);
            let words = spoken(latex);
            assert!(!words.contains(['\\', '$']) && !words.is_empty(), "{}: {latex}: {words}", page.file);
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen} formulas");
}

#[test]
fn no_command_of_the_pages_is_said_by_its_name() {
    let operators = ["log", "max"];
    let mut seen = 0;
    for page in PAGES.iter().chain(TOUR) {
        for (latex, _) in formulas(page.text) {
            for command in latex.split('\\').skip(1) {
                let name: String = command.chars().take_while(char::is_ascii_alphabetic).collect();
                let said = spoken(&format!("\\{name}"));
                assert!(name.is_empty() || operators.contains(&name.as_str()) || said != name, "{}: {name}", page.file);
                seen += 1;
            }
        }
    }
    assert!(seen > 500, "{seen} commands");
}

#[test]
fn every_glyph_of_the_pages_is_in_a_font_of_the_window() {
    use ratex_types::display_item::DisplayItem;
    let fonts: Vec<_> = font_families().into_iter().map(|(_, family, _)| family).collect();
    for page in PAGES.iter().chain(TOUR) {
        for (latex, display) in formulas(page.text) {
            for item in &laid(latex, display).items {
                let DisplayItem::GlyphPath { font, .. } = item else { continue };
                assert!(fonts.contains(&family_of(font)), "{}: {latex}: {font}", page.file);
            }
        }
    }
}

#[test]
fn a_formula_has_words_and_a_wrong_one_says_what_is_wrong() {
    let draw = |latex: &'static str| {
        Harness::builder().with_context_setup(Theme::install).build_ui(move |ui| {
            display_ui(ui, latex);
        })
    };
    let harness = draw(r"\log p(x) \ge \mathrm{ELBO}");
    assert!(harness.query_by_label("log p(x) ≥ ELBO").is_some());
    assert!(laid(r"\frac{1}{", true).wrong.is_some());
    draw(r"\frac{1}{").run_steps(2);
}
