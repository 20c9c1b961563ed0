//! The nouns for the items of a data set in sentences.

use serde::Serialize;

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

    /// Whether an item is a vector of named columns, drawn as a chart.
    pub fn is_vector(self) -> bool {
        self != Self::Image
    }
}
