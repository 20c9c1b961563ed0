//! A small random forest (Breiman 2001): bootstrapped regression trees for one or more targets, with the importance of
//! each feature. With the indicators of classes as targets, its splitting criterion is Gini's.

use super::codes::Dice;

const TREES: usize = 10;
const DEPTH: usize = 12;
/// Least number of rows in a leaf.
const LEAF: usize = 5;
/// Number of cells of (nearly) equal count into which each feature is cut; splits lie between cells.
const CELLS: usize = 64;

/// The trees, with the importances of the features.
pub struct Forest {
    edges: Vec<Vec<f64>>,
    trees: Vec<Vec<Node>>,
    /// The reduction of squared error by splits on each feature, summed over trees.
    pub importances: Vec<f64>,
}

enum Node {
    /// To `left` for cells up to `cell`, else to `right`.
    Split {
        feature: usize,
        cell: u8,
        left: usize,
        right: usize,
    },
    Leaf(Vec<f64>),
}

/// A matrix of numbers, row by row.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    pub values: &'a [f64],
    pub columns: usize,
}

impl<'a> Table<'a> {
    pub fn row(&self, row: usize) -> &'a [f64] {
        &self.values[row * self.columns..][..self.columns]
    }

    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }
}

impl Forest {
    /// Fit a forest that predicts each row of `targets` from the same row of `features`.
    pub fn fit(features: Table, targets: Table, dice: &mut Dice) -> Self {
        let edges: Vec<Vec<f64>> = (0..features.columns).map(|feature| edges(features, feature)).collect();
        let cells: Vec<u8> =
            (0..features.values.len()).map(|i| cell(&edges[i % features.columns], features.values[i])).collect();
        let mut growth = Growth { cells: &cells, targets, nodes: Vec::new(), importances: vec![0.0; features.columns] };
        let mut trees = Vec::new();
        for _ in 0..TREES {
            let rows = (0..features.rows()).map(|_| dice.below(features.rows())).collect();
            growth.grow(rows, 0);
            trees.push(std::mem::take(&mut growth.nodes));
        }
        let importances = growth.importances;
        Self { edges, trees, importances }
    }

    /// The prediction for one row of features: the mean over trees.
    pub fn predict(&self, features: &[f64]) -> Vec<f64> {
        let mut sum = Vec::new();
        for tree in &self.trees {
            let mut node = &tree[0];
            let leaf = loop {
                match node {
                    Node::Leaf(means) => break means,
                    Node::Split { feature, cell: at, left, right } => {
                        let goes_left = cell(&self.edges[*feature], features[*feature]) <= *at;
                        node = &tree[if goes_left { *left } else { *right }];
                    }
                }
            };
            sum.resize(leaf.len(), 0.0);
            sum.iter_mut().zip(leaf).for_each(|(sum, mean)| *sum += mean / TREES as f64);
        }
        sum
    }
}

/// The upper edges of a feature's cells, except for the last cell.
fn edges(features: Table, feature: usize) -> Vec<f64> {
    let mut values: Vec<f64> = (0..features.rows()).map(|row| features.row(row)[feature]).collect();
    values.sort_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..CELLS).map(|i| values[(i * values.len() / CELLS).min(values.len() - 1)]).collect();
    edges.dedup();
    edges
}

fn cell(edges: &[f64], value: f64) -> u8 {
    edges.partition_point(|&edge| edge < value) as u8
}

/// A tree while it is built.
struct Growth<'a> {
    /// `rows × features`.
    cells: &'a [u8],
    targets: Table<'a>,
    nodes: Vec<Node>,
    importances: Vec<f64>,
}

/// Count and sums of targets of some rows.
#[derive(Clone)]
struct Moments {
    count: f64,
    sums: Vec<f64>,
}

impl Moments {
    fn new(targets: usize) -> Self {
        Self { count: 0.0, sums: vec![0.0; targets] }
    }

    fn add(&mut self, count: f64, values: &[f64], sign: f64) {
        self.count += count;
        self.sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += sign * value);
    }

    /// Σ over targets of sum²/count: the part of the squares that the mean explains.
    fn explained(&self) -> f64 {
        self.sums.iter().map(|sum| sum * sum).sum::<f64>() / self.count.max(1.0)
    }
}

impl Growth<'_> {
    /// Build a node for the given rows; returns its index.
    fn grow(&mut self, rows: Vec<usize>, depth: usize) -> usize {
        let mut all = Moments::new(self.targets.columns);
        rows.iter().for_each(|&row| all.add(1.0, self.targets.row(row), 1.0));
        let index = self.nodes.len();
        self.nodes.push(Node::Leaf(all.sums.iter().map(|sum| sum / all.count).collect()));
        let split = if depth < DEPTH { self.best_split(&rows, &all) } else { None };
        if let Some((gain, feature, cell)) = split {
            self.importances[feature] += gain;
            let features = self.importances.len();
            let (left, right): (Vec<usize>, Vec<usize>) =
                rows.into_iter().partition(|row| self.cells[row * features + feature] <= cell);
            let (left, right) = (self.grow(left, depth + 1), self.grow(right, depth + 1));
            self.nodes[index] = Node::Split { feature, cell, left, right };
        }
        index
    }

    /// The split that explains most, with its gain.
    fn best_split(&self, rows: &[usize], all: &Moments) -> Option<(f64, usize, u8)> {
        let features = self.importances.len();
        let mut best = None;
        // Rounding is no gain.
        let mut most = 1e-9 * all.explained().abs().max(1e-12);
        for feature in 0..features {
            let mut histogram = vec![Moments::new(all.sums.len()); CELLS];
            for &row in rows {
                histogram[usize::from(self.cells[row * features + feature])].add(1.0, self.targets.row(row), 1.0);
            }
            let (mut left, mut right) = (Moments::new(all.sums.len()), all.clone());
            for (cell, moments) in histogram.iter().enumerate() {
                left.add(moments.count, &moments.sums, 1.0);
                right.add(-moments.count, &moments.sums, -1.0);
                let gain = left.explained() + right.explained() - all.explained();
                if left.count.min(right.count) >= LEAF as f64 && gain > most {
                    most = gain;
                    best = Some((gain, feature, cell as u8));
                }
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    /// A step in one feature, a slope in another, nothing in the third.
    #[test]
    fn it_finds_the_features_that_matter_and_predicts() {
        let mut noise = vec![0.0_f32; 3 * 3_000];
        Stream::new(1, Purpose::Choice).fill_uniform(0, &mut noise);
        let features: Vec<f64> = noise.iter().map(|&v| f64::from(v)).collect();
        let truth = |row: &[f64]| [f64::from(u8::from(row[0] > 0.5)) * 2.0, row[1]];
        let targets: Vec<f64> = features.chunks(3).flat_map(truth).collect();
        let (features, targets) = (Table { values: &features, columns: 3 }, Table { values: &targets, columns: 2 });
        let forest = Forest::fit(features, targets, &mut Dice::new(0, 0));
        let total: f64 = forest.importances.iter().sum();
        let share = |feature: usize| forest.importances[feature] / total;
        // The step explains a variance of 1, the slope one of 1/12.
        assert!((share(0) - 12.0 / 13.0).abs() < 0.01 && share(2) < 1e-3, "{:?}", forest.importances);
        for (row, expected) in [([0.2, 0.9, 0.5], [0.0, 0.9]), ([0.8, 0.1, 0.1], [2.0, 0.1])] {
            let found = forest.predict(&row);
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.05), "{found:?}");
        }
    }
}
