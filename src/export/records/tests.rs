//! Records of every format read back.

use super::*;
use std::convert::Infallible;

/// Two times some rows: a number, a text that needs quotes, a vector, an array.
fn chunks() -> Vec<Vec<Column>> {
    let chunk = |from: i64, rows: i64| {
        let numbers = |width: i64| (from * width..(from + rows) * width).map(|i| i as f32 * 0.37 - 1.0).collect();
        vec![
            Column::new("index", Values::Whole((from..from + rows).collect())),
            Column::new("label", Values::Text((from..from + rows).map(|i| format!("a, \"{i}\"")).collect())),
            Column::new("score", Values::Double((from..from + rows).map(|i| 1.0 / (i + 1) as f64).collect())),
            Column::block("mean", &[3], numbers(3)),
            Column::block("draws", &[2, 3], numbers(6)),
        ]
    };
    vec![chunk(0, 4), chunk(4, 2)]
}

fn write(path: &Path) -> usize {
    let mut chunks = chunks().into_iter();
    let written = write_records::<Infallible>(path, || Ok(chunks.next()));
    written.unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn vectors_read_back_from_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let expected: Vec<f32> = (0..18).map(|i| i as f32 * 0.37 - 1.0).collect();
    for name in ["codes.npz", "codes.csv", "codes.tsv", "codes.parquet"] {
        let path = folder.path().join("new").join(name);
        assert_eq!(write(&path), 6, "{name}");
        assert_eq!(read_vectors(&path, None, 3), Ok(expected.clone()), "{name}");
        let wrong = read_vectors(&path, None, 4).unwrap_err();
        assert!(wrong.contains(name), "{wrong}");
    }
    let npz = folder.path().join("new/codes.npz");
    let draws = read_vectors(&npz, Some("draws"), 3).unwrap();
    assert_eq!((draws.len(), draws[35]), (36, 35.0 * 0.37 - 1.0));
    assert!(read_vectors(&npz, Some("nothing"), 3).unwrap_err().contains("index, label, score, mean, draws"));
}

#[test]
fn the_projector_gets_vectors_without_a_header_and_metadata_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.tsv");
    write(&path);
    let vectors = std::fs::read_to_string(&path).unwrap();
    assert_eq!(vectors.lines().count(), 6);
    assert!(vectors.lines().all(|line| line.split('\t').count() == 3), "{vectors}");
    let metadata = std::fs::read_to_string(folder.path().join("codes.metadata.tsv")).unwrap();
    assert_eq!(metadata.lines().next(), Some("index\tlabel\tscore"));
    assert_eq!(metadata.lines().nth(2), Some("1\ta, \"1\"\t0.5"));
}

#[test]
fn csv_quotes_what_needs_it_and_numbers_read_back_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.csv");
    write(&path);
    let text = std::fs::read_to_string(&path).unwrap();
    let head = "index,label,score,mean_0,mean_1,mean_2,draws_0_0,draws_0_1,draws_0_2,draws_1_0,draws_1_1,draws_1_2";
    assert_eq!(text.lines().next(), Some(head));
    assert!(text.lines().nth(3).unwrap().starts_with("2,\"a, \"\"2\"\"\",0.3333333333333333,"), "{text}");
}

#[test]
fn a_file_without_a_format_or_codes_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("codes.xyz");
    let refused = write_records::<Infallible>(&path, || Ok(None)).unwrap_err();
    assert!(format!("{refused:?}").contains("codes.xyz") && !path.exists());
    assert!(read_vectors(&path, None, 3).unwrap_err().contains(".parquet"));
    for (name, content) in [
        ("nan.csv", "0.1,nan,2"),
        ("short.csv", "z_0,z_1,z_2\n1,2,x"),
        ("wide.csv", "z_0,z_1,z_2,z_3\n1,2,3,4"),
        ("no.npz", "no archive"),
        ("no.npy", "no array"),
        ("no.parquet", "no table"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let refused = read_vectors(&path, None, 3).unwrap_err();
        assert!(refused.contains(name) && refused.len() < 400, "{refused}");
    }
    assert!(read_vectors(&folder.path().join("missing.csv"), None, 3).unwrap_err().contains("missing.csv"));
}
