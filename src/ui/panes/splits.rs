//! The parts of the data set to choose images from.

use crate::data::Split;
use crate::worker::Status;

/// The splits that there are, with their names. Without held-out images validation is no choice: it would be the
/// training images under another name, so a choice of it becomes that.
pub fn splits(status: &Status, chosen: &mut Split) -> Vec<(Split, &'static str)> {
    if status.validates_on_training && *chosen == Split::Validation {
        *chosen = Split::Train;
    }
    let all = [(Split::Train, "train"), (Split::Validation, "validation"), (Split::Test, "test")];
    all.into_iter().filter(|(split, _)| *split != Split::Validation || !status.validates_on_training).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_03_without_held_out_images_validation_is_no_choice() {
        let mut chosen = Split::Validation;
        let status = Status { validates_on_training: true, ..Status::default() };
        assert_eq!(splits(&status, &mut chosen), [(Split::Train, "train"), (Split::Test, "test")]);
        assert_eq!(chosen, Split::Train);
        chosen = Split::Validation;
        assert_eq!(splits(&Status::default(), &mut chosen).len(), 3);
        assert_eq!(chosen, Split::Validation);
    }
}
