//! The effect of a layer on the shape before it: its output, its parameter count, and the reason if it does not fit.

use super::limits::FEATURES_MAX;
use super::{FeatureShape, Layer, Norm};

/// Largest number of parameters that a network may have.
pub const PARAMETERS_MAX: usize = 1 << 31;

/// The kind of shape that a layer can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// A vector: maps are flattened first.
    Flat,
    /// A map: vectors must be reshaped first.
    Map,
    /// Either.
    Any,
}

/// The form of a layer's input; a residual block reads what its first layer reads.
pub(super) fn reads(layer: &Layer) -> Reads {
    match layer {
        Layer::Dense { .. } => Reads::Flat,
        Layer::Conv { .. } | Layer::ConvTranspose { .. } => Reads::Map,
        Layer::Reshape { .. } => Reads::Any,
        Layer::Residual { layers } => layers.first().map_or(Reads::Any, reads),
    }
}

/// Side of a convolution's output, ⌊(side + 2·padding − kernel)/stride⌋ + 1; `None` where the kernel does not fit.
pub(super) fn conv_side(side: usize, kernel: usize, stride: usize, padding: usize) -> Option<usize> {
    let room = side.checked_add(padding.checked_mul(2)?)?.checked_sub(kernel)?;
    Some(room.checked_div(stride)? + 1)
}

/// Side of a transposed convolution's output, (side − 1)·stride − 2·padding + kernel + output_padding; `None` where
/// nothing is left.
pub(super) fn transpose_side(
    side: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    output_padding: usize,
) -> Option<usize> {
    let full = side.checked_sub(1)?.checked_mul(stride)?.checked_add(kernel)?.checked_add(output_padding)?;
    full.checked_sub(padding.checked_mul(2)?).filter(|&side| side > 0)
}

/// The shape after a layer that reads `input` (already flattened or reshaped as [`reads`] requires). A residual block
/// keeps its shape; the planner checks its inner layers.
///
/// # Errors
/// The reason why the layer does not fit, as a predicate of the layer: "cannot follow a 3×3 map: …".
pub(super) fn output(layer: &Layer, input: FeatureShape) -> Result<FeatureShape, String> {
    let sides = |channels: usize, side: &dyn Fn(usize) -> Option<usize>, reason: &str| match input {
        FeatureShape::Map { height, width, .. } => match (side(height), side(width)) {
            (Some(h), Some(w)) => Ok(FeatureShape::Map { channels, height: h, width: w }),
            _ => Err(format!("cannot follow a {height}×{width} map: {reason}")),
        },
        FeatureShape::Flat(n) => Err(format!("cannot follow {n} features: it reads a map")),
    };
    let output = match *layer {
        Layer::Dense { units, .. } => FeatureShape::Flat(units),
        Layer::Conv { channels, kernel, stride, padding, .. } => sides(
            channels,
            &|side| conv_side(side, kernel, stride, padding),
            "the kernel is larger than the map with its padding; use a smaller kernel or more padding",
        )?,
        Layer::ConvTranspose { channels, kernel, stride, padding, output_padding, .. } => sides(
            channels,
            &|side| transpose_side(side, kernel, stride, padding, output_padding),
            "its padding leaves nothing of the map; use a larger kernel or less padding",
        )?,
        Layer::Reshape { channels, height, width } => FeatureShape::Map { channels, height, width },
        Layer::Residual { .. } => input,
    };
    let numbers = features(output).filter(|&n| n <= FEATURES_MAX).ok_or_else(|| {
        format!("gives {output} numbers per image, more than the limit of {FEATURES_MAX}; make it smaller")
    })?;
    if matches!(layer, Layer::Reshape { .. }) && numbers != input.len() {
        return Err(format!(
            "to {output} needs {numbers} features but reads {}; change it or the layer before it",
            input.len()
        ));
    }
    Ok(output)
}

/// Number of values per image; `None` if it exceeds a machine word.
pub(super) fn features(shape: FeatureShape) -> Option<usize> {
    match shape {
        FeatureShape::Flat(n) => Some(n),
        FeatureShape::Map { channels, height, width } => channels.checked_mul(height)?.checked_mul(width),
    }
}

/// Parameters of a layer with weights between two shapes: in·out + out for a dense layer, in·out·k² + out for a
/// convolution (in and out in channels), and for a norm a scale and a shift per channel of a map or feature of a
/// vector. 0 for a reshape and for a residual block itself. Saturates.
pub(super) fn parameters(layer: &Layer, input: FeatureShape, output: FeatureShape) -> usize {
    let affine = |fan_in: usize, out: usize| fan_in.saturating_mul(out).saturating_add(out);
    let (weights, norm) = match *layer {
        Layer::Dense { norm, .. } => (affine(input.len(), output.len()), norm),
        Layer::Conv { kernel, norm, .. } | Layer::ConvTranspose { kernel, norm, .. } => {
            let patch = input.channels().saturating_mul(kernel.saturating_mul(kernel));
            (affine(patch, output.channels()), norm)
        }
        Layer::Reshape { .. } | Layer::Residual { .. } => return 0,
    };
    let norm = if norm == Norm::None { 0 } else { 2 * output.channels() };
    weights.saturating_add(norm)
}

/// A layer as error messages name it: "4×4 convolution, stride 2", "dense layer of 200 units".
pub(super) fn describe(layer: &Layer) -> String {
    match *layer {
        Layer::Dense { units, .. } => format!("dense layer of {units} units"),
        Layer::Conv { kernel, stride, padding, .. } | Layer::ConvTranspose { kernel, stride, padding, .. } => {
            let mut text = format!("{kernel}×{kernel} {}", layer.kind());
            if stride != 1 {
                text += &format!(", stride {stride}");
            }
            if padding != 0 {
                text += &format!(", padding {padding}");
            }
            text
        }
        Layer::Reshape { .. } | Layer::Residual { .. } => layer.kind().to_string(),
    }
}
