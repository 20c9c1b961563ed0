//! The strip under the panes: the slider, its buttons, and which state is looked at.

use super::places::Places;
use super::play::Speed;
use super::slider::slider_ui;
use crate::train::{At, Deed};
use crate::ui::action::Action;
use crate::ui::controls::{action_enabled, text_width};
use crate::ui::format;
use crate::ui::icons::{Icon, explained_icon_button, icon_button};
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Button, Layout, RichText, TextStyle, Ui};

/// Height of the strip in points.
pub const HEIGHT: f32 = 40.0;
/// Least width of the slider.
const SLIDER: f32 = 120.0;

/// A request of the strip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeAsks {
    /// Look at a state.
    Look(At),
    /// Do what the action says.
    Do(Action),
    /// Give up the film that is being made.
    GiveFilmUp,
}

/// The strip.
pub fn strip_ui(
    ui: &mut Ui,
    places: &Places<'_>,
    deeds: &[Deed],
    plays: bool,
    film: Option<(usize, usize)>,
    speed: &mut Speed,
    enabled: &dyn Fn(Action) -> bool,
) -> Option<TimeAsks> {
    let mut asked = None;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let play = if plays { Icon::Pause } else { Icon::Play };
        let buttons =
            [(Action::LookBack, Icon::Back), (Action::PlayHistory, play), (Action::LookForward, Icon::Forward)];
        for (action, icon) in buttons {
            let meaning = action.tooltip(ui.ctx());
            if explained_icon_button(ui, icon, action.name(), &meaning, enabled(action)).clicked() {
                asked = Some(TimeAsks::Do(action));
            }
        }
        speed_ui(ui, speed);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            if let Some((done, all)) = film {
                if icon_button(ui, Icon::Remove, "Give the film up", true).clicked() {
                    asked = Some(TimeAsks::GiveFilmUp);
                }
                ui.label(Theme::of(ui.ctx()).muted(format!("film {done}/{all}")));
            }
            let actions = [(Action::Film, "Film…"), (Action::ForkHere, "Fork…")];
            for (action, name) in actions.into_iter().filter(|(action, _)| film.is_none() || *action != Action::Film) {
                if action_enabled(ui, enabled(action), name, &action.tooltip(ui.ctx())) {
                    asked = Some(TimeAsks::Do(action));
                }
            }
            if live_ui(ui, places) {
                asked = Some(TimeAsks::Do(Action::LookLive));
            }
            where_ui(ui, places);
            let width = ui.available_width();
            if width >= SLIDER
                && let Some(place) = slider_ui(ui, places, deeds, width, HEIGHT - 4.0)
            {
                asked = Some(TimeAsks::Look(places.name(place)));
            }
        });
    });
    asked
}

/// The speed of playing; a click takes the next.
fn speed_ui(ui: &mut Ui, speed: &mut Speed) {
    let theme = Theme::of(ui.ctx());
    let button = Button::new(theme.muted(speed.name())).frame_when_inactive(false).min_size([34.0, 20.0].into());
    let response = ui.add(button).on_hover_text("Kept states a second while it plays; a click takes the next speed.");
    if response.accessible_name(format!("Speed {}", speed.name())).clicked() {
        let next = Speed::ALL.iter().position(|other| other == speed).map_or(0, |at| (at + 1) % Speed::ALL.len());
        *speed = Speed::ALL[next];
    }
}

/// The button that goes back to the run itself, lit while another state is looked at.
fn live_ui(ui: &mut Ui, places: &Places<'_>) -> bool {
    let theme = Theme::of(ui.ctx());
    let live = places.is_live();
    let ink = if live { theme.text_faint } else { theme.on_accent };
    let button = Button::new(RichText::new("Live").color(ink)).min_size([44.0, space::ROW].into());
    let button = if live { button } else { button.fill(theme.accent) };
    let meaning = Action::LookLive.tooltip(ui.ctx());
    ui.add_enabled(!live, button).on_hover_text(&meaning).on_disabled_hover_text(&meaning).clicked()
}

/// The state that is looked at, in words.
fn where_ui(ui: &mut Ui, places: &Places<'_>) {
    let theme = Theme::of(ui.ctx());
    let now = places.now();
    let best = if places.stop(now).is_some_and(|stop| stop.is_best) { " · best" } else { "" };
    let text = match places.is_live() {
        true if places.count() == 1 => "no state is kept yet".into(),
        true => format!("live · step {}", format::count(places.step(now))),
        false => format!("at step {}{best}", format::count(places.step(now))),
    };
    // Room for the longest, so that the slider keeps its length.
    let width = text_width(ui, "at step 999 999 · best", TextStyle::Small).max(text_width(ui, &text, TextStyle::Small));
    let size = eframe::egui::vec2(width, space::ROW);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        let text = if places.is_live() { theme.muted(text) } else { theme.strong(text).small() };
        ui.label(text).on_hover_text("The state of the run that all panes show.");
    });
}
