//! Quantiles of the standard normal distribution.

/// The z with Φ(z) = p for p in (0, 1), by algorithm AS 241 of Wichura 1988 (PPND7, about 7 digits); ±∞ outside.
pub fn normal_quantile(p: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let horner = |r: f64, coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, c| sum * r + c);
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        let numerator = horner(r, &[3.387_132_7, 50.434_271_9, 159.291_132_02, 59.109_374_72]);
        return q * numerator / horner(r, &[1.0, 17.895_169_47, 78.757_757_664, 67.187_563_6]);
    }
    let r = (-p.min(1.0 - p).ln()).sqrt();
    let tail = if r <= 5.0 {
        let r = r - 1.6;
        horner(r, &[1.423_437_277_7, 2.756_815_39, 1.306_728_481_6, 0.170_238_215_7])
            / horner(r, &[1.0, 0.737_001_642_8, 0.120_211_325_6])
    } else {
        let r = r - 5.0;
        horner(r, &[6.657_905_115, 3.081_226_386, 0.428_682_948_26, 0.017_337_203_997])
            / horner(r, &[1.0, 0.241_978_942_2, 0.012_258_202_635])
    };
    tail.copysign(q)
}

#[cfg(test)]
mod tests {
    use super::normal_quantile;

    #[test]
    fn quantiles_match_the_tables() {
        // Abramowitz & Stegun, table 26.5, and symmetry.
        for (p, z) in [(0.5, 0.0), (0.841_344_746, 1.0), (0.975, 1.959_964), (0.999, 3.090_232), (1e-6, -4.753_424)] {
            assert!((normal_quantile(p) - z).abs() < 2e-6, "p = {p}: {}", normal_quantile(p));
            assert!((normal_quantile(p) + normal_quantile(1.0 - p)).abs() < 1e-5);
        }
        assert!((normal_quantile(1e-12) + 7.034_484).abs() < 1e-5);
    }
}
