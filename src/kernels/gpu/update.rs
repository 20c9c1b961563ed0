//! What happens to gradients and parameters once a step: one launch each for as many tensors as a launch can be given.

use super::{GpuTensor, UNITS, contiguous, count, empty, pointwise, sum};
use burn::backend::Cube;
use burn::tensor::Tensor;
use cubecl::prelude::*;

/// Parts of the gradient's norm that one launch gives.
const PARTS: usize = 64;

/// A first-order rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    Sgd,
    /// Adam and AdamW.
    Adam,
    Adagrad,
    RmsProp,
}

/// One step of an optimiser, all numbers made ready.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    pub rule: Rule,
    /// Of the velocity, or of the first moment.
    pub decay1: f32,
    /// Of the mean of squares.
    pub decay2: f32,
    pub epsilon: f32,
    /// η; for Adam η/(1 − β₁ᵗ).
    pub rate: f32,
    /// 1/(1 − β₂ᵗ).
    pub correct2: f32,
    /// What is left of θ after weight decay; 1 without.
    pub keep: f32,
    /// A factor on the gradient.
    pub scale: f32,
    /// The largest norm of the gradient, after the factor.
    pub clip: Option<f32>,
}

#[derive(CubeLaunch, CubeType)]
struct Constants {
    decay1: f32,
    decay2: f32,
    epsilon: f32,
    rate: f32,
    correct2: f32,
    keep: f32,
    scale: f32,
    limit: f32,
}

/// One parameter tensor with its moments, before and after. A rule with one moment leaves the second alone.
#[derive(CubeLaunch, CubeType)]
struct Slot {
    gradient: Box<[f32]>,
    parameter: Box<[f32]>,
    first: Box<[f32]>,
    second: Box<[f32]>,
    new_parameter: Box<[f32]>,
    new_first: Box<[f32]>,
    new_second: Box<[f32]>,
}

/// Buffers of a slot.
const BUFFERS: usize = 7;

/// Cube i leaves √Σ g² of its share at `from` + i.
#[cube(launch)]
fn gradient_norms(gradients: Sequence<Box<[f32]>>, parts: &mut [f32], from: usize) {
    let mut squares = 0.0f32;
    for gradient in gradients {
        let mut i = ABSOLUTE_POS;
        while i < gradient.len() {
            squares += gradient[i] * gradient[i];
            i += CUBE_COUNT * CUBE_DIM as usize;
        }
    }
    let total = sum::over_cube(squares);
    if UNIT_POS == 0 {
        parts[from + CUBE_POS] = total.sqrt();
    }
}

#[cube(launch)]
fn optimiser_step(
    mut slots: Sequence<Slot>,
    norms: &[f32],
    constants: &Constants,
    #[comptime] rule: Rule,
    #[comptime] clips: bool,
) {
    let mut scale = constants.scale;
    if comptime!(clips) {
        let mut squares = 0.0f32;
        let mut part = 0usize;
        while part < norms.len() {
            squares += norms[part] * norms[part];
            part += 1;
        }
        let norm = squares.sqrt() * constants.scale.abs();
        scale *= select(norm > constants.limit, constants.limit / norm, 1.0);
    }
    #[unroll]
    for tensor in 0..slots.len() {
        let slot = slots.index_mut(tensor);
        let mut i = ABSOLUTE_POS;
        while i < slot.parameter.len() {
            let g = slot.gradient[i] * scale;
            let parameter = slot.parameter[i];
            let new = match rule {
                Rule::Sgd => {
                    let v = slot.first[i] * constants.decay1 + g;
                    slot.new_first[i] = v;
                    parameter - v * constants.rate
                }
                Rule::Adam => {
                    let m = slot.first[i] * constants.decay1 + g * (1.0 - constants.decay1);
                    let v = slot.second[i] * constants.decay2 + g * g * (1.0 - constants.decay2);
                    slot.new_first[i] = m;
                    slot.new_second[i] = v;
                    parameter * constants.keep
                        - constants.rate * (m / ((v * constants.correct2).sqrt() + constants.epsilon))
                }
                Rule::Adagrad => {
                    let squares = slot.first[i] + g * g;
                    slot.new_first[i] = squares;
                    parameter - g / (squares.sqrt() + constants.epsilon) * constants.rate
                }
                Rule::RmsProp => {
                    let mean = slot.first[i] * constants.decay2 + g * g * (1.0 - constants.decay2);
                    let v = slot.second[i] * constants.decay1 + g / (mean.sqrt() + constants.epsilon);
                    slot.new_first[i] = mean;
                    slot.new_second[i] = v;
                    parameter - v * constants.rate
                }
            };
            slot.new_parameter[i] = new;
            i += CUBE_COUNT * CUBE_DIM as usize;
        }
    }
}

