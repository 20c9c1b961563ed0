//! The tour: variational inference from its beginning, page by page. Each page has a live picture and one thing to do.

mod after;
mod algorithm;
mod arrange;
mod canvas;
mod densities;
mod draws;
mod gradient;
mod identity;
mod integral;
mod monte_carlo;
mod sections;
mod stage;
mod terms;
mod two_things;
mod wrong;

pub use algorithm::BATCHES;
pub use canvas::Canvas;

use crate::guide::{PAGES, TOUR, page_of_link};
use crate::ui::markdown::{Reader, page_style};
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::theme::{Theme, space};
use crate::ui::tour_request::TourAsks;
use arrange::{Parts, Taken, parts, picture_height, widest_picture};
use eframe::egui::{
    Align, Button, Color32, Frame, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder,
    WidgetInfo, vec2,
};
use sections::{Sections, sections};
use serde::{Deserialize, Serialize};
use stage::{Lesson, Stage, World};

/// Width of the text at most.
const TEXT_MAX: f32 = 640.0;

/// The state of the tour: the page, the things that have been done, and the reader's own small model.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TourPane {
    /// The page, an index of [`TOUR`].
    page: usize,
    world: World,
    draws: draws::Draws,
    integral: integral::Integral,
    identity: identity::TheIdentity,
    terms: terms::Terms,
    monte_carlo: monte_carlo::MonteCarlo,
    gradient: gradient::Gradients,
    algorithm: algorithm::Algorithm,
    two_things: two_things::TwoThings,
    after: after::After,
    wrong: wrong::Wrong,
    #[serde(skip)]
    reader: Option<Reader>,
    #[serde(skip)]
    taken: Option<Taken>,
}

impl Pane for TourPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        self.page = self.page.min(TOUR.len() - 1);
        context.theme.pane_frame().show(ui, |ui| {
            self.head_ui(ui, context.theme);
            let area = ui.available_rect_before_wrap();
            match parts(area, self.page, self.taken) {
                Parts::Two { text, work } => {
                    self.part_ui(ui, context, "text", text, |pane, ui, context| {
                        pane.text_ui(ui, context);
                        ui.add_space(space::XL);
                    });
                    let room = work.height();
                    self.part_ui(ui, context, "picture", work, |pane, ui, context| pane.work_ui(ui, context, room));
                }
                Parts::One(all) => self.part_ui(ui, context, "page", all, |pane, ui, context| {
                    pane.text_ui(ui, context);
                    ui.add_space(space::M);
                    pane.work_ui(ui, context, f32::INFINITY);
                    ui.add_space(space::XL);
                }),
            }
        });
    }
}

impl TourPane {
    /// Open a page, counted from 1.
    pub fn open(&mut self, page: usize) {
        self.page = page.clamp(1, TOUR.len()) - 1;
    }

    /// Whether the thing to do on a page, counted from 1, has been done.
    pub fn is_done(&self, page: usize) -> bool {
        let lessons: [&dyn Lesson; 10] = [
            &self.draws,
            &self.integral,
            &self.identity,
            &self.terms,
            &self.monte_carlo,
            &self.gradient,
            &self.algorithm,
            &self.two_things,
            &self.after,
            &self.wrong,
        ];
        lessons.get(page.wrapping_sub(1)).is_some_and(|lesson| lesson.is_done())
    }

    fn lesson(&mut self) -> (&mut dyn Lesson, &mut World) {
        let lesson: &mut dyn Lesson = match self.page {
            0 => &mut self.draws,
            1 => &mut self.integral,
            2 => &mut self.identity,
            3 => &mut self.terms,
            4 => &mut self.monte_carlo,
            5 => &mut self.gradient,
            6 => &mut self.algorithm,
            7 => &mut self.two_things,
            8 => &mut self.after,
            _ => &mut self.wrong,
        };
        (lesson, &mut self.world)
    }

