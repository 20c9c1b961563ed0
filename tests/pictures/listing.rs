//! The files of a folder that are read, and the sentences about the rest.

use super::{all_images, folder, grey_picture, load};
use elbow::data::{Dataset, Split};
use elbow::experiment::{Binarisation, Data, Source};
use image::{LumaA, Rgba};
use std::path::Path;

fn lengths(dataset: &Dataset) -> [usize; 3] {
    [Split::Train, Split::Validation, Split::Test].map(|split| dataset.len(split))
}

/// The grey levels of a split, as bytes.
fn levels(dataset: &Dataset, split: Split) -> Vec<u8> {
    let level = |index| (dataset.gather_grey(split, &[index]).pixels[0] * 255.0).round() as u8;
    (0..dataset.len(split)).map(level).collect()
}

#[test]
fn item_11_folders_called_train_and_test_are_splits() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for i in 0..12_u8 {
        grey_picture(&root.path().join(format!("train/{i:02}.png")), 3, 3, i);
        grey_picture(&root.path().join(format!("Test/{i:02}.png")), 3, 3, 100 + i);
    }
    let dataset = load(folder(root.path(), 2, 2, false), 0).expect("a good folder");
    assert_eq!(lengths(&dataset), [12, 12, 12], "without a validation folder, validation reads training images");
    assert_eq!(levels(&dataset, Split::Train), (0..12).collect::<Vec<_>>());
    assert_eq!(levels(&dataset, Split::Test), (100..112).collect::<Vec<_>>());
    assert_eq!(dataset.label(Split::Train, 0), None);
    let note = format!("{}: its sub-folders are splits, not labels", root.path().display());
    assert!(dataset.notes().iter().any(|said| said.starts_with(&note)), "{:?}", dataset.notes());
    assert!(dataset.notes()[0].contains("24 images: 12 for training"), "{:?}", dataset.notes());
}

#[test]
fn item_11_labels_lie_below_splits_and_mean_the_same_in_all() {
    let root = tempfile::tempdir().expect("a temporary folder");
    // No dogs to validate on, and cats last in the alphabet of the test.
    for (name, level) in [
        ("train/cat/a.png", 1),
        ("train/dog/b.png", 2),
        ("train/dog/c.png", 3),
        ("val/dog/d.png", 4),
        ("test/ant/e.png", 5),
        ("test/cat/f.png", 6),
        ("other/g.png", 7),
    ] {
        grey_picture(&root.path().join(name), 3, 3, level);
    }
    let source = folder(root.path(), 2, 2, false);
    // More than there are: the folder has its own.
    let data = Data { source, binarisation: Binarisation::None, validation: 5_000, ..Data::default() };
    let dataset = Dataset::load(&data, 0, &mut |_| {}).expect("a good folder");
    assert_eq!(lengths(&dataset), [3, 1, 2]);
    assert_eq!(levels(&dataset, Split::Train), [1, 2, 3]);
    assert_eq!(levels(&dataset, Split::Validation), [4]);
    assert_eq!(levels(&dataset, Split::Test), [5, 6]);
    let named = |split| -> Vec<String> {
        (0..dataset.len(split)).filter_map(|i| dataset.label(split, i)).map(|label| dataset.label_name(label)).collect()
    };
    assert_eq!(named(Split::Train), ["cat", "dog", "dog"]);
    assert_eq!(named(Split::Test), ["ant", "cat"]);
    assert!(dataset.warnings().iter().any(|said| said.contains("other")), "{:?}", dataset.warnings());
    // With a limit, the same images under the same numbers.
    let limited = Dataset::load(&Data { limit: Some(2), ..data }, 0, &mut |_| {}).expect("a good folder");
    assert_eq!(lengths(&limited), [2, 1, 2]);
    let indices = [0];
    assert_eq!(limited.gather(Split::Validation, &indices), dataset.gather(Split::Validation, &indices));
}

#[test]
fn item_11_a_lone_training_folder_is_read_and_a_class_called_train_is_a_class() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for name in ["train/cat/a.png", "train/cat/b.png", "train/dog/c.png"] {
        grey_picture(&root.path().join("lone").join(name), 3, 3, 9);
        grey_picture(&root.path().join("classes").join(name.replace("/cat", "")), 3, 3, 9);
    }
    let lone = load(folder(&root.path().join("lone"), 2, 2, false), 0).expect("a good folder");
    assert_eq!((lone.len(Split::Train), lone.len(Split::Test)), (2, 1));
    grey_picture(&root.path().join("classes/car/d.png"), 3, 3, 9);
    let classes = load(folder(&root.path().join("classes"), 2, 2, false), 0).expect("a good folder");
    assert_eq!([0, 1].map(|label| classes.label_name(label)), ["car", "train"]);
}