fn on_gpu(tensor: Tensor<1>) -> GpuTensor {
    contiguous(tensor.try_into_primitive::<Cube>().expect("its device is a GPU"))
}

fn device(tensor: GpuTensor) -> Tensor<1> {
    Tensor::from_primitive::<Cube>(tensor)
}

/// Tensors that a launch takes, if each needs so many buffers and there are `others`.
fn at_once(tensor: &GpuTensor, buffers: usize, others: usize) -> usize {
    ((tensor.client.properties().hardware.max_bindings as usize).saturating_sub(others) / buffers).max(1)
}

/// Numbers, the root of whose sum of squares is √Σ g² over all gradients.
pub fn norms(gradients: &[Tensor<1>]) -> Tensor<1> {
    let gradients: Vec<GpuTensor> = gradients.iter().cloned().map(on_gpu).collect();
    // One buffer for the result, one for sizes.
    let groups: Vec<&[GpuTensor]> = gradients.chunks(at_once(&gradients[0], 1, 2)).collect();
    let parts = empty(&gradients[0], [PARTS * groups.len()]);
    for (i, group) in groups.into_iter().enumerate() {
        gradient_norms::launch(
            &parts.client,
            CubeCount::Static(PARTS as u32, 1, 1),
            CubeDim::new_1d(UNITS as u32),
            group.iter().map(|gradient| gradient.clone().into_buffer_arg()).collect(),
            parts.clone().into_buffer_arg(),
            i * PARTS,
        );
    }
    device(parts)
}

/// Apply [`Update`] to parameters and their moments (by moment, then by parameter), given the gradients and, to clip
/// them, their [`norms`]. The results are new tensors, so that what else holds the old ones keeps them.
pub fn update(
    step: Update,
    parameters: Vec<Tensor<1>>,
    moments: &[Vec<Tensor<1>>],
    gradients: Vec<Tensor<1>>,
    norms: Option<Tensor<1>>,
) -> (Vec<Tensor<1>>, Vec<Vec<Tensor<1>>>) {
    let olds: Vec<[GpuTensor; 2]> = parameters
        .into_iter()
        .zip(gradients)
        .map(|(parameter, gradient)| [on_gpu(parameter), on_gpu(gradient)])
        .collect();
    let old_moments: Vec<Vec<GpuTensor>> =
        moments.iter().map(|moment| moment.iter().cloned().map(on_gpu).collect()).collect();
    let like = |tensor: &GpuTensor| empty(tensor, [count(tensor)]);
    let new: Vec<GpuTensor> = olds.iter().map(|[parameter, _]| like(parameter)).collect();
    let new_moments: Vec<Vec<GpuTensor>> = old_moments.iter().map(|moment| moment.iter().map(like).collect()).collect();
    let argument = |tensor: &GpuTensor| tensor.clone().into_buffer_arg();
    let unused = empty(&olds[0][0], [1]);
    let norms = norms.map_or_else(|| unused.clone(), on_gpu);
    let group = at_once(&norms, BUFFERS, 2);
    for from in (0..olds.len()).step_by(group) {
        let range = from..olds.len().min(from + group);
        let largest = range.clone().map(|i| count(&new[i])).max().unwrap_or(0);
        let moment = |of: &[Vec<GpuTensor>], which: usize, i: usize| argument(of.get(which).map_or(&unused, |m| &m[i]));
        let slots = range.map(|i| {
            let [parameter, gradient] = &olds[i];
            SlotLaunch::new(
                argument(gradient),
                argument(parameter),
                moment(&old_moments, 0, i),
                moment(&old_moments, 1, i),
                argument(&new[i]),
                moment(&new_moments, 0, i),
                moment(&new_moments, 1, i),
            )
        });
        let (cubes, units) = pointwise(largest);
        let Update { decay1, decay2, epsilon, rate, correct2, keep, scale, clip, .. } = step;
        let limit = clip.unwrap_or(0.0);
        let constants = ConstantsLaunch::new(decay1, decay2, epsilon, rate, correct2, keep, scale, limit);
        optimiser_step::launch(
            &norms.client,
            cubes,
            units,
            slots.collect(),
            argument(&norms),
            constants,
            step.rule,
            clip.is_some(),
        );
    }
    let all = |tensors: Vec<GpuTensor>| tensors.into_iter().map(device).collect();
    (all(new), new_moments.into_iter().map(all).collect())
}
