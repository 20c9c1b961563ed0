//! The part of a study's dialog about combinations: which fields move together, which combinations are points, and
//! which are left out.

use super::frame::row;
use crate::experiment::study::{Axis, Selection, Skip};
use crate::ui::controls::segmented;
use crate::ui::icons::{Icon, icon_button};
use crate::ui::studies::{Varied, described};
use crate::ui::theme::{Theme, space};
use eframe::egui::{Align, Button, DragValue, Label, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

/// Height of the list of axes and of that of conditions, in points, from which on it is scrolled.
const AXES: f32 = 132.0;
const CONDITIONS: f32 = 96.0;
/// Width of a condition, in points; its reason has the rest.
const CONDITION: f32 = 300.0;
/// Settings that are drawn at first.
const DRAWN: usize = 20;

/// The axes, each with the way to have it move together with the one above it.
pub(super) fn axes_ui(ui: &mut Ui, varied: &mut Varied) {
    let theme = Theme::of(ui.ctx());
    if varied.is_empty() {
        let hint = "Nothing is varied yet: right-click a field of the experiment and choose Vary.";
        ui.label(theme.muted(hint));
        return;
    }
    let mut asked = None;
    ScrollArea::vertical().id_salt("axes").max_height(AXES).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        for (place, axis) in varied.axes().iter().enumerate() {
            let fields = axis.fields().join(" with ");
            let above = place.checked_sub(1).map(|above| &varied.axes()[above]);
            let joins = above.is_some_and(|above| !above.is_seeds() && !axis.is_seeds());
            ui.allocate_ui_with_layout(
                vec2(ui.available_width(), space::ROW),
                Layout::right_to_left(Align::Center),
                |ui| {
                    if matches!(axis, Axis::Zip(_)) {
                        let hint = "Cross them again: every value of one with every value of the other.";
                        let button = ui.add(Button::new("Apart").small()).on_hover_text(hint);
                        if button.accessible_name(format!("Apart: {fields}")).clicked() {
                            asked = Some((place, false));
                        }
                    }
                    if joins {
                        let hint = "Have it move together with the field above: their first values make a point, then \
                                their second ones, and so on. Both need as many values.";
                        let button = ui.add(Button::new("With the above").small()).on_hover_text(hint);
                        if button.accessible_name(format!("{fields}: with the above")).clicked() {
                            asked = Some((place, true));
                        }
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let text = format!("{fields}: {}", described(axis));
                        ui.add(Label::new(RichText::new(&text).color(theme.text)).truncate()).on_hover_text(text);
                    });
                },
            );
        }
    });
    match asked {
        Some((place, true)) => varied.join(place),
        Some((place, false)) => varied.part(place),
        None => {}
    }
}

/// All combinations, or some that are drawn at random.
pub(super) fn selection_ui(ui: &mut Ui, varied: &mut Varied) {
    let is_drawn = matches!(varied.selection(), Selection::Random { .. });
    row(ui, "Points", |ui| {
        let mut drawn = is_drawn;
        let choices = [
            (false, "All combinations", "A point for every combination of the fields' values."),
            (true, "Drawn at random", "Settings drawn from all fields but the seed; each is trained with every seed."),
        ];
        segmented(ui, &mut drawn, &choices);
        let mut selection = match (drawn, varied.selection()) {
            (true, Selection::Grid) => Selection::Random { count: DRAWN, seed: 0 },
            (false, Selection::Random { .. }) => Selection::Grid,
            (_, same) => same,
        };
        if let Selection::Random { count, seed } = &mut selection {
            let hint = "How many settings are drawn. More of them keep those that were drawn before.";
            let field = ui.add(DragValue::new(count).range(1..=100_000).speed(0.2)).on_hover_text(hint);
            field.accessible_name("Settings drawn");
            ui.label("settings, by the seed");
            let field = ui.add(DragValue::new(seed).speed(0.1)).on_hover_text("Another seed draws other settings.");
            field.accessible_name("Seed of the draw");
        }
        varied.select(selection);
    });
}

/// The conditions by which combinations are left out, each with its reason.
pub(super) fn conditions_ui(ui: &mut Ui, varied: &mut Varied) {
    let mut skip = varied.conditions().to_vec();
    row(ui, "Left out", |ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            ScrollArea::vertical().id_salt("conditions").max_height(CONDITIONS).show(ui, |ui| {
                let mut gone = None;
                for (place, condition) in skip.iter_mut().enumerate() {
                    ui.horizontal(|ui| {
                        if condition_ui(ui, place, condition) {
                            gone = Some(place);
                        }
                    });
                }
                gone.map(|place| skip.remove(place));
            });
            let hint = "Leave out combinations that make no sense: objective.beta > 2 and latent.dimension = 5.";
            if ui.add(Button::new("Add a condition").small()).on_hover_text(hint).clicked() {
                skip.push(Skip { when: String::new(), because: String::new() });
            }
        });
    });
    varied.leave_out(skip);
}

/// A condition and its reason; returns whether the button that takes it away was clicked.
fn condition_ui(ui: &mut Ui, place: usize, condition: &mut Skip) -> bool {
    let number = place + 1;
    let hint = "Fields compared by = != < <= > >= ~ !~, joined by and. A point for which all hold is left out.";
    let when = TextEdit::singleline(&mut condition.when).hint_text("objective.beta > 2 and …").desired_width(CONDITION);
    ui.add(when).on_hover_text(hint).accessible_name(format!("Condition {number}"));
    let width = (ui.available_width() - space::ROW - space::L).max(60.0);
    let because = TextEdit::singleline(&mut condition.because).hint_text("why").desired_width(width);
    ui.add(because).accessible_name(format!("Reason of condition {number}"));
    icon_button(ui, Icon::Remove, &format!("Take condition {number} away"), true).clicked()
}
