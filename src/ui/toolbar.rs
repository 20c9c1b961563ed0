//! The run controls, and the run's progress.

use super::action::Action;
use super::check::Check;
use super::controls;
use super::form::errors_text;
use super::format;
use super::icons::Icon;
use super::next_move::Move;
use super::session::Session;
use super::text;
use super::theme::{Theme, space};
use crate::data::Noun;
use crate::experiment::Experiment;
use crate::worker::{RunState, Status};
use eframe::egui::{self, Align2, Button, FontId, Rect, RichText, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// From this width of the window on, in points, there is room for a word beside each icon.
const WIDE: f32 = 1_240.0;

/// The controls; returns the one that was pressed.
pub fn controls_ui(
    ui: &mut Ui,
    session: &Session,
    experiment: &Experiment,
    check: &Check,
    enabled: &dyn Fn(Action) -> bool,
) -> Option<Action> {
    let theme = Theme::of(ui.ctx());
    let mut pressed = None;
    ui.spacing_mut().item_spacing.x = space::XS;

    let next = Move::next(session, experiment);
    let icon = match next {
        Move::Start | Move::Resume => Icon::Play,
        Move::Pause => Icon::Pause,
        Move::Extend => Icon::Extend,
    };
    let (label, what) = next.words(session, experiment);
    let main = Button::new((icon.coloured_atom(theme.on_accent), RichText::new(label).color(theme.on_accent)))
        .fill(theme.accent)
        // As wide as its longest text, so that nothing moves.
        .min_size(vec2(112.0, 28.0));
    let main = ui.add_enabled(enabled(Action::TrainOrPause), main);
    let key = Action::TrainOrPause.shortcut_text(ui.ctx());
    let main = main.on_hover_text(format!("{what} ({key})")).on_disabled_hover_text(errors_text(check));
    // "Train" alone is also the name of a split, in panes.
    if main.accessible_name(format!("Run: {label}")).clicked() {
        pressed = Some(Action::TrainOrPause);
    }
    let wide = ui.ctx().content_rect().width() >= WIDE;
    for (action, icon, word) in [
        (Action::Step, Icon::Step, "Step"),
        (Action::Stop, Icon::Stop, "Stop"),
        (Action::Restart, Icon::Restart, "Restart"),
        (Action::RestartWithNewSeed, Icon::Dice, "New seed"),
        (Action::AddToQueue, Icon::Queue, "Queue"),
    ] {
        let button = if wide { Button::new((icon.atom(), word)) } else { Button::new(icon.atom()) };
        let button = button.min_size(vec2(30.0, 28.0));
        let tooltip = format!("{}: {}", action.name(), action.tooltip(ui.ctx()));
        let response = ui.add_enabled(enabled(action), button);
        let response = response.on_hover_text(&tooltip).on_disabled_hover_text(&tooltip);
        if response.accessible_name(action.name()).clicked() {
            pressed = Some(action);
        }
    }
    pressed
}

/// The progress bar with epoch and time left.
pub fn progress_ui(ui: &mut Ui, status: &Status, width: f32) {
    let theme = Theme::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::hover());
    let progress = progress_text(status);
    let share = share(status);
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &progress));
    let bar = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 8.0), pos2(rect.right(), rect.bottom() - 4.0));
    let colour = match status.state {
        RunState::Finished(_) => theme.success,
        RunState::Failed(_) => theme.error,
        _ => theme.accent,
    };
    controls::progress_bar(ui, bar, share as f32, colour);
    let painter = ui.painter();
    let font = FontId::proportional(12.0);
    let written = painter.text(rect.left_top() + vec2(0.0, 2.0), Align2::LEFT_TOP, progress, font.clone(), theme.text);
    let left = status.seconds_left.filter(|_| status.state == RunState::Running);
    let left = left.map(|seconds| format!("{} left", text::rough_duration(seconds)));
    if let Some(left) = &left {
        let galley = painter.layout_no_wrap(left.clone(), font, theme.text_muted);
        let at = Align2::RIGHT_TOP.anchor_size(rect.right_top() + vec2(0.0, 2.0), galley.size());
        // Where both have no room, the tooltip has it.
        if at.left() >= written.right() + space::S {
            painter.galley(at.min, galley, theme.text_muted);
        }
    }
    response.on_hover_text(format!(
        "Step {} of {}; {} of training so far{}.",
        format::count(status.last_step),
        status.total_steps.map_or("?".into(), format::count),
        format::duration(status.seconds),
        left.map_or(String::new(), |left| format!(", {left}")),
    ));
}

