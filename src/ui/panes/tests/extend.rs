//! Adding a pane is its file and its entry: nothing else in the window names it, unless others talk to it.

use crate::ui::panes::PaneKind;
use std::path::Path;

/// Names of the source files under `folder`, with their text, tests left out.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("the sources can be listed").path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                sources(&path, found);
            }
        } else {
            let text = std::fs::read_to_string(&path).expect("sources are text");
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn a_pane_is_named_in_its_own_file_and_in_the_list_alone() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"), &mut files);
    // The panes that no other part sends anything to; the others are told of clicks elsewhere, or of the worker's
    // findings.
    let alone = [
        (PaneKind::Bound, "bound"),
        (PaneKind::Reconstructions, "reconstructions"),
        (PaneKind::PriorSamples, "prior"),
        (PaneKind::Traversals, "traversals"),
        (PaneKind::Optimisation, "optimisation"),
    ];
    for (kind, module) in alone {
        let names = [format!("PaneKind::{kind:?}"), format!("panes.{module}"), format!("{module}::{kind:?}Pane")];
        let own = format!("/panes/{module}");
        let naming = files.iter().filter(|(path, text)| !path.contains(&own) && names.iter().any(|n| text.contains(n)));
        let naming: Vec<&str> = naming.map(|(path, _)| path.as_str()).collect();
        assert!(matches!(naming[..], [list] if list.ends_with("/panes/mod.rs")), "{kind:?} is named in {naming:?}");
    }
}
