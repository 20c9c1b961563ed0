//! `elbow bench`.

use super::{DeviceArg, Failure, output};
use crate::train::bench::{SETUPS, run as measure};
use clap::Args;
use std::time::Duration;

#[derive(Args)]
pub struct BenchArgs {
    /// Only these set-ups.
    setups: Vec<String>,
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceArg,
    /// Seconds a set-up, after a warm-up.
    #[arg(long, default_value_t = 6.0)]
    seconds: f64,
    /// A JSON line a set-up.
    #[arg(long)]
    json: bool,
}

pub fn run(args: BenchArgs) -> Result<(), Failure> {
    if let Some(unknown) = args.setups.iter().find(|name| SETUPS.iter().all(|setup| setup.name != **name)) {
        let known: Vec<&str> = SETUPS.iter().map(|setup| setup.name).collect();
        return Err(Failure::Input(format!("there is no set-up {unknown}; there are {}", known.join(", "))));
    }
    if !(args.seconds > 0.0 && args.seconds < 3600.0) {
        return Err(Failure::Input("--seconds must be above 0 and below 3600".into()));
    }
    for setup in SETUPS.iter().filter(|setup| args.setups.is_empty() || args.setups.iter().any(|n| n == setup.name)) {
        let found = measure(setup, args.device.into(), Duration::from_secs_f64(args.seconds)).map_err(Failure::run)?;
        if args.json {
            output::json(&found)?;
        } else {
            let step = found.ms_per_step.map_or(String::new(), |ms| format!("  {ms:.3} ms a step"));
            let text =
                format!("{:<11} {:<13} {:>10.1} images/s", found.implementation, found.setup, found.images_per_s);
            output::line(&(text + &step))?;
        }
    }
    Ok(())
}
