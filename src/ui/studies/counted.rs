//! The points of the form's study and all that is wrong with them, found out on a thread: there may be many.

use crate::experiment::Problem;
use crate::experiment::study::Study;
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use eframe::egui::Context;

/// The number of a study's points, and all that is wrong with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Count {
    /// How many points it has; 0 while an error keeps them from being counted.
    pub points: usize,
    /// Combinations that its conditions leave out.
    pub skipped: usize,
    /// Errors and warnings, all of them.
    pub problems: Vec<Problem>,
}

impl Count {
    fn of(study: &Study) -> Self {
        let (points, problems) = study.examined();
        Self { points: points.points.len(), skipped: points.skipped.len(), problems }
    }

    /// The errors, which keep the study from running.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.is_error())
    }
}

/// The newest count, and the one that is under way.
#[derive(Default)]
pub struct Counted {
    of: Option<(Study, Count)>,
    counting: Option<(Study, Receiver<Count>)>,
}

impl Counted {
    /// Count a study's points, unless they are counted or about to be. One count is under way at a time: it is followed
    /// by one of what the study has become.
    pub fn renew(&mut self, ctx: &Context, study: &Study) {
        if let Some((of, receiver)) = &self.counting {
            match receiver.try_recv() {
                Ok(count) => self.of = Some((of.clone(), count)),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    // Rather no count than one that is begun again and again.
                    let problem = Problem::error("study", "its points could not be counted");
                    self.of = Some((of.clone(), Count { problems: vec![problem], ..Count::default() }));
                }
            }
            self.counting = None;
        }
        if self.of.as_ref().is_some_and(|(of, _)| of == study) {
            return;
        }
        let (sender, receiver) = bounded(1);
        let (ctx, counted) = (ctx.clone(), study.clone());
        let work = move || {
            // A window that has closed meanwhile no longer cares.
            let _ = sender.send(Count::of(&counted));
            ctx.request_repaint();
        };
        if std::thread::Builder::new().name("elbow-study-count".into()).spawn(work).is_ok() {
            self.counting = Some((study.clone(), receiver));
        }
    }

    /// The count of exactly this study, once it is known.
    pub fn count(&self, study: &Study) -> Option<&Count> {
        self.of.as_ref().filter(|(of, _)| of == study).map(|(_, count)| count)
    }

    /// The newest count, which may be of what the study was a moment ago.
    pub fn newest(&self) -> Option<&Count> {
        self.of.as_ref().map(|(_, count)| count)
    }
}
