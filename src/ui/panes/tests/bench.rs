//! Made-up runs and answers for the panes' tests: a bound that rises, ten clusters, images of rings and bars.

use crate::data::{Images, Split};
use crate::estimate::Estimate;
use crate::evidence::disentanglement::Scores;
use crate::evidence::{Evidence, Identity, Method};
use crate::experiment::{Bound, Estimator, Experiment, ImageShape};
use crate::explore::{
    Answer, Axis, BestPosterior, Ellipsoid, Microscope, Outline, Plane, PriorComponents, PriorView, Question,
    Reconstruction, ScatterPoint, Subject, Surface, Traversal,
};
use crate::library::Library;
use crate::objective::snr::{Curve, GradientEstimator, Point};
use crate::random::{Purpose, Stream};
use crate::train::Report;
use crate::ui::curves::Curves;
use crate::ui::pane::{PaneContext, Request};
use crate::ui::panes::{PaneKind, Panes};
use crate::ui::questions::PaneQuestions;
use crate::ui::queue::Queue;
use crate::ui::runs::Runs;
use crate::ui::studies::Studies;
use crate::ui::theme::Theme;
use crate::worker::{
    Agreement, Answered, Asker, Command, Evaluation, GapSplit, GradientFindings, History, LedgerEntry, Mark, Measured,
    RunState, Status, Term, Weights,
};
use eframe::egui;
use egui_kittest::Harness;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a window would hold, for one pane.
pub struct Bench {
    pub panes: Panes,
    pub status: Status,
    pub history: History,
    pub curves: Curves,
    pub runs: Runs,
    pub studies: Studies,
    pub library: Option<Library>,
    pub queue: Queue,
    pub answers: BTreeMap<Asker, Arc<Answered>>,
    pub questions: PaneQuestions,
    pub commands: Vec<Command>,
    pub requests: Vec<Request>,
    /// Answer what is asked, as a worker would.
    pub answering: bool,
    /// The pane is in sight.
    pub shown: bool,
}

impl Bench {
    /// A window before any run.
    pub fn empty() -> Self {
        Self {
            panes: Panes::default(),
            status: Status::default(),
            history: History::default(),
            curves: Curves::default(),
            runs: Runs::default(),
            studies: Studies::default(),
            library: None,
            queue: Queue::default(),
            answers: BTreeMap::new(),
            questions: PaneQuestions::default(),
            commands: Vec::new(),
            requests: Vec::new(),
            answering: true,
            shown: true,
        }
    }

    /// A run of `dimension` latent dimensions with some thousand reports.
    pub fn running(dimension: usize) -> Self {
        let mut experiment = Experiment::default();
        experiment.latent.dimension = dimension;
        let status = Status {
            state: RunState::Running,
            run: 1,
            experiment: Some(Arc::new(experiment)),
            image_shape: Some(ImageShape { channels: 1, height: 28, width: 28 }),
            step: 12_300,
            beta: 1.0,
            ..Status::default()
        };
        let history = history(dimension, 3_000);
        let mut curves = Curves::default();
        curves.sync(&history);
        Self { status, history, curves, ..Self::empty() }
    }

    pub fn show(&mut self, ui: &mut egui::Ui, kind: PaneKind) {
        self.curves.sync(&self.history);
        self.panes.rate_distortion.follow(&self.curves, "this run");
        let before = self.commands.len();
        let answers = &self.answers;
        let answer = |asker| answers.get(&asker).cloned();
        let mut context = PaneContext {
            theme: Theme::of(ui.ctx()),
            status: &self.status,
            curves: &self.curves,
            runs: &self.runs,
            studies: &self.studies,
            library: self.library.as_ref(),
            has_program: true,
            queue: &self.queue,
            answer: &answer,
            questions: &mut self.questions,
            keys: &Vec::new,
            commands: &mut self.commands,
            requests: &mut self.requests,
        };
        if self.shown {
            self.panes.get(kind).ui(ui, &mut context);
        }
        self.questions.end_frame(&mut self.commands);
        let new = self.commands.split_off(before);
        for command in &new {
            if let (true, Command::Ask(asker, question)) = (self.answering, command) {
                self.answer(*asker, question.clone());
                ui.ctx().request_repaint();
            }
        }
        self.commands.extend(new);
    }

