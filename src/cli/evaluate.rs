//! The command `elbow eval`.

use super::arguments::{RunArgs, SplitArg};
use super::headless::Headless;
use super::output;
use super::progress::Progress;
use crate::data::Noun;
use crate::estimate::Estimate;
use crate::evidence::{Method, Methods};
use crate::files::utc;
use crate::study::render::Grid;
use crate::train::{KeptEvaluation, RunFolder};
use crate::worker::{Command, Evaluation, EvaluationRequest, Event, Failure, Verdict};
use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use serde_json::Value;
use std::fmt::Write as _;

#[derive(Args)]
pub struct EvalArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Number of importance samples per image.
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = at_least(1, 100_000))]
    samples: usize,
    /// Number of images, from the first.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = at_least(1, u64::MAX))]
    images: usize,
    #[arg(long, value_enum, default_value = "test")]
    split: SplitArg,
    /// How log p(x) is measured.
    #[arg(long, value_enum, default_value = "auto")]
    method: MethodArg,
    /// Number of images for annealed importance sampling, and of simulated images (default: as many as are evaluated).
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least(1, u64::MAX))]
    ais_images: usize,
    /// Number of annealed chains per image.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = at_least(1, 10_000))]
    chains: usize,
    /// Number of intermediate distributions in annealing; a pilot run decides their spacing for each image.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = at_least(2, 1_000_000))]
    temperatures: usize,
    /// Number of images whose gap is split into approximation and amortisation gap; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 64)]
    gap_images: usize,
    /// Number of draws of z per image for the parts of the KL term (mutual information and others); 0 leaves them out.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least(0, 1_000))]
    draws: usize,
    /// List the evaluations that are kept with the run, and measure nothing.
    #[arg(long)]
    kept: bool,
    /// Print the result as JSON; of kept evaluations a line each.
    #[arg(long)]
    json: bool,
}

pub fn at_least(least: u64, most: u64) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(least..=most)
}

/// How log p(x) is measured, as an argument.
#[derive(Clone, Copy, ValueEnum)]
pub enum MethodArg {
    /// The closed form or quadrature where the model allows it, else adaptive importance sampling; and besides,
    /// importance sampling from q(z|x).
    Auto,
    /// The closed form of a linear-Gaussian model.
    Exact,
    /// Quadrature, for one or two latent dimensions.
    Quadrature,
    /// Importance sampling from q(z|x).
    Importance,
    /// Importance sampling from a mixture that a pilot run adapts to each image, so that it finds what q(z|x) misses.
    Adaptive,
    /// Annealed importance sampling from p(z), and bidirectional Monte Carlo on simulated images.
    Ais,
    /// All methods that the model allows.
    All,
}

impl From<MethodArg> for Methods {
    fn from(method: MethodArg) -> Self {
        match method {
            MethodArg::Auto => Self::Auto,
            MethodArg::Exact => Self::Only(Method::ClosedForm),
            MethodArg::Quadrature => Self::Only(Method::Quadrature),
            MethodArg::Importance => Self::Only(Method::Importance),
            MethodArg::Adaptive => Self::Only(Method::Adaptive),
            MethodArg::Ais => Self::Only(Method::Annealing),
            MethodArg::All => Self::All,
        }
    }
}

pub fn run(args: EvalArgs) -> Result<(), Failure> {
    if args.kept {
        return kept(&RunFolder::at(&args.run.run), args.json);
    }
    let headless = Headless::open(&args.run)?;
    let noun = headless.client.status().noun;
    let request = EvaluationRequest {
        split: args.split.into(),
        images: args.images,
        samples: args.samples,
        methods: args.method.into(),
        annealed_images: args.ais_images,
        chains: args.chains,
        temperatures: args.temperatures,
        gap_images: args.gap_images,
        aggregate_draws: args.draws,
    };
    let evaluation = evaluate(&headless, request)?;
    if !evaluation.elbo.is_finite() {
        return Err(Failure::Run(format!(
            "the model's bound on its {} {} is not a finite number: there is nothing to measure; its training has \
             diverged, and a run with a lower learning rate (training.learning_rate) or a clipped gradient \
             (training.clip: 10) may not",
            evaluation.split.name(),
            noun.many()
        )));
    }
    if args.json {
        return output::json(&evaluation);
    }
    output::print(&text(&evaluation, noun))
}

