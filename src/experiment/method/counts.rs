//! The numbers of outputs, parameters and stored values that a method needs.

use crate::experiment::ImageShape;

/// The sizes that a method's [`Counts`] depend on.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Shape of an image.
    pub image: ImageShape,
    /// Dimension of z, all layers of latent variables together.
    pub latent: usize,
    /// Number of those dimensions that belong to a second layer, which the decoder does not read; 0 with one layer.
    pub upper: usize,
}

impl Sizes {
    /// Number of latent dimensions that the decoder reads.
    pub const fn lower(&self) -> usize {
        self.latent - self.upper
    }
}

/// Some of the numbers that a network gives a method, or that are a method's own, under the name that formulas have for
/// them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// "log σ²".
    pub name: &'static str,
    /// How many numbers there are.
    pub numbers: usize,
    /// How often these numbers repeat: once for each step of a flow.
    pub times: usize,
}

/// Heads of one method at most.
const HEADS: usize = 4;

/// How a posterior's sample is made, in formulas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sampling {
    /// The noise: "ε ~ N(0, I)".
    pub noise: &'static str,
    /// The sample as a function of the noise: "z = μ + σ⊙ε".
    pub formula: &'static str,
}

/// The numbers that a method needs, with their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// For a likelihood, channels of the decoder's output; for a posterior, numbers per image from the encoder; for a
    /// prior, 0.
    pub outputs: usize,
    /// The outputs in their order, by name.
    heads: [Head; HEADS],
    /// How a posterior's sample is made; empty for other methods.
    pub sampling: Sampling,
    /// The method's own parameters beside the outputs, by name: "σ learned"; empty if there are none, or if they form a
    /// network.
    pub own: &'static str,
    /// Number of distributions in a prior that is a mixture; 0 for other priors and methods.
    pub components: usize,
    /// Number of the method's own parameters.
    pub parameters: usize,
    /// Values that the backward pass keeps for each row of z, beside those of encoder and decoder (roughly).
    pub kept: usize,
    /// Images of the method's own that the encoder reads, such as pseudo-inputs.
    pub images: usize,
    /// Values kept for each pair of images of a batch (roughly).
    pub pairs: usize,
}

impl Counts {
    /// The counts of a method with these outputs of a network: the name and the number of each.
    pub fn heads<const N: usize>(heads: [(&'static str, usize); N]) -> Self {
        heads.into_iter().fold(Self::default(), |counts, (name, numbers)| counts.repeated(name, numbers, 1))
    }

    /// These counts with `numbers` more outputs, `times` times.
    pub fn repeated(mut self, name: &'static str, numbers: usize, times: usize) -> Self {
        if numbers * times == 0 {
            return self;
        }
        let free = self.heads.iter_mut().find(|head| head.name.is_empty());
        *free.expect("a method has few heads") = Head { name, numbers, times };
        self.outputs += numbers * times;
        self
    }

    /// The outputs in their order, by name.
    pub fn named_outputs(&self) -> &[Head] {
        let used = self.heads.iter().position(|head| head.name.is_empty()).unwrap_or(HEADS);
        &self.heads[..used]
    }

    /// These counts with the formulas for a posterior's sample.
    pub const fn sampled(self, noise: &'static str, formula: &'static str) -> Self {
        Self { sampling: Sampling { noise, formula }, ..self }
    }

    /// These counts with parameters of the method's own that have no name.
    pub const fn parameters(self, parameters: usize) -> Self {
        Self { parameters, ..self }
    }

    /// These counts with parameters of the method's own: their name and their number.
    pub const fn own(self, name: &'static str, parameters: usize) -> Self {
        Self { own: name, parameters, ..self }
    }

    /// These counts for a mixture of `components` distributions.
    pub const fn mixture(self, components: usize) -> Self {
        Self { components, ..self }
    }

    /// These counts with images of the method's own that the encoder reads.
    pub const fn images(self, images: usize) -> Self {
        Self { images, ..self }
    }

    /// These counts with a network of the method's own added: from `inputs` numbers through `depth` layers of `hidden`
    /// units to the mean and the log variance of `outputs` numbers.
    pub const fn network(self, inputs: usize, outputs: usize, hidden: usize, depth: usize) -> Self {
        let parameters = self.parameters.saturating_add(dense_parameters(inputs, 2 * outputs, hidden, depth));
        Self { parameters, kept: self.kept + depth * hidden + 8 * outputs, ..self }
    }

    /// These counts with a discriminator of the method's own: from `inputs` numbers through `depth` layers of `hidden`
    /// units to one logit. It reads each code twice, as it is and permuted.
    pub const fn discriminator(self, inputs: usize, hidden: usize, depth: usize) -> Self {
        let kept = depth.saturating_mul(hidden).saturating_mul(4);
        Self { parameters: dense_parameters(inputs, 1, hidden, depth), kept, ..self }
    }

    /// These counts with `kept` values stored for each row of z.
    pub const fn kept(self, kept: usize) -> Self {
        Self { kept, ..self }
    }

    /// These counts with `pairs` values stored for each pair of images.
    pub const fn pairs(self, pairs: usize) -> Self {
        Self { pairs, ..self }
    }
}

/// Number of weights and biases from `inputs` numbers through `depth` dense layers of `hidden` units to `outputs`
/// numbers. Saturates: an experiment is judged before its fields are known to be in range.
const fn dense_parameters(inputs: usize, outputs: usize, hidden: usize, depth: usize) -> usize {
    const fn layer(inputs: usize, outputs: usize) -> usize {
        inputs.saturating_add(1).saturating_mul(outputs)
    }
    if depth == 0 {
        return layer(inputs, outputs);
    }
    let between = layer(hidden, hidden).saturating_mul(depth - 1);
    layer(inputs, hidden).saturating_add(between).saturating_add(layer(hidden, outputs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_layers_have_weights_and_biases_and_absurd_ones_saturate() {
        assert_eq!(dense_parameters(3, 2, 5, 0), 3 * 2 + 2);
        assert_eq!(dense_parameters(3, 2, 5, 1), (3 * 5 + 5) + (5 * 2 + 2));
        assert_eq!(dense_parameters(3, 2, 5, 3), (3 * 5 + 5) + 2 * (5 * 5 + 5) + (5 * 2 + 2));
        assert_eq!(dense_parameters(usize::MAX, 1, usize::MAX, usize::MAX), usize::MAX);
        assert_eq!(Counts::default().discriminator(3, usize::MAX, usize::MAX).kept, usize::MAX);
    }
}
