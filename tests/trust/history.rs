//! The history of a run: kept states, the best, forks, and what is told of what was done.

use super::dice::Dice;
use super::support::{elbow, said, tiny, workshop};
use elbow::train::{DeedKind, RunFolder};
use elbow::worker::{Command, Event, LiveEdit, RunState, WorkerOptions, spawn};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The standard output of a command, which must succeed.
fn done(arguments: &[&str]) -> String {
    let ended = elbow(arguments);
    assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {}", said(&ended));
    String::from_utf8(ended.stdout).unwrap()
}

/// The one message of a command that must exit with 2.
fn refused(arguments: &[&str]) -> String {
    let ended = elbow(arguments);
    let message = said(&ended);
    assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {message}");
    message
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&done(arguments)).unwrap()
}

/// A folder, and a run of so many steps in it, with changes to the tiny experiment.
fn run_of(steps: u64, set: &[&str]) -> (tempfile::TempDir, String) {
    let (folder, experiment, run) = workshop(steps);
    let set = set.iter().flat_map(|set| ["--set", set]);
    done(&["train", &experiment, "--out", &run].into_iter().chain(set).collect::<Vec<_>>());
    (folder, run)
}

fn beside(run: &str, name: &str) -> String {
    Path::new(run).with_file_name(name).to_str().unwrap().to_string()
}

/// A table without the columns that the clock fills, row by row.
fn rows(run: &str, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(run).join(name)).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let keep = |line: &str| {
        let fields = line.split(',').zip(&header).filter(|(_, name)| !["seconds", "images_per_second"].contains(name));
        fields.map(|(field, _)| field).collect::<Vec<_>>().join(",")
    };
    text.lines().map(keep).collect()
}

fn checkpoint(run: &str) -> [Vec<u8>; 2] {
    ["model", "optimiser"]
        .map(|name| std::fs::read(Path::new(run).join("checkpoint").join(name).with_extension("safetensors")).unwrap())
}

fn assert_equal(a: &str, b: &str) {
    assert!(checkpoint(a) == checkpoint(b), "the checkpoints of {a} and {b} differ");
    for name in ["metrics.csv", "latents.csv"] {
        assert_eq!(rows(a, name), rows(b, name), "{name} of {a} and {b}");
    }
}

fn kept_steps(run: &str) -> Vec<u64> {
    RunFolder::at(run).history().unwrap().kept().iter().map(elbow::train::Kept::step).collect()
}

#[test]
fn a_fork_with_nothing_changed_equals_its_parent_bit_for_bit() {
    let (_folder, run) = run_of(40, &[]);
    assert_eq!(kept_steps(&run), [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 16, 19, 23, 27, 32, 38]);
    for (parent, at, name) in [("run", 13, "fork"), ("run", 0, "again"), ("fork", 27, "of-fork")] {
        let (parent, fork) = (beside(&run, parent), beside(&run, name));
        done(&["train", "--fork", &parent, "--at", &at.to_string(), "--out", &fork]);
        assert_equal(&run, &fork);
        assert_eq!(kept_steps(&run), kept_steps(&fork), "the states up to there are the parent's");
        let history = RunFolder::at(&fork).history().unwrap();
        let told = history.parent().unwrap();
        assert_eq!((told.path.as_str(), told.name.as_str(), told.step), (parent.as_str(), "tiny", at));
        assert!(history.deeds().iter().any(|deed| deed.kind == DeedKind::Forked && deed.step == at));
    }
    // The best and the last, which the run is over at.
    let best = RunFolder::at(&run).history().unwrap().best().unwrap().step();
    let longer = ["--set", "training.length=Steps(60)"];
    for (at, name) in [("best", "best"), ("last", "last")] {
        let fork = beside(&run, name);
        done(&[&["train", "--fork", &run, "--at", at, "--out", &fork][..], &longer].concat());
        let step = RunFolder::at(&fork).history().unwrap().parent().unwrap().step;
        assert_eq!(step, if at == "best" { best } else { 40 });
    }
    done(&["train", "--resume", "--extend", "Steps(60)", "--out", &run]);
    for name in ["best", "last"] {
        assert!(checkpoint(&run) == checkpoint(&beside(&run, name)), "{name}");
    }
}

