//! The data room from outside: the embedded MNIST, splits, binarisation and batches, against what they promise.

use elbow::data::{Batch, Batches, DataError, Dataset, Position, Split};
use elbow::experiment::{Binarisation, Data, Source};
use elbow::random::{Purpose, Stream};
use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn load(data: &Data, seed: u64) -> Result<Dataset, DataError> {
    Dataset::load(data, seed, &mut |_| {})
}

fn mnist(binarisation: Binarisation) -> Dataset {
    load(&Data { binarisation, ..Data::default() }, 7).expect("embedded")
}

/// An IDX file of these dimensions, magic number included.
fn idx(dimensions: &[u32], elements: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
    bytes.extend(dimensions.iter().flat_map(|n| n.to_be_bytes()));
    bytes.extend_from_slice(elements);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("into memory");
    encoder.finish().expect("into memory")
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a writable temporary folder");
    path
}

fn idx_source(images: PathBuf, labels: Option<PathBuf>) -> Source {
    Source::Idx { images, labels, test_images: None, test_labels: None }
}

/// 100 images of 2×3 pixels; pixel j of image i is 10·j + i mod 10 (so that images can be told apart by value).
fn small_set(folder: &Path) -> Source {
    let pixels: Vec<u8> = (0..600u32).map(|k| (10 * (k % 6) + k / 6) as u8).collect();
    let labels: Vec<u8> = (0..100).collect();
    idx_source(
        write(folder, "images", &idx(&[100, 2, 3], &pixels)),
        Some(write(folder, "labels", &gzip(&idx(&[100], &labels)))),
    )
}

#[test]
fn embedded_mnist_is_the_real_one() {
    for (name, size, crc) in [
        ("train-images-idx3-ubyte", 47_040_016, 0xe9f4_d8b3),
        ("train-labels-idx1-ubyte", 60_008, 0xe0cb_4ad2),
        ("t10k-images-idx3-ubyte", 7_840_016, 0x9137_3bdf),
        ("t10k-labels-idx1-ubyte", 10_008, 0x4ab9_eff9),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/mnist").join(format!("{name}.gz"));
        let file = std::fs::File::open(path).expect("in the repository");
        let mut reader = flate2::CrcReader::new(flate2::read::GzDecoder::new(file));
        assert_eq!(std::io::copy(&mut reader, &mut std::io::sink()).expect("gzip"), size, "{name}");
        assert_eq!(reader.crc().sum(), crc, "{name}");
    }
    let data = mnist(Binarisation::None);
    assert_eq!((data.shape().channels, data.shape().height, data.shape().width), (1, 28, 28));
    assert_eq!([Split::Train, Split::Validation, Split::Test].map(|s| data.len(s)), [55_000, 5_000, 10_000]);
    // The first ten test digits, as anyone who has met MNIST knows them.
    let labels: Vec<u8> = (0..10).filter_map(|i| data.label(Split::Test, i)).collect();
    assert_eq!(labels, [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    // Mean grey level of the 60,000 training images: 0.1307, in every tutorial.
    let whole = load(&Data { validation: 0, ..Data::default() }, 0).expect("embedded");
    let mean = whole.training_mean();
    assert!((mean.iter().sum::<f32>() / 784.0 - 0.1307).abs() < 5e-5);
}

#[test]
fn splits_are_disjoint_cover_everything_and_follow_the_seed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Data { source: small_set(folder.path()), validation: 20, ..Data::default() };
    let labels = |dataset: &Dataset, split| -> Vec<u8> {
        (0..dataset.len(split)).filter_map(|i| dataset.label(split, i)).collect()
    };
    let parts = |data: &Data, seed| {
        let dataset = load(data, seed).expect("a good set");
        [Split::Train, Split::Validation, Split::Test].map(|split| labels(&dataset, split))
    };
    let [train, validation, test] = parts(&data, 1);
    assert_eq!([train.len(), validation.len(), test.len()], [70, 20, 10]);
    let all: HashSet<u8> = [&train[..], &validation, &test].concat().into_iter().collect();
    assert_eq!(all.len(), 100);
    assert_eq!(parts(&data, 1), [train.clone(), validation.clone(), test.clone()]);
    assert_ne!(parts(&data, 2)[2], test);
    // A limit takes training images away and nothing else.
    let [fewer, same_validation, same_test] = parts(&Data { limit: Some(50), ..data.clone() }, 1);
    assert_eq!(fewer.len(), 30);
    assert!(fewer.iter().all(|label| train.contains(label)));
    assert_eq!((same_validation, same_test), (validation, test));
    // Without a validation set, validation reads the training images.
    let [train, validation, _] = parts(&Data { validation: 0, ..data.clone() }, 1);
    assert_eq!((train.len(), &train), (90, &validation));
    let error = load(&Data { validation: 0, limit: Some(0), ..data }, 1).expect_err("too few images");
    assert!(error.to_string().contains("data.limit"), "{error}");
}

#[test]
fn a_tenth_is_held_out_where_more_than_half_is_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sizes = |validation, limit| {
        let dataset = load(&Data { source: small_set(folder.path()), validation, limit, ..Data::default() }, 1);
        let dataset = dataset.expect("a good set");
        let said = dataset.notes().iter().any(|note| note.contains("data.validation asks for"));
        ([Split::Train, Split::Validation, Split::Test].map(|split| dataset.len(split)), said)
    };
    assert_eq!(sizes(45, None), ([45, 45, 10], false));
    assert_eq!(sizes(46, None), ([81, 9, 10], true));
    assert_eq!(sizes(5_000, None), ([81, 9, 10], true));
    assert_eq!(sizes(5_000, Some(5)), ([4, 1, 10], true));
    // Of one image none can be spared: it serves twice.
    assert_eq!(sizes(5_000, Some(1)), ([1, 1, 10], true));
}

