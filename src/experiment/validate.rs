//! Validation: every problem of an experiment at once, each with the path of its field (see [`Problem`]).
//!
//! The planner checks the layers and the latent dimension; this module checks the rest, in the order of the file.

use super::limits::{self, Limits, Number};
use super::method::{BURDA_EPOCHS, outside};
use super::{
    Augmentation, Binarisation, Choice, Data, DecoderLayers, Experiment, ImageShape, Layer, Length, Norm, PlannedLayer,
    Problem, Schedule, Source, Training, VERSION,
};

impl Experiment {
    /// Every problem of the experiment: errors that keep it from running, and warnings. Without an image shape (if the
    /// data have not been read and [`Experiment::image_shape_hint`] is `None`), each layer is checked by itself, not
    /// whether the layers fit each other. Memory is judged separately, by
    /// [`MemoryEstimate::refuse_above`](super::MemoryEstimate).
    pub fn problems(&self, image: Option<ImageShape>) -> Vec<Problem> {
        let mut check = Check::default();
        check.head(self);
        check.data(&self.data);
        if let Some(doubt) = self.likelihood_doubt() {
            check.warn("decoder.likelihood", doubt);
        }
        let (plan, problems) = self.plan_or_problems(image);
        check.problems.extend(problems);
        if let Some(plan) = plan {
            check.own_output_layer(&plan.decoder, plan.image);
        }
        check.problems.extend(self.objective_method_problems(image));
        check.objective(self);
        check.training(self);
        check.problems
    }

    /// The images' shape, where it is known without reading a file.
    pub fn image_shape_hint(&self) -> Option<ImageShape> {
        self.data.source.known_shape()
    }
}

#[derive(Default)]
pub(super) struct Check {
    problems: Vec<Problem>,
}

impl Check {
    pub(super) fn error(&mut self, path: &str, message: impl Into<String>) {
        self.problems.push(Problem::error(path, message));
    }

    pub(super) fn warn(&mut self, path: &str, message: impl Into<String>) {
        self.problems.push(Problem::warning(path, message));
    }

    /// A number within its limits; the message begins with `start`.
    pub(super) fn number<N: Number>(&mut self, path: &str, start: &str, value: N, limits: Limits<N>) {
        if let Some(message) = outside(start, value, limits) {
            self.error(path, message);
        }
    }

    /// The fields of what was chosen from a list.
    pub(super) fn fields(&mut self, path: &str, chosen: &impl Choice) {
        self.problems.extend(chosen.field_problems(path));
    }

    fn head(&mut self, experiment: &Experiment) {
        if experiment.version != VERSION {
            let message = format!("the version must be {VERSION}, not {}", experiment.version);
            self.error("version", message);
        }
        let name = &experiment.name;
        if name.contains(|c: char| c.is_control() || "/\\:".contains(c)) || name == "." || name == ".." {
            self.error(
                "name",
                "the name also names the run's folder: leave out slashes, colons and control characters",
            );
        } else if name.len() > 200 {
            self.error("name", format!("the name must be at most 200 bytes long, not {}", name.len()));
        }
    }

    fn data(&mut self, data: &Data) {
        self.fields("data.source", &data.source);
        self.preparation(data);
        if let Source::Idx { test_images: None, test_labels: Some(_), .. } = data.source {
            self.error("data.source.test_labels", "test labels need test images; add `test_images`");
        }
        if let Source::Arrays { test_images: None, test_labels, test_factors, test_mask, .. } = &data.source {
            for (named, field, need) in [
                (test_labels, "test_labels", "test labels that are named need"),
                (test_factors, "test_factors", "test factors that are named need"),
                (test_mask, "test_mask", "a test mask needs"),
            ] {
                if named.is_some() {
                    let message = format!("{need} test images that are named; add `test_images`");
                    self.error(&format!("data.source.{field}"), message);
                }
            }
        }
        if data.limit.is_some_and(|limit| !limits::LIMIT.contains(limit)) {
            self.error("data.limit", "at least one image is needed; use None for all");
        }
        let available = [data.source.known_count(), data.limit].into_iter().flatten().min();
        // The number that nobody asked for needs no warning: the log says how many are held out.
        let asked = data.validation != Data::default().validation;
        if let Some(available) = available.filter(|&it| asked && data.held_out(it) < data.validation) {
            let message = format!("more than half of the {available} training images: a tenth of them is held out");
            self.warn("data.validation", message);
        }
        if let Binarisation::Threshold(threshold) = data.binarisation
            && !limits::THRESHOLD.contains(threshold)
        {
            let between = limits::THRESHOLD;
            self.error("data.binarisation", format!("the threshold must lie {between}, not at {threshold}"));
        }
    }

