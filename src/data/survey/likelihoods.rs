//! A verdict on each likelihood: whether it is a probability or a density of the values of a data set.

use super::{ColumnFound, Values};
use crate::experiment::method::{Pixels, Sizes};
use crate::experiment::{Choice, ImageShape, Likelihood};
use serde::Serialize;

/// A likelihood, and whether it suits the values as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The likelihood's name.
    pub likelihood: &'static str,
    /// Whether the bound is a bound on the log-probability, or log-density, of such values, without a catch.
    pub fits: bool,
    /// The reason; where the likelihood does not fit, with one that would or a change of the data.
    pub why: String,
}

/// A verdict on every likelihood. `columns` are those of vectors, none of images; `binarised` says that the experiment
/// binarises grey values before the model gets them.
pub fn verdicts(values: &Values, columns: &[ColumnFound], binarised: bool) -> Vec<Verdict> {
    let what = if columns.is_empty() { "pixels" } else { "columns" };
    let levels = columns.iter().filter(|column| column.level).count();
    // A category has its own probabilities under the likelihood by column.
    let numbers = |column: &&ColumnFound| column.is_constant() && !column.level;
    let constant = if levels > 0 { columns.iter().filter(numbers).count() } else { values.constant_pixels };
    let verdict = |likelihood: &Likelihood| {
        let (mut fits, mut why) = judge(likelihood.kind(), values);
        // Of what the experiment makes of grey values, not of these.
        let made_binary = binarised && values.is_unit() && !values.is_binary();
        if made_binary && likelihood.kind() == Pixels::Binary {
            (fits, why) =
                (true, "a probability of binarised values (data.binarisation); of grey ones it is no density".into());
        }
        if values.missing > 0 && *likelihood == Likelihood::GaussianOptimal {
            (fits, why) = (false, "its σ is the error of all values, and some are missing".into());
        }
        let density = matches!(likelihood.kind(), Pixels::Real | Pixels::Unit);
        if levels > 0 && levels < columns.len() && density {
            (fits, why) = (false, "no density of categories, whose levels are 0 or 1; take the one by column".into());
        } else if constant > 0 && !values.is_binary() && spread_per_pixel(likelihood, values.pixels) {
            let pixels = values.pixels;
            why = format!("a density; {constant} of {pixels} {what} never change, and their σ shrinks to its floor");
        }
        if made_binary && fits && likelihood.kind() != Pixels::Binary {
            why += "; set data.binarisation to None";
        }
        Verdict { likelihood: likelihood.name(), fits, why }
    };
    Likelihood::ALL.iter().map(verdict).collect()
}

/// Whether a density learns a σ for each pixel, which a pixel that never changes drives to its floor.
fn spread_per_pixel(likelihood: &Likelihood, pixels: usize) -> bool {
    let image = ImageShape { channels: 1, height: 1, width: pixels };
    let counts = likelihood.counts(Sizes { image, latent: 1, upper: 0 });
    matches!(likelihood.kind(), Pixels::Real | Pixels::Columns) && counts.parameters > 1
}

/// A density can grow without bound at a value that many pixels share; from this share of values at 0 or at 1 on, the
/// verdict says so.
const HEAP: f64 = 0.05;

fn judge(pixels: Pixels, values: &Values) -> (bool, String) {
    let binary = values.is_binary();
    let heap = values.zeros.max(values.ones);
    let levels = values.levels.is_some() && values.is_unit();
    match pixels {
        Pixels::Binary if binary => (true, "all values are 0 or 1: a probability".into()),
        Pixels::Binary if values.is_unit() => {
            (false, "grey values, of which it is no density; binarise them (data.binarisation), or take another".into())
        }
        Pixels::Binary => (false, "values beyond 0 and 1, of which it is no density".into()),
        Pixels::Counts if binary => (true, "all values are 0 or 1, which are counts; the Bernoulli is theirs".into()),
        Pixels::Counts if values.is_unit() || values.min < 0.0 => (false, "these values are no counts".into()),
        Pixels::Counts => (true, "a probability, if all values are whole numbers from 0 on".into()),
        Pixels::Real | Pixels::Columns | Pixels::Unit | Pixels::Levels if binary => {
            (false, "all values are 0 or 1: a density of them has no upper bound; take the Bernoulli".into())
        }
        Pixels::Levels if levels => (true, "values on 256 levels: a probability of each".into()),
        Pixels::Levels => (false, "it is a probability of 256 levels from 0 to 1; these values have others".into()),
        Pixels::Unit if !values.is_unit() => (false, "it is a density in [0, 1], and values lie beyond".into()),
        Pixels::Unit => (true, "values in [0, 1]: a density".into()),
        Pixels::Real | Pixels::Columns if levels && heap > HEAP => {
            let percent = 100.0 * heap;
            (true, format!("a density; {percent:.0} % of the values are one and the same, which favours a small σ"))
        }
        Pixels::Real | Pixels::Columns => (true, "a density".into()),
    }
}