    /// Answer as a worker would.
    pub fn answer(&mut self, asker: Asker, question: Question) {
        let dimension = self.status.experiment.as_ref().map_or(0, |e| e.latent.dimension);
        let answer = answer(&question, dimension);
        self.give(asker, question, answer);
    }

    /// Answer with this.
    pub fn give(&mut self, asker: Asker, question: Question, answer: Answer) {
        let serial = self.answers.values().map(|a| a.serial).max().unwrap_or(0) + 1;
        let answered = Answered { serial, run: self.status.run, step: self.status.step, question, answer };
        self.answers.insert(asker, Arc::new(answered));
    }
}

/// A harness around one pane.
pub fn harness(bench: Bench, kind: PaneKind, size: egui::Vec2, dark: bool) -> Harness<'static, Bench> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light })
        .with_context_setup(Theme::install)
        .wgpu()
        .build_ui_state(
            move |ui: &mut egui::Ui, bench: &mut Bench| {
                let theme = Theme::of(ui.ctx());
                ui.painter().rect_filled(ui.ctx().content_rect(), 0.0, theme.pane);
                bench.show(ui, kind);
            },
            bench,
        );
    harness.run_steps(6);
    harness
}

fn history(dimension: usize, reports: u64) -> History {
    let mut noise = vec![0.0; 2 * reports as usize];
    Stream::new(3, Purpose::Epsilon).fill_normal(0, &mut noise);
    let report = |i: u64, split: Split, whole: bool| {
        let t = i as f64;
        let wobble = f64::from(noise[i as usize]) * if split == Split::Train { 1.6 } else { 0.25 };
        let kl = 25.0 * (1.0 - (-t / 250.0).exp());
        let reconstruction = -79.0 - 450.0 * (-t / 40.0).exp() - 40.0 * (-t / 500.0).exp() + wobble;
        let gap = if split == Split::Train { 0.0 } else { 1.2 * (t / 3_000.0) };
        let shares: Vec<f32> = (0..dimension).map(|d| (-(d as f32 * 7.0 % 13.0) / 2.5).exp()).collect();
        let total: f32 = shares.iter().sum();
        let idle = |d: usize| dimension > 4 && d % 5 == 4;
        let kl_per_dimension =
            (0..dimension).map(|d| if idle(d) { 0.003 } else { kl as f32 * shares[d] / total }).collect();
        Report {
            step: 20 * i,
            epoch: t / 25.0,
            images: 2_000 * i,
            seconds: 0.05 * t,
            split,
            whole,
            elbo: reconstruction - kl - gap,
            elbo_se: if split == Split::Train { 1.1 } else { 0.31 },
            reconstruction: reconstruction - gap,
            kl,
            kl_per_dimension,
            iwae: reconstruction - kl - gap,
            samples: 1,
            beta: 1.0,
            learning_rate: 1e-3 * 0.5 * (1.0 + (std::f64::consts::PI * t / 4_000.0).cos()),
            gradient_norm: if split == Split::Train {
                40.0 * (-t / 300.0).exp() + 6.0 + 0.6 * wobble
            } else {
                f64::NAN
            },
            images_per_second: 31_000.0 + 900.0 * wobble,
        }
    };
    let mut reports_made = Vec::new();
    for i in 1..=reports {
        reports_made.push(report(i, Split::Train, false));
        if i % 5 == 0 {
            reports_made.push(report(i, Split::Validation, false));
        }
        if i % 250 == 0 {
            reports_made.push(report(i, Split::Validation, true));
        }
    }
    let mark =
        |i: u64, text: &str| Mark { step: 20 * i, epoch: i as f64 / 25.0, seconds: 0.05 * i as f64, text: text.into() };
    let marks = vec![mark(900, "learning rate = 0.0005"), mark(1_000, "K = 16"), mark(2_100, "batch = 200")];
    let ledger =
        (1..=reports).step_by(20).map(|i| entry(&report(i, Split::Validation, false), f64::from(noise[i as usize])));
    History { run: 1, ledger: ledger.collect(), reports: reports_made, marks, deeds: Vec::new() }
}

