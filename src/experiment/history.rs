//! How many states of a run are kept on its way, and how large they are: decided before anything is trained.

use super::memory::BYTES;
use super::{Experiment, Plan, human_bytes};

/// Largest size of a run's history, in bytes, in memory as in the run folder.
const HISTORY_BYTES: u64 = 256 << 20;

/// The room that the states which a run keeps on its way may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryEstimate {
    /// Number of states that were asked for.
    pub wanted: usize,
    /// Largest number of states that are kept: as many as were asked for, or as many as there is room for.
    pub states: usize,
    /// Whether a state has the optimiser's moments, so that a fork from it goes on as if it had never stopped. They are
    /// left out where they leave no room for the states that were asked for.
    pub moments: bool,
    /// Size of all states together, in bytes.
    pub bytes: u64,
    /// Size of the best state, which is kept beside them with its moments, in bytes.
    pub best: u64,
}

/// Estimate the room that a run's history takes.
pub fn history_estimate(experiment: &Experiment, plan: &Plan) -> HistoryEstimate {
    let training = &experiment.training;
    let (wanted, parameters) = (training.history, plan.parameters as u64);
    // A discriminator has an Adam of its own.
    let penalty = experiment.objective.penalty.counts(plan.sizes()).parameters as u64;
    let alone = parameters.saturating_add(penalty).saturating_mul(BYTES);
    let per_parameter = training.optimiser.state_per_parameter().saturating_add(1);
    let with_moments = parameters.saturating_mul(per_parameter).saturating_add(penalty.saturating_mul(3));
    let best = with_moments.saturating_mul(BYTES);
    let moments = best.saturating_mul(wanted as u64) <= HISTORY_BYTES;
    let each = if moments { best } else { alone };
    let states = wanted.min(usize::try_from(HISTORY_BYTES / each.max(1)).unwrap_or(usize::MAX));
    HistoryEstimate { wanted, states, moments, bytes: each.saturating_mul(states as u64), best }
}

impl HistoryEstimate {
    /// The estimate in a sentence for the log.
    pub fn told(&self) -> String {
        let Self { wanted, states, moments, bytes, best } = *self;
        let best = human_bytes(best);
        match (wanted, states) {
            (0, _) => format!("history: none is kept (training.history: 0) but the best, {best}"),
            (_, 0) => format!("history: a single state is more than {}, so none is kept", human_bytes(HISTORY_BYTES)),
            _ => {
                let fewer = match states < wanted {
                    true => format!(" ({wanted} would be more than {})", human_bytes(HISTORY_BYTES)),
                    false => String::new(),
                };
                let what = if moments { "with the optimiser's moments" } else { "without the optimiser's moments" };
                let all = human_bytes(bytes);
                format!(
                    "history: at most {states} states{fewer} {what}, {all}, and the best, {best} (training.history)"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::ImageShape;

    fn estimate(history: usize, units: usize) -> HistoryEstimate {
        let mut experiment = Experiment::default();
        experiment.training.history = history;
        experiment.encoder = vec![crate::experiment::Layer::dense(units, crate::experiment::Activation::Tanh)];
        let plan = experiment.plan(ImageShape { channels: 1, height: 28, width: 28 }).expect("it can be planned");
        history_estimate(&experiment, &plan)
    }

    #[test]
    fn what_is_too_much_leaves_the_moments_out_first_and_then_states() {
        let small = estimate(40, 20);
        assert_eq!((small.states, small.moments), (40, true));
        assert_eq!(small.bytes, 40 * small.best);
        let middle = estimate(40, 800);
        assert_eq!((middle.states, middle.moments), (40, false));
        assert_eq!(middle.bytes, 40 * middle.best / 3, "Adam has two moments");
        let large = estimate(1_000, 800);
        assert!(large.states < 1_000 && large.bytes <= HISTORY_BYTES && large.told().contains("1000 would be more"));
        assert_eq!(estimate(0, 20).states, 0);
    }
}
