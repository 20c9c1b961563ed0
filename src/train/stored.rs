//! Tensors in safetensors files, which Python can read too.

use super::{TrainError, TrainingDevice};
use crate::files;
use crate::model::TensorSpec;
use burn::tensor::{Tensor, Transaction};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::HashMap;
use std::path::Path;

/// The BLAKE3 checksum of some bytes, in hexadecimal.
pub fn checksum(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// The error of a file that is not as it was saved.
pub fn damaged(path: &Path, what: impl std::fmt::Display) -> TrainError {
    TrainError::Checkpoint(format!(
        "{} is damaged: {what}; bring the run back from a copy, or train it again",
        path.display()
    ))
}

/// A tensor to be written: name, shape, values.
pub type Named = (String, Vec<usize>, Tensor<1>);

/// The tensors of `specs`, each named by `prefix` and its spec's name.
pub fn named<'a>(
    specs: &'a [TensorSpec],
    tensors: &'a [Tensor<1>],
    prefix: &'a str,
) -> impl Iterator<Item = Named> + 'a {
    specs.iter().zip(tensors).map(move |(spec, t)| (format!("{prefix}{}", spec.name), spec.shape.clone(), t.clone()))
}

/// A file of tensors that was written.
pub struct Written {
    /// The file's checksum.
    pub checksum: String,
    /// The file's size in bytes.
    pub bytes: u64,
}

/// Write tensors as f32, read from the device in one go; returns the file's checksum and size. `about` becomes the
/// file's metadata under `elbow`.
///
/// # Errors
/// The device fails, or the file cannot be written.
pub fn write(path: &Path, tensors: &[Named], about: Option<String>) -> Result<Written, TrainError> {
    let transaction = tensors.iter().fold(Transaction::default(), |t, (_, _, tensor)| t.register(tensor.clone()));
    let bytes: Vec<Vec<u8>> =
        transaction.try_execute()?.iter().map(|data| data.iter::<f32>().flat_map(f32::to_le_bytes).collect()).collect();
    // One key alone: the order of several would change from write to write.
    let about = about.map(|about| HashMap::from([("elbow".to_string(), about)]));
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.as_str(), view))
    });
    let serialized = views.collect::<Result<Vec<_>, _>>().and_then(|views| safetensors::serialize(views, about));
    let bytes =
        serialized.map_err(|error| TrainError::NotSaved(format!("cannot write {}: {error}", path.display())))?;
    files::write(path, &bytes)?;
    Ok(Written { checksum: checksum(&bytes), bytes: bytes.len() as u64 })
}

/// The content of a parsed safetensors file.
pub struct Stored<'a> {
    path: &'a Path,
    tensors: HashMap<String, TensorView<'a>>,
}

impl<'a> Stored<'a> {
    /// Parse `bytes`, the content of the file at `path`.
    pub fn new(path: &'a Path, bytes: &'a [u8]) -> Result<Self, TrainError> {
        let parsed = SafeTensors::deserialize(bytes).map_err(|error| damaged(path, error))?;
        Ok(Self { path, tensors: parsed.tensors().into_iter().collect() })
    }

    /// Refuse a model with a number that is not finite: such a model has no bound.
    pub fn check_finite(&self) -> Result<(), TrainError> {
        for (name, view) in self.tensors.iter().filter(|(_, view)| view.dtype() == Dtype::F32) {
            if let Some(value) = floats(view).find(|value| !value.is_finite()) {
                return Err(TrainError::NonFinite(format!(
                    "{}: {value} is among the numbers of {name}, so the model has no bound: its training has diverged; \
                     train it again with a lower learning rate (training.learning_rate) or a clipped gradient \
                     (training.clip: 10)",
                    self.path.display()
                )));
            }
        }
        Ok(())
    }

    /// The tensors of these specs, each under `prefix` and its name, on a device.
    pub fn tensors(
        &self,
        specs: &[TensorSpec],
        prefix: &str,
        device: &TrainingDevice,
    ) -> Result<Vec<Tensor<1>>, TrainError> {
        let one = |spec: &TensorSpec| {
            let name = format!("{prefix}{}", spec.name);
            let view = self.tensors.get(&name).filter(|v| v.shape() == spec.shape && v.dtype() == Dtype::F32);
            let view = view.ok_or_else(|| {
                TrainError::Checkpoint(format!(
                    "{} does not fit its experiment: it has no tensor {name} of shape {:?}. Was experiment.ron \
                     changed?",
                    self.path.display(),
                    spec.shape
                ))
            })?;
            let values: Vec<f32> = floats(view).collect();
            Ok(Tensor::from_floats(values.as_slice(), &device.tensors))
        };
        specs.iter().map(one).collect()
    }
}

/// The numbers of a tensor of f32.
fn floats(view: &TensorView<'_>) -> impl Iterator<Item = f32> {
    view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}
