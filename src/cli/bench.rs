//! The command `elbow bench`.

use super::arguments::DeviceArg;
use super::output;
use crate::experiment::{ExperimentError, Problem, load_named_or_file};
use crate::train::bench::{Measurement, PEAK, SETUPS, Throughput, peak, run as measure};
use crate::worker::Failure;
use clap::{Args, ValueEnum, value_parser};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

#[derive(Args)]
pub struct BenchArgs {
    /// Measure only these: set-ups, bundled experiments or .ron files; gemm-peak is the speed of matrix products.
    setups: Vec<String>,
    /// Change a field of all that is measured, e.g. --set training.batch=64.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceArg,
    /// Seconds per set-up, after a warm-up.
    #[arg(long, default_value_t = 6.0)]
    seconds: f64,
    /// Divide minibatches into this many shards, each computed by a thread of its own.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=256))]
    shards: Option<u32>,
    /// Measure this many processes at the same time, as a study runs its points; their images per second are added.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=256))]
    jobs: Option<u32>,
    /// List the kernels that a training step launches on a GPU.
    #[arg(long)]
    kernels: bool,
    /// Print one line of JSON per set-up.
    #[arg(long)]
    json: bool,
}

pub fn run(args: BenchArgs) -> Result<(), Failure> {
    if !(args.seconds > 0.0 && args.seconds < 3600.0) {
        return Err(Failure::Input("--seconds must be above 0 and below 3600".into()));
    }
    let duration = Duration::from_secs_f64(args.seconds);
    let names: Vec<&str> = match args.setups.as_slice() {
        [] => SETUPS.iter().map(|setup| setup.name).collect(),
        names => names.iter().map(String::as_str).filter(|name| *name != PEAK).collect(),
    };
    let measurements = names.iter().map(|name| measurement(name, &args)).collect::<Result<Vec<_>, _>>()?;
    if args.setups.iter().any(|asked| asked == PEAK) {
        let found = peak(duration.min(Duration::from_secs(1)));
        if args.json {
            output::json(&found)?;
        } else {
            let text = format!("{:<11} {:<13} {:>10.1} GFLOP/s", found.implementation, found.setup, found.gflop_per_s);
            output::line(&text)?;
        }
    }
    for (name, measurement) in names.iter().zip(measurements) {
        let found = match args.jobs {
            Some(jobs) => side_by_side(name, &args, jobs as usize)?,
            None => measure(measurement, duration, args.shards.map(|shards| shards as usize))?,
        };
        if args.json {
            output::json(&found)?;
        } else {
            let mut step = found.ms_per_step.map_or(String::new(), |ms| format!("  {ms:.3} ms a step"));
            if let Some(launches) = found.launches_per_step {
                step += &format!("  {launches:.1} kernel launches a step");
            }
            if let Some(jobs) = found.jobs {
                step += &format!("  {jobs} processes at a time");
            }
            if let Some(shards) = found.shards {
                step += &format!("  {shards} shards");
            }
            let text =
                format!("{:<11} {:<13} {:>10.1} images/s", found.implementation, found.setup, found.images_per_s);
            output::line(&(text + &step))?;
            for (kernel, count) in found.kernels.iter().flatten().filter(|_| args.kernels) {
                output::line(&format!("{count:>8.2} {kernel}"))?;
            }
        }
    }
    Ok(())
}

/// The measurement that a name stands for: a set-up, a bundled experiment or a file, with the fields that `--set`
/// changes.
fn measurement(name: &str, args: &BenchArgs) -> Result<Measurement, Failure> {
    let setup = SETUPS.iter().find(|setup| setup.name == name);
    let mut measurement = match setup {
        Some(setup) => setup.measurement(args.device.into()),
        None => Measurement::of_steps(name, load_named_or_file(name).map_err(|error| unknown(name, &error))?),
    };
    let experiment = &mut measurement.experiment;
    experiment.device = args.device.into();
    for assignment in &args.set {
        experiment.set(assignment).map_err(|error| Failure::Input(format!("--set {error}")))?;
    }
    match experiment.problems(experiment.image_shape_hint()).into_iter().find(Problem::is_error) {
        Some(problem) => Err(Failure::Input(format!("{name}: {problem}"))),
        None => Ok(measurement),
    }
}

/// The message about a name that is no set-up and could not be loaded either.
fn unknown(name: &str, error: &ExperimentError) -> Failure {
    if Path::new(name).exists() {
        return Failure::Input(error.to_string());
    }
    let known = SETUPS.iter().map(|setup| setup.name).chain([PEAK]).collect::<Vec<_>>().join(", ");
    Failure::Input(format!(
        "there is no set-up {name}; there are {known}, bundled experiments and .ron files ({error})"
    ))
}

/// The throughput of several processes at the same time. Each reads its data and warms up for itself, which takes all
/// of them equally long.
fn side_by_side(setup: &str, args: &BenchArgs, jobs: usize) -> Result<Throughput, Failure> {
    let program = std::env::current_exe().map_err(Failure::run)?;
    let device = args.device.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let start = || -> Result<Child, Failure> {
        let mut command = Command::new(&program);
        command.args(["bench", setup, "--json", "--device", &device, "--seconds", &args.seconds.to_string()]);
        command.args(args.set.iter().flat_map(|assignment| ["--set", assignment]));
        command.args(args.shards.iter().flat_map(|shards| ["--shards".to_owned(), shards.to_string()]));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(Failure::run)
    };
    let children: Vec<Child> = (0..jobs).map(|_| start()).collect::<Result<_, _>>()?;
    let mut all: Option<Throughput> = None;
    for child in children {
        let output = child.wait_with_output().map_err(Failure::run)?;
        let found: Throughput = serde_json::from_slice(&output.stdout)
            .map_err(|error| Failure::Run(format!("one of the {jobs} processes was not measured: {error}")))?;
        let images_per_s = found.images_per_s + all.as_ref().map_or(0.0, |all| all.images_per_s);
        all = Some(Throughput { images_per_s, jobs: Some(jobs), ..found });
    }
    all.ok_or_else(|| Failure::Input("--jobs must be 1 or more".into()))
}
