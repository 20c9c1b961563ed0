//! The layouts of the panes: those that a window begins with, and the mending of those that were kept.

use super::pane::Place;
use super::panes::PaneKind;
use eframe::egui::{self, Vec2};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

/// The places of the panes.
pub type DockLayout = Tree<PaneKind>;

/// A class of window sizes, each with a default layout of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Room {
    /// Too low or narrow for panes over each other: a screen of 1080 pixels at twice the size has 540 points.
    Small,
    /// As wide as a screen of 1280 points.
    Narrow,
    /// As wide as a screen of 1600 points.
    #[default]
    Middle,
    /// As wide as a screen of 1920 points.
    Wide,
}

impl Room {
    pub const ALL: [Self; 4] = [Self::Small, Self::Narrow, Self::Middle, Self::Wide];

    /// The class of a window of this size in points.
    pub fn of(size: Vec2) -> Self {
        match size.x {
            _ if size.y < 640.0 => Self::Small,
            ..1120.0 => Self::Small,
            ..1440.0 => Self::Narrow,
            ..1760.0 => Self::Middle,
            _ => Self::Wide,
        }
    }

    /// Whether the tour has no room beside form and panes.
    pub fn is_tight(self) -> bool {
        matches!(self, Self::Small | Self::Narrow)
    }

    /// The name of the class's layout in the menu.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "For small windows",
            Self::Narrow => "For 1280 points",
            Self::Middle => "For 1600 points",
            Self::Wide => "For 1920 points",
        }
    }
}

/// Width of the column beside the others, as a share of theirs.
const BESIDE: f32 = 0.8;

/// A layout under a name of the user's.
#[derive(Clone, Serialize, Deserialize)]
pub struct NamedLayout {
    pub name: String,
    pub layout: DockLayout,
    /// Whether the experiment is shown beside the panes.
    pub experiment_shown: bool,
}

/// The layout to start with in a window of this class of sizes: two columns of panes, three where there is room, two
/// panes where there is little. Help is hidden until it is asked for.
pub fn default_layout(room: Room) -> DockLayout {
    let mut tiles = Tiles::default();
    let root = match room {
        Room::Small => small(&mut tiles),
        _ => large(&mut tiles, room),
    };
    let help: Vec<TileId> = PaneKind::HELP.iter().filter_map(|kind| tiles.find_pane(kind)).collect();
    for tile in help {
        tiles.set_visible(tile, false);
    }
    Tree::new(egui::Id::unique("panes"), root, tiles)
}

/// The panes of these places behind each other.
fn tabs(tiles: &mut Tiles<PaneKind>, places: &[Place]) -> TileId {
    let of = |place: Place| PaneKind::ALL.iter().filter(move |kind| kind.place() == place);
    let children = places.iter().flat_map(|&place| of(place)).map(|&kind| tiles.insert_pane(kind)).collect();
    tiles.insert_tab_tile(children)
}

/// Tiles beside or over each other, each with its share of the room.
fn split(tiles: &mut Tiles<PaneKind>, dir: LinearDir, children: &[(TileId, f32)]) -> TileId {
    let mut linear = Linear::new(dir, children.iter().map(|&(child, _)| child).collect());
    for &(child, share) in children {
        linear.shares.set_share(child, share);
    }
    tiles.insert_container(Container::Linear(linear))
}

/// One row: what is measured, and beside it what is drawn.
fn small(tiles: &mut Tiles<PaneKind>) -> TileId {
    use Place::{BelowLeft, BelowRight, Beside, Centre, Help, RightBottom, RightMiddle, RightTop};
    let measured = tabs(tiles, &[Centre]);
    let drawn = tabs(tiles, &[RightTop, RightMiddle, RightBottom, BelowRight, BelowLeft, Help]);
    let beside = tabs(tiles, &[Beside]);
    split(tiles, LinearDir::Horizontal, &[(measured, 1.5), (drawn, 1.0), (beside, BESIDE * 2.5)])
}

