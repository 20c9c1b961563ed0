//! Train the bundled experiments and write the picture of each that the gallery of presets shows: nine samples from
//! the prior, and beside them where images lie in the two latent dimensions that say most.
//!
//! `cargo run --release --example preset_pictures -- [--seconds 60] [--out assets/presets] [NAME…]`
//!
//! Each trains for so many seconds, or to its end where that is earlier; how long a whole run would take is printed, by
//! the clock and by the time on processors, which others on the machine do not lengthen. A preset whose data are not
//! there is passed over. The bundled pictures were then reduced to 64 colours each, to a third of their size:
//! `mogrify +dither -colors 64 -format png8 assets/presets/*.png` of ImageMagick.

use elbow::data::{Dataset, Split};
use elbow::experiment::{DeviceChoice, Experiment, preset, presets};
use elbow::explore::{Answer, DensityView, Question, Sampler, ScatterPoint, answer};
use elbow::export::vector_chart::pictures;
use elbow::export::{GridLabels, GridOptions, RgbImage, grid, write_png};
use elbow::train::{Trainer, TrainingDevice};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Samples along each side of their part of the picture.
const SIDE: usize = 3;
/// Side in pixels of a row of a table, which is drawn as a chart.
const CHART: usize = 28;
/// Images in the scatter.
const POINTS: usize = 1_500;
/// Of the ten labels, and of images without one: as in the window.
const LABELS: [[u8; 3]; 10] = [
    [0x3f, 0x90, 0xda],
    [0xff, 0xa9, 0x0e],
    [0xe0, 0x48, 0x3a],
    [0xa3, 0xb3, 0xb0],
    [0xb0, 0x6b, 0xe0],
    [0xc0, 0x8a, 0x72],
    [0xff, 0x7a, 0x1f],
    [0xb9, 0xac, 0x70],
    [0x8a, 0x8f, 0x9c],
    [0x92, 0xda, 0xdd],
];
/// Behind everything.
const GROUND: [u8; 3] = [0x0c, 0x0e, 0x11];
/// The highest density.
const EVIDENCE: [u8; 3] = [0xe5, 0x8f, 0xc4];
/// Height of a picture without images, in pixels: that of the others.
const HEIGHT: usize = 88;

/// Seconds of training, by the clock and on processors (all threads together).
struct Cost {
    clock: f64,
    processors: f64,
}

/// Seconds that this process has been on processors; not a number where the system does not tell.
fn on_processors() -> f64 {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return f64::NAN };
    // After the program's name in brackets: the state is the 3rd field, user and system time are the 14th and 15th, in
    // hundredths of a second.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    fields.skip(11).take(2).map(|field| field.parse::<f64>().unwrap_or(f64::NAN)).sum::<f64>() / 100.0
}

/// Train an experiment for `limit` at most, and give the model, the share of the run that was done, and its cost.
fn train(experiment: Experiment, limit: Duration) -> Result<(Trainer, f64, Cost), Box<dyn Error>> {
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {})?;
    let device = TrainingDevice::open(DeviceChoice::Cpu)?;
    let mut trainer = Trainer::new(experiment, Arc::new(dataset), device)?;
    let (start, before) = (Instant::now(), on_processors());
    let mut steps = 0_u64;
    while start.elapsed() < limit {
        let outcome = trainer.step()?;
        steps += 1;
        if outcome.finished.is_some() {
            break;
        }
    }
    let total = trainer.total_steps().unwrap_or(steps).max(1);
    let cost = Cost { clock: start.elapsed().as_secs_f64(), processors: on_processors() - before };
    Ok((trainer, steps as f64 / total as f64, cost))
}

/// Samples and scatter side by side; of points in the plane the density in place of samples, of numbers the density
/// alone.
fn picture(trainer: &Trainer) -> Result<RgbImage, Box<dyn Error>> {
    let question = Question::Density { side: HEIGHT, data: POINTS };
    if let Answer::Density(Some(view)) = answer(trainer, &question)? {
        if view.dimension == 1 {
            return Ok(curve(&view));
        }
        let question = Question::Scatter { split: Split::Test, count: POINTS };
        let Answer::Scatter { points, .. } = answer(trainer, &question)? else { unreachable!("points were asked for") };
        return Ok(beside(&map(&view), &scatter(&points, HEIGHT)));
    }
    let question = Question::PriorSamples { sampler: Sampler::Prior, count: SIDE * SIDE, temperature: 1.0, seed: 4 };
    let Answer::PriorSamples { means, .. } = answer(trainer, &question)? else {
        unreachable!("samples were asked for")
    };
    let options = GridOptions { columns: SIDE, scale: 1, padding: 1, labels: false, background: GROUND };
    let samples = grid(&pictures(&means, [CHART; 2], None, true), &options, &GridLabels::default())?;
    // The test rows of a small table are too few to see anything.
    let split = if trainer.dataset().len(Split::Test) < POINTS { Split::Train } else { Split::Test };
    let question = Question::Scatter { split, count: POINTS };
    let Answer::Scatter { points, .. } = answer(trainer, &question)? else { unreachable!("points were asked for") };
    Ok(beside(&samples, &scatter(&points, samples.height)))
}

