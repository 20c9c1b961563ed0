//! The columns of the table of runs, which are also the names in filters.

use super::summary::RunSummary;
use crate::estimate::Estimate;
use crate::files;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

/// A column of the table of runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Column {
    /// Where the run stands.
    State,
    /// Whether it has a star.
    Star,
    /// The run's name.
    Name,
    /// When it was saved last.
    Date,
    /// Optimiser steps taken.
    Step,
    /// Passes over the training images.
    Epoch,
    /// Seconds of training.
    Time,
    /// The experiment's name.
    Experiment,
    /// The study that the run is a point of.
    Study,
    /// A field of the experiment, by its path.
    Field(String),
    /// The last bound.
    Elbo,
    /// The best bound.
    BestElbo,
    /// E_q[log p(x|z)] of the last bound.
    Reconstruction,
    /// KL[q(z|x) ‖ p(z)] of the last bound.
    Kl,
    /// log p(x), where it was measured.
    LogPx,
    /// Active units, where they were counted.
    ActiveUnits,
    /// Training images a second.
    Speed,
    /// Bytes on the disk.
    Size,
    /// The user's words for the run.
    Tags,
    /// The user's text about the run.
    Notes,
    /// Where the run is.
    Folder,
}

/// The value of a run in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value is known.
    None,
    /// A text.
    Text(&'a str),
    /// Several words.
    Words(&'a [String]),
    /// A number in the column's unit.
    Number(f64),
    /// Nats per image.
    Estimate(Estimate),
    /// A time.
    Date(SystemTime),
    /// Yes or no.
    Flag(bool),
}

impl Column {
    /// All columns but those of fields, in the order in which they stand; fields stand behind [`Column::Study`].
    pub const ALL: [Self; 20] = [
        Self::State,
        Self::Star,
        Self::Name,
        Self::Date,
        Self::Step,
        Self::Epoch,
        Self::Time,
        Self::Experiment,
        Self::Study,
        Self::Elbo,
        Self::BestElbo,
        Self::Reconstruction,
        Self::Kl,
        Self::LogPx,
        Self::ActiveUnits,
        Self::Speed,
        Self::Size,
        Self::Tags,
        Self::Notes,
        Self::Folder,
    ];

    /// The name in filters, in `--sort` and at the head of CSV; the heading for people; what it says, in a sentence.
    pub fn words(&self) -> (&str, &str, &str) {
        match self {
            Self::State => ("state", "State", "Running, finished, paused, unsaved or damaged."),
            Self::Star => ("starred", "★", "Whether the run is marked with a star."),
            Self::Name => ("name", "Name", "The name that you gave the run, else its experiment's."),
            Self::Date => ("date", "Date", "When the run was saved last (UTC)."),
            Self::Step => ("step", "Length", "Optimiser steps taken."),
            Self::Epoch => ("epoch", "Epochs", "Passes over the training data."),
            Self::Time => ("seconds", "Time", "Time of training, without pauses."),
            Self::Experiment => ("experiment", "Experiment", "The experiment's name."),
            Self::Study => ("study", "Study", "The study that the run is a point of."),
            Self::Field(path) => (path, path, "A field of the experiment."),
            Self::Elbo => (
                "elbo",
                "ELBO",
                "The last bound on validation data (training data where none are held out), nats per image, row or \
                 point.",
            ),
            Self::BestElbo => (
                "best_elbo",
                "best ELBO",
                "The best bound on validation data (training data where none are held out), nats per image, row or \
                 point.",
            ),
            Self::Reconstruction => {
                ("reconstruction", "E[log p(x|z)]", "E_q[log p(x|z)] of the last bound, nats per image, row or point.")
            }
            Self::Kl => ("kl", "KL", "KL[q(z|x) ‖ p(z)] of the last bound, nats per image, row or point."),
            Self::LogPx => (
                "log_px",
                "log p(x)",
                "Of the newest evaluation, else the ledger's last, nats per image, row or point.",
            ),
            Self::ActiveUnits => ("active_units", "Active", "Active units of the newest evaluation."),
            Self::Speed => {
                ("images_per_second", "Items/s", "Training images, rows or points a second at the last report.")
            }
            Self::Size => ("bytes", "Size", "The size of the folder on the disk."),
            Self::Tags => ("tags", "Tags", "Your words for the run; in a filter, `tag = paper`."),
            Self::Notes => ("notes", "Notes", "Your text about the run."),
            Self::Folder => ("folder", "Folder", "Where the run is."),
        }
    }

    /// The name in filters.
    pub fn name(&self) -> &str {
        self.words().0
    }

    /// The column of a name, if it is no field's.
    pub fn named(name: &str) -> Option<Self> {
        let name = match name {
            "tag" => "tags",
            "star" => "starred",
            "length" | "steps" => "step",
            "active" => "active_units",
            "speed" => "images_per_second",
            name => name,
        };
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// A run's value.
    pub fn value<'a>(&self, run: &'a RunSummary) -> Value<'a> {
        let number = |value: Option<f64>| value.map_or(Value::None, Value::Number);
        let text = |text: &'a str| if text.is_empty() { Value::None } else { Value::Text(text) };
        match self {
            Self::State => Value::Text(run.state.name()),
            Self::Star => Value::Flag(run.notes.starred),
            Self::Name => text(run.name()),
            Self::Date => run.saved_at.map_or(Value::None, Value::Date),
            Self::Step => number(run.step.map(|step| step as f64)),
            Self::Epoch => number(run.epoch),
            Self::Time => number(run.seconds),
            Self::Experiment => text(&run.experiment),
            Self::Study => run.study.as_deref().map_or(Value::None, Value::Text),
            Self::Field(path) => match run.fields.get(path) {
                Some(field) => field.number().map_or(Value::Text(&field.text), Value::Number),
                None => Value::None,
            },
            Self::Elbo => {
                run.last.map_or(Value::None, |bound| Value::Estimate(Estimate { value: bound.elbo, se: bound.elbo_se }))
            }
            Self::BestElbo => number(run.best.map(|bound| bound.elbo)),
            Self::Reconstruction => number(run.last.map(|bound| bound.reconstruction)),
            Self::Kl => number(run.last.map(|bound| bound.kl)),
            Self::LogPx => run.log_px.map_or(Value::None, Value::Estimate),
            Self::ActiveUnits => number(run.active_units),
            Self::Speed => number(run.images_per_second),
            Self::Size => number(run.bytes.map(|bytes| bytes as f64)),
            Self::Tags if run.notes.tags.is_empty() => Value::None,
            Self::Tags => Value::Words(&run.notes.tags),
            Self::Notes => text(&run.notes.notes),
            Self::Folder => run.folder.to_str().map_or(Value::None, Value::Text),
        }
    }
}