/// Two estimators whose signal follows the theory exactly.
pub fn gradients(complete: bool) -> GradientFindings {
    let curve = |estimator, power: f64| {
        let point = |samples: usize| {
            let k = samples as f64;
            Point {
                samples,
                encoder: 0.5 * k.powf(power),
                decoder: 0.8 * k.sqrt(),
                seconds: 1e-3 * (4.0 + k),
                bound: Estimate { value: -104.0 + k.log2() / 4.0, se: 0.3 },
                bound_variance: 5.0 / k,
            }
        };
        let points = [1, 2, 4, 8, 16, 32, 64].map(point).to_vec();
        Curve { gradient: GradientEstimator { bound: Bound::Iwae, estimator }, points }
    };
    let curves = vec![curve(Estimator::Reparameterised, -0.5), curve(Estimator::DoublyReparameterised, 0.5)];
    GradientFindings { run: 1, step: 12_300, split: Split::Train, images: 16, repeats: 64, curves, complete }
}

/// A gap that falls to 3.2 nats, measured with some noise.
fn entry(report: &Report, noise: f64) -> LedgerEntry {
    let gap = 3.2 + 40.0 * (-(report.step as f64) / 1_600.0).exp();
    let estimate = |value, se| Estimate { value, se };
    let residual = estimate(0.03 * noise, 0.03);
    LedgerEntry {
        step: report.step,
        epoch: report.epoch,
        seconds: report.seconds,
        images: 64,
        method: Method::Importance,
        samples: 500,
        reconstruction: estimate(report.reconstruction, 0.02),
        kl: report.kl,
        elbo: estimate(report.elbo, 0.02),
        log_px: estimate(report.elbo + gap + residual.value, 0.05),
        posterior_kl: estimate(gap, 0.04),
        residual,
        effective_samples: 41.6,
        degenerate: 2,
    }
}

/// Two methods that agree, and the gap in its parts.
pub fn evaluation() -> Evaluation {
    let estimate = |value, se| Estimate { value, se };
    let names = ["quadrature over z", "importance sampling from q(z|x)"].map(String::from);
    let measured = |method: &String, log_px, log_px_se, kl| Measured {
        method: method.clone(),
        images: 1_000,
        log_px,
        log_px_se,
        posterior_kl: Some(kl),
        seconds: 2.5,
    };
    Evaluation {
        split: Split::Test,
        images: 1_000,
        elbo: -104.2,
        elbo_se: 0.8,
        reconstruction: -79.1,
        kl: 25.1,
        bound_samples: 25,
        log_px: -101.02,
        log_px_se: 0.0,
        method: names[0].clone(),
        samples: 500,
        active_units: 2,
        active_units_by_layer: None,
        posterior_kl: Some(estimate(3.2, 0.0)),
        residual: Some(estimate(-0.02, 0.012)),
        identity: [
            ("log p(x)", -101.02, 0.001, 0.78),
            ("KL[q(z|x) ‖ p(z|x)]", 3.2, 0.002, 0.05),
            ("ELBO", -104.2, 0.011, 0.8),
            ("E_q[log p(x|z)]", -79.1, 0.011, 0.7),
            ("KL[q(z|x) ‖ p(z)]", 25.1, 0.0, 0.2),
        ]
        .map(|(name, value, measurement_se, images_se)| Term { name, value, measurement_se, images_se })
        .to_vec(),
        methods: vec![
            measured(&names[0], -101.02, 0.0, estimate(3.2, 0.0)),
            measured(&names[1], -101.033, 0.01, estimate(3.19, 0.01)),
        ],
        agreement: vec![Agreement {
            methods: names,
            images: 1_000,
            difference: 0.013,
            difference_se: 0.01,
            images_within: 0.993,
            agree: Some(true),
        }],
        importance: Some(Weights {
            elbo: estimate(-104.21, 0.01),
            reverse_kl: 2.1,
            effective_samples: 61.0,
            effective_samples_min: 2.3,
            pareto_k: Some(0.41),
            pareto_k_max: Some(0.93),
            pareto_k_threshold: 0.63,
            degenerate_images: 3,
        }),
        adaptive: None,
        annealing: None,
        gap_split: Some(GapSplit {
            images: 64,
            elbo: estimate(-104.2, 0.02),
            best_elbo: estimate(-102.1, 0.02),
            amortisation_gap: estimate(2.1, 0.01),
            approximation_gap: estimate(1.1, 0.02),
            steps: 300,
            converged: true,
        }),
        aggregate: None,
        disentanglement: Some(Scores {
            images: 10_000,
            mig: 0.321,
            sap: 0.25,
            dci_disentanglement: 0.4,
            dci_completeness: 0.5,
            dci_informativeness: 0.8,
            factor_vae: 0.7,
            beta_vae: 0.9,
        }),
        warnings: vec!["3 images have heavy tails".into()],
    }
}