#[test]
fn a_changed_fork_equals_its_parent_up_to_the_fork() {
    let (_folder, run) = run_of(40, &[]);
    let fork = beside(&run, "fork");
    let changed = ["--set", "objective.beta=4", "--set", "training.learning_rate=3e-3", "--reset-optimiser"];
    done(&[&["train", "--fork", &run, "--at", "19", "--out", &fork][..], &changed].concat());
    let [parent, child] = [&run, &fork].map(|run| rows(run, "metrics.csv"));
    let is_up_to = |row: &&String| row.split(',').next().unwrap().parse::<u64>().map_or(true, |step| step <= 19);
    let [before, after] = [&parent, &child].map(|rows| rows.iter().filter(is_up_to).collect::<Vec<_>>());
    assert_eq!(before, after);
    assert!(before.len() > 5 && parent.len() == child.len() && parent.last() != child.last());
    let detail = RunFolder::at(&fork).history().unwrap().deeds().last().unwrap().detail.clone();
    assert!(detail.contains("objective.beta") && detail.contains("4.0") && detail.contains("as asked for"), "{detail}");
    let told = done(&["history", &fork]);
    assert!(told.contains(&format!("a fork of tiny at step 19: {run}")), "{told}");
}

#[test]
fn a_fork_whose_parameters_do_not_fit_is_refused_by_the_field() {
    let (_folder, run) = run_of(10, &[]);
    for (set, field) in [
        ("latent.dimension=3", "latent.dimension"),
        ("encoder[0].units=9", "encoder"),
        ("decoder.likelihood=GaussianPerImage", "decoder.likelihood"),
        ("latent.prior=MixtureOfGaussians", "latent.prior"),
    ] {
        let fork = beside(&run, "fork");
        let message = refused(&["train", "--fork", &run, "--at", "5", "--set", set, "--out", &fork]);
        assert!(message.contains(&format!("{field}: the parameters of the run to fork")), "{set}: {message}");
    }
    let message = refused(&["train", "--fork", &run, "--out", &beside(&run, "over")]);
    assert!(message.contains("is over (10 steps)") && message.contains("training.length"), "{message}");
}

#[test]
fn a_step_that_is_not_kept_is_refused_with_the_nearest() {
    let (folder, run) = run_of(40, &[]);
    let picture = folder.path().join("picture.png");
    let picture = picture.to_str().unwrap();
    let at = ["--at", "21"];
    for command in [
        vec!["eval", &run, "--images", "2", "--samples", "2"],
        vec!["sample", &run, "--out", picture],
        vec!["reconstruct", &run, "--out", picture],
        vec!["traverse", &run, "--out", picture],
        vec!["train", "--fork", &run, "--out", picture],
    ] {
        let message = refused(&[&command[..], &at].concat());
        assert!(message.contains("keeps no step 21") && message.contains("16, 19, 23"), "{command:?}: {message}");
    }
    assert!(refused(&["eval", &run, "--at", "never"]).contains("best, last or a step"));
    for (at, step) in [("19", 19), ("last", 40)] {
        let told = json(&["eval", &run, "--images", "2", "--samples", "2", "--json", "--at", at]);
        assert_eq!(told["step"], step);
        done(&["sample", &run, "--out", picture, "--at", at]);
        let bytes = std::fs::read(picture).unwrap();
        let has = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(has(&format!("elbow-step\0\0\0\0\0{step}")) && has("elbow-provenance") && has("begun: Elbow"));
    }
}

#[test]
fn the_best_has_the_highest_bound_and_the_last_of_an_overfitted_run_a_lower_one() {
    let (folder, experiment, run) = workshop(1);
    // Five patterns of 8 × 8 pixels, a fifth of them wrong at random; a small β lets 500 of them be learned by heart,
    // which is of no use for others.
    let mut dice = Dice(14);
    let header = [0, 0, 8, 3].into_iter().chain([600_u32, 8, 8].into_iter().flat_map(u32::to_be_bytes));
    let pixels = (0..600 * 64).map(|i| {
        let is_set = (i % 64) * (i / 64 % 5 + 1) % 7 < 3;
        if is_set ^ (dice.below(5) == 0) { 255 } else { 0 }
    });
    std::fs::write(folder.path().join("images.idx"), header.chain(pixels).collect::<Vec<u8>>()).unwrap();
    let source = "Idx(images: \"images.idx\", labels: None, test_images: Some(\"images.idx\"), test_labels: None)";
    let text = tiny(1)
        .replace("Shapes(count: 200, size: 32)", source)
        .replace("validation: 20", "validation: 100")
        .replace("GaussianLearned", "Bernoulli")
        .replace("units: 8", "units: 64")
        .replace("dimension: 2", "dimension: 8")
        .replace("samples: 1", "beta: Constant(0.2)")
        .replace("1e-3", "1e-2")
        .replace("batch: 16, length: Steps(1)", "batch: 50, length: Epochs(40)");
    std::fs::write(&experiment, text).unwrap();
    done(&["train", &experiment, "--out", &run]);
    let run_folder = RunFolder::at(&run);
    let history = run_folder.history().unwrap();
    let best = history.best().unwrap();
    let reports = run_folder.reports().unwrap();
    let whole = || reports.iter().filter(|report| report.split == elbow::data::Split::Validation && report.whole);
    let highest = whole().map(|report| report.elbo).fold(f64::NEG_INFINITY, f64::max);
    let last = whole().next_back().unwrap();
    assert_eq!(best.head.bound, Some(highest));
    assert!(history.kept().iter().filter_map(|kept| kept.head.bound).all(|bound| bound <= highest));
    assert!(best.step() < last.step && last.elbo < highest - 1.0, "it did not overfit: {} of {highest}", last.elbo);
    let evaluated = |at: &str| {
        let quick = ["--samples", "2", "--gap-images", "0", "--draws", "0", "--json", "--at", at];
        let told = json(&[&["eval", &run, "--split", "validation"][..], &quick].concat());
        told["elbo"].as_f64().unwrap()
    };
    println!("best {highest:.2} at step {}, last {:.2} at step {}", best.step(), last.elbo, last.step);
    // Measured from many samples of z, by eval's own noise.
    assert!(evaluated("best") > evaluated("last") + 1.0);
    drop(folder);
}

