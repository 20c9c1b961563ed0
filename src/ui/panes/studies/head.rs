//! The head of the pane: which study, which view of it, how far it is, and the verdict.

use super::digest::Digest;
use crate::study::left::in_words;
use crate::ui::controls::{action, action_enabled, make_room, progress, segmented};
use crate::ui::icons::{Icon, explained_icon_button};
use crate::ui::studies::{OpenStudy, Studies, StudyAsks};
use crate::ui::theme::{Theme, space};
use eframe::egui::{ComboBox, Label, RichText, Ui};
use serde::{Deserialize, Serialize};

/// Height of what is below the verdict, in points, from which on all of it is shown.
const ROOMY: f32 = 320.0;

/// The views of a study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    #[default]
    Points,
    Table,
    Response,
    Heat,
    Parallel,
    Best,
}

impl Shown {
    const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Points, "Points", "Every point with its state and progress; click one for more."),
        (Self::Table, "Table", "The results of every point, and of every setting over its seeds."),
        (Self::Response, "Response", "A quantity against a field, a curve for each setting of the others."),
        (Self::Heat, "Heat", "A quantity over two fields."),
        (
            Self::Parallel,
            "Parallel",
            "A line a point over all fields and quantities; drag along an axis to choose lines.",
        ),
        (Self::Best, "Best", "The settings in their order, and whether the seeds tell them apart."),
    ];

    /// Whether single points can be clicked in it.
    pub fn has_points(self) -> bool {
        matches!(self, Self::Points | Self::Table | Self::Parallel)
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one row")]
pub fn head_ui(
    ui: &mut Ui,
    theme: &Theme,
    studies: &Studies,
    open: &OpenStudy,
    digest: Option<&Digest>,
    shown: &mut Shown,
    term: &mut Option<String>,
    asks: &mut Vec<StudyAsks>,
) {
    ui.horizontal_wrapped(|ui| {
        ui.set_row_height(space::ROW);
        which_ui(ui, theme, studies, open, asks);
        segmented(ui, shown, &Shown::ALL);
    });
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        ui.set_row_height(space::ROW);
        if let Some(seen) = open.seen() {
            progress(ui, seen.share as f32, &standing(open), 280.0);
        }
        if let Some(digest) = digest {
            term_ui(ui, digest, term);
        }
        run_ui(ui, open, asks);
        slurm_ui(ui, theme, open, asks);
    });
    if let Some(digest) = digest.filter(|digest| !digest.text.is_empty()) {
        verdict_ui(ui, theme, digest, *shown);
    }
}

/// The verdict: whole where it is the matter or there is room, else as much as a line holds, and whole on hover.
fn verdict_ui(ui: &mut Ui, theme: &Theme, digest: &Digest, shown: Shown) {
    let is_sure = digest.verdict.as_ref().is_some_and(|(verdict, _)| verdict.is_sure());
    let colour = if is_sure { theme.text_strong } else { theme.text };
    let label = Label::new(RichText::new(&digest.text).color(colour));
    let whole = shown == Shown::Best || ui.available_height() > ROOMY;
    ui.add(if whole { label.wrap() } else { label.truncate() });
}

/// The study's name, a list of the open ones where there are several, and the ways to another.
fn which_ui(ui: &mut Ui, theme: &Theme, studies: &Studies, open: &OpenStudy, asks: &mut Vec<StudyAsks>) {
    let path = open.folder().path().display().to_string();
    if studies.list().len() > 1 {
        make_room(ui, 130.0);
        ui.name_inputs("Study shown", |ui| {
            ComboBox::from_id_salt("study").selected_text(open.name()).width(110.0).truncate().show_ui(ui, |ui| {
                for (place, other) in studies.list().iter().enumerate() {
                    let path = other.folder().path().display().to_string();
                    if ui.selectable_label(place == studies.shown(), other.name()).on_hover_text(path).clicked() {
                        asks.push(StudyAsks::Choose(place));
                    }
                }
            });
        });
    } else {
        ui.label(theme.strong(open.name())).on_hover_text(path);
    }
    let hint = "Open another study: its folder, or its file.";
    if explained_icon_button(ui, Icon::Folder, "Open another study", hint, true).clicked() {
        asks.push(StudyAsks::Open);
    }
    let hint = "Close this study; its folder stays. Points that are run from here stop and save.";
    if explained_icon_button(ui, Icon::Remove, "Close the study", hint, true).clicked() {
        asks.push(StudyAsks::Close);
    }
}

