//! Results that leave Elbow by the command line: codes, scores, images, models, reports, and what a system installs.

#[path = "support/program.rs"]
mod program;

use elbow::export::{Column, write_records};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use program::{done, elbow, refused};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A file of images in MNIST's format, of 6 × 8 pixels.
fn write_images(path: &Path, count: usize, from: usize) {
    let mut bytes = vec![0, 0, 8, 3];
    bytes.extend([count, 6, 8].iter().flat_map(|&side| (side as u32).to_be_bytes()));
    bytes.extend((48 * from..48 * (from + count)).map(|i| ((i * 40_503) >> 3 & 255) as u8));
    std::fs::write(path, bytes).unwrap();
}

/// A folder with images `train.idx` and a run trained on them, for all tests.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("take-away");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        write_images(&folder.join("train.idx"), 200, 0);
        let experiment = format!(
            "(version: 1, name: \"small\", data: (source: Idx(images: {:?}), validation: 20), encoder: [Dense(units: \
             16, activation: Tanh)], latent: (dimension: 3), training: (batch: 20, length: Steps(20)), device: Cpu)",
            folder.join("train.idx")
        );
        std::fs::write(folder.join("small.ron"), experiment).unwrap();
        done(&["train", at(&folder, "small.ron").as_str(), "--out", at(&folder, "run").as_str()]);
        folder
    })
}

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

fn path(name: &str) -> String {
    at(folder(), name)
}

/// The header and the rows of a table without quotes.
fn table(name: &str, separator: char) -> (Vec<String>, Vec<Vec<String>>) {
    table_in(folder(), name, separator)
}

fn table_in(folder: &Path, name: &str, separator: char) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let mut lines = text.lines().map(|line| line.split(separator).map(String::from).collect());
    (lines.next().unwrap(), lines.collect())
}

fn column(table: &(Vec<String>, Vec<Vec<String>>), name: &str) -> Vec<f64> {
    let place = table.0.iter().position(|column| column == name).unwrap_or_else(|| panic!("{name}: {:?}", table.0));
    table.1.iter().map(|row| row[place].parse().unwrap()).collect()
}

#[test]
fn codes_are_those_of_every_image_in_the_order_of_the_source_in_every_format() {
    let run = path("run");
    for (ending, draws) in [("csv", "2"), ("npz", "2"), ("parquet", "2"), ("tsv", "0")] {
        let told = done(&["encode", &run, "--draws", draws, "--out", &path(&format!("codes.{ending}"))]);
        assert!(told.contains("the codes of 200 images"), "{told}");
    }
    refused(&["encode", &run, "--draws", "2", "--out", &path("draws.tsv")], &["--draws 2", "means only", ".npz"]);
    let codes = table("codes.csv", ',');
    assert_eq!(codes.0[..5], ["index", "split", "mean_0", "mean_1", "mean_2"]);
    assert_eq!(codes.0.last().unwrap(), "draws_1_2");
    assert_eq!(column(&codes, "index"), (0..200).map(f64::from).collect::<Vec<_>>());
    let splits: Vec<usize> =
        ["train", "validation", "test"].map(|split| codes.1.iter().filter(|row| row[1] == split).count()).into();
    assert_eq!(splits, [160, 20, 20]);
    for name in ["codes.npz", "codes.parquet", "codes.tsv"] {
        let vectors = elbow::export::read_vectors(&folder().join(name), None, 3).unwrap();
        for (row, vector) in codes.1.iter().zip(vectors.chunks(3)) {
            let mean: Vec<f32> = row[2..5].iter().map(|value| value.parse().unwrap()).collect();
            assert_eq!(mean, vector, "{name}: text reads back to the same numbers");
        }
    }
    let metadata = std::fs::read_to_string(path("codes.metadata.tsv")).unwrap();
    assert!(metadata.starts_with("index\tsplit\n0\t"), "{metadata}");
    // A draw belongs to its image, whichever images are encoded beside it.
    done(&["encode", &run, "--draws", "2", "--split", "test", "--out", &path("test.csv")]);
    let test = table("test.csv", ',');
    for row in &test.1 {
        let whole = &codes.1[row[0].parse::<usize>().unwrap()];
        assert_eq!(row, whole);
    }
}

