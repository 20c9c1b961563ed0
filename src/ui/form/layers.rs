//! The layer editor: one line per layer, with the rarer fields folded below it; layers can be added, removed,
//! duplicated and moved.

use super::fields::{Form, add_button, choice, problems_ui, real, whole};
use crate::experiment::limits::{FEATURES, KERNEL, Limits, PADDING, SHARE};
use crate::experiment::{Activation, DecoderLayers, Follow, Layer, Norm, PlannedLayer};
use crate::ui::icons::{Icon, icon_button};
use crate::ui::theme::space;
use eframe::egui::{
    self, Align, CornerRadius, CursorIcon, Id, Layout, Rect, RichText, Sense, Ui, collapsing_header, vec2,
};

/// Height of a folded layer with its gap, in points.
const CARD_HEIGHT: f32 = 32.0;
/// Width of the list of kinds in points.
const KIND_WIDTH: f32 = 96.0;

/// A list of layers, and its place in the experiment.
pub struct LayerList<'a> {
    /// The path of the list, which prefixes the paths of its fields: `encoder`, `decoder.layers`, `encoder[2].layers`.
    pub path: String,
    /// The list in words, for accessible names: "Encoder".
    pub label: String,
    /// The planned layers of the list with their shapes, up to the first that does not fit.
    pub planned: &'a [PlannedLayer],
}

/// A change to a list, carried out after it has been drawn.
enum Edit {
    Remove(usize),
    Duplicate(usize),
    /// Move the layer at the first index before the second; both indices are those before the change.
    Move(usize, usize),
}

/// A layer that is being dragged: its list and its index.
#[derive(Clone, PartialEq)]
struct Dragged {
    list: String,
    index: usize,
}

