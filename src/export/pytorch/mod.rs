//! A model as PyTorch reads it: `model.safetensors` with PyTorch's names and layouts, `model.py`, one readable file of
//! the modules that this very model is made of, and `reference.safetensors`, the values that Elbow computes for some
//! images; of a table also its columns.

mod layers;
mod source;

use super::{ExportError, columns_file, safetensors_file};
use crate::explore::{HostModel, NamedTensor};
use crate::files;
use std::path::Path;

/// Write a model into a folder, which is made if it is missing.
///
/// # Errors
/// A file cannot be written.
pub fn write_pytorch(folder: &Path, model: &HostModel) -> Result<(), ExportError> {
    files::create_folder(folder)?;
    let renamed = layers::names(&model.plan);
    let tensors: Vec<NamedTensor> = model
        .tensors
        .iter()
        .map(|tensor| {
            let name = renamed(&tensor.name);
            match *tensor.shape.as_slice() {
                // Elbow's dense weights are inputs × outputs, PyTorch's outputs × inputs.
                [inputs, outputs] if name.ends_with(".weight") => {
                    let turned = (0..outputs).flat_map(|o| (0..inputs).map(move |i| i * outputs + o));
                    let values = turned.map(|place| tensor.values[place]).collect();
                    NamedTensor { name, shape: vec![outputs, inputs], values }
                }
                _ => NamedTensor { name, ..tensor.clone() },
            }
        })
        .collect();
    // PyTorch counts the batches behind a running average, and misses the number where it is not there.
    let counts = tensors.iter().filter_map(|tensor| tensor.name.strip_suffix("running_var"));
    let counts: Vec<String> = counts.map(|layer| format!("{layer}num_batches_tracked")).collect();
    safetensors_file::write(&folder.join("model.safetensors"), &tensors, &counts)?;
    safetensors_file::write(&folder.join("reference.safetensors"), &model.reference.tensors, &[])?;
    columns_file::write(folder, model)?;
    Ok(files::write(&folder.join("model.py"), source::source(model))?)
}
