//! Slurm's own commands.

use crate::study::folder::StudyFolderError;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The commands by which Slurm is spoken to: `sbatch`, `squeue`, `sacct`, `scancel`, `scontrol`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slurm {
    /// The folder of the commands; `None` for the folders in which the system looks for commands.
    folder: Option<PathBuf>,
}

impl Slurm {
    /// The commands in a folder.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// Run a command that is to succeed; returns its output.
    pub(super) fn run(&self, command: &str, arguments: &[&str]) -> Result<String, StudyFolderError> {
        let output = self.output(command, arguments)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(StudyFolderError::Input(format!("{command} refuses: {}", said.trim())))
    }

    /// Run a command; returns its output, also of a command that fails.
    pub(super) fn output(&self, command: &str, arguments: &[&str]) -> Result<Output, StudyFolderError> {
        let program = self.folder.as_ref().map_or_else(|| command.into(), |folder| folder.join(command));
        Command::new(program).args(arguments).stdin(Stdio::null()).output().map_err(|error| {
            StudyFolderError::Input(format!(
                "{command} cannot be run ({error}): is this a machine that can submit to Slurm? `--print slurm` writes \
                 the script to take there."
            ))
        })
    }
}