    /// The pages as dots, and the ways back and on.
    fn head_ui(&mut self, ui: &mut Ui, theme: &Theme) {
        ui.horizontal(|ui| {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                for (index, page) in TOUR.iter().enumerate() {
                    self.dot_ui(ui, theme, index, page.title);
                }
            });
            ui.label(theme.muted(format!("{} of {}", self.page + 1, TOUR.len())));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                let last = self.page + 1 == TOUR.len();
                let done = self.is_done(self.page + 1);
                let text = RichText::new("Next").color(if done { theme.on_accent } else { theme.text });
                let next = Button::new(text).fill(if done { theme.accent } else { theme.raised });
                if ui.add_enabled(!last, next).on_hover_text("The next page.").clicked() {
                    self.page += 1;
                }
                if ui.add_enabled(self.page > 0, Button::new("Back")).on_hover_text("The page before.").clicked() {
                    self.page -= 1;
                }
            });
        });
        ui.add_space(space::S);
    }

    /// A page as a dot: filled once its thing is done, ringed while it is open.
    fn dot_ui(&mut self, ui: &mut Ui, theme: &Theme, index: usize, title: &str) {
        let (rect, response) = ui.allocate_exact_size(vec2(14.0, space::ROW), Sense::click());
        let done = self.is_done(index + 1);
        let fill = if done { theme.accent } else { Color32::TRANSPARENT };
        let edge = if index == self.page || response.hovered() || response.has_focus() {
            Stroke::new(2.0, theme.text_strong)
        } else {
            Stroke::new(1.0, if done { theme.accent } else { theme.text_faint })
        };
        ui.painter().circle(rect.center(), 4.5, fill, edge);
        if response.clicked() {
            self.page = index;
        }
        let spoken = format!("Page {}: {title}{}", index + 1, if done { ", done" } else { "" });
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
        response.on_hover_text(spoken);
    }

    /// A part of the page that scrolls where it must, each page at its own place.
    fn part_ui(
        &mut self,
        ui: &mut Ui,
        context: &mut PaneContext<'_>,
        name: &str,
        place: Rect,
        content: impl FnOnce(&mut Self, &mut Ui, &mut PaneContext<'_>),
    ) {
        ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
            ScrollArea::vertical().id_salt((name, self.page)).auto_shrink([false, false]).show(ui, |ui| {
                // Room for the bar beside the text.
                ui.set_max_width(ui.available_width() - space::M);
                content(self, ui, context);
            });
        });
    }

    /// The text of the page, and what its picture shows.
    fn text_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let Sections { text, picture, .. } = sections(TOUR[self.page].text);
        ui.scope(|ui| {
            page_style(ui);
            ui.set_max_width(ui.available_width().min(TEXT_MAX));
            self.read_ui(ui, context, text);
            ui.add_space(space::S);
            ui.add(Label::new(context.theme.muted("The picture")).selectable(false));
            ui.push_id("picture", |ui| self.read_ui(ui, context, picture));
        });
    }

    /// Text with its links: to pages of the guide.
    fn read_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>, text: &str) {
        let links: Vec<String> = PAGES.iter().map(|page| format!("../{}", page.file)).collect();
        let reader = self.reader.get_or_insert_with(|| Reader::with_links(links.iter().map(String::as_str)));
        let followed = reader.show(ui, text);
        if let Some(file) = followed.as_deref().and_then(|link| link.strip_prefix("../"))
            && page_of_link(file).is_some()
        {
            context.requests.push(Request::Tour(TourAsks::Guide(file.to_owned())));
        }
    }

    /// The picture with its controls, and the thing to do; they have `room` in height.
    fn work_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>, room: f32) {
        let height = picture_height(ui.available_width(), room, self.page, self.taken);
        let drawn = ui.scope(|ui| {
            ui.scope(|ui| {
                ui.set_max_width(ui.available_width().min(widest_picture()));
                ui.push_id(self.page, |ui| {
                    let (lesson, world) = self.lesson();
                    lesson.picture_ui(ui, &mut Stage { world, context, height });
                });
            });
            ui.add_space(space::S);
            self.one_thing_ui(ui, context);
        });
        let taken = Taken { page: self.page, picture: height, total: drawn.response.rect.height() };
        let before = self.taken.replace(taken);
        if before.is_none_or(|before| before.differs_from(&taken)) {
            ui.ctx().request_discard("the picture takes the room that the rest of its page leaves");
            ui.ctx().request_repaint();
        }
    }

    /// The thing to do, and the way on once it is done.
    fn one_thing_ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let theme = context.theme;
        let to_do = sections(TOUR[self.page].text).to_do;
        let done = self.is_done(self.page + 1);
        let ground = if done { theme.accent_soft } else { theme.raised };
        Frame::new().fill(ground).corner_radius(6).inner_margin(space::M as i8).show(ui, |ui| {
            ui.set_width(ui.available_width().min(TEXT_MAX));
            ui.horizontal(|ui| {
                ui.label(theme.strong(if done { "Done" } else { "One thing to do" }));
                if done && self.page + 1 < TOUR.len() {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        let text = RichText::new("Next page").color(theme.on_accent);
                        if ui.add(Button::new(text).fill(theme.accent)).clicked() {
                            self.page += 1;
                        }
                    });
                }
            });
            ui.push_id("to do", |ui| self.read_ui(ui, context, to_do));
        });
    }
}
