//! Everything that is wrong with an experiment, at once, each problem with its field.
//!
//! The paths are those of [`Problem::path`]. Layers and the latent dimension are checked by the planner; here is the
//! rest, in the order of the file.

use super::{
    Binarisation, Data, DecoderLayers, Experiment, ImageShape, Initialisation, Layer, Length, Norm, Optimiser,
    PlannedLayer, Problem, Schedule, Source, Training, VERSION,
};

/// Largest K.
pub const SAMPLES_MAX: usize = 5_000;

/// Largest batch.
pub const BATCH_MAX: usize = 65_536;

/// Most shards of a batch.
pub const SHARDS_MAX: usize = 64;

/// Longest run in epochs, and largest count of generated images.
const COUNT_MAX: f64 = 1e9;

/// Epochs of Burda's eight stages, Σ 3^i for i = 0…7.
pub const BURDA_EPOCHS: f64 = 3_280.0;

impl Experiment {
    /// Every problem of the experiment: errors that keep it from running, and warnings. Without an image shape (data
    /// not read yet and [`Experiment::image_shape_hint`] unknown), layers are checked on their own only, not whether
    /// they fit each other. Memory is another matter: [`MemoryEstimate::refuse_above`](super::MemoryEstimate).
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

    /// The images' shape where it is known without reading a file.
    pub fn image_shape_hint(&self) -> Option<ImageShape> {
        match self.data.source {
            Source::Mnist => Some(ImageShape { channels: 1, height: 28, width: 28 }),
            Source::Shapes { size, .. } => Some(ImageShape { channels: 1, height: size, width: size }),
            Source::Folder { width, height, rgb, .. } => {
                Some(ImageShape { channels: if rgb { 3 } else { 1 }, height, width })
            }
            Source::Idx { .. } => None,
        }
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

    pub(super) fn count(&mut self, path: &str, what: &str, value: usize, from: usize, to: usize) {
        if !(from..=to).contains(&value) {
            self.error(path, format!("{what} must be {from} to {to}, not {value}"));
        }
    }

    /// A finite number above zero.
    pub(super) fn positive(&mut self, path: &str, what: &str, value: f64) {
        if !(value > 0.0 && value.is_finite()) {
            self.error(path, format!("{what} must be a number above 0, not {value}"));
        }
    }

    /// A finite number, zero or more.
    pub(super) fn not_negative(&mut self, path: &str, what: &str, value: f64) {
        if !(value >= 0.0 && value.is_finite()) {
            self.error(path, format!("{what} must be a number of at least 0, not {value}"));
        }
    }

    /// A decay rate, in [0, 1).
    fn decay(&mut self, path: &str, what: &str, value: f64) {
        if !(0.0..1.0).contains(&value) {
            self.error(path, format!("{what} must be at least 0 and less than 1, not {value}"));
        }
    }

    fn head(&mut self, experiment: &Experiment) {
        if experiment.version != VERSION {
            let message = format!("the version must be {VERSION}, not {}", experiment.version);
            self.error("version", message);
        }
        let name = &experiment.name;
        if name.contains(|c: char| c.is_control() || "/\\:".contains(c)) || name == "." || name == ".." {
            self.error("name", "the name also names the run's folder: leave out slashes, colons and line breaks");
        } else if name.len() > 200 {
            self.error("name", format!("the name must be at most 200 bytes long, not {}", name.len()));
        }
    }

    fn data(&mut self, data: &Data) {
        let known = match &data.source {
            Source::Mnist => Some(60_000),
            Source::Shapes { count, size } => {
                self.count("data.source.count", "the number of shapes", *count, 10, 1_000_000);
                if !matches!(size, 32 | 64) {
                    self.error("data.source.size", format!("shapes are drawn 32 or 64 pixels wide, not {size}"));
                }
                // A tenth is held out for the test.
                Some(count - count / 10)
            }
            Source::Idx { images, labels, test_images, test_labels } => {
                let files = [
                    ("images", Some(images)),
                    ("labels", labels.as_ref()),
                    ("test_images", test_images.as_ref()),
                    ("test_labels", test_labels.as_ref()),
                ];
                for (field, path) in files {
                    if path.is_some_and(|path| path.as_os_str().is_empty()) {
                        self.error(
                            &format!("data.source.{field}"),
                            "the path is empty; name an IDX file (gzip or not)",
                        );
                    }
                }
                if test_labels.is_some() && test_images.is_none() {
                    self.error("data.source.test_labels", "test labels need test images; add `test_images`");
                }
                None
            }
            Source::Folder { path, width, height, .. } => {
                if path.as_os_str().is_empty() {
                    self.error("data.source.path", "the path is empty; name a folder of PNG or JPEG images");
                }
                self.count("data.source.width", "the width in pixels", *width, 1, 1_024);
                self.count("data.source.height", "the height in pixels", *height, 1, 1_024);
                None
            }
        };
        if data.limit == Some(0) {
            self.error("data.limit", "at least one image is needed; use None for all");
        }
        let available = [known, data.limit].into_iter().flatten().min();
        if let Some(available) = available.filter(|&available| data.validation > 0 && data.validation >= available) {
            let message = format!(
                "{} validation images leave none of the {available} training images; hold out fewer",
                data.validation
            );
            self.error("data.validation", message);
        }
        if let Binarisation::Threshold(threshold) = data.binarisation
            && !(threshold > 0.0 && threshold < 1.0)
        {
            self.error("data.binarisation", format!("the threshold must lie between 0 and 1, not at {threshold}"));
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
        self.optimiser(&training.optimiser);
        self.positive("training.learning_rate", "the learning rate", training.learning_rate);
        self.schedule(training);
        if let Some(clip) = training.clip {
            self.positive("training.clip", "the largest gradient norm", clip);
        }
        self.count("training.batch", "the batch size", training.batch, 1, BATCH_MAX);
        let own_decoder: &[Layer] = match &experiment.decoder.layers {
            DecoderLayers::Mirror => &[],
            DecoderLayers::Layers(layers) => layers,
        };
        let batch_norm = has_batch_norm(&experiment.encoder) || has_batch_norm(own_decoder);
        if batch_norm && training.batch > 0 && training.batch / 2 < training.shards {
            self.warn("training.batch", "batch norm needs at least two images in each shard of the batch");
        }
        match training.length {
            Length::Epochs(epochs) => self.epochs("training.length", epochs),
            Length::Steps(0) => self.error("training.length", "the length must be at least 1 step"),
            Length::Steps(_) => {}
            Length::UntilConverged { patience, min_delta, max_epochs } => {
                self.count("training.length.patience", "the patience in epochs", patience, 1, 1_000_000);
                self.not_negative("training.length.min_delta", "the smallest gain in nats", min_delta);
                self.epochs("training.length.max_epochs", max_epochs);
            }
        }
        if let Initialisation::Normal { sigma } = training.initialisation {
            self.positive("training.initialisation.sigma", "σ of the initial weights", sigma);
        }
        self.count("training.shards", "the number of shards", training.shards, 1, SHARDS_MAX);
    }

    fn epochs(&mut self, path: &str, epochs: f64) {
        self.positive(path, "the length in epochs", epochs);
        if epochs.is_finite() && epochs > COUNT_MAX {
            self.error(path, format!("the length must be at most {COUNT_MAX} epochs, not {epochs}"));
        }
    }

    fn optimiser(&mut self, optimiser: &Optimiser) {
        let path = |field: &str| format!("training.optimiser.{field}");
        let mut adam = |beta1: f64, beta2: f64, epsilon: f64| {
            self.decay(&path("beta1"), "β₁", beta1);
            self.decay(&path("beta2"), "β₂", beta2);
            self.positive(&path("epsilon"), "ε", epsilon);
        };
        match *optimiser {
            Optimiser::Sgd { momentum } => self.decay(&path("momentum"), "momentum", momentum),
            Optimiser::Adam { beta1, beta2, epsilon } => adam(beta1, beta2, epsilon),
            Optimiser::AdamW { beta1, beta2, epsilon, weight_decay } => {
                adam(beta1, beta2, epsilon);
                self.not_negative(&path("weight_decay"), "weight decay", weight_decay);
            }
            Optimiser::Adagrad { epsilon } => self.positive(&path("epsilon"), "ε", epsilon),
            Optimiser::RmsProp { decay, epsilon, momentum } => {
                self.decay(&path("decay"), "the decay", decay);
                self.positive(&path("epsilon"), "ε", epsilon);
                self.decay(&path("momentum"), "momentum", momentum);
            }
        }
    }

    fn schedule(&mut self, training: &Training) {
        match training.schedule {
            Schedule::Constant => {}
            Schedule::Cosine { floor } => {
                if !(0.0..=1.0).contains(&floor) {
                    self.error("training.schedule.floor", format!("the floor is a factor from 0 to 1, not {floor}"));
                }
            }
            Schedule::Exponential { rate } => {
                self.positive("training.schedule.rate", "the factor per epoch", rate);
            }
            Schedule::Step { every, factor } => {
                self.positive("training.schedule.every", "the epochs between two drops", every);
                self.positive("training.schedule.factor", "the factor of each drop", factor);
            }
            Schedule::Burda => {
                if let Length::Epochs(epochs) = training.length
                    && epochs > 0.0
                    && epochs != BURDA_EPOCHS
                {
                    let message = format!(
                        "Burda's eight stages take {BURDA_EPOCHS} epochs in all; after {epochs} the schedule is cut short \
                         or over"
                    );
                    self.warn("training.schedule", message);
                }
            }
        }
    }
}

fn has_batch_norm(layers: &[Layer]) -> bool {
    layers.iter().any(|layer| match layer {
        Layer::Residual { layers } => has_batch_norm(layers),
        layer => layer.follow().is_some_and(|follow| follow.norm == Norm::Batch),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{arbitrary, memory_estimate};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// No experiment is too absurd to be judged; one without errors has a plan and an estimate.
        #[test]
        fn any_experiment_is_judged(experiment in arbitrary::experiment(), side in prop_oneof![1..64_usize, any::<usize>()]) {
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
