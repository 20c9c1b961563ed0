//! The whole model as numbers on the host, for other programs, with numbers to check them by.

use super::context::AnswerContext;
use crate::data::{Columns, Split};
use crate::experiment::{Experiment, Plan};
use crate::model::TensorSpec;
use crate::objective;
use crate::random::{Purpose, Stream};
use crate::train::TrainError;
use burn::tensor::{Tensor, Transaction};
use std::ops::Range;
use std::sync::Arc;

/// Most images in a [`Reference`].
const IMAGES: usize = 8;
/// Samples per image in a [`Reference`].
const SAMPLES: usize = 2;

/// A model as numbers on the host.
#[derive(Clone, Debug, PartialEq)]
pub struct HostModel {
    /// The experiment that it was trained in.
    pub experiment: Experiment,
    /// The plan of its networks.
    pub plan: Plan,
    /// Number of optimiser steps that it had taken.
    pub step: u64,
    /// Whether a value may be missing, NaN, in whose place the encoder reads 0.
    pub incomplete: bool,
    /// The columns, where the images are the rows of a table.
    pub columns: Option<Arc<Columns>>,
    /// Its parameters, and behind them its running averages.
    pub tensors: Vec<NamedTensor>,
    /// The model's outputs for some images, to check another program's version of it by.
    pub reference: Reference,
}

/// One tensor of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    /// The tensor's name, such as `decoder.output.weight`.
    pub name: String,
    /// The tensor's dimensions. A dense layer's weight is inputs × outputs.
    pub shape: Vec<usize>,
    /// The values, in row-major order.
    pub values: Vec<f32>,
}

/// A model's outputs for B images with K samples each, by which another program's version of it is checked. Row
/// k·B + b belongs to image b.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The images `x`, `B × pixels`; the noise `epsilon`, `K·B × latent`; the encoder's output `encoded`, `B × heads`;
    /// samples `z`, `K·B × latent`; the decoder's output at them, `decoded`; the mean images there, `means`, `K·B ×
    /// pixels`; and the ELBO of each image in nats, `elbo`, from these samples.
    pub tensors: Vec<NamedTensor>,
}

impl HostModel {
    /// The tensor of a name.
    pub fn tensor(&self, name: &str) -> Option<&NamedTensor> {
        self.tensors.iter().find(|tensor| tensor.name == name)
    }

    /// The entries of an image in stretches of neighbours, each with whether it is the levels of a category. Without
    /// columns all are one stretch of numbers.
    pub fn stretches(&self) -> Vec<(Range<usize>, bool)> {
        let categories = self.columns.as_ref().map_or_else(Vec::new, |columns| columns.categories());
        stretches(self.plan.image.pixels(), &categories)
    }

    /// Whether the encoder tells known values from missing ones.
    pub fn reads_missing(&self) -> bool {
        self.incomplete || self.experiment.data.mask_input
    }
}

/// The entries `0..count` in stretches; those of no category are numbers.
fn stretches(count: usize, categories: &[Range<usize>]) -> Vec<(Range<usize>, bool)> {
    let (mut found, mut from) = (Vec::new(), 0);
    for category in categories {
        found.extend([(from..category.start, false), (category.clone(), true)]);
        from = category.end;
    }
    found.push((from..count, false));
    found.retain(|(range, _)| !range.is_empty());
    found
}

impl AnswerContext<'_> {
    /// The whole model, as numbers.
    pub(super) fn host_model(&self) -> Result<HostModel, TrainError> {
        let (model, snapshot) = (self.model(), self.trainer.snapshot());
        let specs: Vec<&TensorSpec> = model.parameters().iter().chain(model.state()).collect();
        let tensors = snapshot.parameters.iter().chain(&snapshot.state);
        let data = tensors.fold(Transaction::default(), |all, tensor| all.register(tensor.clone())).try_execute()?;
        let tensors = specs.into_iter().zip(data).map(|(spec, data)| NamedTensor {
            name: spec.name.clone(),
            shape: spec.shape.clone(),
            values: data.iter::<f32>().collect(),
        });
        let dataset = self.trainer.dataset();
        Ok(HostModel {
            experiment: self.trainer.experiment().clone(),
            plan: model.plan().clone(),
            step: self.trainer.progress().step,
            incomplete: dataset.is_incomplete(),
            columns: dataset.columns(),
            tensors: tensors.collect(),
            reference: self.reference()?,
        })
    }

    fn reference(&self) -> Result<Reference, TrainError> {
        let (model, pass, latent) = (self.model(), self.trainer.pass(), self.latent());
        let dataset = self.trainer.dataset();
        let count = dataset.len(Split::Test).min(IMAGES);
        let images = dataset.gather(Split::Test, &(0..count).collect::<Vec<_>>());
        let pixels = images.pixels_per_image();
        let mut epsilon = vec![0.0; SAMPLES * count * latent];
        Stream::new(1, Purpose::EpsilonCodes).fill_normal(0, &mut epsilon);
        let (x, epsilon) = (self.tensor(images.pixels, pixels), self.tensor(epsilon, latent));
        let encoded = model.encoder_output(&pass, x.clone());
        let z = model.encode(&pass, x.clone()).sample(epsilon.clone());
        let decoded = model.decode(&pass, z.clone());
        let means = model.likelihood().mean(decoded.clone());
        let elbo = objective::terms(model, &pass, x.clone(), epsilon.clone()).elbo();
        let elbo: Tensor<2> = elbo.reshape([count, 1]);
        let named = [
            ("x", x),
            ("epsilon", epsilon),
            ("encoded", encoded),
            ("z", z),
            ("decoded", decoded),
            ("means", means),
            ("elbo", elbo),
        ];
        let shapes = named.each_ref().map(|(_, tensor)| tensor.dims());
        let names = named.each_ref().map(|(name, _)| *name);
        let all = named.into_iter().fold(Transaction::default(), |all, (_, tensor)| all.register(tensor));
        let data = all.try_execute()?;
        let tensors = names.iter().zip(shapes).zip(data).map(|((name, shape), data)| NamedTensor {
            name: (*name).into(),
            shape: shape.to_vec(),
            values: data.iter::<f32>().collect(),
        });
        Ok(Reference { tensors: tensors.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_no_category_are_stretches_of_numbers() {
        assert_eq!(stretches(3, &[]), [(0..3, false)]);
        assert_eq!(stretches(6, &[1..3, 3..5]), [(0..1, false), (1..3, true), (3..5, true), (5..6, false)]);
        assert_eq!(stretches(2, std::slice::from_ref(&(0..2))), [(0..2, true)]);
    }
}
