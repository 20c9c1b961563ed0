//! Follows the reports of a run that another process writes: only new rows are read, and nothing is locked or written.

use super::RunFolder;
use super::metrics::{FIRST_VERSION, report};
use crate::files::Growing;
use crate::files::csv::TableError;
use crate::train::Report;
use std::collections::VecDeque;
use std::path::Path;

/// The tables of reports of a run as far as they have been read.
#[derive(Debug)]
pub struct ReportsTail {
    run: RunFolder,
    metrics: Rows,
    latents: Rows,
    /// Number of reports read.
    count: usize,
}

/// A table's rows that have been read and not yet made into reports.
#[derive(Debug, Default)]
struct Rows {
    growing: Growing,
    /// Number of columns.
    columns: usize,
    waiting: VecDeque<String>,
}

/// Reports that are new.
#[derive(Debug, Default)]
pub struct NewReports {
    /// The run went back, or another took its place: these are all of its reports.
    pub anew: bool,
    /// The reports, in their order.
    pub reports: Vec<Report>,
}

impl RunFolder {
    /// Follow the run's reports from the first one on.
    pub fn follow(&self) -> ReportsTail {
        ReportsTail { run: self.clone(), metrics: Rows::default(), latents: Rows::default(), count: 0 }
    }
}

impl ReportsTail {
    /// Read the reports that have been added since the last call; a row that is in one table only waits for the other.
    ///
    /// # Errors
    /// A file cannot be read, or a line is not a report; the message names the line.
    pub fn read_new(&mut self) -> Result<NewReports, TableError> {
        let (metrics, latents) = (self.run.metrics_file(), self.run.latents_file());
        let anew = self.metrics.is_replaced(&metrics)? || self.latents.is_replaced(&latents)?;
        if anew {
            *self = self.run.follow();
        }
        self.metrics.read(&metrics)?;
        self.latents.read(&latents)?;
        let mut reports = Vec::new();
        let weighted = self.metrics.columns > FIRST_VERSION;
        while let (Some(row), Some(latent)) = (self.metrics.waiting.front(), self.latents.waiting.front()) {
            let [row, latent] = [row, latent].map(|line| line.split(',').collect::<Vec<_>>());
            let wrong = |what| TableError::new(&metrics, Some(self.count + 2), what);
            reports.push(report(&row, &latent, weighted).map_err(wrong)?);
            self.count += 1;
            self.metrics.waiting.pop_front();
            self.latents.waiting.pop_front();
        }
        Ok(NewReports { anew, reports })
    }
}

impl Rows {
    fn is_replaced(&self, path: &Path) -> Result<bool, TableError> {
        self.growing.is_replaced(path).map_err(|error| cannot_read(path, &error))
    }

    fn read(&mut self, path: &Path) -> Result<(), TableError> {
        let Self { growing, columns, waiting } = self;
        let read = growing.read_lines(path, &mut |number, line| {
            let line = String::from_utf8_lossy(line);
            match number {
                1 => *columns = line.split(',').count(),
                _ => waiting.push_back(line.into_owned()),
            }
        });
        read.map(drop).map_err(|error| cannot_read(path, &error))
    }
}

fn cannot_read(path: &Path, error: &std::io::Error) -> TableError {
    TableError::new(path, None, format!("cannot read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use std::fs;

    fn made(step: u64) -> Report {
        Report {
            step,
            epoch: 0.5,
            images: 10 * step,
            seconds: 1.0,
            split: Split::Validation,
            whole: true,
            elbo: -100.0 - step as f64,
            elbo_se: 0.5,
            reconstruction: -80.0,
            kl: 20.0,
            kl_per_dimension: vec![12.0, 8.0],
            iwae: -99.0,
            samples: 5,
            beta: 1.0,
            learning_rate: 1e-3,
            gradient_norm: f64::NAN,
            images_per_second: 1e4,
        }
    }

    #[test]
    fn reports_come_once_each_and_all_again_where_the_run_went_back() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::at(folder.path());
        let mut tail = run.follow();
        assert!(tail.read_new().unwrap_err().to_string().contains("metrics.csv"));
        let all: Vec<Report> = (1..=4).map(made).collect();
        let mut steps = || {
            let found = tail.read_new().unwrap();
            (found.anew, found.reports.iter().map(|report| report.step).collect::<Vec<_>>())
        };
        run.save_tables(&all[..2], &[]).unwrap();
        assert_eq!(steps(), (false, vec![1, 2]));
        run.save_tables(&all[..3], &[]).unwrap();
        assert_eq!(steps(), (false, vec![3]));
        assert_eq!(steps(), (false, vec![]));
        // One table is further than the other, and its last row is half written.
        let latents = folder.path().join("latents.csv");
        let before = fs::read_to_string(&latents).unwrap();
        run.save_tables(&all, &[]).unwrap();
        let after = fs::read_to_string(&latents).unwrap();
        fs::write(&latents, &after[..before.len() + 3]).unwrap();
        assert_eq!(steps(), (false, vec![]));
        fs::write(&latents, after).unwrap();
        assert_eq!(steps(), (false, vec![4]));
        // The run went back to a checkpoint, and on another way.
        run.save_tables(&[made(1), made(9)], &[]).unwrap();
        assert_eq!(steps(), (true, vec![1, 9]));
        let text = fs::read_to_string(&latents).unwrap();
        fs::write(&latents, format!("{text}10,validation,1\n")).unwrap();
        let metrics = folder.path().join("metrics.csv");
        let text = fs::read_to_string(&metrics).unwrap();
        fs::write(&metrics, format!("{text}10,nonsense\n")).unwrap();
        let error = tail.read_new().unwrap_err().to_string();
        assert!(error.contains("metrics.csv, line 4"), "{error}");
    }
}
