//! Arrays that are larger than what may be held: they stay in their files, and a run on them is the same as one on
//! arrays that are held.

#[path = "fuzz/memory.rs"]
mod memory;

use elbow::data::{Batches, Dataset, Position, Split, Survey};
use elbow::experiment::{Binarisation, Data, Source};
use memory::peak_during;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Bytes that may be held of one array.
const MOST: usize = 2 << 20;

/// Images of an array, which takes 23 MB as bytes.
const COUNT: usize = 30_000;
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;

/// The grey level of a pixel: a bright bar on noise, so that there is something to learn.
fn level(image: usize, pixel: usize) -> u8 {
    let noise = (image * 7_919 + pixel * 104_729).wrapping_mul(2_654_435_761) >> 13 & 63;
    if pixel / SIDE == image % SIDE { 255 } else { noise as u8 }
}

/// An NPY file of this type and shape.
fn npy(path: &Path, kind: &str, shape: &[usize], elements: impl Iterator<Item = u8>) {
    let shape: Vec<String> = shape.iter().map(|side| format!("{side},")).collect();
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({}), }}", shape.join(" "));
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    bytes.extend(elements);
    std::fs::write(path, bytes).expect("a file");
}

fn bytes_of(count: usize) -> impl Iterator<Item = u8> {
    (0..count).flat_map(|image| (0..PIXELS).map(move |pixel| level(image, pixel)))
}

/// One set of images as bytes, as floats with a missing value here and there, in colour with channels last, and as IDX.
fn write_all(folder: &Path) -> Vec<(PathBuf, Source)> {
    let file = |name: &str| folder.join(name);
    npy(&file("grey.npy"), "|u1", &[COUNT, SIDE, SIDE], bytes_of(COUNT));
    let float = |(i, byte): (usize, u8)| if i % 1_000 == 7 { f32::NAN } else { f32::from(byte) / 64.0 }.to_le_bytes();
    npy(&file("real.npy"), "<f4", &[COUNT / 4, SIDE, SIDE], bytes_of(COUNT / 4).enumerate().flat_map(float));
    npy(&file("colour.npy"), "|u1", &[COUNT / 3, SIDE, SIDE, 3], bytes_of(COUNT));
    let mut idx = vec![0, 0, 8, 3];
    [COUNT, SIDE, SIDE].iter().for_each(|side| idx.extend((*side as u32).to_be_bytes()));
    idx.extend(bytes_of(COUNT));
    std::fs::write(file("grey.idx"), idx).expect("a file");
    let arrays = ["grey.npy", "real.npy", "colour.npy"].map(|name| (file(name), Source::arrays(&file(name))));
    let idx = Source::Idx { images: file("grey.idx"), labels: None, test_images: None, test_labels: None };
    arrays.into_iter().chain([(file("grey.idx"), idx)]).collect()
}

/// The one test of this file, since what may be held is read from the environment once.
#[test]
fn what_is_larger_than_may_be_held_is_read_as_it_is_needed() {
    // SAFETY: no other test runs in this process, and nothing has read the environment yet.
    unsafe { std::env::set_var("ELBOW_HOLD_MIB", (MOST >> 20).to_string()) };
    let folder = tempfile::tempdir().expect("a folder");
    for (path, source) in write_all(folder.path()) {
        let name = path.display();
        let data = Data { source, binarisation: Binarisation::None, ..Data::default() };
        let (dataset, peak) = peak_during(|| Dataset::load(&data, 3, &mut |_| {}).expect("good data"));
        let on_disk = std::fs::metadata(&path).expect("a file").len() as usize;
        assert!(on_disk > 10 * MOST, "{name}");
        assert!(peak < 2 * MOST, "{name}: reading took {peak} bytes");
        assert!(dataset.notes().iter().any(|note| note.contains("stay in their file")), "{name}");
        check_values(&dataset, &path);
        let dataset = Arc::new(dataset);
        let (survey, peak) = peak_during(|| Survey::of(&dataset, &mut |_| {}, &|| false).expect("not called off"));
        assert!(peak < 6 * MOST, "{name}: a look took {peak} bytes");
        assert_eq!(survey.values.missing > 0, path.ends_with("real.npy"), "{name}");
        // An epoch, each image once.
        let (seen, peak) = peak_during(|| epoch(&dataset));
        assert!(peak < 3 * MOST, "{name}: an epoch took {peak} bytes");
        assert!(seen.iter().all(|&seen| seen), "{name}");
    }
    runs_are_equal(folder.path());
}

