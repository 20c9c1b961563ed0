//! The cells of the table.

use crate::library::{Column, RunState, RunSummary, Value, date};
use crate::ui::format;
use crate::ui::theme::Theme;
use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{Align2, Color32, FontId, Role, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

/// The width of a column at first, points.
pub fn width(column: &Column) -> f32 {
    match column {
        Column::State => 92.0,
        Column::Star => 26.0,
        Column::Name => 160.0,
        Column::Date => 130.0,
        Column::Step | Column::Epoch | Column::Kl | Column::ActiveUnits | Column::Speed | Column::Size => 66.0,
        Column::Time => 84.0,
        Column::Experiment | Column::Study => 130.0,
        Column::Field(_) => 86.0,
        Column::Elbo | Column::LogPx => 112.0,
        Column::BestElbo | Column::Reconstruction => 88.0,
        Column::Tags => 110.0,
        Column::Notes => 160.0,
        Column::Folder => 260.0,
    }
}

/// Whether a column's values are numbers, which stand at the right; of the fields those in `numbers` are.
pub fn is_numeric(column: &Column, numbers: &[String]) -> bool {
    if let Column::Field(path) = column {
        return numbers.contains(path);
    }
    matches!(
        column,
        Column::Step
            | Column::Epoch
            | Column::Time
            | Column::Elbo
            | Column::BestElbo
            | Column::Reconstruction
            | Column::Kl
            | Column::LogPx
            | Column::ActiveUnits
            | Column::Speed
            | Column::Size
    )
}

/// A value as the table shows it.
pub fn text(column: &Column, run: &RunSummary) -> String {
    match (column, column.value(run)) {
        (_, Value::None) => match column {
            // Nothing was written; elsewhere nothing is known.
            Column::Tags | Column::Notes | Column::Study => String::new(),
            Column::BestElbo if !run.complete => "…".into(),
            _ => "–".into(),
        },
        (Column::Field(path), _) => run.fields.get(path).map_or_else(String::new, |field| field.text.replace('-', "−")),
        (Column::Step, Value::Number(step)) => format::count(step as u64),
        (Column::ActiveUnits, Value::Number(units)) => format::fixed(units, 0),
        (Column::Epoch, Value::Number(epochs)) => format::fixed(epochs, 1),
        (Column::Time, Value::Number(seconds)) => format::duration(seconds),
        (Column::Speed, Value::Number(speed)) => format::scaled(speed),
        (Column::Size, Value::Number(bytes)) => size(bytes as u64),
        (Column::Kl, Value::Number(kl)) => format::fixed(kl, 2),
        (_, Value::Number(value)) => format::fixed(value, 2),
        (_, Value::Estimate(estimate)) => format::with_error(estimate.value, estimate.se, 2),
        (_, Value::Date(at)) => date(at),
        (_, Value::Words(words)) => words.join(", "),
        (Column::Notes, Value::Text(notes)) => notes.lines().next().unwrap_or_default().to_owned(),
        (_, Value::Text(text)) => text.to_owned(),
        (_, Value::Flag(_)) => String::new(),
    }
}

/// An amount of bytes: "3.2 GB".
pub fn size(bytes: u64) -> String {
    format!("{}B", format::scaled(bytes as f64))
}

/// More about a value, on hover.
pub fn hover(column: &Column, run: &RunSummary) -> Option<String> {
    match column {
        Column::State => run.state.why().map(str::to_owned),
        Column::Name => Some(format!("{}\n{}", run.name(), run.folder.display())),
        Column::Step => {
            let epochs = run.epoch.map(|epochs| format!("{} epochs", format::fixed(epochs, 2)));
            let time = run.seconds.map(|seconds| format!("{} of training", format::duration(seconds)));
            let told: Vec<String> = epochs.into_iter().chain(time).collect();
            (!told.is_empty()).then(|| told.join(", "))
        }
        Column::Elbo => run.last.map(|bound| format!("at step {}", format::count(bound.step))),
        Column::BestElbo => run.best.map(|best| {
            let [reconstruction, kl] = [best.reconstruction, best.kl].map(|term| format::fixed(term, 2));
            format!("at step {}: E[log p(x|z)] {reconstruction}, KL {kl}", format::count(best.step))
        }),
        Column::LogPx => run.log_px_of.as_ref().map(|of| format!("of {of}")),
        Column::Notes => Some(run.notes.notes.clone()).filter(|notes| notes.contains('\n')),
        Column::Field(path) => run.fields.get(path).map(|field| format!("{path} = {}", field.full_text())),
        _ => None,
    }
}

/// A state's colour.
pub fn state_colour(state: &RunState, theme: &Theme) -> Color32 {
    match state {
        RunState::Running(_) => theme.accent,
        RunState::Finished => theme.success,
        RunState::Paused => theme.text_muted,
        RunState::Unsaved(_) => theme.warning,
        RunState::Damaged(_) => theme.error,
    }
}

/// Paint a name, cut in its middle to the width of its cell: the names of runs often differ at their ends.
pub fn paint_name(ui: &Ui, name: &str, colour: Color32) {
    let font: FontId = TextStyle::Body.resolve(ui.style());
    let whole = ui.painter().layout_no_wrap(name.to_owned(), font.clone(), colour);
    let room = ui.max_rect().width();
    if whole.size().x <= room {
        paint(ui, name, colour, false);
        return;
    }
    let dots = ui.painter().layout_no_wrap("…".into(), font, colour).size().x;
    let half = 0.5 * (room - dots).max(0.0);
    let from = whole.size().x - half;
    let glyphs: &[_] = whole.rows.first().map_or(&[], |row| &row.glyphs);
    let head = glyphs.iter().take_while(|glyph| glyph.max_x() <= half).count();
    let tail = glyphs.iter().skip_while(|glyph| glyph.pos.x < from).count();
    let letters: Vec<char> = name.chars().collect();
    let tail = letters.len().saturating_sub(tail);
    let shown: String = letters[..head.min(letters.len())].iter().chain(&['…']).chain(&letters[tail..]).collect();
    paint(ui, &shown, colour, false);
}

/// Paint a text, cut to the width of its cell; whether it was cut.
pub fn paint(ui: &Ui, text: &str, colour: Color32, at_right: bool) -> bool {
    let rect = ui.max_rect();
    let font: FontId = TextStyle::Body.resolve(ui.style());
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    let left = if at_right { rect.right() - galley.size().x } else { rect.left() };
    let place = pos2(left, rect.center().y - 0.5 * galley.size().y);
    let elided = galley.elided;
    ui.painter().galley(place, galley, colour);
    elided
}

/// Draw a cell's text, with the whole of it on hover. Painted rather than laid out: a table has a thousand of them in
/// sight.
pub fn text_ui(ui: &mut Ui, text: &str, colour: Color32, at_right: bool, hover: impl FnOnce() -> Option<String>) {
    let elided = paint(ui, text, colour, at_right);
    let response = ui.allocate_rect(ui.max_rect(), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    if response.hovered()
        && let Some(more) = hover().or_else(|| elided.then(|| text.to_owned()))
    {
        response.on_hover_text(more);
    }
}

/// A dot in a state's colour and its name.
pub fn state_ui(ui: &mut Ui, run: &RunSummary, theme: &Theme) {
    let rect = ui.max_rect();
    let dot = pos2(rect.left() + 5.0, rect.center().y);
    let colour = state_colour(&run.state, theme);
    match run.state {
        // A run that has a model is a full dot.
        RunState::Unsaved(_) => drop(ui.painter().circle_stroke(dot, 3.0, (1.5, colour))),
        _ => drop(ui.painter().circle_filled(dot, 3.5, colour)),
    }
    let name = run.state.name();
    let font = TextStyle::Body.resolve(ui.style());
    ui.painter().text(dot + vec2(10.0, 0.0), Align2::LEFT_CENTER, name, font, theme.text);
    let response = ui.allocate_rect(rect, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    if response.hovered()
        && let Some(why) = run.state.why()
    {
        response.on_hover_text(why);
    }
}
