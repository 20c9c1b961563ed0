//! A study's table as text: for people, as Markdown, as CSV.

use super::table::{PointRow, QUANTITIES, SettingRow, Table};
use super::term::Term;
use crate::estimate::Estimate;
use crate::files::csv;
use std::fmt::Write as _;

/// Rows of cells below headings; columns of numbers are aligned on the right.
pub(crate) struct Grid {
    head: Vec<String>,
    numeric: Vec<bool>,
    rows: Vec<Vec<String>>,
}

/// The points and, where seeds are varied, the settings; for a terminal.
pub fn text(table: &Table) -> String {
    let mut text = points(table).text();
    if !table.settings.is_empty() {
        text += "\nmean ± standard error over seeds\n";
        text += &settings(table).text();
        text += &verdict(table);
    }
    for point in &table.points {
        if let Some(why) = &point.why {
            let _ = writeln!(text, "\n{} failed: {why}", point.name);
        }
    }
    text
}

/// The settings where seeds are varied, else the points; for a terminal.
pub fn short(table: &Table) -> String {
    match table.settings.is_empty() {
        true => points(table).text(),
        false => format!("mean ± standard error over seeds\n{}{}", settings(table).text(), verdict(table)),
    }
}

/// The verdict on the best setting, as far as the seeds allow one, as a paragraph.
pub fn verdict(table: &Table) -> String {
    let judge = Term::judge(table).and_then(|term| Some((term.verdict(table)?, term)));
    let Some(((verdict, names), term)) = judge.filter(|((verdict, _), _)| !verdict.rivals.is_empty()) else {
        return String::new();
    };
    format!("\nBy {}: {}\n", term.title, verdict.text(&names))
}

/// The points and, where seeds are varied, the settings; as Markdown.
pub fn markdown(table: &Table) -> String {
    let mut text = points(table).markdown();
    if !table.settings.is_empty() {
        text += "\nMean ± standard error over seeds:\n\n";
        text += &settings(table).markdown();
        text += &verdict(table);
    }
    text
}

/// The heading and the rows of a table, as text.
pub type Cells = (Vec<String>, Vec<Vec<String>>);

/// The settings, where seeds are varied, and the points; as cells.
pub fn grids(table: &Table) -> [Option<Cells>; 2] {
    let cells = |grid: Grid| (grid.head, grid.rows);
    [(!table.settings.is_empty()).then(|| cells(settings(table))), Some(cells(points(table)))]
}

/// The points as CSV; numbers read back exactly, and each has its standard error beside it.
pub fn points_csv(table: &Table) -> String {
    let quantities = QUANTITIES.iter().flat_map(|(name, ..)| [(*name).to_string(), format!("{name}_se")]);
    let head = ["number", "name"].map(String::from).into_iter().chain(table.fields.iter().cloned());
    let head = head.chain(["state".to_string(), "step".to_string()]).chain(quantities);
    let row = |point: &PointRow| {
        let mut row = vec![point.number.to_string(), point.name.clone()];
        row.extend(point.values.iter().cloned());
        row.extend([point.state.to_string(), point.step.map_or_else(String::new, |step| step.to_string())]);
        row.extend(point.measured.values().into_iter().flat_map(|estimate| {
            let number = |n: f64| if n.is_finite() { n.to_string() } else { String::new() };
            estimate.map_or_else(|| [String::new(), String::new()], |e| [number(e.value), number(e.se)])
        }));
        row
    };
    csv::table(head, table.points.iter().map(row))
}

/// The indices in [`QUANTITIES`] of those known for any point.
fn known(table: &Table) -> Vec<usize> {
    let any = |quantity: &usize| table.points.iter().any(|point| point.measured.values()[*quantity].is_some());
    (0..QUANTITIES.len()).filter(any).collect()
}

fn points(table: &Table) -> Grid {
    let known = known(table);
    let queued = table.points.iter().any(|point| point.queue.is_some());
    let mut head = vec!["point".to_string()];
    head.extend(table.fields.iter().cloned());
    head.push("state".into());
    head.extend(queued.then(|| "queue".to_string()));
    head.push("step".into());
    head.extend(known.iter().map(|&quantity| QUANTITIES[quantity].1.to_string()));
    let row = |point: &PointRow| {
        let mut row = vec![format!("{:04}", point.number)];
        row.extend(point.values.iter().cloned());
        row.push(point.standing());
        row.extend(queued.then(|| point.queue.clone().unwrap_or_default()));
        row.push(point.step.map_or_else(String::new, |step| step.to_string()));
        row.extend(known.iter().map(|&quantity| cell(point.measured.values()[quantity], quantity)));
        row
    };
    Grid::new(head, table.points.iter().map(row).collect())
}