#[test]
fn a_run_that_converges_ends_on_its_best_and_goes_on_from_its_last() {
    let converging = "training.length=UntilConverged(patience: 3, min_delta: 1000.0, max_epochs: 9.0)";
    let (_folder, experiment, run) = workshop(1);
    // So high a rate leaves the best behind.
    let set = ["--set", converging, "--set", "training.learning_rate=0.3", "--set", "training.batch=64"];
    let ended = elbow(&[&["train", &experiment, "--out", &run, "--json"][..], &set].concat());
    assert!(ended.status.success(), "{}", said(&ended));
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let history = RunFolder::at(&run).history().unwrap();
    let (best, last) = (history.best().unwrap().step(), RunFolder::at(&run).progress().unwrap().step);
    assert!(best < last, "{best} of {last}");
    assert_eq!([&told["step"], &told["ended_on_step"], &told["measured_at_step"]], [last, best, best]);
    assert_eq!(told["elbo"].as_f64(), history.best().unwrap().head.bound);
    assert!(said(&ended).contains(&format!("ends on its best state, that of step {best}")), "{}", said(&ended));
    assert_eq!(history.deeds().last().unwrap().kind, DeedKind::EndedOnBest);
    let step = |at: &[&str]| {
        let arguments = ["eval", &run, "--images", "2", "--samples", "2", "--json"];
        json(&[&arguments[..], at].concat())["step"].clone()
    };
    assert_eq!([step(&[]), step(&["--at", "last"])], [Value::from(best), Value::from(last)]);
    done(&["train", "--resume", "--extend", &format!("Steps({})", last + 2), "--out", &run]);
    assert_eq!(RunFolder::at(&run).progress().unwrap().step, last + 2);
    assert_eq!(step(&[]), last + 2, "a run of so many steps ends on its last");
}

#[test]
fn a_history_changes_nothing_of_the_training() {
    let (_folder, run) = run_of(40, &[]);
    let without = beside(&run, "without");
    let experiment = beside(&run, "tiny.ron");
    done(&["train", &experiment, "--set", "training.history=0", "--out", &without]);
    assert_equal(&run, &without);
    assert!(!Path::new(&without).join("history").exists() && kept_steps(&without).is_empty());
    assert!(RunFolder::at(&without).history().unwrap().best().is_some());
    // Where no images are held out there is no best.
    let held = beside(&run, "held");
    done(&["train", &experiment, "--set", "data.validation=0", "--out", &held]);
    let message = refused(&["eval", &held, "--at", "best"]);
    assert!(message.contains("keeps no best state") && message.contains("data.validation"), "{message}");
    assert!(!Path::new(&held).join("best").exists());
}

