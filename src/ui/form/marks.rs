//! The problems of the experiment by field, so that the form shows each where it can be mended.

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

    /// The problems of the field at a path.
    pub fn at<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Problem> {
        self.problems.iter().filter(move |problem| problem.path == path)
    }

    /// The problems of the field at a path and of its parts.
    pub fn within<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Problem> {
        self.problems.iter().filter(move |problem| is_within(&problem.path, path))
    }

    /// Whether a run may use the value at a path: it has no error.
    pub fn usable(&self, path: &str) -> bool {
        !self.within(path).any(Problem::is_error)
    }

    /// The errors, which keep the experiment from running.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.is_error())
    }
}

/// Whether `path` is `whole` or a part of it: `encoder[1].units` is within `encoder[1]` and within `encoder`.
pub fn is_within(path: &str, whole: &str) -> bool {
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
