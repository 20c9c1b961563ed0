//! The scores of codes made by hand.

use super::codes::Dice;
use super::*;
use crate::random::{Purpose, Stream};

/// Each factor's name, its number of levels, and whether they have no order.
const FACTORS: [(&str, usize, bool); 4] = [("kind", 3, true), ("size", 6, false), ("x", 16, false), ("y", 16, false)];

fn factors() -> Vec<Factor> {
    FACTORS
        .map(|(name, levels, categorical)| Factor { name: name.into(), levels, categorical, level_names: Vec::new() })
        .to_vec()
}

/// Codes of 4,000 images as a function of their factors, each between −1 and 1, and of noise of as many numbers.
fn codes(latent: usize, code: impl Fn(&[f64], &[f64]) -> Vec<f64>) -> Codes {
    let mut dice = Dice::new(5, 9);
    let mut noise = vec![0.0_f32; 4_000 * latent];
    Stream::new(6, Purpose::Choice).fill_normal(0, &mut noise);
    let (mut means, mut levels) = (Vec::new(), Vec::new());
    for noise in noise.chunks(latent) {
        let of_image = FACTORS.map(|(_, levels, _)| dice.below(levels) as u8);
        let scaled: Vec<f64> = of_image
            .iter()
            .zip(FACTORS)
            .map(|(&level, (_, levels, _))| 2.0 * f64::from(level) / (levels - 1) as f64 - 1.0)
            .collect();
        let noise: Vec<f64> = noise.iter().map(|&v| f64::from(v)).collect();
        let code = code(&scaled, &noise);
        assert_eq!(code.len(), latent);
        means.extend(code);
        levels.extend(of_image);
    }
    Codes { means, latent, levels, factors: factors() }
}

fn scores(codes: &Codes) -> Scores {
    Scores::of(codes, 0)
}

/// One factor a dimension (in another order, some turned round), a dimension of noise, and one that has collapsed.
fn perfect() -> Codes {
    codes(6, |v, noise| vec![-v[2], 0.5 * noise[0], v[0], 2.0 * v[3], 1e-3 * noise[1], v[1]])
}

/// Every dimension a mixture of all factors, by an orthogonal matrix.
fn mixed() -> Codes {
    let signs = [[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0], [1.0, -1.0, -1.0, 1.0]];
    codes(4, |v, _| signs.iter().map(|row| row.iter().zip(v).map(|(s, v)| 0.5 * s * v).sum()).collect())
}

#[test]
fn a_dimension_for_each_factor_is_perfect() {
    let s = scores(&perfect());
    assert!(s.mig > 0.9 && s.sap > 0.75, "{s:?}");
    assert!(s.dci_disentanglement > 0.98 && s.dci_completeness > 0.98 && s.dci_informativeness > 0.98, "{s:?}");
    assert!(s.factor_vae > 0.99 && s.beta_vae > 0.99, "{s:?}");
}

#[test]
fn mixtures_are_not() {
    let s = scores(&mixed());
    assert!(s.mig < 0.1 && s.sap < 0.1, "{s:?}");
    assert!(s.dci_disentanglement < 0.3 && s.dci_completeness < 0.3, "{s:?}");
    assert!(s.factor_vae < 0.6, "{s:?}");
    // The code still tells the factors, only not one by one.
    assert!(s.dci_informativeness > 0.7, "{s:?}");
}

#[test]
fn noise_tells_nothing() {
    let s = scores(&codes(4, |_, noise| noise.to_vec()));
    assert!(s.mig < 0.02 && s.sap < 0.03 && s.dci_informativeness < 0.02, "{s:?}");
    // Chance is 1/4.
    assert!(s.factor_vae < 0.35 && s.beta_vae < 0.35, "{s:?}");
}

/// Two dimensions that say the same: each is pure, but neither stands out.
#[test]
fn a_copied_dimension_has_no_gap_and_is_not_complete() {
    let s = scores(&codes(6, |v, _| vec![v[0], v[0], v[1], v[1], v[2], v[3]]));
    let t = scores(&perfect());
    assert!(s.mig < 0.6 * t.mig && s.sap < 0.6 * t.sap, "{s:?}");
    assert!(s.dci_disentanglement > 0.98 && s.factor_vae > 0.99, "{s:?}");
}

/// A collapsed code, and a code of one dimension, are scored rather than divided by nothing.
#[test]
fn degenerate_codes_are_scored() {
    let constant = scores(&codes(3, |_, _| vec![0.3; 3]));
    assert_eq!((constant.mig, constant.factor_vae, constant.dci_informativeness), (0.0, 0.0, 0.0));
    assert!(constant.sap.abs() < 1e-12, "{constant:?}");
    let one = scores(&codes(1, |v, _| vec![v[2]]));
    for score in [one.mig, one.sap, one.dci_disentanglement, one.dci_completeness, one.factor_vae, one.beta_vae] {
        assert!((0.0..=1.0).contains(&score), "{one:?}");
    }
}

#[test]
fn scores_are_a_function_of_their_seed() {
    let codes = mixed();
    assert_eq!(Scores::of(&codes, 3), Scores::of(&codes, 3));
    assert_ne!(Scores::of(&codes, 3), Scores::of(&codes, 4));
}
