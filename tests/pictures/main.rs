//! Folders of pictures and procedural shapes as data sources.

mod damage;
mod listing;

use elbow::data::{Dataset, Split};
use elbow::experiment::{Binarisation, Data, Source};
use image::{GrayImage, Luma, Rgb, RgbImage};
use std::collections::HashMap;
use std::path::Path;

fn load(source: Source, seed: u64) -> Result<Dataset, String> {
    let data = Data { source, binarisation: Binarisation::None, validation: 0, ..Data::default() };
    Dataset::load(&data, seed, &mut |_| {}).map_err(|error| error.to_string())
}

fn folder(path: &Path, width: usize, height: usize, rgb: bool) -> Source {
    let mut source = Source::folder(path, 1);
    let Source::Folder { width: across, height: down, rgb: colour, .. } = &mut source else { unreachable!("a folder") };
    (*across, *down, *colour) = (width, height, rgb);
    source
}

fn grey_picture(path: &Path, width: u32, height: u32, level: u8) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    GrayImage::from_pixel(width, height, Luma([level])).save(path).expect("writable");
}

/// Every image of a set: its grey levels as bytes, its label.
fn all_images(dataset: &Dataset) -> Vec<(Vec<u8>, Option<u8>)> {
    let image = |split, index| {
        let pixels = dataset.gather_grey(split, &[index]).pixels;
        (pixels.iter().map(|x| (x * 255.0).round() as u8).collect(), dataset.label(split, index))
    };
    let mut all: Vec<_> = [Split::Train, Split::Test]
        .into_iter()
        .flat_map(|split| (0..dataset.len(split)).map(move |index| (split, index)))
        .map(|(split, index)| image(split, index))
        .collect();
    all.sort();
    all
}

#[test]
fn sub_folders_are_labels_and_sizes_are_brought_together() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (name, level, width) in
        [("cats/b.png", 20, 5), ("cats/a.PNG", 10, 8), ("dogs/x.jpg", 200, 16), ("dogs/y.jpeg", 220, 3)]
    {
        grey_picture(&root.path().join(name), width, width + 2, level);
    }
    // Not pictures, hidden, or too deep.
    std::fs::write(root.path().join("cats/notes.txt"), "no picture").expect("writable");
    std::fs::write(root.path().join("cats/._a.png"), "no picture").expect("writable");
    std::fs::create_dir_all(root.path().join("empty")).expect("writable");
    grey_picture(&root.path().join("dogs/deep/z.png"), 4, 4, 255);
    let mut words = Vec::new();
    let data = Data {
        source: folder(root.path(), 6, 4, false),
        binarisation: Binarisation::None,
        validation: 0,
        ..Data::default()
    };
    let dataset = Dataset::load(&data, 3, &mut |text| words.push(text.to_string())).expect("a good folder");
    assert_eq!((dataset.shape().channels, dataset.shape().height, dataset.shape().width), (1, 4, 6));
    let expected = [(10, 0), (20, 0), (200, 1), (220, 1)].map(|(level, label)| (vec![level; 24], Some(label)));
    assert_eq!(all_images(&dataset), expected);
    assert_eq!([0, 1].map(|label| dataset.label_name(label)), ["cats", "dogs"]);
    assert!(words.iter().any(|text| text == "reading image 1 of 4"), "{words:?}");
    assert!(dataset.warnings()[0].contains("one grey level throughout"), "{:?}", dataset.warnings());
}

