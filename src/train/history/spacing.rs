//! The steps of a run that are kept: log-spaced ones, however long the run becomes.

/// Number of doublings of the step that a history spans before it is thinned.
const DOUBLINGS: usize = 10;

/// Whether a history of at most `most` states keeps the state after `step` steps: those before the first step and after
/// it, and a tenth of `most` in each doubling of the step.
pub fn is_due(step: u64, most: usize) -> bool {
    let each = (most / DOUBLINGS).max(1) as f64;
    match step.checked_ilog2() {
        _ if most == 0 => false,
        None => true,
        Some(octave) => {
            let start = (octave as f64).exp2();
            let place = (each * (step as f64 / start).log2()).round();
            place < each && (start * (place / each).exp2()).round() == step as f64
        }
    }
}

/// The kept step that leaves, of steps in ascending order with whether each stands for an edit, so that the rest stays
/// log-spaced: the one whose neighbours are nearest to each other. The first and the newest stay, and edits as long as
/// there are others.
pub fn surplus(steps: &[(u64, bool)], most: usize) -> Option<usize> {
    if steps.len() <= most {
        return None;
    }
    let ratio = |i: usize| (steps[i + 1].0 + 1) as f64 / (steps[i - 1].0 + 1) as f64;
    let closest = |edits: bool| {
        let inner = (1..steps.len().saturating_sub(1)).filter(move |&i| steps[i].1 == edits);
        inner.min_by(|&a, &b| ratio(a).total_cmp(&ratio(b)))
    };
    closest(false).or_else(|| closest(true)).or(Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps kept of a run, with edits at some.
    fn kept(last: u64, most: usize, edits: &[u64]) -> Vec<u64> {
        let mut kept: Vec<(u64, bool)> = Vec::new();
        for step in 0..=last {
            let is_edit = edits.contains(&step);
            if is_edit || is_due(step, most) {
                kept.push((step, is_edit));
                while let Some(leaves) = surplus(&kept, most) {
                    kept.remove(leaves);
                }
            }
        }
        kept.into_iter().map(|(step, _)| step).collect()
    }

    #[test]
    fn early_steps_are_kept_one_by_one_and_later_ones_ever_more_rarely() {
        assert_eq!(kept(20, 40, &[]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 16, 19]);
        assert_eq!(kept(5, 1, &[]), [4], "the newest");
        assert!(kept(5, 0, &[]).is_empty());
    }

    #[test]
    fn a_run_of_any_length_keeps_so_many_and_they_stay_log_spaced() {
        for most in [5, 10, 40, 100] {
            for last in [1_000, 30_000, 500_000] {
                let kept = kept(last, most, &[]);
                assert!(kept.len() <= most && kept.len() * 2 > most.min(20), "{most} of {last}: {kept:?}");
                // Evenly spread, the ratio of neighbours would be this.
                let even = ((last + 1) as f64).powf(1.0 / (kept.len() - 1) as f64).max(2.0);
                let widest =
                    kept.windows(2).map(|pair| (pair[1] + 1) as f64 / (pair[0] + 1) as f64).fold(0.0, f64::max);
                assert!(widest <= even * even, "{most} of {last}: {widest} where {even} is even, {kept:?}");
            }
        }
    }

    #[test]
    fn edits_stay_where_others_can_leave() {
        let edits = [700, 701, 702, 703, 5_000];
        let kept = kept(20_000, 12, &edits);
        assert!(kept.len() <= 12 && edits.iter().all(|edit| kept.contains(edit)), "{kept:?}");
        let many: Vec<u64> = (100..200).collect();
        assert_eq!(super::tests::kept(300, 12, &many).len(), 12, "but not more than there is room for");
    }
}
