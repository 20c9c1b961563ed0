//! A model as ONNX: `encoder.onnx` from images to the parameters of q(z|x), `decoder.onnx` from z to the parameters of
//! p(x|z) and its mean, both for any number of rows.

mod graph;
mod input;
mod layers;
mod mean;
mod message;

use super::{ExportError, columns_file, safetensors_file};
use crate::experiment::method::Pixels;
use crate::experiment::{Choice, FeatureShape, Posterior};
use crate::explore::HostModel;
use crate::files;
use graph::Graph;
use layers::Flow;
use prost::Message;
use std::path::Path;

/// Write a model into a folder, which is made if it is missing.
///
/// # Errors
/// A file cannot be written.
pub fn write_onnx(folder: &Path, model: &HostModel) -> Result<(), ExportError> {
    files::create_folder(folder)?;
    files::write(&folder.join("encoder.onnx"), encoder(model).encode_to_vec())?;
    files::write(&folder.join("decoder.onnx"), decoder(model).encode_to_vec())?;
    columns_file::write(folder, model)?;
    safetensors_file::write(&folder.join("reference.safetensors"), &model.reference.tensors, &[])
}

/// The graph from images to the encoder's output, and its parts by name.
fn encoder(model: &HostModel) -> message::ModelProto {
    let plan = &model.plan;
    let mut graph = Graph::default();
    let x = graph.input("x", plan.image.pixels(), &meaning(model));
    let input = input::input(&mut graph, model, x);
    let features = plan.encoder.iter().fold(input, |input, planned| layers::layer(&mut graph, model, planned, input));
    let features = features.flat(&mut graph);
    let encoded = layers::dense(&mut graph, model, "encoder.heads", &features.value);
    graph.output(&encoded, "encoded", plan.heads, "the parameters of q(z|x), side by side");
    let parts = parts(model);
    let widths: Vec<usize> = parts.iter().map(|&(_, width)| width).collect();
    let split = graph.split(&encoded, 1, &widths);
    for (value, (name, width)) in split.iter().zip(parts) {
        graph.output(value, name, width, "a part of the parameters of q(z|x)");
    }
    let posterior = model.experiment.latent.posterior;
    let doc = format!("q(z|x): {}. {}", posterior.name(), posterior.about());
    graph.finish("encoder", doc, &notes(model))
}

/// The meaning of the encoder's input, in words.
fn meaning(model: &HostModel) -> String {
    let values = match &model.columns {
        Some(_) => "rows: (value - offset) / scale of each column in columns.csv",
        None if model.experiment.decoder.likelihood.kind() == Pixels::Counts => {
            "counts, channel by channel, row by row"
        }
        None => "images: numbers from 0 to 1, channel by channel, row by row",
    };
    let missing = if model.reads_missing() { "; NaN where a value is missing" } else { "" };
    format!("{values}{missing}")
}

/// The parts of the encoder's output: the name and the width of each.
fn parts(model: &HostModel) -> Vec<(&'static str, usize)> {
    let (latent, lower, heads) = (model.plan.latent, model.plan.lower(), model.plan.heads);
    match model.experiment.latent.posterior {
        Posterior::DiagonalGaussian => vec![("mean", latent), ("log_variance", latent)],
        Posterior::FullGaussian => vec![("mean", latent), ("cholesky", heads - latent)],
        Posterior::PlanarFlow { .. } | Posterior::RadialFlow { .. } => {
            vec![("base_mean", latent), ("base_log_variance", latent), ("steps", heads - 2 * latent)]
        }
        Posterior::InverseAutoregressiveFlow { hidden, .. } => {
            vec![("base_mean", latent), ("base_log_variance", latent), ("context", hidden)]
        }
        Posterior::VonMisesFisher => vec![("direction", latent), ("concentration", 1)],
        Posterior::TwoLayer { .. } => vec![("mean", lower), ("log_variance", lower)],
    }
}

/// The graph from z to the decoder's output and the mean image.
fn decoder(model: &HostModel) -> message::ModelProto {
    let plan = &model.plan;
    let mut graph = Graph::default();
    let z = graph.input("z", plan.latent, "codes");
    let z = match plan.upper {
        0 => z,
        upper => graph.split(&z, 1, &[plan.lower(), upper]).swap_remove(0),
    };
    let input = Flow { value: z, shape: FeatureShape::Flat(plan.lower()) };
    let output = plan.decoder.iter().fold(input, |input, planned| layers::layer(&mut graph, model, planned, input));
    let output = output.flat(&mut graph);
    let meaning = "the parameters of p(x|z), channel by channel";
    graph.output(&output.value, "decoded", output.shape.len(), meaning);
    let likelihood = model.experiment.decoder.likelihood;
    let mean = mean::mean(&mut graph, model, &output.value);
    graph.output(&mean, "mean", plan.image.pixels(), "E[x|z], pixels channel by channel, row by row");
    let doc = format!("p(x|z): {}. {}", likelihood.name(), likelihood.about());
    graph.finish("decoder", doc, &notes(model))
}

/// Notes for the program that runs the graph: experiment, step, image shape, methods, and a learned σ or scale.
fn notes(model: &HostModel) -> Vec<(&'static str, String)> {
    let HostModel { experiment, plan, step, .. } = model;
    let image = plan.image;
    let mut notes = vec![
        ("experiment", experiment.name.clone()),
        ("step", step.to_string()),
        ("image", format!("{} x {} x {}", image.channels, image.height, image.width)),
        ("posterior", experiment.latent.posterior.name().into()),
        ("prior", experiment.latent.prior.name().into()),
        ("likelihood", experiment.decoder.likelihood.name().into()),
    ];
    for name in ["likelihood.log_sigma", "likelihood.log_scale", "likelihood.running_variance"] {
        if let Some(tensor) = model.tensor(name).filter(|tensor| tensor.values.len() == 1) {
            notes.push((name, tensor.values[0].to_string()));
        }
    }
    notes
}
