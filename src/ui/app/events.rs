//! The worker's events, shown to the user.

use super::App;
use crate::data::Noun;
use crate::ui::dialogs::{Dialog, OtherDataDialog};
use crate::ui::form::format_real;
use crate::ui::format;
use crate::ui::panes::PaneKind;
use crate::ui::toasts::{Mood, Remedy};
use crate::worker::{Evaluation, Event, Level, LiveEdit};
use std::sync::Arc;

impl App {
    pub(super) fn handle_event(&mut self, event: Event) {
        match event {
            Event::Log { level, text } => {
                if level != Level::Info {
                    let mood = if level == Level::Error { Mood::Error } else { Mood::Warning };
                    self.toasts.push(mood, text.clone(), None);
                }
                self.state.panes.log.push(level, text);
            }
            Event::Saved(path) => {
                self.state.remember(&path);
                self.add_runs(&path);
                self.say(Mood::Success, format!("Saved the run in {}.", path.display()));
            }
            Event::Loaded { folder, experiment } => {
                self.state.queue.superseded("Another run was read in its place.");
                self.session.bind_form();
                let text = if self.own_folders.iter().any(|own| folder.starts_with(own)) {
                    format!("The run of {} is back.", experiment.name)
                } else {
                    self.state.remember(&folder);
                    self.add_runs(&folder);
                    format!("Read the run in {}.", folder.display())
                };
                if self.state.experiment != *experiment {
                    self.state.replace(Arc::unwrap_or_clone(experiment));
                    self.state.file = None;
                }
                self.say(Mood::Success, text);
            }
            Event::Forked { parent, step, experiment } => {
                self.state.queue.superseded("It was forked: the fork took its place.");
                self.session.bind_form();
                if self.state.experiment != *experiment {
                    self.state.replace(Arc::unwrap_or_clone(experiment));
                    self.state.file = None;
                }
                let parent = parent.file_name().map_or_else(String::new, |name| name.display().to_string());
                let text = format!("A fork of {parent} at step {}: Train goes on from there.", format::count(step));
                self.say(Mood::Success, text);
            }
            Event::OtherData { folder, options, difference } => {
                self.state.panes.log.push(Level::Warning, format!("{difference}."));
                let dialog = OtherDataDialog::new(folder, options, difference);
                self.dialogs.open(Dialog::OtherData(dialog));
            }
            Event::Replaced { folder, name, step } => {
                self.replaced_last = Some(folder.clone());
                let text = format!("The run of {name}, at step {}, was kept.", format::count(step));
                self.say_with(Mood::Info, text, Some(Remedy::BringBack(folder)));
            }
            // Whoever pressed Stop knows.
            Event::Finished(finished) if finished.stopped => self.run_stopped(finished.status.last_step),
            Event::Finished(finished) => self.say(Mood::Success, format!("The run is finished: {}.", finished.why)),
            Event::Failed(failure) => {
                self.timeline.take_fork();
                if self.recording.take().is_some() {
                    self.say(Mood::Warning, "The film was given up.");
                }
                self.say(Mood::Error, failure.message());
            }
            Event::Evaluated(evaluation) => {
                let noun = self.session.status.noun;
                self.say_done(evaluation_text(&evaluation, noun), PaneKind::Evaluation);
            }
            Event::Gradients(found) => {
                if found.complete {
                    self.say_done("The gradients are measured.".into(), PaneKind::Gradients);
                }
                self.state.panes.gradients.put(found);
            }
            Event::Ended => self.say(Mood::Error, "The worker has ended; save what you need and restart Elbow."),
        }
    }

    /// Say that work is done whose result `pane` shows, and mark its tab if it is not in sight. The panes that are in
    /// sight stay there.
    fn say_done(&mut self, text: String, pane: PaneKind) {
        let in_sight = self.state.in_sight().contains(&pane);
        if !in_sight {
            self.news.insert(pane);
        }
        self.say_with(Mood::Success, text, (!in_sight).then_some(Remedy::Show(pane)));
    }
}

/// The result of an evaluation in one line: log p(x), the bound, the gap.
fn evaluation_text(evaluation: &Evaluation, noun: Noun) -> String {
    let gap = evaluation.log_px - evaluation.elbo;
    format!(
        "log p(x) = {} nats (± measurement), ELBO = {} (± over {}), gap {} ({} {} {}, {} samples, {}; {} \
         active units)",
        format::with_error(evaluation.log_px, evaluation.log_px_se, 2),
        format::with_error(evaluation.elbo, evaluation.elbo_se, 2),
        noun.many(),
        format::fixed(gap, 2),
        format::count(evaluation.images as u64),
        evaluation.split.adjective(),
        noun.of(evaluation.images),
        format::count(evaluation.samples as u64),
        evaluation.method,
        evaluation.active_units,
    )
}

/// A change to the run in the words of the plots' marks.
pub(super) fn edit_text(edit: LiveEdit) -> String {
    match edit {
        LiveEdit::Beta(beta) => format!("β = {}", format_real(beta)),
        LiveEdit::LearningRate(rate) => format!("learning rate {}", format_real(rate)),
        LiveEdit::Samples(samples) => format!("K = {samples}"),
        LiveEdit::BatchSize(batch) => format!("batch size {batch}"),
    }
}
