//! An hour's training, or less: memory and handles stay as they were. Asked for by `ELBOW_SOAK=seconds`.

use elbow::data::Split;
use elbow::experiment::{DeviceChoice, Experiment, Length};
use elbow::explore::{Question, Sampler, Start};
use elbow::worker::{
    Asker, Command, EvaluationRequest, Event, GradientRequest, LedgerOptions, WorkerOptions, memory, spawn,
};
use std::time::{Duration, Instant};

/// Measurements of one moment.
#[derive(Clone, Copy, Debug)]
struct Moment {
    seconds: f64,
    step: u64,
    resident: f64,
    handles: f64,
    threads: f64,
}

fn count(folder: &str) -> f64 {
    std::fs::read_dir(folder).map_or(0, Iterator::count) as f64
}

/// Views are open, evaluations come now and then, the run is saved again and again.
#[test]
#[cfg(target_os = "linux")]
fn a_long_training_grows_neither_in_memory_nor_in_handles() {
    let Some(seconds) = std::env::var("ELBOW_SOAK").ok().map(|text| text.parse::<f64>().expect("seconds")) else {
        println!("not run: ELBOW_SOAK=seconds asks for it");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let client = spawn(WorkerOptions::default());
    // A run of real images, whose reports are as far apart as those of a user's run: every report is kept, for the
    // curves.
    let mut experiment = Experiment { device: DeviceChoice::Cpu, ..Experiment::default() };
    experiment.training.length = Length::Steps(u64::MAX / 2);
    client.send(Command::Start(Box::new(experiment)));
    client.send(Command::Ledger(Some(LedgerOptions { images: 16, samples: 50 })));
    let prior = Question::PriorSamples { sampler: Sampler::Prior, count: 64, temperature: 1.0, seed: 0 };
    let traversals = Question::Traversals { rows: 2, columns: 11, from: 0.02, to: 0.98, start: Start::PriorMean };
    let reconstructions = Question::Reconstructions { split: Split::Test, count: 10, choice: 0 };
    for (asker, question) in [("prior", prior), ("traversals", traversals), ("reconstructions", reconstructions)] {
        client.send(Command::Ask(Asker(asker), question));
    }
    let evaluation = || EvaluationRequest { images: 20, samples: 100, gap_images: 2, ..EvaluationRequest::default() };
    let gradients = || GradientRequest { split: Split::Train, images: 4, samples: vec![1, 2], repeats: 4 };

    let start = Instant::now();
    let period = Duration::from_secs_f64((seconds / 60.0).max(0.5));
    let (mut moments, mut evaluated, mut saved) = (Vec::new(), 0, 0);
    while start.elapsed().as_secs_f64() < seconds {
        let round = Instant::now();
        client.send(Command::begin(evaluation()));
        client.send(Command::begin(gradients()));
        client.send(Command::Save(run.clone()));
        while round.elapsed() < period {
            for event in client.drain_events() {
                match event {
                    Event::Evaluated(_) => evaluated += 1,
                    Event::Saved(_) => saved += 1,
                    Event::Failed(failure) => panic!("{}", failure.message()),
                    _ => {}
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let moment = Moment {
            seconds: start.elapsed().as_secs_f64(),
            step: client.status().step,
            resident: memory::resident() as f64 / f64::from(1 << 20),
            handles: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
        };
        let Moment { seconds, step, resident, handles, threads } = moment;
        println!("{seconds:7.1} s  step {step:9}  {resident:8.2} MiB  {handles} handles  {threads} threads");
        moments.push(moment);
    }
    println!("{evaluated} evaluations, {saved} saves");
    assert!(evaluated > 0 && saved > 0);
    // The first third warms up: buffers, allocators, the finest curves. A single moment may lie in an evaluation, so
    // that the middle third and the last are compared by their medians.
    let third = moments.len() / 3;
    let (middle, last) = (&moments[third..2 * third], &moments[2 * third..]);
    let growth = median(last, |it| it.resident) / median(middle, |it| it.resident) - 1.0;
    println!("resident memory of the last third is {:+.2} % of the middle third's", 100.0 * growth);
    assert!(growth.abs() < 0.02, "{moments:?}");
    assert_eq!(median(last, |it| it.handles), median(middle, |it| it.handles), "{moments:?}");
    assert_eq!(median(last, |it| it.threads), median(middle, |it| it.threads), "{moments:?}");
}

/// The middle of a value's sorted numbers.
fn median(moments: &[Moment], value: impl Fn(&Moment) -> f64) -> f64 {
    let mut values: Vec<f64> = moments.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
