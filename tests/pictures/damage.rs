//! JPEG files that are whole, and the same files damaged. `good/` holds one of each kind, made by Pillow.

use super::{folder, grey_picture, load};
use std::path::{Path, PathBuf};

/// Names and bytes of whole files.
fn good() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/good");
    let entries = std::fs::read_dir(folder).expect("in the repository");
    let paths = entries.map(|entry| entry.expect("in the repository").path());
    let mut files: Vec<_> = paths
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("in the repository"))
        })
        .collect();
    files.sort();
    assert!(files.len() > 10);
    files
}

/// A folder for one damaged file after the other, beside a whole one.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        grey_picture(&root.path().join("whole.png"), 8, 8, 9);
        Self(root)
    }

    fn read(&self, bytes: &[u8]) -> Result<(), String> {
        let path: PathBuf = self.0.path().join("damaged.jpg");
        std::fs::write(&path, bytes).expect("writable");
        let outcome = load(folder(self.0.path(), 8, 8, true), 0).map(|_| ());
        if let Err(error) = &outcome {
            assert!(error.starts_with(&path.display().to_string()) && error.contains("cannot be decoded"), "{error}");
        }
        outcome
    }

    fn noticed(&self, bytes: &[u8]) -> bool {
        self.read(bytes).is_err()
    }
}

/// Where the pixels of the first scan begin, roughly.
fn pixels_at(bytes: &[u8]) -> usize {
    bytes.windows(2).position(|pair| pair == [0xff, 0xda]).expect("a scan") + 12
}

#[test]
fn item_09_whole_jpegs_of_every_kind_are_read() {
    let place = Place::new();
    for (name, bytes) in good() {
        place.read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        // Telephones put films, maps and second pictures behind the end.
        let trailed = [&bytes[..], b"MotionPhoto_Data", &bytes[..bytes.len() / 2]].concat();
        place.read(&trailed).unwrap_or_else(|error| panic!("{name} with a trailer: {error}"));
        // Words filled up with zeros, and fill bytes before the marker.
        let (body, end) = bytes.split_at(bytes.len() - 2);
        let padded = [body, &[0, 0], &[0xff], end].concat();
        place.read(&padded).unwrap_or_else(|error| panic!("{name} padded: {error}"));
    }
}

#[test]
fn item_09_cut_jpegs_are_refused_by_name() {
    let place = Place::new();
    for (name, bytes) in good() {
        for length in (1..20).map(|share| bytes.len() * share / 20).chain([bytes.len() - 3, bytes.len() - 2]) {
            assert!(place.noticed(&bytes[..length]), "{name} cut to {length} of {} bytes", bytes.len());
            let mut zeroed = bytes.clone();
            zeroed[length..].fill(0);
            assert!(place.noticed(&zeroed), "{name} zero from byte {length} of {} on", bytes.len());
        }
    }
}

/// The end marker is there, but not all that belongs before it.
#[test]
fn item_09_jpegs_with_a_hole_or_a_foreign_tail_are_refused() {
    let place = Place::new();
    let files = good();
    let (mut holes, mut tails) = ([0, 0], [0, 0]);
    for (name, bytes) in &files {
        for share in 1..20 {
            let at = bytes.len() * share / 20;
            let mut hole = bytes.clone();
            let end = bytes.len() - 2;
            hole[at.min(end)..end].fill(0);
            holes = [holes[0] + 1, holes[1] + usize::from(place.noticed(&hole))];
            let cut = [&bytes[..at.min(end)], &[0xff, 0xd9]].concat();
            assert!(place.noticed(&cut), "{name} cut at byte {at}, with an end marker");
            for (other, tail) in &files {
                let tail = &tail[tail.len() - (tail.len() / 3).min(bytes.len() - at)..];
                if other != name && tail != &bytes[bytes.len() - tail.len()..] {
                    tails = [tails[0] + 1, tails[1] + usize::from(place.noticed(&[&bytes[..at], tail].concat()))];
                }
            }
        }
    }
    // JPEG has no checksum: by chance, zeros or other pixels may fill a gap to the bit.
    eprintln!("holes noticed: {holes:?}, foreign tails: {tails:?}");
    assert!(holes[1] * 100 >= holes[0] * 98, "{holes:?}");
    assert!(tails[1] * 100 >= tails[0] * 99, "{tails:?}");
}

#[test]
fn item_09_progressive_jpegs_with_scans_missing_are_refused() {
    let place = Place::new();
    for (name, bytes) in good().into_iter().filter(|(name, _)| name.contains("progressive")) {
        let markers: Vec<usize> =
            bytes.windows(2).enumerate().filter(|(_, pair)| pair == &[0xff, 0xda]).map(|(at, _)| at).collect();
        assert!(markers.len() > 3, "{name}: {} scans", markers.len());
        for (index, &start) in markers.iter().enumerate() {
            // The scan's data ends at the next marker that is no restart.
            let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7);
            let end = start + 2 + bytes[start + 2..].windows(2).position(ends).expect("an end marker");
            let without = [&bytes[..start], &bytes[end..]].concat();
            let said = place.read(&without).expect_err(&name);
            assert!(said.contains("scans are missing"), "{name} without scan {index}: {said}");
        }
    }
}

/// Honest about the rest: a bit may change a coefficient and no code's length.
#[test]
fn item_09_a_good_share_of_flipped_bits_is_noticed() {
    let place = Place::new();
    let (mut flips, mut noticed) = (0, 0);
    for (_, bytes) in good() {
        let start = pixels_at(&bytes);
        for at in (start..bytes.len() - 2).step_by(7) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            flips += 1;
            noticed += usize::from(place.noticed(&flipped));
        }
    }
    eprintln!("{noticed} of {flips} flipped bits noticed");
    assert!(3 * noticed > flips, "{noticed} of {flips}");
}

#[test]
fn item_09_a_damaged_jpeg_in_a_folder_stops_the_run_by_name() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let (_, whole) = good().swap_remove(2);
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        std::fs::write(root.path().join(name), &whole).expect("writable");
    }
    load(folder(root.path(), 8, 8, false), 0).expect("whole");
    std::fs::write(root.path().join("b.jpg"), &whole[..whole.len() * 2 / 3]).expect("writable");
    let error = load(folder(root.path(), 8, 8, false), 0).expect_err("damaged");
    assert!(error.contains("b.jpg: cannot be decoded: its pixel data breaks off"), "{error}");
}
