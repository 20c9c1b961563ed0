//! The content of the network's drawing: one cell per layer, with its shapes where the plan knows them.

use crate::experiment::method::{Counts, Head, Sizes};
use crate::experiment::{
    BetaSchedule, Choice, DecoderLayers, Experiment, FeatureShape, ImageShape, Latent, Layer, Plan, PlannedLayer,
    Posterior, Prior,
};
use crate::ui::form::{Marks, activation_name, format_real};
use crate::ui::text;
use std::cmp::Ordering;

/// One box of the drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The cell's content: `dense · tanh`.
    pub title: String,
    /// The layer's output shape and its number of parameters: `400 · 314 k`.
    pub detail: String,
    /// An explanation in one or two sentences.
    pub hint: String,
    /// Number of values of the layer's output per image; `None` if it is not known.
    pub size: Option<usize>,
    pub broken: bool,
}

/// The second layer of latent variables: its cell, and the networks up to it and down from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Upper {
    pub up: Cell,
    pub latent: Cell,
    pub down: Cell,
}

/// All cells, from x to p(x|z).
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    pub input: Cell,
    pub encoder: Vec<Cell>,
    /// The parameters of the posterior, which the encoder gives, by name.
    pub heads: Vec<Cell>,
    /// z, or h₁ where there are two layers.
    pub latent: Cell,
    pub upper: Option<Upper>,
    /// The sample's noise with its count: `ε ~ N(0, I),  K = 16`.
    pub noise: String,
    pub decoder: Vec<Cell>,
    pub output: Cell,
    /// β, if it is not 1.
    pub beta: Option<String>,
    /// The prior's name where it is not the standard normal.
    pub prior: Option<String>,
    /// The prior in a sentence or two.
    pub prior_hint: String,
    pub parameters: Option<usize>,
}

impl Drawing {
    /// The drawing of an experiment; `plan` if it has no errors, `image` if the images' shape is known.
    pub fn new(experiment: &Experiment, plan: Option<&Plan>, image: Option<ImageShape>, marks: &Marks) -> Self {
        let image_text = image.map_or("?".to_owned(), |image| FeatureShape::from(image).to_string());
        let latent = experiment.latent.dimension;
        let latent_broken = !marks.usable("latent");
        let sizes = sizes(experiment, image);
        let (posterior, prior) = (experiment.latent.posterior, experiment.latent.prior);
        let of_posterior = posterior.counts(sizes);
        let k = experiment.objective.samples;
        let upper = upper(&experiment.latent, latent_broken);
        let z = if upper.is_some() { "h₁" } else { "z" };
        let (encoder, decoder) = match plan {
            Some(plan) => {
                (plan.encoder.iter().map(planned_cell).collect(), plan.decoder.iter().map(planned_cell).collect())
            }
            None => unplanned(experiment, marks),
        };
        let likelihood = experiment.decoder.likelihood;
        let of_likelihood = likelihood.counts(sizes);
        Self {
            input: Cell {
                title: "x".into(),
                detail: image_text.clone(),
                hint: "An image, channels × height × width.".into(),
                size: image.map(|image| image.pixels()),
                broken: !marks.usable("data"),
            },
            encoder,
            heads: of_posterior.named_outputs().iter().map(|head| head_cell(head, posterior, latent_broken)).collect(),
            latent: Cell {
                title: z.into(),
                detail: latent.to_string(),
                hint: format!(
                    "A sample of q({z}|x), {k} per image: {}, made of noise ({}) so that gradients reach the encoder.",
                    of_posterior.sampling.formula, of_posterior.sampling.noise
                ),
                size: Some(latent),
                broken: latent_broken || !marks.usable("objective.samples"),
            },
            upper,
            noise: format!("{},  K = {k}", of_posterior.sampling.noise),
            decoder,
            output: Cell {
                title: format!("p(x|z) · {}", likelihood.name()),
                detail: parameters(&of_likelihood, image),
                hint: format!(
                    "The likelihood of the image's pixels given z, {image_text}: {} {}",
                    likelihood.name(),
                    likelihood.about()
                ),
                size: image.map(|image| image.pixels()),
                broken: !marks.usable("decoder.likelihood"),
            },
            beta: match experiment.objective.beta {
                BetaSchedule::Constant(1.0) => None,
                beta => Some(beta_text(beta)),
            },
            prior: (prior != Prior::default()).then(|| prior.name().to_owned()),
            prior_hint: prior_hint(prior, prior.counts(sizes)),
            parameters: plan.map(|plan| plan.parameters),
        }
    }
}

