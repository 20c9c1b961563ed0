//! The mean image of each likelihood as operations on the decoder's output.

use super::graph::{Attribute, Graph};
use crate::experiment::{ImageShape, Likelihood};
use crate::explore::HostModel;

/// E[x|z], rows of pixels, as an operation on the decoder's output, rows of the likelihood's parameters.
pub fn mean(graph: &mut Graph, model: &HostModel, output: &str) -> String {
    let image = model.plan.image;
    let pixels = image.pixels();
    match model.experiment.decoder.likelihood {
        Likelihood::Bernoulli => graph.op("Sigmoid", &[output], &[]),
        Likelihood::Poisson | Likelihood::NegativeBinomial => graph.op("Exp", &[output], &[]),
        Likelihood::GaussianLearned
        | Likelihood::GaussianFixed { .. }
        | Likelihood::GaussianPerPixel
        | Likelihood::GaussianOptimal
        | Likelihood::Laplace => output.to_owned(),
        Likelihood::ByColumn => by_column(graph, model, output),
        Likelihood::GaussianPerImage => graph.split(output, 1, &[pixels, pixels]).swap_remove(0),
        Likelihood::ContinuousBernoulli => continuous_bernoulli(graph, output),
        Likelihood::DiscretisedLogistic => {
            let parts = graph.split(output, 1, &[pixels, pixels]);
            logistic(graph, &parts[0], &parts[1])
        }
        Likelihood::MixtureOfLogistics { components } => mixture(graph, image, components, output),
        Likelihood::Categorical { levels } => {
            let logits = graph.reshape(output, &[-1, levels as i64, pixels as i64]);
            let weights = graph.op("Softmax", &[&logits], &[Attribute::Whole("axis", 1)]);
            let last = (levels - 1) as f32;
            let values: Vec<f32> = (0..levels).map(|level| level as f32 / last).collect();
            let values = graph.numbers("levels", &[1, levels, 1], &values);
            let weighted = graph.op("Mul", &[&weights, &values], &[]);
            graph.sum(&weighted, 1, false)
        }
    }
}

/// Numbers are their own means, a category's are the probabilities of its levels.
fn by_column(graph: &mut Graph, model: &HostModel, output: &str) -> String {
    let stretches = model.stretches();
    let widths: Vec<usize> = stretches.iter().map(|(range, _)| range.len()).collect();
    let mut parts = graph.split(output, 1, &widths);
    for (part, (_, category)) in parts.iter_mut().zip(stretches) {
        if category {
            *part = graph.op("Softmax", &[part], &[Attribute::Whole("axis", 1)]);
        }
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    graph.op("Concat", &parts, &[Attribute::Whole("axis", 1)])
}

/// ½ + ½(coth h − 1/h) with h = ℓ/2, by its series near 0.
fn continuous_bernoulli(graph: &mut Graph, logits: &str) -> String {
    let h = graph.with_real("Mul", logits, 0.5);
    let size = graph.op("Abs", &[&h], &[]);
    let near = graph.with_real("Less", &size, 0.1);
    let first = graph.with_real("Div", &h, 3.0);
    let square = graph.op("Mul", &[&h, &h], &[]);
    let cube = graph.op("Mul", &[&square, &h], &[]);
    let second = graph.with_real("Div", &cube, 45.0);
    let series = graph.op("Sub", &[&first, &second], &[]);
    let one = graph.real(1.0);
    // Where the series is taken, 1 in place of h, so that nothing is divided by 0.
    let safe = graph.op("Where", &[&near, &one, &h], &[]);
    let tanh = graph.op("Tanh", &[&safe], &[]);
    let coth = graph.op("Reciprocal", &[&tanh], &[]);
    let reciprocal = graph.op("Reciprocal", &[&safe], &[]);
    let far = graph.op("Sub", &[&coth, &reciprocal], &[]);
    let slope = graph.op("Where", &[&near, &series, &far], &[]);
    let half = graph.with_real("Mul", &slope, 0.5);
    graph.with_real("Add", &half, 0.5)
}

/// s·(softplus(m/s) − softplus((m − 1)/s)), the mean of a logistic clipped to [0, 1].
fn logistic(graph: &mut Graph, mean: &str, log_scale: &str) -> String {
    let floor = graph.real(-7.5);
    let log_scale = graph.op("Max", &[log_scale, &floor], &[]);
    let scale = graph.op("Exp", &[&log_scale], &[]);
    let softplus = |graph: &mut Graph, value: &str| {
        let scaled = graph.op("Div", &[value, &scale], &[]);
        // Stable where the runtime's own Softplus may not be: max(v, 0) + log(1 + e^−|v|).
        let positive = graph.op("Relu", &[&scaled], &[]);
        let size = graph.op("Abs", &[&scaled], &[]);
        let negative = graph.op("Neg", &[&size], &[]);
        let tail = graph.op("Exp", &[&negative], &[]);
        let tail = graph.with_real("Add", &tail, 1.0);
        let tail = graph.op("Log", &[&tail], &[]);
        graph.op("Add", &[&positive, &tail], &[])
    };
    let below = softplus(graph, mean);
    let shifted = graph.with_real("Sub", mean, 1.0);
    let above = softplus(graph, &shifted);
    let difference = graph.op("Sub", &[&below, &above], &[]);
    graph.op("Mul", &[&difference, &scale], &[])
}

/// The mean of each channel under a mixture; channels that depend on earlier ones see their means within the component.
fn mixture(graph: &mut Graph, image: ImageShape, components: usize, output: &str) -> String {
    let (channels, places) = (image.channels, image.height * image.width);
    let coefficients = if channels == 3 { 3 } else { 0 };
    let planes = 1 + 2 * channels + coefficients;
    let output = graph.reshape(output, &[-1, (planes * components) as i64, places as i64]);
    let planes = graph.split(&output, 1, &vec![components; planes]);
    let weights = graph.op("Softmax", &[&planes[0]], &[Attribute::Whole("axis", 1)]);
    let mut within: Vec<String> = Vec::new();
    let mut images = Vec::new();
    for channel in 0..channels {
        let mut mean = planes[1 + channel].clone();
        // Green has the first coefficient, blue the other two.
        let first = 1 + 2 * channels + if channel == 2 { 1 } else { 0 };
        for (place, seen) in within.clone().iter().enumerate() {
            let coefficient = graph.op("Tanh", &[&planes[first + place]], &[]);
            let shift = graph.op("Mul", &[&coefficient, seen], &[]);
            mean = graph.op("Add", &[&mean, &shift], &[]);
        }
        let own = logistic(graph, &mean, &planes[1 + channels + channel]);
        let weighted = graph.op("Mul", &[&own, &weights], &[]);
        images.push(graph.sum(&weighted, 1, false));
        within.push(own);
    }
    let images: Vec<&str> = images.iter().map(String::as_str).collect();
    graph.op("Concat", &images, &[Attribute::Whole("axis", 1)])
}