/// Rings, bars and crosses, bent by z.
fn picture(kind: usize, a: f32, b: f32, soft: f32) -> Vec<f32> {
    let side = 28;
    let mut pixels = Vec::with_capacity(side * side);
    for i in 0..side * side {
        let x = ((i % side) as f32 - 13.5) / 9.0;
        let y = ((i / side) as f32 - 13.5) / 9.0;
        let (x, y) = (x + 0.35 * a * y, y * (1.0 + 0.15 * b));
        let distance = match kind % 4 {
            0 => (x.hypot(y) - 0.8).abs(),
            1 => x.abs().max(y.abs() - 0.9),
            2 => ((x.hypot(y + 0.5) - 0.45).abs()).min((x.hypot(y - 0.45) - 0.5).abs()),
            _ => (y + 0.9).abs().max(x.abs() - 0.6).min((x - 0.6 + 0.6 * (y + 0.9)).abs().max(y.abs() - 0.95)),
        };
        pixels.push((1.0 - (distance - 0.16) / soft).clamp(0.0, 1.0));
    }
    pixels
}

fn stack(count: usize, image: impl Fn(usize) -> Vec<f32>) -> Images {
    Images { count, channels: 1, height: 28, width: 28, pixels: (0..count).flat_map(image).collect() }
}

