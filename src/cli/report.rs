//! The command `elbow report`: a run or a study as one page of HTML.

use super::arguments::RunArgs;
use super::evaluate::{at_least, evaluate};
use super::headless::Headless;
use super::{output, pictures, version};
use crate::data::Split;
use crate::experiment::Plan;
use crate::export::{Environment, RunReport, StudyReport, run_report, study_report};
use crate::files;
use crate::study::table::Table;
use crate::study::{StudyFolder, Watch};
use crate::train::{At, RunFolder};
use crate::worker::{Evaluation, EvaluationRequest, Failure};
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct ReportArgs {
    /// The run; or the folder of a study.
    #[command(flatten)]
    run: RunArgs,
    /// The file to write, .html.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Number of test images on which the run is evaluated; 0 leaves the evaluation out.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    images: usize,
    /// Number of importance samples per image in the evaluation.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = at_least(1, 100_000))]
    samples: usize,
}

pub fn run(args: ReportArgs) -> Result<(), Failure> {
    let out = &args.out;
    if out.is_dir() || !out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html")) {
        return Err(Failure::Input(format!("--out {}: the report is a page of HTML; name it .html", out.display())));
    }
    let study = StudyFolder::at(&args.run.run);
    let html = if study.is_study() { of_study(&study)? } else { of_run(&args)? };
    files::create_parent(out).map_err(Failure::run)?;
    files::write(out, html).map_err(Failure::run)?;
    output::line(&out.display().to_string())
}

fn of_run(args: &ReportArgs) -> Result<String, Failure> {
    let folder = RunFolder::at(&args.run.run);
    let headless = Headless::open(&args.run)?;
    let evaluation = (args.images > 0).then(|| evaluation(&headless, args)).transpose()?;
    let status = headless.client.status();
    let experiment = status.experiment.as_deref().cloned().unwrap_or_default();
    let image = status.image_shape.ok_or_else(|| Failure::run("an internal error: there is no model"))?;
    let plan: Plan = experiment
        .plan(image)
        .map_err(|problems| Failure::Input(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let report = RunReport {
        folder: folder.path().display().to_string(),
        ron: experiment.to_ron().map_err(Failure::run)?,
        data: experiment.data.source.summary(),
        noun: status.noun,
        held_out: ((!status.validates_on_training).then_some(status.validation_images), status.test_images),
        step: status.step,
        epoch: status.epoch,
        reports: headless.client.with_history(|history| history.reports.clone()),
        ledger: headless.client.with_history(|history| history.ledger.clone()),
        deeds: headless.client.with_history(|history| history.deeds.clone()),
        pictures: pictures::for_report(&headless)?,
        evaluation,
        environment: environment(&status.device),
        experiment,
        plan,
    };
    Ok(run_report(&report))
}

/// An evaluation of the run on test images, and the options of `elbow eval` that repeat it.
fn evaluation(headless: &Headless, args: &ReportArgs) -> Result<(Evaluation, String), Failure> {
    let ReportArgs { images, samples, .. } = *args;
    let request = EvaluationRequest { split: Split::Test, images, samples, gap_images: 0, ..EvaluationRequest::new() };
    let at = match args.run.at {
        Some(At::Step(step)) => format!("--at {step} "),
        Some(At::Best) => "--at best ".into(),
        Some(At::Last) => "--at last ".into(),
        None => String::new(),
    };
    let data = args.run.data.as_ref().map_or(String::new(), |data| format!("--data '{data}' "));
    let options = format!("{at}{data}--images {images} --samples {samples} --gap-images 0");
    Ok((evaluate(headless, request)?, options))
}

fn of_study(folder: &StudyFolder) -> Result<String, Failure> {
    let watch = Watch::open(folder).map_err(Failure::input)?;
    let reports = watch.points().map(|(record, _)| folder.point(record).run().reports().unwrap_or_default()).collect();
    let study = folder.study().map_err(Failure::input)?;
    let report = StudyReport {
        folder: folder.path().display().to_string(),
        table: Table::new(&watch),
        reports,
        notes: study.notes.clone(),
        ron: study.to_ron().map_err(Failure::run)?,
        environment: environment(""),
    };
    Ok(study_report(&report))
}

/// The program and the machine.
fn environment(device: &str) -> Environment {
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split(':').nth(1)?.trim().to_owned())
    });
    let threads = std::thread::available_parallelism().map_or_else(|_| String::new(), |n| format!(", {n} threads"));
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let mut facts = vec![
        ("Elbow".to_owned(), format!("{}, features: {}", version::version(), version::features())),
        ("Device".to_owned(), device.to_owned()),
        ("System".to_owned(), system),
    ];
    facts.extend(processor.map(|name| ("Processor".to_owned(), format!("{name}{threads}"))));
    facts.retain(|(_, fact)| !fact.is_empty());
    Environment(facts)
}
