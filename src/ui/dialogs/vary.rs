//! The dialog that varies a field: several values, a range, or seeds.

use super::frame::{buttons, modal};
use super::reply::{ModalOutcome, Reply};
use crate::experiment::Experiment;
use crate::experiment::study::{Assignment, Axis, FieldValue, Selection};
use crate::ui::controls::{checkbox, segmented};
use crate::ui::form::{VaryAsk, format_real};
use crate::ui::format::counted;
use crate::ui::studies::{Varied, field_of, read_values, written_values};
use crate::ui::theme::{Theme, space};
use eframe::egui::{Context, DragValue, Label, RichText, TextEdit, Ui, vec2};

/// Values that are shown, and values that are tried on the experiment.
const SHOWN: usize = 12;
const TRIED: usize = 200;

/// How the values are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    List,
    Linear,
    Log,
    Integers,
    Seeds,
}

/// The question how a field varies.
pub struct VaryDialog {
    ask: VaryAsk,
    experiment: Experiment,
    /// Points of all that is varied besides.
    others: Option<usize>,
    is_varied: bool,
    /// Points are drawn at random.
    is_drawn: bool,
    /// The kinds that make sense for the field.
    kinds: Vec<Kind>,
    kind: Kind,
    list: String,
    from: f64,
    to: f64,
    count: usize,
    /// Any number between the ends, for points that are drawn at random.
    any: bool,
    first: i64,
    last: i64,
    step: i64,
    seed: u64,
    seeds: u64,
    /// The list has been given the keyboard, as it is when the dialog opens.
    focused: bool,
    /// The axis that was judged last, and what is wrong with it.
    judged: Option<(Axis, Option<String>)>,
}

impl VaryDialog {
    /// The question for a field of an experiment, with the answer that it has, or one to begin with.
    pub fn new(mut ask: VaryAsk, experiment: &Experiment, varied: &Varied) -> Self {
        let current = experiment.get(&ask.path).unwrap_or_default();
        let number = current.parse::<f64>().ok();
        let whole = current.parse::<i64>().ok();
        let kinds = match (ask.path.as_str(), number, whole) {
            ("seed", ..) => vec![Kind::Seeds, Kind::List],
            (_, Some(_), Some(_)) => vec![Kind::List, Kind::Integers, Kind::Linear, Kind::Log],
            (_, Some(_), None) => vec![Kind::List, Kind::Linear, Kind::Log],
            _ => vec![Kind::List],
        };
        let value = number.unwrap_or(1.0);
        let (first, last) = (whole.unwrap_or(1), whole.unwrap_or(1).saturating_mul(2));
        let (from, to) = if value > 0.0 { (value / 4.0, value * 4.0) } else { (0.0, 1.0) };
        let others = varied.axes().iter().filter(|axis| !axis.fields().contains(&ask.path.as_str()));
        let others = others.map(Axis::len).try_fold(1_usize, |product, length| product.checked_mul(length?));
        shorten(&mut ask, experiment);
        let mut dialog = Self {
            is_varied: varied.axis(&ask.path).is_some(),
            is_drawn: matches!(varied.selection(), Selection::Random { .. }),
            list: current.strip_suffix(".0").unwrap_or(&current).to_owned(),
            kind: kinds[0],
            experiment: experiment.clone(),
            others,
            kinds,
            from,
            to,
            count: 5,
            any: false,
            first,
            last,
            step: 1,
            seed: 0,
            seeds: 3,
            focused: false,
            judged: None,
            ask,
        };
        if let Some(axis) = varied.axis(&dialog.ask.path).filter(|axis| field_of(axis).is_some()) {
            dialog.take(axis);
        }
        dialog
    }

    /// Begin with an axis.
    fn take(&mut self, axis: &Axis) {
        let at: Vec<FieldValue> =
            (0..axis.len().unwrap_or(0)).flat_map(|at| axis.at(at)).map(|set| set.value).collect();
        self.list = written_values(&at);
        self.kind = match axis {
            Axis::Linear { from, to, count, .. } | Axis::Log { from, to, count, .. } => {
                (self.from, self.to, self.count, self.any) = (*from, *to, count.unwrap_or(5), count.is_none());
                if matches!(axis, Axis::Log { .. }) { Kind::Log } else { Kind::Linear }
            }
            Axis::Integers { from, to, step, .. } => {
                (self.first, self.last, self.step) = (*from, *to, *step);
                Kind::Integers
            }
            Axis::Seeds { from, count } => {
                (self.seed, self.seeds) = (*from, *count);
                Kind::Seeds
            }
            Axis::List { .. } | Axis::Zip(_) => Kind::List,
        };
        if !self.kinds.contains(&self.kind) {
            self.kinds.push(self.kind);
        }
    }