#[test]
fn an_edit_a_kill_and_a_resume_are_told_exactly() {
    let (folder, experiment, run) = workshop(60);
    let path = PathBuf::from(&run);
    let experiment = elbow::experiment::Experiment::load(Path::new(&experiment)).unwrap();
    let client = spawn(WorkerOptions::default());
    let until = |wanted: &dyn Fn() -> bool| {
        while !wanted() {
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let at = |step: u64| move |status: elbow::worker::Status| status.step == step && status.state == RunState::Paused;
    client.send(Command::Prepare(Box::new(experiment)));
    client.send(Command::Step(14));
    until(&|| at(14)(client.status()));
    client.send(Command::Edit(LiveEdit::Beta(4.0)));
    client.send(Command::Step(5));
    until(&|| at(19)(client.status()));
    client.send(Command::Save(path.clone()));
    until(&|| client.drain_events().iter().any(|event| matches!(event, Event::Saved(_))));
    // What is done after the last save is lost with the process, and nothing may tell of it.
    client.send(Command::Step(5));
    client.send(Command::Edit(LiveEdit::LearningRate(0.5)));
    until(&|| at(24)(client.status()));
    drop(client);

    done(&["train", "--resume", "--steps", "6", "--out", &run]);
    done(&["train", "--resume", "--extend", "Steps(40)", "--out", &run]);
    let run_folder = RunFolder::at(&path);
    let history = run_folder.history().unwrap();
    let told: Vec<_> = history.deeds().iter().map(|deed| (deed.step, deed.kind)).collect();
    use DeedKind::{Begun, Edited, Extended, Resumed};
    assert_eq!(told, [(0, Begun), (14, Edited), (19, Resumed), (25, Extended), (25, Resumed)]);
    let details: Vec<&str> = history.deeds().iter().map(|deed| deed.detail.as_str()).collect();
    assert_eq!([details[1], details[3]], ["β = 4", "length 40 steps"]);
    for by in [details[0], details[2]] {
        assert!(by.starts_with(concat!("Elbow ", env!("CARGO_PKG_VERSION"))) && by.contains("CPU"), "{by}");
    }
    let edits: Vec<_> = history.kept().iter().filter(|kept| kept.head.is_edit).map(elbow::train::Kept::step).collect();
    assert_eq!(edits, [14, 25]);
    let marks = run_folder.edits_until(u64::MAX).unwrap();
    assert_eq!(marks.iter().map(|mark| mark.step).collect::<Vec<_>>(), [14, 25]);
    let experiment = run_folder.experiment().unwrap();
    assert_eq!(experiment.objective.beta, elbow::experiment::BetaSchedule::Constant(4.0));
    assert_eq!(experiment.training.learning_rate, 1e-3);
    // Before the edit the experiment was another.
    let before = history.kept().iter().find(|kept| kept.step() == 13).unwrap();
    assert_eq!(before.experiment.objective.beta, elbow::experiment::BetaSchedule::Constant(1.0));
    let table = std::fs::read_to_string(path.join("provenance.csv")).unwrap();
    assert_eq!(table.lines().count(), 6, "{table}");
    assert!(table.contains(",edited,β = 4"), "{table}");
    let listed = json(&["history", &run, "--json"]);
    assert_eq!(listed["provenance"][1]["detail"], "β = 4");

    // A fork from before the edit goes on as the run would have; one from the edit as it did.
    let fork = beside(&run, "fork");
    done(&["train", "--fork", &run, "--at", "14", "--set", "training.length=Steps(40)", "--out", &fork]);
    assert_equal(&run, &fork);

    // An experiment that is changed by hand is told too.
    let file = path.join("experiment.ron");
    let text = std::fs::read_to_string(&file).unwrap().replace("learning_rate: 0.001", "learning_rate: 0.002");
    std::fs::write(&file, text.replace("Steps(40)", "Steps(45)")).unwrap();
    done(&["train", "--resume", "--out", &run]);
    let deeds = run_folder.history().unwrap().deeds().to_vec();
    let rewritten = deeds.iter().find(|deed| deed.kind == DeedKind::Rewritten).expect("told");
    assert!(rewritten.detail.contains("training.learning_rate: 0.001 → 0.002"), "{}", rewritten.detail);
    drop(folder);
}

#[test]
fn a_damaged_kept_state_is_refused_by_name_and_the_run_goes_on() {
    let (_folder, run) = run_of(20, &[]);
    let file = Path::new(&run).join("history/13.safetensors");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    std::fs::remove_file(Path::new(&run).join("history/7.safetensors")).unwrap();
    let evaluate = ["eval", &run, "--images", "2", "--samples", "2"];
    for (at, what) in [("13", "damaged"), ("7", "cannot read")] {
        let message = refused(&[&evaluate[..], &["--at", at]].concat());
        assert!(message.contains(&format!("history/{at}.safetensors")) && message.contains(what), "{message}");
    }
    done(&evaluate);
    let ended = elbow(&["train", "--resume", "--extend", "Steps(24)", "--out", &run]);
    assert!(ended.status.success(), "{}", said(&ended));
    for name in ["history/13.safetensors", "history/7.safetensors"] {
        assert!(said(&ended).contains(name) && said(&ended).contains("goes on without"), "{}", said(&ended));
    }
    let kept = kept_steps(&run);
    assert!(!kept.contains(&13) && !kept.contains(&7) && kept.contains(&8) && kept.contains(&23), "{kept:?}");
    assert!(file.with_extension("safetensors.1").exists() && !file.exists());
    // The others are as they were, and no litter is left.
    let files = std::fs::read_dir(Path::new(&run).join("history")).unwrap().flatten();
    let states = files.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "safetensors"));
    assert_eq!(states.count(), kept.len());
}

