//! Where the elements of a stream belong.

/// An axis of an array: the distance that each of its indices adds to an element's place.
pub enum Axis {
    /// Index i adds i · `step`.
    Steps { len: usize, step: usize },
    /// Only the `chosen` indices, ascending, are wanted: the n-th of them, from 0, adds n · `step`.
    Chosen { len: usize, step: usize, chosen: Vec<u32> },
}

impl Axis {
    fn len(&self) -> usize {
        match *self {
            Self::Steps { len, .. } | Self::Chosen { len, .. } => len,
        }
    }

    /// The distance that an index adds; `None` where the index is not wanted.
    fn adds(&self, index: usize) -> Option<usize> {
        match self {
            Self::Steps { step, .. } => Some(index * step),
            Self::Chosen { step, chosen, .. } => {
                let place = u32::try_from(index).ok().and_then(|index| chosen.binary_search(&index).ok());
                place.map(|place| place * step)
            }
        }
    }
}

/// The places of a stream's elements, one after the other: the sum of what each axis adds at its index.
pub struct Walk {
    /// The axes of the stream, the slowest first.
    axes: Vec<Axis>,
    /// The indices of the next element.
    at: Vec<usize>,
    /// The distance that the indices of all axes but the last add; `None` where one of them is not wanted.
    base: Option<usize>,
}

impl Walk {
    /// A walk over an array; no axis may be empty.
    pub fn new(mut axes: Vec<Axis>) -> Self {
        if axes.is_empty() {
            axes.push(Axis::Steps { len: 1, step: 0 });
        }
        let at = vec![0; axes.len()];
        let mut walk = Self { axes, at, base: None };
        walk.find_base();
        walk
    }

    fn find_base(&mut self) {
        let outer = self.axes.iter().zip(&self.at).take(self.axes.len() - 1);
        self.base = outer.map(|(axis, &at)| axis.adds(at)).sum();
    }

    /// The next `count` elements: `place` gets the number of each among them and its place, where it is wanted.
    pub fn next(&mut self, count: usize, mut place: impl FnMut(usize, usize)) {
        let last = self.axes.len() - 1;
        let mut done = 0;
        while done < count {
            let (axis, at) = (&self.axes[last], self.at[last]);
            let run = (count - done).min(axis.len() - at);
            match (self.base, axis) {
                (None, _) => {}
                (Some(base), Axis::Steps { step, .. }) => {
                    for i in 0..run {
                        place(done + i, base + (at + i) * step);
                    }
                }
                (Some(base), Axis::Chosen { step, chosen, .. }) => {
                    let first = chosen.partition_point(|&index| (index as usize) < at);
                    for (rank, &index) in chosen.iter().enumerate().skip(first) {
                        let Some(i) = (index as usize - at < run).then(|| index as usize - at) else { break };
                        place(done + i, base + rank * step);
                    }
                }
            }
            done += run;
            self.at[last] += run;
            if self.at[last] == self.axes[last].len() {
                self.carry();
            }
        }
    }

    /// The last axis has come to its end.
    fn carry(&mut self) {
        let mut axis = self.axes.len() - 1;
        self.at[axis] = 0;
        while axis > 0 {
            axis -= 1;
            self.at[axis] += 1;
            if self.at[axis] < self.axes[axis].len() {
                break;
            }
            self.at[axis] = 0;
        }
        self.find_base();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(axes: impl Fn() -> Vec<Axis>, piece: usize) -> Vec<(usize, usize)> {
        let (mut walk, mut found) = (Walk::new(axes()), Vec::new());
        for start in (0..12).step_by(piece) {
            walk.next(piece.min(12 - start), |i, place| found.push((start + i, place)));
        }
        found
    }

    #[test]
    fn elements_are_put_where_the_axes_say_in_pieces_of_any_length() {
        let steps = |len, step| Axis::Steps { len, step };
        for piece in 1..=12 {
            // 2 × 3 × 2 of which only the first 3 × 2 is wanted; its axes change places.
            let outer = || vec![Axis::Chosen { len: 2, step: 6, chosen: vec![0] }, steps(3, 1), steps(2, 3)];
            let expected = [(0, 0), (1, 3), (2, 1), (3, 4), (4, 2), (5, 5)];
            assert_eq!(walked(outer, piece), expected, "pieces of {piece}");
            // 3 × 4 in Fortran's order: of four images the second and the last are wanted.
            let inner = || vec![steps(3, 1), Axis::Chosen { len: 4, step: 3, chosen: vec![1, 3] }];
            let expected = [(1, 0), (3, 3), (5, 1), (7, 4), (9, 2), (11, 5)];
            assert_eq!(walked(inner, piece), expected, "pieces of {piece}");
        }
    }
}
