//! Posterior means as pictures, and their way from one kept state to the next.

use super::caption::captioned;
use super::shot::{FilmOptions, Frame, Shot, caption};
use crate::explore::{Answer, ScatterPoint};
use crate::export::{ExportError, RgbImage};

/// Side of the picture at scale 1.
const SIDE: usize = 240;
/// Pictures between two kept states.
const BETWEEN: usize = 5;
/// Share of a state's time in which the means go to the next.
const ON_THE_WAY: f64 = 0.5;
/// Least distance of the edge from the centre, in prior standard deviations.
const EXTENT: f32 = 2.6;
/// Colours of labels (Petroff 2021), and of images without one.
const LABELS: [[u8; 3]; 10] = [
    [0x3f, 0x90, 0xda],
    [0xff, 0xa9, 0x0e],
    [0xbd, 0x1f, 0x01],
    [0x94, 0xa4, 0xa2],
    [0x83, 0x2d, 0xb6],
    [0xa9, 0x6b, 0x59],
    [0xe7, 0x63, 0x00],
    [0xb9, 0xac, 0x70],
    [0x71, 0x75, 0x81],
    [0x92, 0xda, 0xdd],
];
const UNLABELLED: [u8; 3] = [0x60, 0x60, 0x60];
const AXIS: [u8; 3] = [0xdd; 3];

/// The pictures of posterior means: those of each state, and hollow ones between them, on the two dimensions that have
/// the highest KL at the end.
pub fn latent_frames(shots: &[Shot], options: &FilmOptions) -> Result<Vec<Frame>, ExportError> {
    let states: Vec<(&Shot, &[ScatterPoint])> = shots.iter().filter_map(|shot| Some((shot, points(shot)?))).collect();
    let axes = match shots.last().map(|last| &last.answer) {
        Some(Answer::Scatter { kl_per_dimension, .. }) => widest(kl_per_dimension),
        _ => [0, 1],
    };
    let extent = states.iter().map(|(_, points)| reach(points, axes)).fold(EXTENT, f32::max);
    let side = SIDE * options.scale.clamp(1, 32);
    let view = View { side, extent, radius: 1.6 * options.scale as f32 };
    let mut frames = Vec::new();
    for (i, (shot, points)) in states.iter().enumerate() {
        let places = places(points, axes);
        let text = caption(shot);
        let next = states.get(i + 1).filter(|(_, next)| next.len() == points.len());
        let rest = if next.is_some() { 1.0 - ON_THE_WAY } else { 1.0 };
        frames.push(Frame {
            picture: captioned(&view.draw(points, &places, false), &text),
            seconds: rest * options.seconds,
        });
        let Some((after, next)) = next else { continue };
        let to = self::places(next, axes);
        for step in 1..=BETWEEN {
            let share = step as f32 / (BETWEEN + 1) as f32;
            let between: Vec<[f32; 2]> = places
                .iter()
                .zip(&to)
                .map(|(from, to)| [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis])))
                .collect();
            let text = format!("between {} and {}", shot.step, after.step);
            frames.push(Frame {
                picture: captioned(&view.draw(points, &between, true), &text),
                seconds: ON_THE_WAY * options.seconds / BETWEEN as f64,
            });
        }
    }
    Ok(frames)
}

fn points(shot: &Shot) -> Option<&[ScatterPoint]> {
    match &shot.answer {
        Answer::Scatter { points, .. } => Some(points),
        _ => None,
    }
}

/// The two latent dimensions of the highest KL, in their order.
pub fn widest(kl: &[f32]) -> [usize; 2] {
    let mut order: Vec<usize> = (0..kl.len()).collect();
    order.sort_by(|&a, &b| kl[b].total_cmp(&kl[a]));
    match order[..] {
        [a, b, ..] => [a.min(b), a.max(b)],
        _ => [0, 1],
    }
}

fn places(points: &[ScatterPoint], axes: [usize; 2]) -> Vec<[f32; 2]> {
    points.iter().map(|point| axes.map(|axis| point.mean.get(axis).copied().unwrap_or(0.0))).collect()
}

/// How far nearly all points reach from the centre.
fn reach(points: &[ScatterPoint], axes: [usize; 2]) -> f32 {
    let mut far: Vec<f32> = places(points, axes).iter().map(|place| place[0].abs().max(place[1].abs())).collect();
    far.sort_by(f32::total_cmp);
    far.get((far.len().saturating_sub(1)) * 199 / 200).map_or(0.0, |reach| 1.05 * reach)
}

/// A square of latent space, as it is drawn.
struct View {
    side: usize,
    extent: f32,
    radius: f32,
}

impl View {
    fn draw(&self, points: &[ScatterPoint], places: &[[f32; 2]], hollow: bool) -> RgbImage {
        let mut picture = RgbImage::filled(self.side, self.side, [255; 3]);
        for i in 0..self.side {
            picture.set(i, self.side / 2, AXIS);
            picture.set(self.side / 2, i, AXIS);
        }
        let half = 0.5 * self.side as f32;
        for (point, place) in points.iter().zip(places) {
            let colour = point.label.map_or(UNLABELLED, |label| LABELS[usize::from(label) % LABELS.len()]);
            let (x, y) = (half + half * place[0] / self.extent, half - half * place[1] / self.extent);
            self.dot(&mut picture, [x, y], colour, hollow);
        }
        picture
    }

    fn dot(&self, picture: &mut RgbImage, [x, y]: [f32; 2], colour: [u8; 3], hollow: bool) {
        let reach = self.radius.ceil() as i64;
        if !(x.is_finite() && y.is_finite()) {
            return;
        }
        let (cx, cy) = (x.round() as i64, y.round() as i64);
        for (dx, dy) in (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy))) {
            let away = (dx as f32).hypot(dy as f32);
            let inside = away <= self.radius && (!hollow || away > self.radius - 1.0);
            let at = [cx + dx, cy + dy].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
            if inside && at[0] < picture.width && at[1] < picture.height {
                picture.set(at[0], at[1], colour);
            }
        }
    }
}
