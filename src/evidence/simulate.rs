//! Data simulated from the model: z ~ p(z), x ~ p(x|z). The z that made such an x is an exact draw from p(z|x).

use super::joint::{Joint, ModelJoint};
use crate::data::Images;
use crate::model::{likelihood, prior};
use crate::random::{Purpose, Stream};
use burn::tensor::{ExecutionError, Tensor, TensorData};

/// Simulate `count` images; returns them with the z of each, `count × latent`.
///
/// # Errors
/// The device fails.
pub fn simulate(joint: &ModelJoint, count: usize, seed: u64) -> Result<(Images, Vec<f32>), ExecutionError> {
    let (model, latent, shape) = (joint.model(), joint.latent(), joint.model().image());
    let tensor =
        |values: Vec<f32>, columns| Tensor::from_data(TensorData::new(values, [count, columns]), &joint.device());
    let numbers = |purpose, columns| {
        let (mut normal, mut uniform) = (vec![0.0; count * columns], vec![0.0; count * columns]);
        let stream = Stream::new(seed, purpose);
        stream.fill_normal(0, &mut normal);
        stream.fill_uniform(1, &mut uniform);
        (normal, uniform)
    };
    let (normal, mut uniform) = numbers(Purpose::SimulatedCode, latent);
    uniform.truncate(count);
    let z = joint.draw_prior(prior::LatentNoise { normal: tensor(normal, latent), uniform: tensor(uniform, 1) });
    let (normal, uniform) = numbers(Purpose::SimulatedPixels, shape.pixels());
    let noise =
        likelihood::PixelNoise { normal: tensor(normal, shape.pixels()), uniform: tensor(uniform, shape.pixels()) };
    let draws = model.likelihood().draw(&joint.pass(), model.decode(&joint.pass(), z.clone()), noise);
    let pixels = draws.try_into_data()?.iter::<f32>().collect();
    let (channels, height, width) = (shape.channels, shape.height, shape.width);
    let images = Images { count, channels, height, width, pixels, columns: None };
    Ok((images, z.try_into_data()?.iter::<f32>().collect()))
}
