//! The bundled experiments as a course: what each shows, what to look at, what it costs, and a picture where there is
//! one.

use super::frame::modal;
use super::reply::{ModalOutcome, Reply};
use crate::experiment::{self, Preset, PresetGroup, presets};
use crate::ui::controls::matches;
use crate::ui::preset_pictures::PresetPictures;
use crate::ui::text;
use crate::ui::theme::{Theme, space, strong_family};
use eframe::egui::{
    Align2, Color32, Context, FontId, Key, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, TextStyle, Ui,
    Vec2, WidgetInfo, text::LayoutJob, text::TextWrapping, vec2,
};

/// Least width of a card in points; as many cards stand side by side as fit.
const CARD: f32 = 380.0;
const CARD_HEIGHT: f32 = 104.0;
/// Width of a card's picture in points.
const PICTURE: f32 = 152.0;

/// The open gallery.
#[derive(Default)]
pub struct GalleryDialog {
    query: String,
    /// The search field takes the keyboard when the gallery opens.
    focused: bool,
    pictures: PresetPictures,
}

impl GalleryDialog {
    /// Draw the gallery; `present` is the name of the experiment in the form.
    pub(super) fn show(&mut self, ctx: &Context, present: &str) -> ModalOutcome {
        let size = ctx.content_rect().size();
        let width = (size.x - 120.0).min(1_240.0);
        modal(ctx, "Presets", width, |ui| {
            let hint = "Search: banana, collapse, IWAE, Kingma…";
            let field = TextEdit::singleline(&mut self.query).hint_text(hint).desired_width(f32::INFINITY);
            let field = ui.add(field).accessible_name("Search presets");
            if !std::mem::replace(&mut self.focused, true) {
                field.request_focus();
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let found: Vec<&Preset> = presets().iter().filter(|preset| is_found(preset, &self.query)).collect();
            let mut chosen = found.first().filter(|_| entered && !self.query.is_empty()).map(|preset| preset.name);
            let height = (size.y - 190.0).max(160.0);
            ScrollArea::vertical().auto_shrink([false, true]).max_height(height).min_scrolled_height(height).show(
                ui,
                |ui| {
                    // Room for the bar beside the cards.
                    ui.set_max_width(ui.available_width() - space::M);
                    if found.is_empty() {
                        ui.label(Theme::of(ctx).muted("No preset has all of these words."));
                    }
                    for group in PresetGroup::ALL {
                        let cards: Vec<&Preset> = found.iter().copied().filter(|it| it.group == group).collect();
                        if !cards.is_empty() {
                            chosen = self.group_ui(ui, group, &cards, present).or(chosen);
                        }
                    }
                },
            );
            chosen.map_or(ModalOutcome::StayOpen, |name| ModalOutcome::Reply(Box::new(Reply::Preset(name))))
        })
    }

    /// Draw a heading and its cards; returns the preset that was chosen.
    fn group_ui(&mut self, ui: &mut Ui, group: PresetGroup, cards: &[&Preset], present: &str) -> Option<&'static str> {
        let theme = Theme::of(ui.ctx());
        ui.horizontal(|ui| {
            ui.label(theme.strong(group.title()));
            ui.label(theme.muted(group.about()));
        });
        let columns = ((ui.available_width() + space::S) / (CARD + space::S)).floor().max(1.0);
        let width = ((ui.available_width() - space::S * (columns - 1.0)) / columns).floor();
        let mut chosen = None;
        for row in cards.chunks(columns as usize) {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                for preset in row {
                    if self.card_ui(ui, preset, width, preset.name == present) {
                        chosen = Some(preset.name);
                    }
                }
            });
        }
        ui.add_space(space::S);
        chosen
    }

    /// Draw the card of a preset; returns whether it was chosen.
    fn card_ui(&mut self, ui: &mut Ui, preset: &Preset, width: f32, present: bool) -> bool {
        let theme = Theme::of(ui.ctx());
        let (rect, response) = ui.allocate_exact_size(vec2(width, CARD_HEIGHT), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, present, preset.name));
        if ui.is_rect_visible(rect) {
            let fill = if response.hovered() || response.has_focus() { theme.hovered } else { theme.raised };
            let edge = if present || response.has_focus() { theme.accent } else { theme.hairline };
            ui.painter().rect(rect, 6.0, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
            let inside = rect.shrink(space::S);
            let mut words = inside;
            if PresetPictures::has(preset.name) {
                let picture = Rect::from_min_size(inside.min, vec2(PICTURE.min(0.4 * width), inside.height()));
                self.pictures.paint(ui, preset.name, picture);
                words = inside.with_min_x(picture.right() + space::M);
            }
            words_ui(ui, theme, preset, words);
        }
        response
            .on_hover_ui(|ui| {
                ui.set_max_width(460.0);
                match experiment::preset(preset.name) {
                    Ok(preset) => ui.label(preset.notes),
                    Err(error) => ui.label(error.to_string()),
                };
            })
            .clicked()
    }
}

/// Write name and cost of a preset, what it shows, and what to look at.
fn words_ui(ui: &Ui, theme: &Theme, preset: &Preset, rect: Rect) {
    let painter = ui.painter_at(rect);
    let small = TextStyle::Small.resolve(ui.style());
    let body = FontId { size: small.size + 1.0, ..small.clone() };
    let cost = text::rough_duration(60.0 * preset.minutes);
    let cost = painter.text(rect.right_top(), Align2::RIGHT_TOP, cost, small.clone(), theme.text_muted);
    let lines = |text: &str, font: &FontId, colour: Color32, width: f32, rows: usize| {
        let mut job = LayoutJob::simple(text.to_owned(), font.clone(), colour, width);
        job.wrap = TextWrapping { max_width: width, max_rows: rows, ..TextWrapping::default() };
        painter.layout_job(job)
    };
    let title = FontId::new(13.0, strong_family());
    let title = lines(preset.name, &title, theme.text_strong, rect.width() - cost.width() - space::S, 1);
    let shows = lines(preset.shows, &body, theme.text, rect.width(), 2);
    let look = lines(&format!("Look at: {}", lower_first(preset.look)), &small, theme.text_muted, rect.width(), 2);
    let mut at = rect.min;
    for (galley, gap) in [(title, 3.0), (shows, 4.0), (look, 0.0)] {
        let height = galley.size().y;
        painter.galley(at, galley, theme.text);
        at += Vec2::new(0.0, height + gap);
    }
}

/// A sentence that goes on after a colon.
fn lower_first(sentence: &str) -> String {
    match sentence.strip_prefix("The ") {
        Some(rest) => format!("the {rest}"),
        None => sentence.to_owned(),
    }
}

/// Whether a preset has every word of the query somewhere.
fn is_found(preset: &Preset, query: &str) -> bool {
    let Preset { name, text, group, shows, look, .. } = preset;
    matches(&[name, group.title(), group.about(), shows, look, text], query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_16_presets_are_found_by_words_of_their_name_group_and_notes() {
        let found = |query: &str| -> Vec<&str> {
            presets().iter().filter(|preset| is_found(preset, query)).map(|preset| preset.name).collect()
        };
        assert_eq!(found("Banana"), ["flow-posterior-banana"]);
        assert!(found("collapse").len() >= 3);
        assert_eq!(found("mises sphere"), ["svae-sphere"]);
        assert_eq!(found("no such thing at all"), [""; 0]);
        assert_eq!(found("").len(), presets().len());
    }
}
