//! The report of a run.

use super::environment::Environment;
use super::page::{environment, figure, numbers, page, paragraphs, picture, table};
use crate::data::{Noun, Split};
use crate::estimate::Estimate;
use crate::experiment::{Choice, Experiment, FeatureShape, Plan};
use crate::export::chart::{COLOURS, Chart, Line, escaped};
use crate::train::{Deed, LedgerEntry, Report};
use crate::worker::Evaluation;

/// The contents of the report of a run.
pub struct RunReport {
    /// The run's folder, as it was named.
    pub folder: String,
    /// The run's experiment.
    pub experiment: Experiment,
    /// The experiment as a file has it.
    pub ron: String,
    /// The plan of its networks.
    pub plan: Plan,
    /// A sentence on the data: their source and its size.
    pub data: String,
    /// What an item of the data is called.
    pub noun: Noun,
    /// Whether no items are held out, so that the bound is measured on those that the model is trained on.
    pub validates_on_training: bool,
    /// Number of steps that were taken.
    pub step: u64,
    /// Number of epochs that were trained, with the part of the present one.
    pub epoch: f64,
    /// The reports of the run.
    pub reports: Vec<Report>,
    /// The ledger, if one was kept.
    pub ledger: Vec<LedgerEntry>,
    /// The history of the run: resumes, edits, forks.
    pub deeds: Vec<Deed>,
    /// Pictures as PNG files, each with a caption.
    pub pictures: Vec<(String, Vec<u8>)>,
    /// An evaluation of the model, and the command that makes it.
    pub evaluation: Option<(Evaluation, String)>,
    /// The program and the machine.
    pub environment: Environment,
}

/// The report of a run, as HTML.
pub fn run_report(report: &RunReport) -> String {
    let RunReport { experiment, folder, .. } = report;
    let name = if experiment.name.is_empty() { folder.clone() } else { experiment.name.clone() };
    let mut body = format!("<h1>{}</h1>\n<p class=\"lead\">{}</p>\n", escaped(&name), escaped(&summary(report)));
    body += &paragraphs(&experiment.notes);
    body += &numbers(&headline(report));
    body += "<h2>Training</h2>\n";
    body += &charts(report);
    if !report.ledger.is_empty() {
        body += &ledger(&report.ledger, report.noun);
    }
    if !report.pictures.is_empty() {
        body += "<h2>Pictures</h2>\n";
        for (caption, png) in &report.pictures {
            body += &figure(&picture(png, caption), caption);
        }
    }
    if let Some((evaluation, command)) = &report.evaluation {
        body += &evaluated(evaluation, command, report.noun);
    }
    body += &model(report);
    if !report.deeds.is_empty() {
        let rows: Vec<Vec<String>> = report
            .deeds
            .iter()
            .map(|deed| vec![deed.date(), deed.step.to_string(), deed.kind.name().to_owned(), deed.detail.clone()])
            .collect();
        body += "<h2>What was done</h2>\n";
        body += &table(&["when", "step", "what", ""], &rows);
    }
    body += &environment(&report.environment);
    body += &repeat(report);
    let nats = report.noun.nats();
    body += &format!("<footer>All information in {nats}. Made by <code>elbow report</code>.</footer>");
    page(&name, &body)
}

/// The experiment in a sentence.
fn summary(report: &RunReport) -> String {
    let RunReport { experiment, plan, data, step, epoch, .. } = report;
    format!(
        "{data}. p(x|z): {}; q(z|x): {}; p(z): {}; {} latent dimensions, {} parameters. {step} steps, {epoch:.1} \
         epochs, seed {}.",
        experiment.decoder.likelihood.name(),
        experiment.latent.posterior.name(),
        experiment.latent.prior.name(),
        plan.latent,
        plan.parameters,
        experiment.seed
    )
}

/// The adjective of the images that the bound is measured on: where none are held out, they are those that the model is
/// trained on.
fn measured_on(report: &RunReport) -> &'static str {
    if report.validates_on_training { "all training" } else { "validation" }
}

/// The last whole measurement on the validation images, or on all training images where none are held out.
fn validation(reports: &[Report]) -> Option<&Report> {
    reports.iter().rev().find(|report| report.split == Split::Validation && report.whole)
}

