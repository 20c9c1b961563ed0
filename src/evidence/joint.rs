//! The densities from which the evidence is measured: log p(x, z) of a set of images, and the family of q(z|x).

use crate::data::Images;
use crate::kernels::exact_products;
use crate::model::likelihood::Linear;
use crate::model::posterior::Distribution;
use crate::model::prior::LatentNoise;
use crate::model::{Model, Pass};
use crate::random::{Purpose, Stream};
use burn::tensor::{Device, ExecutionError, Tensor, TensorData, Transaction};
use std::borrow::Cow;

/// Largest number of rows of `rows × pixels` in memory at once.
const ROWS: usize = 4_096;

/// log p(x, z) in nats as a function of z for B fixed images, with the approximate posteriors q(z|x). The rest of this
/// room uses only this trait, so that it can be tested on densities whose log p(x) is known by construction.
pub trait Joint: Sync {
    /// The number of images B.
    fn images(&self) -> usize;

    /// Dimension of z.
    fn latent(&self) -> usize;

    /// The device on which the densities are computed.
    fn device(&self) -> Device;

    /// log p(x_b, z) in nats for the B′ images with the numbers `images`. z is `K·B′ × latent`, and row k·B′ + b
    /// belongs to the b-th of these images; the result has `K·B′` entries, differentiable with respect to z.
    fn log_joint(&self, images: &[usize], z: Tensor<2>) -> Tensor<1>;

    /// q(z|x) of B′ images from their encoder outputs, `B′ × columns`, in the form of [`Outputs`].
    fn approximation(&self, output: Tensor<2>) -> Box<dyn Distribution>;

    /// log p(z) in nats for z `rows × latent`, one entry per row.
    fn log_prior(&self, z: Tensor<2>) -> Tensor<1>;

    /// log p(z) of each entry of z, `rows × latent`; `None` unless the entries are independent.
    fn log_prior_per_dimension(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// Draws from p(z), `rows × latent`, one from each row of noise.
    fn draw_prior(&self, noise: LatentNoise) -> Tensor<2>;

    /// A box that holds the prior's mass, `[from, to]` for each axis: the range of some draws, extended on both sides
    /// by half its width.
    ///
    /// # Errors
    /// The device fails.
    fn prior_range(&self) -> Result<Vec<[f64; 2]>, ExecutionError> {
        const DRAWS: usize = 256;
        let latent = self.latent();
        let mut normal = vec![0.0; DRAWS * latent];
        Stream::new(0, Purpose::Prior).fill_normal(0, &mut normal);
        let mut uniform = vec![0.0; DRAWS];
        Stream::new(0, Purpose::Prior).fill_uniform(1, &mut uniform);
        let tensor = |values, columns| Tensor::from_data(TensorData::new(values, [DRAWS, columns]), &self.device());
        let noise = LatentNoise { normal: tensor(normal, latent), uniform: tensor(uniform, 1) };
        let draws = read(self.draw_prior(noise).reshape([DRAWS * latent]))?;
        Ok((0..latent)
            .map(|d| {
                let values = draws.iter().skip(d).step_by(latent).copied();
                let low = values.clone().fold(f64::INFINITY, f64::min);
                let high = values.fold(f64::NEG_INFINITY, f64::max);
                let margin = 0.5 * (high - low);
                [low - margin, high + margin]
            })
            .collect())
    }

    /// log p(x_b, z_g) in nats at points that images share. Each block names a range of rows of `z` (`points × latent`,
    /// row by row) and images; its result is `images × points`.
    ///
    /// # Errors
    /// The device fails.
    fn log_joint_of_blocks(&self, z: &[f32], blocks: &[Block]) -> Result<Vec<Vec<f64>>, ExecutionError> {
        blocks.iter().map(|block| self.log_joint_of_block(z, block)).collect()
    }

    /// log p(x, z) of one block in nats, `images × points`, by [`log_joint`](Self::log_joint).
    ///
    /// # Errors
    /// The device fails.
    fn log_joint_of_block(&self, z: &[f32], block: &Block) -> Result<Vec<f64>, ExecutionError> {
        let latent = self.latent();
        let points = &z[block.points.start * latent..block.points.end * latent];
        let count = block.points.len();
        let mut out = Vec::with_capacity(count * block.images.len());
        for images in block.images.chunks((ROWS / count).max(1)) {
            let z = repeat_rows(points, latent, images.len(), &self.device());
            let values = read(self.log_joint(images, z))?;
            (0..images.len()).for_each(|b| out.extend(values.iter().skip(b).step_by(images.len())));
        }
        Ok(out)
    }
}

/// Points at which the densities of some images are evaluated.
pub struct Block {
    /// The points, as rows of z.
    pub points: std::ops::Range<usize>,
    /// The images' numbers.
    pub images: Vec<usize>,
}

/// The encoder's output for each image: the parameters of q(z|x).
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    /// Number of parameters per image.
    pub columns: usize,
    /// The parameters, `images × columns`.
    pub values: Vec<f32>,
}

