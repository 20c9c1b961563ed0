//! The fields of the form that are varied: together with the form's experiment they are a study.

use super::axes::field_of;
use crate::experiment::study::{Axis, Base, STUDY_VERSION, Selection, Skip, Study, StudyEvaluation, StudyFile};
use crate::experiment::{Experiment, Problem};
use crate::files::safe_name;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A study without its experiment, which is the form's. In the window's state it is the text of a study's file.
#[derive(Clone, Debug, PartialEq)]
pub struct Varied {
    /// The base only keeps the place of the form's experiment.
    study: Study,
}

impl Default for Varied {
    fn default() -> Self {
        let study = Study {
            version: STUDY_VERSION,
            name: String::new(),
            notes: String::new(),
            base: no_base(),
            set: Vec::new(),
            axes: Vec::new(),
            selection: Selection::Grid,
            skip: Vec::new(),
            evaluate: Some(StudyEvaluation { images: 500, samples: 500, ..StudyEvaluation::default() }),
        };
        Self { study }
    }
}

fn no_base() -> Base {
    Base::Preset(String::new())
}

impl Varied {
    /// Take a study apart: its experiment, with the study's changes made, and what is varied.
    ///
    /// # Errors
    /// A base that is not there or not in order.
    pub fn of(study: Study) -> Result<(Experiment, Self), Problem> {
        let experiment = study.base_experiment()?;
        Ok((experiment, Self { study: Study { base: no_base(), set: Vec::new(), ..study } }))
    }

    /// Whether nothing is varied.
    pub fn is_empty(&self) -> bool {
        self.study.axes.is_empty()
    }

    /// The axes, in their order.
    pub fn axes(&self) -> &[Axis] {
        &self.study.axes
    }

    /// The study of a base that is the form's experiment.
    pub fn study(&self, experiment: &Experiment) -> Study {
        let mut study = Study { base: Base::Experiment(Box::new(experiment.clone())), ..self.study.clone() };
        if study.name.is_empty() {
            study.name = safe_name(experiment.name.trim());
        }
        study
    }

    /// The axis that changes a field, by itself or together with others.
    pub fn axis(&self, field: &str) -> Option<&Axis> {
        self.study.axes.iter().find(|axis| axis.fields().contains(&field))
    }

    /// Vary a field: the axis takes the place of an earlier one of its field. Seeds come last, so that the points of a
    /// setting stand together.
    pub fn vary(&mut self, axis: Axis) {
        let axes = &mut self.study.axes;
        let place = axes.iter().position(|known| field_of(known).is_some() && field_of(known) == field_of(&axis));
        match place {
            Some(place) => axes[place] = axis,
            None if axis.is_seeds() => axes.push(axis),
            None => {
                let seeds = axes.iter().position(Axis::is_seeds).unwrap_or(axes.len());
                axes.insert(seeds, axis);
            }
        }
    }

    /// Vary a field no longer; what moves together with it neither.
    pub fn stop(&mut self, field: &str) {
        self.study.axes.retain(|axis| !axis.fields().contains(&field));
    }

    /// Which combinations are points.
    pub fn selection(&self) -> Selection {
        self.study.selection
    }

    /// Choose which combinations are points.
    pub fn select(&mut self, selection: Selection) {
        self.study.selection = selection;
    }

    /// The conditions by which combinations are left out.
    pub fn conditions(&self) -> &[Skip] {
        &self.study.skip
    }

    /// Leave out combinations by these conditions and no others.
    pub fn leave_out(&mut self, skip: Vec<Skip>) {
        self.study.skip = skip;
    }

    /// Have the axis at a place move together with the one before it.
    pub fn join(&mut self, place: usize) {
        let axes = &mut self.study.axes;
        if place == 0 || place >= axes.len() {
            return;
        }
        let all = axes.drain(place - 1..=place).flat_map(|axis| match axis {
            Axis::Zip(axes) => axes,
            axis => vec![axis],
        });
        let joined = Axis::Zip(all.collect());
        axes.insert(place - 1, joined);
    }

    /// Have the axes that move together at a place each move by itself.
    pub fn part(&mut self, place: usize) {
        if let Some(Axis::Zip(parts)) = self.study.axes.get(place).cloned() {
            self.study.axes.splice(place..=place, parts);
        }
    }

    /// Name the study and say what is measured of its points.
    pub fn describe(&mut self, name: &str, evaluate: Option<StudyEvaluation>) {
        self.study.name = name.to_owned();
        self.study.evaluate = evaluate;
    }
}

impl Serialize for Varied {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.study.to_ron().map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Varied {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // The rest of the window's state is worth more than a study that this build cannot read.
        Ok(StudyFile::from_ron(&text, "the window's state")
            .map_or_else(|_| Self::default(), |file| Self { study: file.study }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::study::{FieldValue, load_study, studies};

    fn list(field: &str, value: &str) -> Axis {
        Axis::List { field: field.into(), values: vec![FieldValue::new(value).unwrap()] }
    }

    #[test]
    fn a_study_is_the_form_and_what_is_varied() {
        let mut varied = Varied::default();
        varied.vary(Axis::Seeds { from: 0, count: 3 });
        varied.vary(list("objective.beta", "4"));
        varied.vary(list("objective.beta", "2"));
        let fields: Vec<&str> = varied.axes().iter().flat_map(Axis::fields).collect();
        assert_eq!(fields, ["objective.beta", "seed"], "one axis a field, seeds last");
        let experiment = Experiment { name: "mine, β 4".into(), ..Experiment::default() };
        let study = varied.study(&experiment);
        assert!(study.problems().iter().all(|problem| !problem.is_error()), "{:?}", study.problems());
        assert_eq!(study.points().unwrap().points.len(), 3);
        varied.stop("objective.beta");
        assert_eq!(varied.axes().len(), 1);
    }

    #[test]
    fn fields_move_together_and_apart_again() {
        let mut varied = Varied::default();
        let fields = ["objective.beta", "latent.dimension", "training.batch"];
        fields.iter().for_each(|field| varied.vary(list(field, "4")));
        let before = varied.axes().to_vec();
        varied.join(1);
        varied.join(1);
        assert_eq!(varied.axes(), [Axis::Zip(before.clone())]);
        varied.join(0);
        varied.part(0);
        assert_eq!(varied.axes(), before);
    }

    #[test]
    fn every_bundled_study_survives_the_form_and_the_state() {
        for bundled in studies() {
            let study = load_study(bundled.name).unwrap().study;
            let points = study.points().unwrap();
            let (experiment, varied) = Varied::of(study).unwrap();
            let kept: Varied = ron::from_str(&ron::to_string(&varied).unwrap()).unwrap();
            assert_eq!(kept, varied);
            let again = kept.study(&experiment);
            assert_eq!(again.points().unwrap(), points, "{}", bundled.name);
        }
    }
}
