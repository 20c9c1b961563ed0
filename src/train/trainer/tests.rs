use super::{Progress, Trainer, stretched};
use crate::data::Dataset;
use crate::experiment::{Activation, DeviceChoice, Experiment, Extension, Layer, Length};
use crate::files::trace::{self, Step};
use crate::train::{At, NewRows, Report, RunFolder, Tables, TrainingDevice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn reports_come_regularly_at_first_and_ever_more_rarely() {
    let (each, most) = (8, 1_000);
    let counts = |steps: std::ops::RangeInclusive<u64>| {
        steps.filter(|&step| step.is_multiple_of(stretched(each, step, most))).count()
    };
    assert_eq!(counts(1..=2 * each * most), 2_000);
    // Each further doubling brings as many again.
    for doubling in 1..7 {
        let end = (each * most) << doubling;
        assert_eq!(counts(end + 1..=2 * end), 1_000);
    }
    assert_eq!(stretched(1, u64::MAX, 1), 1 << 63);
}

/// A small run whose epochs have eight steps, the last one smaller.
fn trainer(device: &TrainingDevice, sends_ahead: bool) -> Trainer {
    let mut experiment = Experiment { encoder: vec![Layer::dense(12, Activation::Tanh)], ..Experiment::default() };
    experiment.latent.dimension = 3;
    experiment.objective.samples = 2;
    experiment.data.limit = Some(190);
    experiment.data.validation = 40;
    experiment.training.batch = 20;
    experiment.training.length = Length::Steps(1_000);
    let dataset = Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).expect("MNIST is embedded");
    let trainer = Trainer::new(experiment, Arc::new(dataset), device.clone()).expect("the experiment is valid");
    Trainer { sends_ahead, ..trainer }
}

/// The CPU, and a GPU or what stands in for one if there is one.
fn devices() -> Vec<TrainingDevice> {
    let open = |choice| TrainingDevice::open(choice);
    let gpu = match open(DeviceChoice::Wgpu) {
        Err(error) if std::env::var("ELBOW_REQUIRE_VULKAN").is_ok_and(|value| value == "1") => {
            panic!("ELBOW_REQUIRE_VULKAN=1, but {error}")
        }
        gpu => gpu.ok(),
    };
    open(DeviceChoice::Cpu).into_iter().chain(gpu).collect()
}

/// Take steps; the training bounds that were reported.
fn steps(trainer: &mut Trainer, count: usize) -> Vec<f64> {
    let reports = (0..count).flat_map(|_| {
        let reports = trainer.step().expect("the run is healthy").reports;
        assert_eq!(trainer.staged.is_some(), trainer.sends_ahead);
        reports
    });
    reports.map(|report| report.elbo).collect()
}

fn numbers(trainer: &Trainer) -> Vec<Vec<f32>> {
    trainer.snapshot().parameters.iter().map(|tensor| tensor.to_data().iter::<f32>().collect()).collect()
}

fn untimed(trainer: &Trainer) -> Progress {
    Progress { seconds: 0.0, ..*trainer.progress() }
}

#[test]
fn a_batch_sent_ahead_changes_nothing_even_where_a_run_is_edited() {
    for device in devices() {
        let run = |sends_ahead: bool| {
            let mut trainer = trainer(&device, sends_ahead);
            let mut bounds = steps(&mut trainer, 3);
            trainer.set_samples(3);
            bounds.extend(steps(&mut trainer, 2));
            trainer.set_batch_size(7);
            bounds.extend(steps(&mut trainer, 2));
            trainer.set_batch_size(7);
            trainer.set_beta(0.5);
            trainer.set_samples(1);
            bounds.extend(steps(&mut trainer, 4));
            trainer.set_batch_size(64);
            trainer.extend(Length::Steps(15), Extension::KeepSchedule);
            bounds.extend(steps(&mut trainer, 3));
            (bounds, untimed(&trainer), numbers(&trainer))
        };
        let (ahead, plain) = (run(true), run(false));
        assert_eq!(ahead.1, plain.1, "{}", device.name);
        assert_eq!(ahead.0, plain.0, "{}", device.name);
        assert!(ahead.2 == plain.2, "parameters differ on {}", device.name);
    }
}

#[test]
fn a_checkpoint_neither_loses_nor_repeats_a_batch_that_was_sent_ahead() {
    for device in devices() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut whole = trainer(&device, true);
        steps(&mut whole, 6);
        RunFolder::at(folder.path()).save_checkpoint(&whole).expect("the disk is writable");
        let (experiment, dataset) = (whole.experiment().clone(), whole.dataset().clone());
        let resumed =
            RunFolder::at(folder.path()).load_checkpoint(experiment, dataset, device.clone()).expect("a checkpoint");
        let mut resumed = Trainer { sends_ahead: true, ..resumed };
        // Beyond the end of an epoch.
        for trainer in [&mut whole, &mut resumed] {
            steps(trainer, 5);
        }
        assert_eq!(untimed(&whole), untimed(&resumed), "{}", device.name);
        assert!(numbers(&whole) == numbers(&resumed), "parameters differ on {}", device.name);
    }
}

