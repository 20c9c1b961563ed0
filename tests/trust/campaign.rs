//! Faults on the real program: random kills, a kill or an error of the disk at each of its changes of the disk, and two
//! processes started at once. Whatever happens, the run goes on and ends as one that was left alone: its model, its
//! optimiser and its tables are equal.
//!
//! In CI a few of each; `ELBOW_CAMPAIGN=full` for all of them and a hundred random kills. With `--nocapture` a table of
//! the trials is printed.

use super::dice::Dice;
use super::support::{command, elbow, said, tiny};
use elbow::train::RunFolder;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;
use tempfile::TempDir;

/// Steps of a run, and of one call.
const STEPS: u64 = 40;
const CALL: u64 = 10;

fn is_full() -> bool {
    std::env::var("ELBOW_CAMPAIGN").is_ok_and(|size| size == "full")
}

/// Some of `count` places, the first and the last among them; all of them in a full campaign.
fn places(count: usize, few: usize) -> Vec<usize> {
    let few = if is_full() { count } else { few.min(count) };
    (0..few).map(|i| 1 + i * (count - 1) / (few - 1).max(1)).collect()
}

/// A folder for runs, with an experiment of [`STEPS`] steps and how it ends when nothing happens.
struct Campaign {
    folder: TempDir,
    experiment: String,
    undisturbed: State,
}

/// The content of a run that must be equal.
#[derive(PartialEq)]
struct State {
    model: Vec<u8>,
    optimiser: Vec<u8>,
    progress: Value,
    tables: [String; 2],
    /// The step and the checksum of each kept state, the best first.
    history: Vec<(u64, String)>,
}

impl State {
    fn of(run: &Path) -> Self {
        // The last save may have been cut off between its two renames: the next owner completes it.
        drop(RunFolder::at(run).lock().unwrap_or_else(|error| panic!("{error}")));
        let read = |name: &str| std::fs::read(run.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut progress: Value = serde_json::from_slice(&read("checkpoint/progress.json")).unwrap();
        let fields = progress["progress"].as_object_mut().unwrap();
        assert!(fields.remove("seconds").is_some(), "what depends on the clock");
        Self {
            model: read("checkpoint/model.safetensors"),
            optimiser: read("checkpoint/optimiser.safetensors"),
            progress: progress["progress"].take(),
            history: kept(run),
            tables: ["metrics.csv", "latents.csv"].map(|name| timeless(&String::from_utf8(read(name)).unwrap())),
        }
    }

    /// The names of the parts that differ from another run's.
    fn differs_in(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("model", self.model == other.model),
            ("optimiser", self.optimiser == other.optimiser),
            ("progress", self.progress == other.progress),
            ("metrics.csv", self.tables[0] == other.tables[0]),
            ("latents.csv", self.tables[1] == other.tables[1]),
            ("history", self.history == other.history),
        ];
        parts.into_iter().filter(|(_, equal)| !equal).map(|(name, _)| name).collect()
    }
}

/// A table without the columns that the clock fills.
fn timeless(table: &str) -> String {
    let header: Vec<&str> = table.lines().next().unwrap_or_default().split(',').collect();
    let keep = |line: &str| {
        let fields = line.split(',').zip(&header).filter(|(_, name)| !["seconds", "images_per_second"].contains(name));
        fields.map(|(field, _)| field).collect::<Vec<_>>().join(",") + "\n"
    };
    table.lines().map(keep).collect()
}

