//! The command `elbow bench`.

use super::arguments::DeviceArg;
use super::output;
use crate::train::bench::{PEAK, SETUPS, peak, run as measure};
use crate::worker::Failure;
use clap::Args;
use std::time::Duration;

#[derive(Args)]
pub struct BenchArgs {
    /// Measure only these set-ups; gemm-peak measures the speed of matrix products.
    setups: Vec<String>,
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceArg,
    /// Seconds per set-up, after a warm-up.
    #[arg(long, default_value_t = 6.0)]
    seconds: f64,
    /// List the kernels that a training step launches on a GPU.
    #[arg(long)]
    kernels: bool,
    /// Print one line of JSON per set-up.
    #[arg(long)]
    json: bool,
}

pub fn run(args: BenchArgs) -> Result<(), Failure> {
    let known = || SETUPS.iter().map(|setup| setup.name).chain([PEAK]);
    if let Some(unknown) = args.setups.iter().find(|asked| known().all(|name| name != **asked)) {
        let known = known().collect::<Vec<_>>().join(", ");
        return Err(Failure::Input(format!("there is no set-up {unknown}; there are {known}")));
    }
    if !(args.seconds > 0.0 && args.seconds < 3600.0) {
        return Err(Failure::Input("--seconds must be above 0 and below 3600".into()));
    }
    let duration = Duration::from_secs_f64(args.seconds);
    let asked = |name: &str| args.setups.iter().any(|asked| asked == name);
    if asked(PEAK) {
        let found = peak(duration.min(Duration::from_secs(1)));
        if args.json {
            output::json(&found)?;
        } else {
            let text = format!("{:<11} {:<13} {:>10.1} GFLOP/s", found.implementation, found.setup, found.gflop_per_s);
            output::line(&text)?;
        }
    }
    for setup in SETUPS.iter().filter(|setup| args.setups.is_empty() || asked(setup.name)) {
        let found = measure(setup, args.device.into(), duration)?;
        if args.json {
            output::json(&found)?;
        } else {
            let mut step = found.ms_per_step.map_or(String::new(), |ms| format!("  {ms:.3} ms a step"));
            if let Some(launches) = found.launches_per_step {
                step += &format!("  {launches:.1} kernel launches a step");
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