/// An empty folder for a run, which is removed when the first value is dropped, and the CPU.
fn scratch_run() -> (tempfile::TempDir, PathBuf, TrainingDevice) {
    let scratch = tempfile::tempdir().expect("a folder");
    let root = scratch.path().join("run");
    std::fs::create_dir(&root).expect("a folder");
    (scratch, root, TrainingDevice::open(DeviceChoice::Cpu).expect("there is a CPU"))
}

#[test]
fn item_01_a_power_cut_during_a_save_leaves_a_checkpoint_that_loads() {
    let (_scratch, root, device) = scratch_run();
    let (run, mut trainer) = (RunFolder::at(&root), trainer(&device, false));
    steps(&mut trainer, 2);
    run.save_checkpoint(&trainer).expect("the disk is writable");
    let before = trace::disk(&root);
    steps(&mut trainer, 1);
    let saving = trace::record(|| run.save_checkpoint(&trainer).expect("the disk is writable"));
    let mut found = [0; 2];
    for disk in trace::crashes(&before, &saving) {
        trace::restore(&root, &disk);
        let (experiment, dataset) = (run.experiment().expect("an experiment"), trainer.dataset().clone());
        let loaded = run.load_checkpoint(experiment, dataset, device.clone()).expect("a whole checkpoint");
        found[loaded.progress().step as usize - 2] += 1;
    }
    assert!(found[0] > 5 && found[1] > 1, "{found:?}");
    run.save_checkpoint(&trainer).expect("the disk is writable");
    assert!(!root.join("checkpoint.new").exists() && !root.join("checkpoint.old").exists(), "no litter");
}

#[test]
fn item_02_a_save_that_was_cut_off_leaves_the_rows_of_its_checkpoint() {
    let (_scratch, root, device) = scratch_run();
    let (run, mut trainer) = (RunFolder::at(&root), trainer(&device, false));
    let mut reports = Vec::new();
    let mut states = Vec::new();
    let mut before = trace::disk(&root);
    for _ in 0..2 {
        reports.extend((0..3).flat_map(|_| trainer.step().expect("the run is healthy").reports));
        let steps = trace::record(|| run.save(&trainer, &reports, &[], &[]).expect("the disk is writable"));
        states.extend(trace::crashes(&before, &steps));
        before = trace::disk(&root);
    }
    let mut found = [0; 2];
    for disk in &states {
        trace::restore(&root, disk);
        let dataset = trainer.dataset().clone();
        // Before the first checkpoint there is nothing to go on with.
        let Ok(loaded) = run.experiment().and_then(|e| run.load_checkpoint(e, dataset, device.clone())) else {
            continue;
        };
        let last = loaded.progress().step;
        let read = run.reports_until(last).expect("tables that belong together");
        let wanted: Vec<_> = reports.iter().filter(|report| report.step <= last).collect();
        assert_eq!(format!("{read:?}"), format!("{wanted:?}"));
        found[(last as usize - 1) / 3] += 1;
    }
    assert!(found.iter().all(|&count| count > 1), "{found:?} of {} states", states.len());
}

/// The checksum of a table of the run in a folder as its checkpoint has it, and that of the file.
fn checksums(root: &Path, table: &str) -> [String; 2] {
    let text = std::fs::read_to_string(root.join("checkpoint/progress.json")).expect("a checkpoint");
    let progress: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let saved = progress["integrity"]["tables"][table]["checksum"].as_str().expect("the table is saved");
    let file = std::fs::read(root.join(table)).expect("the table is there");
    [saved.to_owned(), blake3::hash(&file).to_hex().to_string()]
}