#[test]
fn item_12_what_is_passed_over_is_counted() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for i in 0..3 {
        grey_picture(&root.path().join(format!("{i}.PNG")), 3, 3, 9);
        for ending in ["avif", "heic", "pgm"] {
            std::fs::write(root.path().join(format!("{i}.{ending}")), "a picture").expect("writable");
        }
    }
    std::fs::write(root.path().join("README"), "no picture").expect("writable");
    let dataset = load(folder(root.path(), 2, 2, false), 0).expect("a good folder");
    let expected = format!(
        "{}: passed over: 10 other files (3 .avif, 3 .heic, 3 .pgm, 1 without ending); only PNG, JPEG, TIFF, \
         WebP, BMP and GIF are read",
        root.path().display()
    );
    assert!(dataset.warnings().contains(&expected), "{:?}", dataset.warnings());
    let count =
        format!("{}: 3 images: 2 for training, the validation on the same, 1 for the test", root.path().display());
    assert_eq!(dataset.notes()[0], count);
    for i in 0..3 {
        std::fs::remove_file(root.path().join(format!("{i}.PNG"))).expect("just written");
    }
    let error = load(folder(root.path(), 2, 2, false), 0).expect_err("nothing to read");
    assert!(error.contains("holds no pictures") && error.contains("3 .pgm"), "{error}");
}

#[test]
fn item_12_what_nobody_takes_for_a_picture_is_a_note_not_a_warning() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for name in ["a.png", "b.png"] {
        let picture = image::GrayImage::from_fn(3, 3, |x, y| image::Luma([(20 * x + y) as u8]));
        picture.save(root.path().join(name)).expect("writable");
    }
    std::fs::write(root.path().join("labels.csv"), "a,1").expect("writable");
    let dataset = load(folder(root.path(), 2, 2, false), 0).expect("a good folder");
    assert!(dataset.notes().iter().any(|said| said.contains("1 other file (1 .csv)")), "{:?}", dataset.notes());
    assert_eq!(dataset.warnings(), Vec::<String>::new());
}

#[test]
fn item_12_all_unreadable_files_are_named_at_once() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for i in 0..90 {
        let path = root.path().join(format!("{i:02}.png"));
        match i % 7 {
            3 => std::fs::write(path, "no picture").expect("writable"),
            _ => grey_picture(&path, 3, 3, 9),
        }
    }
    let error = load(folder(root.path(), 2, 2, false), 0).expect_err("13 are broken");
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines[0], "13 of 90 images cannot be used:", "{error}");
    assert!(lines[1].contains("03.png: cannot be decoded") && lines[10].contains("66.png"), "{error}");
    assert_eq!((lines[11], lines.len()), ("  and 3 more", 12), "{error}");
    // Of all splits.
    let root = tempfile::tempdir().expect("a temporary folder");
    for name in ["train/a.png", "train/b.png", "test/c.png", "test/d.png"] {
        grey_picture(&root.path().join(name), 3, 3, 9);
    }
    for name in ["train/b.png", "test/c.png"] {
        std::fs::write(root.path().join(name), "no picture").expect("writable");
    }
    let error = load(folder(root.path(), 2, 2, false), 0).expect_err("two are broken");
    assert!(error.contains("2 of 4") && error.contains("b.png") && error.contains("c.png"), "{error}");
}

#[cfg(unix)]
#[test]
fn item_12_a_pipe_or_a_socket_in_a_folder_is_passed_over() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for name in ["a.png", "b.png"] {
        grey_picture(&root.path().join(name), 3, 3, 9);
    }
    let pipe = root.path().join("c.png");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("a Unix tool").success());
    let dataset = load(folder(root.path(), 2, 2, false), 0).expect("it does not hang");
    let said = format!("passed over: {}, which is no regular file", pipe.display());
    assert!(dataset.warnings().iter().any(|warning| warning.contains(&said)), "{:?}", dataset.warnings());
    // A link to nothing is named like any picture that cannot be read.
    std::os::unix::fs::symlink("nowhere", root.path().join("d.png")).expect("writable");
    let error = load(folder(root.path(), 2, 2, false), 0).expect_err("a link to nothing");
    assert!(error.contains("d.png: cannot be read"), "{error}");
}

