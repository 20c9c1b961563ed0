//! The tensors of a run's state under the names that they have in files.

use super::discriminator::{self, TrainedDiscriminator};
use super::optimiser::Optimiser;
use super::state::Snapshot;
use super::stored::{Named, Stored, named};
use super::{TrainError, TrainingDevice};
use crate::experiment::Experiment;
use crate::model::{Model, TensorSpec};
use burn::tensor::Tensor;

/// Largest size of a file of tensors beyond its values, in bytes.
const TENSORS_SIZE: u64 = 1 << 26;

/// The tensors of the model and of a discriminator beside it.
pub fn of_model(model: &Model, experiment: &Experiment, snapshot: &Snapshot) -> Vec<Named> {
    let Snapshot { parameters, state, discriminator, .. } = snapshot;
    let of_model = named(model.parameters(), parameters, "").chain(named(model.state(), state, ""));
    let mut tensors: Vec<Named> = of_model.collect();
    if let Some(TrainedDiscriminator { parameters, .. }) = discriminator {
        tensors.extend(named(&discriminator::specs(experiment), parameters, ""));
    }
    tensors
}

/// The moments of the optimisers, each under a prefix of its own, so that they may stand in one file with the model's
/// tensors.
pub fn of_optimisers(model: &Model, experiment: &Experiment, snapshot: &Snapshot) -> Vec<Named> {
    let mut moments = of_optimiser(model.parameters(), &snapshot.optimiser);
    if let Some(TrainedDiscriminator { optimiser, .. }) = &snapshot.discriminator {
        moments.extend(of_optimiser(&discriminator::specs(experiment), optimiser));
    }
    moments
}

/// The tensors of an optimiser's state, each moment under a prefix of its own.
fn of_optimiser(specs: &[TensorSpec], optimiser: &Optimiser) -> Vec<Named> {
    let moments = optimiser.moment_names().iter().zip(optimiser.moments());
    moments.flat_map(|(name, tensors)| named(specs, tensors, &format!("{name}/")).collect::<Vec<_>>()).collect()
}

/// The largest size that a file of a model's tensors and moments may have, in bytes: names and shapes beside the
/// values, and an optimiser's moments, are a small multiple of the values.
pub fn most_bytes(model: &Model, experiment: &Experiment) -> u64 {
    let rival = discriminator::specs(experiment);
    let values: usize = [model.parameters(), model.state(), &rival].into_iter().flatten().map(TensorSpec::count).sum();
    TENSORS_SIZE + 64 * values as u64
}

/// The moments in a file, and the steps that the optimisers have taken; the model's and a discriminator's go together,
/// step by step.
pub struct Moments<'a> {
    /// The file with the moments.
    pub stored: &'a Stored<'a>,
    /// Steps taken.
    pub steps: u64,
}

/// Read a state's tensors on a device; without `moments`, the optimisers have taken no step.
///
/// # Errors
/// A tensor is missing, does not fit the experiment or is not finite.
pub fn read(
    stored: &Stored<'_>,
    moments: Option<Moments<'_>>,
    (model, experiment): (&Model, &Experiment),
    device: &TrainingDevice,
) -> Result<Snapshot, TrainError> {
    stored.check_finite()?;
    let rival = discriminator::specs(experiment);
    let parameters = stored.tensors(model.parameters(), "", device)?;
    let state = stored.tensors(model.state(), "", device)?;
    let rival_parameters = stored.tensors(&rival, "", device)?;
    let optimiser = |rule, specs: &[TensorSpec], parameters: &[Tensor<1>]| {
        let fresh = Optimiser::new(rule, parameters);
        let Some(Moments { stored, steps }) = &moments else { return Ok(fresh) };
        let moments = fresh.moment_names().iter().map(|name| stored.tensors(specs, &format!("{name}/"), device));
        Ok::<_, TrainError>(Optimiser::restore(rule, *steps, moments.collect::<Result<Vec<_>, _>>()?))
    };
    let rivals = optimiser(discriminator::RULE, &rival, &rival_parameters)?;
    let optimiser = optimiser(experiment.training.optimiser, model.parameters(), &parameters)?;
    let discriminator = TrainedDiscriminator::restore(experiment, rival_parameters, rivals);
    Ok(Snapshot { parameters, state, optimiser, discriminator })
}
