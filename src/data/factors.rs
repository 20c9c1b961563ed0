//! Known factors of images, whatever source they come from.

use std::collections::{BTreeMap, HashSet};

/// Number of levels that a factor can have.
const LEVELS: usize = 256;

/// Data sets that are recognised by their factors' numbers of levels, with the names that their arrays lack: dSprites
/// (Matthey et al. 2017) and 3D Shapes (Burgess & Kim 2018).
const WELL_KNOWN: [([usize; 6], &str); 2] = [
    ([1, 3, 6, 40, 32, 32], "colour, shape*, scale, orientation, x, y"),
    ([10, 10, 10, 8, 4, 15], "floor hue, wall hue, object hue, scale, shape*, orientation"),
];

/// A factor whose level is known of every training image of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The factor's name, for example "scale".
    pub name: String,
    /// The factor's number of levels, at least 1.
    pub levels: usize,
    /// Whether the factor's levels have no order.
    pub categorical: bool,
    /// The name of each level, where levels are words; empty where they are numbers.
    pub level_names: Vec<String>,
}

/// The level of each factor for a source's training images and, where the source tells them, its own test and
/// validation images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactorTable {
    /// The factors; those that are the same in all images are left out.
    pub factors: Vec<Factor>,
    /// `images × factors` levels, each below its factor's number of levels; images in the order of their numbers.
    pub levels: Vec<u8>,
    /// Whether the images were drawn at random, so that the first of them stand for all.
    pub random_order: bool,
}

impl FactorTable {
    /// The levels of the image of a number, one for each factor; `None` where they are not known.
    pub fn of(&self, number: usize) -> Option<&[u8]> {
        let count = self.factors.len();
        self.levels.get(number * count..(number + 1) * count)
    }

    /// The factors' names and numbers of levels in words.
    pub fn describe(&self) -> String {
        let names: Vec<_> = self.factors.iter().map(|it| format!("{} ({})", it.name, it.levels)).collect();
        names.join(", ")
    }
}

/// A value of a factor. Numbers are ordered as numbers, texts by their letters, which is no order of a factor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Number(i64),
    Text(String),
}

impl Value {
    /// A number; those that are equal are one level.
    pub fn number(value: f64) -> Self {
        // 0 and −0 are one level.
        let bits = (value + 0.0).to_bits() as i64;
        Self::Number(in_float_order(bits))
    }

    /// The value in words.
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => f64::from_bits(in_float_order(number) as u64).to_string(),
        }
    }
}

