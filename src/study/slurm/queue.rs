//! The jobs of a study in Slurm: submitted, looked at, cancelled.

use super::commands::Slurm;
use super::script::{Options, script};
use crate::files;
use crate::study::folder::{StudyFolder, StudyFolderError};
use crate::study::record::Record;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Slurm's default for the first index that an array may not have.
const ARRAY: usize = 1001;

/// The jobs by which a study was given to Slurm: `slurm/jobs.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jobs(pub Vec<Submitted>);

/// A submitted array of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Slurm's number of the array's job.
    pub job: String,
    /// The number of the point at index 0.
    pub first: usize,
    /// The array's batch script.
    pub script: PathBuf,
}

/// Slurm's words for the state of points, by their number: `RUNNING`, `PENDING (Priority)`, `COMPLETED`.
pub type Queue = BTreeMap<usize, String>;

/// Whether a state of [`Queue`] means that Slurm still has something to do with the point.
pub fn is_in_queue(state: &str) -> bool {
    const WORDS: [&str; 7] = ["PENDING", "RUNNING", "REQUEUED", "CONFIGURING", "COMPLETING", "SUSPENDED", "RESIZING"];
    WORDS.iter().any(|word| state.starts_with(word))
}

/// Write batch scripts for the points, one for as many as an array may have, and submit them.
///
/// # Errors
/// This machine has no Slurm, Slurm refuses, or a file cannot be written.
pub fn submit(
    slurm: &Slurm,
    folder: &StudyFolder,
    name: &str,
    points: &[Record],
    program: &Path,
    options: &Options,
) -> Result<Vec<Submitted>, StudyFolderError> {
    let home = folder.slurm();
    files::create_folder(&home)?;
    let most = array_limit(slurm);
    let mut jobs = Jobs::read(folder);
    let mut arrays: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for record in points {
        arrays.entry(record.number / most * most).or_default().push(record.number % most);
    }
    let mut submitted = Vec::new();
    for (first, indices) in arrays {
        let text = script(name, folder.path(), program, first, indices, options);
        let path = free_name(&home, first);
        files::write(&path, text)?;
        let said = slurm.run("sbatch", &["--parsable", &path.display().to_string()])?;
        // `123` or `123;cluster`.
        let job = said.trim().split(';').next().unwrap_or_default().to_string();
        submitted.push(Submitted { job, first, script: path });
        jobs.0.extend(submitted.last().cloned());
        jobs.write(folder)?;
    }
    Ok(submitted)
}

/// A free path for a script: `batch-0.sh` or else `batch-0.1.sh` and so on, so that submitted scripts can be read
/// later.
fn free_name(home: &Path, first: usize) -> PathBuf {
    let names = std::iter::once(format!("batch-{first}.sh")).chain((1..).map(|n| format!("batch-{first}.{n}.sh")));
    names.map(|name| home.join(name)).find(|path| !path.exists()).unwrap_or_else(|| home.join("batch.sh"))
}

/// The first index that an array may not have, as Slurm is configured.
fn array_limit(slurm: &Slurm) -> usize {
    let said = slurm.run("scontrol", &["show", "config"]).unwrap_or_default();
    let line = said.lines().find(|line| line.trim_start().starts_with("MaxArraySize"));
    line.and_then(|line| line.split('=').nth(1)?.trim().parse().ok()).filter(|&most| most > 0).unwrap_or(ARRAY)
}

impl Jobs {
    /// The jobs of a study; none if it was never given to Slurm.
    pub fn read(folder: &StudyFolder) -> Self {
        let read = |path: PathBuf| serde_json::from_slice(&files::read(&path, 1 << 24).ok()?).ok();
        read(folder.slurm().join("jobs.json")).unwrap_or_default()
    }

    fn write(&self, folder: &StudyFolder) -> Result<(), StudyFolderError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| StudyFolderError::Input(error.to_string()))?;
        Ok(files::write(&folder.slurm().join("jobs.json"), text + "\n")?)
    }

    /// The state of points in the queue and, for those that have left it, in Slurm's accounting, if there is one.
    ///
    /// # Errors
    /// This machine has no Slurm.
    pub fn queue(&self, slurm: &Slurm) -> Result<Queue, StudyFolderError> {
        let mut found = Queue::new();
        if self.0.is_empty() {
            return Ok(found);
        }
        let ids: Vec<&str> = self.0.iter().map(|job| job.job.as_str()).collect();
        let ids = ids.join(",");
        // Without accounting it says so, and that is no failure.
        let past = slurm.run("sacct", &["-X", "-n", "-P", "-j", &ids, "-o", "JobID,State"]).unwrap_or_default();
        // A job that is long over is no longer known: an error that means "not in the queue".
        let now = slurm.output("squeue", &["-r", "-h", "-j", &ids, "-o", "%F_%K|%T|%r"])?;
        let now = String::from_utf8_lossy(&now.stdout).into_owned();
        for line in past.lines().chain(now.lines()) {
            let mut parts = line.split('|');
            let (Some(task), Some(state)) = (parts.next(), parts.next()) else { continue };
            let Some(number) = self.number(task) else { continue };
            let reason = parts.next().filter(|reason| !["", "None"].contains(reason));
            let text = reason.map_or_else(|| state.to_string(), |reason| format!("{state} ({reason})"));
            found.insert(number, text);
        }
        Ok(found)
    }

    /// The number of the point that is task `123_7`.
    fn number(&self, task: &str) -> Option<usize> {
        let (job, index) = task.trim().split_once('_')?;
        let job = self.0.iter().find(|known| known.job == job)?;
        Some(job.first + index.parse::<usize>().ok()?)
    }
}

/// Cancel all of a study's jobs; returns their numbers.
///
/// # Errors
/// The study has no job, this machine has no Slurm, or Slurm refuses.
pub fn cancel(slurm: &Slurm, folder: &StudyFolder) -> Result<Vec<String>, StudyFolderError> {
    let jobs: Vec<String> = Jobs::read(folder).0.into_iter().map(|job| job.job).collect();
    if jobs.is_empty() {
        let path = folder.path().display();
        return Err(StudyFolderError::Input(format!(
            "{path}: this study was not given to Slurm; there is nothing to cancel"
        )));
    }
    let arguments: Vec<&str> = jobs.iter().map(String::as_str).collect();
    slurm.run("scancel", &arguments)?;
    Ok(jobs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_a_point() {
        let job = |job: &str, first| Submitted { job: job.into(), first, script: PathBuf::new() };
        let jobs = Jobs(vec![job("12", 0), job("13", 1000)]);
        assert_eq!(jobs.number("12_7"), Some(7));
        assert_eq!(jobs.number("13_7"), Some(1007));
        assert_eq!(jobs.number("14_7"), None);
        assert_eq!(jobs.number("12_[1-7]"), None);
    }
}
