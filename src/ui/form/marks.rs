//! Validation's findings by field, for the form to show each where it is mended.

use crate::experiment::Problem;

/// The problems of the experiment in the form.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    problems: Vec<Problem>,
}

impl Marks {
    pub fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    pub fn all(&self) -> &[Problem] {
        &self.problems
    }

    /// What is wrong with the field at a path.
    pub fn at<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Problem> {
        self.problems.iter().filter(move |problem| problem.path == path)
    }

    /// What is wrong with the field at a path or with a part of it.
    pub fn within<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Problem> {
        self.problems.iter().filter(move |problem| is_within(&problem.path, path))
    }

    /// Whether a run may use the value at a path.
    pub fn usable(&self, path: &str) -> bool {
        !self.within(path).any(Problem::is_error)
    }

    /// The errors, which stop a run.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.is_error())
    }
}

/// Whether `path` is `whole` or a part of it: `encoder[1].units` is within `encoder[1]` and within `encoder`.
fn is_within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_within_its_whole_and_not_within_a_namesake() {
        assert!(is_within("encoder[1].units", "encoder[1]"));
        assert!(is_within("encoder[1].units", "encoder"));
        assert!(is_within("encoder[1]", "encoder[1]"));
        assert!(!is_within("encoder[10].units", "encoder[1]"));
        assert!(!is_within("training.clip", "training.cl"));
    }
}
