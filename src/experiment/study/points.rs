//! From a study to its experiments.

use super::axis::{Assignment, Axis};
use super::condition::Condition;
use super::numbered::grouped;
use super::{Base, Selection, Study};
use crate::experiment::file::options;
use crate::experiment::file::tree::Node;
use crate::experiment::set::{Edit, edit};
use crate::experiment::{Experiment, ExperimentError, Problem, preset};
use crate::random::{Purpose, Stream};
use std::collections::HashMap;

/// An experiment of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The fields of the axes with their values at this point.
    pub assignments: Vec<Assignment>,
    /// The experiment; its name is the base's.
    pub experiment: Experiment,
}

/// The experiments of a study, and the combinations that were left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    /// The experiments in the order of the axes: the last axis moves fastest.
    pub points: Vec<Point>,
    /// Combinations that a condition leaves out.
    pub skipped: Vec<Skipped>,
}

/// A combination that a condition leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The fields of the axes with their values.
    pub assignments: Vec<Assignment>,
    /// The index of the condition in [`Study::skip`].
    pub condition: usize,
}

impl Study {
    /// The experiments of the study.
    ///
    /// # Errors
    /// Every problem that keeps the study from having experiments; see [`problems`](Self::problems), which judges the
    /// experiments too.
    pub fn points(&self) -> Result<Points, Vec<Problem>> {
        let problems = self.own_problems();
        if problems.iter().any(Problem::is_error) {
            return Err(problems);
        }
        let base = self.base_experiment().map_err(|error| vec![error])?;
        let (points, problems) = self.expand(&base);
        if problems.is_empty() { Ok(points) } else { Err(problems) }
    }

    /// The experiment that all points have in common, with the study's changes.
    ///
    /// # Errors
    /// A preset or a file that is not there, a change that cannot be made.
    pub fn base_experiment(&self) -> Result<Experiment, Problem> {
        let mut base = self.base.load().map_err(|error| Problem::error("base", error.to_string()))?;
        for (place, assignment) in self.set.iter().enumerate() {
            base.set(assignment).map_err(|error| Problem::error(format!("set[{place}]"), error.to_string()))?;
        }
        Ok(base)
    }

    /// The base experiment with some assignments made.
    ///
    /// # Errors
    /// The base cannot be loaded, a field does not exist, or a value does not fit its field.
    pub fn experiment(&self, assignments: &[Assignment]) -> Result<Experiment, Problem> {
        let base = self.base_experiment()?;
        let mut combiner = Combiner::new(&base).map_err(|error| Problem::error("base", error.to_string()))?;
        combiner.combine(assignments).map_err(|(field, error)| Problem::error(field, error))
    }

    /// The base experiment with each of several sets of assignments; `None` for a set that makes no experiment.
    pub fn experiments(&self, all: &[&[Assignment]]) -> Vec<Option<Experiment>> {
        let combiner = self.base_experiment().ok().and_then(|base| Combiner::new(&base).ok());
        let Some(mut combiner) = combiner else { return vec![None; all.len()] };
        all.iter().map(|assignments| combiner.combine(assignments).ok()).collect()
    }

    /// The points of a study whose own parts have no errors, and the problems of combinations that make no experiment.
    pub(super) fn expand(&self, base: &Experiment) -> (Points, Vec<Problem>) {
        let conditions: Vec<Condition> =
            self.skip.iter().filter_map(|skip| Condition::parse(&skip.when).ok()).collect();
        let mut combiner = match Combiner::new(base) {
            Ok(combiner) => combiner,
            Err(error) => return (Points::default(), vec![Problem::error("base", error.to_string())]),
        };
        let (mut points, mut wrong) = (Points::default(), Vec::new());
        for (number, assignments) in self.combinations().into_iter().enumerate() {
            match combiner.combine(&assignments) {
                Err((field, error)) => wrong.push((number, field, error)),
                Ok(experiment) => match first_that_holds(&conditions, &experiment) {
                    Err((condition, error)) => wrong.push((number, format!("skip[{condition}]"), error)),
                    Ok(Some(condition)) => points.skipped.push(Skipped { assignments, condition }),
                    Ok(None) => points.points.push(Point { assignments, experiment }),
                },
            }
        }
        (points, grouped(wrong))
    }

