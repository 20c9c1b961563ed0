//! CIFAR's binary version, written here by its description: a label or two, then red, green and blue.

use super::{all_images, load};
use elbow::data::{ImageShape, Split, guess_source};
use elbow::experiment::Source;
use std::path::Path;

/// Pixel values of image `n`.
fn pixels(n: usize) -> Vec<u8> {
    (0..3 * 32 * 32).map(|i| ((n * 41 + i * 7) % 251) as u8).collect()
}

fn records(labels: &[&[u8]], first: usize) -> Vec<u8> {
    labels.iter().enumerate().flat_map(|(i, labels)| [labels, &pixels(first + i)[..]].concat()).collect()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).expect("a writable folder");
}

fn source(path: &Path, coarse: bool) -> Source {
    Source::Cifar { path: path.into(), coarse }
}

#[test]
fn both_versions_are_read_with_their_names_and_test_images() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ten = folder.path().join("ten");
    std::fs::create_dir(&ten).expect("a folder");
    let names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
    write(&ten, "batches.meta.txt", names.as_bytes());
    write(&ten, "data_batch_1.bin", &records(&[&[3], &[0]], 0));
    write(&ten, "data_batch_2.bin", &records(&[&[9]], 2));
    write(&ten, "test_batch.bin", &records(&[&[6]], 3));
    assert_eq!(guess_source(&ten).expect("CIFAR-10"), source(&ten, false));
    let dataset = load(source(&ten, false)).expect("CIFAR-10");
    assert_eq!(dataset.shape(), ImageShape { channels: 3, height: 32, width: 32 });
    let wanted = [("airplane", 1), ("cat", 0), ("frog", 3), ("truck", 2)];
    assert_eq!(all_images(&dataset), wanted.map(|(name, n)| (name.to_owned(), pixels(n))));
    assert_eq!((dataset.len(Split::Train), dataset.len(Split::Test)), (3, 1));

    let hundred = folder.path().join("hundred");
    std::fs::create_dir(&hundred).expect("a folder");
    write(&hundred, "train.bin", &records(&[&[19, 99], &[2, 50]], 0));
    for (coarse, labels) in [(false, ["50", "99"]), (true, ["19", "2"])] {
        let dataset = load(source(&hundred, coarse)).expect("CIFAR-100");
        assert_eq!(all_images(&dataset).into_iter().map(|(label, _)| label).collect::<Vec<_>>(), labels);
    }
    // One file of it is told by its length.
    let file = ten.join("data_batch_1.bin");
    assert_eq!(guess_source(&file).expect("one batch"), source(&file, false));
    assert_eq!(load(source(&file, false)).expect("one batch").len(Split::Train), 1);
}

#[test]
fn a_file_in_mnists_format_is_one_also_where_its_length_is_that_of_records() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // 16 bytes and 3 images of 1 × 1,019 pixels: 3,073 bytes, which begin with labels in range.
    let header: Vec<u8> = [0x803_u32, 3, 1, 1019].iter().flat_map(|number| number.to_be_bytes()).collect();
    write(folder.path(), "images", &[header, vec![7; 3 * 1019]].concat());
    let path = folder.path().join("images");
    assert!(matches!(guess_source(&path), Ok(Source::Idx { .. })));
}

#[test]
fn what_is_no_cifar_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refuse = |name: &str| {
        let path = folder.path().join(name);
        let error = load(source(&path, false)).map(|_| ()).expect_err("refused");
        assert!(error.starts_with(&folder.path().display().to_string()), "{error}");
        error
    };
    assert!(refuse("").contains("holds neither data_batch_1.bin"));
    assert!(refuse("nowhere").contains("no such file or folder"));
    write(folder.path(), "odd.bin", &[0; 3072]);
    assert!(refuse("odd.bin").contains("no whole number of CIFAR's records"));
    write(folder.path(), "label.bin", &records(&[&[1], &[11]], 0));
    assert!(refuse("label.bin").contains("record 2 has the label 11, not 0 to 9"));
    write(folder.path(), "data_batch_1.bin", &records(&[&[1], &[2]], 0)[..4000]);
    assert!(refuse("").contains("ends within record 2"));
    write(folder.path(), "data_batch_1.bin", &records(&[&[1], &[2]], 0));
    write(folder.path(), "batches.meta.txt", b"cat\ndog\n");
    assert!(refuse("").contains("names 2 labels where there are 10"));
}