/// A file of NumPy's with images of 6 × 8 pixels and factors as dSprites' file has them, and a file of test images
/// without any.
fn write_arrays_with_factors(folder: &Path) {
    let pixels = |from: usize, count: usize| {
        (48 * from..48 * (from + count)).map(|i| (((i * 40_503) >> 3) & 255) as f32 / 255.0)
    };
    let factors = (0..60).flat_map(|i| [1.0, (i % 3) as f32 * 0.5, -((i % 2) as f32)]);
    let columns = vec![
        Column::block("imgs", &[6, 8], pixels(0, 60).collect()),
        Column::block("latents_values", &[3], factors.collect()),
    ];
    let mut columns = Some(columns);
    let written = write_records::<Infallible>(&folder.join("factors.npz"), || Ok(columns.take()));
    assert_eq!(written.ok(), Some(60));
    let mut test = Some(vec![Column::block("x_test", &[6, 8], pixels(60, 5).collect())]);
    let archive = folder.join("test.npz");
    assert_eq!(write_records::<Infallible>(&archive, || Ok(test.take())).ok(), Some(5));
    let mut archive = zip::ZipArchive::new(std::fs::File::open(archive).unwrap()).unwrap();
    let mut file = std::fs::File::create(folder.join("test.npy")).unwrap();
    std::io::copy(&mut archive.by_name("x_test.npy").unwrap(), &mut file).unwrap();
}

