//! The terms of steps that have been taken but not yet read from the device.

use crate::kernels::norm_of;
use crate::train::{Interval, TrainError};
use burn::tensor::{Tensor, Transaction};

/// The terms of a step, one tensor per piece, and the norms of parts of its gradient.
#[derive(Clone)]
pub struct Pending {
    pub reconstruction: Vec<Tensor<1>>,
    pub kl: Vec<Tensor<2>>,
    pub iwae: Vec<Tensor<1>>,
    pub norms: Tensor<1>,
    pub scale: f64,
}

/// Add the terms of steps to an interval, read from the device in one transaction.
///
/// # Errors
/// The device fails.
pub fn read(pending: Vec<Pending>, interval: &mut Interval) -> Result<(), TrainError> {
    let mut transaction = Transaction::default();
    let mut parts = Vec::new();
    for Pending { reconstruction, kl, iwae, norms, scale } in pending {
        parts.push((reconstruction.len(), iwae.len(), scale));
        for tensor in reconstruction.into_iter().chain(iwae) {
            transaction = transaction.register(tensor);
        }
        for tensor in kl {
            transaction = transaction.register(tensor);
        }
        transaction = transaction.register(norms);
    }
    let mut data = transaction.try_execute()?.into_iter().map(|data| data.iter::<f32>().collect::<Vec<f32>>());
    for (shards, weighted, scale) in parts {
        let reconstruction: Vec<Vec<f32>> = data.by_ref().take(shards).collect();
        let iwae: Vec<Vec<f32>> = data.by_ref().take(weighted).collect();
        let kl: Vec<Vec<f32>> = data.by_ref().take(shards).collect();
        for (i, (reconstruction, kl)) in reconstruction.iter().zip(&kl).enumerate() {
            interval.add_images(reconstruction, kl, iwae.get(i).map(Vec::as_slice));
        }
        let norms = data.next().unwrap_or_default();
        interval.add_step(scale.abs() * norm_of(norms.into_iter().map(f64::from)));
    }
    Ok(())
}
