//! The command `elbow study`.

mod arguments;
mod bars;
mod engines;
mod held;
mod local;
mod plan;
mod status;
mod task;

pub use arguments::StudyArgs;

use crate::worker::Failure;
use arguments::Engine;

/// Run the command; returns the exit status, if the command does not fail.
pub fn run(args: StudyArgs) -> Result<i32, Failure> {
    if let Some(number) = args.task {
        return task::run(&args.folder()?, number, args.held);
    }
    if args.status {
        return status::run(&args.folder()?, &args).map(|()| 0);
    }
    if args.cancel {
        return engines::cancel(&args.folder()?).map(|()| 0);
    }
    if args.dry_run {
        return plan::dry_run(&args).map(|()| 0);
    }
    let (_lock, planned) = plan::write(&args)?;
    let folder = args.folder()?;
    match (args.print, args.on) {
        (Some(manifest), _) => engines::print(&folder, &planned, manifest, &args).map(|()| 0),
        (None, Engine::Slurm) => engines::submit(&folder, &planned, &args).map(|()| 0),
        (None, Engine::Local) => local::run(&folder, &planned, &args),
    }
}
