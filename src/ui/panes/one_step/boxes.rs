//! The five boxes, beside or under each other, and the content of the boxes of images, bound and gradient.

use super::shown::Boxes;
use super::{codes, tensors};
use crate::data::Noun;
use crate::explore::OneStep;
use crate::ui::format;
use crate::ui::formula;
use crate::ui::image_grid::{GAP, ImageGrid};
use crate::ui::panes::points::{Points, are_points};
use crate::ui::term::explained;
use crate::ui::theme::space;
use eframe::egui::{Align2, Frame, Rect, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

/// Width that a box needs to stand beside others.
const WIDTH: f32 = 250.0;

/// All boxes; `lit` is the one with the accent's edge.
pub fn boxes_ui(ui: &mut Ui, boxes: &Boxes<'_>, lit: Option<usize>) {
    ui.label(boxes.theme.muted(headline(boxes.step, boxes.noun)));
    ui.add_space(space::XS);
    let columns = ((ui.available_width() / WIDTH) as usize).clamp(1, 5);
    // Five boxes in two rows are three and two.
    let columns = if columns == 4 { 3 } else { columns };
    let numbers: Vec<usize> = (0..5).collect();
    for row in numbers.chunks(columns) {
        let width = (ui.available_width() - space::S * (columns - 1) as f32) / columns as f32;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            for &number in row {
                ui.vertical(|ui| {
                    ui.set_width(width);
                    box_ui(ui, boxes, number, lit == Some(number), width);
                });
            }
        });
        ui.add_space(space::S);
    }
}

fn box_ui(ui: &mut Ui, boxes: &Boxes<'_>, number: usize, lit: bool, width: f32) {
    const TITLES: [(&str, &str); 5] = [
        ("1  Take x", r"x_1, \dots, x_B"),
        ("2  Sample z", r"z = \mu + \sigma \odot \varepsilon"),
        ("3  Estimate the ELBO", r"\log p_\theta(x \mid z) - \mathrm{KL}"),
        ("4  Differentiate", r"\nabla_\theta,\; \nabla_\varphi"),
        ("5  Step", r"(\theta, \varphi) \leftarrow (\theta, \varphi) + \dots"),
    ];
    let theme = boxes.theme;
    let edge = if lit { Stroke::new(2.0, theme.accent) } else { Stroke::new(2.0, theme.raised) };
    let fill = if lit { theme.accent_soft.gamma_multiply(0.35) } else { theme.pane };
    let frame = Frame::new().fill(fill).stroke(edge).corner_radius(6).inner_margin(space::S as i8);
    frame.show(ui, |ui| {
        ui.set_width(width - 2.0 * space::S - 4.0);
        let (title, latex) = TITLES[number];
        ui.label(theme.strong(title));
        formula::inline_ui(ui, latex);
        ui.add_space(space::XS);
        match number {
            0 => {
                let name = format!("{} of the minibatch", boxes.noun.heading());
                images_ui(ui, boxes, 0, &name);
            }
            1 => codes::codes_ui(ui, boxes),
            2 => bound_ui(ui, boxes),
            3 => gradient_ui(ui, boxes),
            _ => tensors::tensors_ui(ui, boxes),
        }
    });
}

/// The step's number and its set-up in a line.
fn headline(step: &OneStep, noun: Noun) -> String {
    format!(
        "step {}: {} {}, K = {}, β = {}, learning rate {}",
        format::count(step.step),
        step.batch,
        noun.of(step.batch),
        step.samples,
        format::scaled(step.beta),
        format::scientific(step.rate)
    )
}

