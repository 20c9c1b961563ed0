//! The state that side B shows: one of the present run, or one of a saved run.

use super::super::shelf::{Round, Shelf};
use crate::explore::{Answer, Question};
use crate::train::At;
use crate::ui::format;
use crate::ui::pane::PaneContext;
use crate::worker::{Answered, Asker, SavedAt, Status};
use eframe::egui::{ComboBox, Ui};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The state that side B shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Source {
    /// The present run as it is.
    #[default]
    Live,
    /// The best state of the present run.
    Best,
    /// The kept state of the present run after a step.
    Step(u64),
    /// A compared run, at a state of it.
    Saved(PathBuf, Place),
}

/// The choice among the states of a compared run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Last,
    Best,
    /// The one that is nearest to the step of A.
    SameStep,
}

/// An answer of one side.
pub struct Found {
    pub answer: Arc<Answered>,
    /// The answer's identity, for caches.
    pub key: (u64, u64),
    pub step: u64,
    /// Words behind the step in the caption: the answer is being updated, or is of other data.
    pub note: &'static str,
}

impl Found {
    pub fn of(answered: &Arc<Answered>, key: (u64, u64), current: bool) -> Self {
        let note = if current { "" } else { ", updating…" };
        Self { answer: answered.clone(), key, step: answered.step, note }
    }
}

impl Source {
    /// The list from which B is chosen.
    pub fn choose_ui(&mut self, ui: &mut Ui, context: &PaneContext<'_>) {
        let name = self.name(context);
        let response =
            ComboBox::from_id_salt("b").selected_text(format!("B: {name}")).width(170.0).truncate().show_ui(ui, |ui| {
                ui.set_min_width(260.0);
                ui.selectable_value(self, Self::Live, "This run, live");
                if let Some(best) = context.status.best() {
                    let text = format!("This run, its best (step {})", format::count(best.step));
                    ui.selectable_value(self, Self::Best, text);
                }
                for stop in context.status.stops.iter() {
                    let text = format!("This run at step {}", format::count(stop.step));
                    ui.selectable_value(self, Self::Step(stop.step), text);
                }
                let saved = context.runs.shown().filter_map(|run| Some((run.folder.clone()?, &run.name)));
                for (folder, name) in saved {
                    for (place, words) in
                        [(Place::Last, "at its end"), (Place::Best, "at its best"), (Place::SameStep, "at A's step")]
                    {
                        let text = format!("{name}, {words}");
                        ui.selectable_value(self, Self::Saved(folder.clone(), place), text);
                    }
                }
            });
        let meaning = "B: another state of this run, or a compared run (choose runs with the button that compares).";
        let named = format!("B: {name}");
        response
            .response
            .on_hover_text(meaning)
            .widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::ComboBox, true, &named));
    }

    /// Go back to the run as it is where the chosen state or run is there no more.
    pub fn settle(&mut self, context: &PaneContext<'_>) {
        let gone = match self {
            Self::Live => false,
            Self::Best => context.status.best().is_none(),
            // Kept states thin out while a run goes on.
            Self::Step(step) => context.status.stops.iter().all(|stop| stop.step != *step),
            Self::Saved(folder, _) => context.runs.shown().all(|run| run.folder.as_ref() != Some(folder)),
        };
        if gone {
            *self = Self::Live;
        }
    }

    /// B in words.
    pub fn name(&self, context: &PaneContext<'_>) -> String {
        match self {
            Self::Live => "this run, live".into(),
            Self::Best => "this run, its best".into(),
            Self::Step(step) => format!("this run at step {}", format::count(*step)),
            Self::Saved(folder, place) => {
                let run = context.runs.shown().find(|run| run.folder.as_ref() == Some(folder));
                let name = run.map_or_else(String::new, |run| run.name.clone());
                match place {
                    Place::Last => name,
                    Place::Best => format!("{name}, its best"),
                    Place::SameStep => format!("{name}, A's step"),
                }
            }
        }
    }

    /// Which state of a saved run is asked.
    pub fn saved_at(&self, status: &Status) -> SavedAt {
        match self {
            Self::Saved(_, Place::Best) => SavedAt::Best,
            Self::Saved(_, Place::SameStep) => SavedAt::Nearest(status.step),
            _ => SavedAt::Last,
        }
    }

    /// Ask for this frame; returns the newest answer, or words that say why there is none yet.
    pub fn ask(
        &self,
        ui: &Ui,
        context: &mut PaneContext<'_>,
        asker: Asker,
        question: &Question,
        shelf: &mut Shelf,
        round: Round,
    ) -> Result<Found, String> {
        let at = match self {
            Self::Live => At::Last,
            Self::Best => At::Best,
            Self::Step(step) => At::Step(*step),
            Self::Saved(folder, _) => {
                shelf.want(ui.ctx(), &round, &[folder]);
                return Self::saved(folder, shelf, question, context.status);
            }
        };
        let newest = context.ask_at(asker, at, question.clone()).ok_or("It is being asked.")?;
        if let Answer::NoState(why) = &newest.answered.answer {
            return Err(format!("This state cannot be shown: {why}."));
        }
        let same = newest.answered.question == *question;
        let found = Found::of(&newest.answered, newest.key(), newest.current);
        same.then_some(found).ok_or_else(|| "It is being asked.".into())
    }

    fn saved(folder: &Path, shelf: &mut Shelf, question: &Question, status: &Status) -> Result<Found, String> {
        let number = shelf.number();
        let slot = shelf.slot(folder).ok_or("Its model is being read…")?;
        match &slot.found {
            None => Err("Its model is being read…".into()),
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(saved)) => {
                let answer = saved.answers.first().cloned().ok_or("It gave no answer.")?;
                let question = question.clone();
                let answered =
                    Answered { serial: number, run: status.run, at: None, step: saved.step, question, answer };
                let note = if saved.other_data { ", trained on other data" } else { "" };
                // No worker's answer has such a number.
                Ok(Found { answer: Arc::new(answered), key: (u64::MAX, number), step: saved.step, note })
            }
        }
    }
}
