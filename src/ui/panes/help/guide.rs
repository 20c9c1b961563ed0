//! The guide: its pages at the left, or in a list over the page where there is no room beside it. A link from page to
//! page is followed within the window.

use super::guide_parts::{Part, parts};
use crate::guide::{PAGES, page_of_link};
use crate::ui::pane::{Pane, PaneContext};
use crate::ui::theme::{Theme, space, strong_family};
use eframe::egui::{
    Align, Button, ComboBox, FontFamily, FontId, Frame, Label, Layout, RichText, ScrollArea, TextStyle, Ui, UiBuilder,
};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};
use serde::{Deserialize, Serialize};

/// Width of the list of pages.
const LIST: f32 = 208.0;
/// Width of a page at least to have the list beside it.
const PAGE_MIN: f32 = 520.0;
/// Width of a page at most: a line of code on it has some 110 columns.
const PAGE_MAX: f32 = 840.0;

/// The guide as it is open.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GuidePane {
    /// The chosen page, an index of [`PAGES`].
    page: usize,
    #[serde(skip)]
    cache: Option<CommonMarkCache>,
}

impl Pane for GuidePane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        context.theme.pane_frame().show(ui, |ui| self.guide_ui(ui));
    }
}

impl GuidePane {
    /// Open the page of this file.
    pub fn open(&mut self, file: &str) {
        self.page = page_of_link(file).unwrap_or(self.page);
    }

    fn guide_ui(&mut self, ui: &mut Ui) {
        // A kept choice may be of a guide with more pages.
        self.page = self.page.min(PAGES.len() - 1);
        let rect = ui.available_rect_before_wrap();
        if rect.width() >= LIST + space::XL + PAGE_MIN {
            let (list, page) = rect.split_left_right_at_x(rect.left() + LIST);
            ui.scope_builder(UiBuilder::new().max_rect(list), |ui| self.list_ui(ui));
            let page = page.with_min_x(page.left() + space::XL);
            ui.scope_builder(UiBuilder::new().max_rect(page), |ui| self.page_ui(ui));
        } else {
            let list = ComboBox::from_id_salt("page").selected_text(PAGES[self.page].title).height(600.0);
            ui.name_inputs("Page of the guide", |ui| {
                list.show_ui(ui, |ui| {
                    for (index, page) in PAGES.iter().enumerate() {
                        ui.selectable_value(&mut self.page, index, page.title);
                    }
                });
            });
            ui.add_space(space::S);
            self.page_ui(ui);
        }
    }

