//! The cost of a frame of the real app while it trains, printed:
//!
//! ```text
//! ELBOW_REPORTS=10000000 ELBOW_RUNS=10 \
//!     cargo test --release --lib frames_while_training -- --ignored --nocapture
//! ```
//!
//! Logic, ui and tessellation, which is the window's own work; drawing is the graphics driver's. The experiment trains
//! on its worker all the while, as fast as it can, and the pointer wanders over the window.

use super::{App, AppOptions};
use crate::data::Split;
use crate::train::Report;
use crate::ui::curves::{Curves, ReportSource};
use crate::worker::{Asker, Command, History, RunState, WorkerOptions, spawn};
use eframe::egui::{self, Event, Pos2, Rect, pos2, vec2};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const SIZE: egui::Vec2 = vec2(1600.0, 1000.0);
/// Time between two frames: that between two wakes of the window by the worker.
const PERIOD: Duration = Duration::from_millis(33);

/// A window without a screen.
struct Window {
    ctx: egui::Context,
    app: App,
    frame: eframe::Frame,
    start: Instant,
    /// Milliseconds on a processor of the parts of the last frame: logic, ui, tessellation.
    parts: [f64; 3],
}

impl Window {
    fn open() -> Self {
        let ctx = egui::Context::default();
        let client = spawn(WorkerOptions { beside_window: true, ..WorkerOptions::default() });
        let cc = eframe::CreationContext::_new_kittest(ctx.clone());
        let app = App::new(&cc, client, AppOptions::default());
        Self { ctx, app, frame: eframe::Frame::_new_kittest(), start: Instant::now(), parts: [0.0; 3] }
    }

