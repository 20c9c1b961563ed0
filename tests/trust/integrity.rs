//! Damaged files and other data are noticed by everything that opens a run.

use super::dice::Dice;
use super::support::{elbow, said, tiny, trained, without_checksums, workshop};
use elbow::data::Dataset;
use elbow::experiment::{DeviceChoice, Experiment};
use elbow::train::{RunFolder, TrainingDevice};
use elbow::worker::{Command, Event, Failure, WorkerOptions, spawn};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FILES: [&str; 4] = ["progress.json", "history.json", "model.safetensors", "optimiser.safetensors"];

/// One more step of a run that is over.
const ONE_MORE: [&str; 5] = ["--resume", "--extend", "Steps(1000)", "--steps", "1"];

fn flip(bytes: &mut [u8], bit: usize) {
    bytes[bit / 8] ^= 1 << (bit % 8);
}

/// The commands that open a run.
fn readers(run: &str, picture: &str) -> Vec<Vec<String>> {
    let [eval, gradients] = ["eval", "gradients"].map(|command| vec![command, run, "--images", "2", "--samples", "2"]);
    let pictures = ["sample", "reconstruct", "traverse"].map(|command| vec![command, run, "--out", picture]);
    let resume = [&["train"], &ONE_MORE[..], &["--out", run]].concat();
    let all = [eval, gradients, resume].into_iter().chain(pictures);
    all.map(|arguments| arguments.into_iter().map(String::from).collect()).collect()
}

/// The one message of a command that must exit so.
fn refused(arguments: &[String], status: i32) -> String {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = elbow(&arguments);
    let message = said(&ended);
    assert_eq!(ended.status.code(), Some(status), "{arguments:?}: {message}");
    assert!(ended.stdout.is_empty(), "{arguments:?}");
    let last = message.lines().last().unwrap_or_default();
    assert!(last.starts_with("elbow: "), "{arguments:?}: {message}");
    last.to_string()
}

