//! The parts that all pages of the tour share: the small model that the reader bends, and the trait of a page.

use crate::tour::{Bump, LatentCurve, Q, Shape};
use crate::ui::controls::{segmented, slider};
use crate::ui::pane::PaneContext;
use eframe::egui::{Slider, Ui};
use serde::{Deserialize, Serialize};

/// Least and largest noise: with less, a posterior is narrower than a hand can drag.
const NOISE: (f64, f64) = (0.15, 1.2);
/// Farthest x to either side.
pub const X_REACH: f64 = 3.5;
/// Farthest z to either side that the pictures show.
pub const Z_REACH: f64 = 3.6;

/// The reader's own small world, which goes from page to page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// z ~ N(0, 1), x ~ N(f(z), s²).
    pub model: LatentCurve,
    /// The observation.
    pub x: f64,
    /// The reader's approximate posterior of x.
    pub q: Q,
}

impl Default for World {
    fn default() -> Self {
        Self { model: LatentCurve::default(), x: 1.0, q: Q::default() }
    }
}

impl World {
    /// The Gaussian in q's place, on pages where q is one.
    pub fn gaussian(&self) -> Bump {
        self.q.moments()
    }

    /// A choice of curve.
    pub fn curve_ui(&mut self, ui: &mut Ui) -> bool {
        let mut shape = Shape::ALL.into_iter().find(|shape| shape.curve() == self.model.curve);
        let meaning = "The curve f that leads from z to the mean of x; page 1 lets you bend it.";
        let choices = Shape::ALL.map(|shape| (Some(shape), shape.name(), meaning));
        let changed = segmented(ui, &mut shape, &choices);
        if let Some(shape) = shape.filter(|_| changed) {
            self.model.curve = shape.curve();
        }
        changed
    }

    /// The slider of the noise.
    pub fn noise_ui(&mut self, ui: &mut Ui) -> bool {
        let meaning = "The standard deviation s of x around the curve.";
        let field = Slider::new(&mut self.model.noise, NOISE.0..=NOISE.1);
        slider(ui, "Noise s", meaning, 80.0, field).changed()
    }

    /// The slider of x.
    pub fn x_ui(&mut self, ui: &mut Ui) -> bool {
        let meaning = "The observation: what x is seen to be.";
        slider(ui, "x", meaning, 110.0, Slider::new(&mut self.x, -X_REACH..=X_REACH)).changed()
    }
}

/// The context in which a page's picture is drawn.
pub struct Stage<'a, 'c> {
    pub world: &'a mut World,
    pub context: &'a mut PaneContext<'c>,
    /// Height that the picture may have, in points.
    pub height: f32,
}

/// The live picture of a page, and the thing to do on it.
pub trait Lesson {
    /// Draw the picture with its controls.
    fn picture_ui(&mut self, ui: &mut Ui, stage: &mut Stage<'_, '_>);

    /// Whether the reader has done what the page asks for.
    fn is_done(&self) -> bool;
}
