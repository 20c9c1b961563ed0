//! The action of the one big button, which depends on the state of the run.

use super::run_line::run_name;
use super::session::Session;
use crate::experiment::Experiment;
use crate::worker::RunState;

/// The action behind Train and Space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Start a run of the form's experiment.
    Start,
    /// Continue training.
    Resume,
    Pause,
    /// Ask for how much longer to train, since the run has reached its length.
    Extend,
}

impl Move {
    /// The action that follows from the state of the run.
    pub fn next(session: &Session, experiment: &Experiment) -> Self {
        let status = &session.status;
        next(&status.state, status.last_step, status.total_steps, session.changed(experiment))
    }

    /// The button's text, and what pressing it does; where form and run are apart, which of the two it is about.
    pub fn words(self, session: &Session, form: &Experiment) -> (&'static str, String) {
        let status = &session.status;
        let fresh = status.last_step == 0;
        let run = status.experiment.as_deref().map_or("", run_name);
        let apart = !fresh && session.changed(form);
        let (label, what) = match self {
            Self::Start if session.has_trained() => {
                let what = format!(
                    "Train what the form says from the start. The run of {run} is kept: the Runs pane brings it back."
                );
                ("Train anew", what)
            }
            Self::Start => ("Train", "Train what the form says.".into()),
            Self::Resume if fresh => ("Train", "Train what the form says.".into()),
            Self::Resume if apart => {
                let what =
                    format!("Go on with the run of {run}. The form holds another experiment: Restart trains that.");
                ("Resume run", what)
            }
            Self::Resume => ("Resume", format!("Go on with the run of {run}.")),
            Self::Pause if apart => ("Pause run", format!("Let the run of {run} wait between two steps.")),
            Self::Pause => ("Pause", "Wait between two steps.".into()),
            Self::Extend => ("Extend…", format!("Train {run} for longer than was planned.")),
        };
        (label, what)
    }
}

fn next(state: &RunState, step: u64, total: Option<u64>, changed: bool) -> Move {
    match state {
        RunState::Idle | RunState::Failed(_) => Move::Start,
        RunState::Running => Move::Pause,
        // Nothing has been trained yet: what the form says counts.
        RunState::Preparing(_) => {
            if changed {
                Move::Start
            } else {
                Move::Resume
            }
        }
        RunState::Paused if step == 0 && changed => Move::Start,
        RunState::Paused => Move::Resume,
        RunState::Finished(_) if changed => Move::Start,
        // Stopped before its end.
        RunState::Finished(_) if total.is_some_and(|total| step < total) => Move::Resume,
        RunState::Finished(_) => Move::Extend,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trained_model_is_never_thrown_away_by_the_big_button_alone() {
        let finished = RunState::Finished("20 epochs".into());
        assert_eq!(next(&RunState::Paused, 100, Some(200), false), Move::Resume);
        assert_eq!(next(&RunState::Paused, 100, Some(200), true), Move::Resume);
        assert_eq!(next(&finished, 200, Some(200), false), Move::Extend);
        assert_eq!(next(&finished, 150, Some(200), false), Move::Resume);
    }

    #[test]
    fn before_the_first_step_the_form_counts() {
        assert_eq!(next(&RunState::Paused, 0, Some(200), true), Move::Start);
        assert_eq!(next(&RunState::Paused, 0, Some(200), false), Move::Resume);
        assert_eq!(next(&RunState::Idle, 0, None, false), Move::Start);
    }
}