/// The share of the run that is done, from 0 to 1.
fn share(status: &Status) -> f64 {
    match (&status.state, status.total_steps) {
        (RunState::Finished(why), _) if why != "stopped" => 1.0,
        (_, Some(total)) if total > 0 => (status.last_step as f64 / total as f64).min(1.0),
        _ => 0.0,
    }
}

fn progress_text(status: &Status) -> String {
    let epochs = status.run_experiment.as_ref().and_then(|experiment| experiment.training.length.epochs());
    match (&status.state, epochs) {
        (RunState::Idle, _) => "No model yet".into(),
        (RunState::Preparing(what), _) => format!("{what}…"),
        (RunState::Failed(_), _) => "Failed".into(),
        (RunState::Paused, _) if status.last_step == 0 => "Ready to train".into(),
        (_, Some(epochs)) => format!("epoch {:.1} / {}", status.last_epoch, super::form::format_real(epochs)),
        (_, None) => match status.total_steps {
            Some(total) => format!("step {} / {}", format::count(status.last_step), format::count(total)),
            None => format!("epoch {:.1}", status.last_epoch),
        },
    }
}

/// The run in a line: its name, and how far it has come.
pub fn run_text(status: &Status) -> String {
    let name = status.experiment.as_ref().map_or("", |experiment| experiment.name.trim());
    let progress = progress_text(status);
    if name.is_empty() { progress } else { format!("{name} · {progress}") }
}

/// Speed and device, right-aligned at the end of the bar.
pub fn device_ui(ui: &mut Ui, status: &Status) {
    let theme = Theme::of(ui.ctx());
    if !status.device.is_empty() {
        let font = FontId::proportional(11.5);
        let galley = ui.painter().layout_no_wrap(status.device.clone(), font, theme.text_muted);
        let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(16.0, 6.0), Sense::hover());
        ui.painter().rect_stroke(rect, 255.0, egui::Stroke::new(1.0, theme.hairline), StrokeKind::Inside);
        ui.painter().galley(rect.min + vec2(8.0, 3.0), galley, theme.text_muted);
        response.on_hover_text("Where the model trains. The form's Device group chooses.");
    }
    if status.state == RunState::Running && status.images_per_second > 0.0 {
        let items = match status.noun {
            Noun::Image => "img",
            other => other.many(),
        };
        let text = format!("{} {items}/s", format::scaled(status.images_per_second));
        ui.add_sized(vec2(92.0, 20.0), egui::Label::new(theme.muted(text)))
            .on_hover_text(format!("Training {} per second, over the last seconds.", status.noun.many()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_where_the_run_stands() {
        let mut status = Status::default();
        assert_eq!(progress_text(&status), "No model yet");
        status.run_experiment = Some(Experiment::default().into());
        status.state = RunState::Paused;
        assert_eq!(progress_text(&status), "Ready to train");
        (status.last_step, status.last_epoch, status.total_steps) = (430, 1.0, Some(8_600));
        assert_eq!(progress_text(&status), "epoch 1.0 / 20");
        assert!((share(&status) - 0.05).abs() < 1e-12);
        status.state = RunState::Finished("20 epochs".into());
        assert_eq!(share(&status), 1.0);
    }
}
