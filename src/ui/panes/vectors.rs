//! Rows of a table in the panes of images: charts with the columns' names and values in their own scales.

use crate::data::{Columns, Images, Noun};
use crate::explore::{ImputationError, Imputed, Reconstruction, Traversal};
use crate::export::vector_chart::{
    Chart, Ink, Series, all_lines, axis_title, imputed, paired, range_of_all, short, walk,
};
use crate::ui::chart::{chart_ui, entry_at, key_ui, share_bar};
use crate::ui::format;
use crate::ui::noun;
use crate::ui::panes::points::{Points, are_points};
use crate::ui::theme::{Theme, space};
use eframe::egui::{Grid, Response, ScrollArea, Ui, Vec2, vec2};

/// Smallest chart of one row, in points.
const ROW: Vec2 = vec2(220.0, 120.0);
/// Smallest chart of one latent dimension.
const WALK: Vec2 = vec2(280.0, 130.0);
/// Width of an error's bar.
const BAR: f32 = 160.0;

/// Charts in as many columns as fit, each at least of a size; they share what room there is.
fn charts_ui(ui: &mut Ui, count: usize, least: Vec2, mut chart: impl FnMut(&mut Ui, usize, Vec2)) {
    let room = ui.available_size();
    let columns = ((room.x / least.x) as usize).clamp(1, count.max(1));
    let rows = count.div_ceil(columns).max(1);
    let gaps = |n: usize| space::S * n.saturating_sub(1) as f32;
    let size = vec2(
        (room.x - gaps(columns) - space::S) / columns as f32,
        ((room.y - gaps(rows)) / rows as f32).clamp(least.y, 2.0 * least.y),
    );
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(space::S);
        for row in 0..rows {
            ui.horizontal(|ui| {
                for index in row * columns..((row + 1) * columns).min(count) {
                    chart(ui, index, size);
                }
            });
        }
    });
}

/// The name of the entry under the pointer, with its value in each of some vectors.
fn entry_ui(response: Response, columns: &Columns, head: &str, vectors: &[(&str, &[f32])], tail: &str) -> Response {
    let Some(entry) = entry_at(&response, columns.len()) else { return response };
    response.on_hover_ui_at_pointer(|ui| {
        let theme = Theme::of(ui.ctx());
        let column = &columns.list[entry];
        ui.label(theme.strong(&column.name));
        for (name, values) in vectors {
            let value = match values.get(entry) {
                Some(value) if value.is_finite() => short(column.own(*value)),
                _ => "missing".into(),
            };
            ui.label(format!("{name}: {value}"));
        }
        for text in [head, tail].into_iter().filter(|text| !text.is_empty()) {
            ui.label(theme.muted(text));
        }
    })
}

/// A chart for each row with its mean reconstruction and a draw; returns the place of a row that was clicked.
pub fn reconstructions_ui(
    ui: &mut Ui,
    columns: &Columns,
    items: &[Reconstruction],
    [inputs, means, draws]: [&Images; 3],
) -> Option<usize> {
    let mut clicked = None;
    key_ui(ui, &[(Ink::Given, "given"), (Ink::Mean, "mean"), (Ink::Draw, "draw")]);
    let range = range_of_all([inputs, means, draws]);
    charts_ui(ui, items.len(), ROW, |ui, row, size| {
        let item = &items[row];
        let (given, mean, draw) = (inputs.image(row), means.image(row), draws.image(row));
        let title = format!("{} {}", noun::say(ui.ctx(), "Image"), item.index);
        let chart = Chart { columns, series: paired(columns.sequence, given, mean, draw), range, title: title.clone() };
        let response = chart_ui(ui, size, &format!("{title}, its mean reconstruction and a draw"), &chart);
        if response.clicked() {
            clicked = Some(row);
        }
        let bound = format!(
            "ELBO {} = {} − KL {}",
            format::fixed(item.elbo, 1),
            format::fixed(item.reconstruction, 1),
            format::fixed(item.kl, 1)
        );
        let vectors = [("given", given), ("mean", mean), ("draw", draw)];
        entry_ui(response, columns, &bound, &vectors, "Click to see its true posterior under the microscope.");
    });
    clicked
}