/// The sizes that the methods' counts depend on; an image of unknown shape counts as one pixel.
fn sizes(experiment: &Experiment, image: Option<ImageShape>) -> Sizes {
    // Numbers of a file may be out of range: names are wanted here, and no overflow.
    const MOST: usize = 1 << 16;
    let latent = &experiment.latent;
    let upper = latent.upper().min(MOST);
    let image = image.unwrap_or(ImageShape { channels: 1, height: 1, width: 1 });
    Sizes { image, latent: latent.dimension.min(MOST) + upper, upper }
}

/// The cell of a head; the size of a repeated one reads "16 × 5".
fn head_cell(head: &Head, posterior: Posterior, broken: bool) -> Cell {
    let Head { name, numbers, times } = *head;
    let (detail, count) = match times {
        1 => (numbers.to_string(), format!("{numbers} numbers")),
        _ => (format!("{times} × {numbers}"), format!("{numbers} numbers for each of {times} steps")),
    };
    Cell {
        title: name.into(),
        detail,
        hint: format!("{name}: {count} by an affine map of the encoder's features. {}", posterior.about()),
        size: Some(numbers * times),
        broken,
    }
}

/// The likelihood's parameters, given by the decoder or its own: "μ 1×28×28, σ learned".
fn parameters(counts: &Counts, image: Option<ImageShape>) -> String {
    let shape = image.map_or("?".to_owned(), |image| {
        FeatureShape::from(ImageShape { channels: counts.outputs, ..image }).to_string()
    });
    let names: Vec<&str> = counts.named_outputs().iter().map(|head| head.name).collect();
    let outputs = format!("{} {shape}", names.join(", "));
    if counts.own.is_empty() { outputs } else { format!("{outputs} · {}", counts.own) }
}

fn prior_hint(prior: Prior, counts: Counts) -> String {
    let learned = match (counts.own, counts.parameters) {
        (_, 0) => String::new(),
        ("", numbers) => format!(" It learns {} numbers of its own.", text::amount(numbers)),
        (names, numbers) => format!(" It learns {names}: {} numbers.", text::amount(numbers)),
    };
    format!("p(z), {}: {}{learned}", prior.name(), prior.about())
}

/// The layer above, where the experiment has one.
fn upper(latent: &Latent, broken: bool) -> Option<Upper> {
    let Posterior::TwoLayer { upper, hidden, depth } = latent.posterior else { return None };
    let lower = latent.dimension;
    let cell = |title: &str, detail: String, hint: String| Cell {
        title: title.into(),
        detail,
        hint,
        size: Some(upper),
        broken,
    };
    let network = |title: &str, what: &str, hidden: usize, depth: usize| {
        let through = if depth == 0 { "affine".to_owned() } else { format!("{depth} × {hidden} tanh") };
        let hint = format!("{title}: a diagonal Gaussian whose mean and log variance a network computes, {what}.");
        cell(title, through, hint)
    };
    let down = match latent.prior {
        Prior::TwoLayer { hidden, depth } => {
            network("p(h₁|h₂)", &format!("from {upper} numbers to {lower}"), hidden, depth)
        }
        _ => Cell {
            broken: true, ..cell("p(h₁|h₂)", "?".into(), "The prior has no layer between h₂ and h₁.".into())
        },
    };
    Some(Upper {
        up: network("q(h₂|h₁)", &format!("from {lower} numbers to {upper}"), hidden, depth),
        latent: cell("h₂", upper.to_string(), "A sample of q(h₂|h₁); its prior is N(0, I).".into()),
        down,
    })
}

/// β, or its first and last value.
pub fn beta_text(beta: BetaSchedule) -> String {
    let [start, end] = [beta.start(), beta.end()].map(format_real);
    let cycles = if beta.repeats() { " in cycles" } else { "" };
    match beta.start().partial_cmp(&beta.end()) {
        Some(Ordering::Less) => format!("{start} rising to {end}{cycles}"),
        Some(Ordering::Greater) => format!("{start} falling to {end}{cycles}"),
        _ => end,
    }
}

fn planned_cell(planned: &PlannedLayer) -> Cell {
    let parameters = text::amount(planned.parameters);
    let output = if planned.name == "decoder.output" { " The output layer, added by itself." } else { "" };
    Cell {
        title: title(&planned.layer),
        detail: format!("{} · {parameters}", planned.output),
        hint: format!(
            "{}: {} → {}, {parameters} parameters.{output}",
            capitalised(planned.layer.kind()),
            planned.input,
            planned.output
        ),
        size: Some(planned.output.len()),
        broken: false,
    }
}

