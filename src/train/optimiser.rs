//! First-order optimisers on flat tensors, one state tensor a moment and parameter.

use crate::experiment::Optimiser as Rule;
use crate::kernels::{self, Adam, Team};
use burn::tensor::{Device, Tensor};

/// The rule and its moments.
#[derive(Clone)]
pub struct Optimiser {
    rule: Rule,
    /// Updates applied.
    steps: u64,
    /// By moment, then by parameter, as [`Optimiser::moment_names`] lists them.
    moments: Vec<Vec<Tensor<1>>>,
}

impl Optimiser {
    /// All moments at 0.
    pub fn new(rule: Rule, parameters: &[Tensor<1>]) -> Self {
        let zeros = || parameters.iter().map(Tensor::zeros_like).collect();
        let moments = Self::names(rule).iter().map(|_| zeros()).collect();
        Self { rule, steps: 0, moments }
    }

    /// Continue from saved moments.
    pub fn restore(rule: Rule, steps: u64, moments: Vec<Vec<Tensor<1>>>) -> Self {
        Self { rule, steps, moments }
    }

    fn names(rule: Rule) -> &'static [&'static str] {
        match rule {
            Rule::Sgd { .. } => &["velocity"],
            Rule::Adam { .. } | Rule::AdamW { .. } => &["first_moment", "second_moment"],
            Rule::Adagrad { .. } => &["square_sum"],
            Rule::RmsProp { .. } => &["square_mean", "velocity"],
        }
    }

    /// What each moment is called in a checkpoint.
    pub fn moment_names(&self) -> &'static [&'static str] {
        Self::names(self.rule)
    }

    /// The moments, by name, then by parameter.
    pub fn moments(&self) -> &[Vec<Tensor<1>>] {
        &self.moments
    }

    /// Updates applied so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// One step down `gradients`, those of the loss, times `scale`. Takes the parameters and returns the new ones.
    pub fn update(
        &mut self,
        team: &Team,
        parameters: Vec<Tensor<1>>,
        gradients: Vec<Tensor<1>>,
        rate: f64,
        scale: Option<f64>,
    ) -> Vec<Tensor<1>> {
        self.steps += 1;
        let on_host = parameters.iter().all(|parameter| parameter.device() == Device::flex());
        match self.adam(rate, scale) {
            Some(adam) if on_host => self.adam_on_host(team, adam, parameters, &gradients),
            _ => {
                let pairs = parameters.into_iter().zip(gradients).enumerate();
                pairs.map(|(index, (p, g))| self.update_one(index, p, g, rate, scale)).collect()
            }
        }
    }

    /// This step in the form that the CPU's kernel takes, if the rule is Adam's.
    fn adam(&self, rate: f64, scale: Option<f64>) -> Option<Adam> {
        let steps = self.steps as i32;
        let (beta1, beta2, epsilon, weight_decay) = match self.rule {
            Rule::Adam { beta1, beta2, epsilon } => (beta1, beta2, epsilon, 0.0),
            Rule::AdamW { beta1, beta2, epsilon, weight_decay } => (beta1, beta2, epsilon, weight_decay),
            _ => return None,
        };
        Some(Adam {
            beta1: beta1 as f32,
            beta2: beta2 as f32,
            epsilon: epsilon as f32,
            rate: (rate / (1.0 - beta1.powi(steps))) as f32,
            correct2: (1.0 / (1.0 - beta2.powi(steps))) as f32,
            keep: (1.0 - rate * weight_decay) as f32,
            scale: scale.unwrap_or(1.0) as f32,
        })
    }

    fn update_one(
        &mut self,
        index: usize,
        parameter: Tensor<1>,
        gradient: Tensor<1>,
        rate: f64,
        scale: Option<f64>,
    ) -> Tensor<1> {
        let steps = self.steps as i32;
        let g = match scale {
            Some(scale) => gradient * scale,
            None => gradient,
        };
        let moments = &mut self.moments;
        match self.rule {
            Rule::Sgd { momentum } => {
                let v = moments[0][index].clone() * momentum + g;
                moments[0][index] = v.clone();
                parameter - v * rate
            }
            Rule::Adam { beta1, beta2, epsilon } => {
                parameter - adam(moments, index, g, (beta1, beta2, epsilon), steps) * rate
            }
            Rule::AdamW { beta1, beta2, epsilon, weight_decay } => {
                let decayed = parameter * (1.0 - rate * weight_decay);
                decayed - adam(moments, index, g, (beta1, beta2, epsilon), steps) * rate
            }
            Rule::Adagrad { epsilon } => {
                let sum = moments[0][index].clone() + g.clone().square();
                moments[0][index] = sum.clone();
                parameter - g / (sum.sqrt() + epsilon) * rate
            }
            Rule::RmsProp { decay, epsilon, momentum } => {
                let mean = moments[0][index].clone() * decay + g.clone().square() * (1.0 - decay);
                moments[0][index] = mean.clone();
                let v = moments[1][index].clone() * momentum + g / (mean.sqrt() + epsilon);
                moments[1][index] = v.clone();
                parameter - v * rate
            }
        }
    }

    /// Adam in one pass over host memory; the moments are taken out, so that they are changed in place.
    fn adam_on_host(
        &mut self,
        team: &Team,
        adam: Adam,
        parameters: Vec<Tensor<1>>,
        gradients: &[Tensor<1>],
    ) -> Vec<Tensor<1>> {
        let mut take = |moment: usize| std::mem::take(&mut self.moments[moment]);
        let state = [parameters, take(0), take(1)];
        let [parameters, first, second] = kernels::adam_update(team, adam, state, gradients);
        self.moments = vec![first, second];
        parameters
    }
}

/// Adam's direction with bias correction (Kingma & Ba 2015, algorithm 1).
fn adam(
    moments: &mut [Vec<Tensor<1>>],
    index: usize,
    g: Tensor<1>,
    (beta1, beta2, epsilon): (f64, f64, f64),
    steps: i32,
) -> Tensor<1> {
    let m = moments[0][index].clone() * beta1 + g.clone() * (1.0 - beta1);
    let v = moments[1][index].clone() * beta2 + g.square() * (1.0 - beta2);
    moments[0][index] = m.clone();
    moments[1][index] = v.clone();
    let (correct1, correct2) = (1.0 - beta1.powi(steps), 1.0 - beta2.powi(steps));
    m / ((v / correct2).sqrt() + epsilon) / correct1
}