/// A float's bits as a whole number whose order is that of the floats, and such a number as the float's bits again.
fn in_float_order(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The values of factors as they are read, in any order of images.
pub(super) struct FactorColumns {
    columns: usize,
    /// For each factor the values seen, each with the number that it has in `levels` so far.
    seen: Vec<BTreeMap<Value, u8>>,
    levels: Vec<u8>,
    /// Whether a factor has a value that is no number.
    texts: Vec<bool>,
}

impl FactorColumns {
    /// An empty table for `images` images with `columns` factors each; it grows where there are more.
    pub fn new(images: usize, columns: usize) -> Self {
        let texts = vec![false; columns];
        Self { columns, seen: vec![BTreeMap::new(); columns], levels: vec![0; images * columns], texts }
    }

    /// Put in a value of image `place / columns` and factor `place % columns`; false where the factor has too many.
    pub fn put(&mut self, place: usize, value: Value) -> bool {
        if place >= self.levels.len() {
            self.levels.resize(place + 1, 0);
        }
        let column = place % self.columns;
        self.texts[column] |= matches!(value, Value::Text(_));
        let seen = &mut self.seen[column];
        let next = seen.len();
        match seen.get(&value) {
            Some(&level) => self.levels[place] = level,
            None if next == LEVELS => return false,
            None => self.levels[place] = *seen.entry(value).or_insert(next as u8),
        }
        true
    }

    /// Number of factors of each image.
    pub fn width(&self) -> usize {
        self.columns
    }

    /// The complaint about a factor with too many values.
    pub fn crowded(place: usize, columns: usize) -> String {
        let column = place % columns + 1;
        format!("factor {column} has more than {LEVELS} different values; give the factors as classes")
    }

    /// The table of levels, numbered in the order of the values, without factors that never change. `names` are
    /// separated by commas, a star behind one whose levels have no order; where it is empty, factors are numbered,
    /// unless the data set is well known. The error is a sentence.
    pub fn finish(mut self, names: &str) -> Result<FactorTable, String> {
        let counts: Vec<usize> = self.seen.iter().map(BTreeMap::len).collect();
        let known = WELL_KNOWN.iter().find(|(levels, _)| levels[..] == counts[..]).map(|(_, names)| *names);
        let numbers = || (1..=counts.len()).map(|i| format!("factor {i}")).collect::<Vec<_>>().join(",");
        let names = match (names.trim(), known) {
            ("", Some(known)) => known.to_owned(),
            ("", None) => numbers(),
            (names, _) => names.to_owned(),
        };
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        if names.len() != counts.len() {
            let (given, there) = (names.len(), counts.len());
            return Err(format!("has {there} factors, but {given} are named; name all, or none"));
        }
        let names: Vec<Name<'_>> = names.into_iter().map(Name::of).collect();
        let mut told = HashSet::new();
        if let Some(twice) = names.iter().find(|name| name.text.is_empty() || !told.insert(name.text)) {
            return Err(format!("two factors are named `{}`, or one has no name; give each its own", twice.text));
        }
        let meaning: Vec<[u8; LEVELS]> = self.seen.iter().map(in_order).collect();
        let varies: Vec<bool> = counts.iter().map(|&levels| levels > 1).collect();
        let mut levels = Vec::with_capacity(self.levels.len());
        for row in self.levels.chunks_exact_mut(self.columns) {
            let row = row.iter().zip(&meaning).zip(&varies).filter(|(_, varies)| **varies);
            levels.extend(row.map(|((&level, meaning), _)| meaning[usize::from(level)]));
        }
        let columns = names.iter().zip(self.seen).zip(self.texts).filter(|((_, seen), _)| seen.len() > 1);
        let factor = |((name, seen), texts): ((&Name<'_>, BTreeMap<Value, u8>), bool)| Factor {
            name: name.text.to_owned(),
            levels: seen.len(),
            categorical: texts || name.starred,
            level_names: if texts { seen.into_keys().map(Value::into_text).collect() } else { Vec::new() },
        };
        Ok(FactorTable { factors: columns.map(factor).collect(), levels, random_order: false })
    }
}

/// The name of a factor, and whether a star behind it says that its levels have no order.
struct Name<'a> {
    text: &'a str,
    starred: bool,
}

impl<'a> Name<'a> {
    fn of(name: &'a str) -> Self {
        Self { text: name.trim_end_matches('*').trim_end(), starred: name.ends_with('*') }
    }
}

/// The place of each level in the order of the values: entry l is the place of the value that was seen as level l.
fn in_order(seen: &BTreeMap<Value, u8>) -> [u8; LEVELS] {
    let mut meaning = [0; LEVELS];
    seen.values().enumerate().for_each(|(place, &level)| meaning[usize::from(level)] = place as u8);
    meaning
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_order() {
        let values = [f64::NEG_INFINITY, -2.0, -0.5, 0.0, 0.25, 3.0, f64::INFINITY].map(Value::number);
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Value::number(-0.0), Value::number(0.0));
        assert_eq!(Value::number(-0.25).into_text(), "-0.25");
    }

    #[test]
    fn well_known_data_sets_are_known_by_the_number_of_their_levels() {
        let counts = [10, 10, 10, 8, 4, 15];
        let mut columns = FactorColumns::new(15, 6);
        for image in 0..15 {
            for (factor, &count) in counts.iter().enumerate() {
                assert!(columns.put(image * 6 + factor, Value::number((image % count) as f64 / 3.0)));
            }
        }
        let table = columns.finish("").expect("six names");
        let shape = &table.factors[4];
        assert_eq!((shape.name.as_str(), shape.levels, shape.categorical), ("shape", 4, true));
        assert_eq!(table.of(11), Some(&[1, 1, 1, 3, 3, 11][..]));
        assert_eq!(table.of(15), None);
    }

    #[test]
    fn words_are_levels_in_the_order_of_their_letters_and_every_factor_has_its_own_name() {
        let table = |names: &str| {
            let mut columns = FactorColumns::new(3, 2);
            for (place, text) in ["red", "1", "blue", "2", "red", "2"].into_iter().enumerate() {
                let number = text.parse().map(Value::number);
                assert!(columns.put(place, number.unwrap_or_else(|_| Value::Text(text.into()))));
            }
            columns.finish(names)
        };
        let named = table("hue, size").expect("two names");
        assert_eq!((named.factors[0].level_names.join(" "), named.factors[0].categorical), ("blue red".into(), true));
        assert_eq!((named.factors[1].level_names.len(), named.of(1)), (0, Some(&[0, 1][..])));
        for bad in ["hue, hue*", "hue,", "hue"] {
            assert!(table(bad).expect_err("bad names").contains("name"), "{bad}");
        }
    }
}