#[test]
fn a_film_shows_every_kept_state_and_what_cannot_be_filmed_is_refused_by_name() {
    let (_folder, run) = run_of(20, &[]);
    let mut steps = kept_steps(&run);
    // The last state and the best may be states on the way too.
    steps.extend([20, RunFolder::at(&run).history().unwrap().best().unwrap().step()]);
    steps.sort_unstable();
    steps.dedup();
    let states = steps.len();
    for of in ["samples", "reconstructions", "traversals", "interpolations", "manifold"] {
        let path = beside(&run, &format!("{of}.png"));
        done(&["film", &run, "--of", of, "--out", &path, "--scale", "1"]);
        let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
        let reader = png::Decoder::new(file).read_info().unwrap();
        let frames = reader.info().animation_control().unwrap().num_frames;
        assert_eq!(frames as usize, states, "{of}");
        assert!(elbow::export::read_experiment(Path::new(&path)).unwrap().contains("tiny"), "{of}");
    }
    let gif = beside(&run, "latent.gif");
    done(&["film", &run, "--of", "latent", "--out", &gif, "--seconds", "0.2"]);
    assert!(std::fs::read(&gif).unwrap().starts_with(b"GIF89a"));
    let message = refused(&["film", &run, "--of", "samples", "--out", &beside(&run, "film.mp4")]);
    assert!(message.contains("film.mp4") && message.contains(".png or .gif"), "{message}");
    let (_folder, bare) = run_of(4, &["training.history=0", "data.validation=0"]);
    let message = refused(&["film", &bare, "--of", "samples", "--out", &beside(&bare, "film.gif")]);
    assert!(message.contains("keeps no states on its way") && message.contains("training.history"), "{message}");
    let message = refused(&["film", &bare, "--of", "traversals", "--out", &beside(&bare, "film.gif")]);
    assert!(message.contains("--over latent"), "{message}");
}

#[test]
fn a_way_through_latent_space_is_filmed_of_any_state_also_of_a_run_without_a_history() {
    let (_folder, run) = run_of(12, &[]);
    let (_bare_folder, bare) = run_of(4, &["training.history=0", "data.validation=0"]);
    for (of, frames, seconds) in [("traversals", 60, 80), ("interpolations", 60, 80), ("manifold", 120, 80)] {
        for run in [&run, &bare] {
            let path = beside(run, &format!("{of}.png"));
            done(&["film", run, "--of", of, "--over", "latent", "--out", &path]);
            let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
            let mut reader = png::Decoder::new(file).read_info().unwrap();
            assert_eq!(reader.info().animation_control().unwrap().num_frames, frames, "{of}");
            let mut pictures = [vec![0; reader.output_buffer_size().unwrap()], Vec::new()];
            pictures[1] = pictures[0].clone();
            for picture in &mut pictures {
                reader.next_frame(picture).unwrap();
            }
            assert_ne!(pictures[0], pictures[1], "{of}: something moves");
            assert_eq!(reader.info().frame_control().unwrap().delay_num, seconds, "{of}");
            assert!(elbow::export::read_experiment(Path::new(&path)).unwrap().contains("tiny"), "{of}");
        }
    }
    let gif = beside(&run, "early.gif");
    done(&["film", &run, "--of", "manifold", "--over", "latent", "--at", "3", "--out", &gif]);
    assert!(std::fs::read(&gif).unwrap().starts_with(b"GIF89a"));
    let film = |of, more: [&str; 2]| refused(&[&["film", &run, "--of", of, "--out", &gif][..], &more].concat());
    let message = film("samples", ["--over", "latent"]);
    assert!(message.contains("--of samples --over latent") && message.contains("interpolations"), "{message}");
    let message = film("traversals", ["--at", "3"]);
    assert!(message.contains("--at 3") && message.contains("--over latent"), "{message}");
}
