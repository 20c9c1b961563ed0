//! IDX files from outside: good ones of every kind read exactly, bad ones are refused in words, and no header makes the
//! reader allocate what it claims.

use elbow::data::{Dataset, ImageShape, Split};
use elbow::experiment::{Binarisation, Data, Source};
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Counts each thread's live bytes, and the most there were since [`peak_during`] began.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: hands everything to the system's allocator; `realloc` goes through `alloc` and `dealloc` by default.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.set(LIVE.get() + layout.size() as isize);
        PEAK.set(PEAK.get().max(LIVE.get()));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The result of `work`, and the bytes by which this thread's memory grew at most while it ran.
fn peak_during<T>(work: impl FnOnce() -> T) -> (T, isize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = work();
    (result, PEAK.get() - before)
}

/// An IDX file of this element type and these dimensions.
fn idx_of(element: u8, dimensions: &[u32], elements: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, element, dimensions.len() as u8];
    bytes.extend(dimensions.iter().flat_map(|n| n.to_be_bytes()));
    bytes.extend_from_slice(elements);
    bytes
}

fn idx(dimensions: &[u32], elements: &[u8]) -> Vec<u8> {
    idx_of(8, dimensions, elements)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("into memory");
    encoder.finish().expect("into memory")
}

/// A folder for files, and loading from it.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("a writable folder");
        path
    }

    /// The message that these images (and labels) are refused with.
    fn refuse(&self, images: &[u8], labels: Option<&[u8]>) -> String {
        let images = self.write("images", images);
        let labels = labels.map(|bytes| self.write("labels", bytes));
        let error = load(source(images, labels)).expect_err("malformed");
        assert!(error.contains(&self.0.path().display().to_string()), "names the file: {error}");
        error
    }
}

fn source(images: PathBuf, labels: Option<PathBuf>) -> Source {
    Source::Idx { images, labels, test_images: None, test_labels: None }
}

fn load(source: Source) -> Result<Dataset, String> {
    let data = Data { source, binarisation: Binarisation::None, validation: 0, ..Data::default() };
    Dataset::load(&data, 0, &mut |_| {}).map_err(|error| error.to_string())
}

/// All images of a set as bytes, in any order of splits, sorted.
fn all_images(dataset: &Dataset) -> Vec<(Vec<u8>, Option<u8>)> {
    let mut all = Vec::new();
    for split in [Split::Train, Split::Test] {
        for index in 0..dataset.len(split) {
            let grey = dataset.gather_grey(split, &[index]);
            let bytes = grey.pixels.iter().map(|x| (x * 255.0).round() as u8).collect();
            all.push((bytes, dataset.label(split, index)));
        }
    }
    all.sort();
    all
}

