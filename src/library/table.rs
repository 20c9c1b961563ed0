//! A table of runs as text: for a terminal, as Markdown, CSV and JSON.

use super::column::{Column, Value};
use super::summary::RunSummary;
use super::view::View;
use crate::experiment::study::ShortNames;
use crate::files::csv;
use crate::study::render::Grid;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// The columns that a table of these rows has where nobody has chosen any: the fields in which runs differ in the
/// middle, and of all others those of which something is known.
fn columns(runs: &[Arc<RunSummary>], view: &View) -> Vec<Column> {
    let is_known = |column: &Column| {
        let unknown = [Value::None, Value::Flag(false)];
        view.rows.iter().any(|&row| !unknown.contains(&column.value(&runs[row])))
    };
    let wanted = |column: &Column| match column {
        Column::State | Column::Name => true,
        Column::Epoch | Column::Experiment | Column::Folder | Column::Size => false,
        column => is_known(column),
    };
    let mut found: Vec<Column> = Column::ALL.into_iter().filter(wanted).collect();
    let place = found.iter().position(|column| *column == Column::Elbo).unwrap_or(found.len());
    let place = place.min(found.iter().position(|column| *column == Column::Tags).unwrap_or(place));
    found.splice(place..place, view.differing.iter().cloned().map(Column::Field));
    found
}

/// For a terminal.
pub fn text(runs: &[Arc<RunSummary>], view: &View) -> String {
    grid(runs, view, &columns(runs, view)).text()
}

/// As Markdown, with the columns given.
pub fn markdown(runs: &[Arc<RunSummary>], view: &View, chosen: Option<&[Column]>) -> String {
    let columns = chosen.map_or_else(|| columns(runs, view), <[Column]>::to_vec);
    grid(runs, view, &columns).markdown()
}

fn grid(runs: &[Arc<RunSummary>], view: &View, columns: &[Column]) -> Grid {
    let names = short_names(columns);
    let head = |column: &Column| match column {
        Column::Field(path) => names.get(path).to_owned(),
        column => column.words().1.to_owned(),
    };
    let row = |&row: &usize| columns.iter().map(|column| cell(column, &runs[row])).collect();
    Grid::new(columns.iter().map(head).collect(), view.rows.iter().map(row).collect())
}

/// Short names of the columns of fields.
pub fn short_names(columns: &[Column]) -> ShortNames {
    ShortNames::of(columns.iter().filter_map(|column| match column {
        Column::Field(path) => Some(path.as_str()),
        _ => None,
    }))
}

/// A value with the decimals that a reader wants.
fn cell(column: &Column, run: &RunSummary) -> String {
    let value = column.value(run);
    match (column, value) {
        (Column::Field(path), _) => run.fields.get(path).map_or_else(String::new, |field| field.text.clone()),
        (_, Value::Flag(flag)) => if flag { "★" } else { "" }.into(),
        (_, Value::Estimate(estimate)) => match estimate.se.is_finite() {
            true => format!("{estimate:.2}"),
            false => format!("{:.2}", estimate.value),
        },
        (Column::Step | Column::ActiveUnits | Column::Speed | Column::Size | Column::Time, Value::Number(number)) => {
            format!("{number:.0}")
        }
        (_, Value::Number(number)) if number.is_finite() => format!("{number:.2}"),
        // A line of a terminal's table is one line.
        (_, value) => value.exact().replace(['\n', '\r'], " "),
    }
}

/// As CSV; numbers read back exactly, and the bound and log p(x) have their standard errors beside them.
pub fn csv(runs: &[Arc<RunSummary>], view: &View, chosen: Option<&[Column]>) -> String {
    let columns = match chosen {
        Some(chosen) => chosen.to_vec(),
        None => [columns(runs, view), vec![Column::Folder]].concat(),
    };
    let has_error = |column: &Column| matches!(column, Column::Elbo | Column::LogPx);
    let head = columns.iter().flat_map(|column| {
        let name = column.name().to_owned();
        let error = has_error(column).then(|| format!("{name}_se"));
        [Some(name), error].into_iter().flatten()
    });
    let row = |&row: &usize| {
        let run = &runs[row];
        let cells = columns.iter().flat_map(move |column| {
            let value = column.value(run);
            let error = has_error(column).then(|| match value {
                Value::Estimate(estimate) if estimate.se.is_finite() => estimate.se.to_string(),
                _ => String::new(),
            });
            [Some(value.exact()), error].into_iter().flatten()
        });
        cells.collect::<Vec<_>>()
    };
    csv::table(head, view.rows.iter().map(row))
}

