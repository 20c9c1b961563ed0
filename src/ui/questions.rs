//! The standing questions of the panes.
//!
//! A pane asks in every frame in which it wants an answer. A question that was not asked in a frame is withdrawn at the
//! frame's end, so that the worker does nothing for a pane that is closed, behind another, or no longer in need of an
//! answer.

use crate::explore::Question;
use crate::worker::{Answered, Asker, Command};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The standing questions, by asker.
#[derive(Default)]
pub struct PaneQuestions(BTreeMap<Asker, Standing>);

/// A question that the worker answers again and again.
struct Standing {
    /// The number of the run that the question is about.
    run: u64,
    question: Question,
    /// Serial number of the newest answer before the question was asked; 0 if there was none.
    before: u64,
    /// Whether the question was asked, or held, in this frame.
    wanted: bool,
}

/// The newest answer to an asker, of the present run.
pub struct Newest {
    pub answered: Arc<Answered>,
    /// Whether the answer is one to the standing question, given after the question was asked.
    pub current: bool,
}

impl Newest {
    /// The answer's run and serial number, as a key for caches of what is made from it.
    pub fn key(&self) -> (u64, u64) {
        (self.answered.run, self.answered.serial)
    }
}

impl PaneQuestions {
    /// Ask a question about a run in this frame. `newest` is the newest answer to the asker so far.
    pub fn ask(
        &mut self,
        asker: Asker,
        run: u64,
        question: Question,
        newest: Option<&Answered>,
        commands: &mut Vec<Command>,
    ) {
        match self.0.get_mut(&asker).filter(|standing| standing.run == run && standing.question == question) {
            Some(standing) => standing.wanted = true,
            None => {
                commands.push(Command::Ask(asker, question.clone()));
                let before = newest.map_or(0, |answered| answered.serial);
                self.0.insert(asker, Standing { run, question, before, wanted: true });
            }
        }
    }

    /// Keep the asker's standing question, if there is one, for another frame.
    pub fn hold(&mut self, asker: Asker) {
        if let Some(standing) = self.0.get_mut(&asker) {
            standing.wanted = true;
        }
    }

    /// An answer, with whether it answers the standing question.
    pub fn judge(&self, asker: Asker, answered: Arc<Answered>) -> Newest {
        let current = self
            .0
            .get(&asker)
            .is_some_and(|standing| answered.question == standing.question && answered.serial > standing.before);
        Newest { answered, current }
    }

    /// Withdraw the questions that were not asked in this frame. Must be called at its end.
    pub fn end_frame(&mut self, commands: &mut Vec<Command>) {
        self.0.retain(|&asker, standing| {
            let wanted = std::mem::take(&mut standing.wanted);
            if !wanted {
                commands.push(Command::Unask(asker));
            }
            wanted
        });
    }
}
