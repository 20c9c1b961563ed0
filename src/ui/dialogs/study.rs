//! The dialog of the form's study: its name, what is measured, where it runs, and all that is wrong with it.

use super::combinations::{axes_ui, conditions_ui, selection_ui};
use super::frame::{modal, row};
use super::path::path_ui;
use super::picker::{Pick, Picker};
use super::reply::{ModalOutcome, Reply};
use crate::experiment::study::{EvaluatedSplit, StudyEvaluation};
use crate::experiment::{Experiment, Problem};
use crate::files::safe_name;
use crate::study::StudyFolder;
use crate::ui::controls::{checkbox, segmented};
use crate::ui::format::counted;
use crate::ui::noun;
use crate::ui::studies::{Count, Counted, Start, Varied};
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Button, Context, DragValue, Label, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};
use std::path::{Path, PathBuf};

/// Height of the list of problems in points.
const PROBLEMS: f32 = 120.0;

/// The question how the form's study is run.
pub struct StudyDialog {
    experiment: Experiment,
    varied: Varied,
    name: String,
    evaluate: StudyEvaluation,
    is_evaluated: bool,
    /// Points at a time; 0: as many as the machine allows.
    jobs: usize,
    /// Where studies lie, each under its name.
    root: PathBuf,
    folder: String,
    /// The folder that goes with the name, which an edit of the name changes as long as nobody has changed it.
    proposed: String,
    focused: bool,
    counted: Counted,
    /// The folder that was looked at last, and what is there.
    looked: Option<(String, There)>,
}

/// The content of the folder where the study is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
enum There {
    Nothing,
    Study,
    Other(String),
}

impl StudyDialog {
    /// The question for the form's experiment and what is varied in it; `root` is where studies lie.
    pub fn new(experiment: &Experiment, varied: &Varied, root: &Path) -> Self {
        let study = varied.study(experiment);
        let mut dialog = Self {
            experiment: experiment.clone(),
            varied: varied.clone(),
            name: study.name,
            evaluate: study.evaluate.unwrap_or_default(),
            is_evaluated: study.evaluate.is_some(),
            jobs: 0,
            root: root.to_owned(),
            folder: String::new(),
            proposed: String::new(),
            focused: false,
            counted: Counted::default(),
            looked: None,
        };
        dialog.propose();
        dialog
    }

    /// Put the folder that goes with the name into the field, unless somebody has written another.
    fn propose(&mut self) {
        let name = safe_name(self.name.trim());
        let name = if name.is_empty() { "study" } else { &name };
        let proposed = free(&self.root, name, &self.experiment).display().to_string();
        if self.folder == self.proposed {
            self.folder.clone_from(&proposed);
        }
        self.proposed = proposed;
    }