#[test]
fn dynamic_binarisation_has_the_grey_level_as_its_mean() {
    let data = mnist(Binarisation::Dynamic);
    let indices: Vec<u32> = (0..32).collect();
    let grey = data.gather_grey(Split::Train, &(0..32).collect::<Vec<_>>()).pixels;
    let draws = 2_000;
    let (mut sum, mut batch) = (vec![0.0f64; grey.len()], Vec::new());
    for step in 0..draws {
        data.training_batch(&indices, step, &mut batch);
        assert!(batch.iter().all(|&x| x == 0.0 || x == 1.0));
        for (sum, &x) in sum.iter_mut().zip(&batch) {
            *sum += f64::from(x);
        }
    }
    let n = draws as f64;
    let (mut chi_squared, mut grey_pixels) = (0.0, 0.0);
    for (&sum, &p) in sum.iter().zip(&grey) {
        let p = f64::from(p);
        if p == 0.0 || p == 1.0 {
            assert_eq!(sum, p * n, "black is never and white always 1");
        } else {
            let z = (sum - n * p) / (n * p * (1.0 - p)).sqrt();
            assert!(z.abs() < 6.5, "{z} standard errors off");
            chi_squared += z * z;
            grey_pixels += 1.0;
        }
    }
    // χ² with that many degrees of freedom: mean n, variance 2n.
    assert!(grey_pixels > 1_000.0);
    assert!((chi_squared - grey_pixels).abs() < 5.0 * (2.0 * grey_pixels).sqrt(), "{chi_squared} of {grey_pixels}");
}

#[test]
fn a_training_batch_is_a_function_of_indices_and_step() {
    let data = mnist(Binarisation::Dynamic);
    let (mut a, mut b) = (Vec::new(), vec![9.0; 5]);
    data.training_batch(&[3, 1, 4], 10, &mut a);
    data.training_batch(&[3, 1, 4], 10, &mut b);
    assert_eq!(a, b);
    assert_eq!(a.len(), 3 * 784);
    data.training_batch(&[3, 1, 4], 11, &mut b);
    assert_ne!(a, b);
    // The same image twice in a batch is drawn twice.
    data.training_batch(&[3, 3], 10, &mut b);
    assert_ne!(b[..784], b[784..]);
}

#[test]
fn outside_training_an_image_is_always_the_same() {
    for mode in [Binarisation::Dynamic, Binarisation::Fixed] {
        let data = mnist(mode);
        let one = data.gather(Split::Test, &[5]);
        let some = data.gather(Split::Test, &[9, 5]);
        assert_eq!(some.image(1), one.image(0));
        assert!(one.pixels.iter().all(|&x| x == 0.0 || x == 1.0));
        assert_ne!(
            one.pixels,
            load(&Data { binarisation: mode, ..Data::default() }, 8)
                .expect("embedded")
                .gather(Split::Test, &[5])
                .pixels
        );
        // The same file position in train and test does not share its numbers: whole sets differ by chance alone.
        assert_ne!(data.gather(Split::Validation, &[5]).pixels, one.pixels);
    }
}