/// Some images of each split are those of the file.
fn check_values(dataset: &Dataset, path: &Path) {
    let shape = dataset.shape();
    for split in [Split::Train, Split::Validation, Split::Test] {
        for index in (0..dataset.len(split)).step_by(97) {
            let image = dataset.number(split, index) as usize;
            let found = dataset.gather_grey(split, &[index]).pixels;
            for (i, found) in found.into_iter().enumerate() {
                let (channel, pixel) = (i / PIXELS, i % PIXELS);
                let at = image * shape.pixels() + pixel * shape.channels + channel;
                let byte = f32::from(level(at / PIXELS, at % PIXELS));
                let right = match path.ends_with("real.npy") {
                    true if at % 1_000 == 7 => found.is_nan(),
                    // The range of the values, 0 to 255/64, becomes 0 to 1.
                    true => (found - byte / 255.0).abs() < 1e-6,
                    false => found == byte / 255.0,
                };
                assert!(right, "{}: image {image}, value {i}: {found} for {byte}", path.display());
            }
        }
    }
}

/// Draw all batches of an epoch; which images came.
fn epoch(dataset: &Arc<Dataset>) -> Vec<bool> {
    let mut seen = vec![false; dataset.len(Split::Train)];
    let mut batches = Batches::start(dataset.clone(), 1, 100, Position::default());
    loop {
        let batch = batches.next();
        for &index in &batch.indices {
            assert!(!std::mem::replace(&mut seen[index as usize], true), "an image comes once an epoch");
        }
        let last = batch.last_of_epoch;
        batches.recycle(batch);
        if last {
            return seen;
        }
    }
}

/// Whether an array is held or stays in its file changes nothing about a run.
fn runs_are_equal(folder: &Path) {
    for name in ["grey.npy", "real.npy"] {
        let run = |most: &str| {
            let out = folder.join(format!("{name}-{most}"));
            let source = format!("data.source=Arrays(file: {:?})", folder.join(name));
            let done = Command::new(env!("CARGO_BIN_EXE_elbow"))
                .args(["train", "mnist-2d", "--device=cpu", "--steps=8", "--set", &source, "--set=data.limit=2000"])
                .args(["--set=data.binarisation=None", "--set=decoder.likelihood=GaussianLearned"])
                .arg("--out")
                .arg(&out)
                .env("ELBOW_HOLD_MIB", most)
                .output()
                .expect("the program runs");
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(done.status.success(), "{said}");
            assert_eq!(said.contains("stay in their file"), most == "1", "{said}");
            let table = std::fs::read_to_string(out.join("metrics.csv")).expect("a table of reports");
            let mut rows = table.lines().map(|row| row.split(',').map(String::from).collect::<Vec<_>>());
            let head = rows.next().expect("a header");
            // All but what the clock says.
            let is_kept = |column: &usize| !["seconds", "images_per_second"].contains(&head[*column].as_str());
            let kept: Vec<usize> = (0..head.len()).filter(is_kept).collect();
            assert_eq!(kept.len() + 2, head.len(), "{head:?}");
            let rows: Vec<Vec<String>> = rows.map(|row| kept.iter().map(|&i| row[i].clone()).collect()).collect();
            (rows, std::fs::read(out.join("checkpoint").join("model.safetensors")).expect("a model"))
        };
        let (held, stayed) = (run("1000"), run("1"));
        assert!(held.0.len() > 1);
        assert_eq!(held.0, stayed.0, "{name}");
        assert!(held.1 == stayed.1, "{name}: the models differ");
    }
}