impl Outputs {
    /// The rows of the images with the given numbers.
    pub fn rows(&self, images: &[usize], device: &Device) -> Tensor<2> {
        let values: Vec<f32> = images.iter().flat_map(|&i| self.row(i)).copied().collect();
        Tensor::from_data(TensorData::new(values, [images.len(), self.columns]), device)
    }

    /// The parameters of one image's q(z|x).
    pub fn row(&self, image: usize) -> &[f32] {
        &self.values[image * self.columns..][..self.columns]
    }

    /// Number of images.
    pub fn images(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }
}

/// The joint density of a model at some images. It only borrows its parts and is cheap to make.
#[derive(Clone, Copy)]
pub struct ModelJoint<'a> {
    model: &'a Model,
    parameters: &'a [Tensor<1>],
    state: &'a [Tensor<1>],
    images: &'a Images,
}

impl<'a> ModelJoint<'a> {
    /// The joint density of `model` at `images`, with the given parameters and running averages.
    pub fn new(model: &'a Model, parameters: &'a [Tensor<1>], state: &'a [Tensor<1>], images: &'a Images) -> Self {
        Self { model, parameters, state, images }
    }

    /// The model.
    pub fn model(&self) -> &'a Model {
        self.model
    }

    /// A pass for evaluation with the model's parameters.
    pub fn pass(&self) -> Pass<'a> {
        Pass::evaluation(self.parameters, self.state)
    }

    /// The pixels of the images with the given numbers, `images × pixels`.
    pub fn pixels(&self, images: &[usize]) -> Tensor<2> {
        let pixels = self.images.pixels_per_image();
        let values: Vec<f32> = images.iter().flat_map(|&i| self.image(i)).copied().collect();
        Tensor::from_data(TensorData::new(values, [images.len(), pixels]), &self.device())
    }

    /// The pixels of one image.
    pub fn image(&self, image: usize) -> &'a [f32] {
        let pixels = self.images.pixels_per_image();
        &self.images.pixels[image * pixels..][..pixels]
    }

    /// The encoder's output for every image.
    ///
    /// # Errors
    /// The device fails.
    pub fn outputs(&self) -> Result<Outputs, ExecutionError> {
        let all: Vec<usize> = (0..self.images.count).collect();
        let mut outputs = Outputs { columns: self.model.plan().heads, values: Vec::new() };
        for images in all.chunks(ROWS) {
            let output = self.model.encoder_output(&self.pass(), self.pixels(images));
            outputs.values.extend(output.try_into_data()?.iter::<f32>());
        }
        Ok(outputs)
    }

    /// log p(x, z) of one block by a matrix product of images and decoder outputs. `output` has the decoder's output at
    /// every point, `log_prior` the log prior density.
    fn product(&self, linear: &Linear, output: &[f32], log_prior: &[f32], block: &Block) -> Vec<f64> {
        let pixels = self.images.pixels_per_image();
        let outputs = &output[block.points.start * pixels..block.points.end * pixels];
        let of_point: Vec<f64> = outputs
            .chunks_exact(pixels)
            .zip(&log_prior[block.points.clone()])
            .map(|(output, prior)| (linear.of_output)(output) + f64::from(*prior))
            .collect();
        let x: Vec<&[f32]> = block.images.iter().map(|&i| self.image(i)).collect();
        let mut values = exact_products(&x, outputs, pixels);
        for (row, x) in values.chunks_exact_mut(of_point.len()).zip(x) {
            let of_image = (linear.of_image)(x);
            row.iter_mut().zip(&of_point).for_each(|(v, point)| *v = *v * linear.scale + point + of_image);
        }
        values
    }
}