/// A chart for each row with its known values, the mean imputation, draws, and the truth where it is known; returns the
/// place of a row that was clicked.
pub fn imputations_ui(
    ui: &mut Ui,
    columns: &Columns,
    items: &[Imputed],
    [given, means, truth]: [&Images; 3],
    draws: &[Images],
) -> Option<usize> {
    let mut clicked = None;
    key_ui(ui, &[(Ink::Given, "given"), (Ink::Mean, "imputed mean"), (Ink::Draw, "draws"), (Ink::Text, "truth")]);
    let range = range_of_all([given, means, truth]);
    charts_ui(ui, items.len(), ROW, |ui, row, size| {
        let item = &items[row];
        let title = format!("{} {}, {} missing", noun::say(ui.ctx(), "Image"), item.index, item.missing);
        let series = imputed(columns.sequence, [given, means, truth], draws, row);
        let chart = Chart { columns, series, range, title: title.clone() };
        let response = chart_ui(ui, size, &title, &chart);
        if response.clicked() {
            clicked = Some(row);
        }
        let count = format!("{} importance samples count", format::fixed(item.effective, 1));
        let vectors = [("given", given.image(row)), ("imputed", means.image(row)), ("truth", truth.image(row))];
        entry_ui(response, columns, &count, &vectors, "");
    });
    clicked
}

/// The root mean squared error of mean reconstructions by column: a number in the column's own scale, beside a bar in
/// the model's scale.
pub fn column_errors_ui(ui: &mut Ui, columns: &Columns, inputs: &Images, means: &Images) {
    let theme = Theme::of(ui.ctx());
    ui.label(
        theme.muted("Root mean squared error of the mean reconstructions of these rows, in each column's own scale"),
    );
    let errors: Vec<Option<f64>> = (0..columns.len()).map(|entry| error_of(inputs, means, entry)).collect();
    let rows = columns.list.iter().zip(&errors).map(|(column, error)| (column.name.as_str(), column.scale, *error));
    error_bars_ui(ui, "column errors", rows.map(|(name, scale, error)| (name, scale, error, None)).collect());
}

/// The root mean squared error of one entry, in the model's scale, over the rows in which it is known.
fn error_of(inputs: &Images, means: &Images, entry: usize) -> Option<f64> {
    let pairs = (0..inputs.count).map(|row| (inputs.image(row)[entry], means.image(row)[entry]));
    let squares: Vec<f64> = pairs.filter(|(x, _)| x.is_finite()).map(|(x, m)| f64::from(x - m).powi(2)).collect();
    (!squares.is_empty()).then(|| (squares.iter().sum::<f64>() / squares.len() as f64).sqrt())
}

/// The errors of imputed values by column, beside those of the training mean.
pub fn imputation_errors_ui(ui: &mut Ui, columns: &Columns, error: &ImputationError) {
    let theme = Theme::of(ui.ctx());
    ui.label(theme.muted("Root mean squared error where the truth is known, beside that of the training mean"));
    let rows = columns.list.iter().zip(&error.entries);
    let rows = rows.map(|(column, entry)| (column.name.as_str(), column.scale, entry.of_model(), entry.of_mean()));
    error_bars_ui(ui, "imputation errors", rows.collect());
}