/// A made-up answer of the right shape.
pub fn answer(question: &Question, dimension: usize) -> Answer {
    let kl = |d: usize| 3.1 * (-(d as f64) / 4.0).exp();
    match *question {
        Question::Reconstructions { count, choice, .. } => Answer::Reconstructions {
            items: (0..count)
                .map(|i| Reconstruction {
                    index: i + 100 * choice as usize,
                    label: Some((i % 10) as u8),
                    elbo: -104.2 - i as f64,
                    reconstruction: -79.1 - i as f64,
                    kl: 25.1,
                })
                .collect(),
            inputs: stack(count, |i| picture(i, (i as f32).sin(), (i as f32).cos(), 0.05)),
            means: stack(count, |i| picture(i, 0.8 * (i as f32).sin(), 0.5, 0.5)),
            draws: stack(count, |i| {
                let mut noise = vec![0.0; 784];
                Stream::new(1, Purpose::Likelihood).fill_uniform(i as u64, &mut noise);
                let mean = picture(i, 0.8 * (i as f32).sin(), 0.5, 0.5);
                mean.iter().zip(noise).map(|(m, u)| f32::from(u8::from(*m > u))).collect()
            }),
        },
        Question::Traversals { rows, columns, .. } => {
            let rows = rows.min(dimension);
            Answer::Traversals {
                traversal: Traversal {
                    axes: (0..rows).map(|d| Axis { dimension: (3 * d + 2) % dimension, kl: Some(kl(d)) }).collect(),
                    values: (0..columns).map(|c| 4.1 * c as f32 / (columns - 1) as f32 - 2.05).collect(),
                    start: vec![0.0; dimension],
                },
                means: stack(rows * columns, |i| {
                    let z = 4.0 * (i % columns) as f32 / columns as f32 - 2.0;
                    let row = i / columns;
                    picture(row, if row % 2 == 0 { z } else { 0.0 }, if row % 2 == 1 { 2.0 * z } else { 0.0 }, 0.4)
                }),
            }
        }
        Question::PriorSamples { sampler, count, seed, .. } => {
            let at = move |i: usize| (i as f32 * 1.7 + seed as f32).sin() * 1.5;
            let means = stack(count, |i| picture(i / 3 + i, at(i), at(i + 7), 0.5));
            let draws = Images { pixels: means.pixels.iter().map(|p| p.round()).collect(), ..means };
            Answer::PriorSamples { sampler, means, draws }
        }
        Question::Manifold { side, axes, .. } => Answer::Manifold {
            side,
            axes,
            values: (0..side).map(|i| 4.1 * i as f32 / (side - 1) as f32 - 2.05).collect(),
            means: stack(side * side, |i| {
                let (x, y) = ((i % side) as f32 / side as f32, (i / side) as f32 / side as f32);
                picture((4.0 * x) as usize, 3.0 * x - 1.5, 4.0 * y - 2.0, 0.4)
            }),
        },
        Question::Scatter { count, .. } => {
            let mut noise = vec![0.0; 2 * count];
            Stream::new(2, Purpose::Epsilon).fill_normal(0, &mut noise);
            let point = |i: usize| {
                let angle = std::f32::consts::TAU * (i % 10) as f32 / 10.0;
                let radius = 0.9 + 0.7 * ((i % 10) % 2) as f32;
                let mut mean = vec![0.0; dimension];
                let placed =
                    [radius * angle.cos() + 0.24 * noise[2 * i], radius * angle.sin() + 0.24 * noise[2 * i + 1]];
                mean.iter_mut().zip(placed).for_each(|(m, p)| *m = p);
                ScatterPoint { index: i, label: Some((i % 10) as u8), mean, deviation: vec![0.12; dimension] }
            };
            Answer::Scatter { points: (0..count).map(point).collect(), kl_per_dimension: vec![1.0; dimension] }
        }
        Question::Microscope { ref subject, axes, side, draws } => microscope(subject, axes, side, draws, dimension),
        Question::Posterior { axes, .. } => Answer::Posterior(outline([0.9, 0.0], [0.12; 2], axes)),
        Question::Prior { axes } => {
            Answer::Prior(PriorView { outline: outline([0.0; 2], [1.0; 2], axes), components: Vec::new() })
        }
        Question::PriorComponents { count } => Answer::PriorComponents(PriorComponents {
            numbers: (0..count).rev().collect(),
            weights: vec![1.0 / count as f32; count],
            z: (0..count * dimension).map(|i| (i / dimension) as f32).collect(),
            inputs: Some(stack(count, |i| picture(i, 0.1, 0.2, 0.05))),
            means: stack(count, |i| picture(i, 0.1, 0.2, 0.5)),
        }),
        Question::PriorPoint { seed } => Answer::Point {
            z: (0..dimension).map(|d| seed.map_or(0.0, |seed| 0.3 + (d as f32 + seed as f32).sin().abs())).collect(),
        },
        Question::MicroscopeBest { axes, .. } => {
            let (mut mean, mut deviation) = (vec![0.05; dimension], vec![0.3; dimension]);
            (mean[0], deviation[dimension.min(2) - 1]) = (0.2, 0.16);
            let estimate = |value, se| Estimate { value, se };
            let of_axes = |values: &[f32]| axes.map(|axis| values[axis]);
            Answer::MicroscopeBest(BestPosterior {
                outline: outline(of_axes(&mean), of_axes(&deviation), axes),
                q: Ellipsoid { mean, deviation },
                elbo: estimate(-102.1, 0.03),
                amortisation_gap: estimate(2.1, 0.02),
                terms: terms(dimension),
                evidence: evidence(dimension),
            })
        }
        Question::Sculptor { ref z } | Question::MicroscopePoint { ref z } => {
            let at = |d: usize| z.get(d).copied().unwrap_or(0.0);
            Answer::Sculptor { z: z.clone(), mean: stack(1, |_| picture(0, at(0), at(1), 0.4)) }
        }
    }
}

