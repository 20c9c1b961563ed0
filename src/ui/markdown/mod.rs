//! Pages of text in the window: CommonMark, code, and formulas between dollar signs.

mod parts;

#[cfg(test)]
pub use parts::formulas;
use parts::{Part, joined, parts};

use super::formula;
use super::theme::{Theme, space, strong_family};
use eframe::egui::{FontFamily, FontId, Frame, Label, RichText, TextStyle, Ui};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};

/// The layout of texts, kept between frames, and the links that are followed within the window.
#[derive(Default)]
pub struct Reader {
    cache: CommonMarkCache,
}

impl Reader {
    /// A reader that follows links to these targets itself.
    pub fn with_links<'a>(targets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut cache = CommonMarkCache::default();
        targets.into_iter().for_each(|target| {
            cache.add_link_hook(target);
        });
        Self { cache }
    }

    /// Show a text; returns the target of a link that was clicked, if the reader follows it.
    pub fn show(&mut self, ui: &mut Ui, text: &str) -> Option<String> {
        let mut followed = None;
        let formula = |ui: &mut Ui, latex: &str, inline: bool| {
            if inline {
                formula::inline_ui(ui, latex);
            } else {
                formula::display_ui(ui, latex);
            }
        };
        for (number, part) in parts(text).into_iter().enumerate() {
            ui.push_id(number, |ui| match part {
                Part::Prose(text) => {
                    CommonMarkViewer::new().render_math_fn(Some(&formula)).show(ui, &mut self.cache, &joined(text));
                    // The next call forgets what was clicked in this one.
                    let clicked = self.cache.link_hooks().iter().find(|(_, clicked)| **clicked);
                    followed = followed.take().or(clicked.map(|(target, _)| target.clone()));
                }
                Part::Formula(latex) => {
                    ui.add_space(space::XS);
                    formula::display_ui(ui, latex);
                    ui.add_space(space::M);
                }
                Part::Fenced(code) => code_ui(ui, code, ""),
                Part::Indented(code) => code_ui(ui, code, "    "),
            });
        }
        followed
    }
}

/// Lines of code on a ground of their own, without the `indent` that marks them in the text.
fn code_ui(ui: &mut Ui, code: &str, indent: &str) {
    let lines: Vec<&str> = code.lines().map(|line| line.strip_prefix(indent).unwrap_or(line)).collect();
    let ground = Frame::new().fill(Theme::of(ui.ctx()).canvas).corner_radius(4).inner_margin(space::M as i8);
    ground.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.add(Label::new(RichText::new(lines.join("\n").trim_end()).monospace()).extend());
    });
    ui.add_space(space::M);
}

/// Text to be read rather than operated: larger than on the panes, and selectable.
pub fn page_style(ui: &mut Ui) {
    let theme = Theme::of(ui.ctx());
    let style = ui.style_mut();
    style.text_styles.extend([
        (TextStyle::Body, FontId::new(14.0, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(22.0, strong_family())),
        (TextStyle::Monospace, FontId::new(12.0, FontFamily::Monospace)),
    ]);
    style.interaction.selectable_labels = true;
    style.visuals.faint_bg_color = theme.canvas;
}
