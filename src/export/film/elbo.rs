//! The bound of a kept state for its caption.

use crate::data::Split;
use crate::train::Report;

/// The ELBO at a step, in nats per image, and the step of the report that has it: of validation images where there is
/// such a report not further away than another, else of training ones. `None` before any report.
pub fn elbo_at(reports: &[Report], step: u64) -> Option<(f64, u64)> {
    let finite = reports.iter().filter(|report| report.elbo.is_finite());
    let rank = |report: &&Report| {
        let training = report.split == Split::Train;
        (report.step.abs_diff(step), training, !report.whole)
    };
    finite.min_by_key(rank).map(|report| (report.elbo, report.step))
}
