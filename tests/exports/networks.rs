//! Experiments whose networks have every kind of layer, activation and norm.

use elbow::experiment::{
    Activation, Binarisation, DecoderLayers, DeviceChoice, Experiment, Initialisation, Layer, Likelihood, Norm,
};

fn experiment(encoder: Vec<Layer>, decoder: Option<Vec<Layer>>) -> Experiment {
    let mut experiment = Experiment { encoder, device: DeviceChoice::Cpu, ..Experiment::default() };
    experiment.latent.dimension = 3;
    experiment.data.binarisation = Binarisation::Fixed;
    experiment.training.initialisation = Initialisation::Torch;
    if let Some(layers) = decoder {
        experiment.decoder.layers = DecoderLayers::Layers(layers);
    }
    experiment
}

/// A layer with another norm.
fn normed(layer: Layer, norm: Norm) -> Layer {
    match layer {
        Layer::Dense { units, activation, dropout, .. } => Layer::Dense { units, activation, norm, dropout },
        Layer::Conv { channels, kernel, stride, padding, activation, dropout, .. } => {
            Layer::Conv { channels, kernel, stride, padding, activation, norm, dropout }
        }
        other => other,
    }
}

/// A kind of network for images of 8 × 12 pixels with any likelihood: a name, the encoder, the decoder.
pub type Kind = (&'static str, Vec<Layer>, DecoderLayers);

/// Every kind of layer, with every kind of norm.
pub fn kinds() -> [Kind; 5] {
    let convolution = normed(Layer::conv(4, 3, 2, 1, Activation::Silu), Norm::Batch);
    let block = Layer::Residual { layers: vec![normed(Layer::conv(4, 3, 1, 1, Activation::Relu), Norm::Layer)] };
    let grouped = normed(Layer::dense(24, Activation::Gelu), Norm::Group { groups: 2 });
    let transposed = Layer::ConvTranspose {
        channels: 3,
        kernel: 4,
        stride: 2,
        padding: 1,
        output_padding: 0,
        activation: Activation::Elu,
        norm: Norm::None,
        dropout: 0.1,
    };
    let maps = vec![grouped.clone(), Layer::Reshape { channels: 1, height: 4, width: 6 }, transposed];
    let skip = Layer::Residual { layers: vec![Layer::dense(24, Activation::Softplus)] };
    [
        ("dense", vec![Layer::dense(16, Activation::Tanh)], DecoderLayers::Mirror),
        ("convolutions and their mirror", vec![convolution.clone()], DecoderLayers::Mirror),
        ("residual blocks", vec![convolution, block], DecoderLayers::Layers(vec![grouped, skip])),
        ("maps", vec![Layer::dense(8, Activation::LeakyRelu)], DecoderLayers::Layers(maps)),
        ("no layers", Vec::new(), DecoderLayers::Layers(Vec::new())),
    ]
}

/// Networks for grey images of 8 × 12 pixels.
pub fn all() -> Vec<(String, Experiment)> {
    let mut all = Vec::new();
    for activation in Activation::ALL {
        let layers = [Layer::dense(6, activation), Layer::conv(4, 3, 1, 1, activation)];
        let map = vec![
            Layer::dense(24, activation),
            Layer::Reshape { channels: 1, height: 4, width: 6 },
            Layer::conv(3, 3, 1, 1, activation),
        ];
        all.push((format!("{activation:?}"), experiment(layers[..1].to_vec(), Some(map))));
        all.push((format!("{activation:?} convolution"), experiment(layers[1..].to_vec(), None)));
    }
    for norm in [Norm::Layer, Norm::Group { groups: 2 }, Norm::Batch] {
        let dense = normed(Layer::dense(8, Activation::Tanh), norm);
        let conv = normed(Layer::conv(4, 3, 2, 1, Activation::Silu), norm);
        all.push((format!("{norm:?} dense"), experiment(vec![dense.clone()], None)));
        all.push((format!("{norm:?} mirrored convolutions"), experiment(vec![conv.clone(), dense], None)));
        let block = Layer::Residual { layers: vec![normed(Layer::conv(4, 3, 1, 1, Activation::Relu), norm)] };
        all.push((format!("{norm:?} residual"), experiment(vec![conv, block], None)));
    }
    let strides = vec![Layer::conv(3, 4, 2, 1, Activation::Relu), Layer::conv(5, 3, 2, 0, Activation::Elu)];
    all.push(("strides".into(), experiment(strides, None)));
    let dropped = Layer::Dense { units: 8, activation: Activation::Gelu, norm: Norm::None, dropout: 0.3 };
    all.push(("dropout".into(), experiment(vec![dropped], None)));
    all.push(("no layers".into(), experiment(Vec::new(), Some(Vec::new()))));
    all
}

/// Networks for images in colour.
pub fn in_colour() -> Vec<(String, Experiment)> {
    let likelihoods = [
        Likelihood::Bernoulli,
        Likelihood::GaussianPerImage,
        Likelihood::DiscretisedLogistic,
        Likelihood::MixtureOfLogistics { components: 3 },
    ];
    let with = |likelihood: Likelihood| {
        let mut experiment = experiment(vec![Layer::conv(4, 3, 2, 1, Activation::Relu)], None);
        experiment.decoder.likelihood = likelihood;
        if likelihood != Likelihood::Bernoulli {
            experiment.data.binarisation = Binarisation::None;
        }
        (format!("colour {likelihood:?}"), experiment)
    };
    likelihoods.map(with).into()
}
