//! Tensors as safetensors files, for other programs.

use super::ExportError;
use crate::explore::NamedTensor;
use crate::files;
use safetensors::tensor::{Dtype, TensorView};
use std::path::Path;

/// Write tensors of f32, and scalars of i64 that are 0, as one file.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, tensors: &[NamedTensor], zeros: &[String]) -> Result<(), ExportError> {
    let failed =
        |error: safetensors::SafeTensorError| ExportError::Encode { path: path.to_owned(), reason: error.to_string() };
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|tensor| tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|(tensor, bytes)| {
        TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).map(|view| (tensor.name.as_str(), view))
    });
    let zeros =
        zeros.iter().map(|name| TensorView::new(Dtype::I64, Vec::new(), &[0; 8]).map(|view| (name.as_str(), view)));
    let views = views.chain(zeros).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    Ok(files::write(path, safetensors::serialize(views, None).map_err(failed)?)?)
}
