//! Encoder and decoder as lists of PyTorch's modules, and the names that tensors have in them.

use crate::experiment::{Activation, FeatureShape, Layer, Norm, Plan, PlannedLayer};
use std::collections::HashMap;

/// One module of an `nn.Sequential`.
pub struct Module {
    /// The module's constructor; of a residual block, its name alone.
    code: String,
    /// The tensors of Elbow's layer that are the module's, and PyTorch's names of them.
    tensors: Vec<(String, &'static str)>,
    /// The modules of a residual block.
    children: Vec<Module>,
}

impl Module {
    fn plain(code: impl Into<String>) -> Self {
        Self { code: code.into(), tensors: Vec::new(), children: Vec::new() }
    }

    fn with(code: String, layer: &str, tensors: &[(&str, &'static str)]) -> Self {
        let tensors = tensors.iter().map(|(own, other)| (format!("{layer}.{own}"), *other)).collect();
        Self { code, tensors, children: Vec::new() }
    }
}

/// The encoder: its layers, and behind them the heads of the posterior's parameters.
pub fn encoder(plan: &Plan) -> Vec<Module> {
    let input = plan.encoder.first().map_or(plan.features, |layer| layer.input.len());
    let mut shape = FeatureShape::Flat(input);
    let mut modules = sequence(&plan.encoder, &mut shape);
    flatten(&mut modules, &mut shape);
    modules.push(linear("encoder.heads", plan.features, plan.heads));
    modules
}

/// The decoder, from z to the parameters of p(x|z), channel by channel.
pub fn decoder(plan: &Plan) -> Vec<Module> {
    let mut shape = FeatureShape::Flat(plan.lower());
    let mut modules = sequence(&plan.decoder, &mut shape);
    flatten(&mut modules, &mut shape);
    modules
}

/// Whether a residual block is among the modules.
pub fn has_residual(modules: &[Module]) -> bool {
    modules.iter().any(|module| !module.children.is_empty())
}

/// The modules as lines of a call.
pub fn lines(modules: &[Module]) -> String {
    block(modules, 12)
}

fn block(modules: &[Module], indent: usize) -> String {
    let space = " ".repeat(indent);
    let line = |module: &Module| match module.children.as_slice() {
        [] => format!("{space}{},", module.code),
        children => format!("{space}{}(\n{}\n{space}),", module.code, block(children, indent + 4)),
    };
    modules.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A function from a tensor's name in Elbow to its name in PyTorch, which differs only in encoder and decoder.
pub fn names(plan: &Plan) -> impl Fn(&str) -> String {
    fn collect(modules: &[Module], prefix: &str, names: &mut HashMap<String, String>) {
        for (place, module) in modules.iter().enumerate() {
            let path = format!("{prefix}.{place}");
            names.extend(module.tensors.iter().map(|(own, other)| (own.clone(), format!("{path}.{other}"))));
            collect(&module.children, &path, names);
        }
    }
    let mut names = HashMap::new();
    collect(&encoder(plan), "encoder", &mut names);
    collect(&decoder(plan), "decoder", &mut names);
    move |own| names.get(own).cloned().unwrap_or_else(|| own.to_owned())
}

fn sequence(layers: &[PlannedLayer], shape: &mut FeatureShape) -> Vec<Module> {
    let mut modules = Vec::new();
    layers.iter().for_each(|layer| push(&mut modules, layer, shape));
    modules
}

/// Append a layer's modules; `shape` is the shape of the output of all modules so far.
fn push(modules: &mut Vec<Module>, planned: &PlannedLayer, shape: &mut FeatureShape) {
    let name = &planned.name;
    match (&planned.layer, planned.input) {
        // The rows are brought into this shape by the next layer that reads maps.
        (Layer::Reshape { .. }, _) => {
            reshape(modules, shape, planned.output);
            return;
        }
        (Layer::Residual { .. }, input) => {
            reshape(modules, shape, input);
            let mut inner = input;
            let mut children = sequence(&planned.children, &mut inner);
            reshape(&mut children, &mut inner, input);
            modules.push(Module { code: "Residual".into(), tensors: Vec::new(), children });
        }
        (&Layer::Conv { kernel, stride, padding, .. }, input @ FeatureShape::Map { .. }) => {
            reshape(modules, shape, input);
            let (inputs, outputs) = (input.channels(), planned.output.channels());
            let code = format!("nn.Conv2d({inputs}, {outputs}, {kernel}, stride={stride}, padding={padding})");
            modules.push(Module::with(code, name, &[("weight", "weight"), ("bias", "bias")]));
        }
        (&Layer::ConvTranspose { kernel, stride, padding, .. }, input @ FeatureShape::Map { height, width, .. }) => {
            reshape(modules, shape, input);
            let (inputs, outputs) = (input.channels(), planned.output.channels());
            let beyond = match planned.output {
                FeatureShape::Map { height: h, width: w, .. } => {
                    let rest = |large: usize, small: usize| large + 2 * padding - kernel - (small - 1) * stride;
                    (rest(h, height), rest(w, width))
                }
                FeatureShape::Flat(_) => (0, 0),
            };
            let code = format!(
                "nn.ConvTranspose2d({inputs}, {outputs}, {kernel}, stride={stride}, padding={padding}, \
                 output_padding={beyond:?})"
            );
            modules.push(Module::with(code, name, &[("weight", "weight"), ("bias", "bias")]));
        }
        (_, input) => {
            flatten(modules, shape);
            modules.push(linear(name, input.len(), planned.output.len()));
        }
    }
    *shape = planned.output;
    let Some(follow) = planned.layer.follow() else { return };
    modules.extend(norm(name, follow.norm, planned.output));
    modules.extend(activation(follow.activation).map(Module::plain));
    if follow.dropout > 0.0 {
        modules.push(Module::plain(format!("nn.Dropout({:?})", follow.dropout)));
    }
}

fn linear(name: &str, inputs: usize, outputs: usize) -> Module {
    Module::with(format!("nn.Linear({inputs}, {outputs})"), name, &[("weight", "weight"), ("bias", "bias")])
}

fn flatten(modules: &mut Vec<Module>, shape: &mut FeatureShape) {
    if matches!(shape, FeatureShape::Map { .. }) {
        modules.push(Module::plain("nn.Flatten()"));
        *shape = FeatureShape::Flat(shape.len());
    }
}

/// Bring rows of `shape` into another shape of as many numbers.
fn reshape(modules: &mut Vec<Module>, shape: &mut FeatureShape, wanted: FeatureShape) {
    if *shape == wanted {
        return;
    }
    flatten(modules, shape);
    if let FeatureShape::Map { channels, height, width } = wanted {
        modules.push(Module::plain(format!("nn.Unflatten(1, ({channels}, {height}, {width}))")));
    }
    *shape = wanted;
}

fn norm(name: &str, norm: Norm, output: FeatureShape) -> Option<Module> {
    let channels = output.channels();
    let map = matches!(output, FeatureShape::Map { .. });
    let code = match norm {
        Norm::None => return None,
        Norm::Layer => format!("nn.GroupNorm(1, {channels})"),
        Norm::Group { groups } => format!("nn.GroupNorm({groups}, {channels})"),
        Norm::Batch => format!("nn.BatchNorm{}({channels})", if map { "2d" } else { "1d" }),
    };
    let tensors =
        [("scale", "weight"), ("shift", "bias"), ("running_mean", "running_mean"), ("running_variance", "running_var")];
    Some(Module::with(code, name, &tensors))
}

fn activation(activation: Activation) -> Option<&'static str> {
    match activation {
        Activation::Linear => None,
        Activation::Tanh => Some("nn.Tanh()"),
        Activation::Relu => Some("nn.ReLU()"),
        Activation::LeakyRelu => Some("nn.LeakyReLU(0.01)"),
        Activation::Silu => Some("nn.SiLU()"),
        Activation::Gelu => Some("nn.GELU()"),
        Activation::Softplus => Some("nn.Softplus()"),
        Activation::Elu => Some("nn.ELU()"),
    }
}
