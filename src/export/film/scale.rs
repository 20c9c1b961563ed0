//! The scale of a film of vectors: one for all of its pictures, so that what grows in the model grows in the film.

use crate::data::Images;
use crate::explore::{Answer, Interpolations, Walk};
use crate::export::vector_chart::{self, Range, range_of_all};

/// Width and height of a vector's chart in pixels, where each vector has one of its own.
const CHART: [usize; 2] = [192, 128];

/// The range of all vectors that the pictures of some answers show; `None` for images. `draws` says which of samples'
/// two stacks is shown.
pub fn scale_of<'a>(answers: impl IntoIterator<Item = &'a Answer>, draws: bool) -> Option<Range> {
    let shown = answers.into_iter().flat_map(|answer| stacks(answer, draws));
    let vectors: Vec<&Images> = shown.filter(|stack| stack.columns.is_some()).collect();
    (!vectors.is_empty()).then(|| range_of_all(vectors))
}

fn stacks(answer: &Answer, draws: bool) -> Vec<&Images> {
    match answer {
        Answer::PriorSamples { means, draws: drawn, .. } => vec![if draws { drawn } else { means }],
        Answer::Reconstructions { inputs, means, draws, .. } => vec![inputs, means, draws],
        Answer::Traversals { means, .. } | Answer::Manifold { means, .. } => vec![means],
        Answer::Interpolations(Interpolations { inputs, means, .. }) => vec![inputs, means],
        Answer::Walk(walk) => {
            let Walk { grid, means, .. } = &**walk;
            vec![grid, means]
        }
        _ => Vec::new(),
    }
}

/// Images as pictures with the side of their pixels: vectors as charts on the film's scale, which are not magnified.
pub fn drawn(images: &Images, side: usize, range: Option<Range>) -> (Images, usize) {
    match images.columns {
        Some(_) => (vector_chart::pictures(images, CHART, range, false), 1),
        None => (images.clone(), side),
    }
}