    /// The assignments of every combination that the selection chooses.
    fn combinations(&self) -> Vec<Vec<Assignment>> {
        match self.selection {
            Selection::Grid => crossed(&self.axes.iter().map(places).collect::<Vec<_>>()),
            Selection::Random { count, seed } => {
                let (seeds, drawn): (Vec<&Axis>, Vec<&Axis>) = self.axes.iter().partition(|axis| axis.is_seeds());
                let repeats = crossed(&seeds.into_iter().map(places).collect::<Vec<_>>());
                let stream = Stream::new(seed, Purpose::Study);
                let setting = |number: usize| {
                    let mut bits = vec![0; drawn.len()];
                    stream.fill_bits(number as u64, &mut bits);
                    let unit = |bits: u32| (f64::from(bits) + 0.5) / 4_294_967_296.0;
                    drawn.iter().zip(bits).flat_map(|(axis, bits)| axis.draw(unit(bits))).collect::<Vec<_>>()
                };
                let repeated = |setting: Vec<Assignment>| {
                    repeats.iter().map(move |seeds| [&setting[..], seeds].concat()).collect::<Vec<_>>()
                };
                (0..count).map(setting).flat_map(repeated).collect()
            }
        }
    }
}

impl Base {
    /// The experiment.
    ///
    /// # Errors
    /// The preset or the file does not exist or cannot be read.
    pub fn load(&self) -> Result<Experiment, ExperimentError> {
        match self {
            Self::Preset(name) => preset(name),
            Self::File(path) => Experiment::load(path),
            Self::Experiment(experiment) => Ok((**experiment).clone()),
        }
    }
}

/// All places of an axis.
fn places(axis: &Axis) -> Vec<Vec<Assignment>> {
    (0..axis.len().unwrap_or(0)).map(|place| axis.at(place)).collect()
}

/// Every combination of a place of each axis; the last one moves fastest.
fn crossed(axes: &[Vec<Vec<Assignment>>]) -> Vec<Vec<Assignment>> {
    axes.iter().fold(vec![Vec::new()], |before, places| {
        let with =
            |start: &Vec<Assignment>| places.iter().map(|place| [&start[..], place].concat()).collect::<Vec<_>>();
        before.iter().flat_map(with).collect()
    })
}

/// The index of the first condition that holds for an experiment, if any; or the index of one that cannot be judged,
/// and why.
fn first_that_holds(conditions: &[Condition], experiment: &Experiment) -> Result<Option<usize>, (usize, String)> {
    if conditions.is_empty() {
        return Ok(None);
    }
    let text = options().to_string(experiment).map_err(|error| (0, error.to_string()))?;
    let root = Node::parse(&text).map_err(|_| (0, "the experiment is nested too deeply".to_string()))?;
    for (number, condition) in conditions.iter().enumerate() {
        if condition.holds(&text, &root).map_err(|error| (number, error))? {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Makes experiments of a base by assignments. How an assignment is written is found out once for all points.
struct Combiner {
    base: Experiment,
    text: String,
    root: Node,
    edits: HashMap<Assignment, Option<Edit>>,
}

impl Combiner {
    /// A combiner for a base.
    fn new(base: &Experiment) -> Result<Self, ExperimentError> {
        let text = options().to_string(base).map_err(|error| ExperimentError::Unwritable(error.to_string()))?;
        let root = Node::parse(&text)
            .map_err(|_| ExperimentError::Unwritable("it is nested too deeply to be edited".into()))?;
        Ok(Self { base: base.clone(), text, root, edits: HashMap::new() })
    }

    /// The base with these assignments made one after the other; or the field that cannot be set, and why.
    fn combine(&mut self, assignments: &[Assignment]) -> Result<Experiment, (String, String)> {
        if let Some(experiment) = self.at_once(assignments) {
            return Ok(experiment);
        }
        let mut experiment = self.base.clone();
        for Assignment { field, value } in assignments {
            let set = experiment.set(&format!("{field}={value}"));
            set.map_err(|error| (field.clone(), error.to_string()))?;
        }
        Ok(experiment)
    }

    /// All assignments in one go, where none reaches into another's field.
    fn at_once(&mut self, assignments: &[Assignment]) -> Option<Experiment> {
        let Self { text, root, edits, .. } = self;
        let mut found: Vec<&Edit> = Vec::new();
        for assignment in assignments {
            if !edits.contains_key(assignment) {
                let Assignment { field, value } = assignment;
                edits.insert(assignment.clone(), edit(text, root, &format!("{field}={value}")).ok());
            }
        }
        for assignment in assignments {
            found.push(edits.get(assignment)?.as_ref()?);
        }
        found.sort_by_key(|edit| std::cmp::Reverse(edit.place.start));
        if found.windows(2).any(|pair| pair[1].place.end > pair[0].place.start) {
            return None;
        }
        let mut text = text.clone();
        found.into_iter().for_each(|edit| text.replace_range(edit.place.clone(), &edit.replacement));
        options().from_str(&text).ok()
    }
}