/// Print the evaluations that are kept with a run, the oldest first.
fn kept(run: &RunFolder, json: bool) -> Result<(), Failure> {
    run.experiment()?;
    let (evaluations, wrong) = run.evaluations();
    wrong.iter().for_each(|why| output::note(format_args!("warning: {why}")));
    if json {
        return evaluations.iter().try_for_each(output::json);
    }
    if evaluations.is_empty() {
        return output::line("no evaluation is kept with this run; `elbow eval RUN_DIR` makes one");
    }
    let head = ["when", "step", "state", "split", "images", "log p(x)", "by", "samples", "ELBO", "active"];
    let row = |kept: &KeptEvaluation| {
        let whole = |name: &str| kept.number(name).map_or_else(String::new, |number| format!("{number:.0}"));
        let text = |name: &str| kept.evaluation.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let nats = |name: &str| kept.estimate(name).map_or_else(String::new, |estimate| estimate.to_string());
        vec![
            utc(kept.at),
            kept.step().to_string(),
            text("state"),
            text("split"),
            whole("images"),
            nats("log_px"),
            text("method"),
            whole("samples"),
            nats("elbo"),
            whole("active_units"),
        ]
    };
    output::print(&Grid::new(head.map(String::from).into(), evaluations.iter().map(row).collect()).text())
}

pub fn evaluate(headless: &Headless, request: EvaluationRequest) -> Result<Evaluation, Failure> {
    /// Number of steps of the progress bar.
    const STEPS: f32 = 1_000.0;
    headless.client.send(Command::begin(request));
    let progress = Progress::new();
    headless.wait(&progress, |status, event| {
        if let Some(evaluation) = status.job(EvaluationRequest::KIND) {
            let done = (evaluation.share() * STEPS) as u64;
            progress
                .show(done, Some(STEPS as u64), || format!("{:.0} %: {}", 100.0 * evaluation.share(), evaluation.what));
        }
        match event {
            Some(Event::Evaluated(evaluation)) => Some((**evaluation).clone()),
            _ => None,
        }
    })
}

