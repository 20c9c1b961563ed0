//! The encoder's input, as operations on the rows of an image's numbers.

use super::graph::{Attribute, Graph};
use super::layers::Flow;
use crate::experiment::FeatureShape;
use crate::experiment::method::Pixels;
use crate::explore::HostModel;

/// ONNX's number of the type `float`.
const TO_FLOAT: Attribute<'static> = Attribute::Whole("to", 1);

/// The rows `x` as the first layer reads them: 0 for a missing value; log(1 + x) for a count x; and, where the
/// experiment asks for it, 1 for each value that is known, behind them.
pub fn input(graph: &mut Graph, model: &HostModel, x: String) -> Flow {
    let pixels = model.plan.image.pixels();
    let (mut value, mut width, mut known) = (x, pixels, None);
    if model.reads_missing() {
        let missing = graph.op("IsNaN", &[&value], &[]);
        let present = graph.op("Not", &[&missing], &[]);
        known = Some(graph.op("Cast", &[&present], &[TO_FLOAT]));
        let zero = graph.real(0.0);
        value = graph.op("Where", &[&missing, &zero, &value], &[]);
    }
    if model.experiment.decoder.likelihood.kind() == Pixels::Counts {
        let above = graph.with_real("Add", &value, 1.0);
        value = graph.op("Log", &[&above], &[]);
    }
    if let Some(known) = known.filter(|_| model.experiment.data.mask_input) {
        value = graph.op("Concat", &[&value, &known], &[Attribute::Whole("axis", 1)]);
        width += pixels;
    }
    Flow { value, shape: FeatureShape::Flat(width) }
}
