//! First-order optimisers on flattened tensors, with one state tensor per moment and parameter.

use crate::experiment::Optimiser as Spec;
use crate::kernels::{Executor, Rule, Scaling, Step};
use burn::tensor::Tensor;

/// The update rule, and the optimiser's state.
#[derive(Clone)]
pub struct Optimiser {
    spec: Spec,
    /// Number of updates applied.
    steps: u64,
    /// The moments, indexed by moment in the order of [`Optimiser::moment_names`], then by parameter.
    moments: Vec<Vec<Tensor<1>>>,
}

impl Optimiser {
    /// A new optimiser, with all moments at 0.
    pub fn new(spec: Spec, parameters: &[Tensor<1>]) -> Self {
        let zeros = |_| parameters.iter().map(Tensor::zeros_like).collect();
        Self { spec, steps: 0, moments: Rule::of(spec).moments().iter().map(zeros).collect() }
    }

    /// An optimiser with saved moments, after `steps` updates.
    pub fn restore(spec: Spec, steps: u64, moments: Vec<Vec<Tensor<1>>>) -> Self {
        Self { spec, steps, moments }
    }

    /// The optimiser without its moments, which take a multiple of the parameters' room.
    pub fn without_moments(&self) -> Self {
        Self { moments: Vec::new(), ..self.clone() }
    }

    /// The name of each moment in a checkpoint.
    pub fn moment_names(&self) -> &'static [&'static str] {
        Rule::of(self.spec).moments()
    }

    /// The moments, indexed by moment, then by parameter.
    pub fn moments(&self) -> &[Vec<Tensor<1>>] {
        &self.moments
    }

    /// Number of updates applied so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// One step down `gradients`, which are those of the loss, after `scaling`. Takes the parameters and returns the
    /// new ones.
    pub fn update(
        &mut self,
        executor: &Executor,
        parameters: Vec<Tensor<1>>,
        gradients: Vec<Tensor<1>>,
        rate: f64,
        scaling: Scaling,
    ) -> Vec<Tensor<1>> {
        self.steps += 1;
        let step = Step::new(self.spec, rate, self.steps);
        let moments = std::mem::take(&mut self.moments);
        let (parameters, moments) = executor.update(step, parameters, moments, gradients, scaling);
        self.moments = moments;
        parameters
    }
}
