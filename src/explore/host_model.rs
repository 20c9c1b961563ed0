//! The whole model as numbers on the host, for other programs, with numbers to check them by.

use super::context::AnswerContext;
use crate::data::Split;
use crate::experiment::{Experiment, Plan};
use crate::model::TensorSpec;
use crate::objective;
use crate::random::{Purpose, Stream};
use crate::train::TrainError;
use burn::tensor::{Tensor, Transaction};

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
        Ok(HostModel {
            experiment: self.trainer.experiment().clone(),
            plan: model.plan().clone(),
            step: self.trainer.progress().step,
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
