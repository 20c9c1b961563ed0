//! p(x, z) of one image of which only some pixels are seen.

use super::context::AnswerContext;
use crate::data::Images;
use crate::evidence::{Block, Joint, ModelJoint};
use crate::model::posterior::Distribution;
use crate::model::prior::LatentNoise;
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};

/// p(x, z) of the pixels that are seen. Pixels are independent given z, so that hidden ones drop out of the
/// likelihood's sum.
pub(super) struct Visible<'a> {
    /// The image as the encoder gets it, with the training mean in place of hidden pixels.
    whole: ModelJoint<'a>,
    /// 1 for each pixel that is seen, 0 for the others; `None` if all are seen.
    part: Option<Vec<f32>>,
}

/// An image of which some pixels may be hidden.
pub(super) struct PartlySeen {
    /// One image as the model sees it, with hidden pixels as they were given.
    pub image: Images,
    /// For each pixel, whether it is seen.
    pub seen: Vec<bool>,
    pub label: Option<u8>,
}

impl PartlySeen {
    /// The image for the encoder: with the training images' mean in place of hidden pixels, or with NaN where the model
    /// was trained on incomplete images.
    pub fn filled(&self, ask: &AnswerContext<'_>) -> Images {
        let mut filled = self.image.clone();
        if ask.trainer.dataset().is_incomplete() {
            let hidden = filled.pixels.iter_mut().zip(&self.seen).filter(|(_, seen)| !**seen);
            hidden.for_each(|(pixel, _)| *pixel = f32::NAN);
        } else if self.seen.contains(&false) {
            let mean = ask.trainer.dataset().training_mean();
            let hidden = filled.pixels.iter_mut().zip(mean).zip(&self.seen).filter(|(_, seen)| !**seen);
            hidden.for_each(|((pixel, mean), _)| *pixel = mean);
        }
        filled
    }
}

impl<'a> Visible<'a> {
    /// The joint density of `image`, with hidden pixels [`filled`](PartlySeen::filled) for the encoder.
    pub fn new(ask: &'a AnswerContext<'_>, image: &'a Images, seen: &[bool]) -> Self {
        let snapshot = ask.trainer.snapshot();
        let whole = ModelJoint::new(ask.model(), &snapshot.parameters, &snapshot.state, image);
        let part = seen.contains(&false).then(|| seen.iter().map(|&seen| f32::from(seen)).collect());
        Self { whole, part }
    }

    /// The joint density of the whole filled image, for the encoder.
    pub fn whole(&self) -> &ModelJoint<'a> {
        &self.whole
    }

    /// Whether all pixels are seen.
    pub fn is_whole(&self) -> bool {
        self.part.is_none()
    }

    /// log p(x|z) of the pixels that are seen in nats, one entry per row of z.
    pub fn log_likelihood(&self, z: Tensor<2>) -> Tensor<1> {
        let (model, pass) = (self.whole.model(), self.whole.pass());
        let (rows, x, output) = (z.dims()[0], self.whole.pixels(&[0]), model.decode(&pass, z));
        let Some(seen) = &self.part else {
            return model.likelihood().log_prob(&pass, x, output);
        };
        let seen = Tensor::<2>::from_data(TensorData::new(seen.clone(), [1, seen.len()]), &self.device());
        (model.likelihood().log_prob_per_pixel(&pass, x, output) * seen).sum_dim(1).reshape([rows])
    }
}

impl Joint for Visible<'_> {
    fn images(&self) -> usize {
        1
    }

    fn latent(&self) -> usize {
        self.whole.latent()
    }

    fn device(&self) -> Device {
        self.whole.device()
    }

    fn log_joint(&self, _images: &[usize], z: Tensor<2>) -> Tensor<1> {
        self.log_likelihood(z.clone()) + self.log_prior(z)
    }

    fn log_prior(&self, z: Tensor<2>) -> Tensor<1> {
        self.whole.log_prior(z)
    }

    fn draw_prior(&self, noise: LatentNoise) -> Tensor<2> {
        self.whole.draw_prior(noise)
    }

    fn approximation(&self, output: Tensor<2>) -> Box<dyn Distribution> {
        self.whole.approximation(output)
    }

    fn prior_range(&self) -> Result<Vec<[f64; 2]>, ExecutionError> {
        self.whole.prior_range()
    }

    fn log_joint_of_blocks(&self, z: &[f32], blocks: &[Block]) -> Result<Vec<Vec<f64>>, ExecutionError> {
        match self.part {
            None => self.whole.log_joint_of_blocks(z, blocks),
            Some(_) => blocks.iter().map(|block| self.log_joint_of_block(z, block)).collect(),
        }
    }
}
