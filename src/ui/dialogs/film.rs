//! The dialog that makes a film: what passes with its time, its subject, its speed, its file.

use super::frame::{buttons, modal};
use super::path::{note_ui, path_ui};
use super::picker::{Pick, Picker};
use super::reply::{FILE_EXISTS, ModalOutcome, Reply};
use crate::explore::Question;
use crate::export::{FilmOf, FilmOptions, FilmOver, on_the_way};
use crate::ui::controls::{checkbox, segmented};
use crate::ui::film::FilmOrder;
use crate::ui::noun;
use crate::ui::theme::{Theme, space};
use eframe::egui::{self, Context, DragValue, Label, Ui, vec2};
use std::path::{Path, PathBuf};

/// Seconds that a picture is shown, at least and at most.
const SECONDS: std::ops::RangeInclusive<f64> = 0.02..=10.0;
/// The subjects' names and meanings, in the order of [`FilmOf::ALL`].
const SUBJECTS: [(&str, &str); 6] = [
    ("Samples", "Images that the model makes up, of one noise throughout."),
    ("Reconstructions", "Images and their reconstructions, the same images throughout."),
    ("Traversals", "Traversals: one latent dimension moves, the others stay."),
    ("Interpolations", "Pairs of images, and what lies on the straight way between their posterior means."),
    ("Latent space", "Posterior means; between two kept states they are drawn hollow."),
    ("Manifold", "The decoder's means over two latent dimensions."),
];

/// The question for a film.
pub struct FilmDialog {
    of: FilmOf,
    /// For each subject the question that its pane asks, so that the film shows the pane's pictures.
    questions: [Question; 6],
    latent: usize,
    states: usize,
    options: FilmOptions,
    path: String,
    focused: bool,
}

impl FilmDialog {
    /// The dialog for a run with `latent` dimensions of z and `states` kept states; `questions` has one a subject.
    pub fn new(questions: [Question; 6], latent: usize, states: usize, path: &Path) -> Self {
        // Without kept states there is no training to see.
        let over = if states > 1 { FilmOver::Training } else { FilmOver::Latent };
        let of = if states > 1 { FilmOf::default() } else { FilmOf::Traversals };
        let options = FilmOptions { over, seconds: over.seconds(), ..FilmOptions::default() };
        Self { of, questions, latent, states, options, path: path.display().to_string(), focused: false }
    }

    pub(super) fn show(
        &mut self,
        ctx: &Context,
        picker: &mut Picker,
        picked: Option<PathBuf>,
        enter: bool,
    ) -> ModalOutcome {
        if let Some(path) = picked {
            self.path = path.display().to_string();
        }
        modal(ctx, "Film", 560.0, |ui| {
            let theme = Theme::of(ctx);
            self.over_ui(ui);
            let text = match self.options.over {
                FilmOver::Training => format!(
                    "The {} states of the run one after another, each with its step and its ELBO, as the pane shows \
                     them.",
                    self.states
                ),
                FilmOver::Latent => "The state that is looked at, with a place in latent space that moves and comes \
                                     back."
                    .to_owned(),
            };
            ui.add(Label::new(theme.muted(text)).wrap());
            let choices: Vec<(FilmOf, &str, &str)> = FilmOf::ALL
                .into_iter()
                .zip(SUBJECTS)
                .filter(|(of, _)| of.suits(self.latent) && of.has(self.options.over))
                .map(|(of, (name, meaning))| (of, name, meaning))
                .collect();
            ui.horizontal_wrapped(|ui| segmented(ui, &mut self.of, &choices));
            egui::Grid::new("film options").num_columns(2).spacing(vec2(16.0, 8.0)).show(ui, |ui| {
                match self.options.over {
                    FilmOver::Training => {
                        ui.label("Each state").on_hover_text("The last is shown three times as long.")
                    }
                    FilmOver::Latent => ui.label("Each place"),
                };
                let drag = DragValue::new(&mut self.options.seconds).range(SECONDS).speed(0.01).suffix(" s");
                ui.add(drag).accessible_name("Seconds of each picture");
                ui.end_row();
                let per_pixel = noun::say(ctx, "Pixels of the picture per pixel of an image.");
                ui.label("Scale").on_hover_text(per_pixel);
                ui.add(DragValue::new(&mut self.options.scale).range(1..=16).suffix("×")).accessible_name("Scale");
                ui.end_row();
                ui.label("Draws");
                ui.add_enabled_ui(self.of == FilmOf::Samples, |ui| {
                    checkbox(ui, &mut self.options.draws, "from p(x|z) in place of its means");
                });
                ui.end_row();
            });
            ui.add_space(space::XS);
            let pick = Pick::Save { what: "Film", endings: &["png", "apng", "gif"] };
            let typed = path_ui(ui, &mut self.path, pick, picker, &mut self.focused);
            ui.label(
                theme.muted("A name that ends in .gif makes a GIF, .png an animated PNG with the experiment inside."),
            );
            let path = PathBuf::from(self.path.trim());
            let objection = match () {
                () if path.as_os_str().is_empty() => Some(""),
                () if path.is_dir() => Some("This is a folder: add a file name."),
                () if !is_film(&path) => Some("Name the file .png or .gif."),
                () => None,
            };
            note_ui(ui, objection, path.is_file().then_some(FILE_EXISTS));
            let answer = || {
                let question = self.questions[self.of as usize].clone();
                let question = match self.options.over {
                    FilmOver::Training => question,
                    FilmOver::Latent => on_the_way(question),
                };
                let order = FilmOrder { path: path.clone(), question, options: self.options };
                ModalOutcome::Reply(Box::new(Reply::Film(Box::new(order))))
            };
            match buttons(ui, "Make film", objection.is_none()) {
                Some(true) => answer(),
                Some(false) => ModalOutcome::Cancel,
                None if objection.is_none() && (enter || typed) => answer(),
                None => ModalOutcome::StayOpen,
            }
        })
    }

    /// The choice of the film's course; a run that keeps no states has its latent space alone.
    fn over_ui(&mut self, ui: &mut Ui) {
        if self.states < 2 {
            return;
        }
        let choices = [
            (FilmOver::Training, "Over training", "A picture for each state that the run has kept on its way."),
            (FilmOver::Latent, "Through latent space", "A way through the latent space of one state, there and back."),
        ];
        if segmented(ui, &mut self.options.over, &choices) {
            self.options.seconds = self.options.over.seconds();
            if !self.of.has(self.options.over) {
                self.of = FilmOf::Traversals;
            }
        }
    }
}

fn is_film(path: &Path) -> bool {
    let known =
        |ending: &std::ffi::OsStr| ["png", "apng", "gif"].iter().any(|known| ending.eq_ignore_ascii_case(known));
    path.extension().is_some_and(known)
}