#[test]
fn with_a_limit_only_the_pictures_in_use_are_decoded() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for i in 0..60_u8 {
        let class = if i % 2 == 0 { "even" } else { "odd" };
        grey_picture(&root.path().join(format!("{class}/{i:02}.png")), 3, 3, 4 * i);
    }
    let load = |limit, words: &mut Vec<String>| {
        let source = folder(root.path(), 2, 2, false);
        let data = Data { source, binarisation: Binarisation::Dynamic, validation: 3, limit, ..Data::default() };
        Dataset::load(&data, 5, &mut |text| words.push(text.to_string()))
    };
    let mut words = Vec::new();
    let all = load(None, &mut words).expect("a good folder");
    let some = load(Some(10), &mut words).expect("a good folder");
    assert!(words.iter().any(|text| text == "reading image 1 of 16"), "six for the test and ten: {words:?}");
    assert_eq!([Split::Train, Split::Validation, Split::Test].map(|split| some.len(split)), [7, 3, 6]);
    // What is left is what it was: grey levels, labels, and the draws of each image.
    for split in [Split::Validation, Split::Test] {
        let indices: Vec<usize> = (0..some.len(split)).collect();
        assert_eq!(some.gather_grey(split, &indices), all.gather_grey(split, &indices));
        assert_eq!(some.gather(split, &indices), all.gather(split, &indices));
        assert!(indices.iter().all(|&i| some.label(split, i) == all.label(split, i)));
    }
    // A picture that is not in use may be broken.
    let mut broken = 0;
    for i in 0..60_u8 {
        let level = f32::from(4 * i) / 255.0;
        let used = [Split::Train, Split::Validation, Split::Test]
            .iter()
            .any(|&split| (0..some.len(split)).any(|index| some.gather_grey(split, &[index]).pixels[0] == level));
        if !used {
            let class = if i % 2 == 0 { "even" } else { "odd" };
            std::fs::write(root.path().join(format!("{class}/{i:02}.png")), "broken").expect("writable");
            broken += 1;
        }
    }
    assert_eq!(broken, 44);
    assert!(load(Some(10), &mut words).is_ok() && load(None, &mut words).is_err());
}

#[test]
fn colours_stay_in_their_channels_and_pixels_in_their_places() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for name in ["a.png", "b.png"] {
        let picture = RgbImage::from_fn(2, 2, |x, y| Rgb([10 + x as u8, 100 + y as u8, 200 + (x + 2 * y) as u8]));
        picture.save(root.path().join(name)).expect("writable");
    }
    let dataset = load(folder(root.path(), 2, 2, true), 0).expect("a good folder");
    let expected = vec![10, 11, 10, 11, 100, 100, 101, 101, 200, 201, 202, 203];
    assert_eq!(all_images(&dataset), [(expected.clone(), None), (expected, None)]);
}

#[test]
fn shrinking_averages() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for name in ["a.png", "b.png"] {
        // Fine stripes on the left half, white on the right.
        let picture = GrayImage::from_fn(64, 64, |x, _| Luma([if x >= 32 || x % 2 == 0 { 255 } else { 0 }]));
        picture.save(root.path().join(name)).expect("writable");
    }
    let dataset = load(folder(root.path(), 4, 4, false), 0).expect("a good folder");
    let image = dataset.gather_grey(Split::Train, &[0]);
    assert!((image.pixels[0] - 0.5).abs() < 0.05 && image.pixels[3] > 0.98, "{:?}", image.pixels);
}

#[test]
fn photographs_are_turned_upright() {
    let root = tempfile::tempdir().expect("a temporary folder");
    // Left half black, right half white, and a note (EXIF orientation 6) to turn it clockwise by a quarter.
    let picture = GrayImage::from_fn(32, 32, |x, _| Luma([if x < 16 { 0 } else { 255 }]));
    let plain = root.path().join("plain.jpg");
    picture.save(&plain).expect("writable");
    let jpeg = std::fs::read(&plain).expect("just written");
    let mut exif = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0".to_vec();
    exif.extend([0; 4]);
    std::fs::write(root.path().join("turned.jpg"), [&jpeg[..2], &exif, &jpeg[2..]].concat()).expect("writable");
    let dataset = load(folder(root.path(), 2, 2, false), 0).expect("a good folder");
    let images: Vec<_> = all_images(&dataset)
        .into_iter()
        .map(|(image, _)| image.iter().map(|&grey| grey > 127).collect::<Vec<_>>())
        .collect();
    assert_eq!(images, [[false, false, true, true], [false, true, false, true]]);
}

#[test]
fn many_pictures_keep_their_labels_whatever_the_threads() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for i in 0..300u32 {
        let name = format!("{}/{i:03}.png", if i % 2 == 0 { "even" } else { "odd" });
        grey_picture(&root.path().join(name), 3, 3, (i % 251) as u8);
    }
    let dataset = load(folder(root.path(), 2, 2, false), 0).expect("a good folder");
    let mut expected: Vec<_> = (0..300u32).map(|i| (vec![(i % 251) as u8; 4], Some((i % 2) as u8))).collect();
    expected.sort();
    assert_eq!(all_images(&dataset), expected);
}

