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

/// The numbers that a method needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// For a likelihood, channels of the decoder's output; for a posterior, numbers per image from the encoder; for a
    /// prior, 0.
    pub outputs: usize,
    /// Parameters of its own.
    pub parameters: usize,
    /// Values that the backward pass keeps for each row of z, beside those of encoder and decoder (roughly).
    pub kept: usize,
    /// Images of the method's own that the encoder reads, such as pseudo-inputs.
    pub images: usize,
    /// Values kept for each pair of images of a batch (roughly).
    pub pairs: usize,
}

impl Counts {
    /// With `outputs`, and nothing else.
    pub const fn outputs(outputs: usize) -> Self {
        Self { outputs, parameters: 0, kept: 0, images: 0, pairs: 0 }
    }

    /// With parameters of its own.
    pub const fn parameters(self, parameters: usize) -> Self {
        Self { parameters, ..self }
    }

    /// With images of its own.
    pub const fn images(self, images: usize) -> Self {
        Self { images, ..self }
    }

    /// These counts with a network of the method's own added: from `inputs` numbers through `depth` layers of `hidden`
    /// units to the mean and the log variance of `outputs` numbers.
    pub const fn network(self, inputs: usize, outputs: usize, hidden: usize, depth: usize) -> Self {
        let (last, layers) = match depth {
            0 => (inputs, 0),
            _ => (hidden, (inputs + 1) * hidden + (depth - 1) * (hidden + 1) * hidden),
        };
        let parameters = self.parameters + layers + (last + 1) * 2 * outputs;
        Self { parameters, kept: self.kept + depth * hidden + 8 * outputs, ..self }
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
