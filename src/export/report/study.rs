//! The report of a study.

use super::environment::Environment;
use super::page::{environment, figure, page, paragraphs, table};
use crate::data::Split;
use crate::export::chart::{COLOURS, Chart, Line, Look, escaped};
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
    /// The study's own notes.
    pub notes: String,
    /// The study as its file has it.
    pub ron: String,
    /// The program and the machine.
    pub environment: Environment,
}

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
    body += &paragraphs(&report.notes);
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
    body += &format!("<footer>All information in {}. Made by <code>elbow report</code>.</footer>", points.noun.nats());
    page(&name, &body)
}

/// The bounds of all points, a colour for each setting where there are colours enough.
fn curves(report: &StudyReport) -> String {
    let StudyReport { table, reports, .. } = report;
    let groups = table.groups();
    let few = groups.len() <= COLOURS.len();
    let look = if few { Look::Strong } else { Look::Faint };
    let mut lines = Vec::new();
    for (group, colour) in groups.iter().zip(COLOURS.iter().cycle()) {
        let mut name = if few { table.name_of(&group.values) } else { String::new() };
        for point in &group.points {
            let place = table.points.iter().position(|it| it.number == point.number);
            let reports = place.and_then(|place| reports.get(place)).map_or(&[][..], Vec::as_slice);
            let rows = reports.iter().filter(|report| report.split == Split::Validation && report.whole);
            let points: Vec<[f64; 2]> = rows.map(|report| [report.epoch, report.elbo]).collect();
            if !points.is_empty() {
                lines.push(Line { name: std::mem::take(&mut name), colour: (*colour).into(), look, points });
            }
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    let chart = Chart { title: "ELBO".into(), x: "epoch".into(), y: table.noun.nats().into(), lines, settles: true };
    let caption = match table.settings.is_empty() {
        true => "The bound on the validation images of each point.",
        false => "The bound on the validation images of each point; the seeds of a setting have one colour.",
    };
    format!("<h2>Training</h2>\n{}", figure(&chart.svg(), &table.noun.say(caption)))
}
