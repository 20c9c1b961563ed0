//! Images to look at: some of each label, or some that stand for all.

use crate::data::{Dataset, Images, Noun, Split};

/// Number of images in a row of a gallery.
pub const COLUMNS: usize = 12;

/// Number of labels that have a row.
const CLASSES: usize = 12;

/// Number of rows of a data set without labels.
const WITHOUT_LABELS: usize = 5;

/// Number of points of a toy's label, which take no room beside each other.
const POINTS: usize = 300;

/// Rows of images, before binarisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Gallery {
    /// All images, row by row.
    pub images: Images,
    /// For each row its label's name, which is empty without labels, and its images' places in the stack.
    pub rows: Vec<(String, Vec<usize>)>,
}

impl Gallery {
    /// Images of the first dozen labels, a dozen of each (of points some hundreds), spread over the training images;
    /// without labels some that stand for all.
    pub fn of(dataset: &Dataset) -> Self {
        let count = dataset.len(Split::Train);
        let each = if dataset.noun() == Noun::Point { POINTS } else { COLUMNS };
        let mut by_label: Vec<(String, Vec<usize>)> = Vec::new();
        if dataset.label(Split::Train, 0).is_some() {
            let mut places: Vec<Vec<usize>> = vec![Vec::new(); 256];
            for index in 0..count {
                dataset.label(Split::Train, index).into_iter().for_each(|label| places[usize::from(label)].push(index));
            }
            let with_images = (0..=u8::MAX).zip(places).filter(|(_, places)| !places.is_empty());
            by_label.extend(
                with_images.take(CLASSES).map(|(label, places)| (dataset.label_name(label), spread(&places, each))),
            );
        } else {
            let chosen = dataset.representative(Split::Train, WITHOUT_LABELS * each);
            by_label.extend(chosen.chunks(each).map(|row| (String::new(), row.to_vec())));
        }
        let indices: Vec<usize> = by_label.iter().flat_map(|(_, row)| row.iter().copied()).collect();
        let mut next = 0;
        let rows = by_label.into_iter().map(|(name, row)| {
            let start = next;
            next += row.len();
            (name, (start..next).collect())
        });
        let rows = rows.collect();
        Self { images: dataset.gather_grey(Split::Train, &indices), rows }
    }
}

/// Up to `count` of `places`, evenly spread over them.
fn spread(places: &[usize], count: usize) -> Vec<usize> {
    let count = count.min(places.len());
    (0..count).map(|i| places[i * places.len() / count]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Binarisation, Data, Source};

    #[test]
    fn each_label_has_a_row_of_its_own_images() {
        let source = Source::Shapes { count: 100, size: 32 };
        let data = Data { source, binarisation: Binarisation::None, validation: 0, ..Data::default() };
        let dataset = Dataset::load(&data, 1, &mut |_| {}).expect("shapes");
        let gallery = Gallery::of(&dataset);
        let names: Vec<&str> = gallery.rows.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["square", "ellipse", "heart"]);
        assert!(gallery.rows.iter().all(|(_, row)| row.len() == COLUMNS));
        assert_eq!(gallery.images.count, 3 * COLUMNS);
        assert_eq!(spread(&[4, 5, 6], 12), [4, 5, 6]);
    }
}
