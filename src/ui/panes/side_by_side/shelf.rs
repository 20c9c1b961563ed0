//! The pictures of the compared runs: which models are asked what, and what they have answered.

use crate::explore::{Answer, Question};
use crate::ui::image_grid::Atlas;
use crate::worker::{ReferenceData, SavedAnswers, SavedAt, SavedModels};
use eframe::egui::Context;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Between two looks for models that other processes have saved.
const LOOK: Duration = Duration::from_secs(2);

/// The questions of a round, and the images that they are about.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    pub data: ReferenceData,
    pub questions: Vec<Question>,
    /// The state of each run that is asked.
    pub at: SavedAt,
}

/// The models of saved runs, and their answers of the present round.
#[derive(Default)]
pub struct Shelf {
    models: Option<Result<SavedModels, String>>,
    round: Option<Round>,
    /// Counts rounds.
    number: u64,
    slots: BTreeMap<PathBuf, Slot>,
    /// When it was looked for newer models, and whether any run was being trained then.
    looked: Option<(Instant, bool)>,
}

/// The state of a run's pictures.
#[derive(Default)]
pub struct Slot {
    pub found: Option<Result<Arc<SavedAnswers>, String>>,
    /// Means and draws of each question, as they are shown.
    pub atlases: [[Atlas; 2]; 2],
}

impl Slot {
    /// The answer to a question of the round.
    pub fn answer(&self, question: usize) -> Option<&Answer> {
        self.found.as_ref()?.as_ref().ok()?.answers.get(question)
    }
}

impl Shelf {
    /// Ask the models of these folders what has not been asked in this round. Must be called in every frame in which
    /// they are shown.
    pub fn want(&mut self, ctx: &Context, round: &Round, folders: &[&Path]) {
        let spawn = || {
            let ctx = ctx.clone();
            SavedModels::spawn(Arc::new(move || ctx.request_repaint()))
        };
        let models = self.models.get_or_insert_with(spawn);
        if self.round.as_ref() != Some(round) {
            self.number += 1;
            self.round = Some(round.clone());
            self.slots.clear();
        }
        self.slots.retain(|folder, _| folders.iter().any(|wanted| wanted == folder));
        let missing = folders.iter().filter(|folder| !self.slots.contains_key(**folder));
        let missing: Vec<PathBuf> = missing.map(|folder| (*folder).to_owned()).collect();
        match models {
            Ok(models) => {
                for folder in &missing {
                    self.slots.insert(folder.clone(), Slot::default());
                }
                if !missing.is_empty() {
                    models.ask(self.number, missing, round.data.clone(), round.questions.clone(), round.at);
                }
                for outcome in models.outcomes().into_iter().filter(|outcome| outcome.round == self.number) {
                    if let Some(slot) = self.slots.get_mut(&outcome.folder) {
                        slot.found = Some(outcome.answers);
                    }
                }
            }
            Err(why) => {
                let failed = || Slot { found: Some(Err(why.clone())), ..Slot::default() };
                self.slots.extend(missing.into_iter().map(|folder| (folder, failed())));
            }
        }
    }

    /// Ask the models again that other processes have saved anew, every few seconds while `followed`, and once more
    /// when that ends: the last model is saved at the end.
    pub fn follow(&mut self, ctx: &Context, followed: bool) {
        let (at, before) = self.looked.unwrap_or((Instant::now(), false));
        let is_due = at.elapsed() >= LOOK;
        if is_due
            && (followed || before)
            && let Some(Ok(models)) = &self.models
        {
            models.look();
        }
        if self.looked.is_none() || is_due {
            self.looked = Some((Instant::now(), followed));
        }
        if followed || before {
            ctx.request_repaint_after(LOOK);
        }
    }

    /// Ask everything anew, as the folders are now.
    pub fn forget(&mut self) {
        self.round = None;
    }

    /// The number of the present round.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The pictures of the run in a folder, as far as they are known.
    pub fn slot(&mut self, folder: &Path) -> Option<&mut Slot> {
        self.slots.get_mut(folder)
    }
}
