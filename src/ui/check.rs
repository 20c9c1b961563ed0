//! What validation says about the experiment in the form, worked out anew only when something has changed.

use super::form::Marks;
use crate::experiment::{Experiment, ImageShape, MemoryEstimate, Plan, memory_estimate};

/// An experiment's problems, network and memory.
#[derive(Default)]
pub struct Check {
    of: Option<(Experiment, Option<ImageShape>)>,
    pub marks: Marks,
    /// The network, where it is sound and the images' shape is known.
    pub plan: Option<Plan>,
    pub memory: Option<MemoryEstimate>,
    pub image: Option<ImageShape>,
}

impl Check {
    /// Check `experiment`; `image` is the images' shape if they have been read.
    pub fn renew(&mut self, experiment: &Experiment, image: Option<ImageShape>) {
        let image = image.or_else(|| experiment.image_shape_hint());
        if self.of.as_ref().is_some_and(|(of, shape)| of == experiment && *shape == image) {
            return;
        }
        self.of = Some((experiment.clone(), image));
        self.image = image;
        self.plan = image.and_then(|image| experiment.plan(image).ok());
        self.memory = self.plan.as_ref().map(|plan| memory_estimate(experiment, plan));
        self.marks = Marks::new(experiment.problems(image));
    }

    /// Whether it can be trained.
    pub fn sound(&self) -> bool {
        self.marks.errors().next().is_none()
    }
}