#[test]
fn bad_folders_and_pictures_are_refused_in_words() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let path = root.path();
    let refuse = |path: &Path, width| load(folder(path, width, 4, false), 0).expect_err("bad");
    assert!(refuse(&path.join("none"), 4).contains("there is no such folder"));
    assert!(refuse(path, 4).contains("holds no pictures"));
    std::fs::write(path.join("good.png"), []).expect("writable");
    assert!(refuse(&path.join("good.png"), 4).contains("is a file"));
    assert!(refuse(path, 4).contains("good.png"), "an empty file is named");
    grey_picture(&path.join("good.png"), 40, 40, 9);
    assert!(refuse(path, 4).contains("at least two images"));
    assert!(refuse(path, 0).contains("width and height"));
    assert!(refuse(path, 5_000).contains("width and height"));
    let whole = std::fs::read(path.join("good.png")).expect("just written");
    for (name, bytes) in [("cut.png", &whole[..whole.len() / 2]), ("text.jpg", &b"no picture at all"[..])] {
        std::fs::write(path.join(name), bytes).expect("writable");
        let error = refuse(path, 4);
        assert!(error.contains(name) && error.contains("cannot be decoded"), "{error}");
        std::fs::remove_file(path.join(name)).expect("just written");
    }
    // A header that claims 30,000 × 30,000 pixels is not believed.
    let mut bomb = whole;
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut check = flate2::Crc::new();
    check.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&check.sum().to_be_bytes());
    std::fs::write(path.join("bomb.png"), bomb).expect("writable");
    let error = refuse(path, 4);
    assert!(error.contains("bomb.png") && error.to_lowercase().contains("limit"), "{error}");
}

#[test]
fn loose_pictures_beside_sub_folders_are_warned_about() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for name in ["a.png", "sub/b.png", "sub/c.png"] {
        grey_picture(&root.path().join(name), 2, 2, 50);
    }
    let dataset = load(folder(root.path(), 2, 2, false), 0).expect("a good folder");
    assert_eq!(dataset.label(Split::Train, 0), None);
    assert!(dataset.warnings()[0].contains("not used as labels"), "{:?}", dataset.warnings());
}

#[test]
fn shapes_know_their_factors_in_every_split() {
    let source = |count| Source::Shapes { count, size: 32 };
    let data = Data { source: source(1_000), validation: 100, ..Data::default() };
    let dataset = Dataset::load(&data, 4, &mut |_| {}).expect("procedural");
    let sizes = [Split::Train, Split::Validation, Split::Test].map(|split| dataset.len(split));
    assert_eq!(sizes, [900, 100, 100]);
    // Images that share all five factors are the same image.
    let mut seen = HashMap::new();
    for split in [Split::Train, Split::Validation, Split::Test] {
        for index in 0..dataset.len(split) {
            let levels = dataset.factor_levels(split, index).expect("procedural");
            let [shape, _, _, x, y] = levels else { panic!("{levels:?}") };
            assert_eq!(dataset.label(split, index), Some(*shape));
            assert_eq!(dataset.label_name(*shape), dataset.known_factors()[0].level_names[usize::from(*shape)]);
            let image = dataset.gather_grey(split, &[index]).pixels;
            // The brightest place is where x and y say: the pixel at the centre is white.
            let place = |level: u8| ((0.25 + 0.5 * f32::from(level) / 31.0) * 32.0) as usize;
            assert_eq!(image[place(*y) * 32 + place(*x)], 1.0, "{levels:?}");
            assert_eq!(*seen.entry(levels.to_vec()).or_insert_with(|| image.clone()), image);
        }
    }
    // The test images are the same however many images one trains on.
    let more = load(source(2_000), 4).expect("procedural");
    assert_eq!(more.gather_grey(Split::Test, &[7]), dataset.gather_grey(Split::Test, &[7]));
    assert_eq!(load(Source::Mnist, 4).expect("embedded").factor_levels(Split::Train, 0), None);
    for bad in [Source::Shapes { count: 0, size: 32 }, Source::Shapes { count: 10, size: 33 }, source(usize::MAX)] {
        assert!(load(bad, 0).expect_err("bad").contains("data.source"));
    }
}
