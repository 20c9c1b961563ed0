//! The command `elbow data`.

use super::output;
use crate::data::{ColumnFound, Dataset, DecodedCache, Known, Survey, Values, experiment_on};
use crate::experiment::human_bytes;
use crate::export::vector_chart::short;
use crate::worker::Failure;
use clap::Args;
use std::fmt::Arguments;

#[derive(Args)]
pub struct DataArgs {
    /// A folder or file of data, whose kind is told by its content; a bundled experiment; or a .ron file.
    #[arg(required_unless_present_any = ["cache", "clear_cache"])]
    source: Option<String>,
    /// Change how the data are read, e.g. --set data.limit=1000 --set data.source.levels=Range.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Say how much room the decoded pictures take that are kept for the next start.
    #[arg(long, exclusive = true)]
    cache: bool,
    /// Remove the decoded pictures that are kept for the next start.
    #[arg(long, exclusive = true)]
    clear_cache: bool,
}

pub fn run(args: DataArgs) -> Result<(), Failure> {
    let Some(source) = &args.source else { return cache(args.clear_cache) };
    let mut experiment = experiment_on(source).map_err(Failure::input)?;
    for assignment in &args.set {
        experiment.set(assignment).map_err(Failure::input)?;
    }
    let mut said = String::new();
    let mut progress = |text: &str| {
        // One line an activity, not one a thousand images.
        let activity: String = text.chars().take_while(|c| !c.is_ascii_digit()).collect();
        if activity != said {
            output::note(text);
            said = activity;
        }
    };
    let data = &experiment.data;
    let dataset = Dataset::load(data, experiment.seed, &mut progress).map_err(Failure::input)?;
    let survey = Survey::of(&dataset, &mut progress, &|| false).map_err(Failure::run)?;
    match args.json {
        true => output::json(&survey),
        false => output::print(&words(&survey)),
    }
}

/// Say how much room the kept decoded pictures take, or, with `clear`, remove them and say how much room is free then.
fn cache(clear: bool) -> Result<(), Failure> {
    let Some(cache) = DecodedCache::of_user() else {
        return output::line("the system names no home folder, so that no decoded pictures are kept");
    };
    if clear {
        let freed = cache.clear().map_err(Failure::run)?;
        return output::line(&format!("removed {}", human_bytes(freed)));
    }
    let (files, bytes) = cache.size();
    let plural = if files == 1 { "" } else { "s" };
    output::line(&format!("decoded pictures: {} in {files} file{plural}", human_bytes(bytes)))
}

/// Most columns of a table that the page has; JSON has all.
const COLUMNS: usize = 40;

/// A survey as a page of text.
fn words(survey: &Survey) -> String {
    let Survey { values, repeats, shape: [channels, height, width], columns, .. } = survey;
    let mut text = String::new();
    let mut line = |words: Arguments<'_>| text.push_str(&format!("{words}\n"));
    let noun = survey.noun;
    let (items, pixels) = (noun.many(), if noun.is_vector() { "columns" } else { "pixels" });
    line(format_args!("{}", survey.source));
    let (train, validation, test) = (survey.train, survey.validation, survey.test);
    line(format_args!("{items:<13} {train} for training, {validation} for validation, {test} for the test"));
    match columns.is_empty() {
        true => line(format_args!("shape         {channels} × {height} × {width} (channels × height × width)")),
        false => line(format_args!("shape         {width} columns")),
    }
    let Values { min, max, mean, deviation, .. } = values;
    let scaled = if columns.is_empty() { "" } else { ", as the model gets them" };
    line(format_args!("values        {min:.4} to {max:.4}, mean {mean:.4}, standard deviation {deviation:.4}{scaled}"));
    if let Some(levels) = values.levels {
        let (zeros, ones) = (100.0 * values.zeros, 100.0 * values.ones);
        line(format_args!("levels        {levels} different values; {zeros:.1} % are 0, {ones:.1} % are 1"));
    }
    if values.missing > 0 {
        let rows = (train + validation + test) as f64 * values.pixels as f64;
        line(format_args!("missing       {} values, {:.1} %", values.missing, 100.0 * values.missing as f64 / rows));
        line(format_args!("              {} of {} {pixels} are never known", values.empty_pixels, values.pixels));
        line(format_args!("              {} {items} have no value", repeats.empty_images));
    }
    line(format_args!("histogram     {}", bars(&values.histogram)));
    line(format_args!("constant      {} of {} {pixels} never change", values.constant_pixels, values.pixels));
    line(format_args!("              {} {items} have one value throughout", repeats.constant_images));
    line(format_args!("duplicates    {} {items} equal one before them in their split", repeats.duplicates));
    line(format_args!("              {} held-out {items} equal one that is trained on", repeats.leaked));
    for (i, described) in column_lines(columns).iter().enumerate() {
        let head = if i == 0 { "columns" } else { "" };
        line(format_args!("{head:<13} {described}"));
    }
    for (i, class) in survey.classes.iter().enumerate() {
        let head = if i == 0 { "labels" } else { "" };
        let counts = [class.train, class.validation, class.test].map(|count| count.to_string()).join(" + ");
        line(format_args!("{head:<13} {:<20} {counts}", class.name));
    }
    for (i, factor) in survey.factors.iter().enumerate() {
        let head = if i == 0 { "factors" } else { "" };
        let order = if factor.ordered { "" } else { ", no order" };
        line(format_args!("{head:<13} {:<20} {} levels{order}", factor.name, factor.levels));
    }
    for (i, verdict) in survey.likelihoods.iter().enumerate() {
        let head = if i == 0 { "likelihoods" } else { "" };
        let fits = if verdict.fits { "+" } else { "−" };
        line(format_args!("{head:<13} {fits} {:<22} {}", verdict.likelihood, verdict.why));
    }
    for note in &survey.notes {
        line(format_args!("note          {note}"));
    }
    for warning in &survey.warnings {
        line(format_args!("warning       {warning}"));
    }
    text
}

/// A line for each column: its name, histogram, range, mean and deviation in its own scale, and what is missing.
fn column_lines(columns: &[ColumnFound]) -> Vec<String> {
    let shown = &columns[..columns.len().min(COLUMNS)];
    let name_width = shown.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
    let describe = |column: &ColumnFound| {
        let ColumnFound { name, level, missing, known, histogram } = column;
        let values = match known {
            None => "no value".to_owned(),
            Some(known) if *level => format!("in {:.1} % of all", 100.0 * known.mean),
            Some(Known { min, max, .. }) if min == max => format!("always {}", short(*min)),
            Some(Known { min, max, mean, deviation }) => {
                let [min, max, mean, deviation] = [min, max, mean, deviation].map(|value| short(*value));
                format!("{min} to {max}, {mean} ± {deviation}")
            }
        };
        let missing = if *missing > 0 { format!(", {missing} missing") } else { String::new() };
        format!("{name:<name_width$}  {}  {values}{missing}", bars(histogram))
    };
    let mut lines: Vec<String> = shown.iter().map(describe).collect();
    if columns.len() > COLUMNS {
        lines.push(format!("and {} columns more, which --json has", columns.len() - COLUMNS));
    }
    lines
}

/// A histogram as a row of bars, by the square root of the counts, so that small ones are seen.
fn bars(counts: &[u64]) -> String {
    const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let bar = |&count: &u64| BARS[((count as f64 / most).sqrt() * 8.0).ceil().min(8.0) as usize];
    counts.iter().map(bar).collect()
}
