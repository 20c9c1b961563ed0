//! Data: source, binarisation, held-out images.

use super::fields::{Form, choice, optional, real, whole};
use crate::experiment::{Binarisation, Data, Source};
use eframe::egui::Ui;
use std::path::PathBuf;

/// Images in a new `shapes` source.
const SHAPES_COUNT: usize = 20_000;

/// The group's fields.
pub fn data_ui(ui: &mut Ui, form: &mut Form<'_>, data: &mut Data) {
    form.row(ui, "data.source", "Source", "Where the images come from.", |ui| {
        choice(ui, "source", &mut data.source, &sources());
    });
    source_ui(ui, form, &mut data.source);
    form.row(
        ui,
        "data.binarisation",
        "Binarisation",
        "How grey pixels become what the likelihood sees: a Bernoulli likelihood wants 0 or 1.",
        |ui| {
            choice(
                ui,
                "binarisation",
                &mut data.binarisation,
                &[
                    (Binarisation::Dynamic, "dynamic", "Each pixel drawn afresh with its grey level every time."),
                    (Binarisation::Fixed, "fixed by seed", "Each pixel drawn once, by the seed."),
                    (Binarisation::Threshold(0.5), "threshold", "1 where the grey level is at least a threshold."),
                    (Binarisation::None, "none", "Grey pixels in [0, 1], as they are."),
                ],
            );
        },
    );
    if let Binarisation::Threshold(threshold) = &mut data.binarisation {
        form.row(ui, "data.binarisation", "Threshold", "The smallest grey level that becomes 1.", |ui| {
            real(ui, threshold, 0.0..=1.0);
        });
    }
    form.row(
        ui,
        "data.validation",
        "Validation images",
        "Training images held out to measure the bound on images the model is not trained on.",
        |ui| {
            whole(ui, &mut data.validation, 0..=1_000_000);
        },
    );
    form.row(ui, "data.limit", "Limit", "Use only this many of the training images.", |ui| {
        optional(ui, &mut data.limit, 10_000, |ui, limit| {
            whole(ui, limit, 1..=10_000_000);
        });
    });
}

fn sources() -> [(Source, &'static str, &'static str); 4] {
    let idx = Source::Idx { images: PathBuf::new(), labels: None, test_images: None, test_labels: None };
    let folder = Source::Folder { path: PathBuf::new(), width: 64, height: 64, rgb: false };
    [
        (Source::Mnist, "MNIST", "60,000 + 10,000 handwritten digits, 28×28, built in."),
        (
            Source::Shapes { count: SHAPES_COUNT, size: 32 },
            "shapes",
            "Squares, ellipses and hearts drawn from known factors: shape, scale, rotation, x, y.",
        ),
        (idx, "IDX files", "Files in MNIST's format (MNIST, Fashion-MNIST, KMNIST, EMNIST…), gzipped or not."),
        (folder, "image folder", "PNG and JPEG images, resized; sub-folders are labels."),
    ]
}

fn source_ui(ui: &mut Ui, form: &mut Form<'_>, source: &mut Source) {
    match source {
        Source::Mnist => {}
        Source::Shapes { count, size } => {
            form.row(ui, "data.source.count", "Image count", "How many images to draw.", |ui| {
                whole(ui, count, 1..=10_000_000);
            });
            form.row(ui, "data.source.size", "Side", "Width and height of the images in pixels.", |ui| {
                for side in [32, 64] {
                    ui.selectable_value(size, side, format!("{side}×{side}"));
                }
            });
        }
        Source::Idx { images, labels, test_images, test_labels } => {
            form.path_row(ui, "data.source.images", "Training images", "The training images.", images);
            form.optional_path_row(
                ui,
                "data.source.labels",
                "Training labels",
                "The training images' labels, if any.",
                labels,
            );
            let hint = "The test images; without them a tenth of the training images is held out.";
            form.optional_path_row(ui, "data.source.test_images", "Test images", hint, test_images);
            form.optional_path_row(
                ui,
                "data.source.test_labels",
                "Test labels",
                "The test images' labels.",
                test_labels,
            );
        }
        Source::Folder { path, width, height, rgb } => {
            form.path_row(ui, "data.source.path", "Folder", "Read with all its sub-folders.", path);
            form.row(ui, "data.source.width", "Width", "Images are resized to this width in pixels.", |ui| {
                whole(ui, width, 1..=1_024);
            });
            form.row(ui, "data.source.height", "Height", "Images are resized to this height in pixels.", |ui| {
                whole(ui, height, 1..=1_024);
            });
            form.row(ui, "data.source.rgb", "Colour", "Three channels instead of one.", |ui| {
                ui.checkbox(rgb, "RGB");
            });
        }
    }
}

/// The group in a few words.
pub fn summary(data: &Data) -> String {
    let source = match &data.source {
        Source::Mnist => "MNIST".to_owned(),
        Source::Shapes { size, .. } => format!("shapes {size}×{size}"),
        Source::Idx { images, .. } => file_name(images, "IDX"),
        Source::Folder { path, .. } => file_name(path, "folder"),
    };
    let binarisation = match data.binarisation {
        Binarisation::Dynamic => "dynamic",
        Binarisation::Fixed => "fixed",
        Binarisation::Threshold(_) => "threshold",
        Binarisation::None => "grey",
    };
    format!("{source} · {binarisation}")
}

fn file_name(path: &std::path::Path, otherwise: &str) -> String {
    path.file_name().map_or(otherwise.to_owned(), |name| name.to_string_lossy().into_owned())
}