#[test]
fn every_malformed_file_is_refused_in_words() {
    let files = Files::new();
    let good = idx(&[4, 2, 2], &[7; 16]);
    for (images, words) in [
        (vec![], "ends within its IDX header"),
        (vec![0, 0, 8], "ends within its IDX header"),
        (good[..10].to_vec(), "ends within its IDX header"),
        (good[..30].to_vec(), "truncated: its header says 4 × 2 × 2, 16 bytes, but only 14 follow"),
        ([&good[..], &[0]].concat(), "more bytes follow the 16"),
        (b"PK\x03\x04 and so on".to_vec(), "zip archive"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "a picture"),
        (b"<html>404</html>".to_vec(), "a web page"),
        (b"version https://git-lfs".to_vec(), "a Git LFS pointer"),
        (b"\x01\x02\x03\x04\x05".to_vec(), "it starts with the bytes 01 02 03 04"),
        (idx_of(0x0d, &[4, 2, 2], &[7; 64]), "32-bit floats"),
        (idx_of(0x99, &[4, 2, 2], &[7; 16]), "unknown type"),
        (idx(&[4], &[7; 4]), "looks like a labels file"),
        (idx(&[4, 4], &[7; 16]), "2 dimension(s), but images have 3 or 4"),
        (idx(&[0, 2, 2], &[]), "no images"),
        (idx(&[4, 0, 2], &[]), "a side must be 1 to 4096"),
        (idx(&[1, 5_000, 2], &[0; 10_000]), "a side must be 1 to 4096"),
        (idx(&[2, 2, 2, 2], &[7; 16]), "must be 1 (grey) or 3 (RGB)"),
        (idx(&[u32::MAX, 4096, 4096, 3], &[7; 16]), "more than the 4 GiB"),
        (idx(&[u32::MAX, 1, 1], &[7; 16]), "or 1,073,741,824 images"),
        (idx(&[u32::MAX, u32::MAX, u32::MAX, u32::MAX], &[7; 16]), "a side must be"),
        (idx(&[1, 2, 2], &[7; 4]), "at least two images"),
    ] {
        // The one message about counts concerns the data, not one file.
        if words == "at least two images" {
            let error = load(source(files.write("images", &images), None)).expect_err("too few");
            assert!(error.contains(words), "{error}");
            continue;
        }
        let plain = files.refuse(&images, None);
        assert!(plain.contains(words), "{plain}");
        let zipped = files.refuse(&gzip(&images), None);
        assert!(zipped.contains(words), "{zipped}");
    }
    for (labels, words) in [
        (idx(&[3], &[1; 3]), "3 labels for the 4 images"),
        (idx(&[4], &[1; 3]), "truncated"),
        (idx(&[4], &[1; 5]), "more bytes follow"),
        (idx(&[4, 2, 2], &[1; 16]), "looks like an images file"),
        (idx_of(0x0c, &[4], &[1; 16]), "32-bit integers"),
        (idx(&[u32::MAX], &[1; 16]), "or 1,073,741,824 images"),
        (idx(&[1 << 30], &[1; 16]), "truncated"),
    ] {
        let error = files.refuse(&good, Some(&labels));
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn damaged_gzip_is_refused_in_words() {
    let files = Files::new();
    let noise: Vec<u8> = (0..4_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let good = gzip(&idx(&[40, 10, 10], &noise));
    let cut = files.refuse(&good[..good.len() / 2], None);
    assert!(cut.contains("gzip data is damaged"), "{cut}");
    let without_checksum = files.refuse(&good[..good.len() - 8], None);
    assert!(without_checksum.contains("gzip data is damaged"), "{without_checksum}");
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 0x10;
    let flipped = files.refuse(&flipped, None);
    let words = ["gzip data is damaged", "truncated", "more bytes follow"];
    assert!(words.iter().any(|words| flipped.contains(words)), "{flipped}");
    let mut wrong_sum = good.clone();
    wrong_sum[good.len() - 6] ^= 1;
    let wrong_sum = files.refuse(&wrong_sum, None);
    assert!(wrong_sum.contains("gzip data is damaged"), "{wrong_sum}");
}

/// As `gunzip` reads it.
#[test]
fn item_13_gzip_may_come_in_pieces_and_be_filled_up_with_zeros() {
    let files = Files::new();
    let whole = idx(&[4, 2, 2], &(1..=16).collect::<Vec<u8>>());
    let plain = all_images(&load(source(files.write("plain", &whole), None)).expect("good"));
    let (front, back) = whole.split_at(13);
    let pieces = [gzip(front), gzip(back)].concat();
    for padding in [0, 1, 500, 70_000] {
        let padded = [&pieces[..], &vec![0; padding]].concat();
        let read = load(source(files.write("padded.gz", &padded), None)).expect("good");
        assert_eq!(all_images(&read), plain, "{padding} zeros");
    }
    let garbage = files.refuse(&[&pieces[..], &[0; 20], b"garbage"].concat(), None);
    assert!(garbage.contains("gzip data is damaged"), "{garbage}");
    let garbage = files.refuse(&[&pieces[..], b"garbage"].concat(), None);
    assert!(garbage.contains("gzip data is damaged"), "{garbage}");
}

#[test]
fn neither_a_claim_nor_a_bomb_is_allocated() {
    let files = Files::new();
    // A header that claims 4 GiB, and 16 bytes.
    let path = files.write("claim", &idx(&[1 << 20, 64, 64], &[7; 16]));
    let (result, peak) = peak_during(|| load(source(path, None)));
    assert!(result.expect_err("truncated").contains("truncated"));
    assert!(peak < 1 << 20, "{peak} bytes");
    // 64 MiB of zeros in 64 KiB of gzip, behind a header that announces four images.
    let mut bomb = idx(&[4, 2, 2], &[]);
    bomb.resize(64 << 20, 0);
    let path = files.write("bomb.gz", &gzip(&bomb));
    drop(bomb);
    let (result, peak) = peak_during(|| load(source(path, None)));
    assert!(result.expect_err("too long").contains("more bytes follow the 16"));
    assert!(peak < 1 << 20, "{peak} bytes");
}

/// A million images of 28×28 are 784 MB as bytes: they must not be held twice on the way, let alone as `f32`.
#[test]
fn images_take_hardly_more_memory_than_their_bytes() {
    let files = Files::new();
    let (count, test_count) = (8_000_u32, 4_000_u32);
    let noise =
        |count: u32| -> Vec<u8> { (0..count * 784).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect() };
    let (training, test) = (idx(&[count, 28, 28], &noise(count)), idx(&[test_count, 28, 28], &noise(test_count)));
    let size = (training.len() + test.len()) as f64;
    for zipped in [false, true] {
        let pack = |bytes: &[u8]| if zipped { gzip(bytes) } else { bytes.to_vec() };
        let source = Source::Idx {
            images: files.write("training", &pack(&training)),
            labels: None,
            test_images: Some(files.write("test", &pack(&test))),
            test_labels: None,
        };
        let (dataset, peak) = peak_during(|| load(source));
        assert_eq!(dataset.expect("good").len(Split::Train), count as usize);
        assert!((peak as f64) < 1.1 * size, "{peak} bytes for images of {size}, zipped: {zipped}");
    }
}

#[test]
fn a_missing_file_is_named_and_fashion_mnist_is_told_where_to_get() {
    let error = load(source("no/such/file".into(), None)).expect_err("missing");
    assert!(error.contains("no/such/file") && error.contains("no such file"), "{error}");
    let error = load(source("data/Fashion-MNIST/train-images-idx3-ubyte.gz".into(), None)).expect_err("missing");
    assert!(error.contains("github.com/zalandoresearch/fashion-mnist"), "{error}");
    assert!(error.contains("into data/Fashion-MNIST"), "{error}");
}

#[test]
fn test_files_are_their_own_split_and_must_fit() {
    let files = Files::new();
    let images = files.write("train", &idx(&[5, 1, 2], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    let labels = files.write("train-labels", &idx(&[5], &[0, 1, 2, 3, 4]));
    let test_images = files.write("test", &idx(&[2, 1, 2], &[11, 12, 13, 14]));
    let test_labels = files.write("test-labels", &idx(&[2], &[8, 9]));
    let whole = Source::Idx {
        images: images.clone(),
        labels: Some(labels.clone()),
        test_images: Some(test_images.clone()),
        test_labels: Some(test_labels),
    };
    let dataset = load(whole).expect("good");
    assert_eq!((dataset.len(Split::Train), dataset.len(Split::Test)), (5, 2));
    assert_eq!(dataset.gather_grey(Split::Test, &[1]).pixels, [13.0 / 255.0, 14.0 / 255.0]);
    assert_eq!([0, 1].map(|i| dataset.label(Split::Test, i)), [Some(8), Some(9)]);
    assert_eq!((0..5).filter_map(|i| dataset.label(Split::Train, i)).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    // Labels on one side only are no labels.
    let half =
        Source::Idx { images: images.clone(), labels: Some(labels), test_images: Some(test_images), test_labels: None };
    assert_eq!(load(half).expect("good").label(Split::Train, 0), None);
    let other_size = files.write("other", &idx(&[2, 2, 1], &[11, 12, 13, 14]));
    let misfit = Source::Idx { images, labels: None, test_images: Some(other_size), test_labels: None };
    let error = load(misfit).expect_err("sizes differ");
    assert!(error.contains("1 × 1 × 2") && error.contains("1 × 2 × 1"), "{error}");
}

/// Count, height, width, channels, and as many bytes.
fn any_stack() -> impl Strategy<Value = (u32, u32, u32, u32, Vec<u8>)> {
    (2..30u32, 1..9u32, 1..9u32, prop::sample::select(vec![1u32, 3])).prop_flat_map(|(n, h, w, c)| {
        prop::collection::vec(any::<u8>(), (n * h * w * c) as usize).prop_map(move |bytes| (n, h, w, c, bytes))
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read((n, h, w, c, bytes) in any_stack(), zipped: bool, labelled: bool, four: bool) {
        let files = Files::new();
        let pack = |bytes: Vec<u8>| if zipped { gzip(&bytes) } else { bytes };
        let rank = if c == 3 || four { 4 } else { 3 };
        let images = files.write("x", &pack(idx(&[n, h, w, c][..rank], &bytes)));
        let labels: Vec<u8> = (0..n as u8).collect();
        let labels = labelled.then(|| files.write("y", &pack(idx(&[n], &labels))));
        let dataset = load(source(images, labels)).expect("a good file");
        let shape = ImageShape { channels: c as usize, height: h as usize, width: w as usize };
        prop_assert_eq!(dataset.shape(), shape);
        let area = (h * w) as usize;
        let image = |bytes: &[u8]| -> Vec<u8> {
            (0..c as usize).flat_map(|channel| (0..area).map(move |i| bytes[i * c as usize + channel])).collect()
        };
        let mut expected: Vec<_> = bytes
            .chunks_exact(shape.pixels())
            .enumerate()
            .map(|(i, bytes)| (image(bytes), labelled.then_some(i as u8)))
            .collect();
        expected.sort();
        prop_assert_eq!(all_images(&dataset), expected);
    }

    #[test]
    fn arbitrary_bytes_are_refused_or_read_without_panic_or_great_allocation(
        header in prop::sample::select(vec![
            vec![],
            vec![0, 0, 8, 3],
            vec![0, 0, 8, 4],
            vec![0, 0, 8, 1],
            vec![0x1f, 0x8b],
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        small: bool,
        zipped: bool,
    ) {
            let files = Files::new();
        let mut content = [header, bytes].concat();
        if small {
            // Dimensions below 256, which a file may well fulfil.
            for byte in content.iter_mut().skip(4).take(16).enumerate().filter(|(i, _)| i % 4 != 3).map(|(_, b)| b) {
                *byte = 0;
            }
        }
        let path = files.write("anything", &if zipped { gzip(&content) } else { content });
        let (_, peak) = peak_during(|| load(source(path.clone(), Some(path))));
        prop_assert!(peak < 1 << 20, "{} bytes", peak);
    }
}

/// Real Fashion-MNIST where a Debian package has put it.
#[test]
fn fashion_mnist_is_read_where_it_is_installed() {
    let folder = Path::new("/usr/share/datasets/fashion-mnist");
    if !folder.exists() {
        eprintln!("not installed here (Debian: dataset-fashion-mnist)");
        return;
    }
    let dataset = load(Source::Idx {
        images: folder.join("train-images-idx3-ubyte.gz"),
        labels: Some(folder.join("train-labels-idx1-ubyte.gz")),
        test_images: Some(folder.join("t10k-images-idx3-ubyte.gz")),
        test_labels: Some(folder.join("t10k-labels-idx1-ubyte.gz")),
    })
    .expect("good");
    assert_eq!((dataset.len(Split::Train), dataset.len(Split::Test)), (60_000, 10_000));
    // Its mean grey level, as given with the set: 0.2860.
    let mean = dataset.training_mean().iter().sum::<f32>() / 784.0;
    assert!((mean - 0.2860).abs() < 1e-4, "{mean}");
}
