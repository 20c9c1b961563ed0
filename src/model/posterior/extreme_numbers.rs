//! For tests: ordinary and extreme numbers that an encoder may give, and their way into tensors and back.

use proptest::prelude::*;

/// A number that a badly trained encoder may give: an ordinary one, 0, a denormal one, or anything up to 10^±`decades`.
pub fn number(decades: f32) -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -3.0_f32..3.0,
        1 => Just(0.0_f32),
        1 => prop_oneof![Just(1e-40_f32), Just(-1e-44_f32), Just(f32::MIN_POSITIVE)],
        3 => (-decades..decades, any::<bool>()).prop_map(|(d, up)| 10.0_f32.powf(d) * if up { 1.0 } else { -1.0 }),
    ]
}

/// A vector of numbers as [`number`] draws them; sometimes all entries are of one size, so that the whole vector is
/// tiny or huge, and sometimes all are 0.
pub fn vector(latent: usize, decades: f32) -> impl Strategy<Value = Vec<f32>> {
    let whole = (-decades..decades, prop::collection::vec(-1.0_f32..1.0, latent))
        .prop_map(|(d, v)| v.iter().map(|v| v * 10.0_f32.powf(d)).collect());
    prop_oneof![
        2 => prop::collection::vec(number(decades), latent),
        2 => whole,
        1 => Just(vec![0.0; latent]),
    ]
}

/// A tensor with one row, on the CPU.
pub fn row(values: &[f32]) -> burn::tensor::Tensor<2> {
    burn::tensor::Tensor::<1>::from_floats(values, &burn::tensor::Device::flex()).unsqueeze()
}

/// A tensor's values in double precision.
pub fn doubles<const D: usize>(values: burn::tensor::Tensor<D>) -> Vec<f64> {
    values.into_data().iter::<f64>().collect()
}