/// A bar for each column's error: its name, its scale, the error in the model's scale, and one to compare it with.
fn error_bars_ui(ui: &mut Ui, id: &str, rows: Vec<(&str, f64, Option<f64>, Option<f64>)>) {
    let all = rows.iter().flat_map(|row| [row.2, row.3]).flatten();
    let largest = all.fold(f64::MIN_POSITIVE, f64::max);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Grid::new(id).num_columns(3).spacing(vec2(space::M, space::XS)).show(ui, |ui| {
            let theme = Theme::of(ui.ctx());
            for (name, scale, error, other) in rows {
                ui.label(name);
                match error {
                    Some(error) => share_bar(ui, (error / largest) as f32, BAR, &short(error * scale)),
                    None => {
                        ui.label(theme.muted("–"));
                    }
                }
                let other = other.map_or(String::new(), |other| format!("mean {}", short(other * scale)));
                ui.label(theme.muted(other));
                ui.end_row();
            }
        });
    });
}

/// A chart for each latent dimension, with a line for each of its values; returns the number of the middle vector of a
/// chart that was clicked, counted over all charts.
pub fn traversals_ui(ui: &mut Ui, columns: &Columns, traversal: &Traversal, means: &Images) -> Option<usize> {
    let mut clicked = None;
    key_ui(ui, &[(Ink::Ramp(0.0), "lowest z"), (Ink::Ramp(0.5), "middle"), (Ink::Ramp(1.0), "highest z")]);
    let (range, steps) = (range_of_all([means]), traversal.values.len());
    charts_ui(ui, traversal.axes.len(), WALK, |ui, row, size| {
        let title = axis_title(&traversal.axes[row], &traversal.values);
        let chart = Chart { columns, series: walk(means, row * steps, steps), range, title: title.clone() };
        let response = chart_ui(ui, size, &title, &chart);
        if response.clicked() {
            clicked = Some(row * steps + steps / 2);
        }
        let ends = [("lowest z", means.image(row * steps)), ("highest z", means.image(row * steps + steps - 1))];
        entry_ui(response, columns, "", &ends, "Click to take the sculptor to this dimension.");
    });
    clicked
}

/// All vectors of a stack as lines over each other.
pub fn lines_ui(ui: &mut Ui, columns: &Columns, images: &Images, name: &str) {
    if noun::of(ui.ctx()) == Noun::Point && are_points(images) {
        let theme = Theme::of(ui.ctx());
        let spoken = format!("{name}: {} points", images.count);
        let colour = |_: usize| theme.elbo;
        let height = ui.available_height();
        return Points { spoken: &spoken, dots: images, rings: None, colour: &colour }.ui(ui, theme, height);
    }
    let mut series: Vec<Series> = all_lines(images);
    // The median of each entry, over the lines.
    let median = |entry: usize| {
        let mut values: Vec<f32> = (0..images.count).map(|row| images.image(row)[entry]).collect();
        values.sort_by(f32::total_cmp);
        values.get(images.count / 2).copied().unwrap_or(f32::NAN)
    };
    let median: Vec<f32> = (0..columns.len()).map(median).collect();
    let style = crate::export::vector_chart::Style::Line;
    series.push(Series { values: median.clone(), ink: Ink::Text, style });
    key_ui(ui, &[(Ink::Many, "samples"), (Ink::Text, "median")]);
    let chart = Chart { columns, series, range: range_of_all([images]), title: String::new() };
    let spoken = format!("{name}: {} {} as lines", images.count, noun::of(ui.ctx()).of(images.count));
    let response = chart_ui(ui, ui.available_size(), &spoken, &chart);
    entry_ui(response, columns, "", &[("median", &median)], "");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_column_is_over_the_rows_in_which_it_is_known() {
        let stack = |pixels: Vec<f32>| Images { count: 3, channels: 1, height: 1, width: 2, pixels, columns: None };
        let inputs = stack(vec![1.0, f32::NAN, 2.0, f32::NAN, 3.0, f32::NAN]);
        let means = stack(vec![1.0, 5.0, 2.0, 5.0, 0.0, 5.0]);
        assert_eq!(error_of(&inputs, &means, 0), Some(3.0_f64.sqrt()));
        assert_eq!(error_of(&inputs, &means, 1), None);
    }
}
