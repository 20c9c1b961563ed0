//! First-order optimisers on flat tensors, one state tensor a moment and parameter.

use crate::experiment::Optimiser as Rule;
use crate::kernels::{self, Adam, ThreadPool, Update};
use burn::tensor::Tensor;

/// What is done to gradients before a step.
pub struct Scale {
    /// They are multiplied by this, which on the CPU clips them too.
    pub factor: f64,
    /// On a GPU: the largest norm √Σ g² over all parameters that they keep after the factor, and the parts of their norm
    /// before it, as [`kernels::sum_gradients`] gives them.
    pub clip: Option<(f64, Tensor<1>)>,
}

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

    /// One step down `gradients`, those of the loss, after `scale`. Takes the parameters and returns the new ones.
    pub fn update(
        &mut self,
        pool: &ThreadPool,
        parameters: Vec<Tensor<1>>,
        gradients: Vec<Tensor<1>>,
        rate: f64,
        scale: Scale,
    ) -> Vec<Tensor<1>> {
        self.steps += 1;
        let on_host = parameters.iter().all(kernels::is_on_host);
        if !on_host {
            let step = self.on_gpu(rate, &scale);
            let norms = scale.clip.map(|(_, norms)| norms);
            let (parameters, moments) = kernels::update(step, parameters, &self.moments, gradients, norms);
            self.moments = moments;
            return parameters;
        }
        match self.adam(rate, scale.factor) {
            Some(adam) => self.adam_on_host(pool, adam, parameters, &gradients),
            None => {
                let pairs = parameters.into_iter().zip(gradients).enumerate();
                pairs.map(|(index, (p, g))| self.update_one(index, p, g, rate, scale.factor)).collect()
            }
        }
    }

    /// This step in the form that a GPU's kernel takes.
    fn on_gpu(&self, rate: f64, scale: &Scale) -> Update {
        let (factor, clip) = (scale.factor as f32, scale.clip.as_ref().map(|(limit, _)| *limit as f32));
        let of = |rule, decay1: f64, decay2: f64, epsilon: f64| Update {
            rule,
            decay1: decay1 as f32,
            decay2: decay2 as f32,
            epsilon: epsilon as f32,
            rate: rate as f32,
            correct2: 1.0,
            keep: 1.0,
            scale: factor,
            clip,
        };
        match self.rule {
            Rule::Sgd { momentum } => of(kernels::Rule::Sgd, momentum, 0.0, 0.0),
            Rule::Adam { beta1, beta2, epsilon } | Rule::AdamW { beta1, beta2, epsilon, .. } => {
                let Adam { rate, correct2, keep, .. } = self.adam(rate, 1.0).expect("the rule is Adam's");
                Update { rate, correct2, keep, ..of(kernels::Rule::Adam, beta1, beta2, epsilon) }
            }
            Rule::Adagrad { epsilon } => of(kernels::Rule::Adagrad, 0.0, 0.0, epsilon),
            Rule::RmsProp { decay, epsilon, momentum } => of(kernels::Rule::RmsProp, momentum, decay, epsilon),
        }
    }

    /// This step in the form that the CPU's kernel takes, if the rule is Adam's.
    fn adam(&self, rate: f64, scale: f64) -> Option<Adam> {
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
            scale: scale as f32,
        })
    }

    fn update_one(
        &mut self,
        index: usize,
        parameter: Tensor<1>,
        gradient: Tensor<1>,
        rate: f64,
        scale: f64,
    ) -> Tensor<1> {
        let g = if scale == 1.0 { gradient } else { gradient * scale };
        let moments = &mut self.moments;
        match self.rule {
            Rule::Sgd { momentum } => {
                let v = moments[0][index].clone() * momentum + g;
                moments[0][index] = v.clone();
                parameter - v * rate
            }
            Rule::Adam { .. } | Rule::AdamW { .. } => unreachable!("Adam has a kernel on every device"),
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
        pool: &ThreadPool,
        adam: Adam,
        parameters: Vec<Tensor<1>>,
        gradients: &[Tensor<1>],
    ) -> Vec<Tensor<1>> {
        let mut take = |moment: usize| std::mem::take(&mut self.moments[moment]);
        let state = [parameters, take(0), take(1)];
        let [parameters, first, second] = kernels::adam_update(pool, adam, state, gradients);
        self.moments = vec![first, second];
        parameters
    }
}
