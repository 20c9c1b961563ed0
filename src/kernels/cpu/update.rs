//! What happens to parameters once a step, in one pass over host memory. `None` where a tensor is not on the CPU.

use crate::kernels::vector::vectorised;
use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Device, Tensor};

fn host(tensor: Tensor<1>) -> Option<FloatTensor<Flex>> {
    tensor.try_into_primitive::<Flex>().ok().map(super::contiguous)
}

fn device(tensor: FloatTensor<Flex>) -> Tensor<1> {
    Tensor::from_primitive::<Flex>(tensor)
}

/// Σ v².
pub fn sum_of_squares(values: &Tensor<1>) -> Option<f64> {
    let values = host(values.clone())?;
    let mut sum = 0.0;
    squares(&mut sum, super::values(&values));
    Some(sum)
}

/// a + b, on the CPU in a's memory.
pub fn add(a: Tensor<1>, b: Tensor<1>) -> Tensor<1> {
    if a.device() != Device::flex() {
        return a + b;
    }
    match (host(a), host(b)) {
        (Some(mut a), Some(b)) => {
            add_pass(a.storage_mut(), super::values(&b));
            device(a)
        }
        _ => unreachable!("both are on the CPU"),
    }
}

/// Adam's step with bias correction (Kingma & Ba 2015, algorithm 1), in the memory of θ, m and v.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
    /// η/(1 − β₁ᵗ).
    pub rate: f32,
    /// 1/(1 − β₂ᵗ).
    pub correct2: f32,
    /// What is left of θ after weight decay; 1 without.
    pub keep: f32,
    /// A factor on the gradient, for clipping.
    pub scale: f32,
}

/// Apply [`Adam`] to θ, m, v, given the gradient.
pub fn adam_update(adam: Adam, tensors: [Tensor<1>; 3], gradient: &Tensor<1>) -> Option<[Tensor<1>; 3]> {
    let [parameter, first, second] = tensors;
    let gradient = host(gradient.clone())?;
    let (mut parameter, mut first, mut second) = (host(parameter)?, host(first)?, host(second)?);
    adam_pass(adam, parameter.storage_mut(), first.storage_mut(), second.storage_mut(), super::values(&gradient));
    Some([parameter, first, second].map(device))
}

vectorised! {
    fn squares(sum: &mut f64, values: &[f32]) {
        let mut lanes = [0.0_f64; 8];
        let mut chunks = values.chunks_exact(8);
        for chunk in chunks.by_ref() {
            for (lane, v) in lanes.iter_mut().zip(chunk) {
                *lane += f64::from(*v) * f64::from(*v);
            }
        }
        let rest: f64 = chunks.remainder().iter().map(|v| f64::from(*v) * f64::from(*v)).sum();
        *sum = lanes.iter().sum::<f64>() + rest;
    }
}

vectorised! {
    fn add_pass(a: &mut [f32], b: &[f32]) {
        for (a, b) in a.iter_mut().zip(b) {
            *a += b;
        }
    }
}

vectorised! {
    fn adam_pass(adam: Adam, parameter: &mut [f32], first: &mut [f32], second: &mut [f32], gradient: &[f32]) {
        let all = parameter.iter_mut().zip(first.iter_mut()).zip(second.iter_mut()).zip(gradient);
        for (((p, m), v), g) in all {
            let g = g * adam.scale;
            *m = *m * adam.beta1 + g * (1.0 - adam.beta1);
            *v = *v * adam.beta2 + g * g * (1.0 - adam.beta2);
            *p = *p * adam.keep - adam.rate * (*m / ((*v * adam.correct2).sqrt() + adam.epsilon));
        }
    }
}
