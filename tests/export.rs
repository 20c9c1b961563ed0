//! Answers of a model as pictures: what lies where, and what is inside the file.

use elbow::data::Images;
use elbow::experiment::{Experiment, presets};
use elbow::explore::{Answer, Axis, Reconstruction, Sampler, Traversal};
use elbow::export::{GridOptions, Sheet, grid, read_experiment, save_sheet};

/// One-pixel images of these levels.
fn dots(levels: impl IntoIterator<Item = u8>) -> Images {
    let pixels: Vec<f32> = levels.into_iter().map(|level| f32::from(level) / 255.0).collect();
    Images { count: pixels.len(), channels: 1, height: 1, width: 1, pixels, columns: None }
}

/// The picture of a sheet of dots, 1:1: rows of levels.
fn rows(sheet: &Sheet) -> Vec<Vec<u8>> {
    let picture = grid(&sheet.images, &GridOptions::one_to_one(sheet.columns), &sheet.labels).unwrap();
    let levels: Vec<u8> = picture.pixels.chunks(3).map(|pixel| pixel[0]).collect();
    levels.chunks(picture.width).map(<[u8]>::to_vec).collect()
}

fn reconstructions(count: u8) -> Answer {
    let item = |index| Reconstruction { index, label: None, elbo: -3.0, reconstruction: -2.0, kl: 1.0 };
    Answer::Reconstructions {
        items: (0..usize::from(count)).map(|i| item(10 + i)).collect(),
        inputs: dots(0..count),
        means: dots(100..100 + count),
        draws: dots(200..200 + count),
    }
}

#[test]
fn reconstructions_are_bands_of_input_mean_and_draw() {
    let sheet = Sheet::reconstructions(&reconstructions(3), 3).unwrap();
    assert_eq!(rows(&sheet), [[0, 1, 2], [100, 101, 102], [200, 201, 202]]);
    assert_eq!(
        (sheet.labels.rows.join(" "), sheet.labels.columns.join(" ")),
        ("x mean draw".into(), "10 11 12".into())
    );

    // Five images in rows of three: the second band is short, and filled with white.
    let sheet = Sheet::reconstructions(&reconstructions(5), 3).unwrap();
    let expected = [[0, 1, 2], [100, 101, 102], [200, 201, 202], [3, 4, 255], [103, 104, 255], [203, 204, 255]];
    assert_eq!(rows(&sheet), expected);
    assert_eq!(sheet.labels.rows.join(" "), "x mean draw x mean draw");
    assert!(sheet.labels.columns.is_empty());

    // A split smaller than the row.
    assert_eq!(rows(&Sheet::reconstructions(&reconstructions(2), 10).unwrap()), [[0, 1], [100, 101], [200, 201]]);
}

#[test]
fn traversals_are_a_row_an_axis() {
    let answer = Answer::Traversals {
        traversal: Traversal {
            axes: vec![Axis { dimension: 7, kl: Some(2.5) }, Axis { dimension: 0, kl: None }],
            values: vec![-1.5, 0.0, 1.5],
            start: vec![0.0; 8],
        },
        means: dots(0..6),
    };
    let sheet = Sheet::traversals(&answer).unwrap();
    assert_eq!(rows(&sheet), [[0, 1, 2], [3, 4, 5]]);
    assert!(sheet.labels.rows[0].contains("z₈") && sheet.labels.rows[0].contains("2.50"), "{:?}", sheet.labels.rows);
    assert_eq!(sheet.labels.columns, ["-1.50", "0.00", "1.50"]);
}

#[test]
fn samples_are_means_or_draws() {
    let answer = Answer::PriorSamples { sampler: Sampler::Prior, means: dots(0..4), draws: dots(200..204) };
    assert_eq!(rows(&Sheet::samples(&answer, false, 2).unwrap()), [[0, 1], [2, 3]]);
    assert_eq!(rows(&Sheet::samples(&answer, true, 4).unwrap()), [[200, 201, 202, 203]]);
    let fitted = Answer::PriorSamples { sampler: Sampler::Mixture, means: dots(0..4), draws: dots(200..204) };
    assert_eq!(Sheet::samples(&fitted, false, 2).unwrap().labels.rows, ["mixture fitted to q(z)"], "it says so");
    assert_eq!(Sheet::traversals(&answer), None, "another answer is no traversal");
}

#[test]
fn every_preset_survives_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples.png");
    let answer = Answer::PriorSamples { sampler: Sampler::Prior, means: dots(0..4), draws: dots(0..4) };
    let sheet = Sheet::samples(&answer, false, 2).unwrap();
    for preset in presets() {
        let experiment = Experiment::from_ron(preset.text, preset.name).unwrap();
        save_sheet(&path, &sheet, &GridOptions::default(), &experiment.to_ron().unwrap(), 7).unwrap();
        let read = Experiment::from_ron(&read_experiment(&path).unwrap(), "samples.png").unwrap();
        assert_eq!(read, experiment, "{}", preset.name);
        // Other programs read it as a picture.
        assert_eq!(image::image_dimensions(&path).unwrap(), (16, 16));
    }
}