fn settings(table: &Table) -> Grid {
    let known = known(table);
    let mut head: Vec<String> = table.setting_fields().map(String::from).collect();
    head.push("seeds".into());
    head.extend(known.iter().map(|&quantity| QUANTITIES[quantity].1.to_string()));
    let row = |setting: &SettingRow| {
        let mut row = setting.values.clone();
        row.push(format!("{}/{}", setting.done, setting.seeds));
        row.extend(known.iter().map(|&quantity| cell(setting.measured.values()[quantity], quantity)));
        row
    };
    Grid::new(head, table.settings.iter().map(row).collect())
}

fn cell(estimate: Option<Estimate>, quantity: usize) -> String {
    let decimals = QUANTITIES[quantity].2;
    match estimate {
        None => String::new(),
        // Exact, or one alone.
        Some(Estimate { value, se }) if se == 0.0 || !se.is_finite() => {
            let whole = value == value.trunc() && decimals < 2;
            if whole { format!("{value:.0}") } else { format!("{value:.decimals$}") }
        }
        Some(estimate) => format!("{estimate:.decimals$}"),
    }
}

impl Grid {
    /// Below `head`, with as many cells in every row.
    pub(crate) fn new(head: Vec<String>, rows: Vec<Vec<String>>) -> Self {
        let is_number = |cell: &str| cell.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let numeric =
            (0..head.len()).map(|column| rows.iter().all(|row| row[column].is_empty() || is_number(&row[column])));
        Self { numeric: numeric.collect(), head, rows }
    }

    /// For a terminal.
    pub(crate) fn text(&self) -> String {
        let length = |text: &str| text.chars().count();
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| length(&row[column]));
            cells.chain([length(&self.head[column])]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let mut text = String::new();
        for row in [&self.head].into_iter().chain(&self.rows) {
            let cells = row.iter().zip(&widths).zip(&self.numeric).map(|((cell, width), numeric)| {
                let space = " ".repeat(width - length(cell));
                if *numeric { format!("{space}{cell}") } else { format!("{cell}{space}") }
            });
            text += cells.collect::<Vec<_>>().join("  ").trim_end();
            text.push('\n');
        }
        text
    }

    /// As a table of Markdown.
    pub(crate) fn markdown(&self) -> String {
        let line = |cells: &mut dyn Iterator<Item = String>| {
            let cells = cells.map(|cell| cell.replace('|', "\\|"));
            format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
        };
        let rule = |numeric: &bool| if *numeric { "---:".to_string() } else { "---".to_string() };
        let mut text = line(&mut self.head.iter().cloned());
        text += &line(&mut self.numeric.iter().map(rule));
        self.rows.iter().for_each(|row| text += &line(&mut row.iter().cloned()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Measured;
    use super::*;
    use crate::data::Noun;
    use std::collections::BTreeMap;

    fn table() -> Table {
        let point = |number: usize, seed: &str, state: &'static str, elbo: f64| PointRow {
            number,
            name: format!("{number:04}-beta=4"),
            values: vec!["4".into(), seed.into()],
            state,
            why: None,
            queue: None,
            step: Some(100),
            share: 0.5,
            seconds_left: (state == "running").then_some(700.0),
            measured: Measured { elbo: Some(Estimate { value: elbo, se: 0.25 }), ..Measured::default() },
            more: BTreeMap::new(),
        };
        let settings = vec![SettingRow {
            values: vec!["4".into()],
            done: 2,
            seeds: 2,
            measured: Measured { elbo: Some(Estimate::mean(&[-100.0, -102.0])), ..Measured::default() },
        }];
        let points = vec![point(0, "0", "done", -100.0), point(1, "1", "running", -102.0)];
        let paths = vec!["objective.beta".into(), "seed".into()];
        let fields = vec!["beta".into(), "seed".into()];
        Table { study: "test".into(), noun: Noun::Image, fields, paths, seconds_left: None, points, settings }
    }

    #[test]
    fn a_terminal_gets_columns() {
        let expected = "point  beta  seed  state                      step  ELBO (validation)\n\
                        \u{20}0000     4     0  done                        100   -100.000 ± 0.250\n\
                        \u{20}0001     4     1  running 50 %, 12 min left   100   -102.000 ± 0.250\n\
                        \nmean ± standard error over seeds\n\
                        beta  seeds  ELBO (validation)\n\
                        \u{20}  4    2/2   -101.000 ± 1.000\n";
        assert_eq!(text(&table()), expected);
    }

    #[test]
    fn other_programs_get_markdown_and_csv() {
        let markdown = markdown(&table());
        assert!(
            markdown.starts_with("| point | beta | seed | state | step | ELBO (validation) |\n| ---: | ---: |"),
            "{markdown}"
        );
        let csv = points_csv(&table());
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0].split(',').count(), lines[1].split(',').count());
        assert!(lines[1].starts_with("0,0000-beta=4,4,0,done,100,-100,0.25,,"), "{csv}");
    }
}
