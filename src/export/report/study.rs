//! The report of a study.

use super::environment::Environment;
use super::page::{environment, figure, page, table};
use crate::data::Split;
use crate::export::chart::{COLOURS, Chart, Line, escaped};
use crate::study::render;
use crate::study::table::Table;
use crate::train::Report;

/// The contents of the report of a study.
pub struct StudyReport {
    /// The study's folder, as it was named.
    pub folder: String,
    /// The table of its points.
    pub table: Table,
    /// The reports of each point, in the order of the table.
    pub reports: Vec<Vec<Report>>,
    /// The study as its file has it.
    pub ron: String,
    /// The program and the machine.
    pub environment: Environment,
}

/// Most lines with a name in the legend, and a colour of their own.
const NAMED: usize = COLOURS.len();

/// The report of a study, as HTML.
pub fn study_report(report: &StudyReport) -> String {
    let StudyReport { table: points, folder, .. } = report;
    let name = if points.study.is_empty() { folder.clone() } else { points.study.clone() };
    let done = points.points.iter().filter(|point| point.state == "done").count();
    let mut body = format!(
        "<h1>{}</h1>\n<p class=\"lead\">A study of {} points, {done} of them done; its fields: {}.</p>\n",
        escaped(&name),
        points.points.len(),
        escaped(&points.fields.join(", "))
    );
    let [settings, all] = render::grids(points).map(|grid| {
        grid.map(|(head, rows)| {
            let head: Vec<&str> = head.iter().map(String::as_str).collect();
            table(&head, &rows)
        })
    });
    if let Some(settings) = settings {
        body += &format!("<h2>Settings</h2>\n<p class=\"note\">Mean ± standard error over seeds.</p>\n{settings}");
        let verdict = render::verdict(points);
        body += &format!("<p>{}</p>\n", escaped(verdict.trim()));
    }
    body += &format!("<h2>Points</h2>\n{}", all.unwrap_or_default());
    for point in &points.points {
        if let Some(why) = &point.why {
            body += &format!("<p class=\"warning\">{} failed: {}</p>\n", escaped(&point.name), escaped(why));
        }
    }
    body += &curves(report);
    body += &environment(&report.environment);
    body += &format!(
        "<h2>How to repeat it</h2>\n<p>Save the study below as <code>study.ron</code>.</p>\n<pre>elbow study study.ron \
         --out DIR</pre>\n<pre>{}</pre>\n",
        escaped(report.ron.trim())
    );
    body += "<footer>All information in nats per image. Made by <code>elbow report</code>.</footer>";
    page(&name, &body)
}

fn curves(report: &StudyReport) -> String {
    let few = report.reports.len() <= NAMED;
    let line = |(place, (point, reports)): (usize, (&crate::study::table::PointRow, &Vec<Report>))| {
        let rows = reports.iter().filter(|report| report.split == Split::Validation && report.whole);
        Line {
            name: if few { point.values.join(" ") } else { String::new() },
            colour: COLOURS[place % NAMED].into(),
            faint: !few,
            points: rows.map(|report| [report.epoch, report.elbo]).collect(),
        }
    };
    let lines: Vec<Line> = report.table.points.iter().zip(&report.reports).enumerate().map(line).collect();
    if lines.iter().all(|line| line.points.is_empty()) {
        return String::new();
    }
    let chart = Chart { title: "ELBO".into(), x: "epoch".into(), y: "nats per image".into(), lines, settles: true };
    format!("<h2>Training</h2>\n{}", figure(&chart.svg(), "The bound on the validation images of each point."))
}
