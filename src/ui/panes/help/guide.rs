//! The guide: its pages at the left, or in a list over the page where there is no room beside it. A link from page to
//! page is followed within the window.

use crate::guide::{PAGES, TOUR, page_of_link};
use crate::ui::markdown::{Reader, page_style};
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::theme::space;
use crate::ui::tour_request::TourAsks;
use eframe::egui::{Align, Button, ComboBox, Layout, ScrollArea, Ui, UiBuilder};
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
    reader: Option<Reader>,
}

impl Pane for GuidePane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let tour = context.theme.pane_frame().show(ui, |ui| self.guide_ui(ui)).inner;
        context.requests.extend(tour.map(|page| Request::Tour(TourAsks::Page(page))));
    }
}

impl GuidePane {
    /// Open the page of this file.
    pub fn open(&mut self, file: &str) {
        self.page = page_of_link(file).unwrap_or(self.page);
    }

    /// Show the guide; returns the page of the tour, counted from 1, that a link leads to.
    fn guide_ui(&mut self, ui: &mut Ui) -> Option<usize> {
        // A kept choice may be of a guide with more pages.
        self.page = self.page.min(PAGES.len() - 1);
        let rect = ui.available_rect_before_wrap();
        if rect.width() >= LIST + space::XL + PAGE_MIN {
            let (list, page) = rect.split_left_right_at_x(rect.left() + LIST);
            ui.scope_builder(UiBuilder::new().max_rect(list), |ui| self.list_ui(ui));
            let page = page.with_min_x(page.left() + space::XL);
            ui.scope_builder(UiBuilder::new().max_rect(page), |ui| self.page_ui(ui)).inner
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
            self.page_ui(ui)
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

    fn page_ui(&mut self, ui: &mut Ui) -> Option<usize> {
        let page = &PAGES[self.page];
        let reader =
            self.reader.get_or_insert_with(|| Reader::with_links(PAGES.iter().chain(TOUR).map(|page| page.file)));
        let area = ScrollArea::both().id_salt(page.file).auto_shrink([false, false]);
        // Every page keeps its own place.
        let followed = area.show(ui, |ui| {
            page_style(ui);
            // Room for the bar beside the text.
            ui.set_max_width((ui.available_width() - space::L).min(PAGE_MAX));
            let followed = reader.show(ui, page.text);
            ui.add_space(space::XL);
            followed
        });
        let target = followed.inner?;
        self.page = page_of_link(&target).unwrap_or(self.page);
        TOUR.iter().position(|page| page.file == target).map(|index| index + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Theme;
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
            .build_ui_state(
                |ui: &mut Ui, guide: &mut GuidePane| {
                    guide.guide_ui(ui);
                },
                GuidePane::default(),
            );
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
