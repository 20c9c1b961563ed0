//! NPY and NPZ as NumPy writes them, HDF5 as h5py and MATLAB do.

use super::{all_images, expected, good, load, load_data};
use elbow::data::{ImageShape, Split, Survey};
use elbow::experiment::{Augmentation, Axes, Binarisation, Data, Levels, Source};
use std::io::Write;
use std::path::{Path, PathBuf};

/// An array source with everything else guessed, changed by `change`.
fn source(file: impl Into<PathBuf>, change: impl FnOnce(&mut Source)) -> Source {
    let mut source = Source::arrays(&file.into());
    change(&mut source);
    source
}

fn labelled(file: &str) -> Source {
    source(good(file), |source| {
        let Source::Arrays { labels, .. } = source else { unreachable!("arrays") };
        *labels = Some(good("labels.npy"));
    })
}

#[test]
fn every_type_order_and_layout_is_read_as_numpy_wrote_it() {
    let greys = ["grey", "grey-fortran", "grey-le-i2", "grey-be-i4", "grey-le-i8", "grey-be-u2", "grey-le-u4"];
    let floats = ["grey-le-f4", "grey-be-f8", "grey-le-f2", "grey-unit"];
    let rgb = ["rgb-last", "rgb-last-fortran", "rgb-first", "rgb-matlab"];
    for name in greys.into_iter().chain(floats).chain(rgb) {
        let dataset = load(labelled(&format!("{name}.npy"))).unwrap_or_else(|error| panic!("{name}: {error}"));
        let channels = if name.starts_with("rgb") { 3 } else { 1 };
        assert_eq!(dataset.shape(), ImageShape { channels, height: 4, width: 5 }, "{name}");
        let found = all_images(&dataset);
        let wanted: Vec<_> = (0..6).map(|n| (n.to_string(), expected(n, channels))).collect();
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn rows_are_vectors_and_booleans_black_and_white() {
    let dataset = load(labelled("rows.npy")).expect("rows");
    assert_eq!(dataset.shape(), ImageShape { channels: 1, height: 1, width: 20 });
    assert_eq!(all_images(&dataset)[2].1, expected(2, 1));
    let dataset = load(labelled("bool.npy")).expect("booleans");
    let wanted: Vec<u8> = expected(3, 1).into_iter().map(|grey| if grey > 127 { 255 } else { 0 }).collect();
    assert_eq!(all_images(&dataset)[3].1, wanted);
}

/// An NPY file of `rows × columns` floats: the number of the column, halved in every other row; the first is missing in
/// all rows.
fn wide(folder: &Path, rows: usize, columns: usize) -> PathBuf {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(format!("{header:<117}\n").bytes());
    for row in 0..rows {
        for column in 0..columns {
            let value = if row % 2 == 0 { column as f32 } else { column as f32 / 2.0 };
            bytes.extend(if column == 0 { f32::NAN } else { value }.to_le_bytes());
        }
    }
    let path = folder.join(format!("{columns}.npy"));
    std::fs::write(&path, bytes).expect("a file");
    path
}

#[test]
fn rows_of_numbers_are_vectors_with_columns_however_many() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for columns in [3, 5_000] {
        let path = wide(folder.path(), 8, columns);
        let dataset = load(source(&path, |_| {})).expect("rows of numbers");
        assert_eq!(dataset.shape(), ImageShape { channels: 1, height: 1, width: columns });
        let found = dataset.columns().expect("vectors");
        assert_eq!((found.len(), found.list[2].name.as_str(), found.sequence), (columns, "column 3", columns > 32));
        // On the model's scale from 0 to 1, and in the file's own.
        let row = dataset.gather_grey(Split::Train, &[0]).pixels;
        assert!(row[0].is_nan() && row[1..].iter().all(|value| (0.0..=1.0).contains(value)));
        assert!([1.0, 2.0].iter().any(|by| (found.list[2].own(row[2]) - 2.0 / by).abs() < 1e-3));
        let survey = Survey::of(&dataset, &mut |_| {}, &|| false).expect("not called off");
        let known = survey.columns[columns - 1].known.expect("numbers");
        assert!((known.max - (columns - 1) as f64).abs() < 1e-2 && survey.columns[0].known.is_none());
        assert!(survey.warnings.iter().any(|said| said.contains("without a value: `column 1`")));
        let shifted = Data {
            source: source(&path, |_| {}),
            augmentation: Augmentation { shift: 1, ..Augmentation::default() },
            ..Data::default()
        };
        assert!(load_data(shifted).expect_err("no pictures").contains("data.augmentation"));
    }
    let error = load(source(wide(folder.path(), 2, 70_000), |_| {})).expect_err("too many");
    assert!(error.contains("70000") && error.contains("65,536"), "{error}");
}

#[test]
fn numbers_are_kept_as_they_are_or_scaled_without_rounding() {
    let of = |levels: Levels| {
        load(source(good("real.npy"), |source| {
            let Source::Arrays { levels: asked, labels, .. } = source else { unreachable!("arrays") };
            (*asked, *labels) = (levels, Some(good("labels.npy")));
        }))
        .expect("numbers")
    };
    for (levels, low, high) in [(Levels::Numbers, 0.0, 1.0), (Levels::Auto, -25.0, 25.0), (Levels::Range, -25.0, 25.0)]
    {
        let dataset = of(levels);
        assert_eq!(dataset.shape(), ImageShape { channels: 1, height: 1, width: 4 });
        let mut seen = 0;
        for split in [Split::Train, Split::Test] {
            for index in 0..dataset.len(split) {
                let n = f64::from(dataset.label(split, index).expect("a label")) - 2.5;
                let wanted = [1.0, 10.0, -3.0, 0.5].map(|scale| ((n * scale - low) / (high - low)) as f32);
                assert_eq!(dataset.gather_grey(split, &[index]).pixels, wanted, "{levels:?}");
                seen += 1;
            }
        }
        assert_eq!(seen, 6);
    }
}

#[test]
fn what_is_no_number_is_missing() {
    let dataset = load(labelled("missing.npy")).expect("an array with NaN");
    assert!(dataset.is_incomplete());
    assert!(dataset.notes().iter().any(|note| note.contains("values are missing (NaN)")), "{:?}", dataset.notes());
    for split in [Split::Train, Split::Test] {
        for index in 0..dataset.len(split) {
            let n = usize::from(dataset.label(split, index).expect("a label"));
            let pixels = dataset.gather_grey(split, &[index]).pixels;
            for (found, wanted) in pixels.into_iter().zip(expected(n, 1)) {
                // 200 is the largest value that there is.
                let right = if wanted > 200 { found.is_nan() } else { found == f32::from(wanted) / 255.0 };
                assert!(right, "{found} for {wanted}");
            }
        }
    }
}

#[test]
fn an_archive_gives_images_labels_and_test_by_the_names_they_usually_have() {
    for name in ["named.npz", "named-deflated.npz"] {
        let dataset = load(source(good(name), |_| {})).expect("an archive");
        assert_eq!((dataset.len(Split::Train), dataset.len(Split::Test)), (6, 2));
        let names = ["cat", "dog", "émeu"];
        let label = |split, index| dataset.label_name(dataset.label(split, index).expect("a label"));
        for n in 0..6 {
            let pixels = dataset.gather_grey(Split::Train, &[n]).pixels;
            let bytes: Vec<u8> = pixels.iter().map(|x| (x * 255.0).round() as u8).collect();
            assert_eq!((bytes, label(Split::Train, n).as_str()), (expected(n, 1), names[n % 3]));
        }
        assert_eq!([label(Split::Test, 0), label(Split::Test, 1)], ["dog", "cat"]);
        let notes = dataset.notes().join("\n");
        for words in ["the images are `x_train`", "the labels are `y_train`", "6 grey images of 4 × 5", "0 becomes 0"]
        {
            assert!(notes.contains(words), "{words} in {notes}");
        }
    }
    let dataset = load(source(good("bytes.npz"), |_| {})).expect("an archive");
    assert_eq!(dataset.label_names().to_vec(), ["a", "b", "c"]);
    let one_hot = source(good("one-hot.npz"), |source| {
        let Source::Arrays { labels, .. } = source else { unreachable!("arrays") };
        *labels = Some("y".into());
    });
    let dataset = load(one_hot).expect("an archive");
    assert_eq!(all_images(&dataset)[5], ("5".into(), expected(0, 1)));
}

/// A one-dimensional or two-dimensional NPY file of single-precision numbers.
fn npy(shape: &str, values: &[f32]) -> Vec<u8> {
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    header.extend(std::iter::repeat_n(' ', 117 - header.len()));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[test]
fn a_row_of_indicators_without_any_number_is_no_label() {
    let folder = tempfile::tempdir().expect("a folder");
    let [images, rows] = ["images.npy", "rows.npy"].map(|name| folder.path().join(name));
    let pixels: Vec<f32> = (0..40).map(|i| i as f32 / 40.0).collect();
    std::fs::write(&images, npy("(10, 2, 2)", &pixels)).expect("a file");
    let labelled = |row: [f32; 2]| {
        let mut values = [0.0, 1.0].repeat(10);
        values[6..8].copy_from_slice(&row);
        std::fs::write(&rows, npy("(10, 2)", &values)).expect("a file");
        load(source(&images, |source| {
            let Source::Arrays { labels, .. } = source else { unreachable!("arrays") };
            *labels = Some(rows.clone());
        }))
    };
    labelled([f32::NAN, 0.5]).expect("one number is enough");
    let error = labelled([f32::NAN; 2]).expect_err("no number").to_string();
    assert!(error.contains("rows.npy") && error.contains("no number for image 3"), "{error}");
}

#[test]
fn factors_are_levels_in_order_without_the_constant_ones() {
    let named = |array: Option<&str>| {
        source(good("factors.npz"), |source| {
            let Source::Arrays { factors, factor_names, .. } = source else { unreachable!("arrays") };
            *factors = array.map(PathBuf::from);
            *factor_names = "colour, shape*, scale, x".into();
        })
    };
    for (array, x) in [(None, [0, 1, 0, 1, 0, 1]), (Some("latents_values"), [1, 0, 1, 0, 1, 0])] {
        let dataset = load(named(array)).expect("an archive with factors");
        let factors = dataset.known_factors().iter().map(|it| (it.name.as_str(), it.levels, it.categorical));
        assert_eq!(factors.collect::<Vec<_>>(), [("shape", 3, true), ("scale", 2, false), ("x", 2, false)]);
        let mut seen = 0;
        for split in [Split::Train, Split::Test] {
            for index in 0..dataset.len(split) {
                let pixels = dataset.gather_grey(split, &[index]).pixels;
                let is =
                    |&n: &usize| expected(n, 1).iter().zip(&pixels).all(|(e, x)| (*e / 16 % 2 == 1) == (*x == 1.0));
                let n = (0..6).find(is).expect("one of the images");
                let wanted = [(n % 3) as u8, (n / 3) as u8, x[n]];
                assert_eq!(dataset.factor_levels(split, index), Some(&wanted[..]));
                seen += 1;
            }
        }
        assert_eq!(seen, 6);
    }
}

#[test]
fn test_images_have_factors_of_their_own_on_the_levels_of_all() {
    let with = |own: Option<&str>| {
        source(good("test-factors.npz"), |source| {
            let Source::Arrays { factor_names, test_factors, .. } = source else { unreachable!("arrays") };
            (*factor_names, *test_factors) = ("shape*, scale".into(), own.map(PathBuf::from));
        })
    };
    // Guessed by their name, and named.
    for own in [None, Some("test_factors")] {
        let dataset = load(with(own)).expect("an archive");
        let factors: Vec<_> = dataset.known_factors().iter().map(|it| (it.name.as_str(), it.levels)).collect();
        assert_eq!(factors, [("shape", 3), ("scale", 3)], "a level that only test images have counts");
        let levels =
            |split, count| (0..count).map(|i| dataset.factor_levels(split, i).expect("known").to_vec()).collect();
        let train: Vec<Vec<u8>> = levels(Split::Train, 6);
        let test: Vec<Vec<u8>> = levels(Split::Test, 2);
        assert_eq!(train, (0..6).map(|k| vec![k % 3, k / 3]).collect::<Vec<_>>());
        assert_eq!(test, [[1, 0], [2, 2]]);
    }
    let error = load(with(Some("x_test"))).expect_err("refused");
    assert!(error.contains("`x_test`") && error.contains("the factors of these 2 images"), "{error}");
}

#[test]
fn data_sets_of_hdf5_are_read_whatever_their_type_chunks_and_filters() {
    for (name, channels, label) in [
        ("images", 1, "labels"),
        ("group/rgb", 3, "labels"),
        ("/group/shuffled", 3, "labels"),
        ("floats", 1, "labels"),
        ("floats", 1, "names"),
        ("floats", 1, "fixed"),
    ] {
        let dataset = load(source(good("several.h5"), |source| {
            let Source::Arrays { images, labels, .. } = source else { unreachable!("arrays") };
            (*images, *labels) = (name.into(), Some(label.into()));
        }));
        let dataset = dataset.unwrap_or_else(|error| panic!("{name}: {error}"));
        let of = |n: usize| match label {
            "names" => ["cat", "dog", "émeu"][n % 3].to_owned(),
            "fixed" => ["b", "a", "c", "a", "b", "c"][n].to_owned(),
            _ => n.to_string(),
        };
        let mut wanted: Vec<_> = (0..6).map(|n| (of(n), expected(n, channels))).collect();
        wanted.sort();
        assert_eq!(all_images(&dataset), wanted, "{name} with {label}");
    }
    let dataset = load(source(good("new.h5"), |_| {})).expect("the format of HDF5 1.10");
    assert_eq!(all_images(&dataset)[4], ("4".into(), expected(4, 1)));
    let dataset = load(source(good("shapes.h5"), |_| {})).expect("images and factors");
    assert_eq!(dataset.known_factors().iter().map(|it| it.levels).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(dataset.label(Split::Train, 0), None);
}

#[test]
fn a_file_of_matlab_has_its_axes_in_the_order_of_matlab() {
    let dataset = load(source(good("matlab.mat"), |_| {})).expect("MATLAB 7.3");
    let wanted: Vec<_> = (0..6).map(|n| (n.to_string(), expected(n, 3))).collect();
    assert_eq!(all_images(&dataset), wanted);
    assert!(dataset.notes().iter().any(|note| note.contains("MATLAB's order")), "{:?}", dataset.notes());
}

#[test]
fn a_limit_reads_the_images_that_it_would_keep_of_all() {
    let of = |limit| {
        let data = Data { binarisation: Binarisation::None, validation: 1, limit, ..Data::default() };
        load_data(Data { source: labelled("rgb-last-fortran.npy"), ..data }).expect("an array")
    };
    let (all, some) = (all_images(&of(None)), all_images(&of(Some(3))));
    assert_eq!(some.len(), 3, "two to train on and one for the test");
    assert!(some.iter().all(|image| all.contains(image)));
}

#[test]
fn what_is_asked_for_and_is_not_there_is_named_with_what_is() {
    let change = |change: fn(&mut Source)| load(source(good("named.npz"), change)).expect_err("refused");
    let missing = change(|source| {
        let Source::Arrays { images, .. } = source else { unreachable!("arrays") };
        *images = "picture".into();
    });
    for words in ["has no array `picture`", "`x_train` (6 × 4 × 5, bytes (0 to 255))", "`y_train`"] {
        assert!(missing.contains(words), "{words} in {missing}");
    }
    let axes = change(|source| {
        let Source::Arrays { axes, .. } = source else { unreachable!("arrays") };
        *axes = Axes::ChannelsLast;
    });
    assert!(axes.contains("has 3 axes, but data.source.axes says N × H × W × C"), "{axes}");
    let labels = change(|source| {
        let Source::Arrays { labels, .. } = source else { unreachable!("arrays") };
        *labels = Some("y_test".into());
    });
    assert!(labels.contains("labels of these 6 images"), "{labels}");
    let levels = load(source(good("grey-le-f4.npy"), |source| {
        let Source::Arrays { levels, .. } = source else { unreachable!("arrays") };
        *levels = Levels::Type;
    }));
    assert!(levels.expect_err("refused").contains("beyond 0 to 1; set data.source.levels to Range"));
}

#[test]
fn every_malformed_array_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    };
    let refuse = |path: &Path| {
        let error = load(source(path, |_| {})).map(|_| ()).expect_err(&path.display().to_string());
        assert!(error.starts_with(&path.display().to_string()), "names the file: {error}");
        error
    };
    for (name, words) in [
        ("bad-records.npy", "records"),
        ("bad-objects.npy", "Python objects"),
        ("bad-complex.npy", "complex"),
        ("bad-infinite.npy", "infinite"),
        ("nowhere.npy", "there is no such file"),
    ] {
        let error = refuse(&good(name));
        assert!(error.contains(words), "{words} in {error}");
    }
    let npy = std::fs::read(good("grey.npy")).expect("a fixture");
    let header = |text: &str| {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
        bytes
    };
    let claims = |shape: &str| header(&format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n"));
    for (bytes, words) in [
        (Vec::new(), "it is empty"),
        (b"\x80\x04\x95".to_vec(), "Python pickle"),
        (npy[..9].to_vec(), "header is damaged"),
        (npy[..60].to_vec(), "header is damaged"),
        (npy[..npy.len() - 1].to_vec(), "truncated: its header announces 120 bytes"),
        ([&npy[..], &[0]].concat(), "more bytes follow the 120"),
        (header(&"(".repeat(60_000)), "records"),
        (header("{'descr': '|u1'}\n"), "header is damaged"),
        (claims("(4294967296, 4294967296, 4294967296)"), "images that can be held"),
        (claims("(1000000, 28, 28)"), "more than the file can hold"),
        (claims("(0, 28, 28)"), "holds no images"),
        (claims("()"), "images are N × D"),
        (claims("(1, 2, 3, 4, 5)"), "images are N × D"),
        (claims("(2, 2, 2, 2)"), "none of its axes has the length 1 or 3"),
        (claims("(1, 0, 2)"), "a side must be 1 to 4096"),
    ] {
        let error = refuse(&write("broken.npy", &bytes));
        assert!(error.contains(words), "{words} in {error}");
    }
    let npz = std::fs::read(good("named-deflated.npz")).expect("a fixture");
    let mut flipped = npz.clone();
    flipped[120] ^= 0x55;
    for (bytes, words) in [(npz[..100].to_vec(), "ZIP archive is damaged"), (flipped, "damaged")] {
        let error = refuse(&write("broken.npz", &bytes));
        assert!(error.contains(words), "{words} in {error}");
    }
    let path = folder.path().join("words.npz");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    archive.start_file("letter.txt", zip::write::SimpleFileOptions::default()).expect("an entry");
    archive.write_all(b"Dear Sir").expect("an entry");
    archive.finish().expect("an archive");
    assert!(refuse(&path).contains("without arrays"));
}

#[test]
fn paths_of_arrays_are_relative_to_the_preset_and_names_stay_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let preset = folder.path().join("own.ron");
    let mut experiment = elbow::experiment::Experiment::default();
    experiment.data.source = source(folder.path().join("data/x.npz"), |source| {
        let Source::Arrays { labels, factors, .. } = source else { unreachable!("arrays") };
        *labels = Some("y".into());
        *factors = Some(folder.path().join("data/f.npy"));
    });
    experiment.save(&preset).expect("a preset");
    let text = std::fs::read_to_string(&preset).expect("a preset");
    for words in ["\"data/x.npz\"", "\"y\"", "\"data/f.npy\""] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert_eq!(elbow::experiment::Experiment::load(&preset).expect("a preset").data.source, experiment.data.source);
}
