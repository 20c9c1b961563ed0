//! The command `elbow impute`: missing values, imputed by a trained run.

use super::arguments::{RunArgs, SplitArg};
use super::headless::Headless;
use super::output;
use super::pictures::{check_out, is_csv, write_csv, write_sheet};
use crate::data::{Noun, Split};
use crate::explore::{Answer, ImputationError, Imputations, Question};
use crate::export::{GridOptions, Sheet, vector_table};
use crate::worker::Failure;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Images of one question: between two of them the command can be interrupted.
const AT_ONCE: usize = 50;

#[derive(Args)]
pub struct ImputeArgs {
    #[command(flatten)]
    run: RunArgs,
    #[arg(long, value_enum, default_value = "test")]
    split: SplitArg,
    /// Number of images or rows, from the first; by default up to 1,000.
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Importance samples of z for each image.
    #[arg(long, value_name = "K", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    samples: u64,
    /// Draws from p(x_missing | x_known) for each image.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(0..=100))]
    draws: u64,
    /// Write the imputations: of a table's rows as CSV, all of them, in the columns' own scales; or the first 16 as
    /// PNG.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the errors as one JSON object.
    #[arg(long)]
    json: bool,
}

/// The result as `--json` prints it. Errors are root mean squared: over all values in units of the model, of a column
/// in its own scale.
#[derive(Serialize)]
struct Summary {
    split: Split,
    images: usize,
    /// Number of missing values.
    missing: usize,
    /// Number of missing values whose truth is known.
    compared: usize,
    samples: u64,
    /// The mean over images of the effective number of importance samples.
    effective_samples: f64,
    /// Error of the imputed means.
    rmse: Option<f64>,
    /// Error of the training mean of each value.
    rmse_of_mean: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns: Vec<ColumnSummary>,
}

#[derive(Serialize)]
struct ColumnSummary {
    name: String,
    compared: usize,
    rmse: Option<f64>,
    rmse_of_mean: Option<f64>,
}

pub fn run(args: ImputeArgs) -> Result<(), Failure> {
    if let Some(out) = &args.out {
        check_out(out)?;
    }
    let headless = Headless::open(&args.run)?;
    let status = headless.client.status();
    if !status.incomplete {
        let message = "no value of this run's data is missing; train on data with missing values, or with \
                       --set 'data.missing=Random(fraction: 0.5)'";
        return Err(Failure::Input(message.into()));
    }
    let split = Split::from(args.split);
    let count = args.count.unwrap_or(1_000);
    let mut gathered = Gathered::default();
    let mut first = 0;
    while first < count {
        let at_once = AT_ONCE.min(count - first);
        let (samples, draws) = (args.samples as usize, args.draws as usize);
        let answered = headless.ask(Question::Imputations { split, first, count: at_once, samples, draws })?;
        let Answer::Imputations(imputations) = &answered.answer else {
            return Err(Failure::run("an internal error: the answer is not to the question"));
        };
        let found = imputations.items.len();
        gathered.add(&answered.answer);
        if first == 0
            && let Some(out) = args.out.as_ref().filter(|out| !is_csv(out))
        {
            let shown = Question::Imputations { split, first, count: count.min(16), samples, draws };
            let answered = headless.ask(shown)?;
            write_sheet(&headless, &answered, |it| Sheet::imputations(it, 8), &GridOptions::default(), out)?;
        }
        if found < at_once {
            break;
        }
        first += found;
    }
    if let Some(out) = args.out.as_ref().filter(|out| is_csv(out)) {
        write_csv(out, gathered.csv.clone())?;
    }
    let summary = gathered.summary(split, args.samples);
    if args.json { output::json(&summary) } else { output::print(&summary.text(status.noun)) }
}

/// The sums over all answers of one command, and the table of their rows.
#[derive(Default)]
struct Gathered {
    images: usize,
    missing: usize,
    effective: f64,
    error: ImputationError,
    columns: Vec<(String, f64)>,
    csv: Option<String>,
}

impl Gathered {
    fn add(&mut self, answer: &Answer) {
        let Answer::Imputations(found) = answer else { return };
        let Imputations { items, given, error, .. } = &**found;
        self.images += items.len();
        self.missing += items.iter().map(|item| item.missing).sum::<usize>();
        self.effective += items.iter().map(|item| item.effective).sum::<f64>();
        self.error.merge(error);
        if let (Some(columns), true) = (&given.columns, self.columns.is_empty()) {
            self.columns = columns.list.iter().map(|column| (column.name.clone(), column.scale)).collect();
        }
        if let Some(text) = vector_table(answer) {
            match &mut self.csv {
                None => self.csv = Some(text),
                Some(all) => all.push_str(text.split_once('\n').map_or("", |(_, rows)| rows)),
            }
        }
    }

    fn summary(&self, split: Split, samples: u64) -> Summary {
        let whole = self.error.whole();
        let columns = self.columns.iter().zip(&self.error.entries).map(|((name, scale), entry)| ColumnSummary {
            name: name.clone(),
            compared: entry.count,
            rmse: entry.of_model().map(|error| error * scale),
            rmse_of_mean: entry.of_mean().map(|error| error * scale),
        });
        Summary {
            split,
            images: self.images,
            missing: self.missing,
            compared: whole.count,
            samples,
            effective_samples: self.effective / self.images.max(1) as f64,
            rmse: whole.of_model(),
            rmse_of_mean: whole.of_mean(),
            columns: columns.collect(),
        }
    }
}

impl Summary {
    fn text(&self, noun: Noun) -> String {
        let number = |value: Option<f64>| value.map_or("–".to_string(), |value| format!("{value:.4}"));
        let mut text = format!(
            "{} {} {}: {} values missing, {} of them known\nroot mean squared error: {} (the training mean: {})\n\
             importance samples: {}, of which {:.1} count on average\n",
            self.images,
            self.split.adjective(),
            noun.of(self.images),
            self.missing,
            self.compared,
            number(self.rmse),
            number(self.rmse_of_mean),
            self.samples,
            self.effective_samples,
        );
        let width = self.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
        for ColumnSummary { name, compared, rmse, rmse_of_mean } in &self.columns {
            let errors = format!("{:>10}  {:>10}", number(*rmse), number(*rmse_of_mean));
            text += &format!("  {name:<width$}  {compared:>6}  {errors}\n");
        }
        text
    }
}