impl LayerList<'_> {
    /// The list with its buttons.
    pub fn show(&self, ui: &mut Ui, form: &mut Form<'_>, layers: &mut Vec<Layer>) {
        let mut edit = None;
        let count = layers.len();
        for (index, layer) in layers.iter_mut().enumerate() {
            if let Some(asked) = self.layer_ui(ui, form, index, count, layer) {
                edit = Some(asked);
            }
        }
        if layers.is_empty() {
            ui.weak("No layers: one affine map.");
        }
        if let Some(edit) = edit {
            apply(layers, &edit);
        }
        self.add_ui(ui, layers);
    }

    fn add_ui(&self, ui: &mut Ui, layers: &mut Vec<Layer>) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let last = layers.iter().rev().find_map(Layer::follow);
            let follow = last.unwrap_or(Follow { activation: Activation::Relu, ..Follow::default() });
            let kinds = [
                ("dense", prototypes(follow)[0].clone()),
                ("conv", prototypes(follow)[1].clone()),
                ("transposed", prototypes(follow)[2].clone()),
                ("reshape", prototypes(follow)[3].clone()),
                ("residual", prototypes(follow)[4].clone()),
            ];
            let before = layers.len();
            for (text, layer) in kinds {
                let name = format!("{}: add a {} layer", self.label, layer.kind());
                if text == "dense" {
                    if add_button(ui, "layer", &name).clicked() {
                        layers.push(layer);
                    }
                } else {
                    let button = egui::Button::new(RichText::new(text).small()).frame_when_inactive(false);
                    if ui.add(button).on_hover_text(&name).accessible_name(&name).clicked() {
                        layers.push(layer);
                    }
                }
            }
            if layers.len() > before {
                // The row stays under the pointer, where there is something to scroll.
                ui.scroll_with_delta_animation(vec2(0.0, -CARD_HEIGHT), egui::style::ScrollAnimation::none());
            }
        });
    }

    /// One layer; returns what its buttons ask for.
    fn layer_ui(
        &self,
        ui: &mut Ui,
        form: &mut Form<'_>,
        index: usize,
        count: usize,
        layer: &mut Layer,
    ) -> Option<Edit> {
        let path = format!("{}[{index}]", self.path);
        let name = format!("{} layer {}", self.label, index + 1);
        let mut edit = None;
        let start = ui.cursor().min;
        let broken = form.marks.within(&path).any(|problem| problem.is_error());
        let id = Id::unique(("layer", form.edition, &path));
        let mut open = collapsing_header::CollapsingState::load_with_default_open(ui.ctx(), id, false);

        let visuals = ui.visuals();
        let edge = if broken { visuals.error_fg_color } else { visuals.widgets.noninteractive.bg_stroke.color };
        let card = egui::Frame::new()
            .fill(visuals.faint_bg_color)
            .stroke((1.0, edge))
            .corner_radius(CornerRadius::same(4))
            .inner_margin(egui::Margin::symmetric(4, 2));
        let card = card.show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
            ui.horizontal(|ui| {
                ui.set_min_height(24.0);
                self.grip_ui(ui, &name, index);
                let planned = self.planned.get(index);
                let tail = ui.available_width();
                head_ui(ui, &name, layer, tail);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    if icon_button(ui, Icon::Remove, &format!("{name}: remove"), true).clicked() {
                        edit = Some(Edit::Remove(index));
                    }
                    let (icon, verb) = if open.is_open() { (Icon::Up, "fold") } else { (Icon::Down, "more fields") };
                    let response = icon_button(ui, icon, &format!("{name}: {verb}"), true);
                    let response = match planned {
                        Some(planned) => response.on_hover_text(describe(planned)),
                        None => response,
                    };
                    if response.clicked() {
                        open.toggle(ui);
                    }
                });
            });
            open.show_body_unindented(ui, |ui| {
                ui.add_space(2.0);
                rest_ui(ui, &name, layer);
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    if icon_button(ui, Icon::Up, &format!("{name}: move up"), index > 0).clicked() {
                        edit = Some(Edit::Move(index, index - 1));
                    }
                    if icon_button(ui, Icon::Down, &format!("{name}: move down"), index + 1 < count).clicked() {
                        edit = Some(Edit::Move(index, index + 2));
                    }
                    if icon_button(ui, Icon::Duplicate, &format!("{name}: duplicate"), true).clicked() {
                        edit = Some(Edit::Duplicate(index));
                    }
                    if let Some(planned) = self.planned.get(index) {
                        ui.add_space(8.0);
                        ui.label(RichText::new(describe(planned)).small().weak());
                    }
                });
            });
            if let Layer::Residual { layers } = layer {
                let planned = self.planned.get(index).map_or(&[][..], |planned| &planned.children);
                let inner = LayerList { path: format!("{path}.layers"), label: format!("{name} inner"), planned };
                egui::Frame::new()
                    .inner_margin(egui::Margin { left: 10, ..egui::Margin::ZERO })
                    .show(ui, |ui| inner.show(ui, form, layers));
            }
        });
        let fields =
            variable(layer).map(|field| (format!("{path}.{field}"), format!("{name} {}", field.replace('_', " "))));
        let fields: Vec<(String, String)> = fields.collect();
        let borrowed: Vec<(&str, &str)> = fields.iter().map(|(path, label)| (path.as_str(), label.as_str())).collect();
        if !borrowed.is_empty() {
            form.vary_menu(&card.response, &borrowed);
        }
        borrowed.iter().for_each(|(path, label)| form.vary_mark(ui, path, label));
        if let Some(moved) = self.drop_ui(ui, index, card.response.rect) {
            edit = Some(moved);
        }
        // A residual block's inner layers show their own problems.
        let inner = format!("{path}.layers[");
        let own = form.marks.within(&path).filter(|problem| !problem.path.starts_with(&inner));
        problems_ui(ui, own, Some(start));
        edit
    }

    /// The handle that a layer is dragged by.
    fn grip_ui(&self, ui: &mut Ui, name: &str, index: usize) {
        let (rect, response) = ui.allocate_exact_size(vec2(12.0, 20.0), Sense::drag());
        let response = response.on_hover_text(format!("{name}: drag to reorder")).on_hover_cursor(CursorIcon::Grab);
        let colour = if response.hovered() { ui.visuals().text_color() } else { ui.visuals().weak_text_color() };
        Icon::Grip.paint(ui.painter(), rect.shrink2(vec2(0.0, 3.0)), colour);
        response.dnd_set_drag_payload(Dragged { list: self.path.clone(), index });
    }

    /// Show where a dragged layer would go; returns the move when it is released.
    fn drop_ui(&self, ui: &Ui, index: usize, card: Rect) -> Option<Edit> {
        let dragged = egui::DragAndDrop::payload::<Dragged>(ui.ctx())?;
        let pointer = ui.ctx().pointer_interact_pos()?;
        let zone = card.expand2(vec2(40.0, 2.0));
        if dragged.list != self.path || !zone.contains(pointer) {
            return None;
        }
        let before = pointer.y < card.center().y;
        let target = if before { index } else { index + 1 };
        let y = if before { card.top() - 1.0 } else { card.bottom() + 1.0 };
        ui.painter().hline(card.x_range(), y, egui::Stroke::new(2.0, ui.visuals().hyperlink_color));
        let released = ui.input(|input| input.pointer.any_released());
        (released && target != dragged.index && target != dragged.index + 1)
            .then_some(Edit::Move(dragged.index, target))
    }
}