/// Of a Gaussian of independent dimensions.
fn outline(mean: [f32; 2], deviation: [f32; 2], axes: [usize; 2]) -> Outline {
    let ellipse = |times: f32| {
        let point = |i: usize| {
            let (sine, cosine) = (std::f32::consts::TAU * i as f32 / 72.0).sin_cos();
            [mean[0] + times * deviation[0] * cosine, mean[1] + times * deviation[1] * sine, 0.0]
        };
        vec![(0..=72).map(point).collect()]
    };
    let at = |i: usize| (i as f32 / 40.0 - 1.0) * 4.0;
    let profile = |i: usize| [mean[0] + at(i) * deviation[0], (-0.5 * at(i) * at(i)).exp()];
    let line = axes[0] == axes[1];
    Outline {
        centre: [mean[0], mean[1], 0.0],
        contours: if line { Default::default() } else { [ellipse(1.0), ellipse(2.0)] },
        profile: if line { (0..=80).map(profile).collect() } else { Vec::new() },
        draws: Vec::new(),
    }
}

/// Two modes under a q that covers one of them.
fn microscope(subject: &Subject, axes: Option<[usize; 2]>, side: usize, draws: usize, dimension: usize) -> Answer {
    let axes = if dimension == 1 { [0, 0] } else { axes.unwrap_or([0, 1.max(dimension.min(4) - 1)]) };
    let (mut mean, deviation) = (vec![0.0; dimension], vec![0.25; dimension]);
    mean[axes[0]] = 0.4;
    let plane = Plane { surface: Surface::Flat, axes, origin: mean.clone(), centre: [0.2, 0.1], half: 1.6, side };
    let log_density = |x: f64, y: f64| {
        let bent = y - 0.1 - 0.6 * (x - 0.2).powi(2);
        let near = -0.5 * ((x - 0.2) / 0.5).powi(2) - 0.5 * (bent / 0.15).powi(2);
        let far = -1.0 - 0.5 * ((x + 0.8) / 0.15).powi(2) - 0.5 * ((y - 1.1) / 0.15).powi(2);
        near.max(far)
    };
    let rows = if plane.is_line() { 1 } else { side };
    let density = (0..rows * side).map(|i| {
        let y = if plane.is_line() { 0.1 } else { plane.coordinate(1, side - 1 - i / side) };
        log_density(plane.coordinate(0, i % side), y) as f32
    });
    let log_density: Vec<f32> = density.collect();
    let mut noise = vec![0.0; draws * dimension];
    Stream::new(5, Purpose::Epsilon).fill_normal(0, &mut noise);
    let draws = noise.iter().enumerate().map(|(i, e)| mean[i % dimension] + 0.3 * e).collect();
    let input = match subject {
        Subject::Image { index, .. } => stack(1, |_| picture(*index, 0.3, 0.2, 0.05)),
        Subject::Drawn { pixels, .. } => stack(1, |_| pixels.to_vec()),
    };
    Answer::Microscope(Box::new(Microscope {
        input,
        label: Some(3),
        reconstruction: stack(1, |_| picture(3, 0.3, 0.2, 0.5)),
        outline: outline(axes.map(|axis| mean[axis]), axes.map(|axis| deviation[axis]), axes),
        q: Ellipsoid { mean: mean.clone(), deviation },
        plane,
        log_density,
        draws,
        terms: terms(dimension),
        evidence: evidence(dimension),
        effective_samples: 63.2,
        samples: 2_000,
    }))
}

/// By quadrature as far as it goes, then by samples with too heavy a tail.
fn evidence(dimension: usize) -> Evidence {
    let Identity { log_px, posterior_kl, .. } = terms(dimension);
    let settled = Evidence::without_samples(log_px, Some(posterior_kl));
    if dimension <= 2 {
        return settled;
    }
    Evidence { effective_samples: 3.2, samples: 1_000, pareto_k: Some(0.91), degenerate: true, ..settled }
}

fn terms(dimension: usize) -> Identity {
    let estimate = |value, se| Estimate { value, se };
    Identity {
        method: if dimension <= 2 { Method::Quadrature } else { Method::Adaptive },
        log_px: estimate(-101.0, 0.06),
        elbo: estimate(-104.2, 0.03),
        posterior_kl: estimate(3.2, 0.05),
    }
}
