//! Dead path.
use crate::data::Images;
use crate::model::{Model, Pass};
use crate::random::Stream;
use burn::tensor::{ExecutionError, Tensor, TensorData};

/// log w = log p(x|z) + log p(z) − log q(z|x) for every sample: `images` `B × pixels`, `epsilon` `K·B × latent`;
/// the result is sample by sample, `K·B`.
///
/// # Errors
/// The device's, when the numbers are read back.
pub fn log_weights(
    model: &Model,
    pass: &Pass,
    images: Tensor<2>,
    epsilon: Tensor<2>,
) -> Result<Vec<f32>, ExecutionError> {
    let q = model.encode(pass, images.clone());
    let (z, log_q) = q.sample_with_log_prob(epsilon);
    let log_likelihood = model.log_likelihood(pass, images, z.clone());
    let log_weight = log_likelihood + model.prior(pass).log_prob(z) - log_q;
    Ok(log_weight.try_into_data()?.iter::<f32>().collect())
}

/// A number of samples for the same images, with the counter of their ε.
#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    pub samples: usize,
    pub counter: u64,
}

/// [`log_weights`] of `images` for several chunks of samples, a chunk a thread; the caller sees to it that there are
/// no more chunks than threads are wanted (one, except on the CPU).
///
/// # Errors
/// The device's.
pub fn log_weights_of_chunks(
    model: &Model,
    (parameters, state): (&[Tensor<1>], &[Tensor<1>]),
    images: &Images,
    noise: Stream,
    chunks: &[Chunk],
) -> Result<Vec<Vec<f32>>, ExecutionError> {
    let device = parameters[0].device();
    let one = |chunk: Chunk| {
        let pass = Pass::evaluation(parameters, state);
        let (pixels, latent) = (images.pixels_per_image(), model.latent());
        let mut epsilon = vec![0.0; chunk.samples * images.count * latent];
        noise.fill_normal(chunk.counter, &mut epsilon);
        let x = Tensor::from_data(TensorData::new(images.pixels.clone(), [images.count, pixels]), &device);
        let epsilon = TensorData::new(epsilon, [chunk.samples * images.count, latent]);
        log_weights(model, &pass, x, Tensor::from_data(epsilon, &device))
    };
    match chunks {
        [] => Ok(Vec::new()),
        [first, rest @ ..] => std::thread::scope(|scope| {
            let one = &one;
            let others: Vec<_> = rest.iter().map(|&chunk| scope.spawn(move || one(chunk))).collect();
            let mut all = vec![one(*first)?];
            for other in others {
                all.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok(all)
        }),
    }
}