fn headline(report: &RunReport) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let two = |value: f64, se: f64| match se.is_finite() {
        true => format!("{value:.2} ± {se:.2}"),
        false => format!("{value:.2}"),
    };
    if let Some((e, _)) = &report.evaluation {
        all.push((
            two(e.elbo, e.elbo_se),
            format!("ELBO, {} {} {}", e.images, e.split.adjective(), report.noun.of(e.images)),
        ));
        if e.log_px.is_finite() {
            all.push((two(e.log_px, e.log_px_se), format!("log p(x), {}", e.method)));
        }
        all.push((format!("{:.2}", e.kl), "KL[q(z|x) ‖ p(z)]".into()));
        all.push((e.active_units_text(), format!("active units of {}", report.plan.latent)));
    }
    if let Some(last) = validation(&report.reports) {
        let (images, many) = (measured_on(report), report.noun.many());
        all.push((two(last.elbo, last.elbo_se), format!("ELBO, {images} {many}, last epoch")));
    }
    all
}

fn charts(report: &RunReport) -> String {
    let of = |split: Split, whole: bool, value: fn(&Report) -> f64| -> Vec<[f64; 2]> {
        let rows = report.reports.iter().filter(|r| r.split == split && (r.whole == whole || split == Split::Train));
        rows.map(|r| [r.epoch, value(r)]).collect()
    };
    let (images, nats) = (measured_on(report), report.noun.nats());
    let pair = |name: &str, colour: &str, value: fn(&Report) -> f64| {
        let line = |name: String, faint, points| Line { name, colour: colour.into(), faint, points };
        [
            line(format!("{name} training"), true, of(Split::Train, true, value)),
            line(format!("{name} {images}"), false, of(Split::Validation, true, value)),
        ]
    };
    let chart = |title: &str, y: &str, lines: Vec<Line>| {
        let lines = lines.into_iter().filter(|line| !line.points.is_empty()).collect();
        Chart { title: title.into(), x: "epoch".into(), y: y.into(), lines, settles: true }.svg()
    };
    let bound = chart("ELBO", nats, pair("", COLOURS[0], |r| r.elbo).map(named).into());
    let terms = [pair("E[log p(x|z)]", COLOURS[1], |r| r.reconstruction), pair("KL", COLOURS[2], |r| r.kl)];
    let [reconstruction, kl] = terms;
    let caption =
        format!("The bound with β = 1: of each minibatch faint, on the {images} {} strong.", report.noun.many());
    let mut html = figure(&bound, &caption);
    html += &figure(&chart("Reconstruction", nats, reconstruction.into()), "E_q[log p(x|z)].");
    html += &figure(&chart("KL", nats, kl.into()), "KL[q(z|x) ‖ p(z)], not weighted.");
    let last = report.reports.iter().rev().find(|r| r.kl_per_dimension.len() == report.plan.latent);
    if let Some(last) = last.filter(|_| report.plan.latent > 1) {
        let mut kl = last.kl_per_dimension.clone();
        kl.sort_by(|a, b| b.total_cmp(a));
        // A bar each, as an outline from 0.
        let bar = |(place, &kl): (usize, &f32)| {
            let (left, right, top) = (place as f64 + 0.6, place as f64 + 1.4, f64::from(kl));
            [[left, 0.0], [left, top], [right, top], [right, 0.0], [f64::NAN, 0.0]]
        };
        let points = kl.iter().enumerate().flat_map(bar).collect();
        let line = Line { name: String::new(), colour: COLOURS[3].into(), faint: false, points };
        let chart = Chart {
            title: "KL of each latent dimension, the highest first".into(),
            x: "rank".into(),
            y: "nats".into(),
            lines: vec![line],
            settles: false,
        };
        html += &figure(&chart.svg(), "Where it is 0, the dimension says nothing.");
    }
    html
}

/// A line with its name without the leading space.
fn named(line: Line) -> Line {
    Line { name: line.name.trim().to_owned(), ..line }
}

fn ledger(entries: &[LedgerEntry], noun: Noun) -> String {
    let line = |name: &str, colour: usize, value: fn(&LedgerEntry) -> f64| Line {
        name: name.into(),
        colour: COLOURS[colour].into(),
        faint: false,
        points: entries.iter().map(|entry| [entry.epoch, value(entry)]).collect(),
    };
    let chart = Chart {
        title: "The ledger".into(),
        x: "epoch".into(),
        y: noun.nats().into(),
        lines: vec![line("ELBO", 0, |e| e.elbo.value), line("log p(x)", 1, |e| e.log_px.value)],
        settles: true,
    };
    let gap = Chart {
        title: "The gap".into(),
        x: "epoch".into(),
        y: noun.nats().into(),
        lines: vec![line("KL[q(z|x) ‖ p(z|x)]", 2, |e| e.posterior_kl.value)],
        settles: true,
    };
    let Some(last) = entries.last() else { return String::new() };
    let caption = format!(
        "On {} probe {}, log p(x) {}. Last residual log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO: {}.",
        last.images,
        noun.of(last.images),
        last.method.how(),
        last.residual
    );
    format!("<h2>Ledger</h2>\n{}{}", figure(&chart.svg(), &caption), figure(&gap.svg(), "Measured without the ELBO."))
}

