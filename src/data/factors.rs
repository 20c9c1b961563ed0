//! Known factors of images, whatever source they come from.

use std::collections::BTreeMap;

/// Number of levels that a factor can have.
const LEVELS: usize = 256;

/// Data sets that are recognised by their factors' numbers of levels, with the names that their arrays lack: dSprites
/// (Matthey et al. 2017) and 3D Shapes (Burgess & Kim 2018).
const WELL_KNOWN: [([usize; 6], &str); 2] = [
    ([1, 3, 6, 40, 32, 32], "colour, shape*, scale, orientation, x, y"),
    ([10, 10, 10, 8, 4, 15], "floor hue, wall hue, object hue, scale, shape*, orientation"),
];

/// A factor that is known of every image of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The factor's name, for example "scale".
    pub name: String,
    /// The factor's number of levels, at least 1.
    pub levels: usize,
    /// Whether the factor's levels have no order.
    pub categorical: bool,
}

/// The level of each factor for each of a source's training images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactorTable {
    /// The factors; those that are the same in all images are left out.
    pub factors: Vec<Factor>,
    /// `images × factors` levels, each below its factor's number of levels.
    pub levels: Vec<u8>,
    /// Whether the images were drawn at random, so that the first of them stand for all.
    pub random_order: bool,
}

impl FactorTable {
    /// The levels of one image, a number for each factor.
    pub fn of(&self, image: usize) -> &[u8] {
        &self.levels[image * self.factors.len()..][..self.factors.len()]
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
        // Whole numbers whose order is that of the floats.
        Self::Number(bits ^ (((bits >> 63) as u64) >> 1) as i64)
    }
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
    /// An empty table for `images` images with `columns` factors each.
    pub fn new(images: usize, columns: usize) -> Self {
        let texts = vec![false; columns];
        Self { columns, seen: vec![BTreeMap::new(); columns], levels: vec![0; images * columns], texts }
    }

    /// Put in a value of image `place / columns` and factor `place % columns`; false where the factor has too many.
    pub fn put(&mut self, place: usize, value: Value) -> bool {
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
        let meaning: Vec<[u8; LEVELS]> = self.seen.iter().map(in_order).collect();
        let varies: Vec<bool> = counts.iter().map(|&levels| levels > 1).collect();
        let mut levels = Vec::with_capacity(self.levels.len());
        for row in self.levels.chunks_exact_mut(self.columns) {
            let row = row.iter().zip(&meaning).zip(&varies).filter(|(_, varies)| **varies);
            levels.extend(row.map(|((&level, meaning), _)| meaning[usize::from(level)]));
        }
        let factors = names.iter().zip(counts).zip(self.texts).filter(|((_, levels), _)| *levels > 1);
        let factor = |((name, levels), text): ((&&str, usize), bool)| Factor {
            name: name.trim_end_matches('*').trim_end().to_owned(),
            levels,
            categorical: text || name.ends_with('*'),
        };
        Ok(FactorTable { factors: factors.map(factor).collect(), levels, random_order: false })
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
        assert_eq!(table.of(11), [1, 1, 1, 3, 3, 11]);
    }
}
