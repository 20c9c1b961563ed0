//! Runs a body on its corpus and on mutations of it.

use super::dice::Dice;
use super::memory::peak_during;
use super::mutate::mutate;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Mutations of a body, where `ELBOW_FUZZ` does not say how many.
const FEW: usize = 300;

/// A file that takes its bytes anew each time.
pub struct Scratch {
    folder: tempfile::TempDir,
    name: &'static str,
}

impl Scratch {
    pub fn new(name: &'static str) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), name }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Write the file; its path.
    pub fn write(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(self.name);
        std::fs::write(&path, bytes).expect("a writable folder");
        path
    }

    /// The value that was read from the file, or the message, which must name the file.
    pub fn named<T>(&self, read: Result<T, impl ToString>) -> Result<T, String> {
        read.map_err(|error| {
            let message = error.to_string();
            assert!(message.contains(self.name), "{} is not named: {message}", self.name);
            message
        })
    }
}

/// The files of a corpus, with their names.
pub fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            (entry.file_name().into_string().expect("UTF-8"), std::fs::read(entry.path()).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

/// Run a body on the files of a corpus, of which those called `good…` must be taken and those called `bad…` refused;
/// then on mutations of them. The body returns the message of a refusal, and may take `most` bytes and a hundred times
/// its input.
pub fn fuzz(name: &str, most: usize, body: impl FnMut(&[u8]) -> Result<(), String>) {
    fuzz_files(name, corpus(name), most, body);
}

/// [`fuzz`], on files that are given.
pub fn fuzz_files(
    name: &str,
    files: Vec<(String, Vec<u8>)>,
    most: usize,
    mut body: impl FnMut(&[u8]) -> Result<(), String>,
) {
    // One at a time: memory is counted for all threads together.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut run = |bytes: &[u8], what: &str| {
        let (result, peak) = peak_during(|| catch_unwind(AssertUnwindSafe(|| body(bytes))));
        let input = || {
            let path = std::env::temp_dir().join(format!("elbow-fuzz-{name}"));
            let _ = std::fs::write(&path, bytes);
            path.display().to_string()
        };
        let Ok(result) = result else { panic!("{name}, {what}: panicked; the input is in {}", input()) };
        let fair = most + 100 * bytes.len();
        assert!(peak <= fair, "{name}, {what}: took {peak} bytes, not {fair}; the input is in {}", input());
        if let Err(message) = &result {
            assert!(!message.trim().is_empty(), "{name}, {what}: no message; the input is in {}", input());
        }
        result
    };
    for (file, bytes) in &files {
        match run(bytes, file) {
            Ok(()) => assert!(!file.starts_with("bad"), "{name}/{file} was taken"),
            Err(message) => assert!(!file.starts_with("good"), "{name}/{file} was refused: {message}"),
        }
    }
    let count = std::env::var("ELBOW_FUZZ").map_or(FEW, |count| count.parse().expect("ELBOW_FUZZ is a number"));
    let files: Vec<Vec<u8>> = files.into_iter().map(|(_, bytes)| bytes).collect();
    let (start, mut taken) = (Instant::now(), 0);
    for seed in 0..count {
        let mut dice = Dice(seed as u64);
        let mut bytes = files[dice.below(files.len())].clone();
        mutate(&mut bytes, &files, &mut dice);
        taken += usize::from(run(&bytes, &format!("mutation {seed}")).is_ok());
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{name}: {count} mutations in {seconds:.1} s, {taken} taken, {} refused", count - taken);
}