fn evaluated(e: &Evaluation, command: &str, noun: Noun) -> String {
    let many = noun.many();
    let error = |se: f64| if se.is_nan() { "not known".to_owned() } else { format!("{se:.3}") };
    let terms: Vec<Vec<String>> = e
        .identity
        .iter()
        .map(|term| {
            let [measurement, images] = [term.measurement_se, term.images_se].map(error);
            vec![term.name.to_string(), format!("{:.3}", term.value), measurement, images]
        })
        .collect();
    let methods: Vec<Vec<String>> = e
        .methods
        .iter()
        .map(|m| {
            let log_px = Estimate { value: m.log_px, se: m.log_px_se }.to_string();
            let gap = m.posterior_kl.map_or_else(String::new, |gap| gap.to_string());
            vec![m.method.clone(), m.images.to_string(), log_px, gap, format!("{:.1}", m.seconds)]
        })
        .collect();
    let mut html = format!(
        "<h2>Evaluation</h2>\n<p>{} {} {}, {}: <code>{}</code></p>\n{}<p class=\"note\">Errors: of the measurement for \
         these very {many}, and over the choice of as many {many}.</p>\n",
        e.images,
        e.split.adjective(),
        noun.of(e.images),
        noun.nats(),
        escaped(command),
        table(&["", "value", "± measurement", &format!("± over {many}")], &terms)
    );
    if let Some(residual) = e.residual {
        html += &format!("<p>Residual log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO: {}</p>\n", escaped(&residual.to_string()));
    }
    html += &table(&["log p(x)", many, "nats", "gap", "seconds"], &methods);
    if let Some(g) = &e.gap_split {
        html += &format!(
            "<p>Of the gap, on {} {many}: approximation {}, amortisation {} ({} steps{}).</p>\n",
            g.images,
            g.approximation_gap,
            g.amortisation_gap,
            g.steps,
            if g.converged { "" } else { ", not settled" }
        );
    }
    if let Some(a) = &e.aggregate {
        html += &format!(
            "<p>KL over {} {many}: {} = mutual information {} + KL[q(z) ‖ p(z)] {}.</p>\n",
            a.images, a.kl, a.mutual_information, a.marginal_kl
        );
    }
    for warning in &e.warnings {
        html += &format!("<p class=\"warning\">{}</p>\n", escaped(warning));
    }
    html
}

fn model(report: &RunReport) -> String {
    let layer = |layer: &crate::experiment::PlannedLayer| {
        let shape = |shape: FeatureShape| shape.to_string();
        vec![
            layer.name.clone(),
            layer.layer.kind().to_owned(),
            shape(layer.input),
            shape(layer.output),
            layer.parameters.to_string(),
        ]
    };
    let plan = &report.plan;
    let mut rows: Vec<Vec<String>> = plan.encoder.iter().map(layer).collect();
    rows.push(vec![
        "encoder.heads".into(),
        "dense".into(),
        plan.features.to_string(),
        plan.heads.to_string(),
        ((plan.features + 1) * plan.heads).to_string(),
    ]);
    rows.extend(plan.decoder.iter().map(layer));
    format!("<h2>Networks</h2>\n{}", table(&["layer", "kind", "reads", "gives", "parameters"], &rows))
}

fn repeat(report: &RunReport) -> String {
    let evaluation = report.evaluation.as_ref().map_or(String::new(), |(_, command)| format!("\n{command}"));
    format!(
        "<h2>How to repeat it</h2>\n<p>Save the experiment below as <code>experiment.ron</code>; on the CPU its \
         numbers come out the same, bit for bit.</p>\n<pre>elbow train experiment.ron --out DIR{}</pre>\n\
         <pre>{}</pre>\n",
        escaped(&evaluation.replace(&report.folder, "DIR")),
        escaped(report.ron.trim())
    )
}