/// The cells without a plan: the lists' layers, and which of them are wrong.
fn unplanned(experiment: &Experiment, marks: &Marks) -> (Vec<Cell>, Vec<Cell>) {
    let cells = |layers: &[Layer], list: &str| -> Vec<Cell> {
        let cell = |(index, layer): (usize, &Layer)| {
            let path = format!("{list}[{index}]");
            let reasons: Vec<&str> = marks.within(&path).map(|problem| problem.message.as_str()).collect();
            Cell {
                title: title(layer),
                detail: size(layer).map_or("?".into(), |size| size.to_string()),
                hint: if reasons.is_empty() { capitalised(layer.kind()) } else { reasons.join("\n") },
                size: size(layer),
                broken: !marks.usable(&path),
            }
        };
        layers.iter().enumerate().map(cell).collect()
    };
    let encoder = cells(&experiment.encoder, "encoder");
    let decoder = match &experiment.decoder.layers {
        DecoderLayers::Layers(layers) => cells(layers, "decoder.layers"),
        DecoderLayers::Mirror => {
            let mirrored = experiment.encoder.iter().map(transposed).zip(encoder.iter().cloned());
            mirrored.rev().map(|(layer, cell)| Cell { title: title(&layer), ..cell }).collect()
        }
    };
    (encoder, decoder)
}

/// The layer that mirrors another in the decoder: a transposed convolution for a convolution.
fn transposed(layer: &Layer) -> Layer {
    match *layer {
        Layer::Conv { channels, kernel, stride, padding, activation, norm, dropout } => {
            Layer::ConvTranspose { channels, kernel, stride, padding, output_padding: 0, activation, norm, dropout }
        }
        _ => layer.clone(),
    }
}

fn size(layer: &Layer) -> Option<usize> {
    match *layer {
        Layer::Dense { units, .. } => Some(units),
        Layer::Reshape { channels, height, width } => channels.checked_mul(height)?.checked_mul(width),
        Layer::Conv { .. } | Layer::ConvTranspose { .. } | Layer::Residual { .. } => None,
    }
}