impl Value<'_> {
    /// The number, where it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Estimate(estimate) => Some(estimate.value),
            _ => None,
        }
    }

    /// The value as text that reads back exactly; a date as `2026-11-30 14:05` (UTC).
    pub fn exact(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) => (*text).to_owned(),
            Self::Words(words) => words.join(" "),
            Self::Number(number) if number.is_finite() => number.to_string(),
            Self::Estimate(estimate) if estimate.value.is_finite() => estimate.value.to_string(),
            Self::Number(_) | Self::Estimate(_) => String::new(),
            Self::Date(at) => date(*at),
            Self::Flag(flag) => flag.to_string(),
        }
    }

    /// The key that a table is sorted by.
    pub fn key(&self) -> Key {
        match self {
            Self::None => Key::None,
            Self::Number(number) => Key::Number(*number),
            Self::Estimate(estimate) => Key::Number(estimate.value),
            Self::Date(at) => Key::Number(at.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())),
            // Runs with a star come first.
            Self::Flag(flag) => Key::Number(if *flag { 0.0 } else { 1.0 }),
            Self::Text(_) | Self::Words(_) => Key::Text(self.exact().to_lowercase()),
        }
    }
}

/// The key that a table is sorted by: numbers before texts, unknown values last, whichever way it is sorted.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// By size.
    Number(f64),
    /// By letters, in lower case.
    Text(String),
    /// Last.
    None,
}

impl Key {
    /// The order of two keys.
    pub fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Number(a), Self::Number(b)) if a.is_nan() || b.is_nan() => return a.is_nan().cmp(&b.is_nan()),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::None, Self::None) => Ordering::Equal,
            (Self::None, _) => return Ordering::Greater,
            (_, Self::None) => return Ordering::Less,
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        };
        if descending { order.reverse() } else { order }
    }
}

/// A time as `2026-11-30 14:05` (UTC).
pub fn date(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    files::utc(seconds).trim_end_matches(" UTC").to_owned()
}