fn large(tiles: &mut Tiles<PaneKind>, room: Room) -> TileId {
    let [centre, left, right] = [Place::Centre, Place::BelowLeft, Place::BelowRight].map(|place| tabs(tiles, &[place]));
    let top = tabs(tiles, &[Place::RightTop, Place::Help]);
    let [middle, bottom, beside] =
        [Place::RightMiddle, Place::RightBottom, Place::Beside].map(|place| tabs(tiles, &[place]));
    let mut split = |dir, children: &[(TileId, f32)]| split(tiles, dir, children);
    use LinearDir::{Horizontal, Vertical};
    match room {
        Room::Small | Room::Narrow | Room::Middle => {
            let below = split(Horizontal, &[(left, 1.0), (right, 1.1)]);
            // The height that three plots need.
            let centre = split(Vertical, &[(centre, 1.32), (below, 1.0)]);
            let right = split(Vertical, &[(top, 1.0), (middle, 1.0), (bottom, 1.2)]);
            let share = if room == Room::Narrow { 1.7 } else { 1.45 };
            split(Horizontal, &[(centre, share), (right, 1.0), (beside, BESIDE * (share + 1.0))])
        }
        Room::Wide => {
            let first = split(Vertical, &[(centre, 1.35), (left, 1.0)]);
            let second = split(Vertical, &[(right, 1.0), (bottom, 1.0)]);
            let third = split(Vertical, &[(top, 1.0), (middle, 1.0)]);
            split(Horizontal, &[(first, 1.55), (second, 1.0), (third, 1.0), (beside, BESIDE * 3.55)])
        }
    }
}

/// The layout to start with, with the panes of another one in front that are in front there, of several in one place
/// the first, and those hidden that are hidden there.
pub fn default_layout_like(room: Room, other: &DockLayout) -> DockLayout {
    let mut layout = default_layout(room);
    for kind in PaneKind::ALL {
        if let (Some(tile), Some(there)) = (layout.tiles.find_pane(kind), other.tiles.find_pane(kind)) {
            layout.tiles.set_visible(tile, other.tiles.is_visible(there));
        }
    }
    let in_front = in_sight(other);
    for kind in by_tab(&layout).into_iter().rev().filter(|kind| in_front.contains(kind)) {
        show(&mut layout, kind);
    }
    layout
}

/// All panes in the order of their tabs.
fn by_tab(layout: &DockLayout) -> Vec<PaneKind> {
    let tabs = layout.tiles.tiles().filter_map(|tile| match tile {
        Tile::Container(Container::Tabs(tabs)) => Some(&tabs.children),
        _ => None,
    });
    tabs.flatten().filter_map(|tile| layout.tiles.get_pane(tile).copied()).collect()
}

/// A layout that was kept, with the panes that have come since, hidden; one that cannot be mended gives way to the
/// default.
pub fn mended(mut layout: DockLayout, room: Room) -> DockLayout {
    let panes = |layout: &DockLayout| -> Vec<PaneKind> {
        let tiles = layout.tiles.tiles();
        tiles.filter_map(|tile| if let Tile::Pane(kind) = tile { Some(*kind) } else { None }).collect()
    };
    let known = panes(&layout);
    let missing: Vec<PaneKind> = PaneKind::ALL.iter().copied().filter(|kind| !known.contains(kind)).collect();
    let tabs = layout.tiles.iter().find_map(|(&id, tile)| match tile {
        Tile::Container(Container::Tabs(_)) => Some(id),
        _ => None,
    });
    for kind in missing {
        let tile = layout.tiles.insert_pane(kind);
        if kind.place() == Place::Beside && put_beside(&mut layout, tile) {
            layout.tiles.set_visible(tile, false);
            continue;
        }
        if let Some(tabs) = tabs {
            layout.move_tile_to_container(tile, tabs, usize::MAX, false);
        }
        layout.tiles.set_visible(tile, false);
    }
    if is_whole(&layout) { layout } else { default_layout(room) }
}

/// Give a pane a column of its own at the right; returns whether the layout has columns.
fn put_beside(layout: &mut DockLayout, pane: TileId) -> bool {
    let column = layout.tiles.insert_tab_tile(vec![pane]);
    let root = layout.root.and_then(|root| layout.tiles.get_mut(root));
    let Some(Tile::Container(Container::Linear(columns))) = root else { return false };
    if columns.dir != LinearDir::Horizontal {
        return false;
    }
    let width: f32 = columns.children.iter().map(|&child| columns.shares[child]).sum();
    columns.children.push(column);
    columns.shares.set_share(column, BESIDE * width);
    true
}

