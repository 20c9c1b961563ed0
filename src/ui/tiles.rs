//! The docked panes: how they are shown, moved and hidden.

use super::context_menu::{self, Target};
use super::icons::Icon;
use super::noun;
use super::panes::PaneKind;
use super::solo::SoloKind;
use super::theme::{Theme, space};
use eframe::egui::{self, Color32, Response, Stroke, Ui, Visuals, WidgetText, vec2};
use egui_tiles::{Behavior, EditAction, SimplificationOptions, TabState, Tabs, TileId, Tiles, UiResponse};
use std::collections::HashSet;

pub use super::layouts::{hide, in_sight, is_in_sight, show};

/// A request of a pane's tab.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TabAsks {
    Hide,
    Alone(SoloKind),
}

/// Draws the tree; `pane_ui` draws the content of a pane.
pub struct Dock<'a> {
    pub theme: &'a Theme,
    pub pane_ui: &'a mut dyn FnMut(&mut Ui, PaneKind),
    /// Panes whose tabs say that there is something new in them.
    pub news: &'a HashSet<PaneKind>,
    /// The requests of tabs in this frame.
    pub asked: Vec<(PaneKind, TabAsks)>,
    /// A pane was moved or made larger by hand.
    pub arranged: bool,
    /// The bar of tabs that is drawn, and its active tab.
    pub bar: Option<(TileId, Option<TileId>)>,
}

impl Behavior<PaneKind> for Dock<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut PaneKind) -> UiResponse {
        ui.painter().rect_filled(ui.max_rect(), 0.0, self.theme.pane);
        ui.push_id(*pane, |ui| (self.pane_ui)(ui, *pane));
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &PaneKind) -> WidgetText {
        pane.title().into()
    }

    fn on_tab_button(&mut self, tiles: &mut Tiles<PaneKind>, tile: TileId, tab: Response) -> Response {
        let Some(&kind) = tiles.get_pane(&tile) else { return tab };
        if let Some((bar, active)) = self.bar
            && active == Some(tile)
        {
            Revealed::note(bar, tile, &tab);
        }
        let mut asked = None;
        if tab.double_clicked() {
            asked = Some(TabAsks::Alone(SoloKind::Maximised));
        }
        if tab.middle_clicked() {
            asked = Some(TabAsks::Hide);
        }
        tab.context_menu(|ui| asked = asked.or(tab_menu_ui(ui)));
        self.asked.extend(asked.map(|asked| (kind, asked)));
        let about = noun::say(&tab.ctx, kind.about()).into_owned();
        if !self.news.contains(&kind) {
            return tab.on_hover_text(format!("{about}\nDouble-click to maximise; drag to move."));
        }
        let painter = tab.ctx.layer_painter(tab.layer_id);
        painter.circle_filled(tab.rect.right_top() + vec2(-5.0, 8.0), 3.0, self.theme.accent);
        tab.on_hover_text(format!("{about}\nThere is something new here."))
    }

    fn top_bar_right_ui(&mut self, _: &Tiles<PaneKind>, ui: &mut Ui, bar: TileId, tabs: &Tabs, offset: &mut f32) {
        self.bar = Some((bar, tabs.active));
        if let Some(revealed) = ui.data(|data| data.get_temp::<Revealed>(Revealed::id(bar))) {
            *offset += revealed.shift;
        }
    }

    fn on_edit(&mut self, action: EditAction) {
        self.arranged |= matches!(action, EditAction::TileResized | EditAction::TileDropped);
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        28.0
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        4.0
    }

    fn min_size(&self) -> f32 {
        96.0
    }

    fn tab_title_spacing(&self, _visuals: &Visuals) -> f32 {
        10.0
    }

    fn tab_bar_color(&self, _visuals: &Visuals) -> Color32 {
        self.theme.canvas.lerp_to_gamma(self.theme.pane, 0.5)
    }

    fn tab_bar_hline_stroke(&self, _visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, self.theme.hairline)
    }

    fn tab_bg_color(&self, _: &Visuals, _: &Tiles<PaneKind>, _: TileId, state: &TabState) -> Color32 {
        if state.active { self.theme.pane } else { Color32::TRANSPARENT }
    }

    fn tab_outline_stroke(&self, _: &Visuals, _: &Tiles<PaneKind>, _: TileId, _: &TabState) -> Stroke {
        Stroke::NONE
    }

    fn tab_text_color(&self, _: &Visuals, _: &Tiles<PaneKind>, _: TileId, state: &TabState) -> Color32 {
        if state.active { self.theme.text_strong } else { self.theme.text_muted }
    }

    fn resize_stroke(&self, _style: &egui::Style, state: egui_tiles::ResizeState) -> Stroke {
        match state {
            egui_tiles::ResizeState::Idle => Stroke::NONE,
            egui_tiles::ResizeState::Hovering => Stroke::new(2.0, self.theme.outline),
            egui_tiles::ResizeState::Dragging => Stroke::new(2.0, self.theme.accent),
        }
    }

    fn drag_preview_stroke(&self, _visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, self.theme.accent)
    }

    fn drag_preview_color(&self, _visuals: &Visuals) -> Color32 {
        self.theme.accent.gamma_multiply(0.2)
    }

    fn simplification_options(&self) -> SimplificationOptions {
        // Every pane keeps its tab, so that it can always be dragged and closed.
        SimplificationOptions { all_panes_must_have_tabs: true, ..SimplificationOptions::default() }
    }
}