    fn axis(&self) -> Result<Axis, String> {
        let field = self.ask.path.clone();
        let (from, to, count) = (self.from, self.to, (!self.any).then_some(self.count));
        Ok(match self.kind {
            Kind::List => Axis::List { field, values: read_values(&self.list)? },
            Kind::Linear => Axis::Linear { field, from, to, count },
            Kind::Log if from <= 0.0 || to <= 0.0 => return Err("Ratios are of numbers above 0.".into()),
            Kind::Log => Axis::Log { field, from, to, count },
            Kind::Integers => Axis::Integers { field, from: self.first, to: self.last, step: self.step },
            Kind::Seeds => Axis::Seeds { from: self.seed, count: self.seeds },
        })
    }

    /// A mistake in an axis: a value that the field cannot have.
    fn judge(&mut self, axis: &Axis) -> Option<String> {
        if self.judged.as_ref().is_none_or(|(judged, _)| judged != axis) {
            let values = (0..axis.len().unwrap_or(0).min(TRIED)).flat_map(|place| axis.at(place));
            let wrong = |Assignment { field, value }: Assignment| {
                self.experiment.clone().set(&format!("{field}={value}")).err().map(|error| error.to_string())
            };
            let wrong = match axis.is_empty() {
                true => Some("There is no value between these ends.".to_owned()),
                false => values.into_iter().find_map(wrong),
            };
            self.judged = Some((axis.clone(), wrong));
        }
        self.judged.as_ref().and_then(|(_, wrong)| wrong.clone())
    }

    pub(super) fn show(&mut self, ctx: &Context, enter: bool) -> ModalOutcome {
        let title = format!("Vary {}", self.ask.label);
        modal(ctx, &title, 460.0, |ui| {
            let theme = Theme::of(ctx);
            ui.label(theme.muted(format!("{}, as a study's file calls it.", self.ask.path)));
            if self.kinds.len() > 1 {
                let choices: Vec<_> = self.kinds.iter().map(|kind| (*kind, kind.name(), kind.meaning())).collect();
                ui.horizontal(|ui| segmented(ui, &mut self.kind, &choices));
            }
            let entered = self.values_ui(ui);
            let axis = self.axis().and_then(|axis| match self.judge(&axis) {
                Some(wrong) => Err(wrong),
                None => Ok(axis),
            });
            // As high whatever it says, so that nothing jumps.
            ui.allocate_ui(vec2(ui.available_width(), 3.0 * space::L), |ui| {
                ui.set_min_height(3.0 * space::L);
                match &axis {
                    Ok(axis) => self.outcome_ui(ui, axis),
                    Err(wrong) => {
                        ui.add(Label::new(RichText::new(wrong).small().color(theme.error)).wrap());
                    }
                }
            });
            if self.is_varied && ui.button("Vary no longer").clicked() {
                return ModalOutcome::Reply(Box::new(Reply::VaryNoLonger(self.ask.path.clone())));
            }
            let pressed = buttons(ui, "Vary", axis.is_ok());
            match (pressed, axis) {
                (Some(false), _) => ModalOutcome::Cancel,
                (Some(true), Ok(axis)) => ModalOutcome::Reply(Box::new(Reply::Vary(axis))),
                (None, Ok(axis)) if enter || entered => ModalOutcome::Reply(Box::new(Reply::Vary(axis))),
                _ => ModalOutcome::StayOpen,
            }
        })
    }

