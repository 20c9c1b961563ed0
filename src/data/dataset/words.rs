//! A data set in sentences for the user.

use super::Dataset;
use crate::data::Split;
use crate::data::bytes::thousands;
use crate::data::stack::Stack;
use crate::experiment::Binarisation;

impl Dataset {
    /// A sentence on the number of images of each split.
    pub(super) fn count(&self) -> String {
        let (name, noun) = (&self.name, self.noun());
        if self.is_whole() {
            let count = self.len(Split::Train);
            return format!("{name}: {} {}", thousands(count as u64), noun.of(count));
        }
        let [train, validation, test] =
            [Split::Train, Split::Validation, Split::Test].map(|split| thousands(self.len(split) as u64));
        let own = [&self.test, &self.validation].into_iter().flatten().map(Stack::count).sum::<usize>();
        let count = self.from_training + own;
        let (all, items) = (thousands(count as u64), noun.of(count));
        let validation = match self.validates_on_training() {
            true => "the validation on the same".to_string(),
            false => format!("{validation} for validation"),
        };
        format!("{name}: {all} {items}: {train} for training, {validation}, {test} for the test")
    }

    /// Note what is peculiar about the images, of which so many training images are constant.
    pub(super) fn warn(&mut self, constant: usize) {
        if self.columns.is_some() {
            return;
        }
        if constant > 0 {
            let [constant, all] = [constant, self.len(Split::Train)].map(|n| thousands(n as u64));
            self.warnings.push(format!("{constant} of the {all} training images have one grey level throughout"));
        } else if self.training_mean.iter().all(|&mean| mean == 0.0 || mean == 1.0) {
            let (how, mend) = match self.binariser.mode {
                Binarisation::Threshold(_) => ("binarised, ", "change the threshold in data.binarisation"),
                _ => ("", "give other images"),
            };
            self.warnings.push(format!("{how}all training images are the same, so there is nothing to learn; {mend}"));
        }
    }
}