fn title(layer: &Layer) -> String {
    let name = match *layer {
        Layer::Dense { .. } => "dense".to_owned(),
        Layer::Conv { kernel, stride: 1, .. } => format!("conv {kernel}×{kernel}"),
        Layer::Conv { kernel, stride, .. } => format!("conv {kernel}×{kernel} ↓{stride}"),
        Layer::ConvTranspose { kernel, stride: 1, .. } => format!("conv {kernel}×{kernel}"),
        Layer::ConvTranspose { kernel, stride, .. } => format!("conv {kernel}×{kernel} ↑{stride}"),
        Layer::Reshape { .. } => "reshape".to_owned(),
        Layer::Residual { ref layers } => format!("x + f(x), {} inside", layers.len()),
    };
    match layer.follow() {
        Some(follow) if follow.activation != Default::default() => {
            format!("{name} · {}", activation_name(follow.activation))
        }
        _ => name,
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Activation, Likelihood, Problem};

    const MNIST: ImageShape = ImageShape { channels: 1, height: 28, width: 28 };

    /// "5→0.1 5.8" reads as one number, and what falls does not warm up.
    #[test]
    fn item_12_a_schedule_of_beta_says_whether_it_rises_or_falls() {
        let warmup = |from, to| BetaSchedule::Warmup { from, to, epochs: 5.0 };
        assert_eq!(beta_text(warmup(0.0, 1.0)), "0 rising to 1");
        assert_eq!(beta_text(warmup(5.0, 0.1)), "5 falling to 0.1");
        for schedule in BetaSchedule::ALL.iter().copied().filter(BetaSchedule::repeats) {
            assert_eq!(beta_text(schedule), "0 rising to 1 in cycles");
        }
        assert_eq!(beta_text(BetaSchedule::Constant(4.0)), "4");
    }

    #[test]
    fn a_sound_network_has_a_cell_a_layer_with_shapes_and_parameters() {
        let experiment = Experiment::default();
        let plan = experiment.plan(MNIST).expect("the default is sound");
        let drawing = Drawing::new(&experiment, Some(&plan), Some(MNIST), &Marks::default());
        assert_eq!(drawing.encoder.len(), 1);
        assert_eq!(drawing.encoder[0].title, "dense · tanh");
        assert_eq!(drawing.encoder[0].detail, "400 · 314\u{202f}k");
        // The mirror's hidden layer and the output layer.
        assert_eq!(drawing.decoder.len(), 2);
        assert_eq!(drawing.parameters, Some(plan.parameters));
        assert_eq!(drawing.latent.detail, "2");
    }

    #[test]
    fn a_second_layer_of_latent_variables_has_cells_of_its_own() {
        let mut experiment = Experiment::default();
        let drawing = |experiment: &Experiment| Drawing::new(experiment, None, Some(MNIST), &Marks::default());
        assert_eq!((drawing(&experiment).upper, drawing(&experiment).latent.title), (None, "z".into()));
        experiment.set_posterior(Posterior::TwoLayer { upper: 7, hidden: 30, depth: 2 });
        let two = drawing(&experiment);
        let upper = two.upper.expect("there are two layers");
        assert_eq!((two.latent.title.as_str(), two.latent.detail.as_str()), ("h₁", "2"));
        assert_eq!((upper.latent.title.as_str(), upper.latent.detail.as_str()), ("h₂", "7"));
        assert_eq!(upper.up.detail, "2 × 30 tanh");
        assert!(upper.down.hint.contains("from 7 numbers to 2"), "{}", upper.down.hint);
    }

    #[test]
    fn item_11_every_family_has_its_heads_its_noise_and_its_parameters_in_the_drawing() {
        let drawing = |experiment: &Experiment| Drawing::new(experiment, None, Some(MNIST), &Marks::default());
        for &posterior in Posterior::ALL {
            let mut experiment = Experiment::default();
            experiment.set_posterior(posterior);
            let found = drawing(&experiment);
            let name = posterior.name();
            assert!((2..=3).contains(&found.heads.len()), "{name}: {:?}", found.heads);
            let numbers: usize = found.heads.iter().filter_map(|head| head.size).sum();
            assert_eq!(numbers, posterior.counts(sizes(&experiment, Some(MNIST))).outputs, "{name}");
            assert!(found.noise.contains('~') && found.noise.ends_with("K = 1"), "{name}: {}", found.noise);
            assert!(found.latent.hint.contains('='), "{name}: {}", found.latent.hint);
        }
        for &likelihood in Likelihood::ALL {
            let mut experiment = Experiment::default();
            experiment.decoder.likelihood = likelihood;
            let output = drawing(&experiment).output;
            assert!(output.title.ends_with(likelihood.name()), "{output:?}");
            assert!(output.detail.contains("×28×28") && !output.detail.starts_with(' '), "{output:?}");
        }
        for &prior in Prior::ALL {
            let mut experiment = Experiment::default();
            experiment.latent.prior = prior;
            let found = drawing(&experiment);
            assert_eq!(found.prior.is_none(), prior == Prior::StandardNormal);
            assert!(found.prior_hint.contains(prior.about()), "{}", found.prior_hint);
        }
    }

    #[test]
    fn item_11_heads_are_those_of_the_family() {
        let titles = |posterior: Posterior| {
            let mut experiment = Experiment::default();
            experiment.set_posterior(posterior);
            let drawing = Drawing::new(&experiment, None, Some(MNIST), &Marks::default());
            drawing.heads.iter().map(|head| format!("{} {}", head.title, head.detail)).collect::<Vec<_>>()
        };
        assert_eq!(titles(Posterior::DiagonalGaussian), ["μ 2", "log σ² 2"]);
        assert_eq!(titles(Posterior::VonMisesFisher), ["μ 2", "κ 1"]);
        assert_eq!(titles(Posterior::FullGaussian), ["μ 2", "L 3"]);
        assert_eq!(titles(Posterior::PlanarFlow { length: 16 }), ["μ 2", "log σ² 2", "u, w, b 16 × 5"]);
    }

    #[test]
    fn a_broken_layer_is_marked_and_says_why() {
        let experiment = Experiment {
            encoder: vec![Layer::dense(400, Activation::Tanh), Layer::dense(0, Activation::Tanh)],
            ..Experiment::default()
        };
        let marks = Marks::new(vec![Problem::error("encoder[1].units", "units must be 1 to 100")]);
        let drawing = Drawing::new(&experiment, None, Some(MNIST), &marks);
        assert_eq!(drawing.encoder.iter().map(|cell| cell.broken).collect::<Vec<_>>(), [false, true]);
        assert!(drawing.encoder[1].hint.contains("1 to 100"));
    }

    #[test]
    fn the_mirror_of_a_broken_convolution_enlarges() {
        let layer = Layer::Conv {
            channels: 8,
            kernel: 4,
            stride: 2,
            padding: 1,
            activation: Activation::Relu,
            norm: crate::experiment::Norm::None,
            dropout: 0.0,
        };
        let experiment =
            Experiment { encoder: vec![Layer::dense(10, Activation::Relu), layer], ..Experiment::default() };
        let marks = Marks::new(vec![Problem::error("encoder[1]", "a convolution needs a map")]);
        let drawing = Drawing::new(&experiment, None, Some(MNIST), &marks);
        let title =
            |cells: &[Cell], sign: char| cells.iter().find(|cell| cell.title.contains(sign)).map(|cell| cell.broken);
        assert_eq!((title(&drawing.encoder, '↓'), title(&drawing.decoder, '↑')), (Some(true), Some(true)));
        assert_eq!((title(&drawing.encoder, '↑'), title(&drawing.decoder, '↓')), (None, None));
    }
}
