//! The command palette: everything that can be done, opened or edited, found by typing a part of its name.

use super::frame::modal;
use super::reply::{ModalOutcome, Reply};
use crate::ui::controls::matches;
use crate::ui::menu::Chosen;
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    Align, Align2, Context, Key, Modifiers, Role, ScrollArea, Sense, TextEdit, TextStyle, Ui, WidgetInfo, vec2,
};

/// Entries in sight; the others are found by typing or scrolling.
const ROWS: f32 = 12.0;

/// An entry of the palette: something to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The kind of the entry: action, pane, preset, run or field.
    pub kind: &'static str,
    pub name: String,
    /// A description of the entry, in which the palette searches too.
    pub about: String,
    /// The entry's key, or an empty text.
    pub key: String,
    pub chosen: Chosen,
}

/// The open palette.
pub struct PaletteDialog {
    entries: Vec<Entry>,
    query: String,
    /// Index of the selected entry among those found.
    selected: usize,
    focused: bool,
}

impl PaletteDialog {
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries, query: String::new(), selected: 0, focused: false }
    }

    pub(super) fn show(&mut self, ctx: &Context) -> ModalOutcome {
        // Before the field sees them.
        let step = ctx.input_mut(|input| {
            let down = input.consume_key(Modifiers::NONE, Key::ArrowDown);
            i32::from(down) - i32::from(input.consume_key(Modifiers::NONE, Key::ArrowUp))
        });
        modal(ctx, "Find", 560.0, |ui| {
            let hint = "An action, a pane, a preset, a run, a field";
            let field = TextEdit::singleline(&mut self.query).hint_text(hint).desired_width(f32::INFINITY);
            let field = ui.add(field).accessible_name("Find an action, pane, preset, run or field");
            if !std::mem::replace(&mut self.focused, true) {
                field.request_focus();
            }
            let found = found(&self.entries, &self.query);
            if field.changed() {
                self.selected = 0;
            }
            let last = found.len().saturating_sub(1);
            self.selected = self.selected.saturating_add_signed(step as isize).min(last);
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let mut chosen = found.get(self.selected).filter(|_| entered).copied();
            let height = ROWS * space::ROW;
            ScrollArea::vertical().auto_shrink(false).max_height(height).min_scrolled_height(height).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                if found.is_empty() {
                    ui.label(Theme::of(ctx).muted("Nothing has all of these words."));
                }
                for (index, entry) in found.iter().enumerate() {
                    let selected = index == self.selected;
                    let clicked = entry_ui(ui, entry, selected, selected && (step != 0 || field.changed()));
                    chosen = chosen.or(clicked.then_some(*entry));
                }
            });
            chosen.map_or(ModalOutcome::StayOpen, |entry| {
                ModalOutcome::Reply(Box::new(Reply::Chosen(entry.chosen.clone())))
            })
        })
    }
}

/// The entries that have every word of the query: first those whose name begins with the query, then those whose name
/// has its words, then the others.
fn found<'a>(entries: &'a [Entry], query: &str) -> Vec<&'a Entry> {
    let query = query.trim().to_lowercase();
    let mut found: Vec<&Entry> =
        entries.iter().filter(|entry| matches(&[&entry.name, entry.kind, &entry.about], &query)).collect();
    found.sort_by_key(|entry| {
        let name = entry.name.to_lowercase();
        match () {
            () if name.starts_with(&query) => 0,
            () if matches(&[&name], &query) => 1,
            () => 2,
        }
    });
    found
}

/// Draw an entry; returns whether it was clicked.
fn entry_ui(ui: &mut Ui, entry: &Entry, selected: bool, into_sight: bool) -> bool {
    let theme = Theme::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), space::ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &entry.name));
    if into_sight {
        response.scroll_to_me(Some(Align::Center));
    }
    if ui.is_rect_visible(rect) {
        if selected || response.hovered() {
            ui.painter().rect_filled(rect, 4.0, if selected { theme.accent_soft } else { theme.hovered });
        }
        let painter = ui.painter_at(rect.shrink2(vec2(space::S, 0.0)));
        let (small, body) = (TextStyle::Small.resolve(ui.style()), TextStyle::Body.resolve(ui.style()));
        let inside = rect.shrink2(vec2(space::S, 0.0));
        painter.text(inside.left_center(), Align2::LEFT_CENTER, entry.kind, small.clone(), theme.text_muted);
        let name = inside.left_center() + vec2(56.0, 0.0);
        painter.text(name, Align2::LEFT_CENTER, &entry.name, body, theme.text_strong);
        painter.text(inside.right_center(), Align2::RIGHT_CENTER, &entry.key, small, theme.text_muted);
    }
    response.on_hover_text(&entry.about).clicked()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::action::Action;

    #[test]
    fn item_16_names_that_begin_with_the_query_come_first() {
        let entry = |name: &str, about: &str| Entry {
            kind: "action",
            name: name.into(),
            about: about.into(),
            key: String::new(),
            chosen: Chosen::Action(Action::Quit),
        };
        let entries = [
            entry("Save run…", "Write model and optimiser."),
            entry("Open run folder…", "Read a saved run."),
            entry("Run on", "Another."),
            entry("Quit", "Close the window; the run is autosaved."),
        ];
        let names = |query: &str| found(&entries, query).iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        assert_eq!(names("run"), ["Run on", "Save run…", "Open run folder…", "Quit"]);
        assert_eq!(names("RUN save"), ["Save run…", "Open run folder…", "Quit"]);
        assert_eq!(names("xyz"), [""; 0]);
    }
}
