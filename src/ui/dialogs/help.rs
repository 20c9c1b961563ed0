//! Help: shortcuts, glossary, about.

use super::reply::ModalOutcome;
use crate::ui::action::{Item, MENUS};
use crate::ui::theme::{Theme, space};
use eframe::egui::{self, Grid, Label, RichText, ScrollArea, Ui, vec2};

/// Every action with its key, by menu.
pub(super) fn shortcuts_ui(ui: &mut Ui) -> ModalOutcome {
    let theme = Theme::of(ui.ctx());
    scroll(ui, |ui| {
        for menu in MENUS {
            ui.label(theme.strong(menu.title));
            Grid::new(menu.title).num_columns(2).spacing(vec2(24.0, 4.0)).show(ui, |ui| {
                for action in menu.items.iter().flat_map(Item::actions) {
                    ui.scope(|ui| {
                        ui.set_min_width(250.0);
                        ui.label(action.name());
                    });
                    ui.label(RichText::new(action.shortcut_text(ui.ctx())).color(theme.text_muted));
                    ui.end_row();
                }
            });
            ui.add_space(space::S);
        }
        ui.label(theme.muted("A key without modifier works while no field has the keyboard."));
    });
    ModalOutcome::StayOpen
}

/// The field's words, each in a sentence or two.
const GLOSSARY: &[(&str, &str)] = &[
    ("x, z", "An image, and the latent variable that is thought to have produced it."),
    ("p(z), prior", "What z is before any image is seen: here N(0, I)."),
    ("p(x|z), likelihood", "How an image scatters around what the decoder makes of z: Bernoulli or Gaussian pixels."),
    ("p(z|x), posterior", "Which z could have produced x. It has no closed form; q(z|x) stands in for it."),
    ("q(z|x), encoder", "The approximate posterior: a Gaussian whose mean and variance a network computes from x."),
    ("log p(x), evidence", "How probable the model finds an image: what one would like to maximise."),
    (
        "ELBO",
        "The evidence lower bound E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)] ≤ log p(x): computable, and maximised in its place.",
    ),
    (
        "E_q[log p(x|z)]",
        "The reconstruction term: how well an image is explained by the z's that the encoder finds for it.",
    ),
    ("KL[q(z|x) ‖ p(z)]", "The information about x in z, in nats: what the code of an image costs."),
    ("The gap", "log p(x) − ELBO = KL[q(z|x) ‖ p(z|x)]: what the approximation of the posterior costs."),
    (
        "Ledger",
        "Every term of log p(x) − KL[q‖p(z|x)] = ELBO = E_q[log p(x|z)] − KL[q‖p(z)] measured by itself through training.",
    ),
    ("Residual", "log p(x) − KL[q‖p(z|x)] − ELBO as measured: zero up to its error, if all three are right."),
    ("Amortisation gap", "L[q*] − L[q], with q* the best of q's family for one image: what one encoder for all costs."),
    ("Approximation gap", "log p(x) − L[q*]: what even the best member of q's family cannot reach."),
    ("Rate, distortion", "KL[q‖p(z)] and −E_q[log p(x|z)]: what the code costs, and how badly it explains the image."),
    ("Quadrature", "An integral over z as a sum over a lattice, for one or two latent dimensions."),
    (
        "Importance sampling",
        "log p(x) from samples of q(z|x), each weighed by p(x, z)/q(z|x); the effective sample size says how many count.",
    ),
    (
        "Signal-to-noise ratio",
        "Of a gradient estimate: √(Σ (E g)² / Σ Var g) over the parameters. Averaging n estimates raises it by √n.",
    ),
    (
        "IWAE",
        "The importance-weighted bound with K samples, between the ELBO (K = 1) and log p(x); tighter as K grows.",
    ),
    (
        "DReG",
        "The doubly reparameterised gradient of IWAE (Tucker et al. 2019), whose encoder keeps its signal as K grows.",
    ),
    ("nat", "The unit of information with natural logarithms; 1 nat = 1.4427 bits. All figures are nats per image."),
    ("K", "Monte Carlo samples of z per image with which the expectation over q is estimated."),
    ("ε", "The noise of the reparameterised sample z = μ + σ⊙ε, ε ~ N(0, I), through which gradients flow."),
    ("β", "A weight of the KL term. 1 is the bound; larger values press the posterior towards the prior."),
    (
        "Warm-up",
        "β rises from a small value at first, so that the latents come into use before the prior pulls at them.",
    ),
    ("Active unit", "A latent dimension whose posterior mean varies over images (variance above 0.01)."),
    ("Posterior collapse", "Dimensions whose posterior equals the prior: KL 0, nothing about x in them."),
    ("Traversal", "One latent dimension walks through quantiles of the prior while the others stay."),
    ("Binarisation", "Grey pixels drawn as 0 or 1, for which a Bernoulli likelihood is a probability."),
    ("Validation", "Images held out of training, on which the bound is measured at β = 1."),
    ("± s", "The standard error of an estimate over images: about a third of the time the truth is farther off."),
];

/// What the terms mean.
pub(super) fn glossary_ui(ui: &mut Ui) -> ModalOutcome {
    let theme = Theme::of(ui.ctx());
    scroll(ui, |ui| {
        for (term, meaning) in GLOSSARY {
            ui.horizontal_top(|ui| {
                ui.allocate_ui(vec2(150.0, 18.0), |ui| {
                    ui.set_min_width(150.0);
                    ui.add(Label::new(theme.strong(*term)).wrap());
                });
                ui.add(Label::new(RichText::new(*meaning)).wrap());
            });
        }
    });
    ModalOutcome::StayOpen
}

/// The identity that the program is about.
pub(super) fn about_ui(ui: &mut Ui) -> ModalOutcome {
    let theme = Theme::of(ui.ctx());
    ui.label(theme.strong(concat!("Elbow ", env!("CARGO_PKG_VERSION"), ", the ELBO workbench")));
    ui.label("Describe a variational autoencoder, train it, and watch every term of");
    egui::Frame::new().fill(theme.canvas).corner_radius(8).inner_margin(16.0).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.label(RichText::new("log p(x) − KL[q(z|x) ‖ p(z|x)]").size(15.0).color(theme.text_strong));
            ui.label(RichText::new("=  ELBO  =").size(15.0).color(theme.elbo));
            ui.label(RichText::new("E_q[log p(x|z)] − KL[q(z|x) ‖ p(z)]").size(15.0).color(theme.text_strong));
        });
    });
    ui.label(
        "The left side says why the bound is one: a KL is never negative. The right side is what can be computed.",
    );
    ui.label(theme.muted("MIT or Apache-2.0. MNIST: CC BY-SA 3.0, Yann LeCun and Corinna Cortes."));
    ModalOutcome::StayOpen
}

fn scroll(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let height = (ui.ctx().content_rect().height() - 160.0).max(120.0);
    ScrollArea::vertical().auto_shrink([false, true]).min_scrolled_height(height).max_height(height).show(ui, content);
}
