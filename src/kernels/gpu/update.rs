//! Operations on gradients and parameters once per step, with as few launches as the number of buffers allows.

use super::packed::{Packing, groups};
use super::{GpuTensor, UNITS, bindings, contiguous, count, empty, pointwise, sum};
use crate::kernels::optimiser::{self, Constants, ConstantsLaunch, Rule, Step};
use burn::backend::Cube;
use burn::tensor::Tensor;
use cubecl::prelude::*;

/// Number of partial norms of the gradient that one launch gives.
const PARTS: usize = 64;

/// The gradient of one of the tensors of a group, and where its numbers begin in the group's memory.
#[derive(CubeLaunch, CubeType)]
struct Slot {
    gradient: Box<[f32]>,
    from: usize,
}

/// Parameters of a group with their moments, or the memory for new ones. A rule with one moment ignores the second.
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
#[allow(clippy::too_many_arguments, reason = "a kernel's buffers")]
fn optimiser_step(
    slots: Sequence<Slot>,
    old: &Packed,
    new: &mut Packed,
    norms: &[f32],
    constants: &Constants,
    factor: f32,
    limit: f32,
    #[comptime] rule: Rule,
    #[comptime] clips: bool,
) {
    let mut scale = factor;
    if comptime!(clips) {
        let mut squares = 0.0f32;
        let mut part = 0usize;
        while part < norms.len() {
            squares += norms[part] * norms[part];
            part += 1;
        }
        let norm = squares.sqrt() * factor.abs();
        scale *= select(norm > limit, limit / norm, 1.0);
    }
    for slot in slots {
        let mut i = ABSOLUTE_POS;
        while i < slot.gradient.len() {
            let at = slot.from + i;
            let mut second = 0.0f32;
            if comptime!(rule.moments().len() == 2) {
                second = old.second[at];
            }
            let gradient = slot.gradient[i] * scale;
            let moved = optimiser::step(rule, old.parameters[at], old.first[at], second, gradient, constants);
            new.parameters[at] = moved.parameter;
            new.first[at] = moved.first;
            if comptime!(rule.moments().len() == 2) {
                new.second[at] = moved.second;
            }
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

/// The norms of parts of the gradient; the root of their sum of squares is √Σ g² over all gradients.
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

/// One step of an optimiser: the new parameters and their moments (indexed by moment, then by parameter). The gradients
/// are multiplied by `factor`; to clip them, `clip` gives the largest permitted norm after that factor, and the
/// [`norms`] before it. The results are new tensors: whoever holds the old ones keeps their values.
pub fn update(
    step: Step,
    factor: f32,
    clip: Option<(f32, Tensor<1>)>,
    parameters: Vec<Tensor<1>>,
    moments: &[Vec<Tensor<1>>],
    gradients: Vec<Tensor<1>>,
) -> (Vec<Tensor<1>>, Vec<Vec<Tensor<1>>>) {
    let gradients: Vec<GpuTensor> = gradients.into_iter().map(on_gpu).collect();
    // One launch takes one piece of memory for the parameters and one for each moment.
    let old: Vec<Vec<GpuTensor>> = std::iter::once(&parameters)
        .chain(moments)
        .map(|tensors| tensors.iter().cloned().map(on_gpu).collect())
        .collect();
    let mut new: Vec<Vec<Tensor<1>>> = old.iter().map(|tensors| Vec::with_capacity(tensors.len())).collect();
    let unused = empty(&gradients[0], [1]);
    let (clips, limit) = (clip.is_some(), clip.as_ref().map_or(0.0, |(limit, _)| *limit));
    let norms = clip.map_or_else(|| unused.clone(), |(_, norms)| on_gpu(norms));
    let Constants { momentum, gradient_weight, decay, square_weight, epsilon, rate, square_correction, keep } =
        step.constants;
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
        let constants = ConstantsLaunch::new(
            momentum,
            gradient_weight,
            decay,
            square_weight,
            epsilon,
            rate,
            square_correction,
            keep,
        );
        optimiser_step::launch(
            &norms.client,
            cubes,
            units,
            slots.collect(),
            packed(&old),
            packed(&fresh),
            norms.clone().into_buffer_arg(),
            constants,
            factor,
            limit,
            step.rule,
            clips,
        );
        for (new, fresh) in new.iter_mut().zip(&fresh) {
            new.extend(packing.parts(fresh).map(device));
        }
    }
    let mut new = new.into_iter();
    (new.next().unwrap_or_default(), new.collect())
}
