//! What the evidence is measured from: log p(x, z) of a set of images, and the family of q(z|x).

use crate::data::Images;
use crate::kernels::exact_products;
use crate::model::likelihood::Linear;
use crate::model::posterior::Distribution;
use crate::model::prior::LatentNoise;
use crate::model::{Model, Pass};
use crate::random::{Purpose, Stream};
use burn::tensor::{Device, ExecutionError, Tensor, TensorData, Transaction};
use std::borrow::Cow;

/// Rows of `rows × pixels` that are in memory at once.
const ROWS: usize = 4_096;

/// log p(x, z) as a function of z for B fixed images, and the distributions q(z|x) that stand for the posterior
/// p(z|x). Everything else in this room is written in these terms, so that it can be tested on densities whose log p(x)
/// is known by construction. Nats.
pub trait Joint: Sync {
    /// B, how many images there are.
    fn images(&self) -> usize;

    /// Dimension of z.
    fn latent(&self) -> usize;

    /// Where it computes.
    fn device(&self) -> Device;

    /// log p(x_b, z) of the B′ images `images`, by number: z is `K·B′ × latent`, row k·B′ + b belongs to the b-th of
    /// them; `K·B′` entries, differentiable by z.
    fn log_joint(&self, images: &[usize], z: Tensor<2>) -> Tensor<1>;

    /// q(z|x) of some images from the numbers of each, as [`Outputs`] holds them: `B′ × columns`.
    fn approximation(&self, output: Tensor<2>) -> Box<dyn Distribution>;

    /// log p(z), an entry a row of z `rows × latent`.
    fn log_prior(&self, z: Tensor<2>) -> Tensor<1>;

    /// log p(z) entry by entry, `rows × latent`, where the entries are independent.
    fn log_prior_per_dimension(&self, _z: Tensor<2>) -> Option<Tensor<2>> {
        None
    }

    /// Draws from p(z), one from each row of noise, `rows × latent`.
    fn draw_prior(&self, noise: LatentNoise) -> Tensor<2>;

    /// A box that holds the prior's mass, `[from, to]` an axis: the span of some draws, and half as much again on both
    /// sides.
    ///
    /// # Errors
    /// The device's.
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

    /// log p(x_b, z_g) at points that images share. Each block names points (a range of rows of `z`, `points × latent`
    /// row by row) and images; it gives `images × points` numbers.
    ///
    /// # Errors
    /// The device's.
    fn log_joint_of_blocks(&self, z: &[f32], blocks: &[Block]) -> Result<Vec<Vec<f64>>, ExecutionError> {
        blocks.iter().map(|block| self.log_joint_of_block(z, block)).collect()
    }

    /// log p(x, z) of one block, `images × points` numbers in nats, by [`log_joint`](Self::log_joint).
    ///
    /// # Errors
    /// The device's.
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

/// Points on which some images are looked at.
pub struct Block {
    /// Rows of the points.
    pub points: std::ops::Range<usize>,
    /// Images, by number.
    pub images: Vec<usize>,
}

/// The numbers that make q(z|x) of each image, as the encoder gives them.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    /// Numbers an image.
    pub columns: usize,
    /// `images × columns`.
    pub values: Vec<f32>,
}

impl Outputs {
    /// The rows of some images, by number.
    pub fn rows(&self, images: &[usize], device: &Device) -> Tensor<2> {
        let values: Vec<f32> = images.iter().flat_map(|&i| self.row(i)).copied().collect();
        Tensor::from_data(TensorData::new(values, [images.len(), self.columns]), device)
    }

    /// The numbers of one image.
    pub fn row(&self, image: usize) -> &[f32] {
        &self.values[image * self.columns..][..self.columns]
    }

    /// How many images there are.
    pub fn images(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }
}

/// A model's joint density at some images. A view: it costs nothing to make.
#[derive(Clone, Copy)]
pub struct ModelJoint<'a> {
    model: &'a Model,
    parameters: &'a [Tensor<1>],
    state: &'a [Tensor<1>],
    images: &'a Images,
}

impl<'a> ModelJoint<'a> {
    /// The joint density of a model with these parameters and running averages, at these images.
    pub fn new(model: &'a Model, parameters: &'a [Tensor<1>], state: &'a [Tensor<1>], images: &'a Images) -> Self {
        Self { model, parameters, state, images }
    }

    /// The model.
    pub fn model(&self) -> &'a Model {
        self.model
    }

    /// A pass that evaluates.
    pub fn pass(&self) -> Pass<'a> {
        Pass::evaluation(self.parameters, self.state)
    }

    /// The pixels of some images, by number: `images × pixels`.
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

    /// What the encoder gives for every image.
    ///
    /// # Errors
    /// The device's.
    pub fn outputs(&self) -> Result<Outputs, ExecutionError> {
        let all: Vec<usize> = (0..self.images.count).collect();
        let mut outputs = Outputs { columns: self.model.plan().heads, values: Vec::new() };
        for images in all.chunks(ROWS) {
            let output = self.model.encoder_output(&self.pass(), self.pixels(images));
            outputs.values.extend(output.try_into_data()?.iter::<f32>());
        }
        Ok(outputs)
    }

    /// One block by a product of images and outputs: `output` holds the decoder's output at every point, `log_prior`
    /// the prior's log density.
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

/// The numbers of a tensor that was read; single precision is not copied.
fn floats(data: &TensorData) -> Cow<'_, [f32]> {
    data.as_slice().map_or_else(|_| data.iter::<f32>().collect(), Cow::Borrowed)
}

/// A tensor's numbers, on the host.
pub(super) fn read(values: Tensor<1>) -> Result<Vec<f64>, ExecutionError> {
    Ok(floats(&values.try_into_data()?).iter().map(|&v| f64::from(v)).collect())
}

/// Each row `times` times, in a row: row k·times + b is row k.
pub(super) fn repeat_rows(rows: &[f32], columns: usize, times: usize, device: &Device) -> Tensor<2> {
    let count = rows.len() / columns;
    let values: Vec<f32> =
        rows.chunks_exact(columns).flat_map(|row| std::iter::repeat_n(row, times).flatten()).copied().collect();
    Tensor::from_data(TensorData::new(values, [count * times, columns]), device)
}
