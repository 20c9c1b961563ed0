//! What validation says about the experiment in the form, worked out anew only when something has changed.

use super::form::Marks;
use crate::data::{IdxContent, idx_content};
use crate::experiment::{Experiment, ImageShape, MemoryEstimate, Plan, Source, memory_estimate};
use crate::worker::memory::too_large;

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
    /// Check `experiment`; `read` is the images' shape if they have been read.
    pub fn renew(&mut self, experiment: &Experiment, read: Option<ImageShape>) {
        if self.of.as_ref().is_some_and(|(of, shape)| of == experiment && *shape == read) {
            return;
        }
        self.of = Some((experiment.clone(), read));
        self.image = read.or_else(|| experiment.image_shape_hint()).or_else(|| announced(&experiment.data.source));
        self.plan = self.image.and_then(|image| experiment.plan(image).ok());
        self.memory = self.plan.as_ref().map(|plan| memory_estimate(experiment, plan));
        let mut problems = experiment.problems(self.image);
        problems.extend(self.image.and_then(|image| too_large(experiment, image)));
        self.marks = Marks::new(problems);
    }

    /// Whether it can be trained.
    pub fn sound(&self) -> bool {
        self.marks.errors().next().is_none()
    }
}

/// The images' shape as an IDX file's header announces it; whether the file keeps its word is found when it is read.
fn announced(source: &Source) -> Option<ImageShape> {
    let Source::Idx { images, .. } = source else { return None };
    match idx_content(images) {
        Ok(IdxContent::Images(shape)) => Some(shape),
        Ok(IdxContent::Labels) | Err(_) => None,
    }
}