impl Campaign {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let experiment = folder.path().join("tiny.ron").to_str().unwrap().to_string();
        std::fs::write(&experiment, tiny(STEPS)).unwrap();
        let alone = folder.path().join("undisturbed");
        let ended = elbow(&["train", &experiment, "--out", alone.to_str().unwrap()]);
        assert!(ended.status.success(), "{}", said(&ended));
        let undisturbed = State::of(&alone);
        Self { folder, experiment, undisturbed }
    }

    fn run(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Train a new run for a call's steps.
    fn begin(&self, run: &Path) -> Command {
        command(&["train", &self.experiment, "--steps", &CALL.to_string(), "--out", run.to_str().unwrap()])
    }

    /// A run that has been trained for a call's steps.
    fn begun(&self, name: &str) -> PathBuf {
        let run = self.run(name);
        done(&mut self.begin(&run));
        run
    }

    /// Go on with a run for a call's steps.
    fn go_on(&self, run: &Path) -> Command {
        command(&["train", "--resume", "--steps", &CALL.to_string(), "--out", run.to_str().unwrap()])
    }

    /// Begin a run, or go on with it.
    fn call(&self, run: &Path) -> Command {
        if step(run).is_some() { self.go_on(run) } else { self.begin(run) }
    }

    /// Let a run end undisturbed; how it then differs from the one that was left alone.
    fn end(&self, run: &Path) -> Vec<&'static str> {
        while step(run).is_none_or(|step| step < STEPS) {
            done(&mut self.call(run));
        }
        State::of(run).differs_in(&self.undisturbed)
    }
}

/// How far a run has come, if there is one. Its checkpoint must be whole then.
fn step(run: &Path) -> Option<u64> {
    let folder = RunFolder::at(run);
    if !folder.is_run()
        || ["", ".new", ".old"].iter().all(|e| !run.join(format!("checkpoint{e}/progress.json")).exists())
    {
        return None;
    }
    // So are all states that it names.
    kept(run);
    Some(folder.progress().unwrap_or_else(|error| panic!("{error}")).step)
}

/// The steps and checksums of the states that a run keeps, whose files must be there and whole.
fn kept(run: &Path) -> Vec<(u64, String)> {
    let history = RunFolder::at(run).history().unwrap_or_else(|error| panic!("{error}"));
    let all = history.best().into_iter().chain(history.kept());
    let kept = all.map(|kept| {
        let file = kept.file().expect("on the disk");
        let bytes = std::fs::read(&file.path).unwrap_or_else(|error| panic!("{}: {error}", file.path.display()));
        assert!(blake3::hash(&bytes).to_hex().as_str() == file.checksum, "{}", file.path.display());
        (kept.step(), file.checksum.clone())
    });
    kept.collect()
}

fn output(command: &mut Command) -> Output {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
}

fn done(command: &mut Command) {
    let ended = output(command);
    assert!(ended.status.success(), "{command:?}: {}", said(&ended));
}

/// A row of the table.
fn row(what: &str, tried: usize, failures: usize, start: Instant) {
    println!("| {what:<58} | {tried:>5} | {failures:>8} | {:>7.1} |", start.elapsed().as_secs_f64());
}

#[test]
fn item_02_runs_killed_at_random_end_as_if_nothing_had_happened() {
    let campaign = Campaign::new();
    let mut dice = Dice(1);
    let (start, wanted) = (Instant::now(), if is_full() { 100 } else { 6 });
    let (mut kills, mut runs) = (0, 0);
    // A call's time, so that kills fall anywhere in it.
    let call = {
        let run = campaign.begun("timed");
        let start = Instant::now();
        done(&mut campaign.go_on(&run));
        start.elapsed()
    };
    while kills < wanted {
        runs += 1;
        let run = campaign.run(&format!("run-{runs}"));
        while step(&run).is_none_or(|step| step < STEPS) {
            let mut child = campaign.call(&run).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(call.mul_f64(1.2 * dice.below(1_000) as f64 / 1_000.0));
            child.kill().unwrap();
            kills += usize::from(!child.wait().unwrap().success());
        }
        let differing = State::of(&run).differs_in(&campaign.undisturbed);
        assert!(differing.is_empty(), "run {runs}: {differing:?} differ");
    }
    row("runs killed at random, and resumed until they ended", kills, 0, start);
}

/// The shim, compiled.
#[cfg(target_os = "linux")]
fn shim(folder: &Path) -> PathBuf {
    let (source, library) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trust/shim.c"), folder.join("shim.so"));
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").output();
    let compiled = compiled.expect("a C compiler, which the build needs too");
    assert!(compiled.status.success(), "{}", said(&compiled));
    library
}

