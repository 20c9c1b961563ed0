//! Validation of the experiment in the form, repeated only when something has changed.

use super::form::Marks;
use crate::data::announced_shape;
use crate::experiment::{Experiment, ImageShape, MemoryEstimate, Plan, memory_estimate};
use crate::worker::memory::too_large;

/// The problems of an experiment, with its network and its memory.
#[derive(Default)]
pub struct Check {
    of: Option<(Experiment, Option<ImageShape>)>,
    pub marks: Marks,
    /// The network's plan, if there is no error and the images' shape is known.
    pub plan: Option<Plan>,
    pub memory: Option<MemoryEstimate>,
    pub image: Option<ImageShape>,
}

impl Check {
    /// Check `experiment`; `read` is the images' shape, if the data have been read.
    pub fn renew(&mut self, experiment: &Experiment, read: Option<ImageShape>) {
        if self.of.as_ref().is_some_and(|(of, shape)| of == experiment && *shape == read) {
            return;
        }
        self.of = Some((experiment.clone(), read));
        self.image =
            read.or_else(|| experiment.image_shape_hint()).or_else(|| announced_shape(&experiment.data.source));
        self.plan = self.image.and_then(|image| experiment.plan(image).ok());
        self.memory = self.plan.as_ref().map(|plan| memory_estimate(experiment, plan));
        let mut problems = experiment.problems(self.image);
        problems.extend(self.image.and_then(|image| too_large(experiment, image)));
        self.marks = Marks::new(problems);
    }

    /// Whether the experiment can be trained.
    pub fn sound(&self) -> bool {
        self.marks.errors().next().is_none()
    }
}
