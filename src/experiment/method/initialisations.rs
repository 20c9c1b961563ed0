//! The list of distributions of the initial weights.

use super::choice::choices;
use crate::experiment::limits::Limits;

choices! {
    /// Distribution of the initial weights. Biases start at 0, and the output bias of a decoder where it gives the
    /// training images' mean; not so with `Torch`, whose biases are drawn.
    #[derive(Copy)]
    Initialisation;

    Auto:
        "automatic",
        "He before ReLU-like activations, Glorot elsewhere.",
        "He et al. 2015; Glorot & Bengio 2010";

    Glorot:
        "Glorot",
        "Uniform on ±√(6/(fan in + fan out)).",
        "Glorot & Bengio 2010";

    He:
        "He",
        "Uniform on ±√(6/fan in).",
        "He et al. 2015";

    Normal {
        sigma: f64 = 0.01 in Limits::above(0.0), "σ of a weight", "The initial weights' deviation.", "σ of the initial \
         weights must be";
    }:
        "normal",
        "N(0, σ²).",
        "Kingma & Welling 2013, with σ = 0.01";

    Torch:
        "PyTorch's",
        "Weights and biases uniform on ±1/√fan in, as torch's Linear and Conv start; also the output bias.",
        "the defaults of torch.nn.Linear, Conv2d and ConvTranspose2d";
}