/// The fields of a layer that its menu varies, as its file names them.
fn variable(layer: &Layer) -> impl Iterator<Item = &'static str> {
    let fields: &[&str] = match layer {
        Layer::Dense { .. } => &["units", "activation", "norm", "dropout"],
        Layer::Conv { .. } | Layer::ConvTranspose { .. } => &["channels", "kernel", "activation", "norm", "dropout"],
        Layer::Reshape { .. } | Layer::Residual { .. } => &[],
    };
    fields.iter().copied()
}

fn apply(layers: &mut Vec<Layer>, edit: &Edit) {
    match *edit {
        Edit::Remove(index) => {
            layers.remove(index);
        }
        Edit::Duplicate(index) => layers.insert(index + 1, layers[index].clone()),
        Edit::Move(from, before) => {
            let layer = layers.remove(from);
            layers.insert(if before > from { before - 1 } else { before }, layer);
        }
    }
}

/// One layer of each kind, with `follow` after its weights.
fn prototypes(follow: Follow) -> [Layer; 5] {
    let Follow { activation, norm, dropout } = follow;
    [
        Layer::Dense { units: 200, activation, norm, dropout },
        Layer::Conv { channels: 32, kernel: 4, stride: 2, padding: 1, activation, norm, dropout },
        Layer::ConvTranspose {
            channels: 32,
            kernel: 4,
            stride: 2,
            padding: 1,
            output_padding: 0,
            activation,
            norm,
            dropout,
        },
        Layer::Reshape { channels: 32, height: 7, width: 7 },
        Layer::Residual {
            layers: vec![Layer::Conv { channels: 32, kernel: 3, stride: 1, padding: 1, activation, norm, dropout }],
        },
    ]
}

/// The first line of a layer: its kind, its size, its activation.
fn head_ui(ui: &mut Ui, name: &str, layer: &mut Layer, tail: f32) {
    let follow = layer.follow().unwrap_or_default();
    let [dense, conv, transposed, reshape, residual] = prototypes(follow);
    let kinds = [
        (dense, "dense", "An affine map to a number of units."),
        (conv, "conv", "A 2-D convolution with a square kernel."),
        (transposed, "transposed", "A 2-D transposed convolution, which enlarges maps."),
        (reshape, "reshape", "Features seen as a map, where that cannot be inferred."),
        (residual, "residual", "x + f(x): layers that keep the shape, and their input added."),
    ];
    // The width that remains for two controls beside the kind, the fold and the remove buttons.
    let rest = (tail - KIND_WIDTH - 44.0 - 12.0).max(80.0);
    sized(ui, KIND_WIDTH, |ui| {
        ui.name_inputs(format!("{name} kind"), |ui| choice(ui, &format!("{name} kind"), layer, &kinds))
    });
    match layer {
        Layer::Dense { units, .. } => {
            sized(ui, rest * 0.45, |ui| number(ui, &format!("{name} units"), units, FEATURES));
        }
        Layer::Conv { channels, .. } | Layer::ConvTranspose { channels, .. } => {
            sized(ui, rest * 0.45, |ui| number(ui, &format!("{name} channels"), channels, FEATURES));
        }
        Layer::Reshape { channels, height, width } => {
            for (field, value) in [("channels", channels), ("height", height), ("width", width)] {
                sized(ui, rest / 3.0 - 3.0, |ui| number(ui, &format!("{name} {field}"), value, FEATURES));
            }
        }
        Layer::Residual { layers } => {
            ui.weak(format!("{} inside", layers.len()));
        }
    }
    if let Layer::Dense { activation, .. } | Layer::Conv { activation, .. } | Layer::ConvTranspose { activation, .. } =
        layer
    {
        sized(ui, rest * 0.55, |ui| activation_ui(ui, name, activation));
    }
}

