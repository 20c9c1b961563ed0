//! The command `elbow devices`.

use super::output;
use crate::train::device;
use crate::worker::Failure;
use clap::Args;

#[derive(Args)]
pub struct DevicesArgs {
    /// Print one line of JSON per device.
    #[arg(long)]
    json: bool,
}

pub fn run(args: DevicesArgs) -> Result<(), Failure> {
    for device in device::list() {
        if args.json {
            output::json(&device)?;
        } else {
            let automatic = if device.automatic { "  (auto)" } else { "" };
            let software = if device.software { "  software adapter: never chosen by itself" } else { "" };
            output::line(&format!("--device {:<5} {}{automatic}{software}", device.device, device.name))?;
        }
    }
    Ok(())
}