impl Joint for ModelJoint<'_> {
    fn images(&self) -> usize {
        self.images.count
    }

    fn latent(&self) -> usize {
        self.model.latent()
    }

    fn device(&self) -> Device {
        self.parameters[0].device()
    }

    fn log_joint(&self, images: &[usize], z: Tensor<2>) -> Tensor<1> {
        let pass = self.pass();
        let output = self.model.decode(&pass, z.clone());
        self.model.likelihood().log_prob(&pass, self.pixels(images), output) + self.model.prior(&pass).log_prob(z)
    }

    fn approximation(&self, output: Tensor<2>) -> Box<dyn Distribution> {
        self.model.posterior().distribution(&self.pass(), output)
    }

    fn log_prior(&self, z: Tensor<2>) -> Tensor<1> {
        self.model.prior(&self.pass()).log_prob(z)
    }

    fn log_prior_per_dimension(&self, z: Tensor<2>) -> Option<Tensor<2>> {
        self.model.prior(&self.pass()).log_prob_per_dimension(z)
    }

    fn draw_prior(&self, noise: LatentNoise) -> Tensor<2> {
        self.model.prior(&self.pass()).draw(noise)
    }

    fn log_joint_of_blocks(&self, z: &[f32], blocks: &[Block]) -> Result<Vec<Vec<f64>>, ExecutionError> {
        let pass = self.pass();
        let deviation = match self.model.likelihood().deviation(&pass) {
            Some(deviation) => read(deviation)?.first().copied(),
            None => None,
        };
        let Some(linear) = self.model.likelihood().linear(deviation) else {
            return blocks.iter().map(|block| self.log_joint_of_block(z, block)).collect();
        };
        let points = z.len() / self.latent();
        let z = Tensor::from_data(TensorData::new(z.to_vec(), [points, self.latent()]), &self.device());
        let output = self.model.decode(&pass, z.clone());
        let data =
            Transaction::default().register(output).register(self.model.prior(&pass).log_prob(z)).try_execute()?;
        let (output, log_prior) = (floats(&data[0]), floats(&data[1]));
        Ok(blocks.iter().map(|block| self.product(&linear, &output, &log_prior, block)).collect())
    }
}

/// The values of a tensor that was read; single precision is not copied.
fn floats(data: &TensorData) -> Cow<'_, [f32]> {
    data.as_slice().map_or_else(|_| data.iter::<f32>().collect(), Cow::Borrowed)
}

/// A tensor's values on the host, in double precision.
pub(super) fn read(values: Tensor<1>) -> Result<Vec<f64>, ExecutionError> {
    Ok(floats(&values.try_into_data()?).iter().map(|&v| f64::from(v)).collect())
}

/// Each row repeated `times` times in succession: rows k·times to (k + 1)·times − 1 are row k.
pub(super) fn repeat_rows(rows: &[f32], columns: usize, times: usize, device: &Device) -> Tensor<2> {
    let count = rows.len() / columns;
    let values: Vec<f32> =
        rows.chunks_exact(columns).flat_map(|row| std::iter::repeat_n(row, times).flatten()).copied().collect();
    Tensor::from_data(TensorData::new(values, [count * times, columns]), device)
}