#[test]
fn item_05_a_save_hashes_new_rows_alone_as_the_whole_file() {
    let (_scratch, root, device) = scratch_run();
    let (run, mut trainer) = (RunFolder::at(&root), trainer(&device, false));
    let (mut tables, mut reports) = (Tables::default(), Vec::new());
    let mut save = |trainer: &Trainer, reports: &[Report], number: u64| {
        let (from, _) = tables.written(run.table_files(), number);
        let new = NewRows { reports: reports[from..].to_vec(), ledger: Vec::new() };
        let steps = trace::record(|| run.save_new(trainer, &mut tables, &new, &[]).expect("the disk is writable"));
        let appended = steps.iter().filter(|step| matches!(step, Step::Append(path, ..) if path.starts_with(&root)));
        (from, appended.count())
    };
    let train = |trainer: &mut Trainer, reports: &mut Vec<Report>| {
        reports.extend((0..3).flat_map(|_| trainer.step().expect("the run is healthy").reports));
    };
    for appended in [0, 2, 2] {
        let known = reports.len();
        train(&mut trainer, &mut reports);
        assert_eq!(save(&trainer, &reports, 1), (known, appended));
        for table in ["metrics.csv", "latents.csv"] {
            let [saved, file] = checksums(&root, table);
            assert_eq!(saved, file, "{table}");
        }
    }
    assert_eq!(save(&trainer, &reports, 1), (reports.len(), 0), "there is nothing to write");
    // As though it had been saved at once.
    let other = root.with_file_name("other");
    std::fs::create_dir(&other).expect("the disk is writable");
    RunFolder::at(&other).save_tables(&reports, &[]).expect("the disk is writable");
    for table in ["metrics.csv", "latents.csv"] {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(table)).expect("it is there");
        assert_eq!(read(&root), read(&other));
    }

    // Half a row of a save that was cut off goes.
    let path = root.join("metrics.csv");
    std::fs::write(&path, std::fs::read_to_string(&path).expect("it is there") + "77,0.").expect("writable");
    save(&trainer, &reports, 1);
    let [saved, file] = checksums(&root, "metrics.csv");
    assert_eq!(saved, file);

    // A digit that changes between two saves is not taken for the run's own.
    let mut bytes = std::fs::read(&path).expect("it is there");
    let digit = bytes.iter().position(|&byte| byte == b'-').expect("the bound is below zero") + 1;
    bytes[digit] = if bytes[digit] == b'1' { b'2' } else { b'1' };
    std::fs::write(&path, &bytes).expect("writable");
    train(&mut trainer, &mut reports);
    save(&trainer, &reports, 1);
    assert_eq!(run.checkpoint().expect("a checkpoint").changed_tables(), ["metrics.csv"]);

    // Rows that are cut, or are another run's, are written as a whole; so is a table that somebody has replaced.
    reports.truncate(5);
    assert_eq!(save(&trainer, &reports, 2).0, 0);
    std::fs::write(root.join("latents.csv"), "nothing\n").expect("writable");
    assert_eq!(save(&trainer, &reports, 2).0, 0);
    for table in ["metrics.csv", "latents.csv"] {
        let [saved, file] = checksums(&root, table);
        assert_eq!(saved, file, "{table}");
    }
    assert_eq!(run.checkpoint().expect("a checkpoint").changed_tables(), [""; 0]);
    assert_eq!(run.reports().expect("whole tables").len(), 5);
}

#[test]
fn item_04_a_run_that_was_killed_in_its_first_save_is_resumed_or_begun_again() {
    let (_scratch, root, device) = scratch_run();
    let (run, mut trainer) = (RunFolder::at(&root), trainer(&device, false));
    let reports: Vec<_> = (0..3).flat_map(|_| trainer.step().expect("the run is healthy").reports).collect();
    let before = trace::disk(&root);
    let steps = trace::record(|| {
        let _lock = run.claim_new().expect("an empty folder");
        run.save(&trainer, &reports, &[], &[]).expect("the disk is writable");
    });
    assert!(!root.join(".unsaved").exists());
    let mut found = [0; 2];
    for disk in trace::crashes(&before, &steps) {
        trace::restore(&root, &disk);
        match run.experiment() {
            Ok(experiment) => {
                let loaded = run.load_checkpoint(experiment, trainer.dataset().clone(), device.clone());
                let last = loaded.expect("a whole checkpoint").progress().step;
                assert_eq!(run.reports_until(last).expect("whole tables").len(), reports.len());
                assert!(run.claim_new().is_err(), "a run is never cleared away");
                found[0] += 1;
            }
            Err(_) => {
                // Somebody's own file in it is not cleared away.
                if root.join(".unsaved").exists() {
                    std::fs::write(root.join("notes.txt"), "mine").expect("the disk is writable");
                    assert!(run.claim_new().expect_err("a foreign file").to_string().contains("notes.txt"));
                    std::fs::remove_file(root.join("notes.txt")).expect("it is there");
                }
                let _lock = run.claim_new().unwrap_or_else(|error| panic!("{error} in {disk:?}"));
                assert!(!run.has_metrics() && !root.join("checkpoint.new").exists());
                run.save(&trainer, &reports, &[], &[]).expect("the disk is writable");
                assert!(run.is_run() && !root.join(".unsaved").exists());
                found[1] += 1;
            }
        }
    }
    assert!(found[0] > 1 && found[1] > 5, "{found:?}");
}

