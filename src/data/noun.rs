//! The nouns for the items of a data set in sentences.

use crate::experiment::Source;
use serde::Serialize;
use std::borrow::Cow;

/// The noun for an item of a data set: the window, the command line and reports call the items of every source by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Noun {
    /// An image, of whatever source.
    #[default]
    Image,
    /// A row of numbers: of a table, or of an array.
    Row,
    /// A point of a toy, which has one or two coordinates.
    Point,
}

impl Noun {
    /// The noun for the items of a source that has not been read. An array of vectors counts as images: only its file
    /// tells.
    pub fn of_source(source: &Source) -> Self {
        match source {
            Source::Toy { .. } => Self::Point,
            source if source.is_table() => Self::Row,
            _ => Self::Image,
        }
    }

    /// The singular.
    pub fn one(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Row => "row",
            Self::Point => "point",
        }
    }

    /// The plural.
    pub fn many(self) -> &'static str {
        match self {
            Self::Image => "images",
            Self::Row => "rows",
            Self::Point => "points",
        }
    }

    /// The plural as the first word of a label.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Image => "Images",
            Self::Row => "Rows",
            Self::Point => "Points",
        }
    }

    /// The word behind a count: singular behind 1.
    pub fn of(self, count: usize) -> &'static str {
        if count == 1 { self.one() } else { self.many() }
    }

    /// The unit of information: nats, summed over an item's values and averaged over items.
    pub fn nats(self) -> &'static str {
        match self {
            Self::Image => "nats per image",
            Self::Row => "nats per row",
            Self::Point => "nats per point",
        }
    }

    /// A sentence that is written of images and pixels, of these items and their values: "an image of the test set"
    /// becomes "a row of the test set".
    pub fn say(self, sentence: &str) -> Cow<'_, str> {
        if self == Self::Image {
            return Cow::Borrowed(sentence);
        }
        let mut said = String::with_capacity(sentence.len());
        // An article waits for its word.
        let mut article = "";
        let mut rest = sentence;
        while !rest.is_empty() {
            let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(letters);
            let between = after.find(char::is_alphabetic).unwrap_or(after.len());
            let (gap, after) = after.split_at(between);
            let other = self.instead_of(word);
            match (other, article) {
                (Some(_), "an ") => said += "a ",
                (Some(_), "An ") => said += "A ",
                _ => said += article,
            }
            article = match (word, gap) {
                ("an", " ") => "an ",
                ("An", " ") => "An ",
                _ => "",
            };
            if article.is_empty() {
                said += other.unwrap_or(word);
                said += gap;
            }
            rest = after;
        }
        Cow::Owned(said + article)
    }

    /// The word in place of one for images or pixels; `None` for other words.
    fn instead_of(self, word: &str) -> Option<&'static str> {
        Some(match (word, self) {
            ("image", _) => self.one(),
            ("images", _) => self.many(),
            ("Image", Self::Row) => "Row",
            ("Image", _) => "Point",
            ("Images", _) => self.heading(),
            ("pixel", _) => "value",
            ("pixels", _) => "values",
            ("Pixel", _) => "Value",
            ("Pixels", _) => "Values",
            _ => return None,
        })
    }

    /// Whether an item is a vector of named columns, drawn as a chart.
    pub fn is_vector(self) -> bool {
        self != Self::Image
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_about_images_are_said_of_rows_and_points() {
        for (sentence, row, point) in [
            ("Which image of the set.", "Which row of the set.", "Which point of the set."),
            (
                "An image's pixels, as an image has them",
                "A row's values, as a row has them",
                "A point's values, as a point has them",
            ),
            ("Images: an idle one, and an", "Rows: an idle one, and an", "Points: an idle one, and an"),
            (
                "the images' pixels; imagery stays",
                "the rows' values; imagery stays",
                "the points' values; imagery stays",
            ),
            ("Image", "Row", "Point"),
            ("", "", ""),
            ("E[x|z] − 2 · émeu ", "E[x|z] − 2 · émeu ", "E[x|z] − 2 · émeu "),
        ] {
            assert_eq!([Noun::Row.say(sentence), Noun::Point.say(sentence)], [row, point]);
            assert_eq!(Noun::Image.say(sentence), sentence);
        }
    }
}
