//! The layers of encoder and decoder as operations.

use super::graph::{Attribute, Graph};
use crate::experiment::{Activation, FeatureShape, Layer, Norm, PlannedLayer};
use crate::explore::HostModel;
use std::f64::consts::FRAC_1_SQRT_2;

/// Values, and the shape that each row of them has.
pub struct Flow {
    pub value: String,
    pub shape: FeatureShape,
}

impl Flow {
    /// Bring rows into another shape of as many numbers.
    pub fn reshape(self, graph: &mut Graph, shape: FeatureShape) -> Self {
        if self.shape == shape {
            return self;
        }
        let value = match shape {
            FeatureShape::Flat(features) => graph.reshape(&self.value, &[-1, features as i64]),
            FeatureShape::Map { channels, height, width } => {
                graph.reshape(&self.value, &[-1, channels as i64, height as i64, width as i64])
            }
        };
        Self { value, shape }
    }

    /// Rows as vectors.
    pub fn flat(self, graph: &mut Graph) -> Self {
        let features = self.shape.len();
        self.reshape(graph, FeatureShape::Flat(features))
    }
}

/// A tensor of the model; the plan has named it.
fn tensor(graph: &mut Graph, model: &HostModel, name: &str, shape: Option<&[usize]>) -> String {
    let Some(tensor) = model.tensor(name) else { return graph.numbers(name, &[0], &[]) };
    graph.numbers(name, shape.unwrap_or(&tensor.shape), &tensor.values)
}

/// An affine layer of vectors.
pub fn dense(graph: &mut Graph, model: &HostModel, name: &str, input: &str) -> String {
    let weight = tensor(graph, model, &format!("{name}.weight"), None);
    let bias = tensor(graph, model, &format!("{name}.bias"), None);
    graph.op("Gemm", &[input, &weight, &bias], &[])
}

/// A layer of the plan.
pub fn layer(graph: &mut Graph, model: &HostModel, planned: &PlannedLayer, input: Flow) -> Flow {
    let name = &planned.name;
    let convolved = |graph: &mut Graph, kind: &str, input: Flow, [kernel, stride, padding]: [usize; 3], more| {
        let input = input.reshape(graph, planned.input);
        let weight = tensor(graph, model, &format!("{name}.weight"), None);
        let bias = tensor(graph, model, &format!("{name}.bias"), None);
        let square = |n: usize, side: usize| vec![side as i64; n];
        let mut attributes = vec![
            Attribute::Wholes("kernel_shape", square(2, kernel)),
            Attribute::Wholes("strides", square(2, stride)),
            Attribute::Wholes("pads", square(4, padding)),
        ];
        attributes.extend(more);
        graph.op(kind, &[&input.value, &weight, &bias], &attributes)
    };
    let value = match (&planned.layer, planned.input, planned.output) {
        (Layer::Reshape { .. }, _, output) => return input.reshape(graph, output),
        (Layer::Residual { .. }, shape, _) => {
            let input = input.reshape(graph, shape);
            let skip = input.value.clone();
            let inner = planned.children.iter().fold(input, |input, child| layer(graph, model, child, input));
            let inner = inner.reshape(graph, shape);
            return Flow { value: graph.op("Add", &[&inner.value, &skip], &[]), shape: planned.output };
        }
        (&Layer::Conv { kernel, stride, padding, .. }, FeatureShape::Map { .. }, _) => {
            convolved(graph, "Conv", input, [kernel, stride, padding], None)
        }
        (
            &Layer::ConvTranspose { kernel, stride, padding, .. },
            FeatureShape::Map { height, width, .. },
            FeatureShape::Map { height: h, width: w, .. },
        ) => {
            // The rows and columns at the far edge that the formula of a transposed convolution leaves out.
            let rest = |large: usize, small: usize| (large + 2 * padding - kernel - (small - 1) * stride) as i64;
            let beyond = Attribute::Wholes("output_padding", vec![rest(h, height), rest(w, width)]);
            convolved(graph, "ConvTranspose", input, [kernel, stride, padding], Some(beyond))
        }
        _ => {
            let input = input.flat(graph);
            dense(graph, model, name, &input.value)
        }
    };
    let Some(follow) = planned.layer.follow() else { return Flow { value, shape: planned.output } };
    let value = normalise(graph, model, planned, follow.norm, value);
    Flow { value: activate(graph, &value, follow.activation), shape: planned.output }
}

fn normalise(graph: &mut Graph, model: &HostModel, planned: &PlannedLayer, norm: Norm, value: String) -> String {
    let name = &planned.name;
    let channels = planned.output.channels();
    let own =
        |graph: &mut Graph, part: &str, shape: Option<&[usize]>| tensor(graph, model, &format!("{name}.{part}"), shape);
    let groups = match norm {
        Norm::None => return value,
        Norm::Batch => {
            let inputs = ["scale", "shift", "running_mean", "running_variance"].map(|part| own(graph, part, None));
            let [scale, shift, mean, variance] = inputs.each_ref().map(String::as_str);
            let epsilon = Attribute::Real("epsilon", 1e-5);
            return graph.op("BatchNormalization", &[&value, scale, shift, mean, variance], &[epsilon]);
        }
        Norm::Layer => 1,
        Norm::Group { groups } => groups,
    };
    // Each group of an image as a row by itself.
    let grouped = graph.reshape(&value, &[0, groups as i64, -1]);
    let ones = graph.numbers(&format!("{name}.ones"), &[groups], &vec![1.0; groups]);
    let zeros = graph.numbers(&format!("{name}.zeros"), &[groups], &vec![0.0; groups]);
    let epsilon = Attribute::Real("epsilon", 1e-5);
    let normal = graph.op("InstanceNormalization", &[&grouped, &ones, &zeros], &[epsilon]);
    let (shape, sides): (Vec<i64>, Vec<usize>) = match planned.output {
        FeatureShape::Flat(features) => (vec![-1, features as i64], vec![features]),
        FeatureShape::Map { height, width, .. } => {
            (vec![-1, channels as i64, height as i64, width as i64], vec![channels, 1, 1])
        }
    };
    let normal = graph.reshape(&normal, &shape);
    let (scale, shift) = (own(graph, "scale", Some(&sides)), own(graph, "shift", Some(&sides)));
    let scaled = graph.op("Mul", &[&normal, &scale], &[]);
    graph.op("Add", &[&scaled, &shift], &[])
}

fn activate(graph: &mut Graph, value: &str, activation: Activation) -> String {
    match activation {
        Activation::Linear => value.to_owned(),
        Activation::Tanh => graph.op("Tanh", &[value], &[]),
        Activation::Relu => graph.op("Relu", &[value], &[]),
        Activation::LeakyRelu => graph.op("LeakyRelu", &[value], &[Attribute::Real("alpha", 0.01)]),
        Activation::Silu => {
            let gate = graph.op("Sigmoid", &[value], &[]);
            graph.op("Mul", &[value, &gate], &[])
        }
        Activation::Gelu => {
            let scaled = graph.with_real("Mul", value, FRAC_1_SQRT_2);
            let erf = graph.op("Erf", &[&scaled], &[]);
            let share = graph.with_real("Add", &erf, 1.0);
            let half = graph.with_real("Mul", value, 0.5);
            graph.op("Mul", &[&half, &share], &[])
        }
        Activation::Softplus => graph.op("Softplus", &[value], &[]),
        Activation::Elu => graph.op("Elu", &[value], &[Attribute::Real("alpha", 1.0)]),
    }
}
