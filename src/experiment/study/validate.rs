//! All problems of a study at once: those of its own parts, then those of each experiment, with its number.

use super::axis::Axis;
use super::condition::Condition;
use super::numbered::listed;
use super::{Points, STUDY_VERSION, Selection, Study};
use crate::experiment::{Problem, Severity};
use std::collections::BTreeMap;

/// Largest number of points of a study.
pub const POINTS_MAX: usize = 100_000;

impl Study {
    /// Every problem of the study: errors that keep it from running, and warnings. Problems of an experiment carry the
    /// number of its point, counted from 0; a problem that several experiments have is stated once.
    pub fn problems(&self) -> Vec<Problem> {
        self.examined().1
    }

    /// The experiments of the study together with every problem of it, as [`points`](Self::points) and
    /// [`problems`](Self::problems) return them, in the time of one; no experiments where they cannot be made.
    pub fn examined(&self) -> (Points, Vec<Problem>) {
        let mut problems = self.own_problems();
        if problems.iter().any(Problem::is_error) {
            return (Points::default(), problems);
        }
        let base = match self.base_experiment() {
            Ok(base) => base,
            Err(problem) => return (Points::default(), [problems, vec![problem]].concat()),
        };
        let (points, wrong) = self.expand(&base);
        let are_made = wrong.is_empty();
        problems.extend(wrong);
        let names = self.short_names();
        let all = points.points.len();
        let mut found: BTreeMap<(String, String, bool), Vec<usize>> = BTreeMap::new();
        for (number, point) in points.points.iter().enumerate() {
            for problem in point.experiment.problems(point.experiment.image_shape_hint()) {
                let Problem { path, message, severity } = problem;
                found.entry((path, message, severity == Severity::Error)).or_default().push(number);
            }
        }
        problems.extend(found.into_iter().map(|((path, message, is_error), numbers)| {
            let label = names.label(&points.points[numbers[0]].assignments);
            let path = match (numbers.len() == all, label.as_str()) {
                (true, _) => path,
                (false, "") => format!("{}, {path}", listed(&numbers)),
                (false, label) => format!("{} ({label}), {path}", listed(&numbers)),
            };
            if is_error { Problem::error(path, message) } else { Problem::warning(path, message) }
        }));
        if all == 0 && problems.is_empty() {
            problems.push(Problem::error("skip", "the conditions leave no point; relax one"));
        }
        (if are_made { points } else { Points::default() }, problems)
    }

    /// The problems of the study's own parts, without those of its experiments.
    pub(super) fn own_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.version != STUDY_VERSION {
            let message = format!("the version must be {STUDY_VERSION}, not {}", self.version);
            problems.push(Problem::error("version", message));
        }
        if self.name.contains(|c: char| c.is_control() || "/\\:".contains(c)) || self.name.len() > 80 {
            let message = "the name is part of the runs' names: at most 80 bytes, no slash, colon or control character";
            problems.push(Problem::error("name", message));
        }
        let drawn = matches!(self.selection, Selection::Random { .. });
        for (place, axis) in self.axes.iter().enumerate() {
            axis.problems(&format!("axes[{place}]"), drawn, &mut problems);
        }
        let fields =
            self.axes.iter().enumerate().flat_map(|(place, axis)| axis.fields().into_iter().map(move |f| (f, place)));
        let mut seen = BTreeMap::new();
        for (field, place) in fields {
            if let Some(first) = seen.insert(field, place) {
                let message = format!("axes[{first}] changes `{field}` already; leave one of them out");
                problems.push(Problem::error(format!("axes[{place}]"), message));
            }
        }
        for (place, skip) in self.skip.iter().enumerate() {
            if let Err(message) = Condition::parse(&skip.when) {
                problems.push(Problem::error(format!("skip[{place}].when"), message));
            }
            if skip.because.trim().is_empty() {
                problems.push(Problem::error(format!("skip[{place}].because"), "say why these points make no sense"));
            }
        }
        if matches!(self.selection, Selection::Random { count: 0, .. }) {
            problems.push(Problem::error("selection.count", "draw one setting or more"));
        }
        if problems.is_empty() && self.size().is_none_or(|size| size > POINTS_MAX) {
            let message =
                format!("there are more than {POINTS_MAX} combinations; make the axes shorter, or draw at random");
            problems.push(Problem::error("axes", message));
        }
        problems.extend(self.evaluate.iter().flat_map(super::StudyEvaluation::problems));
        problems
    }

    /// The number of combinations; `None` if they cannot be counted.
    fn size(&self) -> Option<usize> {
        let product = |drawn: usize, axes: &[&Axis]| {
            axes.iter().try_fold(drawn, |product, axis| product.checked_mul(axis.len()?))
        };
        let all: Vec<&Axis> = self.axes.iter().collect();
        let seeds: Vec<&Axis> = all.iter().copied().filter(|axis| axis.is_seeds()).collect();
        match self.selection {
            Selection::Grid => product(1, &all),
            Selection::Random { count, .. } => product(count, &seeds),
        }
    }
}

impl Axis {
    /// Add the problems of the axis, whose path is `path`. `drawn`: values are drawn at random, rather than all used.
    fn problems(&self, path: &str, drawn: bool, problems: &mut Vec<Problem>) {
        let mut error = |field: &str, message: String| problems.push(Problem::error(format!("{path}{field}"), message));
        match self {
            Self::List { field, .. }
            | Self::Linear { field, .. }
            | Self::Log { field, .. }
            | Self::Integers { field, .. }
                if field.trim().is_empty() =>
            {
                error(".field", "name the field, as in `--set`: `objective.beta`".into());
            }
            Self::Linear { from, to, .. } | Self::Log { from, to, .. } if !from.is_finite() || !to.is_finite() => {
                error("", format!("the range from {from} to {to} has no end; write plain numbers"));
            }
            Self::Log { from, to, .. } if *from <= 0.0 || *to <= 0.0 => {
                error("", format!("from {from} to {to}: ratios are of numbers above 0; write `Linear`, or other ends"));
            }
            Self::Linear { count: None, .. } | Self::Log { count: None, .. } if !drawn => {
                error("", "say how many numbers: `count: 5` (only random points do without)".into());
            }
            Self::Integers { step: 0, .. } => error(".step", "a step of 0 leads nowhere; write 1 or more".into()),
            Self::Zip(axes) => {
                for (place, axis) in axes.iter().enumerate() {
                    axis.problems(&format!("{path}[{place}]"), drawn, problems);
                    if matches!(axis, Self::Zip(_)) {
                        let message = "a `Zip` in a `Zip` moves as the outer one does; write its axes there";
                        problems.push(Problem::error(format!("{path}[{place}]"), message));
                    }
                    if let (Some(length), Some(first)) = (axis.len(), axes[0].len())
                        && length != first
                    {
                        let message =
                            format!("zipped axes move together: this one has {length} values, the first {first}");
                        problems.push(Problem::error(format!("{path}[{place}]"), message));
                    }
                    if axis.len().is_none() {
                        let message = "zipped axes move together: say how many numbers, `count: 5`";
                        problems.push(Problem::error(format!("{path}[{place}]"), message));
                    }
                }
                if axes.is_empty() {
                    problems.push(Problem::error(path, "there is nothing to zip; write axes into it, or leave it out"));
                }
            }
            _ if self.is_empty() => error("", "there is no value; write one or more, or leave the axis out".into()),
            _ => {}
        }
    }
}