    pub(super) fn show(&mut self, ctx: &Context, picker: &mut Picker, picked: Option<PathBuf>) -> ModalOutcome {
        if let Some(path) = picked {
            self.folder = path.display().to_string();
        }
        self.varied.describe(self.name.trim(), self.is_evaluated.then_some(self.evaluate));
        let study = self.varied.study(&self.experiment);
        self.counted.renew(ctx, &study);
        let count = self.counted.count(&study).cloned();
        modal(ctx, "Study", 640.0, |ui| {
            let theme = Theme::of(ctx);
            axes_ui(ui, &mut self.varied);
            if !self.varied.is_empty() {
                selection_ui(ui, &mut self.varied);
                conditions_ui(ui, &mut self.varied);
            }
            row(ui, "Name", |ui| {
                let field = ui.add(TextEdit::singleline(&mut self.name).desired_width(f32::INFINITY));
                if field.accessible_name("Study name").changed() {
                    self.propose();
                }
            });
            row(ui, "Measure", |ui| self.evaluation_ui(ui));
            row(ui, "Folder", |ui| {
                path_ui(ui, &mut self.folder, Pick::Folder, picker, &mut self.focused);
            });
            row(ui, "At a time", |ui| {
                let text =
                    |jobs: f64, _| if jobs == 0.0 { "as many as the machine allows".into() } else { jobs.to_string() };
                let drag = DragValue::new(&mut self.jobs).range(0..=256).speed(0.05).custom_formatter(text);
                let hint =
                    "Each point is a process of its own. By default as many run as the cores allow; on a GPU one.";
                ui.add(drag).on_hover_text(hint).accessible_name("Points at a time");
            });
            let there = self.there();
            count_ui(ui, theme, count.as_ref(), &there);
            let is_sound = count.as_ref().is_some_and(|count| count.errors().next().is_none() && count.points > 0);
            let ready = is_sound && !self.varied.is_empty() && !matches!(there, There::Other(_));
            match buttons_ui(ui, theme, ready, if there == There::Study { "Go on" } else { "Run" }) {
                Some(Pressed::Cancel) => ModalOutcome::Cancel,
                Some(Pressed::Keep) => ModalOutcome::Reply(Box::new(Reply::KeepStudy(self.varied.clone()))),
                Some(Pressed::Save) => ModalOutcome::Reply(Box::new(Reply::SaveStudy(self.varied.clone()))),
                Some(Pressed::Run) => {
                    let jobs = Some(self.jobs).filter(|jobs| *jobs > 0);
                    let start = Start { study, folder: PathBuf::from(self.folder.trim()), jobs };
                    ModalOutcome::Reply(Box::new(Reply::RunStudy(Box::new(start), self.varied.clone())))
                }
                None => ModalOutcome::StayOpen,
            }
        })
    }

    fn evaluation_ui(&mut self, ui: &mut Ui) {
        checkbox(ui, &mut self.is_evaluated, "log p(x)").on_hover_text(
            "Measure log p(x), active units and what else the evaluation has, after each point's training.",
        );
        if !self.is_evaluated {
            return;
        }
        let noun = noun::of(ui.ctx());
        ui.label("on");
        let drag = DragValue::new(&mut self.evaluate.images).range(1..=60_000).speed(5.0);
        ui.add(drag).accessible_name(noun.say("Images measured"));
        let splits = [
            (EvaluatedSplit::Test, "test", "The source's test images."),
            (EvaluatedSplit::Validation, "validation", "Images held out of the training images."),
            (EvaluatedSplit::Train, "training", "Images that the model is trained on."),
        ];
        segmented(ui, &mut self.evaluate.split, &splits);
        ui.label(format!("{},", noun.many()));
        let drag = DragValue::new(&mut self.evaluate.samples).range(1..=100_000).speed(5.0);
        let hint = "Importance samples an image: more make log p(x) surer, and the study longer.";
        ui.add(drag).on_hover_text(noun.say(hint)).accessible_name(noun.say("Samples of an image"));
        ui.label("samples");
    }

    /// The content of the folder.
    fn there(&mut self) -> There {
        if self.looked.as_ref().is_none_or(|(looked, _)| *looked != self.folder) {
            let folder = StudyFolder::at(self.folder.trim());
            let there = match folder.check_free() {
                _ if self.folder.trim().is_empty() => There::Other("Name a folder.".into()),
                _ if Path::new(self.folder.trim()).is_file() => There::Other("This is a file: name a folder.".into()),
                Err(error) => There::Other(error.to_string()),
                Ok(()) if !folder.is_study() => There::Nothing,
                Ok(()) if has_base(&folder, &self.experiment) => There::Study,
                Ok(()) => There::Other("This folder has a study of another experiment: name another one.".into()),
            };
            self.looked = Some((self.folder.clone(), there));
        }
        self.looked.as_ref().map_or(There::Nothing, |(_, there)| there.clone())
    }
}

