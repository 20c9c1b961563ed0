//! The steps to add a method: the guide's worked example is the code that is compiled, and declarations in a list are
//! made nowhere else.

use std::path::Path;

#[test]
fn the_guide_shows_a_likelihood_as_it_is() {
    let page = include_str!("../../assets/guide/extending.md");
    let file = include_str!("../../src/model/likelihood/laplace.rs");
    assert!(page.contains(&format!("```rust\n{file}```\n")), "extending.md shows another laplace.rs than there is");

    let list = include_str!("../../src/experiment/method/likelihoods.rs");
    let from = list.find("laplace::Laplace").expect("it is in the list");
    let to = from + list[from..].find(";\n").expect("it ends");
    // In the list entries are indented by twelve.
    let entry = list[from..=to].replace("\n            ", "\n");
    let shown = page.contains(&format!("```rust\n{entry}\n```\n"));
    assert!(shown, "extending.md shows another entry than there is:\n{entry}");
}

/// The files of `src` but for tests in which a word stands, as paths in `src`, sorted.
fn files_with(word: &str) -> Vec<String> {
    fn walk(folder: &Path, word: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the sources") {
            let path = entry.expect("an entry of the sources").path();
            if path.is_dir() {
                walk(&path, word, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                let words = |line: &str| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|it| it == word);
                if text.lines().filter(|line| !line.trim_start().starts_with("//")).any(words) {
                    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
                    let path = path.strip_prefix(root).expect("it is in src").display().to_string();
                    found.push(path.replace('\\', "/"));
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), word, &mut found);
    found.sort();
    found
}

#[test]
fn an_alternative_is_declared_in_its_list_and_named_again_only_where_it_is_carried_out() {
    for (name, list, carried_out) in [
        // The step on the host and on a GPU.
        ("RmsProp", "experiment/method/optimisers.rs", &["kernels/", "train/"][..]),
        ("Exponential", "experiment/method/schedules.rs", &["train/schedule.rs"]),
        ("Cyclical", "experiment/method/beta_schedules.rs", &[]),
        // Models for ONNX and for PyTorch carry it out in their own languages.
        (
            "GaussianPerPixel",
            "experiment/method/likelihoods.rs",
            &["model/likelihood/gaussian_per_pixel.rs", "export/onnx/mean.rs", "export/pytorch/source.rs"],
        ),
        ("Renyi", "experiment/method/bounds.rs", &["objective/bounds/renyi.rs", "experiment/validate_objective.rs"]),
    ] {
        let files = files_with(name);
        assert!(files.iter().any(|file| file == list), "{name} is in {list}");
        let elsewhere: Vec<_> = files.iter().filter(|file| *file != list).collect();
        let expected = |file: &&&String| carried_out.iter().any(|place| file.starts_with(place));
        assert_eq!(elsewhere.iter().filter(|file| !expected(file)).count(), 0, "{name} is in {elsewhere:?}");
        assert!(elsewhere.len() <= 3, "{name} is in {elsewhere:?}");
    }
}