/// The result as text for a person.
fn text(e: &Evaluation, noun: Noun) -> String {
    let (one, many) = (noun.one(), noun.many());
    let mut text = format!(
        "{} {} {}, {}\n{:<21}  {:>12}  {:>13}  {:>13}\n",
        e.images,
        e.split.adjective(),
        noun.of(e.images),
        noun.nats(),
        "",
        "",
        "± measurement",
        format!("± over {many}")
    );
    let mut add = |line: std::fmt::Arguments| text.write_fmt(line).expect("a string takes any text");
    let plain = |e: Estimate| e.to_string();
    let error = |se: f64| if se.is_nan() { "not known".to_string() } else { format!("{se:.3}") };
    for term in &e.identity {
        let how = if term.name == "log p(x)" { format!("  by {}", e.method) } else { String::new() };
        let [measurement, images] = [term.measurement_se, term.images_se].map(error);
        add(format_args!("{:<21}  {:>12.3}  {measurement:>13}  {images:>13}{how}\n", term.name, term.value));
    }
    if let Some(residual) = e.residual {
        let verdict = match e.verdict() {
            None => format!("of one {one} no error is known, so whether they add up is not judged"),
            Some(Verdict::Holds) => "0 within its error: they add up".into(),
            Some(Verdict::Doubtful) => "over 3 standard errors from 0: in doubt".into(),
            Some(Verdict::Broken) => "NOT 0: one of the terms is wrong".into(),
        };
        add(format_args!("residual               {residual:.5}  (log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO; {verdict})\n"));
    }
    add(format_args!("active units           {}\n", e.active_units_text()));

    add(format_args!(
        "\nlog p(x), ± measurement           {many:>6}  nats                    gap                seconds\n"
    ));
    for m in &e.methods {
        let log_px = plain(Estimate { value: m.log_px, se: m.log_px_se });
        let gap = m.posterior_kl.map_or_else(String::new, plain);
        add(format_args!("{:<32}  {:>6}  {log_px:<22}  {gap:<17}  {:.1}\n", m.method, m.images, m.seconds));
    }
    for a in &e.agreement {
        let [first, second] = &a.methods;
        let difference = Estimate { value: a.difference, se: a.difference_se };
        let verdict = match a.agree {
            Some(true) => format!(", {:.0} % of them within error: they agree", 100.0 * a.images_within),
            Some(false) => format!(", {:.0} % of them within error: THEY DISAGREE", 100.0 * a.images_within),
            None => ": whether they agree is not known".to_string(),
        };
        add(format_args!("{first} − {second}: {difference:.4} on {} {}{verdict}\n", a.images, noun.of(a.images)));
    }
    if let Some(w) = &e.importance {
        let shape = |k: Option<f64>| k.map_or_else(|| "none".into(), |k| format!("{k:.2}"));
        add(format_args!(
            "\nimportance weights: {:.0} of {} samples effective ({:.0} at worst), k̂ {} ({} at worst; trusted below \
             {:.2})\n",
            w.effective_samples,
            e.samples,
            w.effective_samples_min,
            shape(w.pareto_k),
            shape(w.pareto_k_max),
            w.pareto_k_threshold
        ));
    }
    if let Some(a) = &e.adaptive {
        let shape = |k: Option<f64>| k.map_or_else(|| "none".into(), |k| format!("{k:.2}"));
        add(format_args!(
            "\nadaptive importance sampling: {} of {} samples counted, from q, the prior and {} components; {:.0} \
             effective ({:.0} at worst), k̂ {} ({} at worst; trusted below {:.2})\n",
            a.counted,
            e.samples,
            a.components,
            a.effective_samples,
            a.effective_samples_min,
            shape(a.pareto_k),
            shape(a.pareto_k_max),
            a.pareto_k_threshold
        ));
    }
    if let Some(a) = &e.annealing {
        add(format_args!(
            "annealing: {} chains, {} temperatures, acceptance {:.2}, {:.1} chains effective; on {} simulated \
             {many} log p(x) lies between {} and {}\n",
            a.chains,
            a.temperatures,
            a.acceptance,
            a.effective_chains,
            a.simulated.images,
            plain(a.simulated.lower),
            plain(a.simulated.upper)
        ));
    }
    if let Some(g) = &e.gap_split {
        add(format_args!(
            "\ngap on {} {many}, ± measurement: approximation {}, amortisation {} ({} steps{})\n",
            g.images,
            plain(g.approximation_gap),
            plain(g.amortisation_gap),
            g.steps,
            if g.converged { "" } else { ", not settled" }
        ));
    }
    if let Some(a) = &e.aggregate {
        add(format_args!(
            "KL over {} {many}, ± over {many}: {} = mutual information {} + KL[q(z) ‖ p(z)] {}\n",
            a.images,
            plain(a.kl),
            plain(a.mutual_information),
            plain(a.marginal_kl)
        ));
        if let (Some(total), Some(dimensions)) = (a.total_correlation, &a.dimension_wise_kl) {
            let sum: f64 = dimensions.iter().map(|kl| kl.value).sum();
            add(format_args!("of that total correlation {}, dimension-wise KL {sum:.3}\n", plain(total)));
        }
        add(format_args!("({})\n", a.estimator));
    }
    if let Some(scores) = &e.disentanglement {
        add(format_args!("\nposterior means of {} training {many} against their factors, 0 to 1\n", scores.images));
        for (name, value, _) in scores.named() {
            add(format_args!("{name:<20}  {value:.3}\n"));
        }
    }
    for warning in &e.warnings {
        add(format_args!("\nwarning: {warning}\n"));
    }
    text
}
