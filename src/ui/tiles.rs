//! The docked panes: where they start, and how they are shown, moved and hidden.

use super::icons::Icon;
use super::pane::Place;
use super::panes::PaneKind;
use super::theme::{Theme, space};
use eframe::egui::{self, Color32, Response, Stroke, Ui, Visuals, WidgetText, vec2};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, SimplificationOptions, TabState, Tile, TileId, Tiles, Tree, UiResponse,
};
use std::collections::HashSet;

/// Where the panes are.
pub type DockLayout = Tree<PaneKind>;

/// The layout to start with: the centre over two places below it, and three places to the right.
pub fn default_layout() -> DockLayout {
    let mut tiles = Tiles::default();
    let mut tabs = |place: Place| {
        let kinds = PaneKind::ALL.iter().filter(|kind| kind.place() == place);
        let children: Vec<TileId> = kinds.map(|&kind| tiles.insert_pane(kind)).collect();
        tiles.insert_tab_tile(children)
    };
    let centre = tabs(Place::Centre);
    let [left, right] = [Place::BelowLeft, Place::BelowRight].map(&mut tabs);
    let [top, middle, bottom] = [Place::RightTop, Place::RightMiddle, Place::RightBottom].map(&mut tabs);

    let mut split = |dir, children: &[(TileId, f32)]| {
        let mut linear = Linear::new(dir, children.iter().map(|&(child, _)| child).collect());
        for &(child, share) in children {
            linear.shares.set_share(child, share);
        }
        tiles.insert_container(Container::Linear(linear))
    };
    let below = split(LinearDir::Horizontal, &[(left, 1.0), (right, 1.1)]);
    let centre = split(LinearDir::Vertical, &[(centre, 1.15), (below, 1.0)]);
    let right = split(LinearDir::Vertical, &[(top, 1.0), (middle, 1.0), (bottom, 1.2)]);
    let root = split(LinearDir::Horizontal, &[(centre, 1.45), (right, 1.0)]);
    Tree::new(egui::Id::unique("panes"), root, tiles)
}

/// Whether a layout that was kept has every pane exactly once (panes may have come and gone between versions).
pub fn is_whole(layout: &DockLayout) -> bool {
    let panes: Vec<PaneKind> = layout
        .tiles
        .tiles()
        .filter_map(|tile| match tile {
            Tile::Pane(kind) => Some(*kind),
            Tile::Container(_) => None,
        })
        .collect();
    panes.len() == PaneKind::ALL.len() && PaneKind::ALL.iter().all(|kind| panes.contains(kind))
}

/// Whether a pane can be seen: neither hidden nor behind another tab.
pub fn is_in_sight(layout: &DockLayout, kind: PaneKind) -> bool {
    in_sight(layout).contains(&kind)
}

/// Hide a pane that is in sight; bring any other to the front of its tabs.
pub fn toggle(layout: &mut DockLayout, kind: PaneKind) {
    if is_in_sight(layout, kind) { hide(layout, kind) } else { show(layout, kind) }
}

pub fn hide(layout: &mut DockLayout, kind: PaneKind) {
    if let Some(tile) = layout.tiles.find_pane(&kind) {
        layout.tiles.set_visible(tile, false);
    }
}

/// Bring a pane into sight, whether it was hidden or behind another tab.
pub fn show(layout: &mut DockLayout, kind: PaneKind) {
    let Some(tile) = layout.tiles.find_pane(&kind) else { return };
    layout.tiles.set_visible(tile, true);
    layout.make_active(|id, _| id == tile);
}

/// The panes that can be seen, tabs considered.
pub fn in_sight(layout: &DockLayout) -> Vec<PaneKind> {
    let active = layout.active_tiles();
    active.into_iter().filter_map(|tile| layout.tiles.get_pane(&tile).copied()).collect()
}

/// Draws the tree; `pane_ui` draws the content of a pane.
pub struct Dock<'a> {
    pub theme: &'a Theme,
    pub pane_ui: &'a mut dyn FnMut(&mut Ui, PaneKind),
    /// Panes whose tabs say that there is something new in them.
    pub news: &'a HashSet<PaneKind>,
    /// Panes that were hidden by their tab.
    pub hidden: Vec<PaneKind>,
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
        // A hidden pane is not forgotten: the View menu brings it back to the same place.
        if let Some(&kind) = tiles.get_pane(&tile) {
            let mut hide = tab.middle_clicked();
            tab.context_menu(|ui| hide |= ui.button("Hide this pane").clicked());
            if hide {
                self.hidden.push(kind);
            }
            if !self.news.contains(&kind) {
                return tab.on_hover_text(kind.about());
            }
            tab.ctx.layer_painter(tab.layer_id).circle_filled(
                tab.rect.right_top() + vec2(-5.0, 8.0),
                3.0,
                self.theme.accent,
            );
            return tab.on_hover_text(format!("{}\nThere is something new here.", kind.about()));
        }
        tab
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

/// What stands in the place of the panes when all are hidden.
pub fn nothing_shown_ui(ui: &mut Ui, theme: &Theme) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() / 2.0 - space::XL);
        let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(20.0), egui::Sense::hover());
        Icon::Info.paint(ui.painter(), rect, theme.text_faint);
        ui.label(theme.muted("Every pane is hidden. The View menu brings them back."));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_layout_shows_every_pane_once() {
        let layout = default_layout();
        assert!(is_whole(&layout));
        assert!(PaneKind::ALL.iter().all(|kind| {
            let tile = layout.tiles.find_pane(kind);
            tile.is_some_and(|tile| layout.tiles.is_visible(tile))
        }));
    }

    #[test]
    fn hiding_and_showing_keeps_the_place() {
        let mut layout = default_layout();
        let place =
            |layout: &DockLayout| layout.tiles.find_pane(&PaneKind::Traversals).map(|id| layout.tiles.parent_of(id));
        let before = place(&layout);
        toggle(&mut layout, PaneKind::Traversals);
        assert!(!is_in_sight(&layout, PaneKind::Traversals));
        assert!(is_whole(&layout));
        toggle(&mut layout, PaneKind::Traversals);
        assert!(is_in_sight(&layout, PaneKind::Traversals));
        assert_eq!(place(&layout), before);
    }

    #[test]
    fn a_pane_behind_another_comes_to_the_front_before_it_is_hidden() {
        let mut layout = default_layout();
        assert!(is_in_sight(&layout, PaneKind::Bound) && !is_in_sight(&layout, PaneKind::Ledger));
        toggle(&mut layout, PaneKind::Ledger);
        assert!(is_in_sight(&layout, PaneKind::Ledger) && !is_in_sight(&layout, PaneKind::Bound));
        toggle(&mut layout, PaneKind::Ledger);
        assert!(!is_in_sight(&layout, PaneKind::Ledger));
    }

    #[test]
    fn a_layout_that_lost_a_pane_is_not_whole() {
        let mut layout = default_layout();
        let tile = layout.tiles.find_pane(&PaneKind::Log).expect("the log is docked");
        layout.tiles.remove(tile);
        assert!(!is_whole(&layout));
    }
}