/// How many points there are, or what keeps them from being run: all of it at once.
fn count_ui(ui: &mut Ui, theme: &Theme, count: Option<&Count>, there: &There) {
    ui.add_space(space::XS);
    let text = match count {
        None => "Counting the points…".to_owned(),
        Some(Count { points: 0, .. }) => "There are no points as it stands:".into(),
        Some(count) => {
            let points = counted(count.points, "point");
            let skipped = match count.skipped {
                0 => String::new(),
                skipped => format!(", {} left out by its conditions", counted(skipped, "combination")),
            };
            points + &skipped
        }
    };
    ui.label(theme.strong(text));
    match there {
        There::Nothing => ui.label(theme.muted("The folder is made when it runs.")),
        There::Study => ui.label(theme.muted("The folder has this study: points that are done are passed over.")),
        There::Other(why) => ui.add(Label::new(RichText::new(why).small().color(theme.error)).wrap()),
    };
    let problems = count.map_or(&[][..], |count| &count.problems);
    if problems.is_empty() {
        return;
    }
    ScrollArea::vertical().max_height(PROBLEMS).show(ui, |ui| {
        ui.set_width(ui.available_width());
        for problem in problems {
            problem_ui(ui, theme, problem);
        }
    });
}

fn problem_ui(ui: &mut Ui, theme: &Theme, problem: &Problem) {
    let colour = if problem.is_error() { theme.error } else { theme.warning };
    ui.add(Label::new(RichText::new(problem.to_string()).small().color(colour)).wrap());
}

enum Pressed {
    Run,
    Keep,
    Save,
    Cancel,
}

fn buttons_ui(ui: &mut Ui, theme: &Theme, ready: bool, main: &str) -> Option<Pressed> {
    ui.add_space(space::S);
    let mut pressed = None;
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 28.0), Layout::right_to_left(Align::Center), |ui| {
        let run = Button::new(RichText::new(main).color(theme.on_accent)).fill(theme.accent).min_size(vec2(88.0, 28.0));
        if ui.add_enabled(ready, run).accessible_name(format!("{main} the study")).clicked() {
            pressed = Some(Pressed::Run);
        }
        if ui.add(Button::new("Cancel").min_size(vec2(72.0, 28.0))).clicked() {
            pressed = Some(Pressed::Cancel);
        }
        let keep = ui.add(Button::new("Keep").min_size(vec2(72.0, 28.0)));
        if keep.on_hover_text("Keep what is said here with the form, and run nothing yet.").clicked() {
            pressed = Some(Pressed::Keep);
        }
        let save = ui.add(Button::new("Save as file…").min_size(vec2(72.0, 28.0)));
        if save.on_hover_text("As RON: the file that `elbow study` runs.").clicked() {
            pressed = Some(Pressed::Save);
        }
    });
    pressed
}

/// Whether a folder's study is of this experiment.
fn has_base(folder: &StudyFolder, experiment: &Experiment) -> bool {
    let plain = |it: &Experiment| Experiment { name: String::new(), notes: String::new(), ..it.clone() };
    let there = folder.study().ok().and_then(|study| study.base_experiment().ok());
    there.is_some_and(|there| plain(&there) == plain(experiment))
}

/// A folder of this name, or of the name and a number where another experiment's study has the name.
fn free(root: &Path, name: &str, experiment: &Experiment) -> PathBuf {
    let at = |number: usize| root.join(if number == 1 { name.to_owned() } else { format!("{name}-{number}") });
    let is_free = |path: &PathBuf| {
        let folder = StudyFolder::at(path);
        if folder.is_study() { has_base(&folder, experiment) } else { folder.check_free().is_ok() && !path.is_file() }
    };
    (1..1_000).map(at).find(is_free).unwrap_or_else(|| at(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_gets_a_folder_that_is_free_or_its_own() {
        let root = tempfile::tempdir().unwrap();
        let experiment = Experiment::default();
        assert_eq!(free(root.path(), "mine", &experiment), root.path().join("mine"));
        let folder = StudyFolder::at(root.path().join("mine"));
        let study = Varied::default().study(&experiment);
        drop(folder.begin(&study, &study.points().unwrap().points).unwrap());
        assert_eq!(free(root.path(), "mine", &experiment), root.path().join("mine"), "it goes on");
        let other = Experiment { seed: 7, ..experiment };
        assert_eq!(free(root.path(), "mine", &other), root.path().join("mine-2"));
        let dialog = StudyDialog::new(&other, &Varied::default(), root.path());
        assert!(dialog.folder.ends_with("untitled"), "{}", dialog.folder);
    }
}
