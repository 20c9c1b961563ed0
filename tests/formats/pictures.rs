//! Pictures of every format, as Pillow writes them.

use super::{expected, good, load};
use elbow::data::{Dataset, Split};
use elbow::experiment::Source;

/// A folder with the two pictures of one kind, 5 pixels wide and 4 high.
fn folder_of(kind: &str, rgb: bool, background: f64) -> Dataset {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (stem, ending) = kind.split_once('.').expect("a stem and an ending");
    for n in 0..2 {
        let name = format!("{stem}-{n}.{ending}");
        std::fs::copy(good("pictures").join(&name), folder.path().join(&name)).expect("a fixture");
    }
    let mut source = Source::folder(folder.path(), 4);
    let Source::Folder { width, rgb: colour, background: backdrop, .. } = &mut source else { unreachable!("a folder") };
    (*width, *colour, *backdrop) = (5, rgb, background);
    load(source).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

/// The largest difference of any level from what is expected of the image, which is one of the two.
fn error_of(dataset: &Dataset, expect: impl Fn(usize) -> Vec<u8>) -> u8 {
    let read = |split| dataset.gather_grey(split, &[0]).pixels.iter().map(|x| (x * 255.0).round() as u8).collect();
    let (train, test): (Vec<u8>, Vec<u8>) = (read(Split::Train), read(Split::Test));
    let error = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().expect("pixels");
    let [zero, one] = [expect(0), expect(1)];
    error(&train, &zero).max(error(&test, &one)).min(error(&train, &one).max(error(&test, &zero)))
}

#[test]
fn every_format_is_read_as_it_was_written() {
    for kind in ["rgb.png", "palette.png", "rgb.tiff", "rgb-lzw.tif", "rgb-deflate.tif", "rgb.webp", "rgb.bmp"] {
        assert_eq!(error_of(&folder_of(kind, true, 1.0), |n| expected(n, 3)), 0, "{kind}");
    }
    for kind in ["grey.png", "grey16.png", "grey.tif", "grey16.tif", "palette.bmp", "grey.gif", "moving.gif"] {
        assert_eq!(error_of(&folder_of(kind, false, 1.0), |n| expected(n, 1)), 0, "{kind}");
    }
    let bits = |n| expected(n, 1).into_iter().map(|grey| if grey > 127 { 255 } else { 0 }).collect();
    assert_eq!(error_of(&folder_of("bits.png", false, 1.0), bits), 0);
}

#[test]
fn a_table_beside_a_folder_gives_labels_and_factors() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for n in 0..2 {
        let name = format!("rgb-{n}.png");
        std::fs::copy(good("pictures").join(&name), folder.path().join(name)).expect("a fixture");
    }
    let table = folder.path().join("labels.csv");
    let read = |text: &str, column: &str, columns: &str| {
        std::fs::write(&table, text).expect("a table");
        let mut source = Source::folder(folder.path(), 4);
        let Source::Folder { table: beside, label, factors, .. } = &mut source else { unreachable!("a folder") };
        (*beside, *label, *factors) = (Some(table.clone()), column.into(), columns.into());
        load(source)
    };
    let text = "file_name;label;size;hue\nrgb-1.png;dog;0.5;red\nrgb-0;cat;0.25;blue\nother.png;cow;1;red\n";
    let dataset = read(text, "", "size, hue").expect("a table");
    let names: Vec<String> = [Split::Train, Split::Test]
        .map(|split| dataset.label_name(dataset.label(split, 0).expect("a label")))
        .into_iter()
        .collect();
    assert!(names.contains(&"cat".to_owned()) && names.contains(&"dog".to_owned()), "{names:?}");
    let factors: Vec<_> = dataset.known_factors().iter().map(|it| (it.name.as_str(), it.categorical)).collect();
    assert_eq!(factors, [("size", false), ("hue", true)]);
    let levels: Vec<u8> =
        [Split::Train, Split::Test].map(|split| dataset.factor_levels(split, 0).expect("levels")[0]).to_vec();
    assert!(levels.contains(&0) && levels.contains(&1), "{levels:?}");
    let unknown = read(text, "colour", "").expect_err("refused");
    assert!(unknown.contains("no column `colour`") && unknown.contains("`hue`"), "{unknown}");
    let missing = read("file,label\nrgb-0.png,1\n", "", "").expect_err("refused");
    assert!(missing.contains("no row for 1 of the pictures (rgb-1.png)"), "{missing}");
    let twice = read("file,label\nrgb-0.png,1\nrgb-0.png,2\n", "", "").expect_err("refused");
    assert!(twice.contains("row 2: `rgb-0.png` has a row already"), "{twice}");
}

#[test]
fn transparent_pixels_lie_over_the_background() {
    for (background, level) in [(1.0, 255), (0.0, 0)] {
        let over = |n| {
            let opaque: Vec<bool> = expected(n, 1).into_iter().map(|grey| grey > 127).collect();
            let mask = opaque.iter().cycle();
            expected(n, 3).into_iter().zip(mask).map(|(it, &opaque)| if opaque { it } else { level }).collect()
        };
        for kind in ["alpha.png", "alpha.webp"] {
            assert_eq!(error_of(&folder_of(kind, true, background), over), 0, "{kind}");
        }
    }
}

#[test]
fn inks_become_colours_and_a_held_camera_is_turned() {
    // Pillow converts to inks without black, and the decoder back: both round.
    assert!(error_of(&folder_of("cmyk.tif", true, 1.0), |n| expected(n, 3)) <= 2);
    // JPEG of the best quality rounds what it transforms.
    assert!(error_of(&folder_of("turned.jpg", true, 1.0), |n| expected(n, 3)) <= 8);
}
