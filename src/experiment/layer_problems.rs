//! The problems of a layer by itself, whatever it follows: fields out of their ranges.

use super::limits::{FEATURES, KERNEL, Limits, PADDING, SHARE};
use super::method::outside;
use super::{Layer, Norm, Problem};

/// The place of a layer, in the three forms that plans, the form and messages need.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Prefix of parameter names: `encoder.2`.
    pub name: String,
    /// The field's path: `encoder[2]`, `decoder.layers[2]`.
    pub path: String,
    /// The place in words: "encoder layer 3".
    pub label: String,
}

impl Place {
    /// Layer `index` of the encoder.
    pub fn encoder(index: usize) -> Self {
        Self {
            name: format!("encoder.{index}"),
            path: format!("encoder[{index}]"),
            label: format!("encoder layer {}", index + 1),
        }
    }

    /// Layer `index` of the decoder's own list.
    pub fn decoder(index: usize) -> Self {
        Self {
            name: format!("decoder.{index}"),
            path: format!("decoder.layers[{index}]"),
            label: format!("decoder layer {}", index + 1),
        }
    }

    /// Layer `index` within the residual block that stands here.
    pub fn inner(&self, index: usize) -> Self {
        Self {
            name: format!("{}.{index}", self.name),
            path: format!("{}.layers[{index}]", self.path),
            label: format!("{}, inner layer {}", self.label, index + 1),
        }
    }
}

/// Every field of `layer` outside its range. The layers within a residual block are not looked at.
pub(super) fn layer_problems(layer: &Layer, place: &Place) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut complain =
        |field: &str, text: String| problems.push(Problem::error(format!("{}.{field}", place.path), text));
    let mut within = |field: &str, value: usize, limits: Limits<usize>| {
        if let Some(text) = outside(&format!("{}: {field} must be", place.label), value, limits) {
            complain(field, text);
        }
    };
    let width = match *layer {
        Layer::Dense { units, .. } => {
            within("units", units, FEATURES);
            units
        }
        Layer::Conv { channels, kernel, stride, padding, .. } => {
            within("channels", channels, FEATURES);
            within("kernel", kernel, KERNEL);
            within("stride", stride, KERNEL);
            within("padding", padding, PADDING);
            channels
        }
        Layer::ConvTranspose { channels, kernel, stride, padding, output_padding, .. } => {
            within("channels", channels, FEATURES);
            within("kernel", kernel, KERNEL);
            within("stride", stride, KERNEL);
            within("padding", padding, PADDING);
            if output_padding >= stride.max(1) {
                let text = format!(
                    "{}: output padding must be smaller than the stride, {stride}, not {output_padding}",
                    place.label
                );
                complain("output_padding", text);
            }
            channels
        }
        Layer::Reshape { channels, height, width } => {
            within("channels", channels, FEATURES);
            within("height", height, FEATURES);
            within("width", width, FEATURES);
            channels
        }
        Layer::Residual { ref layers } => {
            if layers.is_empty() {
                complain("layers", format!("{}: a residual block needs at least one layer", place.label));
            }
            0
        }
    };
    let Some(follow) = layer.follow() else { return problems };
    if let Some(text) = outside(&format!("{}: dropout must be", place.label), follow.dropout, SHARE) {
        complain("dropout", text);
    }
    if let Norm::Group { groups } = follow.norm
        && (groups == 0 || width % groups != 0)
    {
        let text = format!(
            "{}: group norm's {groups} groups must divide its {width} channels; try {}",
            place.label,
            nearest_divisor(width, groups)
        );
        complain("norm", text);
    }
    problems
}

/// The largest divisor of `n` that is at most `groups` (at least 1).
fn nearest_divisor(n: usize, groups: usize) -> usize {
    (1..=groups.clamp(1, n.max(1)).min(4096)).rev().find(|&g| n.is_multiple_of(g)).unwrap_or(1)
}
