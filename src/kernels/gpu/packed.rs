//! Several tensors in one allocation, so that a launch need not be given one buffer for each: adapters allow few
//! buffers.

use super::{GpuTensor, bindings, count, empty};
use burn::tensor::Shape;
use cubecl::prelude::*;
use std::ops::Range;

/// The layout of tensors one after another in one allocation, each at a position where a buffer may begin.
pub struct Packing {
    /// Where each tensor begins, counted in values.
    pub from: Vec<usize>,
    lengths: Vec<usize>,
    total: usize,
}

/// Numbers of a tensor, up to where the next may begin.
fn room(tensor: &GpuTensor) -> usize {
    let alignment = tensor.client.properties().memory.alignment as usize / size_of::<f32>();
    count(tensor).next_multiple_of(alignment.max(1))
}

/// Tensors grouped for launches: as many in a group as a launch can be given and one allocation can hold.
pub fn groups(tensors: &[GpuTensor]) -> Vec<Range<usize>> {
    // Parameters, two moments, the new ones of each, and the norms.
    const OTHERS: usize = 7;
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut numbers = 0;
    for (i, tensor) in tensors.iter().enumerate() {
        let most = tensor.client.properties().memory.max_page_size as usize / size_of::<f32>();
        numbers += room(tensor);
        match groups.last_mut() {
            Some(group) if group.len() < bindings(tensor, OTHERS) && numbers <= most => group.end = i + 1,
            _ => {
                groups.push(i..i + 1);
                numbers = room(tensor);
            }
        }
    }
    groups
}

impl Packing {
    /// The layout for tensors with the lengths of `tensors`.
    pub fn of(tensors: &[GpuTensor]) -> Self {
        let mut total = 0;
        let from = tensors.iter().map(|tensor| {
            let from = total;
            total += room(tensor);
            from
        });
        let from = from.collect();
        Self { from, lengths: tensors.iter().map(count).collect(), total }
    }

    /// Uninitialised memory for all tensors of the layout.
    pub fn memory(&self, like: &GpuTensor) -> GpuTensor {
        empty(like, [self.total])
    }

    /// The tensors of the layout in `memory`.
    pub fn parts(&self, memory: &GpuTensor) -> impl Iterator<Item = GpuTensor> {
        let bytes = |numbers: usize| (numbers * size_of::<f32>()) as u64;
        self.from.iter().zip(&self.lengths).map(move |(&from, &length)| {
            let handle = memory.handle.clone();
            let handle = handle.offset_start(bytes(from)).offset_end(bytes(self.total - from - length));
            let (client, device) = (memory.client.clone(), memory.device.clone());
            GpuTensor::new_contiguous(client, device, Shape::new([length]), handle, memory.dtype)
        })
    }

    /// The allocation of which the tensors are the parts, or else a new one with copies of them.
    pub fn joined(&self, tensors: &[GpuTensor]) -> GpuTensor {
        let first = &tensors[0];
        let mut whole = first.handle.clone();
        (whole.offset_start, whole.offset_end) = (None, None);
        let (client, device) = (first.client.clone(), first.device.clone());
        let whole = GpuTensor::new_contiguous(client, device, Shape::new([self.total]), whole, first.dtype);
        let is_part = |(part, tensor): (GpuTensor, &GpuTensor)| {
            part.handle.memory.descriptor() == tensor.handle.memory.descriptor()
                && part.handle.offset_start.unwrap_or(0) == tensor.handle.offset_start.unwrap_or(0)
                && part.handle.size_in_used() == tensor.handle.size_in_used()
        };
        if whole.handle.size() as usize == self.total * size_of::<f32>() && self.parts(&whole).zip(tensors).all(is_part)
        {
            return whole;
        }
        let memory = self.memory(first);
        for (part, tensor) in self.parts(&memory).zip(tensors) {
            let (cubes, units) = super::pointwise(count(tensor));
            copy::launch(&part.client.clone(), cubes, units, tensor.clone().into_buffer_arg(), part.into_buffer_arg());
        }
        memory
    }
}

#[cube(launch)]
fn copy(from: &[f32], to: &mut [f32]) {
    let mut i = ABSOLUTE_POS;
    while i < to.len() {
        to[i] = from[i];
        i += CUBE_COUNT * CUBE_DIM as usize;
    }
}