/// A command whose changes below a folder are counted; number `at` kills it, or fails with the error `error`.
#[cfg(target_os = "linux")]
fn shimmed<'a>(command: &'a mut Command, shim: &Path, root: &Path, at: usize, error: i32) -> &'a mut Command {
    let (at, error) = (at.to_string(), error.to_string());
    command.env("LD_PRELOAD", shim).env("SHIM_ROOT", root).env("SHIM_AT", at).env("SHIM_ERROR", error)
}

/// Try `error` (0: a kill) at the changes that a call makes, which goes on with a run or begins one.
#[cfg(target_os = "linux")]
fn at_each_change(begins: bool, error: i32, few: usize) {
    let campaign = Campaign::new();
    let shim = shim(campaign.folder.path());
    let log = campaign.folder.path().join("log");
    let prepare = |name: &str| if begins { campaign.run(name) } else { campaign.begun(name) };
    let run = prepare("counted");
    done(shimmed(&mut campaign.call(&run), &shim, &run, 0, 0).env("SHIM_LOG", &log));
    let log = std::fs::read_to_string(log).unwrap();
    let changes: Vec<&str> = log.lines().collect();
    assert!(changes.len() > 40, "{log}");
    let start = Instant::now();
    let chosen = places(changes.len(), few);
    for &at in &chosen {
        let run = prepare(&format!("run-{at}"));
        let before = step(&run);
        let ended = output(shimmed(&mut campaign.call(&run), &shim, &run, at, error));
        let case = format!("{} (change {at}): {}", changes[at - 1], said(&ended));
        let after = step(&run);
        // What the program says is what is on the disk.
        match ended.status.code() {
            None => assert_eq!(error, 0, "{case}"),
            Some(0) => assert_eq!(after, Some(before.unwrap_or(0) + CALL), "{case}"),
            Some(_) => {
                assert_ne!(error, 0, "{case}");
                assert!(said(&ended).contains("elbow: "), "{case}");
            }
        }
        assert!(after == before || after == Some(before.unwrap_or(0) + CALL), "{before:?} became {after:?}: {case}");
        let differing = campaign.end(&run);
        assert!(differing.is_empty(), "{differing:?} differ after {case}");
        std::fs::remove_dir_all(&run).unwrap();
    }
    let what = match error {
        0 => "killed",
        libc::ENOSPC => "a full disk",
        libc::EIO => "a disk's error",
        _ => "an error",
    };
    let which = if begins { "a new run" } else { "a resumed run" };
    row(&format!("{what} at one of the {} changes of {which}", changes.len()), chosen.len(), 0, start);
}

#[test]
#[cfg(target_os = "linux")]
fn item_01_a_resumed_run_killed_at_any_change_of_the_disk_goes_on() {
    at_each_change(false, 0, 8);
}

#[test]
#[cfg(target_os = "linux")]
fn item_01_a_new_run_killed_at_any_change_of_the_disk_goes_on() {
    at_each_change(true, 0, 8);
}

#[test]
#[cfg(target_os = "linux")]
fn item_01_a_full_disk_at_any_change_loses_nothing() {
    at_each_change(false, libc::ENOSPC, 8);
}

#[test]
#[cfg(target_os = "linux")]
fn item_01_an_error_of_the_disk_at_any_change_loses_nothing() {
    at_each_change(false, libc::EIO, 8);
}

#[test]
fn item_03_of_two_writers_one_writes() {
    let campaign = Campaign::new();
    let start = Instant::now();
    let pairs = if is_full() { 25 } else { 2 };
    for pair in 0..pairs {
        let run = campaign.begun(&format!("run-{pair}"));
        let both =
            [(); 2].map(|()| campaign.go_on(&run).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        let ended = both.map(|child| child.wait_with_output().unwrap());
        let wrote = ended.iter().filter(|ended| ended.status.success()).count();
        let told = ended.iter().filter(|it| it.status.code() == Some(2) && said(it).contains("process")).count();
        // The second may come when the first has ended.
        assert!(wrote >= 1 && wrote + told == 2, "{:?}", ended.each_ref().map(said));
        assert_eq!(step(&run), Some(CALL * (1 + wrote as u64)));
        let differing = campaign.end(&run);
        assert!(differing.is_empty(), "pair {pair}: {differing:?} differ");
    }
    row("two at once who go on with one run", pairs, 0, start);
}
