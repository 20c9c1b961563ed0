//! A discriminator: a network that tells codes from q(z) from codes whose entries were drawn independently, from Π_j
//! q(z_j). It gives the density ratio of the two without either density (Kim & Mnih 2018, "Disentangling by
//! Factorising", section 3).

use crate::experiment::{Activation, Initialisation};
use crate::model::{Mlp, Pass, TensorSpec};
use crate::random::Stream;
use burn::tensor::activation::softplus;
use burn::tensor::{Int, Tensor, TensorData};

/// Dense layers with leaky ReLU to one number, log D(z)/(1 − D(z)), where D(z) is the probability that z comes from
/// q(z). The discriminator is trained beside the model, by an Adam of its own with the decays of Kim & Mnih 2018.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Discriminator {
    /// Dimension of z.
    pub latent: usize,
    /// Number of hidden layers.
    pub layers: usize,
    /// Number of units in each hidden layer.
    pub hidden: usize,
    /// The learning rate of the discriminator's Adam.
    pub rate: f64,
}

/// The discriminator's parameter values in one pass, with the random numbers that permute the codes.
#[derive(Clone, Copy)]
pub struct DiscriminatorPass<'a> {
    /// The parameter values, in the order of [`Discriminator::parameters`].
    pub parameters: &'a [Tensor<1>],
    /// The random stream that permutes codes over images.
    pub order: Stream,
    /// The training step.
    pub counter: u64,
}

impl Discriminator {
    /// The network and the specs of its trainable tensors, with He initialisation.
    fn network(&self) -> (Mlp, Vec<TensorSpec>) {
        let hidden = std::iter::repeat_n(self.hidden, self.layers);
        let widths: Vec<usize> = std::iter::once(self.latent).chain(hidden).chain([1]).collect();
        Mlp::alone("discriminator", &widths, Activation::LeakyRelu, Initialisation::He)
    }

    /// The specs of the trainable tensors: the weight and the bias of each layer in turn.
    pub fn parameters(&self) -> Vec<TensorSpec> {
        self.network().1
    }

    /// log D(z)/(1 − D(z)) of z `rows × latent`, `rows × 1`; for a trained discriminator an estimate of log q(z)/Π_j
    /// q(z_j).
    pub fn log_ratio(&self, parameters: &[Tensor<1>], z: Tensor<2>) -> Tensor<2> {
        self.network().0.at(&Pass::evaluation(parameters, &[])).forward(z)
    }

    /// The total correlation KL[q(z) ‖ Π_j q(z_j)] ≈ E_q(z)[log D(z)/(1 − D(z))] in nats, a tensor with one entry. Its
    /// gradient reaches z but not the discriminator.
    pub fn total_correlation(&self, pass: DiscriminatorPass, z: Tensor<2>) -> Tensor<1> {
        let constants: Vec<Tensor<1>> = pass.parameters.iter().map(|p| p.clone().without_autodiff()).collect();
        self.log_ratio(&constants, z).mean()
    }

    /// The binary cross-entropy, in nats, of telling the first half of z from the second half with its entries permuted
    /// over images. (Kim & Mnih 2018, algorithm 2, draw a separate batch for the second half.) Its gradient reaches the
    /// discriminator but not z.
    pub fn loss(&self, pass: DiscriminatorPass, z: Tensor<2>) -> Tensor<1> {
        let z = z.without_autodiff();
        let half = z.dims()[0] / 2;
        // A single image is its own counterpart, and teaches nothing.
        let (joint, apart) = match half {
            0 => (z.clone(), z),
            _ => (z.clone().narrow(0, 0, half), permuted(z.narrow(0, half, half), pass)),
        };
        let ratio = |z| self.log_ratio(pass.parameters, z);
        (softplus(ratio(joint).neg(), 1.0).mean() + softplus(ratio(apart), 1.0).mean()) * 0.5
    }
}

/// z with each column permuted over images separately: draws from Π_j q(z_j) (Kim & Mnih 2018, algorithm 1).
fn permuted(z: Tensor<2>, pass: DiscriminatorPass) -> Tensor<2> {
    let [rows, latent] = z.dims();
    let mut from = vec![0; rows * latent];
    for column in 0..latent {
        let order = pass.order.permutation((pass.counter << 16) + column as u64, rows);
        (0..rows).for_each(|row| from[row * latent + column] = order[row] as i32);
    }
    let from = Tensor::<2, Int>::from_data(TensorData::new(from, [rows, latent]), &z.device());
    z.gather(0, from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::weights::tests::read;
    use crate::random::Purpose;
    use burn::tensor::Device;

    #[test]
    fn a_permutation_keeps_each_column_and_parts_the_rows() {
        let rows = 50;
        let values: Vec<f32> = (0..rows).flat_map(|row| [row as f32, row as f32 + 100.0, row as f32 + 200.0]).collect();
        let z = Tensor::<2>::from_data(TensorData::new(values, [rows, 3]), &Device::flex());
        let pass = |counter| DiscriminatorPass { parameters: &[], order: Stream::new(2, Purpose::Permute), counter };
        let found = read(permuted(z.clone(), pass(0)));
        assert_ne!(found, read(permuted(z, pass(1))), "another step has another order");
        for column in 0..3 {
            let mut entries: Vec<f64> =
                found.iter().skip(column).step_by(3).map(|v| v - 100.0 * column as f64).collect();
            entries.sort_by(f64::total_cmp);
            assert!(entries.iter().enumerate().all(|(row, &entry)| entry == row as f64), "{entries:?}");
        }
        let together = found.chunks(3).filter(|row| row[0] + 100.0 == row[1] || row[1] + 100.0 == row[2]).count();
        assert!(together < 10, "{together} of {rows} rows hold entries of one image");
    }
}