#[test]
fn item_06_after_a_fall_back_the_run_is_at_the_step_of_its_parameters() {
    for device in devices() {
        let mut states = Vec::new();
        let mut trainer = trainer(&device, false);
        let state = |trainer: &Trainer| (untimed(trainer), numbers(trainer));
        states.push(state(&trainer));
        for _ in 0..3 {
            trainer.step().expect("the run is healthy");
            states.push(state(&trainer));
        }
        trainer.set_learning_rate(1e30);
        let message = loop {
            match trainer.step() {
                Ok(_) => states.push(state(&trainer)),
                Err(error) => break error.to_string(),
            }
            assert!(states.len() < 100, "a rate of 1e30 must diverge");
        };
        let kept = trainer.progress().step as usize;
        assert!(message.contains(&format!("after step {kept}")), "{message}");
        assert!(state(&trainer) == states[kept], "another state than that of step {kept} on {}", device.name);

        // It goes on as from a checkpoint of that step.
        trainer.set_learning_rate(1e-3);
        let folder = tempfile::tempdir().expect("a folder");
        RunFolder::at(folder.path()).save_checkpoint(&trainer).expect("the disk is writable");
        let (experiment, dataset) = (trainer.experiment().clone(), trainer.dataset().clone());
        let loaded =
            RunFolder::at(folder.path()).load_checkpoint(experiment, dataset, device.clone()).expect("a checkpoint");
        let mut loaded = Trainer { sends_ahead: false, ..loaded };
        let [here, there] = [&mut trainer, &mut loaded].map(|trainer| steps(trainer, 3));
        assert_eq!(here, there, "{}", device.name);
    }
}

#[test]
fn item_02_a_checkpoint_has_what_the_next_report_averages_over() {
    for device in devices() {
        for sends_ahead in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            let mut whole = trainer(&device, sends_ahead);
            // Epochs of 150 steps: a report every third step from the tenth on.
            whole.set_batch_size(1);
            let say = |trainer: &mut Trainer, count: usize| -> Vec<String> {
                let reports = (0..count).flat_map(|_| trainer.step().expect("the run is healthy").reports);
                reports.map(|r| format!("{:?}", Report { seconds: 0.0, images_per_second: 0.0, ..r })).collect()
            };
            say(&mut whole, 29);
            RunFolder::at(folder.path()).save_checkpoint(&whole).expect("the disk is writable");
            let (experiment, dataset) = (whole.experiment().clone(), whole.dataset().clone());
            let loaded = RunFolder::at(folder.path())
                .load_checkpoint(experiment, dataset, device.clone())
                .expect("a checkpoint");
            let mut resumed = Trainer { sends_ahead, ..loaded };
            assert_eq!(resumed.unreported().expect("read"), whole.unreported().expect("read"));
            assert!(resumed.unreported().expect("read").steps > 0, "a step of an interval that no report has closed");
            let (whole, resumed) = (say(&mut whole, 10), say(&mut resumed, 10));
            assert_eq!(whole, resumed, "{}", device.name);
            assert!(whole.len() > 2, "{whole:?}");
        }
    }
}

#[test]
fn a_step_whose_validation_images_are_measured_in_parts_is_the_same_step() {
    let device = TrainingDevice::open(DeviceChoice::Cpu).expect("the CPU is always there");
    let [mut at_once, mut in_parts] = [(); 2].map(|()| {
        let mut trainer = trainer(&device, false);
        // So many that the 40 validation images take more than one part.
        trainer.set_samples(25);
        trainer
    });
    // As text, in which what is not known (NaN) equals itself.
    let untimed_report =
        |report: &Report| format!("{:?}", Report { seconds: 0.0, images_per_second: 0.0, ..report.clone() });
    let mut parts = 0;
    for step in 1..=17 {
        let expected = at_once.step().expect("the run is healthy");
        let mut outcome = in_parts.begin_step().expect("the run is healthy");
        while in_parts.is_measuring() {
            assert!([8, 16].contains(&step) && outcome.finished.is_none());
            // Somebody looks back meanwhile.
            in_parts.look_at(At::Step(0)).expect("the beginning is kept");
            let looked = in_parts.put_aside().expect("it was looked at");
            let more = in_parts.measure_on().expect("the run is healthy");
            in_parts.look_again(looked).expect("it is looked at again");
            in_parts.look_at_last();
            outcome.reports.extend(more.reports);
            outcome.finished = more.finished;
            parts += 1;
        }
        let told = |reports: &[Report]| reports.iter().map(untimed_report).collect::<Vec<_>>();
        assert_eq!(told(&outcome.reports), told(&expected.reports), "step {step}");
        assert_eq!(outcome.finished, expected.finished);
    }
    assert!(parts >= 4, "{parts} parts at the ends of two epochs");
    assert_eq!((numbers(&in_parts), untimed(&in_parts)), (numbers(&at_once), untimed(&at_once)));
    assert_eq!(in_parts.history().best().map(|best| best.step()), at_once.history().best().map(|best| best.step()));
}