/// A run as JSON: every column, and all fields of its experiment by their paths.
pub fn json(run: &RunSummary) -> Json {
    let value = |value: Value<'_>| match value {
        Value::None => Json::Null,
        Value::Number(number) => json!(number),
        Value::Estimate(estimate) => json!(estimate.value),
        Value::Flag(flag) => json!(flag),
        Value::Words(words) => json!(words),
        Value::Text(_) | Value::Date(_) => json!(value.exact()),
    };
    let mut all: Map<String, Json> =
        Column::ALL.iter().map(|column| (column.name().to_owned(), value(column.value(run)))).collect();
    let error = |se: Option<f64>| se.filter(|se| se.is_finite()).map_or(Json::Null, |se| json!(se));
    all.insert("elbo_se".into(), error(run.last.map(|bound| bound.elbo_se)));
    all.insert("log_px_se".into(), error(run.log_px.map(|estimate| estimate.se)));
    all.insert("why".into(), json!(run.state.why()));
    let fields = run.fields.iter().map(|field| {
        let whole = field.text.parse::<i64>().ok().map(|whole| json!(whole));
        let value = whole.or_else(|| field.number().filter(|number| number.is_finite()).map(|number| json!(number)));
        let value = value.unwrap_or_else(|| json!(field.text));
        (field.path.clone(), value)
    });
    all.insert("fields".into(), Json::Object(fields.collect()));
    Json::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::library::fields::Seen;
    use crate::library::filter::Filter;
    use crate::library::metrics::Bound;
    use crate::library::notes::Notes;
    use crate::library::state::RunState;
    use crate::library::view::Sort;

    fn runs() -> Vec<Arc<RunSummary>> {
        let mut seen = Seen::default();
        let run = |(name, seed, elbo): (&str, u64, f64)| {
            let experiment = Experiment { name: name.into(), seed, ..Experiment::default() };
            let bound = Bound { step: 5, elbo, elbo_se: 0.25, reconstruction: elbo + 20.0, kl: 20.0 };
            let blank = RunSummary::blank(format!("/runs/{name}").into(), RunState::Paused, name);
            let notes = Notes { notes: "two, \nlines".into(), ..Notes::default() };
            Arc::new(RunSummary { fields: seen.fields(&experiment), last: Some(bound), notes, ..blank })
        };
        [("a|b", 1, -100.0), ("c", 2, -99.123_456)].map(run).into()
    }

    #[test]
    fn tables_have_the_fields_that_differ_and_what_is_known() {
        let runs = runs();
        let view = View::of(&runs, &Filter::default(), &Sort { column: Column::Elbo, descending: true });
        let expected = "State   Name  seed  ELBO            E[log p(x|z)]  KL     Notes\n\
                        paused  c        2  -99.12 ± 0.25          -79.12  20.00  two,  lines\n\
                        paused  a|b      1  -100.00 ± 0.25         -80.00  20.00  two,  lines\n";
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(plain(&text(&runs, &view)), plain(expected));
        let markdown = markdown(&runs, &view, None);
        assert!(markdown.contains("a\\|b") && markdown.starts_with("| State | Name | seed |"), "{markdown}");
        let csv = csv(&runs, &view, Some(&[Column::Name, Column::Elbo, Column::Field("seed".into())]));
        assert_eq!(csv, "name,elbo,elbo_se,seed\nc,-99.123456,0.25,2\na|b,-100,0.25,1\n");
        let json = json(&runs[1]);
        assert_eq!((&json["elbo"], &json["elbo_se"]), (&json!(-99.123_456), &json!(0.25)));
        assert_eq!((&json["fields"]["seed"], &json["fields"]["latent.dimension"]), (&json!(2), &json!(2)));
        assert_eq!((&json["state"], &json["log_px"]), (&json!("paused"), &Json::Null));
    }
}
