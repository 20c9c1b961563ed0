//! Page 10: four things that go wrong, each with a button that shows it and a line about the present run.

use super::stage::{Lesson, Stage};
use crate::experiment::{Binarisation, Bound, Choice, Experiment, Likelihood};
use crate::ui::curves::ReportSource;
use crate::ui::format;
use crate::ui::pane::{PaneContext, Request};
use crate::ui::theme::space;
use crate::ui::tour_request::{TourAsks, TourPlace};
use eframe::egui::{Label, Ui};
use serde::{Deserialize, Serialize};

/// Nats below which a latent dimension is idle.
const IDLE: f32 = 0.01;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Wrong {
    done: bool,
}

/// A thing that goes wrong: its name, the preset and the pane that show it, and a sentence about the present run.
struct Trouble {
    name: &'static str,
    preset: &'static str,
    place: TourPlace,
    stands: fn(&PaneContext<'_>, &Experiment) -> Option<String>,
}

const TROUBLES: [Trouble; 4] = [
    Trouble {
        name: "Posterior collapse",
        preset: "posterior-collapse",
        place: TourPlace::KlPerDimension,
        stands: idle,
    },
    Trouble { name: "Amortisation gap", preset: "mnist-2d", place: TourPlace::Microscope, stands: gap },
    Trouble { name: "Bound too tight", preset: "iwae-vs-vae", place: TourPlace::GradientLab, stands: bound },
    Trouble {
        name: "Bernoulli on grey pixels",
        preset: "continuous-bernoulli",
        place: TourPlace::Experiment,
        stands: pixels,
    },
];

impl Lesson for Wrong {
    fn is_done(&self) -> bool {
        self.done
    }

    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>) {
        let context = &mut *stage.context;
        let theme = context.theme;
        let experiment = context.status.experiment.clone();
        for Trouble { name, preset, place, stands } in TROUBLES {
            ui.horizontal_wrapped(|ui| {
                ui.label(theme.strong(name));
                if ui.button(format!("Show {preset}")).on_hover_text("Preset and pane that show it.").clicked() {
                    self.done = true;
                    context.requests.push(Request::Tour(TourAsks::Look(preset, place)));
                }
            });
            let told = experiment.as_deref().and_then(|experiment| stands(context, experiment));
            let told = told.unwrap_or_else(|| "This run does not tell yet.".into());
            ui.add(Label::new(theme.muted(told)).wrap());
            ui.add_space(space::S);
        }
    }
}

fn idle(context: &PaneContext<'_>, _: &Experiment) -> Option<String> {
    let track = context.curves.track(ReportSource::Validation);
    let kl = &track.latest()?.kl_per_dimension;
    let idle = kl.iter().filter(|kl| **kl < IDLE).count();
    Some(format!("This run: {idle} of {} dimensions carry less than {IDLE} nats.", kl.len()))
}

fn gap(context: &PaneContext<'_>, _: &Experiment) -> Option<String> {
    let gap = context.curves.ledger().latest()?.posterior_kl;
    let told = format::with_error(gap.value, gap.se, 2);
    Some(format!("This run: a gap of {told} nats in all; the microscope divides it."))
}

fn bound(_: &PaneContext<'_>, experiment: &Experiment) -> Option<String> {
    let (bound, samples) = (experiment.objective.bound, experiment.objective.samples);
    let told = match bound {
        Bound::Elbo => "the encoder's signal does not fade with K.",
        _ => "its encoder's signal fades as K grows, unless the estimator is DReG.",
    };
    Some(format!("This run: {} with K = {samples}; {told}", bound.name()))
}

fn pixels(_: &PaneContext<'_>, experiment: &Experiment) -> Option<String> {
    let likelihood = experiment.decoder.likelihood;
    let grey = experiment.data.binarisation() == Binarisation::None;
    let told = match (likelihood, grey) {
        (Likelihood::Bernoulli, true) => "Bernoulli on grey pixels: no density.",
        (Likelihood::Bernoulli, false) => "Bernoulli on binary pixels: a probability.",
        (other, true) => return Some(format!("This run: {} on values as they are.", other.name())),
        (other, false) => return Some(format!("This run: {} on binary pixels.", other.name())),
    };
    Some(format!("This run: {told}"))
}