#[test]
fn fixed_binarisation_is_the_same_in_and_outside_training() {
    let data = mnist(Binarisation::Fixed);
    let mut batch = Vec::new();
    data.training_batch(&[17, 4_000], 123, &mut batch);
    assert_eq!(batch, data.gather(Split::Train, &[17, 4_000]).pixels);
    // Its mean is that of the drawn images.
    let count = data.len(Split::Train);
    let drawn = data.gather(Split::Train, &(0..count).collect::<Vec<_>>());
    let mean = data.training_mean();
    for pixel in [0, 350, 406, 407] {
        let expected = (0..count).map(|i| f64::from(drawn.image(i)[pixel])).sum::<f64>() / count as f64;
        assert!((f64::from(mean[pixel]) - expected).abs() < 1e-6);
    }
}

#[test]
fn threshold_and_grey_are_what_they_say() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pixels: Vec<u8> = (0..=255).collect();
    let source = idx_source(write(folder.path(), "ramp.gz", &gzip(&idx(&[2, 8, 16], &pixels))), None);
    let everything = |binarisation| {
        let dataset =
            load(&Data { source: source.clone(), binarisation, validation: 0, ..Data::default() }, 3).expect("good");
        let (train, test) = (dataset.gather(Split::Train, &[0]), dataset.gather(Split::Test, &[0]));
        let grey = dataset.gather_grey(Split::Train, &[0]);
        let mut batch = Vec::new();
        dataset.training_batch(&[0], 0, &mut batch);
        assert_eq!(batch, train.pixels);
        assert_eq!(dataset.training_mean(), train.pixels);
        if grey.pixels[0] == 0.0 { [train.pixels, test.pixels].concat() } else { [test.pixels, train.pixels].concat() }
    };
    for (grey, value) in everything(Binarisation::None).into_iter().enumerate() {
        assert_eq!(value, grey as f32 / 255.0);
    }
    for level in [0.0, 0.5, 128.0 / 255.0, 1.0, 1.5] {
        for (grey, value) in everything(Binarisation::Threshold(level)).into_iter().enumerate() {
            assert_eq!(value == 1.0, grey as f64 / 255.0 >= level, "grey {grey}, threshold {level}");
        }
    }
}

/// `count` batches, whose pixels are checked against their indices and step.
fn take(batches: &mut Batches, dataset: &Dataset, count: usize) -> Vec<Batch> {
    let mut expected = Vec::new();
    let take = |_| {
        let batch = batches.next();
        dataset.training_batch(&batch.indices, batch.step, &mut expected);
        assert_eq!(batch.pixels, expected);
        batches.recycle(batch.clone());
        batch
    };
    (0..count).map(take).collect()
}

#[test]
fn every_epoch_visits_each_image_once_in_an_order_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Data { source: small_set(folder.path()), validation: 0, ..Data::default() };
    let dataset = Arc::new(load(&data, 1).expect("good"));
    let mut batches = Batches::start(dataset.clone(), 5, 16, Position::default());
    let mut orders = Vec::new();
    for epoch in 0..3 {
        // 90 images: five batches of 16 and one of 10.
        let taken = take(&mut batches, &dataset, 6);
        assert!(taken.iter().all(|b| b.epoch == epoch));
        assert_eq!(taken.iter().map(|b| b.start).collect::<Vec<_>>(), [0, 16, 32, 48, 64, 80]);
        assert_eq!(taken.iter().map(|b| b.step).collect::<Vec<_>>(), (6 * epoch..6 * epoch + 6).collect::<Vec<_>>());
        assert_eq!(
            taken.iter().map(|b| b.last_of_epoch).collect::<Vec<_>>(),
            [false, false, false, false, false, true]
        );
        orders.push(taken.iter().flat_map(|b| b.indices.clone()).collect::<Vec<_>>());
    }
    assert_ne!(orders[0], orders[1]);
    for order in &mut orders {
        order.sort_unstable();
        assert_eq!(*order, (0..90).collect::<Vec<_>>());
    }
}