/// The first images of the minibatch (`which` = 0), or their decoded means (1).
fn images_ui(ui: &mut Ui, boxes: &Boxes<'_>, which: usize, name: &str) {
    const COLUMNS: usize = 4;
    let count = boxes.step.inputs.count;
    if are_points(&boxes.step.inputs) {
        let (dots, rings) = (&boxes.step.inputs, (which == 1).then_some(&boxes.step.decoded));
        let colour = |row: usize| codes::colour(boxes.theme, row);
        let height = codes::ASPECT * ui.available_width();
        Points { spoken: name, dots, rings, colour: &colour }.ui(ui, boxes.theme, height);
        return told_ui(ui, boxes, which);
    }
    let side = ((ui.available_width() + GAP) / COLUMNS as f32 - GAP).clamp(12.0, 84.0);
    let grid =
        ImageGrid { name, columns: COLUMNS, side, gap: GAP, row_labels: &[], row_label_width: 0.0, column_labels: &[] };
    let cells: Vec<_> = (0..count).map(|index| (&boxes.atlases[which], Some(index))).collect();
    grid.show(ui, &cells);
    told_ui(ui, boxes, which);
}

/// How many of the minibatch are shown, or what the marks are.
fn told_ui(ui: &mut Ui, boxes: &Boxes<'_>, which: usize) {
    let count = boxes.step.inputs.count;
    let told = match which {
        0 if boxes.step.batch > count => format!("the first {count} of {}", boxes.step.batch),
        1 if are_points(&boxes.step.inputs) => "rings: means of p(x|z); dots: x".to_owned(),
        _ => return,
    };
    ui.label(boxes.theme.muted(told));
}

/// Decoded images and the terms of the bound, of the first image and of the minibatch.
fn bound_ui(ui: &mut Ui, boxes: &Boxes<'_>) {
    let (theme, step) = (boxes.theme, boxes.step);
    images_ui(ui, boxes, 1, "Means of p(x|z) at the draws of z");
    let [reconstruction, kl] = step.mean_terms;
    let first = step.terms.first().copied().unwrap_or_default().map(f64::from);
    eframe::egui::Grid::new("terms").num_columns(3).spacing(vec2(10.0, 2.0)).show(ui, |ui| {
        for head in ["nats", boxes.first(), "minibatch"] {
            ui.label(theme.muted(head));
        }
        ui.end_row();
        let rows = [
            ("log p(x|z)", "E_q[log p(x|z)]", first[0], reconstruction, theme.reconstruction),
            ("− KL", "KL[q(z|x) ‖ p(z)]", -first[1], -kl, theme.kl),
            ("ELBO", "ELBO", first[0] - first[1], reconstruction - kl, theme.elbo),
        ];
        for (name, term, one, all, colour) in rows {
            explained(ui.label(theme.muted(name).color(colour)), term, "");
            ui.label(format::fixed(one, 2));
            ui.label(theme.strong(format::fixed(all, 2)));
            ui.end_row();
        }
    });
}

/// Arrows at the draws of z, and the norm of the whole gradient.
fn gradient_ui(ui: &mut Ui, boxes: &Boxes<'_>) {
    let theme = boxes.theme;
    codes::arrows_ui(ui, boxes);
    ui.horizontal_wrapped(|ui| {
        ui.label(theme.muted("∇z log p(x|z)").color(theme.reconstruction));
        ui.label(theme.muted("∇z log p(z)").color(theme.kl));
    });
    ui.label(theme.strong(format!("norm {}", format::scaled(boxes.step.gradient_norm))));
    norms_ui(ui, boxes);
}

/// The norms of the gradients of the steps seen, as bars.
fn norms_ui(ui: &mut Ui, boxes: &Boxes<'_>) {
    let theme = boxes.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
    let spoken = format!("Norms of the gradient over {} steps", boxes.norms.len());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let highest = boxes.norms.iter().map(|(_, norm)| *norm).fold(1e-12, f64::max);
    let width = rect.width() / 60.0;
    for (i, (_, norm)) in boxes.norms.iter().enumerate() {
        let height = rect.height() * (norm / highest) as f32;
        let left = rect.left() + width * i as f32;
        let bar = Rect::from_min_max(pos2(left, rect.bottom() - height), pos2(left + 0.8 * width, rect.bottom()));
        ui.painter().rect_filled(bar, 0.0, theme.faint(theme.gradient_norm));
    }
    let font = TextStyle::Small.resolve(ui.style());
    if boxes.norms.len() < 2 {
        ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, "its norm, step by step", font, theme.text_faint);
    }
    response.on_hover_text("The norm of the gradient at the steps that were seen. A smaller batch makes it jump more.");
}
