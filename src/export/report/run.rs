//! The report of a run.

use super::environment::Environment;
use super::page::{count, environment, estimate, figure, numbers, page, paragraphs, picture, table};
use crate::data::{Noun, Split};
use crate::estimate::Estimate;
use crate::experiment::{Choice, Experiment, FeatureShape, Plan};
use crate::export::chart::{COLOURS, Chart, Line, Look, escaped};
use crate::train::{Deed, DeedKind, LedgerEntry, Report};
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
    /// The source of the data, in words.
    pub data: String,
    /// The noun for one item of the data: image, row or point.
    pub noun: Noun,
    /// The numbers of items that are held out for validation, if any are, and for the test.
    pub held_out: (Option<usize>, usize),
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
    /// An evaluation of the model, and the options of `elbow eval` that make it.
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
    if let Some((evaluation, options)) = &report.evaluation {
        body += &evaluated(evaluation, &format!("elbow eval {folder} {options}"), report.noun);
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
    let RunReport { experiment, plan, data, step, epoch, held_out: (validation, test), .. } = report;
    let validation =
        validation.map_or(String::new(), |validation| format!("{} for validation and ", count(validation)));
    format!(
        "Data: {data}; {validation}{} for the test. p(x|z): {}; q(z|x): {}; p(z): {}; {} latent dimension{}, \
         {} parameters. {} steps, {epoch:.1} epochs, seed {}.",
        count(*test),
        experiment.decoder.likelihood.name(),
        experiment.latent.posterior.name(),
        experiment.latent.prior.name(),
        plan.latent,
        if plan.latent == 1 { "" } else { "s" },
        count(plan.parameters),
        count(usize::try_from(*step).unwrap_or(usize::MAX)),
        experiment.seed
    )
}

/// The adjective of the images that the bound is measured on: where none are held out, they are those that the model is
/// trained on.
fn measured_on(report: &RunReport) -> &'static str {
    if report.held_out.0.is_none() { "all training" } else { "validation" }
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
            format!("ELBO, {} {} {}", count(e.images), e.split.adjective(), report.noun.of(e.images)),
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
        let line = |name: String, look, points| Line { name, colour: colour.into(), look, points };
        [
            line(format!("{name} training"), Look::Faint, of(Split::Train, true, value)),
            line(format!("{name} {images}"), Look::Strong, of(Split::Validation, true, value)),
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
        let points = kl.iter().enumerate().map(|(place, &kl)| [place as f64 + 1.0, f64::from(kl)]).collect();
        let line = Line { name: String::new(), colour: COLOURS[3].into(), look: Look::Bars, points };
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
        look: Look::Strong,
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
        count(last.images),
        noun.of(last.images),
        last.method.how(),
        estimate(last.residual)
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
            let log_px = estimate(Estimate { value: m.log_px, se: m.log_px_se });
            let gap = m.posterior_kl.map_or_else(String::new, estimate);
            vec![m.method.clone(), count(m.images), log_px, gap, format!("{:.1}", m.seconds)]
        })
        .collect();
    let mut html = format!(
        "<h2>Evaluation</h2>\n<p>{} {} {}, {}: <code>{}</code></p>\n{}<p class=\"note\">Errors: of the measurement for \
         these very {many}, and over the choice of as many {many}.</p>\n",
        count(e.images),
        e.split.adjective(),
        noun.of(e.images),
        noun.nats(),
        escaped(command),
        table(&["", "value", "± measurement", &format!("± over {many}")], &terms)
    );
    if let Some(residual) = e.residual {
        html += &format!("<p>Residual log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO: {}.</p>\n", estimate(residual));
    }
    html += &table(&["log p(x)", many, "nats", "gap", "seconds"], &methods);
    if let Some(g) = &e.gap_split {
        html += &format!(
            "<p>Of the gap, on {} {many}: approximation {}, amortisation {} ({} steps{}).</p>\n",
            count(g.images),
            estimate(g.approximation_gap),
            estimate(g.amortisation_gap),
            g.steps,
            if g.converged { "" } else { ", not settled" }
        );
    }
    if let Some(a) = &e.aggregate {
        html += &format!(
            "<p>KL over {} {many}: {} = mutual information {} + KL[q(z) ‖ p(z)] {}.</p>\n",
            count(a.images),
            estimate(a.kl),
            estimate(a.mutual_information),
            estimate(a.marginal_kl)
        );
    }
    for warning in &e.warnings {
        html += &format!("<p class=\"warning\">{}</p>\n", escaped(&capitalised(warning)));
    }
    html
}

/// A sentence that began with a small letter, behind "warning: ".
fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn model(report: &RunReport) -> String {
    let layer = |layer: &crate::experiment::PlannedLayer| {
        let shape = |shape: FeatureShape| shape.to_string();
        vec![
            layer.name.clone(),
            layer.layer.kind().to_owned(),
            shape(layer.input),
            shape(layer.output),
            count(layer.parameters),
        ]
    };
    let plan = &report.plan;
    let mut rows: Vec<Vec<String>> = plan.encoder.iter().map(layer).collect();
    rows.push(vec![
        "encoder.heads".into(),
        "dense".into(),
        plan.features.to_string(),
        plan.heads.to_string(),
        count((plan.features + 1) * plan.heads),
    ]);
    rows.extend(plan.decoder.iter().map(layer));
    format!("<h2>Networks</h2>\n{}", table(&["layer", "kind", "reads", "gives", "parameters"], &rows))
}

/// Whether a run that this was done to is another than its experiment alone gives.
fn alters(deed: &Deed) -> bool {
    match deed.kind {
        DeedKind::Begun | DeedKind::Resumed | DeedKind::EndedOnBest => false,
        DeedKind::Forked
        | DeedKind::Edited
        | DeedKind::Extended
        | DeedKind::Rewritten
        | DeedKind::OtherData
        | DeedKind::FellBack => true,
    }
}

fn repeat(report: &RunReport) -> String {
    let evaluation =
        report.evaluation.as_ref().map_or(String::new(), |(_, options)| format!("\nelbow eval DIR {options}"));
    let promise = match report.deeds.iter().any(alters) {
        false => "a run on the CPU comes out the same with the same version of Elbow, bit for bit.",
        true => {
            "it is the last form of an experiment that was changed on its way, and gives this run only where all that is \
             listed under <i>What was done</i> is done again at the same steps."
        }
    };
    format!(
        "<h2>How to repeat it</h2>\n<p>Save the experiment below as <code>experiment.ron</code>; {promise}</p>\n\
         <pre>elbow train experiment.ron --out DIR{}</pre>\n<pre>{}</pre>\n",
        escaped(&evaluation),
        escaped(report.ron.trim())
    )
}
