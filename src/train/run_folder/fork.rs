//! Forks: a new run that begins at a state of another.

use super::checkpoint::{Checkpoint, epochs, within};
use crate::data::{Dataset, ImageShape};
use crate::experiment::{Experiment, Problem};
use crate::model::{Model, TensorSpec};
use crate::train::convergence::Convergence;
use crate::train::discriminator::{self, TrainedDiscriminator};
use crate::train::history::{At, Deed, DeedKind, Kept, Parent, by, changes};
use crate::train::optimiser::Optimiser;
use crate::train::state::{Progress, Snapshot, State};
use crate::train::trainer::Origin;
use crate::train::{TrainError, Trainer, TrainingDevice};
use std::mem::discriminant;
use std::path::absolute;
use std::sync::Arc;

/// The part of a run that a fork begins with.
#[derive(Clone, Debug)]
pub struct Fork {
    /// The state at which the fork begins.
    pub at: At,
    /// The experiment with which the fork goes on.
    pub experiment: Experiment,
    /// Begin with an optimiser that has taken no step, even where its state was kept.
    pub reset_optimiser: bool,
}

/// A field that decides on the parameters, and how to take it over from another experiment.
type Shaping = (&'static str, fn(&mut Experiment, &Experiment));

/// The fields that decide on the parameters, in the order of the file.
const SHAPING: [Shaping; 6] = [
    ("encoder", |to, from| to.encoder.clone_from(&from.encoder)),
    ("decoder.layers", |to, from| to.decoder.layers.clone_from(&from.decoder.layers)),
    ("decoder.likelihood", |to, from| to.decoder.likelihood = from.decoder.likelihood),
    ("latent.dimension", |to, from| to.latent.dimension = from.latent.dimension),
    ("latent.posterior", |to, from| to.latent.posterior = from.latent.posterior),
    ("latent.prior", |to, from| to.latent.prior = from.latent.prior),
];

impl Checkpoint {
    /// The experiment with which the run went on from a state. `experiment` is that of the run's folder.
    ///
    /// # Errors
    /// There is no such state.
    pub fn experiment_at(&self, at: At, experiment: &Experiment) -> Result<Experiment, TrainError> {
        let history = self.history(experiment)?;
        let kept = history.find(at, self.progress().step).map_err(TrainError::Checkpoint)?;
        Ok(kept.map_or_else(|| experiment.clone(), |kept| (*kept.experiment).clone()))
    }

    /// Begin a new run at a state of this one, with data that have been [checked](Self::check_data). With an experiment
    /// that is not changed it goes on as this run did. `experiment` is that of the run's folder. Says what
    /// the fork is, for the log.
    ///
    /// # Errors
    /// There is no such state, files are missing or damaged, or the fork's experiment has other parameters: the message
    /// names the field.
    pub fn fork(
        &self,
        experiment: &Experiment,
        fork: Fork,
        dataset: Arc<Dataset>,
        device: TrainingDevice,
    ) -> Result<(Trainer, String), TrainError> {
        let Fork { at, experiment: changed, reset_optimiser } = fork;
        let history = self.history(experiment)?;
        let found = history.find(at, self.progress().step).map_err(TrainError::Checkpoint)?;
        let before = found.map_or_else(|| experiment.clone(), |kept| (*kept.experiment).clone());
        let shape = dataset.shape();
        let model = Model::of(&before, &dataset).map_err(TrainError::Experiment)?;
        let new_model = Model::of(&changed, &dataset).map_err(TrainError::Experiment)?;
        if let Some(problem) = misfit(&before, &changed, shape, &model, &new_model) {
            return Err(TrainError::Experiment(vec![problem]));
        }
        let state = match found {
            Some(kept) => kept.state(&model, &device)?,
            None => self.state(&model, &before, &dataset, &device)?,
        };
        let has_moments = found.is_none_or(|kept: &Kept| kept.head.moments.is_some());
        let State { snapshot, progress, interval } = state;
        let progress = going_on(within(progress, &dataset), &before, &changed);
        let (optimiser, of_optimiser) = optimiser(&snapshot, has_moments, reset_optimiser, &before, &changed);
        let discriminator = match snapshot.discriminator {
            Some(kept) if discriminator::specs(&before) == discriminator::specs(&changed) => {
                let TrainedDiscriminator { parameters, optimiser, .. } = kept;
                let fresh = || Optimiser::new(discriminator::RULE, &parameters);
                let optimiser = if reset_optimiser { fresh() } else { optimiser };
                TrainedDiscriminator::restore(&changed, parameters, optimiser)
            }
            _ => TrainedDiscriminator::new(&changed, &new_model, &device),
        };
        let snapshot = Snapshot { optimiser, discriminator, ..snapshot };

        let path = absolute(self.run()).unwrap_or_else(|_| self.run().to_owned());
        let parent = Parent { path: path.display().to_string(), name: before.name.clone(), step: progress.step };
        let what = changes(&before, &changed);
        let what = if what.is_empty() { "nothing changed".into() } else { what.join(", ") };
        let detail = format!("of {} at step {}, {what}; {of_optimiser}", parent.path, parent.step);
        let told = format!("a fork {detail}");
        let detail = format!("{detail}; {}", by(&device));
        let mut history = history.forked(parent);
        if !are_comparable(&before, &changed) {
            history.retain(|_| false);
        }
        let deed = Deed::now(progress.step, epochs(&progress, &dataset), DeedKind::Forked, detail);
        history.record(deed);
        let origin = Origin { state: State { snapshot, progress, interval }, history, returned: false };
        let trainer = Trainer::assemble(changed, dataset, device, new_model, origin);
        Ok((trainer, told))
    }
}

/// The optimiser of a fork, and what became of the parent's.
fn optimiser(
    snapshot: &Snapshot,
    has_moments: bool,
    reset: bool,
    before: &Experiment,
    changed: &Experiment,
) -> (Optimiser, &'static str) {
    let rule = changed.training.optimiser;
    let fits = discriminant(&rule) == discriminant(&before.training.optimiser)
        && Optimiser::new(rule, &[]).moment_names() == snapshot.optimiser.moment_names();
    let told = match (reset, has_moments, fits) {
        (true, ..) => "the optimiser begins anew, as asked for",
        (_, false, _) => "the optimiser begins anew: its moments were not kept at this step",
        (.., false) => "the optimiser begins anew: it is another one",
        _ => {
            let kept = &snapshot.optimiser;
            return (Optimiser::restore(rule, kept.steps(), kept.moments().to_vec()), "the optimiser goes on");
        }
    };
    (Optimiser::new(rule, &snapshot.parameters), told)
}

/// The progress of a fork: another length is converged to anew.
fn going_on(progress: Progress, before: &Experiment, changed: &Experiment) -> Progress {
    match before.training.length == changed.training.length {
        true => progress,
        false => Progress { convergence: Convergence::default(), ..progress },
    }
}

/// Whether the bounds of two experiments measure the same thing, so that one may be better than the other.
fn are_comparable(a: &Experiment, b: &Experiment) -> bool {
    (&a.data, &a.decoder, &a.latent, a.seed) == (&b.data, &b.decoder, &b.latent, b.seed)
}

/// The field by which the parameters of a run do not fit a changed experiment.
fn misfit(
    before: &Experiment,
    changed: &Experiment,
    shape: ImageShape,
    model: &Model,
    new_model: &Model,
) -> Option<Problem> {
    let difference = differing(model, new_model)?;
    let is_by = |(_, take): &&Shaping| {
        let mut mixed = before.clone();
        take(&mut mixed, changed);
        mixed != *before && Model::new(&mixed, shape, &[]).map_or(true, |mixed| differing(model, &mixed).is_some())
    };
    let path = SHAPING.iter().find(is_by).map_or("encoder", |(path, _)| path);
    let message = format!(
        "the parameters of the run to fork do not fit ({difference}); leave this field as it was, or train a new run"
    );
    Some(Problem::error(path, message))
}

/// The first tensor that two models do not share.
fn differing(a: &Model, b: &Model) -> Option<String> {
    let specs = |model: &Model| model.parameters().iter().chain(model.state()).cloned().collect::<Vec<TensorSpec>>();
    let (a, b) = (specs(a), specs(b));
    let told = |spec: Option<&TensorSpec>| {
        spec.map_or_else(|| "nothing".into(), |spec| format!("{} of shape {:?}", spec.name, spec.shape))
    };
    (0..a.len().max(b.len())).map(|i| (a.get(i), b.get(i))).find_map(|(a, b)| {
        let name = |spec: Option<&TensorSpec>| spec.map(|spec| (spec.name.clone(), spec.shape.clone()));
        (name(a) != name(b)).then(|| format!("{} there, {} here", told(a), told(b)))
    })
}