/// A colour between the ground and that of the evidence.
fn shade(share: f32) -> [u8; 3] {
    std::array::from_fn(|i| {
        let [from, to] = [GROUND, EVIDENCE].map(|colour| f32::from(colour[i]));
        (from + (to - from) * share.clamp(0.0, 1.0)).round() as u8
    })
}

/// The density of points in the plane as a heat map, dark at seven nats below its highest.
fn map(view: &DensityView) -> RgbImage {
    let top = view.log_density.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let rows = view.log_density.chunks(view.side).rev();
    let pixels = rows.flatten().flat_map(|log| shade(1.0 + (log - top) / 7.0)).collect();
    RgbImage { width: view.side, height: view.side, pixels }
}

/// The density of numbers as an area, twice as wide as high.
fn curve(view: &DensityView) -> RgbImage {
    let (width, height) = (2 * view.side, view.side);
    let top = view.log_density.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let pixels = (0..height).flat_map(|row| {
        (0..width).flat_map(move |column| {
            let share = 0.9 * (view.log_density[column / 2] - top).exp();
            shade(if share * height as f32 >= (height - row) as f32 { 1.0 } else { 0.0 })
        })
    });
    RgbImage { width, height, pixels: pixels.collect() }
}

/// The two dimensions in which the means spread most, as dots coloured by label in a square of `side` pixels.
fn scatter(points: &[ScatterPoint], side: usize) -> RgbImage {
    let mut image = RgbImage { width: side, height: side, pixels: GROUND.repeat(side * side) };
    let dimensions = points.first().map_or(0, |point| point.mean.len());
    let spread = |d: usize| {
        let mean = points.iter().map(|point| f64::from(point.mean[d])).sum::<f64>() / points.len() as f64;
        points.iter().map(|point| (f64::from(point.mean[d]) - mean).powi(2)).sum::<f64>()
    };
    let mut order: Vec<(usize, f64)> = (0..dimensions).map(|d| (d, spread(d))).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let &[(x, _), (y, _), ..] = order.as_slice() else { return image };
    // Far codes of a heavy tail are left out rather than press the others together.
    let mut radii: Vec<f32> = points.iter().map(|point| point.mean[x].abs().max(point.mean[y].abs())).collect();
    radii.sort_by(f32::total_cmp);
    let reach = radii.get(radii.len() * 99 / 100).copied().unwrap_or(1.0).max(1.0) * 1.08;
    for point in points {
        let place = |z: f32| ((0.5 + 0.5 * z / reach) * (side - 1) as f32).round() as usize;
        let (column, row) = (place(point.mean[x]), place(-point.mean[y]));
        let colour = point.label.map_or([0x8d, 0x97, 0xa3], |label| LABELS[usize::from(label) % LABELS.len()]);
        if column < side && row < side {
            let start = 3 * (row * side + column);
            image.pixels[start..start + 3].copy_from_slice(&colour);
        }
    }
    image
}

/// Two pictures of one height in one, a little apart.
fn beside(left: &RgbImage, right: &RgbImage) -> RgbImage {
    const GAP: usize = 3;
    let width = left.width + GAP + right.width;
    let rows = (0..left.height).flat_map(|y| {
        let row = |image: &RgbImage| image.pixels[3 * y * image.width..3 * (y + 1) * image.width].to_vec();
        [row(left), GROUND.repeat(GAP), row(right)].concat()
    });
    RgbImage { width, height: left.height, pixels: rows.collect() }
}

/// Train a bundled experiment for a while and write its picture into a folder.
pub fn write(name: &str, folder: &Path, limit: Duration) -> Result<PathBuf, Box<dyn Error>> {
    let (trainer, share, cost) = train(preset(name)?, limit)?;
    let path = folder.join(format!("{name}.png"));
    write_png(&path, &picture(&trainer)?, &[])?;
    let minutes = |seconds: f64| seconds / share / 60.0;
    println!(
        "{name}: {:.1} % of the run; all of it takes {:.1} minutes by the clock, {:.1} minutes of two processors",
        100.0 * share,
        minutes(cost.clock),
        minutes(0.5 * cost.processors)
    );
    Ok(path)
}

/// The value of an option, if it is given.
fn option(arguments: &mut Vec<String>, name: &str) -> Option<String> {
    let at = arguments.iter().position(|argument| argument == name)?;
    (at + 1 < arguments.len()).then(|| arguments.drain(at..at + 2).nth(1))?
}

/// A line for each picture.
pub fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let seconds = option(&mut arguments, "--seconds").map_or(Ok(60.0), |text| text.parse())?;
    let folder = PathBuf::from(option(&mut arguments, "--out").unwrap_or_else(|| "assets/presets".into()));
    std::fs::create_dir_all(&folder)?;
    if arguments.is_empty() {
        arguments = presets().iter().map(|preset| preset.name.to_owned()).collect();
    }
    for name in &arguments {
        if let Err(error) = write(name, &folder, Duration::from_secs_f64(seconds)) {
            eprintln!("{name}: {error}");
        }
    }
    Ok(())
}
