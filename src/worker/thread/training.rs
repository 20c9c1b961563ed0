//! Training steps, and how training continues and ends.

use super::Worker;
use super::counted::Counted;
use crate::train::{DeedKind, StepOutcome, TrainError};
use crate::worker::protocol::{Level, RunState};
use std::time::{Duration, Instant};

/// Least time between two steps that are traced while somebody looks.
const TRACE_PERIOD: Duration = Duration::from_millis(200);

impl Worker {
    /// Take a burst of steps, or measure some images of the validation split after the last one.
    pub(super) fn train(&mut self, burst: Duration) -> Result<(), TrainError> {
        let start = Instant::now();
        let traces = self.questions.want_a_trace();
        while start.elapsed() < burst {
            let Some(run) = &mut self.run else { return Ok(()) };
            if run.trainer.is_measuring() {
                let outcome = run.trainer.measure_on()?;
                if self.ended(outcome) {
                    return Ok(());
                }
                continue;
            }
            // One step in a while is enough to look at, but the last before a pause is always traced.
            let is_last = self.counted.as_ref().is_some_and(|counted| counted.left == 1);
            if traces && (is_last || self.traced_at.is_none_or(|at| at.elapsed() > TRACE_PERIOD)) {
                run.trainer.trace_next();
                self.traced_at = Some(Instant::now());
            }
            let outcome = if is_last { run.trainer.step()? } else { run.trainer.begin_step()? };
            run.compiling = false;
            if self.ended(outcome) {
                return Ok(());
            }
            let Some(run) = &mut self.run else { return Ok(()) };
            if let Some(counted) = &mut self.counted {
                counted.left -= 1;
                if let Counted { steps, left: 0, ends } = *counted {
                    self.counted = None;
                    self.state = RunState::Paused;
                    // Who looks at the model sees it as it stands now.
                    self.questions.renew();
                    if ends {
                        run.trainer.check_end()?;
                        self.finish(format!("{steps} steps of this call"), true);
                        self.autosave();
                    }
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Record the outcome of a step. Returns whether it has ended the run.
    fn ended(&mut self, outcome: StepOutcome) -> bool {
        let Some(run) = &mut self.run else { return true };
        run.record(&self.shared, outcome.reports);
        let Some(why) = outcome.finished else { return false };
        match run.trainer.end_on_best() {
            Ok(Some(text)) => {
                run.trainer.note(DeedKind::EndedOnBest, text.clone());
                self.log(Level::Info, text);
            }
            Ok(None) => {}
            Err(error) => self.log(Level::Warning, format!("{error}; the run ends on its last state")),
        }
        self.finish(why, false);
        self.autosave();
        true
    }

    /// Measure all of the validation split after the last step, if that has been begun: the step is then complete, and
    /// the run can be saved and changed.
    pub(super) fn complete_step(&mut self) -> Result<(), TrainError> {
        let Some(run) = self.run.as_mut().filter(|run| run.trainer.is_measuring()) else { return Ok(()) };
        let outcome = run.aside(|run| {
            loop {
                let outcome = run.trainer.measure_on();
                if outcome.is_err() || !run.trainer.is_measuring() {
                    break outcome;
                }
            }
        })??;
        self.ended(outcome);
        Ok(())
    }

    /// Continue training, for a given number of steps if there is one, after which training may end.
    pub(super) fn resume(&mut self, steps: Option<(u64, bool)>) {
        let Some(run) = &mut self.run else { return };
        run.trainer.look_at_last();
        match run.trainer.finished() {
            Some(why) => self.log(Level::Warning, format!("The run is over ({why}); extend it to train on.")),
            None => {
                self.forget_lost_steps();
                self.counted = steps.map(|(steps, ends)| Counted { steps, left: steps.max(1), ends });
                self.state = RunState::Running;
            }
        }
    }

    /// Remove reports, ledger entries and marks of steps beyond the present one, after the run went back to its last
    /// good state: it goes on from there as another run, and these steps are not its own.
    fn forget_lost_steps(&mut self) {
        let Some(run) = &mut self.run else { return };
        let step = run.trainer.progress().step;
        let lost = self.shared.with_history(|history| history.reports.last().is_some_and(|report| report.step > step));
        if !lost {
            return;
        }
        self.runs += 1;
        run.number = self.runs;
        let last = self.shared.with_history(|history| {
            history.run = run.number;
            history.reports.retain(|report| report.step <= step);
            history.ledger.retain(|entry| entry.step <= step);
            history.marks.retain(|mark| mark.step <= step);
            history.evaluations.retain(|evaluation| evaluation.step() <= step);
            history.ledger.last().map(|entry| entry.step)
        });
        self.ledger.renew(last);
        self.questions.renew();
    }
}
