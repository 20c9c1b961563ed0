//! What happens to gradients and parameters once a step: one launch each for as many tensors as a launch can be given.

use super::packed::{Packing, groups};
use super::{GpuTensor, UNITS, bindings, contiguous, count, empty, pointwise, sum};
use burn::backend::Cube;
use burn::tensor::Tensor;
use cubecl::prelude::*;

/// Parts of the gradient's norm that one launch gives.
const PARTS: usize = 64;

/// A first-order rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam and AdamW.
    Adam,
    /// Duchi et al. 2011.
    Adagrad,
    /// Tieleman & Hinton 2012.
    RmsProp,
}

/// One step of an optimiser, all numbers made ready.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// How a parameter follows its gradient.
    pub rule: Rule,
    /// Of the velocity, or of the first moment.
    pub decay1: f32,
    /// Of the mean of squares.
    pub decay2: f32,
    /// Added to the root of the second moment.
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

/// The gradient of one of the tensors of a group, and where its numbers begin in the group's memory.
#[derive(CubeLaunch, CubeType)]
struct Slot {
    gradient: Box<[f32]>,
    from: usize,
}

/// Parameters of a group with their moments, or the memory for the new ones. A rule with one moment leaves the second alone.
#[derive(CubeLaunch, CubeType)]
struct Packed {
    parameters: Box<[f32]>,
    first: Box<[f32]>,
    second: Box<[f32]>,
}

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
    slots: Sequence<Slot>,
    old: &Packed,
    new: &mut Packed,
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
    for slot in slots {
        let mut i = ABSOLUTE_POS;
        while i < slot.gradient.len() {
            let at = slot.from + i;
            let g = slot.gradient[i] * scale;
            let parameter = old.parameters[at];
            let moved = match rule {
                Rule::Sgd => {
                    let v = old.first[at] * constants.decay1 + g;
                    new.first[at] = v;
                    parameter - v * constants.rate
                }
                Rule::Adam => {
                    let m = old.first[at] * constants.decay1 + g * (1.0 - constants.decay1);
                    let v = old.second[at] * constants.decay2 + g * g * (1.0 - constants.decay2);
                    new.first[at] = m;
                    new.second[at] = v;
                    parameter * constants.keep
                        - constants.rate * (m / ((v * constants.correct2).sqrt() + constants.epsilon))
                }
                Rule::Adagrad => {
                    let squares = old.first[at] + g * g;
                    new.first[at] = squares;
                    parameter - g / (squares.sqrt() + constants.epsilon) * constants.rate
                }
                Rule::RmsProp => {
                    let mean = old.first[at] * constants.decay2 + g * g * (1.0 - constants.decay2);
                    let v = old.second[at] * constants.decay1 + g / (mean.sqrt() + constants.epsilon);
                    new.first[at] = mean;
                    new.second[at] = v;
                    parameter - v * constants.rate
                }
            };
            new.parameters[at] = moved;
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

/// Numbers, the root of whose sum of squares is √Σ g² over all gradients.
pub fn norms(gradients: &[Tensor<1>]) -> Tensor<1> {
    let gradients: Vec<GpuTensor> = gradients.iter().cloned().map(on_gpu).collect();
    let groups: Vec<&[GpuTensor]> = gradients.chunks(bindings(&gradients[0], 1)).collect();
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
    let gradients: Vec<GpuTensor> = gradients.into_iter().map(on_gpu).collect();
    // What one launch takes is one piece of memory for the parameters and one for each moment.
    let old: Vec<Vec<GpuTensor>> = std::iter::once(&parameters)
        .chain(moments)
        .map(|tensors| tensors.iter().cloned().map(on_gpu).collect())
        .collect();
    let mut new: Vec<Vec<Tensor<1>>> = old.iter().map(|tensors| Vec::with_capacity(tensors.len())).collect();
    let unused = empty(&gradients[0], [1]);
    let norms = norms.map_or_else(|| unused.clone(), on_gpu);
    for group in groups(&gradients) {
        let (gradients, packing) = (&gradients[group.clone()], Packing::of(&gradients[group.clone()]));
        let old: Vec<GpuTensor> = old.iter().map(|tensors| packing.joined(&tensors[group.clone()])).collect();
        let fresh: Vec<GpuTensor> = old.iter().map(|_| packing.memory(&norms)).collect();
        let packed = |of: &[GpuTensor]| {
            let part = |which: usize| of.get(which).unwrap_or(&unused).clone().into_buffer_arg();
            PackedLaunch::new(part(0), part(1), part(2))
        };
        let slots = gradients.iter().zip(&packing.from);
        let slots = slots.map(|(gradient, &from)| SlotLaunch::new(gradient.clone().into_buffer_arg(), from));
        let (cubes, units) = pointwise(gradients.iter().map(count).max().unwrap_or(0));
        let Update { decay1, decay2, epsilon, rate, correct2, keep, scale, clip, .. } = step;
        let limit = clip.unwrap_or(0.0);
        optimiser_step::launch(
            &norms.client,
            cubes,
            units,
            slots.collect(),
            packed(&old),
            packed(&fresh),
            norms.clone().into_buffer_arg(),
            ConstantsLaunch::new(decay1, decay2, epsilon, rate, correct2, keep, scale, limit),
            step.rule,
            clip.is_some(),
        );
        for (new, fresh) in new.iter_mut().zip(&fresh) {
            new.extend(packing.parts(fresh).map(device));
        }
    }
    let mut new = new.into_iter();
    (new.next().unwrap_or_default(), new.collect())
}