    /// One frame as eframe does it; says how many triangles there were to draw.
    fn frame(&mut self, pointer: Option<Pos2>) -> usize {
        let Self { ctx, app, frame, start, parts } = self;
        *parts = [0.0; 3];
        let mut timed = |part: usize, begun: f64| parts[part] += on_processor() - begun;
        let input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(start.elapsed().as_secs_f64()),
            events: pointer.map(Event::PointerMoved).into_iter().collect(),
            ..egui::RawInput::default()
        };
        let mut output = ctx.run_ui(input, |ui| {
            let begun = on_processor();
            eframe::App::logic(app, ui.ctx(), frame);
            timed(0, begun);
            let begun = on_processor();
            eframe::App::ui(app, ui, frame);
            timed(1, begun);
        });
        let pixels_per_point = output.pixels_per_point;
        let shapes = std::mem::take(&mut output.shapes);
        output.drop_without_applying_deltas();
        let begun = on_processor();
        let primitives = ctx.tessellate(shapes, pixels_per_point);
        timed(2, begun);
        let triangles = |primitive: &egui::ClippedPrimitive| match &primitive.primitive {
            egui::epaint::Primitive::Mesh(mesh) => mesh.indices.len() / 3,
            egui::epaint::Primitive::Callback(_) => 0,
        };
        primitives.iter().map(triangles).sum()
    }

    fn until(&mut self, what: &str, so: impl Fn(&App) -> bool) {
        let start = Instant::now();
        while !so(&self.app) {
            assert!(start.elapsed() < Duration::from_secs(180), "waited in vain until {what}");
            self.frame(None);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Reports of a long run: a bound that rises and wobbles, every tenth measured on held-out images.
fn reports(count: usize, run: u64) -> impl Iterator<Item = Report> {
    (0..count).map(move |i| {
        let t = i as f64 / count as f64;
        let noise =
            (((i as u64 + 977 * run).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64 / (1u64 << 24) as f64) - 0.5;
        let split = if i % 10 == 9 { Split::Validation } else { Split::Train };
        let kl = 8.0 + 0.2 * run as f64 + noise;
        let elbo = -150.0 - 60.0 * (-30.0 * t).exp() + run as f64 + 6.0 * noise;
        Report {
            step: 8 * i as u64,
            epoch: i as f64 / 50.0,
            images: 800 * i as u64,
            seconds: 0.1 * i as f64,
            split,
            whole: i % 250 == 249,
            elbo,
            elbo_se: 1.0,
            reconstruction: elbo + kl,
            kl,
            iwae: elbo,
            samples: 1,
            kl_per_dimension: vec![0.5 * kl as f32; 2],
            beta: 1.0,
            learning_rate: 1e-3,
            gradient_norm: if split == Split::Train { 40.0 + 10.0 * noise } else { f64::NAN },
            images_per_second: 1e4,
        }
    })
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Milliseconds that this thread has been on a processor.
#[cfg(target_os = "linux")]
fn on_processor() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the time to where it is told.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    1e3 * time.tv_sec as f64 + 1e-6 * time.tv_nsec as f64
}

#[cfg(not(target_os = "linux"))]
fn on_processor() -> f64 {
    f64::NAN
}

#[test]
#[ignore = "a measurement: prints, asserts nothing about time"]
fn frames_while_training() {
    let (count, runs, frames) =
        (number("ELBOW_REPORTS", 200_000), number("ELBOW_RUNS", 0), number("ELBOW_FRAMES", 600));
    let mut window = Window::open();
    window.until("a model is ready", |app| app.session.status.state == RunState::Paused);
    for run in 0..runs {
        let mut curves = Curves::default();
        let reports = reports(count / 10, run as u64 + 1).collect();
        curves.sync(&History { run: 1, reports, ..History::default() });
        window.app.runs.keep(window.app.session.status.experiment.clone(), curves, true);
    }
    window.app.session.remember(reports(count, 0).collect());
    // For comparison: what a frame costs while nothing else runs.
    if number("ELBOW_TRAIN", 1) == 1 {
        window.app.session.send(Command::Resume);
        window.until("it trains", |app| app.session.status.last_step > 50);
    }
    // Until the allocator has given back what the made-up reports took.
    for _ in 0..100 {
        window.frame(None);
        std::thread::sleep(PERIOD);
    }

    let (mut walls, mut processor, mut parts, mut most) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let before = (window.app.session.status.last_step, Instant::now());
    for i in 0..frames {
        // Slowly along a Lissajous curve over the panes, the bound's plot included.
        let angle = i as f32 * 0.02;
        let pointer = pos2(SIZE.x * (0.6 + 0.38 * angle.sin()), SIZE.y * (0.5 + 0.45 * (1.7 * angle).sin()));
        let (start, begun) = (Instant::now(), on_processor());
        most = most.max(window.frame(Some(pointer)));
        processor.push(on_processor() - begun);
        parts.push((on_processor() - begun, window.parts, window.app.curves.track(ReportSource::Training).len()));
        walls.push(1e3 * start.elapsed().as_secs_f64());
        std::thread::sleep(PERIOD.saturating_sub(start.elapsed()));
    }
    let steps = window.app.session.status.last_step - before.0;
    println!(
        "{count} reports of {} quantities, {runs} other runs of {}; {:.0} training steps/s; at most {most} triangles",
        crate::ui::curves::Quantity::ALL.len(),
        count / 10,
        steps as f64 / before.1.elapsed().as_secs_f64(),
    );
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("the slowest frames, on a processor:");
    for (all, [logic, ui, tessellation], reports) in parts.iter().take(frames / 100 + 1) {
        println!("{all:6.2} ms: logic {logic:.2}, ui {ui:.2}, tessellation {tessellation:.2} ({reports} reports)");
    }
    print_costs(walls, processor);
}

/// Print percentiles of the costs of frames in milliseconds.
fn print_costs(walls: Vec<f64>, processor: Vec<f64>) {
    for (name, costs) in [("wall clock", walls), ("on a processor", processor)] {
        let frames = costs.len();
        let [p50, p99, worst] = percentiles(costs);
        println!("{name:>15}: p50 {p50:.2} ms, p99 {p99:.2} ms, worst {worst:.2} ms of {frames} frames");
    }
}

/// The median, the 99th percentile and the largest.
fn percentiles(mut costs: Vec<f64>) -> [f64; 3] {
    costs.sort_by(f64::total_cmp);
    let at = |share: f64| costs[((share * costs.len() as f64) as usize).min(costs.len() - 1)];
    [at(0.5), at(0.99), at(1.0)]
}

/// Scrubbing: the slider is dragged from one kept state to the next, and all panes in sight follow.
///
/// ```text
/// ELBOW_TRAIN=1 cargo test --release --lib frames_while_scrubbing -- --ignored --nocapture
/// ```
#[test]
#[ignore = "a measurement: prints, asserts nothing about time"]
fn frames_while_scrubbing() {
    let trains = number("ELBOW_TRAIN", 0) == 1;
    for name in ["mnist-2d", "mnist-conv"] {
        let mut window = Window::open();
        window.app.use_experiment(crate::experiment::preset(name).expect("it is bundled"), None);
        window.until("the preset is ready", |app| {
            let status = &app.session.status;
            let of = status.experiment.as_ref().map(|experiment| experiment.name.clone());
            status.state == RunState::Paused && of.as_deref() == Some(name)
        });
        window.app.session.send(Command::Resume);
        let steps = number("ELBOW_STEPS", 120) as u64;
        window.until("states are kept", |app| app.session.status.last_step >= steps);
        if !trains {
            window.app.session.send(Command::Pause);
            window.until("it waits", |app| app.session.status.state == RunState::Paused);
            window.until("all panes are answered", |app| app.questions.all_answered(|asker| app.session.answer(asker)));
        }
        let (mut walls, mut processor, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        // When each question was answered, at the latest, and after which step.
        let mut latest: BTreeMap<Asker, (f64, u64)> = BTreeMap::new();
        let count = window.app.session.status.stops.len();
        for turn in 0..number("ELBOW_TURNS", 3) {
            for place in 0..count {
                let place = if turn % 2 == 0 { place } else { count - 1 - place };
                let Some(stop) = window.app.session.status.stops.get(place).copied() else { continue };
                let began = Instant::now();
                window.app.look_at(crate::train::At::Step(stop.step));
                let mut new = BTreeMap::new();
                loop {
                    let (start, begun) = (Instant::now(), on_processor());
                    window.frame(None);
                    processor.push(on_processor() - begun);
                    walls.push(1e3 * start.elapsed().as_secs_f64());
                    let app = &window.app;
                    // A state that has left the history meanwhile is stood for by the one before it.
                    let status = &app.session.status;
                    let left = status.step < stop.step && status.stops.iter().all(|kept| kept.step != stop.step);
                    let there = status.looks_back && (status.step == stop.step || left);
                    let (session, questions) = (&app.session, &app.questions);
                    let waited = 1e3 * began.elapsed().as_secs_f64();
                    for asker in questions.answered(|asker| session.answer(asker)).filter(|_| there) {
                        new.entry(asker).or_insert(waited);
                    }
                    if there && questions.all_answered(|asker| session.answer(asker)) {
                        break;
                    }
                    assert!(began.elapsed() < Duration::from_secs(60), "waited in vain for step {}", stop.step);
                    std::thread::sleep(Duration::from_millis(2));
                }
                answers.push(1e3 * began.elapsed().as_secs_f64());
                for (asker, waited) in new {
                    let slowest = latest.entry(asker).or_default();
                    if waited > slowest.0 {
                        *slowest = (waited, stop.step);
                    }
                }
                // The means are on their way.
                for _ in 0..4 {
                    let (start, begun) = (Instant::now(), on_processor());
                    window.frame(None);
                    processor.push(on_processor() - begun);
                    walls.push(1e3 * start.elapsed().as_secs_f64());
                    std::thread::sleep(Duration::from_millis(12));
                }
            }
        }
        let panes = crate::ui::tiles::in_sight(&window.app.state.layout).len();
        let late = answers.iter().filter(|&&answer| answer > 100.0).count();
        let (looks, [p50, p99, worst]) = (answers.len(), percentiles(answers));
        let doing = if trains { "while it trains" } else { "paused" };
        println!("{name}, {count} states, {panes} panes in sight, {doing}:");
        println!("        answers of all panes: p50 {p50:.0} ms, p99 {p99:.0} ms, worst {worst:.0} ms");
        println!("        {late} of {looks} later than 100 ms");
        for (Asker(name), (waited, step)) in latest {
            println!("        {name}: {waited:.0} ms at the latest, for step {step}");
        }
        print_costs(walls, processor);
    }
}