/// The fields below a layer's first line.
fn rest_ui(ui: &mut Ui, name: &str, layer: &mut Layer) {
    let mut fields: Vec<(&str, &str, &mut usize, Limits<usize>)> = Vec::new();
    match layer {
        Layer::Conv { kernel, stride, padding, .. } => {
            fields.push(("kernel", "Side of the square kernel in pixels.", kernel, KERNEL));
            fields.push(("stride", "Pixels between two positions of the kernel.", stride, KERNEL));
            fields.push(("padding", "Zeros added on every side.", padding, PADDING));
        }
        Layer::ConvTranspose { kernel, stride, padding, output_padding, .. } => {
            let below_stride = Limits::closed(0, stride.saturating_sub(1));
            fields.push(("kernel", "Side of the square kernel in pixels.", kernel, KERNEL));
            fields.push(("stride", "How many times larger the map becomes, roughly.", stride, KERNEL));
            fields.push(("padding", "Pixels taken off on every side.", padding, PADDING));
            fields.push(("output padding", "Pixels added at the right and the bottom.", output_padding, below_stride));
        }
        Layer::Dense { .. } | Layer::Reshape { .. } | Layer::Residual { .. } => {}
    }
    for (field, hint, value, limits) in fields {
        line(ui, field, hint, |ui| number(ui, &format!("{name} {field}"), value, limits));
    }
    if let Layer::Dense { norm, dropout, .. }
    | Layer::Conv { norm, dropout, .. }
    | Layer::ConvTranspose { norm, dropout, .. } = layer
    {
        line(ui, "norm", "Normalisation between the weights and the activation.", |ui| norm_ui(ui, name, norm));
        if let Norm::Group { groups } = norm {
            line(ui, "groups", "Channels are normalised in this many groups.", |ui| {
                number(ui, &format!("{name} groups"), groups, FEATURES);
            });
        }
        line(ui, "dropout", "Share of activations set to 0 at random in training.", |ui| {
            ui.name_inputs(format!("{name} dropout"), |ui| real(ui, dropout, SHARE));
        });
    }
}

fn line(ui: &mut Ui, label: &str, hint: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.add_space(16.0);
        ui.allocate_ui_with_layout(vec2(92.0, space::ROW), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(92.0);
            ui.weak(label).on_hover_text(hint);
        });
        add(ui);
    });
}

fn sized(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, space::ROW), Layout::left_to_right(Align::Center), |ui| {
        ui.set_width(width);
        add(ui);
    });
}

fn number(ui: &mut Ui, name: &str, value: &mut usize, limits: Limits<usize>) {
    whole(ui, value, limits).accessible_name(name);
}

fn activation_ui(ui: &mut Ui, name: &str, activation: &mut Activation) {
    let name = format!("{name} activation");
    let all = Activation::ALL.map(|activation| (activation, activation_name(activation), ""));
    ui.name_inputs(name.clone(), |ui| choice(ui, &name, activation, &all));
}

/// An activation's name, as in formulas and papers.
pub fn activation_name(activation: Activation) -> &'static str {
    match activation {
        Activation::Linear => "linear",
        Activation::Tanh => "tanh",
        Activation::Relu => "ReLU",
        Activation::LeakyRelu => "leaky ReLU",
        Activation::Silu => "SiLU",
        Activation::Gelu => "GELU",
        Activation::Softplus => "softplus",
        Activation::Elu => "ELU",
    }
}

