//! The bound over a run, from its table of reports: read once, then only what has been appended.

use crate::files::{self, Growing};
use std::path::Path;

/// Bytes at the end of a table that are enough for its last reports.
const GLANCE: u64 = 1 << 14;

/// The bound and its terms in one report; nats per image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// Optimiser steps taken.
    pub step: u64,
    /// The bound.
    pub elbo: f64,
    /// Standard error of `elbo` over images; NaN where it is not known.
    pub elbo_se: f64,
    /// E_q[log p(x|z)].
    pub reconstruction: f64,
    /// KL[q(z|x) ‖ p(z)].
    pub kl: f64,
}

/// The figures of a run by its reports so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    growing: Growing,
    /// Whether every report counts, or only the last ones, after a glance.
    pub complete: bool,
    /// Reports.
    pub reports: u64,
    /// Step, epoch and seconds of training of the last report.
    pub last: Option<(u64, f64, f64)>,
    /// Training images a second at the last report on training batches.
    pub images_per_second: Option<f64>,
    /// On all validation images and on a part of them: the last bound and the best.
    whole: [Option<Bound>; 2],
    part: [Option<Bound>; 2],
    training: Option<Bound>,
    /// The first line that is no report, and why.
    pub damage: Option<String>,
}

impl Metrics {
    /// The last bound: on all validation images where that was measured, else on a part of them, else on training
    /// batches.
    pub fn last_bound(&self) -> Option<Bound> {
        self.whole[0].or(self.part[0]).or(self.training)
    }

    /// The best bound on validation images, once every report has been read.
    pub fn best_bound(&self) -> Option<Bound> {
        self.whole[1].or(self.part[1]).filter(|_| self.complete)
    }

    /// The last reports of a table, at the cost of some thousand bytes however long it is. The best bound stays
    /// unknown. A table that is not there has no reports.
    pub fn glance(path: &Path) -> Self {
        let mut found = Self::default();
        let Ok(length) = std::fs::metadata(path).map(|it| it.len()) else { return found };
        let start = length.saturating_sub(GLANCE);
        let Ok(bytes) = files::read_from(path, start, GLANCE) else { return found };
        let mut lines = whole_lines(&bytes);
        if start > 0 {
            // The first one is most often a part.
            lines.next();
        }
        lines.for_each(|line| {
            found.take_in(line);
        });
        Self { reports: 0, ..found }
    }

    /// Read what has been appended since the last call; half a row at the end is left for the next. A table that was
    /// replaced is read anew. Whether anything has changed.
    ///
    /// # Errors
    /// The file cannot be read; the message names it.
    pub fn read_new(&mut self, path: &Path) -> Result<bool, String> {
        let failed = |error: std::io::Error| format!("{}: cannot read: {error}", path.display());
        let mut changed = !self.complete;
        if !path.exists() {
            changed |= self.growing != Growing::default();
            *self = Self { complete: true, ..Self::default() };
            return Ok(changed);
        }
        if !self.complete || self.growing.is_replaced(path).map_err(failed)? {
            *self = Self::default();
            changed = true;
        }
        let mut growing = std::mem::take(&mut self.growing);
        let grown = growing.read_lines(path, &mut |number, line| {
            if number > 1 && !line.is_empty() && !self.take_in(line) && self.damage.is_none() {
                let shown = String::from_utf8_lossy(&line[..line.len().min(60)]);
                self.damage = Some(format!("{}, line {number}: `{shown}` is no report", path.display()));
            }
        });
        (self.growing, self.complete) = (growing, true);
        Ok(changed | grown.map_err(failed)?)
    }

    /// Take in a line of the table; whether it is a report.
    fn take_in(&mut self, line: &[u8]) -> bool {
        let Some(row) = std::str::from_utf8(line).ok().and_then(Row::of) else { return false };
        self.reports += 1;
        self.last = Some((row.step, row.epoch, row.seconds));
        let kept = match (row.split, row.whole) {
            ("validation", true) => &mut self.whole,
            ("validation", false) => &mut self.part,
            _ => {
                self.images_per_second = Some(row.images_per_second).filter(|speed| speed.is_finite());
                self.training = Some(row.bound);
                return true;
            }
        };
        kept[0] = Some(row.bound);
        if row.bound.elbo.is_finite() && kept[1].is_none_or(|best| best.elbo < row.bound.elbo) {
            kept[1] = Some(row.bound);
        }
        true
    }
}

fn whole_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = bytes.iter().rposition(|&byte| byte == b'\n').unwrap_or(0);
    bytes[..end].split(|&byte| byte == b'\n').filter(|line| !line.is_empty())
}

/// A row of the table, as far as it is needed.
struct Row<'a> {
    step: u64,
    epoch: f64,
    seconds: f64,
    split: &'a str,
    whole: bool,
    images_per_second: f64,
    bound: Bound,
}

