//! A group of the form that can be folded to one line with a summary.

use super::fields::{Form, count_badge};
use super::marks::is_within;
use crate::experiment::Severity;
use eframe::egui::{
    self, Align2, CursorIcon, FontId, Id, Role, Sense, TextStyle, Ui, WidgetInfo, collapsing_header::CollapsingState,
    collapsing_header::paint_default_icon, pos2, vec2,
};

/// A group of fields.
pub struct Section<'a> {
    pub title: &'a str,
    /// The group in a few words, shown beside the title.
    pub summary: &'a str,
    /// Prefixes of the paths of the group's fields, for the number of problems.
    pub paths: &'a [&'a str],
    pub open: bool,
}

impl Section<'_> {
    pub fn show(self, ui: &mut Ui, form: &mut Form<'_>, body: impl FnOnce(&mut Ui, &mut Form<'_>)) {
        let id = Id::unique(("section", self.title));
        let mut state = CollapsingState::load_with_default_open(ui.ctx(), id, self.open);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click());
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, state.is_open(), self.title));
        if response.clicked() {
            state.toggle(ui);
        }
        let is_asked_for = |path: &str| self.paths.iter().any(|whole| is_within(path, whole));
        if form.go_to.is_some_and(is_asked_for) {
            state.set_open(true);
        }
        if ui.is_rect_visible(rect) {
            self.paint_header(ui, form, rect, &response, state.openness(ui.ctx()));
        }
        state.show_body_unindented(ui, |ui| {
            egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 4, top: 2, bottom: 10 }).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                body(ui, form);
            });
        });
        ui.painter().hline(rect.x_range(), ui.min_rect().bottom(), ui.visuals().widgets.noninteractive.bg_stroke);
    }

    fn paint_header(&self, ui: &mut Ui, form: &Form<'_>, rect: egui::Rect, response: &egui::Response, openness: f32) {
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 4.0, ui.visuals().widgets.hovered.weak_bg_fill.gamma_multiply(0.5));
        }
        let icon = egui::Rect::from_center_size(pos2(rect.left() + 8.0, rect.center().y), vec2(10.0, 10.0));
        paint_default_icon(ui, openness, &response.clone().with_new_rect(icon));
        let visuals = ui.visuals();
        let body = TextStyle::Body.resolve(ui.style());
        let title = ui.painter().text(
            pos2(rect.left() + 20.0, rect.center().y),
            Align2::LEFT_CENTER,
            self.title,
            body.clone(),
            visuals.strong_text_color(),
        );
        let problems = || self.paths.iter().flat_map(|path| form.marks.within(path));
        let errors = problems().filter(|problem| problem.is_error()).count();
        let warnings = problems().count() - errors;
        let mut right = rect.right() - 4.0;
        if errors > 0 {
            count_badge(ui, rect, errors, Severity::Error);
            right -= 28.0;
        } else if warnings > 0 {
            count_badge(ui, rect, warnings, Severity::Warning);
            right -= 28.0;
        }
        let font = FontId { size: body.size - 1.0, ..body };
        let room = right - title.right() - 12.0;
        let mut job =
            egui::text::LayoutJob::simple_singleline(self.summary.to_owned(), font, visuals.weak_text_color());
        job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(0.0));
        let galley = ui.painter().layout_job(job);
        let at = pos2(right - galley.size().x, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, visuals.weak_text_color());
    }
}