    /// Hidden values and random changes.
    fn preparation(&mut self, data: &Data) {
        self.fields("data.missing", &data.missing);
        let Augmentation { flip: _, shift, crop, noise } = data.augmentation;
        self.number("data.augmentation.shift", "the shift in pixels must be", shift, limits::SHIFT);
        self.number("data.augmentation.crop", "the share that is cut off must be", crop, limits::SHARE);
        self.number("data.augmentation.noise", "the noise's standard deviation must be", noise, limits::NOISE);
        let moves = Augmentation { noise: 0.0, ..data.augmentation }.is_on();
        if moves && data.source.is_table() {
            let message = "a table's rows are no pictures: only noise makes sense; leave flip, shift and crop out";
            self.error("data.augmentation", message);
        }
        if noise > 0.0 && data.binarisation() != Binarisation::None {
            let message = "noise is added to grey pixels before they are binarised, and clipped to 0 to 1";
            self.warn("data.augmentation.noise", message);
        }
    }

    /// A dense layer to all pixels at the end of a decoder's own list is usually meant as the output layer.
    fn own_output_layer(&mut self, decoder: &[PlannedLayer], image: ImageShape) {
        if let [.., last, output] = decoder
            && let (Layer::Dense { units, .. }, Layer::Dense { .. }) = (&last.layer, &output.layer)
            && *units == image.pixels()
            && last.layer.follow() == output.layer.follow()
        {
            let path = format!("decoder.layers[{}]", decoder.len() - 2);
            self.warn(&path, "the output layer to all pixels is added by itself; this linear layer comes before it");
        }
    }

    fn training(&mut self, experiment: &Experiment) {
        let training = &experiment.training;
        self.fields("training.optimiser", &training.optimiser);
        let rate = training.learning_rate;
        self.number("training.learning_rate", "the learning rate must be", rate, limits::LEARNING_RATE);
        self.fields("training.schedule", &training.schedule);
        if let Some(epochs) = training.schedule_epochs {
            let start = "the epochs that the schedule is spread over must be";
            self.number("training.schedule_epochs", start, epochs, limits::EPOCHS);
            if !training.schedule.has_end() {
                let message = "this schedule is a function of the epoch alone, so these epochs change nothing";
                self.warn("training.schedule_epochs", message);
            }
        }
        if let Some(start) = training.schedule_start {
            let limits = limits::SCHEDULE_START;
            self.number("training.schedule_start", "the epoch at which the schedule begins must be", start, limits);
            if training.schedule == Schedule::Constant {
                self.warn("training.schedule_start", "a constant schedule has no beginning, so this changes nothing");
            }
        }
        self.burda(training);
        if let Some(clip) = training.clip {
            self.number("training.clip", "the largest gradient norm must be", clip, limits::CLIP);
        }
        self.number("training.batch", "the batch size must be", training.batch, limits::BATCH);
        if experiment.has_batch_norm() && training.batch > 0 && training.batch / 2 < training.shards {
            self.warn("training.batch", "batch norm needs at least two images in each shard of the batch");
        }
        self.fields("training.length", &training.length);
        self.fields("training.initialisation", &training.initialisation);
        self.number("training.shards", "the number of shards must be", training.shards, limits::SHARDS);
        self.number("training.history", "the number of kept states must be", training.history, limits::HISTORY);
    }

    /// Burda's stages fill a run of one length only.
    fn burda(&mut self, training: &Training) {
        if let (Schedule::Burda, Length::Epochs(epochs)) = (training.schedule, training.length)
            && epochs > 0.0
            && epochs != BURDA_EPOCHS
        {
            let message = format!(
                "Burda's eight stages take {BURDA_EPOCHS} epochs in all; after {epochs} the schedule is cut short or \
                 over"
            );
            self.warn("training.schedule", message);
        }
    }
}

impl Experiment {
    /// Whether a layer normalises the images of a batch together.
    pub(super) fn has_batch_norm(&self) -> bool {
        fn among(layers: &[Layer]) -> bool {
            layers.iter().any(|layer| match layer {
                Layer::Residual { layers } => among(layers),
                layer => layer.follow().is_some_and(|follow| follow.norm == Norm::Batch),
            })
        }
        let own_decoder: &[Layer] = match &self.decoder.layers {
            DecoderLayers::Mirror => &[],
            DecoderLayers::Layers(layers) => layers,
        };
        among(&self.encoder) || among(own_decoder)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{arbitrary, memory_estimate};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// No experiment is too absurd to be judged; one without errors has a plan and an estimate.
        #[test]
        fn any_experiment_is_judged(
            experiment in arbitrary::experiment(),
            side in prop_oneof![1..64_usize, any::<usize>()],
        ) {
            let image = ImageShape { channels: 1, height: side, width: 28 };
            let errors = experiment.problems(Some(image)).iter().any(Problem::is_error);
            match experiment.plan(image) {
                Ok(plan) => prop_assert!(memory_estimate(&experiment, &plan).total > 0),
                Err(problems) => prop_assert!(errors && !problems.is_empty()),
            }
            experiment.problems(None);
        }
    }
}