/// The answer of the window's worker to a run.
fn opened(run: &Path) -> Result<(), String> {
    let client = spawn(WorkerOptions::default());
    client.send(Command::load(run));
    loop {
        for event in client.drain_events() {
            match event {
                Event::Loaded { .. } => return Ok(()),
                Event::Failed(Failure::Input(message) | Failure::Run(message)) => return Err(message),
                _ => {}
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[test]
fn item_05_every_flipped_bit_of_a_checkpoint_is_noticed() {
    let (_folder, run) = trained();
    let folder = RunFolder::at(&run);
    let experiment = folder.experiment().unwrap();
    let data = Arc::new(Dataset::load(&experiment.data, experiment.seed, &mut |_| {}).unwrap());
    let device = TrainingDevice::open(DeviceChoice::Cpu).unwrap();
    let load = || folder.load_checkpoint(experiment.clone(), data.clone(), device.clone()).map(|_| ());
    load().unwrap();
    let mut dice = Dice(5);
    for name in FILES {
        let path = Path::new(&run).join("checkpoint").join(name);
        let whole = std::fs::read(&path).unwrap();
        let bits = 8 * whole.len();
        // All of what is text; of tensors, their header and a few hundred of their numbers' bits.
        let chosen: Vec<usize> = match name {
            "progress.json" => (0..bits).collect(),
            "history.json" => (0..bits).step_by(7).collect(),
            _ => (0..64).chain((0..400).map(|_| dice.below(bits))).collect(),
        };
        for bit in chosen {
            let mut bytes = whole.clone();
            flip(&mut bytes, bit);
            std::fs::write(&path, bytes).unwrap();
            let message = load().err().unwrap_or_else(|| panic!("{name}: bit {bit} went unnoticed")).to_string();
            assert!(message.contains(name) && message.contains("damaged"), "{name}, bit {bit}: {message}");
        }
        for length in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            let message = load().err().unwrap_or_else(|| panic!("{name}: cut to {length} bytes")).to_string();
            assert!(message.contains(name), "{name} cut to {length} bytes: {message}");
        }
        std::fs::write(&path, whole).unwrap();
        load().unwrap();
    }
}

#[test]
fn item_05_all_readers_refuse_a_damaged_checkpoint() {
    let (folder, run) = trained();
    let picture = folder.path().join("picture.png");
    let mut dice = Dice(6);
    for name in FILES {
        let path = Path::new(&run).join("checkpoint").join(name);
        let whole = std::fs::read(&path).unwrap();
        for arguments in readers(&run, picture.to_str().unwrap()) {
            let mut bytes = whole.clone();
            flip(&mut bytes, dice.below(8 * whole.len()));
            std::fs::write(&path, bytes).unwrap();
            let message = refused(&arguments, 2);
            assert!(message.contains(name) && message.contains("damaged"), "{arguments:?}: {message}");
            assert!(opened(Path::new(&run)).is_err_and(|message| message.contains(name)));
        }
        std::fs::write(&path, whole).unwrap();
    }
    assert!(!picture.exists());
    assert_eq!(opened(Path::new(&run)), Ok(()));
}

#[test]
fn item_05_a_changed_digit_of_a_table_is_said_and_added_rows_are_not() {
    let (_folder, run) = trained();
    let path = Path::new(&run).join("metrics.csv");
    let whole = std::fs::read_to_string(&path).unwrap();
    let resume = |steps| elbow(&["train", "--resume", "--extend", steps, "--steps", "1", "--out", &run]);
    // Rows beyond the checkpoint are those of a save that was cut off.
    let last = whole.lines().last().unwrap();
    std::fs::write(&path, format!("{whole}{last}\n")).unwrap();
    let ended = resume("Steps(1000)");
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    assert!(!said(&ended).contains("not as it was saved"), "{}", said(&ended));

    let digit = whole.find("-").expect("the bound is below zero") + 1;
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[digit] = if bytes[digit] == b'1' { b'2' } else { b'1' };
    std::fs::write(&path, bytes).unwrap();
    let ended = resume("Steps(1001)");
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    assert!(said(&ended).contains("metrics.csv is not as it was saved"), "{}", said(&ended));
    let ended = resume("Steps(1002)");
    assert!(!said(&ended).contains("not as it was saved"), "it is said once: {}", said(&ended));
}

/// An IDX file of 12 × 12 images.
fn idx(count: usize, pixel: impl Fn(usize) -> u8) -> Vec<u8> {
    let header = [0, 0, 8, 3].into_iter().chain([count as u32, 12, 12].into_iter().flat_map(u32::to_be_bytes));
    header.chain((0..count * 144).map(pixel)).collect()
}

/// A folder with `images.idx` and `labels.idx`, the former's path, and a run on them.
fn run_of(images: &[u8]) -> (tempfile::TempDir, PathBuf, String) {
    let (folder, experiment, run) = workshop(4);
    let file = folder.path().join("images.idx");
    std::fs::write(&file, images).unwrap();
    label(folder.path(), 7);
    let source = "Idx(images: \"images.idx\", labels: Some(\"labels.idx\"), test_images: None, test_labels: None)";
    std::fs::write(&experiment, tiny(4).replace("Shapes(count: 200, size: 32)", source)).unwrap();
    let ended = elbow(&["train", &experiment, "--out", &run]);
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    (folder, file, run)
}

/// Give all images one label; as many as are there.
fn label(folder: &Path, label: u8) {
    let images = std::fs::read(folder.join("images.idx")).unwrap();
    let count = u32::from_be_bytes(images[4..8].try_into().unwrap());
    let labels = [&[0, 0, 8, 1][..], &count.to_be_bytes(), &vec![label; count as usize]].concat();
    std::fs::write(folder.join("labels.idx"), labels).unwrap();
}

#[test]
fn item_05_other_data_are_refused_or_gone_on_with_when_told_to() {
    let pixel = |i: usize| (i * i % 251) as u8;
    let (folder, file, run) = run_of(&idx(100, pixel));
    let readers = readers(&run, folder.path().join("picture.png").to_str().unwrap());
    let progress = || std::fs::read(Path::new(&run).join("checkpoint/progress.json")).unwrap();
    let saved = progress();
    let other = idx(100, |i| if i == 77 { pixel(i) ^ 1 } else { pixel(i) });
    for (images, difference) in [(idx(99, pixel), "images where it had"), (other, "other ones")] {
        std::fs::write(&file, images).unwrap();
        label(folder.path(), 7);
        for arguments in &readers {
            let message = refused(arguments, 2);
            for part in [run.as_str(), file.to_str().unwrap(), difference, "--other-data"] {
                assert!(message.contains(part), "{arguments:?}: {part} is not in {message}");
            }
        }
        assert!(opened(Path::new(&run)).is_err_and(|message| message.contains(difference)));
        for arguments in readers.iter().filter(|arguments| arguments[0] != "train") {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(["--other-data"]).collect();
            let ended = elbow(&arguments);
            assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {}", said(&ended));
            assert!(said(&ended).contains(difference) && said(&ended).contains("all the same"), "{}", said(&ended));
        }
        assert!(progress() == saved, "who only looks changes nothing");
    }
    // Who trains on with other data has a run of these.
    let resume = [&["train"], &ONE_MORE[..], &["--out", &run]].concat();
    for (arguments, is_said) in [([&resume[..], &["--other-data"]].concat(), true), (resume.clone(), false)] {
        let ended = elbow(&arguments);
        assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
        assert_eq!(said(&ended).contains("other ones"), is_said, "{}", said(&ended));
    }
}

#[test]
fn item_05_images_of_another_shape_are_refused() {
    let (folder, file, run) = run_of(&idx(100, |i| (i % 256) as u8));
    let wide = [&idx(50, |_| 0)[..8], &[0, 0, 0, 12, 0, 0, 0, 24], &idx(100, |_| 9)[16..]].concat();
    std::fs::write(&file, wide).unwrap();
    label(folder.path(), 7);
    let resume = ["train", "--resume", "--other-data", "--out", &run].map(String::from);
    let message = refused(&resume, 2);
    assert!(message.contains("1 × 12 × 24") && message.contains("1 × 12 × 12"), "{message}");
    assert!(!message.contains("--other-data"), "{message}");
}

#[test]
fn item_05_other_labels_are_no_other_data() {
    let (folder, _, run) = run_of(&idx(100, |i| (i % 256) as u8));
    label(folder.path(), 8);
    let ended = elbow(&["eval", &run, "--images", "2", "--samples", "2"]);
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
}

#[test]
fn item_05_a_run_without_checksums_loads_with_a_note() {
    let (_folder, run) = trained();
    without_checksums(&run);
    let evaluate = ["eval", &run, "--images", "2", "--samples", "2"];
    let ended = elbow(&evaluate);
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    assert!(said(&ended).contains(&run) && said(&ended).contains("no checksums"), "{}", said(&ended));
    let ended = elbow(&[&["train"], &ONE_MORE[..], &["--out", &run]].concat());
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    let ended = elbow(&evaluate);
    assert!(ended.status.success() && !said(&ended).contains("no checksums"), "{}", said(&ended));
}

#[test]
fn item_05_an_experiment_that_was_changed_is_said() {
    let (_folder, run) = trained();
    let file = Path::new(&run).join("experiment.ron");
    let evaluate = ["eval", &run, "--images", "2", "--samples", "2"];
    assert!(!said(&elbow(&evaluate)).contains("experiment"));
    let mut experiment = Experiment::load(&file).unwrap();
    experiment.training.learning_rate *= 2.0;
    experiment.save(&file).unwrap();
    let ended = elbow(&evaluate);
    assert_eq!(ended.status.code(), Some(0), "{}", said(&ended));
    let told = "experiment.ron was changed after the run was saved (training.learning_rate: 0.001 → 0.002)";
    assert!(said(&ended).contains(told), "{}", said(&ended));
}

#[test]
fn item_05_weights_that_are_not_finite_are_refused() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let (folder, run) = trained();
        // As a run of before there were checksums.
        without_checksums(&run);
        let file = Path::new(&run).join("checkpoint/model.safetensors");
        let mut bytes = std::fs::read(&file).unwrap();
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&value.to_le_bytes());
        std::fs::write(&file, bytes).unwrap();
        for arguments in readers(&run, folder.path().join("picture.png").to_str().unwrap()) {
            let message = refused(&arguments, 1);
            assert!(message.contains("model.safetensors") && message.contains("learning rate"), "{message}");
        }
        assert!(opened(Path::new(&run)).is_err_and(|message| message.contains("model.safetensors")));
    }
}
