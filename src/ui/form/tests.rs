//! The form takes a number if and only if validation allows it.

use super::choice::ChoiceRow;
use super::fields::Form;
use super::layers::LayerList;
use super::{Marks, data, knobs, latent, training};
use crate::data::Noun;
use crate::experiment::method::Value;
use crate::experiment::{
    Activation, BetaSchedule, Binarisation, Bound, Choice, Estimator, Experiment, Initialisation, KlTerm, Layer,
    Length, Likelihood, Optimiser, Penalty, Posterior, Prior, Problem, Schedule, Source,
};
use crate::ui::studies::Varied;
use crate::ui::theme::Theme;
use eframe::egui::accesskit::Role;
use eframe::egui::{Ui, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use std::fmt::Debug;

/// Numbers within every range, at its ends, and beyond them.
const NUMBERS: [f64; 26] = [
    -1e300,
    -1.0,
    -1e-9,
    0.0,
    1e-300,
    1e-9,
    0.1,
    0.5,
    0.999,
    1.0,
    1.001,
    2.0,
    9.0,
    10.0,
    64.0,
    65.0,
    512.0,
    513.0,
    5_000.0,
    5_001.0,
    65_536.0,
    65_537.0,
    16_777_217.0,
    1e9,
    1.1e9,
    1e300,
];

fn harness<'a, S: 'a>(draw: impl Fn(&mut Ui, &mut Form<'_>, &mut S) + 'a, state: S) -> Harness<'a, S> {
    let draw = move |ui: &mut Ui, state: &mut S| {
        let mut form = Form {
            marks: &Marks::default(),
            edition: 0,
            live: &[],
            browse: None,
            go_to: None,
            varied: &Varied::default(),
            vary: None,
            stop: None,
            recent: &[],
            noun: Noun::Image,
            look: false,
            looked: None,
        };
        draw(ui, &mut form, state);
    };
    Harness::builder()
        .with_size(Vec2::new(400.0, 3_000.0))
        .with_context_setup(Theme::install)
        .build_ui_state(draw, state)
}

/// Set a field to a number; false where it cannot hold it, whatever its range.
fn put(value: Value<'_>, number: f64) -> bool {
    let whole = number >= 0.0 && number.fract() == 0.0 && number < 1e18;
    match value {
        Value::Whole(value, _) => *value = number as usize,
        Value::Count(value, _) => *value = number as u64,
        Value::Real(value, _) => {
            *value = number;
            return true;
        }
        _ => return false,
    }
    whole
}

fn is_number(value: &Value<'_>) -> bool {
    matches!(value, Value::Whole(..) | Value::Count(..) | Value::Real(..))
}

fn list_agrees<M: Choice + Debug>() {
    for alternative in M::ALL {
        // A path that is yet to be chosen.
        let before = alternative.field_problems("method");
        let fields = alternative.clone().fields().iter().filter(|field| is_number(&field.value)).count();
        let row = ChoiceRow { path: "method", label: "Method", hint: "A method." };
        let mut form =
            harness(move |ui, form, method: &mut M| row.fields(ui, form, method, |_| true), alternative.clone());
        for (index, number) in (0..fields).flat_map(|index| NUMBERS.map(|number| (index, number))) {
            let mut wanted = alternative.clone();
            let field = wanted.fields().into_iter().filter(|field| is_number(&field.value)).nth(index);
            if !put(field.expect("it was counted").value, number) {
                continue;
            }
            *form.state_mut() = alternative.clone();
            form.run_steps(1);
            let control = form.get_all_by_role(Role::SpinButton).nth(index).expect("each number has a control");
            control.set_value_accesskit(number);
            form.run_steps(2);
            let allowed = wanted.field_problems("method") == before;
            assert_eq!(*form.state() == wanted, allowed, "{wanted:?}: the form has {:?}", form.state());
            assert_eq!(form.state().field_problems("method"), before);
        }
    }
}

#[test]
fn a_number_of_a_list_can_be_set_if_and_only_if_it_is_allowed() {
    list_agrees::<BetaSchedule>();
    list_agrees::<Bound>();
    list_agrees::<Estimator>();
    list_agrees::<Initialisation>();
    list_agrees::<KlTerm>();
    list_agrees::<Length>();
    list_agrees::<Likelihood>();
    list_agrees::<Optimiser>();
    list_agrees::<Penalty>();
    list_agrees::<Posterior>();
    list_agrees::<Prior>();
    list_agrees::<Schedule>();
    list_agrees::<Source>();
}

#[test]
fn any_other_number_can_be_set_if_and_only_if_it_is_allowed() {
    let mut experiment = Experiment {
        encoder: vec![
            Layer::dense(8, Activation::Tanh),
            Layer::conv(8, 3, 1, 1, Activation::Tanh),
            Layer::Reshape { channels: 8, height: 7, width: 7 },
        ],
        ..Experiment::default()
    };
    experiment.data.binarisation = Binarisation::Threshold(0.5);
    // Of files it is not known how many images they hold, so that any number may be held out.
    experiment.data.source =
        Source::Idx { images: "images".into(), labels: None, test_images: None, test_labels: None };
    experiment.training.clip = Some(1.0);
    let draw = |ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment| {
        knobs::knobs_ui(ui, form, experiment);
        data::data_ui(ui, form, experiment);
        let layers = LayerList { path: "encoder".into(), label: "Encoder".into(), planned: &[] };
        layers.show(ui, form, &mut experiment.encoder);
        latent::latent_ui(ui, form, experiment, None);
        let suited = experiment.suited_shards(8);
        training::training_ui(ui, form, &mut experiment.training, suited);
    };
    let mut form = harness(draw, experiment.clone());
    for (path, label) in [
        ("data.binarisation", "Threshold"),
        ("data.validation", "Validation images"),
        ("data.limit", "Limit"),
        ("encoder[0].units", "Encoder layer 1 units"),
        ("encoder[1].channels", "Encoder layer 2 channels"),
        ("encoder[2].height", "Encoder layer 3 height"),
        ("latent.dimension", "Latent dimension"),
        ("objective.samples", "Samples K"),
        ("training.learning_rate", "Learning rate"),
        ("training.batch", "Batch size"),
        ("training.clip", "Clip gradient"),
        ("training.shards", "Shards"),
        ("training.history", "History"),
    ] {
        experiment.data.limit = (path == "data.limit").then_some(100);
        for number in NUMBERS {
            let mut wanted = experiment.clone();
            let text = if path == "data.binarisation" { format!("Threshold({number})") } else { number.to_string() };
            if wanted.set(&format!("{path}={text}")).is_err() {
                continue;
            }
            *form.state_mut() = experiment.clone();
            form.run_steps(1);
            form.get_by_role_and_label(Role::SpinButton, label).set_value_accesskit(number);
            form.run_steps(2);
            let wrong = |experiment: &Experiment| {
                let problems = experiment.problems(None);
                problems.into_iter().any(|problem: Problem| problem.is_error() && problem.path == path)
            };
            assert_eq!(*form.state() == wanted, !wrong(&wanted), "{path} = {number}");
            assert!(!wrong(form.state()), "{path} = {number}");
        }
    }
}

/// The number of shards is the experiment's own: it is set on a click, and nothing changes by itself.
#[test]
fn shards_are_fitted_to_the_machine_on_a_click() {
    let draw = |ui: &mut Ui, form: &mut Form<'_>, experiment: &mut Experiment| {
        let suited = experiment.suited_shards(8);
        training::training_ui(ui, form, &mut experiment.training, suited);
    };
    let mut form = harness(draw, Experiment::default());
    form.run();
    assert_eq!(form.state().training.shards, 2);
    form.get_by_label("Fit").click();
    form.run();
    assert_eq!(form.state().training.shards, 8);
    assert!(form.get_by_label("Fit").accesskit_node().is_disabled(), "there is nothing left to fit");
}
