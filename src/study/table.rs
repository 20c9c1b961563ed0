//! A study as a table: a row a point, and a row a setting over its seeds.

use super::left::in_words;
use super::numbers::more_of;
use super::record::Record;
use super::slurm::Queue;
use super::status::PointStatus;
use super::watch::Watch;
use crate::data::Noun;
use crate::estimate::Estimate;
use crate::experiment::study::{Assignment, ShortNames};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// The field that repeats a setting.
const SEED: &str = "seed";

/// The points and settings of a study; information in nats per item of the data.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The study's name.
    pub study: String,
    /// The noun for the items of the data.
    #[serde(skip)]
    pub noun: Noun,
    /// Short names of the fields in which its points differ.
    pub fields: Vec<String>,
    /// The whole paths of these fields.
    #[serde(skip)]
    pub paths: Vec<String>,
    /// Seconds until all points are done, while any is at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<f64>,
    /// A row a point, in the order of their numbers.
    pub points: Vec<PointRow>,
    /// A row a setting: its points differ by their seed alone. Empty where no seed is varied.
    pub settings: Vec<SettingRow>,
}

/// A point in a table.
#[derive(Clone, Debug, Serialize)]
pub struct PointRow {
    /// The point's number, from 0.
    pub number: usize,
    /// The name of the point's folder.
    pub name: String,
    /// The values of the table's fields.
    pub values: Vec<String>,
    /// The point's state in one word.
    pub state: &'static str,
    /// The reason, if the point failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The array engine's word for the point's state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// Optimiser steps taken.
    pub step: Option<u64>,
    /// The share of the point that is done, from 0 to 1.
    pub share: f64,
    /// Seconds until the point is done, while a process is at work on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<f64>,
    /// The measured quantities.
    #[serde(flatten)]
    pub measured: Measured<Estimate>,
    /// The other numbers of the point's training and evaluation, by their names.
    #[serde(skip)]
    pub more: BTreeMap<String, Estimate>,
}

/// Points that differ by their seed alone.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The values of the table's fields, without the seed.
    pub values: Vec<String>,
    /// The points of the group, in the order of their numbers.
    pub points: Vec<&'a PointRow>,
}

/// A setting in a table.
#[derive(Clone, Debug, Serialize)]
pub struct SettingRow {
    /// The values of the table's fields, without the seed.
    pub values: Vec<String>,
    /// Number of seeds that are done.
    pub done: usize,
    /// Number of seeds.
    pub seeds: usize,
    /// Means over the seeds that are done, with their standard errors over seeds.
    #[serde(flatten)]
    pub measured: Measured<Estimate>,
}

/// The quantities of a point or a setting, in nats per image except for the active units; `None` where not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measured<T> {
    /// The last bound on validation images; its error is over images.
    pub elbo: Option<T>,
    /// The best bound on validation images.
    pub best_elbo: Option<T>,
    /// log p(x) of the images that were evaluated.
    pub log_px: Option<T>,
    /// The bound on the images that were evaluated.
    pub evaluated_elbo: Option<T>,
    /// KL[q(z|x) ‖ p(z)] on the images that were evaluated.
    pub kl: Option<T>,
    /// Number of active units.
    pub active_units: Option<T>,
}

impl<T: Copy> Measured<T> {
    /// The numbers in the order of [`QUANTITIES`].
    pub fn values(&self) -> [Option<T>; QUANTITIES.len()] {
        [self.elbo, self.best_elbo, self.log_px, self.evaluated_elbo, self.kl, self.active_units]
    }

    fn from_values(values: [Option<T>; QUANTITIES.len()]) -> Self {
        let [elbo, best_elbo, log_px, evaluated_elbo, kl, active_units] = values;
        Self { elbo, best_elbo, log_px, evaluated_elbo, kl, active_units }
    }
}

/// The quantities of a table: the name in files, the heading for people, the number of decimals.
pub const QUANTITIES: [(&str, &str, usize); 6] = [
    ("elbo", "ELBO (validation)", 3),
    ("best_elbo", "best", 3),
    ("log_px", "log p(x)", 3),
    ("evaluated_elbo", "its ELBO", 3),
    ("kl", "KL", 2),
    ("active_units", "active", 1),
];

impl Table {
    /// The table of a study's folder as `watch` last read it.
    pub fn new(watch: &Watch) -> Self {
        let fields = differing(watch);
        let names = ShortNames::of(fields.iter().map(String::as_str));
        let points: Vec<PointRow> =
            watch.points().map(|(record, status)| PointRow::new(record, status, &fields)).collect();
        let short = fields.iter().map(|field| names.get(field).to_string()).collect();
        let study = watch.study().name.clone();
        let seconds_left = watch.seconds_left();
        let mut table = Self {
            study,
            noun: watch.noun(),
            fields: short,
            paths: fields,
            seconds_left,
            points,
            settings: Vec::new(),
        };
        table.settings = table.settings();
        table
    }

    /// Set beside each point that is not done the state that an array engine has for it.
    pub fn set_queue(&mut self, queue: &Queue) {
        for point in self.points.iter_mut().filter(|point| point.state != "done") {
            point.queue = queue.get(&point.number).cloned();
        }
    }

