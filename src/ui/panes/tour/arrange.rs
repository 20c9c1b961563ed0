//! How a page lies in its pane: its live picture and the thing to do stay in sight while the text scrolls, wherever
//! there is room for both.

use crate::ui::theme::space;
use eframe::egui::{Rect, Vec2, pos2};
use std::ops::RangeInclusive;

/// Width from which text and picture stand side by side.
const WIDE: f32 = 780.0;
/// Height from which the picture stands below text that scrolls.
const HIGH: f32 = 520.0;
/// Share of the height that picture and thing to do take at most below the text.
const BELOW: f32 = 0.62;
/// Height of a picture as a share of its width, and its bounds in points.
const ASPECT: f32 = 0.72;
const HEIGHT: RangeInclusive<f32> = 150.0..=560.0;
/// Height of controls and thing to do until they have been drawn once, in points.
const FIRST_GUESS: f32 = 190.0;

/// The parts of the pane that a page lies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parts {
    /// Text, and the picture with the thing to do, each in a part of its own.
    Two { text: Rect, work: Rect },
    /// Everything one after another.
    One(Rect),
}

/// The heights that picture, controls and thing to do of a page took when they were drawn last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    pub page: usize,
    /// Height that the picture was given.
    pub picture: f32,
    /// Height of all.
    pub total: f32,
}

impl Taken {
    /// Whether the page, or a height by what can be seen, is another.
    pub fn differs_from(&self, other: &Self) -> bool {
        let moved = |one: f32, other: f32| (one - other).abs() > 0.5;
        self.page != other.page || moved(self.picture, other.picture) || moved(self.total, other.total)
    }
}

/// The widest that a picture is.
pub fn widest_picture() -> f32 {
    HEIGHT.end() / ASPECT
}

/// Divide a pane for a page.
pub fn parts(area: Rect, page: usize, taken: Option<Taken>) -> Parts {
    let Vec2 { x: width, y: height } = area.size();
    if width >= WIDE {
        let (left, right) = area.split_left_right_at_fraction(0.5);
        return Parts::Two { text: left.with_max_x(left.right() - space::L), work: right };
    }
    if height < HIGH {
        return Parts::One(area);
    }
    let most = BELOW * height;
    let rest = rest(page, taken);
    let work = (picture_height(width - space::M, most, page, taken) + rest).clamp(0.0, most);
    let edge = area.bottom() - work;
    let text = Rect::from_min_max(area.min, pos2(area.right(), edge - space::M));
    Parts::Two { text, work: area.with_min_y(edge) }
}

/// The height of a picture that is so wide, where picture, controls and thing to do have `room` in all.
pub fn picture_height(width: f32, room: f32, page: usize, taken: Option<Taken>) -> f32 {
    (ASPECT * width).min(room - rest(page, taken)).clamp(*HEIGHT.start(), *HEIGHT.end())
}

/// The height of all but the picture.
fn rest(page: usize, taken: Option<Taken>) -> f32 {
    taken.filter(|taken| taken.page == page).map_or(FIRST_GUESS, |taken| taken.total - taken.picture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::vec2;

    fn parts_of(width: f32, height: f32, taken: Option<Taken>) -> Parts {
        parts(Rect::from_min_size(pos2(10.0, 20.0), vec2(width, height)), 3, taken)
    }

    #[test]
    fn text_stands_beside_or_above_the_picture_where_there_is_room() {
        let Parts::Two { text, work } = parts_of(900.0, 400.0, None) else { panic!("there is room beside") };
        assert!(text.right() < work.left() && text.height() == 400.0);
        let Parts::Two { text, work } = parts_of(540.0, 700.0, None) else { panic!("there is room above") };
        assert!(text.bottom() < work.top() && text.width() == 540.0);
        assert!(text.height() > 0.3 * 700.0, "{text}");
        assert!(matches!(parts_of(540.0, 400.0, None), Parts::One(_)));
    }

    #[test]
    fn the_picture_takes_what_controls_and_thing_to_do_leave() {
        let taken = Taken { page: 3, picture: 200.0, total: 460.0 };
        assert_eq!(picture_height(540.0, 440.0, 3, Some(taken)), 440.0 - 260.0);
        assert_eq!(picture_height(540.0, 440.0, 4, Some(taken)), 440.0 - FIRST_GUESS, "another page's");
        assert_eq!(picture_height(540.0, 200.0, 3, Some(taken)), *HEIGHT.start(), "never less than can be read");
        // What a page needs, and no more, is taken from the text.
        let taken = Taken { page: 3, picture: 380.0, total: 300.0 };
        let Parts::Two { work, .. } = parts_of(540.0, 700.0, Some(taken)) else { panic!("there is room above") };
        assert!((work.height() - 300.0).abs() < 1.0, "{work}");
    }
}