/// Whether a layout has every pane exactly once, each in a place of its own.
pub fn is_whole(layout: &DockLayout) -> bool {
    let count =
        |kind: &PaneKind| layout.tiles.tiles().filter(|tile| matches!(tile, Tile::Pane(it) if it == kind)).count();
    let placed = |kind: &PaneKind| {
        layout.tiles.find_pane(kind).is_some_and(|tile| layout.tiles.parent_of(tile).is_some() || layout.is_root(tile))
    };
    PaneKind::ALL.iter().all(|kind| count(kind) == 1 && placed(kind))
}

/// Whether a pane can be seen: neither hidden nor behind another tab.
pub fn is_in_sight(layout: &DockLayout, kind: PaneKind) -> bool {
    in_sight(layout).contains(&kind)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_layouts_show_every_pane_but_help_once() {
        for room in Room::ALL {
            let layout = default_layout(room);
            assert!(is_whole(&layout));
            for kind in PaneKind::ALL {
                let tile = layout.tiles.find_pane(kind).expect("it is docked");
                assert_eq!(layout.tiles.is_visible(tile), !PaneKind::HELP.contains(kind), "{kind:?}");
            }
        }
    }

    #[test]
    fn a_layout_that_lost_a_pane_gets_it_back_hidden() {
        let mut layout = default_layout(Room::Middle);
        let tile = layout.tiles.find_pane(&PaneKind::Log).expect("the log is docked");
        layout.remove_recursively(tile);
        assert!(!is_whole(&layout));
        let mut mended = mended(layout, Room::Middle);
        assert!(is_whole(&mended));
        assert!(!in_sight(&mended).contains(&PaneKind::Log));
        show(&mut mended, PaneKind::Log);
        assert!(in_sight(&mended).contains(&PaneKind::Log));
    }

    #[test]
    fn a_layout_for_another_width_keeps_what_is_in_front() {
        let mut narrow = default_layout(Room::Narrow);
        show(&mut narrow, PaneKind::Ledger);
        hide(&mut narrow, PaneKind::Traversals);
        let wide = default_layout_like(Room::Wide, &narrow);
        assert!(!in_sight(&wide).contains(&PaneKind::Traversals));
        assert!(is_whole(&wide));
        assert!(in_sight(&wide).contains(&PaneKind::Ledger) && !in_sight(&wide).contains(&PaneKind::Bound));
    }

    #[test]
    fn item_14_a_small_window_has_two_panes_and_grows_back() {
        let sizes = [(960.0, 540.0), (1920.0, 600.0), (853.0, 533.0), (1067.0, 667.0)];
        assert!(sizes.iter().all(|&(x, y)| Room::of(egui::vec2(x, y)) == Room::Small));
        assert_eq!(Room::of(egui::vec2(1280.0, 720.0)), Room::Narrow);
        let mut narrow = default_layout(Room::Narrow);
        show(&mut narrow, PaneKind::Ledger);
        let small = default_layout_like(Room::Small, &narrow);
        assert!(is_whole(&small));
        let mut front = in_sight(&small);
        front.sort_by_key(|kind| PaneKind::ALL.iter().position(|it| it == kind));
        assert_eq!(front, [PaneKind::Ledger, PaneKind::Reconstructions]);
        let narrow = default_layout_like(Room::Narrow, &small);
        assert_eq!(in_sight(&narrow).len(), 6, "every place has its pane again");
        assert!(is_in_sight(&narrow, PaneKind::Ledger));
    }

    #[test]
    fn hiding_and_showing_keeps_the_place() {
        let mut layout = default_layout(Room::Middle);
        let place =
            |layout: &DockLayout| layout.tiles.find_pane(&PaneKind::Traversals).map(|id| layout.tiles.parent_of(id));
        let before = place(&layout);
        hide(&mut layout, PaneKind::Traversals);
        assert!(!is_in_sight(&layout, PaneKind::Traversals));
        assert!(is_whole(&layout));
        show(&mut layout, PaneKind::Traversals);
        assert!(is_in_sight(&layout, PaneKind::Traversals));
        assert_eq!(place(&layout), before);
    }
}
