//! The arguments of `elbow study`.

use crate::experiment::study::{StudyFile, load_study};
use crate::study::{StudyFolder, StudyFolderError};
use crate::worker::Failure;
use clap::{Args, ValueEnum, value_parser};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct StudyArgs {
    /// The name of a bundled study, a .ron file, or a study's folder.
    #[arg(value_name = "FILE|DIR")]
    pub study: String,
    /// The study's folder: made, or gone on with. Points that are done are passed over.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Change a field of the base experiment, for all points.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Points at a time. By default as many as the cores allow at the points' shards, on a GPU one; on Slurm, as many
    /// as it allows.
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub jobs: Option<u32>,
    /// Try points again that failed.
    #[arg(long)]
    pub retry: bool,
    /// List the points; run and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the table: state and results of every point, and means over seeds.
    #[arg(long)]
    pub status: bool,
    /// Print the table, or the list of points, as JSON.
    #[arg(long)]
    pub json: bool,
    /// Print the table of points as CSV.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Print the table as Markdown.
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    pub markdown: bool,
    /// Run one point, here and now, as an array engine does. The exit status is 0 if it is done, 3 if it was stopped
    /// and saved before its end.
    #[arg(long, value_name = "I")]
    pub task: Option<usize>,
    /// Stop when standard input ends: how the engine on this machine holds its children.
    #[arg(long, hide = true, requires = "task")]
    pub held: bool,
    /// Where the points run.
    #[arg(long, value_enum, default_value = "local")]
    pub on: Engine,
    /// Cancel the study's jobs in Slurm.
    #[arg(long)]
    pub cancel: bool,
    /// Print a ready manifest for another engine.
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub print: Option<Manifest>,
    #[command(flatten)]
    pub slurm: SlurmArgs,
}

/// Slurm's options for each point.
#[derive(Args)]
pub struct SlurmArgs {
    /// Slurm's partition.
    #[arg(long)]
    pub partition: Option<String>,
    /// Slurm's account.
    #[arg(long)]
    pub account: Option<String>,
    /// Time limit of a task, as Slurm writes it: 2:00:00. A point that reaches it saves, and is queued again.
    #[arg(long)]
    pub time: Option<String>,
    /// GPUs of a task.
    #[arg(long)]
    pub gpus: Option<String>,
    /// Memory of a task, as Slurm writes it: 4G.
    #[arg(long)]
    pub memory: Option<String>,
    /// Another option of sbatch, as it is: --sbatch=--constraint=a100.
    #[arg(long = "sbatch", value_name = "OPTION", allow_hyphen_values = true)]
    pub sbatch: Vec<String>,
}

/// Where points run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// On this machine, each a process of its own.
    Local,
    /// As an array of Slurm's.
    Slurm,
}

/// The engine that a manifest is for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Manifest {
    /// A batch script for sbatch.
    Slurm,
    /// An indexed Job.
    Kubernetes,
    /// A command for GNU parallel.
    Parallel,
}

impl StudyArgs {
    /// The study's folder; its path is absolute, since other processes get it.
    pub fn folder(&self) -> Result<StudyFolder, Failure> {
        let path = match &self.out {
            Some(out) => out.as_path(),
            None if Path::new(&self.study).is_dir() => Path::new(&self.study),
            None => {
                let study = &self.study;
                return Err(Failure::Input(format!(
                    "{study} is no folder; say by --out where the study lies, or is to lie"
                )));
            }
        };
        let whole = std::path::absolute(path).map_err(Failure::input)?;
        Ok(StudyFolder::at(whole))
    }

    /// The study of the arguments, with the changes of `--set`.
    pub fn study(&self) -> Result<StudyFile, Failure> {
        let folder = StudyFolder::at(&self.study);
        let path = folder.path().join("study.ron");
        let mut file = match folder.is_study() {
            true => StudyFile::load(&path).map_err(Failure::input)?,
            false if folder.path().is_dir() => return Err(failure(folder.no_study())),
            false => load_study(&self.study).map_err(Failure::input)?,
        };
        file.study.set.extend(self.set.iter().cloned());
        Ok(file)
    }
}

/// The error of a study's folder as a failure of the command line.
pub fn failure(error: StudyFolderError) -> Failure {
    match error {
        StudyFolderError::Write(error) => Failure::run(error),
        StudyFolderError::Input(_) | StudyFolderError::Study(_) => Failure::input(error),
    }
}