    /// The controls of the chosen kind; whether Enter was pressed in the list.
    fn values_ui(&mut self, ui: &mut Ui) -> bool {
        let mut entered = false;
        match self.kind {
            Kind::List => {
                let field = TextEdit::singleline(&mut self.list).hint_text("values, with commas between them");
                let field = ui.add(field.desired_width(f32::INFINITY)).accessible_name("Values");
                if !std::mem::replace(&mut self.focused, true) {
                    field.request_focus();
                }
                entered = field.lost_focus() && ui.input(|input| input.key_pressed(eframe::egui::Key::Enter));
                self.alternatives_ui(ui);
            }
            Kind::Linear | Kind::Log => {
                ui.horizontal(|ui| {
                    let drag = |value| {
                        DragValue::new(value)
                            .speed(0.01)
                            .custom_formatter(|value, _| format_real(value))
                            .custom_parser(|text| text.trim().replace('−', "-").parse().ok())
                    };
                    ui.label("from");
                    ui.add(drag(&mut self.from)).accessible_name("From");
                    ui.label("to");
                    ui.add(drag(&mut self.to)).accessible_name("To");
                    if !self.any {
                        ui.label("in");
                        let drag = DragValue::new(&mut self.count).range(1..=1_000).speed(0.1);
                        ui.add(drag).accessible_name("Number of values");
                        ui.label("values");
                    }
                });
                if self.is_drawn || self.any {
                    let hint = "For points that are drawn at random, which need no list of values.";
                    checkbox(ui, &mut self.any, "any number between").on_hover_text(hint);
                }
            }
            Kind::Integers => {
                ui.horizontal(|ui| {
                    ui.label("from");
                    ui.add(DragValue::new(&mut self.first).speed(0.2)).accessible_name("From");
                    ui.label("to");
                    ui.add(DragValue::new(&mut self.last).speed(0.2)).accessible_name("To");
                    ui.label("by");
                    ui.add(DragValue::new(&mut self.step).range(1..=i64::MAX).speed(0.1)).accessible_name("Step");
                });
            }
            Kind::Seeds => {
                ui.horizontal(|ui| {
                    let drag = DragValue::new(&mut self.seeds).range(1..=1_000).speed(0.1);
                    ui.add(drag).accessible_name("Number of seeds");
                    ui.label("seeds, from");
                    ui.add(DragValue::new(&mut self.seed).speed(0.1)).accessible_name("First seed");
                });
                let hint = "The same setting again and again: its results get an error, and settings can be compared.";
                ui.label(Theme::of(ui.ctx()).muted(hint));
            }
        }
        entered
    }

    /// The alternatives of the field, to tick.
    fn alternatives_ui(&mut self, ui: &mut Ui) {
        if self.ask.alternatives.is_empty() {
            return;
        }
        let mut values = read_values(&self.list).unwrap_or_default();
        ui.horizontal_wrapped(|ui| {
            for (value, name) in &self.ask.alternatives {
                let head = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
                let place = values.iter().position(|known| head(known.as_str()) == head(value.as_str()));
                let mut on = place.is_some();
                if checkbox(ui, &mut on, name.as_str()).changed() {
                    match place {
                        Some(place) => drop(values.remove(place)),
                        None => values.push(value.clone()),
                    }
                    self.list = written_values(&values);
                }
            }
        });
    }

    /// The values, and what the study comes to.
    fn outcome_ui(&self, ui: &mut Ui, axis: &Axis) {
        let theme = Theme::of(ui.ctx());
        let Some(count) = axis.len() else {
            ui.label(theme.muted("Any number between these ends is drawn."));
            return;
        };
        let set = (0..count.min(SHOWN)).flat_map(|place| axis.at(place));
        let mut shown: Vec<String> = set.map(|set| set.value.to_string()).collect();
        if count > SHOWN {
            shown.push("…".into());
        }
        ui.add(Label::new(RichText::new(shown.join(", ")).small().color(theme.text)).wrap());
        let points = self.others.and_then(|others| others.checked_mul(count));
        let text = match points {
            Some(points) if points != count => {
                format!("{}; with what else is varied, {}", counted(count, "value"), counted(points, "combination"))
            }
            _ => counted(count, "value"),
        };
        ui.label(theme.muted(text));
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Linear => "Equal distances",
            Self::Log => "Equal ratios",
            Self::Integers => "Whole numbers",
            Self::Seeds => "Seeds",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::List => "These values, written as in an experiment's file.",
            Self::Linear => "Numbers at equal distances, both ends included.",
            Self::Log => "Numbers at equal ratios, both ends included: for what spans orders of magnitude.",
            Self::Integers => "Whole numbers from one end to the other.",
            Self::Seeds => "The same setting with other random numbers.",
        }
    }
}

/// Write alternatives by their name alone, where that means the same.
fn shorten(ask: &mut VaryAsk, experiment: &Experiment) {
    let path = &ask.path;
    for (value, _) in &mut ask.alternatives {
        let made = |text: &str| {
            let mut made = experiment.clone();
            made.set(&format!("{path}={text}")).ok().map(|()| made)
        };
        let head = value.as_str().split('(').next().unwrap_or_default();
        if made(head).is_some_and(|short| made(value.as_str()) == Some(short))
            && let Ok(short) = FieldValue::new(head)
        {
            *value = short;
        }
    }
}