/// A tab that has become the active one of its bar, which scrolls to it.
#[derive(Clone, Copy)]
struct Revealed {
    tab: TileId,
    /// Frames in which the bar may still scroll: its arrows come and go, and change its width.
    frames: u8,
    /// By how much the bar scrolls in the next frame, in points.
    shift: f32,
}

impl Revealed {
    fn id(bar: TileId) -> egui::Id {
        egui::Id::unique(("revealed tab", bar))
    }

    /// Note how far the active tab is out of sight, for some frames after it became the active one, be it through a
    /// menu or a key.
    fn note(bar: TileId, tab: TileId, button: &Response) {
        let (whole, seen) = (button.rect, button.interact_rect);
        let shift = (whole.right() - seen.right()).max(0.0) - (seen.left() - whole.left()).max(0.0);
        let frames = button.ctx.data_mut(|data| {
            let known = data.get_temp::<Self>(Self::id(bar)).filter(|known| known.tab == tab);
            let frames = known.map_or(4, |known| known.frames.saturating_sub(1));
            data.insert_temp(Self::id(bar), Self { tab, frames, shift: if frames > 0 { shift } else { 0.0 } });
            frames
        });
        if frames > 0 {
            button.ctx.request_repaint();
        }
    }
}

/// The menu of a pane as a whole. A hidden pane is not forgotten: the View menu brings it back to its place.
fn tab_menu_ui(ui: &mut Ui) -> Option<TabAsks> {
    let choices = [
        ("Maximise", TabAsks::Alone(SoloKind::Maximised)),
        ("Present", TabAsks::Alone(SoloKind::Presented)),
        ("Hide this pane", TabAsks::Hide),
    ];
    choices.into_iter().filter_map(|(name, asks)| ui.button(name).clicked().then_some(asks)).last()
}

/// The ground under a pane, with the pane's menu wherever nothing on it has a menu of its own.
pub fn ground_ui(ui: &mut Ui, kind: PaneKind) {
    let rect = ui.max_rect();
    let ground = ui.interact(rect, ui.scope_id().with("ground"), egui::Sense::CLICK);
    let name = kind.title();
    ground.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Group, true, format!("{name} pane")));
    let stem = name.to_lowercase().replace([' ', '–'], "-");
    context_menu::offer(&ground, Target { rect, stem: &stem }, |_| {});
}

/// A pane in the place of all.
pub fn alone_ui(ui: &mut Ui, theme: &Theme, kind: PaneKind, pane_ui: &mut dyn FnMut(&mut Ui, PaneKind)) {
    // The room that the line over the pane leaves.
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, theme.pane);
    let builder = egui::UiBuilder::new().id_salt(("alone", kind)).max_rect(rect);
    ui.scope_builder(builder, |ui| pane_ui(ui, kind));
}

/// Say that all panes are hidden, in their place.
pub fn nothing_shown_ui(ui: &mut Ui, theme: &Theme) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() / 2.0 - space::XL);
        let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(20.0), egui::Sense::hover());
        Icon::Info.paint(ui.painter(), rect, theme.text_faint);
        ui.label(theme.muted("Every pane is hidden. The View menu brings them back."));
    });
}