fn norm_ui(ui: &mut Ui, name: &str, norm: &mut Norm) {
    let name = format!("{name} norm");
    let all = [
        (Norm::None, "none", ""),
        (Norm::Layer, "layer", "Over all features of an image (Ba et al. 2016)."),
        (Norm::Group { groups: 8 }, "group", "Over groups of channels of an image (Wu & He 2018)."),
        (
            Norm::Batch,
            "batch",
            "Over the batch, shard by shard; running averages outside training (Ioffe & Szegedy 2015).",
        ),
    ];
    ui.name_inputs(name.clone(), |ui| choice(ui, &name, norm, &all));
}

fn describe(planned: &PlannedLayer) -> String {
    format!("{} → {} · {} parameters", planned.input, planned.output, crate::ui::text::amount(planned.parameters))
}

/// The decoder's layers: the encoder's mirror or a list of its own.
pub fn decoder_ui(ui: &mut Ui, form: &mut Form<'_>, layers: &mut DecoderLayers, planned: &[PlannedLayer]) {
    let start: Vec<Layer> = match planned.split_last() {
        // The output layer is added by itself.
        Some((_, hidden)) => hidden.iter().map(|planned| planned.layer.clone()).collect(),
        None => Vec::new(),
    };
    form.row(
        ui,
        "decoder.layers",
        "Decoder layers",
        "The decoder's hidden layers; the output layer is added by itself.",
        |ui| {
            choice(
                ui,
                "decoder layers",
                layers,
                &[
                    (
                        DecoderLayers::Mirror,
                        "mirror of the encoder",
                        "The encoder's layers in reverse, convolutions transposed.",
                    ),
                    (DecoderLayers::Layers(start), "its own list", "Layers of its own; it starts as the mirror."),
                ],
            );
        },
    );
    if let DecoderLayers::Layers(layers) = layers {
        LayerList { path: "decoder.layers".into(), label: "Decoder".into(), planned }.show(ui, form, layers);
    }
}

/// A list of layers in a few words.
pub fn summary(layers: &[Layer]) -> String {
    let words: Vec<String> = layers
        .iter()
        .map(|layer| match layer {
            Layer::Dense { units, .. } => units.to_string(),
            Layer::Conv { channels, .. } => format!("c{channels}"),
            Layer::ConvTranspose { channels, .. } => format!("t{channels}"),
            Layer::Reshape { .. } => "reshape".into(),
            Layer::Residual { .. } => "residual".into(),
        })
        .collect();
    let activations: Vec<&str> =
        layers.iter().filter_map(Layer::follow).map(|follow| activation_name(follow.activation)).collect();
    if words.is_empty() {
        return "linear".into();
    }
    let activation = match activations.split_first() {
        Some((first, rest)) if rest.iter().all(|activation| activation == first) => format!(" · {first}"),
        _ => String::new(),
    };
    format!("{}{activation}", words.join(" → "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(layers: &[Layer]) -> String {
        summary(layers)
    }

    fn list() -> Vec<Layer> {
        [1, 2, 3].map(|units| Layer::dense(units, Activation::Tanh)).to_vec()
    }

    #[test]
    fn moving_down_and_up_are_inverse() {
        let mut layers = list();
        apply(&mut layers, &Edit::Move(0, 2));
        assert_eq!(units(&layers), "2 → 1 → 3 · tanh");
        apply(&mut layers, &Edit::Move(1, 0));
        assert_eq!(layers, list());
        apply(&mut layers, &Edit::Move(0, 3));
        assert_eq!(units(&layers), "2 → 3 → 1 · tanh");
    }

    #[test]
    fn a_duplicate_stands_behind_its_original() {
        let mut layers = list();
        apply(&mut layers, &Edit::Duplicate(1));
        assert_eq!(units(&layers), "1 → 2 → 2 → 3 · tanh");
        apply(&mut layers, &Edit::Remove(0));
        assert_eq!(units(&layers), "2 → 2 → 3 · tanh");
    }
}