    fn list_ui(&mut self, ui: &mut Ui) {
        ScrollArea::vertical().id_salt("pages").auto_shrink([false, false]).show(ui, |ui| {
            ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
                for (index, page) in PAGES.iter().enumerate() {
                    let entry = Button::selectable(index == self.page, page.title);
                    if ui.add(entry.truncate()).clicked() {
                        self.page = index;
                    }
                }
            });
        });
    }

    fn page_ui(&mut self, ui: &mut Ui) {
        let page = &PAGES[self.page];
        let mut followed = None;
        let cache = self.cache.get_or_insert_with(|| {
            let mut cache = CommonMarkCache::default();
            PAGES.iter().for_each(|page| cache.add_link_hook(page.file));
            cache
        });
        // Every page keeps its own place.
        ScrollArea::both().id_salt(page.file).auto_shrink([false, false]).show(ui, |ui| {
            page_style(ui);
            // Room for the bar beside the text.
            ui.set_max_width((ui.available_width() - space::L).min(PAGE_MAX));
            for (number, part) in parts(page.text).into_iter().enumerate() {
                ui.push_id(number, |ui| match part {
                    Part::Prose(text) => {
                        CommonMarkViewer::new().show(ui, cache, text);
                        // The next call forgets what was clicked in this one.
                        let clicked = cache.link_hooks().iter().find(|(_, clicked)| **clicked);
                        followed = followed.take().or(clicked.map(|(target, _)| target.clone()));
                    }
                    Part::Fenced(code) => code_ui(ui, code, ""),
                    Part::Indented(code) => code_ui(ui, code, "    "),
                });
            }
            ui.add_space(space::XL);
        });
        if let Some(page) = followed.and_then(|target| page_of_link(&target)) {
            self.page = page;
        }
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
fn page_style(ui: &mut Ui) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::accesskit::Role;
    use eframe::egui::{self, Vec2, vec2};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    /// High enough for all of a page to be in sight.
    fn harness(size: Vec2, dark: bool) -> Harness<'static, GuidePane> {
        let mut harness = Harness::builder()
            .with_size(size)
            .with_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light })
            .with_context_setup(Theme::install)
            .wgpu()
            .build_ui_state(|ui: &mut Ui, guide: &mut GuidePane| guide.guide_ui(ui), GuidePane::default());
        harness.run_steps(4);
        harness
    }

    const HIGH: Vec2 = vec2(1_300.0, 4_000.0);

    /// Titles of the pages that a page links to, with the links' texts.
    fn links(text: &str) -> Vec<(String, usize)> {
        text.match_indices("](")
            .filter_map(|(at, _)| {
                let label = &text[text[..at].rfind('[')? + 1..at];
                let target = &text[at + 2..at + text[at..].find(')')?];
                // A link's text may be broken over two lines.
                page_of_link(target).map(|page| (label.replace('\n', " "), page))
            })
            .collect()
    }

    #[test]
    fn every_page_opens_from_the_list() {
        let mut harness = harness(HIGH, true);
        for (index, page) in PAGES.iter().enumerate() {
            harness.get_by_role_and_label(Role::Button, page.title).click();
            harness.run_steps(3);
            assert_eq!(harness.state().page, index);
            let heading = page.text.lines().next().expect("a heading").trim_start_matches("# ");
            assert!(harness.query_all_by_role_and_label(Role::Label, heading).next().is_some(), "{heading}");
        }
    }

    #[test]
    fn links_between_pages_are_followed_inside_the_window() {
        let mut harness = harness(HIGH, false);
        let mut followed = 0;
        for (index, page) in PAGES.iter().enumerate() {
            for (label, target) in links(page.text) {
                harness.state_mut().page = index;
                harness.run_steps(3);
                let link = harness.get_all_by_role_and_label(Role::Link, &label).next().expect("get_all finds one");
                // A link that is broken over two lines has no text at its middle.
                link.click_accesskit();
                harness.run_steps(3);
                assert!(PAGES[harness.state().page].file != page.file, "{}: “{label}” leads nowhere", page.file);
                followed += usize::from(harness.state().page == target);
            }
        }
        assert!(followed > 20, "{followed}");
    }

    /// Pictures of every page for the eye:
    /// `ELBOW_PICTURES=/tmp/pictures cargo test --release --lib guide -- --ignored`.
    #[test]
    #[ignore = "writes pictures for the eye; nothing is asserted"]
    fn pictures_of_every_page() {
        let Ok(folder) = std::env::var("ELBOW_PICTURES") else { return };
        for dark in [true, false] {
            for (index, page) in PAGES.iter().enumerate() {
                let mut harness = harness(vec2(1_300.0, 1_400.0), dark);
                harness.state_mut().page = index;
                harness.run_steps(4);
                let shade = if dark { "dark" } else { "light" };
                harness
                    .render()
                    .expect("a picture")
                    .save(format!("{folder}/guide_{}_{shade}.png", page.file))
                    .expect("a file");
            }
        }
    }

    #[test]
    fn a_narrow_guide_has_its_pages_in_a_list_that_opens() {
        let mut harness = harness(vec2(420.0, 900.0), true);
        harness.get_by_label("Page of the guide").click();
        harness.run_steps(3);
        harness.get_by_role_and_label(Role::Button, "The ledger").click();
        harness.run_steps(3);
        assert_eq!(PAGES[harness.state().page].file, "ledger.md");
    }
}
