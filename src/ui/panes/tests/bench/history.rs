//! A made-up history of a run: reports of a bound that rises, marks, and a ledger.

use crate::data::Split;
use crate::estimate::Estimate;
use crate::evidence::Method;
use crate::random::{Purpose, Stream};
use crate::train::Report;
use crate::worker::{History, LedgerEntry, Mark};

/// A history of `reports` reports on training batches, every fifth with one on validation images.
pub fn history(dimension: usize, reports: u64) -> History {
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
    History { run: 1, ledger: ledger.collect(), reports: reports_made, marks, ..History::default() }
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