    /// Points that differ by their seed alone, together; where no seed is varied, each by itself.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let seed = self.seed_place();
        let mut places: HashMap<Vec<String>, usize> = HashMap::new();
        let mut groups: Vec<Group<'_>> = Vec::new();
        for point in &self.points {
            let mut values = point.values.clone();
            seed.map(|seed| values.remove(seed));
            let place = *places.entry(values.clone()).or_insert(groups.len());
            if place == groups.len() {
                groups.push(Group { values, points: Vec::new() });
            }
            groups[place].points.push(point);
        }
        groups
    }

    /// The seed of a point, as text; nothing where no seed is varied.
    pub fn seed_of<'a>(&self, point: &'a PointRow) -> &'a str {
        self.seed_place().and_then(|seed| point.values.get(seed)).map_or("", String::as_str)
    }

    /// `beta = 4, samples = 5`: a setting in words.
    pub fn name_of(&self, values: &[String]) -> String {
        let parts = self.setting_fields().zip(values).map(|(field, value)| format!("{field} = {value}"));
        let name = parts.collect::<Vec<_>>().join(", ");
        if name.is_empty() { "the one setting".into() } else { name }
    }

    fn seed_place(&self) -> Option<usize> {
        self.fields.iter().position(|field| field == SEED)
    }

    /// Means over the seeds of each setting; none where no seed is varied.
    fn settings(&self) -> Vec<SettingRow> {
        if self.seed_place().is_none() {
            return Vec::new();
        }
        let row = |Group { values, points }: Group<'_>| {
            let done: Vec<&&PointRow> = points.iter().filter(|point| point.state == "done").collect();
            let mut means = [None; QUANTITIES.len()];
            for (quantity, mean) in means.iter_mut().enumerate() {
                let known: Vec<f64> =
                    done.iter().filter_map(|point| Some(point.measured.values()[quantity]?.value)).collect();
                *mean = (!known.is_empty()).then(|| Estimate::mean(&known));
            }
            SettingRow { done: done.len(), seeds: points.len(), measured: Measured::from_values(means), values }
        };
        self.groups().into_iter().map(row).collect()
    }

    /// The table's fields without the seed.
    pub fn setting_fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(String::as_str).filter(|field| *field != SEED)
    }
}

/// The fields in which the points differ, in the order of the study's axes.
fn differing(watch: &Watch) -> Vec<String> {
    let mut seen: Vec<(String, Option<String>, bool)> = Vec::new();
    let count = watch.points().len();
    let mut occurrences: BTreeMap<String, usize> = BTreeMap::new();
    for (record, _) in watch.points() {
        for Assignment { field, value } in &record.assignments {
            *occurrences.entry(field.clone()).or_default() += 1;
            match seen.iter_mut().find(|(known, ..)| known == field) {
                None => seen.push((field.clone(), Some(value.to_string()), false)),
                Some((_, first, differs)) => *differs |= first.as_deref() != Some(value.as_str()),
            }
        }
    }
    let is_shown = |(field, _, differs): &(String, Option<String>, bool)| *differs || occurrences[field] < count;
    seen.into_iter().filter(is_shown).map(|(field, ..)| field).collect()
}

impl PointRow {
    /// The state in words: `done`, `running 43 %, 12 min left`.
    pub fn standing(&self) -> String {
        let left = self.seconds_left.map_or_else(String::new, |left| format!(", {} left", in_words(left)));
        match self.state {
            "running" | "begun" => format!("{} {:.0} %{left}", self.state, 100.0 * self.share),
            state => state.to_owned(),
        }
    }

    fn new(record: &Record, status: &PointStatus, fields: &[String]) -> Self {
        let value = |field: &String| {
            let assignment = record.assignments.iter().find(|assignment| assignment.field == *field);
            assignment.map_or_else(String::new, |assignment| assignment.value.to_string())
        };
        let why = match &status.state {
            super::PointState::Failed(why) => Some(why.clone()),
            _ => None,
        };
        Self {
            number: record.number,
            name: record.name.clone(),
            values: fields.iter().map(value).collect(),
            state: status.state.name(),
            why,
            queue: None,
            step: status.step(),
            share: status.share(),
            seconds_left: status.seconds_left(),
            measured: measured(status),
            more: more(status),
        }
    }
}

fn more(status: &PointStatus) -> BTreeMap<String, Estimate> {
    let Some(result) = &status.result else { return BTreeMap::new() };
    let mut more = result.evaluation.as_ref().map(more_of).unwrap_or_default();
    more.insert("seconds".into(), Estimate::exact(result.training.seconds));
    let speed = result.training.images_per_second.map(Estimate::exact);
    more.extend(speed.map(|speed| ("images_per_second".to_string(), speed)));
    more
}

fn measured(status: &PointStatus) -> Measured<Estimate> {
    let estimate =
        |value: Option<f64>, se: Option<f64>| value.map(|value| Estimate { value, se: se.unwrap_or(f64::NAN) });
    let exact = |value: Option<f64>| value.map(Estimate::exact);
    match (&status.result, &status.sign) {
        (Some(result), _) => {
            let trained = &result.training;
            Measured {
                elbo: estimate(trained.elbo, trained.elbo_se),
                best_elbo: exact(trained.best_elbo),
                log_px: result.estimate("log_px"),
                evaluated_elbo: result.estimate("elbo"),
                kl: exact(result.number("kl")),
                active_units: exact(result.number("active_units")),
            }
        }
        (None, Some(sign)) => Measured {
            elbo: estimate(sign.elbo, sign.elbo_se),
            best_elbo: exact(sign.best_elbo),
            ..Measured::default()
        },
        (None, None) => Measured::default(),
    }
}
