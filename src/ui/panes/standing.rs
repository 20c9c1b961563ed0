//! A pane's standing question: asked once, again when it changes, and answered for as long as the run lives.

use crate::explore::Question;
use crate::ui::pane::PaneContext;
use crate::worker::{Answered, Command};
use std::sync::Arc;

/// What was asked last, and of which run.
#[derive(Default)]
pub struct Standing {
    asked: Option<(u64, Question)>,
}

/// The newest answer of this run, and whether it answers what was asked last.
pub struct Newest {
    pub answered: Arc<Answered>,
    pub current: bool,
}

impl Newest {
    /// For a pane's bar.
    pub fn shown(&self) -> (&Answered, bool) {
        (&self.answered, self.current)
    }

    /// What names the answer: for caches of what is made from it.
    pub fn key(&self) -> (u64, u64) {
        (self.answered.run, self.answered.serial)
    }
}

impl Standing {
    /// Ask, if this is not what was asked last, and look at the newest answer. Without a model there is neither.
    pub fn ask(&mut self, context: &mut PaneContext<'_>, question: Question) -> Option<Newest> {
        let run = context.status.run;
        context.status.experiment.as_ref()?;
        let view = question.view();
        let asked = self.asked.as_ref().is_some_and(|(r, q)| *r == run && *q == question);
        if !asked {
            context.commands.push(Command::Ask(question.clone()));
        }
        let answered = (context.answer)(view).filter(|answered| answered.run == run);
        let newest = answered.map(|answered| Newest { current: answered.question == question, answered });
        if !asked {
            self.asked = Some((run, question));
        }
        newest
    }

    /// Stop asking while the pane shows something else.
    pub fn withdraw(&mut self, context: &mut PaneContext<'_>) {
        if let Some((_, question)) = self.asked.take() {
            context.commands.push(Command::Unask(question.view()));
        }
    }

    /// The worker no longer holds the question.
    pub fn forget(&mut self) {
        self.asked = None;
    }
}
