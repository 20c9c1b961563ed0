//! A walk along a list of layers: shapes, inferred flattening and reshaping, and every problem on the way.

use super::layer_output::{Reads, describe, output, reads};
use super::layer_problems::{Place, layer_problems};
use super::{FeatureShape, Layer, PlannedLayer, Problem};

/// Height and width that a list of layers ends in, where that is known.
pub(super) type Target = Option<(usize, usize)>;

/// Collects the problems of a list of layers while planning it.
#[derive(Default)]
pub(super) struct Walk {
    pub problems: Vec<Problem>,
}

impl Walk {
    /// Plan `layers` from `shape` on. Beyond the first layer that does not fit, shapes are unknown (`None`), and only
    /// ranges are checked; so they are from the start where the image's shape is unknown.
    pub fn layers(
        &mut self,
        layers: &[Layer],
        place: &dyn Fn(usize) -> Place,
        mut shape: Option<FeatureShape>,
        target: Target,
    ) -> (Vec<PlannedLayer>, Option<FeatureShape>) {
        let mut planned = Vec::new();
        for index in 0..layers.len() {
            let layer = self.layer(&layers[index..], &place(index), shape, target);
            shape = layer.as_ref().map(|layer| layer.output);
            planned.extend(layer);
        }
        (planned, shape)
    }

    /// Plan the first of `layers`; the rest tells which map it must read.
    fn layer(
        &mut self,
        layers: &[Layer],
        place: &Place,
        shape: Option<FeatureShape>,
        target: Target,
    ) -> Option<PlannedLayer> {
        let layer = &layers[0];
        let found = self.problems.len();
        self.problems.extend(layer_problems(layer, place));
        let input = shape
            .filter(|_| self.problems.len() == found)
            .and_then(|shape| input(layers, shape, target).map_err(|reason| self.misfit(layer, place, &reason)).ok());
        let mut children = Vec::new();
        if let Layer::Residual { layers } = layer {
            let inner_target = match input {
                Some(FeatureShape::Map { height, width, .. }) => Some((height, width)),
                _ => None,
            };
            let end;
            (children, end) = self.layers(layers, &|index| place.inner(index), input, inner_target);
            if let (Some(start), Some(end)) = (input, end)
                && start != end
            {
                let reason = format!("must keep its shape, but its layers make {end} of {start}");
                self.misfit(layer, place, &reason);
            }
        }
        if self.problems.len() > found {
            return None;
        }
        let input = input?;
        match output(layer, input) {
            Ok(output) => Some(PlannedLayer::new(place.name.clone(), layer.clone(), input, output, children)),
            Err(reason) => {
                self.misfit(layer, place, &reason);
                None
            }
        }
    }

    fn misfit(&mut self, layer: &Layer, place: &Place, reason: &str) {
        let message = format!("{}: {} {reason}", place.label, describe(layer));
        self.problems.push(Problem::error(place.path.clone(), message));
    }
}

/// The shape that the first of `layers` reads where `shape` arrives: flattened or reshaped as it needs.
fn input(layers: &[Layer], shape: FeatureShape, target: Target) -> Result<FeatureShape, String> {
    match (reads(&layers[0]), shape) {
        (Reads::Flat, shape) => Ok(FeatureShape::Flat(shape.len())),
        (Reads::Map, FeatureShape::Flat(features)) => {
            let add = "add Reshape(channels: …, height: …, width: …) before it";
            let Some((height, width)) = target.and_then(|target| side_before(layers, target)) else {
                return Err(format!("cannot follow {features} features: it reads a map; {add}"));
            };
            let plane = height.saturating_mul(width);
            if features % plane != 0 {
                return Err(format!(
                    "cannot follow {features} features: the image's size asks for maps of {height}×{width} here, and \
                     {plane} does not divide {features}; make the layer before it a multiple of {plane}, or {add}"
                ));
            }
            Ok(FeatureShape::Map { channels: features / plane, height, width })
        }
        (Reads::Map | Reads::Any, shape) => Ok(shape),
    }
}

/// Height and width before `layers`, if after them they are `end`: (transposed) convolutions are undone one by one.
/// `None` where a layer has no unique inverse (a convolution with stride, a dense layer, a reshape).
fn side_before(layers: &[Layer], end: (usize, usize)) -> Target {
    // These layers' own ranges may not have been checked yet: nothing here may overflow.
    layers.iter().rev().try_fold(end, |(height, width), layer| match *layer {
        Layer::ConvTranspose { kernel, stride, padding, output_padding, .. } => {
            let undo = |side: usize| {
                let padded = side.checked_add(padding.checked_mul(2)?)?;
                let room = padded.checked_sub(kernel.checked_add(output_padding)?)?;
                (stride > 0 && room % stride == 0).then(|| room / stride).and_then(|n| n.checked_add(1))
            };
            Some((undo(height)?, undo(width)?))
        }
        Layer::Conv { kernel, stride: 1, padding, .. } => {
            let undo = |side: usize| side.checked_add(kernel)?.checked_sub(1)?.checked_sub(padding.checked_mul(2)?);
            Some((undo(height)?, undo(width)?)).filter(|&(height, width)| height > 0 && width > 0)
        }
        Layer::Residual { .. } => Some((height, width)),
        Layer::Conv { .. } | Layer::Dense { .. } | Layer::Reshape { .. } => None,
    })
}
