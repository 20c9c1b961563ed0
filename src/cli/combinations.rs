//! The command `elbow combinations`.

use super::output;
use crate::estimate::Estimate;
use crate::experiment::{Choice, Likelihood, Posterior, Prior};
use crate::train::combinations::{Combination, Trial, Trials};
use crate::worker::Failure;
use clap::Args;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Debug;

#[derive(Args)]
pub struct CombinationsArgs {
    /// Use only combinations of these methods, by their names in files; of a list in which none is named, all methods
    /// are used.
    methods: Vec<String>,
    /// Number of optimiser steps for each combination.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    steps: u64,
    /// Print one line of JSON per combination.
    #[arg(long)]
    json: bool,
}

/// A line of the table.
#[derive(Serialize)]
struct Line {
    likelihood: String,
    posterior: String,
    prior: String,
    offered: bool,
    /// Why the combination is not offered, or how it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The bound before training in nats per image; further fields have it after training, and the improvement.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rise: Option<Estimate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    /// Whether the combination is offered, all values are finite, and the bound has risen by more than three standard
    /// errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<bool>,
}

pub fn run(args: CombinationsArgs) -> Result<(), Failure> {
    let named = Named::new(&args.methods)?;
    let chosen: Vec<Combination> = Combination::all().filter(|combination| named.includes(combination)).collect();
    let trials = Trials::new().map_err(Failure::run)?;
    let (mut tried, mut failed) = (0, Vec::new());
    for combination in &chosen {
        let mut line = Line::new(combination);
        if line.offered {
            tried += 1;
            line.put(trials.run(*combination, args.steps));
            if line.ok != Some(true) {
                failed.push(line.name());
            }
        }
        if args.json {
            output::json(&line)?;
        } else if line.offered {
            output::line(&line.text())?;
        }
    }
    if !args.json {
        output::print(&refusals(&chosen))?;
        output::line(&format!(
            "\n{tried} of {} combinations are offered; {} trained {} steps, finite and with a bound that rose",
            chosen.len(),
            tried - failed.len(),
            args.steps
        ))?;
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::Run(format!("it went wrong with {}", failed.join("; ")))) }
}

/// The combinations that are not offered, with each reason given once.
fn refusals(chosen: &[Combination]) -> String {
    let (mut here, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for combination in chosen {
        let posterior = combination.posterior.name();
        here.extend(combination.refusal().map(|(method, reason)| format!("{method} beside {posterior}: {reason}")));
        let refused = combination.refusals_elsewhere();
        elsewhere.extend(refused.into_iter().map(|(setting, method, reason)| format!("{method} {setting}: {reason}")));
    }
    let list = |title: &str, reasons: BTreeSet<String>| match reasons.is_empty() {
        true => String::new(),
        false => format!("\n{title}\n  {}\n", reasons.into_iter().collect::<Vec<_>>().join("\n  ")),
    };
    list("not offered:", here) + &list("offered here, but not", elsewhere)
}

/// The methods that were asked for, as one list for each set of methods; an empty list means all.
struct Named {
    likelihoods: Vec<String>,
    posteriors: Vec<String>,
    priors: Vec<String>,
}

impl Named {
    fn new(names: &[String]) -> Result<Self, Failure> {
        let of = |known: &[String]| names.iter().filter(|name| known.contains(name)).cloned().collect();
        let sets = [identifiers::<Likelihood>(), identifiers::<Posterior>(), identifiers::<Prior>()];
        if let Some(unknown) = names.iter().find(|name| sets.iter().flatten().all(|known| known != *name)) {
            let known = sets.concat().join(", ");
            return Err(Failure::Input(format!("there is no method {unknown}; there are {known}")));
        }
        Ok(Self { likelihoods: of(&sets[0]), posteriors: of(&sets[1]), priors: of(&sets[2]) })
    }

    fn includes(&self, combination: &Combination) -> bool {
        let has = |asked: &[String], name: String| asked.is_empty() || asked.contains(&name);
        has(&self.likelihoods, identifier(&combination.likelihood))
            && has(&self.posteriors, identifier(&combination.posterior))
            && has(&self.priors, identifier(&combination.prior))
    }
}

/// A method's name in files, without its fields.
fn identifier(method: &impl Debug) -> String {
    format!("{method:?}").split_whitespace().next().unwrap_or_default().to_string()
}

fn identifiers<M: Choice + Debug>() -> Vec<String> {
    M::ALL.iter().map(identifier).collect()
}

impl Line {
    fn new(combination: &Combination) -> Self {
        let refusal = combination.refusal();
        Self {
            likelihood: identifier(&combination.likelihood),
            posterior: identifier(&combination.posterior),
            prior: identifier(&combination.prior),
            offered: refusal.is_none(),
            reason: refusal.map(|(method, reason)| format!("{method}: {reason}")),
            before: None,
            after: None,
            rise: None,
            seconds: None,
            ok: None,
        }
    }

    fn put(&mut self, trial: Result<Trial, impl ToString>) {
        match trial {
            Ok(trial) => {
                (self.before, self.after) = (Some(trial.before), Some(trial.after));
                (self.rise, self.seconds) = (Some(trial.rise), Some(trial.seconds));
                self.ok = Some(trial.improves());
                if !trial.improves() {
                    self.reason = Some("the bound has not risen".into());
                }
            }
            Err(error) => (self.ok, self.reason) = (Some(false), Some(error.to_string())),
        }
    }

    fn name(&self) -> String {
        format!("{} × {} × {}", self.likelihood, self.posterior, self.prior)
    }

    fn text(&self) -> String {
        let Self { likelihood, posterior, prior, .. } = self;
        let names = format!("{likelihood:<19} {posterior:<25} {prior:<18}");
        match (self.before, self.after, self.rise, self.seconds) {
            (Some(before), Some(after), Some(rise), Some(seconds)) => {
                let bound = format!("{before:>10.2} → {after:>10.2}  {:>+9.2} ± {:<6.2}", rise.value, rise.se);
                format!("{names} {bound} {seconds:>5.2} s  {}", self.reason.as_deref().unwrap_or("ok"))
            }
            _ => format!("{names} {}", self.reason.as_deref().unwrap_or_default()),
        }
    }
}
