//! A feed-forward network: a list of layers laid out from a plan.

use super::dense::Affine;
use super::layers::{NetworkLayer, dense};
use super::parameters::{Initial, Pass, Specs};
use crate::experiment::{Activation, Plan};
use burn::tensor::Tensor;

/// A network: layers applied in turn to `rows × features`.
pub(super) struct Network {
    layers: Vec<NetworkLayer>,
    names: Vec<String>,
}

/// The output of a network for `rows` inputs, possibly before the matrix product of its last layer.
pub struct Output {
    /// The output, `rows × outputs`; or, if `last` is given, the last layer's input, `rows × inputs`.
    pub h: Tensor<2>,
    /// The last layer, whose product h·W + b has yet to be computed.
    pub last: Option<Affine>,
}

impl Output {
    /// The output, `rows × outputs`, with the last product computed.
    pub fn numbers(self) -> Tensor<2> {
        match self.last {
            Some(last) => last.forward(self.h, Activation::Linear),
            None => self.h,
        }
    }
}

impl Network {
    /// The encoder: its planned layers, then one affine layer to the posterior's parameters.
    pub fn encoder(plan: &Plan, specs: &mut Specs) -> Self {
        let mut layers: Vec<NetworkLayer> =
            plan.encoder.iter().map(|planned| NetworkLayer::new(planned, specs)).collect();
        // Each head is initialised as a layer of its own, with an output a dimension; one product serves them all.
        let fans = (plan.features, plan.lower());
        layers.push(dense("encoder.heads", (plan.features, plan.heads), fans, Activation::Linear, specs));
        let names = plan.encoder.iter().map(|planned| planned.name.clone());
        Self { layers, names: names.chain(["encoder.heads".into()]).collect() }
    }

    /// The decoder. `output_bias`, if not empty, has one initial value per output for the last layer's bias.
    pub fn decoder(plan: &Plan, output_bias: Vec<f32>, specs: &mut Specs) -> Self {
        let layers: Vec<NetworkLayer> = plan.decoder.iter().map(|planned| NetworkLayer::new(planned, specs)).collect();
        let bias = layers.last().and_then(NetworkLayer::bias).filter(|_| !output_bias.is_empty());
        if let Some(bias) = bias.filter(|_| !specs.is_torch()) {
            let spec = specs.parameter_mut(bias);
            spec.initial = Initial::Values(per_channel(&output_bias, spec.count()));
        }
        Self { layers, names: plan.decoder.iter().map(|planned| planned.name.clone()).collect() }
    }

    /// The name of the first layer whose output fails `check`; `None` if all pass.
    pub fn first_layer(&self, pass: &Pass, mut x: Tensor<2>, check: fn(Tensor<2>) -> bool) -> Option<String> {
        for (layer, name) in self.layers.iter().zip(&self.names) {
            x = layer.forward(pass, x);
            if !check(x.clone()) {
                return Some(name.clone());
            }
        }
        None
    }

    /// Map `rows × inputs` to `rows × outputs`.
    pub fn forward(&self, pass: &Pass, x: Tensor<2>) -> Tensor<2> {
        self.output(pass, x).numbers()
    }

    /// Map `rows × inputs` to `rows × outputs`, leaving out the last layer's matrix product if that layer is affine and
    /// nothing else.
    pub fn output(&self, pass: &Pass, x: Tensor<2>) -> Output {
        let (last, before) =
            match self.layers.split_last().and_then(|(last, before)| Some((last.affine(pass)?, before))) {
                Some((last, before)) => (Some(last), before),
                None => (None, &self.layers[..]),
            };
        Output { h: before.iter().fold(x, |x, layer| layer.forward(pass, x)), last }
    }
}

/// One value an output, averaged over each channel where the bias is one a channel.
fn per_channel(pixels: &[f32], length: usize) -> Vec<f32> {
    let size = pixels.len() / length;
    pixels.chunks(size).map(|chunk| chunk.iter().sum::<f32>() / size as f32).collect()
}
