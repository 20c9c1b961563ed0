//! The bound of a kept state for its caption.

use crate::data::Split;
use crate::train::Report;

/// The ELBO, in nats per image, of the report that is nearest to a step, and the step of this report. Of equally near
/// reports one on validation images comes before one on training images, and a whole measurement before a part. `None`
/// where there is no report.
pub fn elbo_at(reports: &[Report], step: u64) -> Option<(f64, u64)> {
    let finite = reports.iter().filter(|report| report.elbo.is_finite());
    let rank = |report: &&Report| {
        let training = report.split == Split::Train;
        (report.step.abs_diff(step), training, !report.whole)
    };
    finite.min_by_key(rank).map(|report| (report.elbo, report.step))
}