#[test]
fn resumed_batches_equal_uninterrupted_ones_through_changes_of_batch_size() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Data { source: small_set(folder.path()), validation: 10, ..Data::default() };
    let dataset = Arc::new(load(&data, 1).expect("good"));
    // Sizes in force for so many batches each; 80 images an epoch.
    let plan = [(7, 5), (30, 4), (1, 3), (80, 2), (1_000, 2), (11, 20)];
    let mut whole = Batches::start(dataset.clone(), 5, 3, Position::default());
    let mut expected = Vec::new();
    for (size, count) in plan {
        whole.set_batch_size(size);
        expected.extend(take(&mut whole, &dataset, count));
    }
    let mut position = Position::default();
    let mut seen = Vec::new();
    for (size, count) in plan {
        for _ in 0..count {
            // A fresh start at every single batch.
            let mut batches = Batches::start(dataset.clone(), 5, size, position);
            assert_eq!(batches.position(), position);
            seen.extend(take(&mut batches, &dataset, 1));
            position = batches.position();
        }
    }
    assert_eq!(seen, expected);
    assert_eq!(position, whole.position());
    // Through all those changes, every whole epoch still visited each image once.
    for epoch in 0..expected.last().expect("some").epoch {
        let mut order: Vec<u32> =
            expected.iter().filter(|b| b.epoch == epoch).flat_map(|b| b.indices.clone()).collect();
        order.sort_unstable();
        assert_eq!(order, (0..80).collect::<Vec<_>>());
    }
}

#[test]
fn a_seed_means_the_same_in_every_version_and_on_every_machine() {
    let mut check = flate2::Crc::new();
    let dataset = Arc::new(mnist(Binarisation::Dynamic));
    let mut batches = Batches::start(dataset.clone(), 7, 100, Position { epoch: 3, offset: 50, step: 1_650 });
    for batch in take(&mut batches, &dataset, 3) {
        check.update(&batch.indices.iter().flat_map(|index| index.to_le_bytes()).collect::<Vec<_>>());
        check.update(&batch.pixels.iter().map(|&x| x as u8).collect::<Vec<_>>());
    }
    for split in [Split::Train, Split::Validation, Split::Test] {
        let images = dataset.gather(split, &(0..100).collect::<Vec<_>>());
        check.update(&images.pixels.iter().map(|&x| x as u8).collect::<Vec<_>>());
    }
    let mut normals = vec![0.0; 1_001];
    Stream::new(7, Purpose::Epsilon).fill_normal(12, &mut normals);
    check.update(&normals.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>());
    // What this program gave when the test was written: a change here breaks every saved run.
    assert_eq!(check.sum(), 0xe925_8fd1, "{:08x}", check.sum());
}

#[test]
fn dropped_batches_let_go_of_the_data() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = Data { source: small_set(folder.path()), validation: 0, ..Data::default() };
    let dataset = Arc::new(load(&data, 1).expect("good"));
    for taken in 0..4 {
        let mut batches = Batches::start(dataset.clone(), 5, 16, Position::default());
        take(&mut batches, &dataset, taken);
        drop(batches);
        assert_eq!(Arc::strong_count(&dataset), 1, "the thread has ended");
    }
}

/// A part that stands for all: its images are as far from the training images' mean as all are, which those that come
/// first in a file need not be.
#[test]
fn item_03_a_part_of_a_split_stands_for_all_of_it() {
    let dataset = mnist(Binarisation::Threshold(0.5));
    let mean = dataset.training_mean();
    let distance = |indices: &[usize]| {
        let images = dataset.gather(Split::Validation, indices);
        let squares = images.pixels.iter().zip(mean.iter().cycle()).map(|(x, m)| f64::from(x - m).powi(2));
        squares.sum::<f64>() / indices.len() as f64
    };
    let all: Vec<usize> = (0..dataset.len(Split::Validation)).collect();
    let chosen = dataset.representative(Split::Validation, 500);
    assert_eq!(chosen, dataset.representative(Split::Validation, 500), "always the same");
    assert!(chosen.len() == 500 && chosen.windows(2).all(|pair| pair[0] < pair[1]));
    let (whole, part) = (distance(&all), distance(&chosen));
    assert!((part - whole).abs() < 0.1, "{part} of the part, {whole} of all");
    assert_eq!(dataset.representative(Split::Validation, usize::MAX), all);
}