impl<'a> Row<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let mut cells = line.split(',');
        let step = cells.next()?.parse().ok()?;
        let epoch = cells.next()?.parse().ok()?;
        let seconds = cells.nth(1)?.parse().ok()?;
        let split = cells.next()?;
        let elbo = cells.next()?.parse().ok()?;
        let elbo_se = cells.next()?.parse().ok()?;
        let reconstruction = cells.next()?.parse().ok()?;
        let kl = cells.next()?.parse().ok()?;
        let images_per_second = cells.nth(3)?.parse().ok()?;
        let whole = cells.next()? == "true";
        let bound = Bound { step, elbo, elbo_se, reconstruction, kl };
        Some(Self { step, epoch, seconds, split, whole, images_per_second, bound })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    const HEADER: &str = "step,epoch,images,seconds,split,elbo,elbo_se,reconstruction,kl,beta,learning_rate,gradient_norm,\
                          images_per_second,whole,iwae,samples\n";

    fn row(step: u64, split: &str, elbo: f64, whole: bool) -> String {
        format!(
            "{step},{}.5,100,{step}.25,{split},{elbo},0.5,{},10,1,0.001,,31000,{whole},{elbo},1\n",
            step / 10,
            elbo + 10.0
        )
    }

    fn table(rows: &[String]) -> String {
        HEADER.to_owned() + &rows.concat()
    }

    #[test]
    fn the_last_and_the_best_bound_are_those_on_all_validation_images() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        let rows = [
            row(10, "train", -120.0, false),
            row(10, "validation", -90.0, false),
            row(20, "validation", -99.0, true),
            row(30, "validation", -97.0, true),
            row(40, "validation", -98.0, true),
            row(50, "train", -80.0, false),
        ];
        fs::write(&path, table(&rows)).unwrap();
        let mut metrics = Metrics::default();
        assert!(metrics.read_new(&path).unwrap());
        assert_eq!((metrics.reports, metrics.last), (6, Some((50, 5.5, 50.25))));
        assert_eq!(metrics.last_bound().map(|bound| (bound.step, bound.elbo, bound.kl)), Some((40, -98.0, 10.0)));
        assert_eq!(metrics.best_bound().map(|bound| bound.elbo), Some(-97.0));
        assert_eq!(metrics.images_per_second, Some(31_000.0));
        // Before the first epoch has ended, the part that stands for all.
        fs::write(&path, table(&rows[..2])).unwrap();
        metrics.read_new(&path).unwrap();
        assert_eq!(metrics.last_bound().map(|bound| bound.elbo), Some(-90.0));
    }

    #[test]
    fn only_new_bytes_are_read_and_half_a_row_waits_for_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        let first = table(&[row(1, "validation", -5.0, true)]);
        let (half, rest) = (&row(2, "validation", -4.0, true)[..20], &row(2, "validation", -4.0, true)[20..]);
        fs::write(&path, format!("{first}{half}")).unwrap();
        let mut metrics = Metrics::default();
        metrics.read_new(&path).unwrap();
        assert_eq!(metrics.reports, 1);
        assert!(!metrics.read_new(&path).unwrap(), "nothing new");
        fs::write(&path, format!("{first}{half}{rest}")).unwrap();
        assert!(metrics.read_new(&path).unwrap());
        assert_eq!((metrics.reports, metrics.best_bound().map(|bound| bound.step)), (2, Some(2)));
        // Cut at a checkpoint and grown another way to a greater length.
        let other =
            table(&[row(1, "validation", -5.0, true), row(3, "validation", -9.0, true), row(4, "train", 0.0, false)]);
        fs::write(&path, other).unwrap();
        metrics.read_new(&path).unwrap();
        assert_eq!((metrics.reports, metrics.best_bound().map(|bound| bound.elbo)), (3, Some(-5.0)));
        fs::remove_file(&path).unwrap();
        assert!(metrics.read_new(&path).unwrap());
        assert_eq!((metrics.reports, metrics.complete), (0, true));
    }

    #[test]
    fn a_glance_at_a_long_table_finds_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        let rows: Vec<String> = (1..3_000).map(|step| row(step, "validation", step as f64, true)).collect();
        fs::write(&path, table(&rows)).unwrap();
        let glance = Metrics::glance(&path);
        assert_eq!(glance.last_bound().map(|bound| bound.step), Some(2_999));
        assert_eq!((glance.best_bound(), glance.complete), (None, false));
        let mut metrics = glance;
        metrics.read_new(&path).unwrap();
        assert_eq!((metrics.reports, metrics.best_bound().map(|bound| bound.step)), (2_999, Some(2_999)));
        assert_eq!(Metrics::glance(&folder.path().join("none")), Metrics::default());
    }

    #[test]
    fn a_line_that_is_no_report_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        fs::write(&path, table(&[row(1, "train", -5.0, false), "some: nonsense\n".into(), "more\n".into()])).unwrap();
        let mut metrics = Metrics::default();
        metrics.read_new(&path).unwrap();
        let damage = metrics.damage.clone().unwrap();
        assert!(damage.contains("metrics.csv, line 3: ") && damage.contains("nonsense"), "{damage}");
        assert_eq!(metrics.reports, 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        /// A table that is read in pieces gives the values of one reading, whatever the pieces are.
        #[test]
        fn pieces_come_to_the_whole(
            elbos in prop::collection::vec((-200.0_f64..0.0, any::<bool>(), any::<bool>()), 1..30),
            cuts in prop::collection::vec(0.0_f64..1.0, 0..6),
        ) {
            let rows: Vec<String> = elbos.iter().enumerate().map(|(i, (elbo, train, whole))| {
                row(i as u64, if *train { "train" } else { "validation" }, *elbo, *whole)
            }).collect();
            let text = table(&rows);
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("metrics.csv");
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| (cut * text.len() as f64) as usize).collect();
            cuts.sort_unstable();
            let mut pieces = Metrics::default();
            for cut in cuts.into_iter().chain([text.len()]) {
                fs::write(&path, &text[..cut]).unwrap();
                pieces.read_new(&path).unwrap();
            }
            let mut once = Metrics::default();
            once.read_new(&path).unwrap();
            prop_assert_eq!(pieces, once);
        }
    }
}
