//! θ and φ before and after the step.

use super::shown::Boxes;
use crate::explore::MovedTensor;
use crate::ui::format;
use eframe::egui::{Grid, ScrollArea, Ui, vec2};

/// Tensors whose entries are shown moving.
const SHOWN: usize = 2;

/// The sizes of every tensor's entries, gradient and change, and some entries on their way.
pub fn tensors_ui(ui: &mut Ui, boxes: &Boxes<'_>) {
    let theme = boxes.theme;
    ScrollArea::horizontal().id_salt("tensors").show(ui, |ui| {
        Grid::new("tensors").num_columns(4).spacing(vec2(8.0, 2.0)).show(ui, |ui| {
            for head in ["root mean square of", "before", "gradient", "change"] {
                ui.label(theme.muted(head));
            }
            ui.end_row();
            for tensor in &boxes.step.moved {
                let sign = if tensor.is_of_the_encoder() { "φ" } else { "θ" };
                let name = format!("{sign}  {}", tensor.name);
                ui.label(theme.muted(name)).on_hover_text(format!("{} entries", format::count(tensor.count as u64)));
                for size in tensor.sizes {
                    ui.label(theme.muted(format::scientific(size)));
                }
                ui.end_row();
            }
        });
        for encoder in [false, true] {
            let of = |tensor: &&MovedTensor| tensor.is_of_the_encoder() == encoder && tensor.count > 1;
            for tensor in boxes.step.moved.iter().filter(of).take(SHOWN) {
                entries_ui(ui, boxes, tensor, if encoder { "φ" } else { "θ" });
            }
        }
    });
}

/// The entries of a tensor that have the largest gradients, before and after.
fn entries_ui(ui: &mut Ui, boxes: &Boxes<'_>, tensor: &MovedTensor, sign: &str) {
    let value = |v: f32| format::fixed(f64::from(v), 4);
    let told = tensor.entries.iter().map(|[before, _, after]| format!("{} → {}", value(*before), value(*after)));
    let line = format!("{sign} {}: {}", tensor.name, told.collect::<Vec<_>>().join(",  "));
    ui.label(boxes.theme.muted(line)).on_hover_text("The entries with the largest gradients.");
}
