//! The progress of a study: on a terminal, a bar for each job and one for all; otherwise a line every few seconds.

use crate::cli::output;
use crate::data::Noun;
use crate::study::left::in_words;
use crate::study::{Doing, PointStatus, Record};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

const LINE_PERIOD: Duration = Duration::from_secs(5);
/// Number of steps of a bar for one point.
const STEPS: f64 = 1_000.0;

/// Progress of a study's points.
pub struct Bars {
    terminal: Option<(MultiProgress, ProgressBar)>,
    jobs: BTreeMap<usize, ProgressBar>,
    total: usize,
    noun: Noun,
    line_at: Instant,
}

/// The progress of a study.
pub struct Standing {
    pub done: usize,
    pub failed: usize,
    /// Work that is done, in points; an unfinished point counts in part.
    pub worth: f64,
    /// Seconds until all points are done; `None` where that is not known.
    pub seconds_left: Option<f64>,
}

impl Bars {
    /// Bars for `total` points, whose data consist of what `noun` says.
    pub fn new(total: usize, noun: Noun) -> Self {
        let terminal = std::io::stderr().is_terminal().then(|| {
            let all = MultiProgress::new();
            let bar = all.add(ProgressBar::new((total as f64 * STEPS) as u64));
            bar.set_style(style("{wide_bar:.cyan/dim} {percent:>3}% {msg}"));
            (all, bar)
        });
        Self { terminal, jobs: BTreeMap::new(), total, noun, line_at: Instant::now() + LINE_PERIOD }
    }

    /// Show the points at work.
    pub fn show<'a>(&mut self, standing: &Standing, running: impl Iterator<Item = (&'a Record, &'a PointStatus)>) {
        let message = self.message(standing);
        let Some((all, bar)) = &self.terminal else {
            if Instant::now() >= self.line_at {
                self.line_at = Instant::now() + LINE_PERIOD;
                output::note(message);
            }
            return;
        };
        bar.set_position((standing.worth * STEPS) as u64);
        bar.set_message(message);
        let mut at_work = Vec::new();
        for (record, status) in running {
            at_work.push(record.number);
            let job = self.jobs.entry(record.number).or_insert_with(|| {
                let job = all.insert_before(bar, ProgressBar::new(STEPS as u64));
                job.set_style(style("{prefix:<40!} {bar:20.green/dim} {msg}"));
                job.set_prefix(record.name.clone());
                job
            });
            let Some(sign) = &status.sign else { continue };
            job.set_position((sign.share * STEPS) as u64);
            let doing = match (sign.doing, sign.elbo) {
                (Doing::Preparing, _) => "reading data".to_string(),
                (Doing::Evaluating, _) => "evaluating".into(),
                (Doing::Stopped, _) => "saved".into(),
                (Doing::Training, Some(elbo)) => {
                    format!("ELBO {elbo:.2}  {:.0} {}/s", sign.images_per_second, self.noun.many())
                }
                (Doing::Training, None) => format!("step {}", sign.step),
            };
            let left = status.seconds_left().map_or_else(String::new, |left| format!("  {} left", in_words(left)));
            job.set_message(doing + &left);
        }
        let gone: Vec<usize> = self.jobs.keys().copied().filter(|number| !at_work.contains(number)).collect();
        for number in gone {
            if let Some(job) = self.jobs.remove(&number) {
                job.finish_and_clear();
            }
        }
    }

    fn message(&self, standing: &Standing) -> String {
        let Standing { done, failed, seconds_left, .. } = standing;
        let left = seconds_left.map_or_else(String::new, |left| format!("; {} left", in_words(left)));
        let failed = if *failed > 0 { format!(", {failed} failed") } else { String::new() };
        format!("{done} of {} points done{failed}{left}", self.total)
    }

    /// A message that stays, above the bars.
    pub fn note(&self, text: &str) {
        match &self.terminal {
            Some((all, _)) => all.suspend(|| output::note(text)),
            None => output::note(text),
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.jobs.values().for_each(ProgressBar::finish_and_clear);
        if let Some((_, bar)) = &self.terminal {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is fixed and valid")
}