fn term_ui(ui: &mut Ui, digest: &Digest, chosen: &mut Option<String>) {
    let Some(term) = &digest.term else { return };
    make_room(ui, 170.0);
    ui.name_inputs("Quantity", |ui| {
        let list = ComboBox::from_id_salt("quantity").selected_text(&term.title).width(150.0).truncate();
        list.show_ui(ui, |ui| {
            for other in &digest.terms {
                let unit = if other.unit.is_empty() { "a plain number" } else { other.unit };
                let item = ui.selectable_label(other.name == term.name, &other.title);
                if item.on_hover_text(format!("{}, {unit}", other.name)).clicked() {
                    *chosen = Some(other.name.clone());
                }
            }
        });
    });
}

/// `12 of 18 done, 2 running; 12 min left`.
fn standing(open: &OpenStudy) -> String {
    let Some(seen) = open.seen() else { return String::new() };
    let all = seen.table.points.len();
    let others = ["running", "begun", "failed"].into_iter().filter_map(|state| {
        let count = seen.count(state);
        (count > 0).then(|| format!(", {count} {state}"))
    });
    let left = seen.table.seconds_left.map_or_else(String::new, |left| format!("; {} left", in_words(left)));
    format!("{} of {all} done{}{left}", seen.count("done"), others.collect::<String>())
}

/// Where Slurm has the points, and the way to take them out of its queue.
fn slurm_ui(ui: &mut Ui, theme: &Theme, open: &OpenStudy, asks: &mut Vec<StudyAsks>) {
    let Some(seen) = open.seen() else { return };
    if let Some(error) = &seen.slurm.error {
        ui.label(RichText::new("Slurm does not answer").color(theme.warning)).on_hover_text(error);
    }
    if !seen.slurm.is_at_work() {
        return;
    }
    ui.label(theme.muted(format!("In Slurm: {}", seen.slurm.told())));
    let hint = "Take its points out of Slurm's queue. Those at work save; they go on when they are submitted or run \
                again.";
    let name = if open.is_cancelling() { "Cancelling…" } else { "Cancel jobs" };
    if action_enabled(ui, !open.is_cancelling(), name, hint) {
        asks.push(StudyAsks::Cancel);
    }
}

fn run_ui(ui: &mut Ui, open: &OpenStudy, asks: &mut Vec<StudyAsks>) {
    let (left, failed, running) = match open.seen() {
        Some(seen) => {
            let failed = seen.count("failed");
            (seen.table.points.len() - seen.count("done") - failed, failed, seen.count("running"))
        }
        None => (0, 0, 0),
    };
    if open.is_stopping() {
        action_enabled(ui, false, "Stopping…", "The points at work are saved.");
        return;
    }
    if open.is_run_here() {
        if action(ui, "Pause", "Stop the points at work and save them; Go on takes them up where they were.") {
            asks.push(StudyAsks::Pause);
        }
        return;
    }
    let begun = open.seen().is_some_and(|seen| seen.share > 0.0);
    if left > 0 {
        let in_slurm = open.seen().is_some_and(|seen| seen.slurm.is_at_work());
        let (name, hint) = match (running > 0, begun) {
            _ if in_slurm => ("Go on", "Slurm has this study in its queue. What it has not begun can be run here."),
            (true, _) => ("Go on", "Another process is at work on this study. What it leaves can be run here."),
            (false, true) => {
                ("Go on", "Run the points that are not done; those that were begun go on where they were.")
            }
            (false, false) => ("Run", "Run the points, each as a process of its own."),
        };
        if action(ui, name, hint) {
            asks.push(StudyAsks::Run { retry: false });
        }
    }
    if failed > 0 {
        let name = format!("Retry {failed} failed");
        if action(ui, &name, "Try the points again that failed, with those that are left.") {
            asks.push(StudyAsks::Run { retry: true });
        }
    }
}
