//! The standing questions of the panes.
//!
//! A pane asks in every frame in which it wants an answer. A question that was not asked in a frame is withdrawn at the
//! frame's end, so that the worker does nothing for a pane that is closed, behind another, or no longer in need of an
//! answer.

use crate::explore::Question;
use crate::train::At;
use crate::worker::{Answered, Asker, Command, Status};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The standing questions, by asker.
#[derive(Default)]
pub struct PaneQuestions {
    standing: BTreeMap<Asker, Standing>,
    /// The kept state that is looked at, and the one that was before it: run and step.
    looked: Option<(u64, u64)>,
    left: Option<(u64, u64)>,
    /// The step of the model.
    step: u64,
}

/// A question that the worker answers again and again.
struct Standing {
    /// The number of the run that the question is about.
    run: u64,
    question: Question,
    /// The kept state that it is about; `None` for the one that is looked at.
    at: Option<At>,
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
    /// Note which state of the run is looked at. Must be called at the beginning of a frame.
    pub fn begin_frame(&mut self, status: &Status) {
        let looked = status.looks_back.then_some((status.run, status.step));
        self.step = status.step;
        if looked != self.looked {
            (self.left, self.looked) = (self.looked, looked);
        }
    }

    /// Whether an answer is about the state that is looked at.
    fn is_of_now(&self, answered: &Answered) -> bool {
        let of = (answered.run, answered.step);
        match self.looked {
            Some(looked) => looked == of,
            None => self.left != Some(of) || answered.step == self.step,
        }
    }

    /// Whether every question has been answered about the state that is looked at; `newest` gives the newest answer to
    /// an asker.
    pub fn all_answered(&self, newest: impl Fn(Asker) -> Option<Arc<Answered>>) -> bool {
        self.standing.iter().all(|(&asker, standing)| {
            standing.at.is_some() || newest(asker).is_some_and(|answered| self.judge(asker, answered).current)
        })
    }

    /// The askers whose questions have been answered about the state that is looked at.
    #[cfg(test)]
    pub fn answered<'a>(
        &'a self,
        newest: impl Fn(Asker) -> Option<Arc<Answered>> + 'a,
    ) -> impl Iterator<Item = Asker> + 'a {
        let askers = self.standing.keys().copied();
        askers.filter(move |&asker| newest(asker).is_some_and(|answered| self.judge(asker, answered).current))
    }

    /// Ask a question about a run in this frame. `newest` is the newest answer to the asker so far.
    pub fn ask(
        &mut self,
        asker: Asker,
        run: u64,
        question: Question,
        newest: Option<&Answered>,
        commands: &mut Vec<Command>,
    ) {
        self.ask_at(asker, run, None, question, newest, commands);
    }

    /// [`ask`](Self::ask) about a kept state, whichever is looked at.
    pub fn ask_at(
        &mut self,
        asker: Asker,
        run: u64,
        at: Option<At>,
        question: Question,
        newest: Option<&Answered>,
        commands: &mut Vec<Command>,
    ) {
        let same = |standing: &&mut Standing| standing.run == run && standing.question == question && standing.at == at;
        match self.standing.get_mut(&asker).filter(same) {
            Some(standing) => standing.wanted = true,
            None => {
                commands.push(match at {
                    None => Command::Ask(asker, question.clone()),
                    Some(at) => Command::AskAt(asker, at, question.clone()),
                });
                let before = newest.map_or(0, |answered| answered.serial);
                self.standing.insert(asker, Standing { run, question, at, before, wanted: true });
            }
        }
    }

    /// The standing question of an asker.
    pub fn standing(&self, asker: Asker) -> Option<&Question> {
        self.standing.get(&asker).map(|standing| &standing.question)
    }

    /// Keep the asker's standing question, if there is one, for another frame.
    pub fn hold(&mut self, asker: Asker) {
        if let Some(standing) = self.standing.get_mut(&asker) {
            standing.wanted = true;
        }
    }

    /// An answer, with whether it answers the standing question.
    pub fn judge(&self, asker: Asker, answered: Arc<Answered>) -> Newest {
        let current = self.standing.get(&asker).is_some_and(|standing| {
            let of_state = answered.at == standing.at && (standing.at.is_some() || self.is_of_now(&answered));
            of_state && answered.question == standing.question && answered.serial > standing.before
        });
        Newest { answered, current }
    }

    /// Withdraw the questions that were not asked in this frame. Must be called at its end.
    pub fn end_frame(&mut self, commands: &mut Vec<Command>) {
        self.standing.retain(|&asker, standing| {
            let wanted = std::mem::take(&mut standing.wanted);
            if !wanted {
                commands.push(Command::Unask(asker));
            }
            wanted
        });
    }
}
