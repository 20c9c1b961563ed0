//! `--set path=value`: one field changed by its path.

use super::file::nearest::did_you_mean;
use super::file::tree::{Kind, NoSuchPath, Node};
use super::file::{control_character, habit, lookalike, message, options};
use super::{Experiment, ExperimentError};
use std::ops::Range;

impl Experiment {
    /// Change one field: `training.batch=64`, `encoder[0].units=200`, `training.optimiser=Sgd(momentum: 0.9)`.
    ///
    /// Values are written as in the file, with three liberties: text needs no quotes; a variant whose fields all have
    /// defaults needs no parentheses (`training.optimiser=Adam`); and a variant with one value may be given as the
    /// value alone (`objective.beta=4`, `training.length=30`). On an error the experiment is unchanged.
    ///
    /// # Errors
    /// A path that does not exist (the message lists the fields that do), or a value that does not fit its field.
    pub fn set(&mut self, assignment: &str) -> Result<(), ExperimentError> {
        let text = self.to_ron()?;
        let root = Node::parse(&text).map_err(|_| ExperimentError::Assignment {
            assignment: assignment.to_string(),
            message: "the experiment is nested too deeply to be edited".into(),
        })?;
        *self = edit(&text, &root, assignment)?.changed;
        Ok(())
    }

    /// The value of a field, as `--set` would write it: `4.0` of `Constant(4.0)`; `None` where there is no such field.
    pub fn get(&self, path: &str) -> Option<String> {
        let text = options().to_string(self).ok()?;
        let root = Node::parse(&text).ok()?;
        let node = root.find(&text, path).ok()?.unwrapped();
        Some(text[node.span.clone()].to_string())
    }
}

/// The effect of an assignment on an experiment's text.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    /// The place in the text that is replaced.
    pub place: Range<usize>,
    /// The text that is put there.
    pub replacement: String,
    /// The experiment of the changed text.
    pub changed: Experiment,
}

/// Find out how an assignment is written into an experiment's text, whose tree is `root`.
pub(super) fn edit(text: &str, root: &Node, assignment: &str) -> Result<Edit, ExperimentError> {
    let error = |message: String| ExperimentError::Assignment { assignment: assignment.to_string(), message };
    let Some((path, value)) = assignment.split_once('=') else {
        return Err(error("expected `path=value`, for example `training.batch=64`".into()));
    };
    let (path, value) = (path.trim(), value.trim());
    let node = root.find(text, path).map_err(|lost| {
        let elsewhere = root.paths_to(text, &lost.step);
        error(lost_message(&lost, &elsewhere))
    })?;
    if value.is_empty() {
        return Err(error("the value is missing after `=`".into()));
    }

    let written = |place: &Range<usize>, value: &str| {
        // Without this check a value such as `1), (b: 2` could reach outside its field.
        Node::parse(value).ok()?;
        let mut text = text.to_string();
        text.replace_range(place.clone(), value);
        Some(options().from_str::<Experiment>(&text))
    };
    let quoted = format!("\"{}\"", value.escape_default());
    let mut attempts = vec![(&node.span, value.to_string()), (&node.span, format!("{value}()")), (&node.span, quoted)];
    if let Kind::Items { list: false, items, .. } = &node.kind
        && let [only] = items.as_slice()
    {
        attempts.push((&only.span, value.to_string()));
    }
    let found = attempts.into_iter().find_map(|(place, replacement)| {
        let changed = written(place, &replacement)?.ok()?;
        Some(Edit { place: place.clone(), replacement, changed })
    });
    if let Some(edit) = found {
        return match control_character(&edit.changed.name) {
            Some(message) => Err(error(message)),
            None => Ok(edit),
        };
    }
    if let Some((_, message)) = lookalike(value) {
        return Err(error(message));
    }
    if let Some(message) = habit(value, 0, None) {
        return Err(error(message));
    }
    Err(error(match written(&node.span, value) {
        Some(Err(wrong)) => message(&wrong.code, true),
        _ => "the value is not well-formed; check its brackets and quotes".into(),
    }))
}

/// A path that leads nowhere, in words; `elsewhere` are the paths of fields with the name that was not found.
fn lost_message(lost: &NoSuchPath, elsewhere: &[String]) -> String {
    let NoSuchPath { parent, step, fields, items } = lost;
    let place = if parent.is_empty() { "an experiment" } else { parent };
    match (items, fields.as_slice()) {
        (Some(0), _) => format!("{place} is empty"),
        (Some(1), _) => format!("{place} has one entry, {place}[0], and no `{step}`"),
        (Some(n), _) => format!("{place} has {n} entries, {place}[0] to {place}[{}], and no `{step}`", n - 1),
        (None, []) => format!("{place} has no fields of its own; assign to it as a whole"),
        (None, fields) => {
            let near = match elsewhere {
                [] => did_you_mean(step, fields),
                paths => format!(". Did you mean `{}`?", paths.join("` or `")),
            };
            format!("{place} has no field `{step}`{near} Its fields are {}", fields.join(", "))
        }
    }
}
