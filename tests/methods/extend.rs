//! The README's worked example is the code that is compiled.

/// As the README shows it: indented by four.
fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!("    {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_readme_shows_a_likelihood_as_it_is() {
    let readme = include_str!("../../README.md");
    let file = include_str!("../../src/model/likelihood/laplace.rs");
    assert!(readme.contains(&indented(file)), "README.md shows another laplace.rs than there is");

    let list = include_str!("../../src/experiment/method/likelihoods.rs");
    let from = list.find("laplace::Laplace").expect("it is in the list");
    let to = from + list[from..].find(";\n").expect("it ends");
    // In the list entries are indented by twelve.
    let entry = list[from..=to].replace("\n            ", "\n");
    assert!(readme.contains(&indented(&entry)), "README.md shows another entry than there is:\n{entry}");
}