#[test]
fn item_12_reading_is_given_up_when_asked_to() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for i in 0..40 {
        grey_picture(&root.path().join(format!("{i}.png")), 3, 3, 9);
    }
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let data = Data { source: folder(root.path(), 2, 2, false), ..Data::default() };
    let cancelled = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 5;
    let error = Dataset::load_unless(&data, 0, &mut |_| {}, &cancelled).expect_err("called off");
    assert!(error.to_string().contains("called off"), "{error}");
    assert!(asked.into_inner() < 40, "soon");
}

/// Pictures of 4×4 pixels: the left half is transparent, with `hidden` under it, the right half opaque black.
fn half_transparent(root: &Path, hidden: u8) {
    let grey = image::ImageBuffer::from_fn(4, 4, |x, _| if x < 2 { LumaA([hidden, 0]) } else { LumaA([0_u8, 255]) });
    grey.save(root.join("a.png")).expect("writable");
    let colour = image::ImageBuffer::from_fn(4, 4, |x, _| match x < 2 {
        true => Rgba([hidden, hidden / 2, hidden, 0]),
        false => Rgba([0_u8, 0, 0, 255]),
    });
    colour.save(root.join("b.png")).expect("writable");
    // A palette of two colours, the first transparent.
    let file = std::fs::File::create(root.join("c.png")).expect("writable");
    let mut encoder = png::Encoder::new(file, 4, 4);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(vec![hidden, hidden, hidden, 0, 0, 0]);
    encoder.set_trns(vec![0_u8]);
    let mut writer = encoder.write_header().expect("writable");
    writer.write_image_data(&[0, 0, 1, 1].repeat(4)).expect("writable");
}

#[test]
fn item_10_transparent_pixels_are_laid_over_white() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for hidden in [0, 77, 255] {
        half_transparent(root.path(), hidden);
        for rgb in [false, true] {
            let dataset = load(folder(root.path(), 4, 4, rgb), 0).expect("a good folder");
            for (pixels, _) in all_images(&dataset) {
                let expected: Vec<u8> = [255, 255, 0, 0].repeat(if rgb { 12 } else { 4 });
                assert_eq!(pixels, expected, "{hidden} under the transparent half, RGB: {rgb}");
            }
            let said = "3 images have transparent pixels: laid over white";
            assert!(dataset.notes().iter().any(|note| note.contains(said)), "{:?}", dataset.notes());
        }
    }
}

#[test]
fn item_10_the_background_is_the_experiments() {
    let root = tempfile::tempdir().expect("a temporary folder");
    half_transparent(root.path(), 77);
    for (background, level, name) in [(0.0, 0, "black"), (0.25, 64, "grey of level 0.25")] {
        let mut source = folder(root.path(), 4, 4, false);
        let Source::Folder { background: field, .. } = &mut source else { unreachable!() };
        *field = background;
        let dataset = load(source, 0).expect("a good folder");
        for (pixels, _) in all_images(&dataset) {
            assert_eq!(pixels, [level, level, 0, 0].repeat(4), "over {name}");
        }
        let said = format!("3 images have transparent pixels: laid over {name}");
        assert!(dataset.notes().iter().any(|note| note.contains(&said)), "{:?}", dataset.notes());
    }
}

/// Half transparent ink is half as dark, whatever the order of shrinking and laying over.
#[test]
fn item_10_what_shows_through_is_mixed() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for name in ["a.png", "b.png"] {
        image::ImageBuffer::from_pixel(8, 8, Rgba([0_u8, 0, 0, 102])).save(root.path().join(name)).expect("writable");
    }
    let dataset = load(folder(root.path(), 2, 2, false), 0).expect("a good folder");
    assert_eq!(all_images(&dataset)[0].0, [153; 4]);
}

#[test]
fn item_14_the_warning_of_equal_images_names_a_mend_that_there_is() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for name in ["a.png", "b.png", "c.png"] {
        let picture = image::GrayImage::from_fn(4, 4, |x, _| image::Luma([if x < 2 { 0 } else { 255 }]));
        picture.save(root.path().join(name)).expect("writable");
    }
    let warnings = |binarisation| {
        let data = Data { source: folder(root.path(), 4, 4, false), binarisation, validation: 0, ..Data::default() };
        Dataset::load(&data, 0, &mut |_| {}).expect("a good folder").warnings().concat()
    };
    let said = "all training images are the same, so there is nothing to learn";
    for binarisation in [Binarisation::None, Binarisation::Dynamic, Binarisation::Fixed] {
        assert_eq!(warnings(binarisation), format!("{said}; give other images"));
    }
    assert!(warnings(Binarisation::Threshold(0.5)).ends_with("change the threshold in data.binarisation"));
}
