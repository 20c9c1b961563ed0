//! The questions that stand with the worker for the panes.
//!
//! A pane asks in every frame in which it wants an answer. A question that nobody asked in a frame is withdrawn at its
//! end, so that the worker does nothing for a pane that is closed, hidden behind another, or no longer in need.

use crate::explore::Question;
use crate::worker::{Answered, Asker, Command};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The standing questions, by who asks them.
#[derive(Default)]
pub struct PaneQuestions(BTreeMap<Asker, Standing>);

/// A question that the worker answers now and again.
struct Standing {
    /// The run that it was asked of.
    run: u64,
    question: Question,
    /// Serial number of the newest answer before it was asked; 0 where there was none.
    before: u64,
    /// It was asked, or held, in this frame.
    wanted: bool,
}

/// The newest answer to an asker, of the present run.
pub struct Newest {
    pub answered: Arc<Answered>,
    /// It answers the question that stands, and was given after that was asked.
    pub current: bool,
}

impl Newest {
    /// Names the answer, for caches of what is made from it: its run and serial number.
    pub fn key(&self) -> (u64, u64) {
        (self.answered.run, self.answered.serial)
    }
}

impl PaneQuestions {
    /// Ask a question of a run in this frame. `newest` is the newest answer to the asker so far.
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

    /// Let the question that stands, if any, stand for another frame.
    pub fn hold(&mut self, asker: Asker) {
        if let Some(standing) = self.0.get_mut(&asker) {
            standing.wanted = true;
        }
    }

    /// Whether an answer is of the question that stands.
    pub fn judge(&self, asker: Asker, answered: Arc<Answered>) -> Newest {
        let current = self
            .0
            .get(&asker)
            .is_some_and(|standing| answered.question == standing.question && answered.serial > standing.before);
        Newest { answered, current }
    }

    /// At the end of a frame: withdraw what nobody asked in it.
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