/// A run of five steps on a source, written as in an experiment's file.
fn trained_on(source: &str, folder: &Path) -> String {
    let experiment = format!(
        "(version: 1, name: \"factors\", data: (source: {source}, validation: 6, binarisation: None), encoder: \
         [Dense(units: 8, activation: Tanh)], latent: (dimension: 2), decoder: (likelihood: GaussianLearned), training: (batch: \
         20, length: Steps(5)), device: Cpu)"
    );
    std::fs::write(folder.join("factors.ron"), experiment).unwrap();
    let run = at(folder, "run");
    done(&["train", &at(folder, "factors.ron"), "--out", &run]);
    let json = done(&["eval", &run, "--images", "3", "--samples", "3", "--gap-images", "0", "--draws", "0", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for score in ["mig", "sap", "dci_disentanglement", "factor_vae", "beta_vae"] {
        assert!(json["disentanglement"][score].as_f64().is_some_and(|score| (0.0..=1.0).contains(&score)), "{json}");
    }
    run
}

#[test]
fn codes_have_the_known_factors_of_arrays_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_arrays_with_factors(folder);
    let run = trained_on(
        &format!(
            "Arrays(file: {:?}, test_images: Some({:?}), factor_names: \"colour, index, x*\")",
            folder.join("factors.npz"),
            folder.join("test.npy")
        ),
        folder,
    );
    // The third level of the second factor is the number of the image modulo 3; one that never changes is left out; the
    // last has its levels in the order of their values. Of test images nothing is known.
    let levels = |of: fn(i64) -> i64| (0..65).map(|i| if i < 60 { of(i) } else { -1 }).collect::<Vec<i64>>();
    let expected = [("factor_index", levels(|i| i % 3)), ("x", levels(|i| 1 - i % 2))];
    for ending in ["csv", "npz", "parquet", "tsv"] {
        done(&["encode", &run, "--out", &at(folder, &format!("codes.{ending}"))]);
    }
    for (name, separator) in [("codes.csv", ','), ("codes.metadata.tsv", '\t')] {
        let table = table_in(folder, name, separator);
        assert_eq!(table.0[..4], ["index", "split", "factor_index", "x"], "{name}");
        for (name, levels) in &expected {
            assert_eq!(column(&table, name), levels.iter().map(|&level| level as f64).collect::<Vec<_>>());
        }
    }
    let mut archive = zip::ZipArchive::new(std::fs::File::open(folder.join("codes.npz")).unwrap()).unwrap();
    let parquet = SerializedFileReader::new(std::fs::File::open(folder.join("codes.parquet")).unwrap()).unwrap();
    let rows: Vec<_> = parquet.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    for (name, levels) in &expected {
        let array = npyz::NpyFile::new(archive.by_name(&format!("{name}.npy")).unwrap()).unwrap();
        assert_eq!(&array.into_vec::<i64>().unwrap(), levels, "{name}");
        let cell = |row: &Row| match row.get_column_iter().find(|(column, _)| *column == name) {
            Some((_, Field::Long(level))) => *level,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(&rows.iter().map(cell).collect::<Vec<_>>(), levels, "{name}");
    }
}

#[test]
fn codes_have_the_known_factors_of_pictures_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut table = String::from("file,hue,size\n");
    for i in 0..30 {
        let split = if i < 25 { "train" } else { "test" };
        std::fs::create_dir_all(folder.join("pictures").join(split)).unwrap();
        let picture = image::GrayImage::from_fn(6, 8, |x, y| image::Luma([(i * 8 + 3 * x + 5 * y) as u8]));
        picture.save(folder.join("pictures").join(split).join(format!("{i:02}.png"))).unwrap();
        table += &format!("{i:02}.png,{},{}\n", ["red", "blue", "green"][i as usize % 3], 10 * (i % 2));
    }
    std::fs::write(folder.join("table.csv"), table).unwrap();
    let run = trained_on(
        &format!(
            "Folder(path: {:?}, width: 6, height: 8, table: Some({:?}), factors: \"hue, size\")",
            folder.join("pictures"),
            folder.join("table.csv")
        ),
        folder,
    );
    done(&["encode", &run, "--out", &at(folder, "codes.csv")]);
    let codes = table_in(folder, "codes.csv", ',');
    assert_eq!(codes.0[..5], ["index", "split", "hue", "hue_name", "size"]);
    for (i, row) in codes.1.iter().enumerate() {
        let (level, name) = [("2", "red"), ("0", "blue"), ("1", "green")][i % 3];
        assert_eq!(row[2..5], [level, name, &(i % 2).to_string()], "image {i} of {}", row[1]);
    }
    assert_eq!(codes.1.len(), 30);
}

#[test]
fn a_trained_model_encodes_other_images_and_its_own_named_anew_alike() {
    let run = path("run");
    done(&["encode", &run, "--out", &path("own.csv")]);
    done(&["encode", &run, "--data", &path("train.idx"), "--out", &path("anew.csv")]);
    let (own, anew) = (table("own.csv", ','), table("anew.csv", ','));
    assert!(!anew.0.contains(&"split".to_string()), "they are not divided: {:?}", anew.0);
    assert_eq!(column(&own, "mean_0"), column(&anew, "mean_0"));
    write_images(&folder().join("other.idx"), 1, 900);
    let told = done(&["encode", &run, "--data", &path("other.idx"), "--out", &path("other.npz")]);
    assert!(told.contains("the codes of 1 image"), "{told}");
    refused(
        &["encode", &run, "--data", "/no/such/images", "--out", &path("x.csv")],
        &["/no/such/images", "mnist, shapes"],
    );
    refused(&["encode", &run, "--data", "mnist", "--out", &path("x.csv")], &["28 × 28", "6 × 8"]);
    refused(&["encode", &run, "--out", &path("x.xyz")], &["x.xyz", ".parquet"]);
    assert!(!folder().join("x.csv").exists());
}

#[test]
fn scores_add_up_and_their_mean_is_that_of_an_evaluation() {
    let run = path("run");
    done(&["score", &run, "--samples", "100", "--regret", "--out", &path("scores.csv")]);
    let scores = table("scores.csv", ',');
    assert_eq!(scores.1.len(), 20, "the test images");
    let [elbo, reconstruction, kl] = ["elbo", "reconstruction", "kl"].map(|name| column(&scores, name));
    for ((elbo, reconstruction), kl) in elbo.iter().zip(&reconstruction).zip(&kl) {
        assert!((elbo - (reconstruction - kl)).abs() < 1e-9, "{elbo} {reconstruction} {kl}");
    }
    let json =
        done(&["eval", &run, "--samples", "100", "--images", "20", "--gap-images", "0", "--draws", "0", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    for (name, field) in [("elbo", "elbo"), ("log_px", "log_px"), ("kl", "kl")] {
        let (own, whole) = (mean(&column(&scores, name)), json[field].as_f64().unwrap());
        assert!((own - whole).abs() < 1e-9 * whole.abs(), "{name}: {own} is not {whole}");
    }
    // The bound is a bound, q* is better than q, and pixels are off by something.
    for (row, (elbo, log_px)) in elbo.iter().zip(column(&scores, "log_px")).enumerate() {
        let error = column(&scores, "elbo_se")[row] + column(&scores, "log_px_se")[row];
        assert!(*elbo < log_px + 4.0 * error + 0.05, "image {row}: {elbo} is above {log_px}");
    }
    assert!(mean(&column(&scores, "regret")) > 0.0);
    assert!(column(&scores, "squared_error").iter().all(|&error| error > 0.0 && error < 1.0));
}

#[test]
fn codes_become_images_as_an_array_or_as_numbered_files() {
    let run = path("run");
    done(&["encode", &run, "--images", "30", "--out", &path("some.npz")]);
    let told = done(&["decode", &run, "--codes", &path("some.npz"), "--out", &path("images.npz")]);
    assert!(told.contains("30 images"), "{told}");
    let images = elbow::export::read_vectors(&folder().join("images.npz"), Some("images"), 8).unwrap();
    assert_eq!(images.len(), 30 * 48, "images × channels × height × width, whose last side is 8");
    assert!(images.iter().all(|value| (0.0..=1.0).contains(value)));
    let pictures = path("pictures");
    done(&["decode", &run, "--codes", &path("some.npz"), "--draws", "--out", &pictures]);
    let mut names: Vec<String> =
        std::fs::read_dir(&pictures).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!((names.len(), names[0].as_str(), names[29].as_str()), (30, "000000.png", "000029.png"));
    std::fs::write(folder().join("bad.csv"), "z_0,z_1,z_2\n1,2,three\n").unwrap();
    refused(&["decode", &run, "--codes", &path("bad.csv"), "--out", &path("y.npz")], &["bad.csv", "line 2", "three"]);
    refused(&["decode", &run, "--codes", &path("none.npz"), "--out", &path("y.npz")], &["none.npz"]);
}

#[test]
fn samples_and_reconstructions_are_written_one_by_one_where_a_file_or_folder_says_so() {
    let run = path("run");
    let told = done(&["sample", &run, "--count", "5", "--out", &path("samples.npz")]);
    assert!(told.contains("5 samples"), "{told}");
    for name in ["means", "draws"] {
        let values = elbow::export::read_vectors(&folder().join("samples.npz"), Some(name), 8).unwrap();
        assert_eq!(values.len(), 5 * 48, "{name}");
    }
    done(&["reconstruct", &run, "--grid", "1x3", "--out", &(path("each") + "/")]);
    let count = std::fs::read_dir(path("each")).unwrap().count();
    assert_eq!(count, 9, "x, mean and draw of three images");
    refused(&["sample", &run, "--count", "5", "--out", &path("grid.png")], &["--count", ".npz"]);
}

#[test]
fn a_model_leaves_for_pytorch_and_onnx_and_a_report_says_how_it_came_about() {
    let run = path("run");
    done(&["export", &run, "--pytorch", &path("torch"), "--onnx", &path("onnx")]);
    for name in ["torch/model.py", "torch/model.safetensors", "torch/reference.safetensors", "onnx/encoder.onnx"] {
        assert!(std::fs::metadata(folder().join(name)).unwrap().len() > 500, "{name}");
    }
    assert_eq!(elbow(&["export", &run]).status, 2, "a form must be named");
    refused(&["report", &run, "--out", &path("report.pdf")], &["report.pdf", ".html"]);
    done(&["report", &run, "--images", "20", "--samples", "50", "--out", &path("report.html")]);
    let html = std::fs::read_to_string(path("report.html")).unwrap();
    for part in ["<h1>small</h1>", "<svg", "data:image/png;base64,", "Evaluation", "How to repeat it", "elbow eval DIR"]
    {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("http://") || html.matches("http://").count() == html.matches("http://www.w3.org").count());
    assert!(!html.contains("<script") && !html.contains("NaN"), "nothing runs, and nothing is not a number");
    assert!(html.contains("bit for bit") && html.contains("20 for validation and 20 for the test"), "{html}");
    // A run that was changed on its way is not what its experiment alone gives, and its report says so.
    let fork = path("fork");
    done(&["train", "--fork", &run, "--at", "last", "--set", "training.length=Steps(30)", "--out", &fork]);
    done(&["report", &fork, "--images", "0", "--out", &path("fork.html")]);
    let html = std::fs::read_to_string(path("fork.html")).unwrap();
    assert!(html.contains("What was done") && html.contains("changed on its way") && !html.contains("bit for bit"));
}

#[test]
fn the_program_has_a_manual_completions_and_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man");
    done(&["man", pages.to_str().unwrap()]);
    for name in ["elbow", "elbow-train", "elbow-encode", "elbow-report"] {
        let page = std::fs::read_to_string(pages.join(format!("{name}.1"))).unwrap();
        assert!(page.contains(".TH") && page.contains(name), "{name}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = done(&["completions", shell]);
        assert!(script.contains("encode") && script.contains("tensorboard"), "{shell}");
    }
    let version = done(&["--version"]);
    for part in [env!("CARGO_PKG_VERSION"), "features:", "devices:", "CPU"] {
        assert!(version.contains(part), "{part}: {version}");
    }
    assert_eq!(done(&["-V"]).lines().count(), 1);
}
