//! Normal draws by Box & Muller (1958), in single precision without branches or calls, so that loops over them become
//! vector instructions and give the same bits on every machine (the system's `ln` and `sincos` do neither).

use super::vectorised::vectorised;
use std::f32::consts::{FRAC_PI_2, LN_2};

vectorised! {
    /// Turn uniform words into draws from N(0, 1): words 2i and 2i + 1 make numbers 2i and 2i + 1. `bits` and `out`
    /// have the same, even length.
    pub(super) fn from_bits(bits: &[u32], out: &mut [f32]) {
        for (out, &[a, b]) in out.as_chunks_mut::<2>().0.iter_mut().zip(bits.as_chunks::<2>().0) {
            *out = pair(a, b);
        }
    }
}

/// Two normal draws: radius √(−2 ln u), with u from all 32 bits of `a` (so that tails reach 6.7 σ), and the angle from
/// `b`.
#[inline(always)]
fn pair(a: u32, b: u32) -> [f32; 2] {
    let u = (a as f32 + 0.5) * (1.0 / 4_294_967_296.0);
    let radius = (-2.0 * ln(u)).sqrt();
    let (cos, sin) = direction(b);
    [radius * cos, radius * sin]
}

/// ln x of a normal positive number: x = m·2^e with m in [√½, √2), and ln m = 2 artanh((m − 1)/(m + 1)).
#[inline(always)]
fn ln(x: f32) -> f32 {
    let bits = x.to_bits() as i32;
    let exponent = (bits - std::f32::consts::FRAC_1_SQRT_2.to_bits() as i32) >> 23;
    let m = f32::from_bits((bits - (exponent << 23)) as u32);
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    // The series 1 + s²/3 + s⁴/5 + …; |s| < 0.172, so what is left out is below 2⁻³⁰.
    let series = 1.0 + s2 * (1.0 / 3.0 + s2 * (1.0 / 5.0 + s2 * (1.0 / 7.0 + s2 * (1.0 / 9.0))));
    exponent as f32 * LN_2 + 2.0 * s * series
}

/// Cosine and sine of a uniform angle: a quarter turn from the top two bits, and an angle within ±π/4 from the next 23.
#[inline(always)]
fn direction(bits: u32) -> (f32, f32) {
    let quarter = bits >> 30;
    let x = ((((bits >> 7) & 0x7f_ffff) as f32 + 0.5) * (1.0 / 8_388_608.0) - 0.5) * FRAC_PI_2;
    let x2 = x * x;
    // Taylor's series; what is left out is below 2⁻²⁸.
    let sin = x
        * (1.0 - x2 * (1.0 / 6.0) * (1.0 - x2 * (1.0 / 20.0) * (1.0 - x2 * (1.0 / 42.0) * (1.0 - x2 * (1.0 / 72.0)))));
    let cos = 1.0
        - x2 * (1.0 / 2.0)
            * (1.0
                - x2 * (1.0 / 12.0)
                    * (1.0 - x2 * (1.0 / 30.0) * (1.0 - x2 * (1.0 / 56.0) * (1.0 - x2 * (1.0 / 90.0)))));
    let (c, s) = if quarter & 1 == 0 { (cos, sin) } else { (sin, cos) };
    let negate = |value: f32, yes: u32| f32::from_bits(value.to_bits() ^ (yes << 31));
    (negate(c, (quarter ^ (quarter >> 1)) & 1), negate(s, quarter >> 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_is_the_logarithm() {
        for a in (0..u32::MAX).step_by(65_537).chain(0..1_000).chain(u32::MAX - 1_000..u32::MAX) {
            let u = (a as f32 + 0.5) * (1.0 / 4_294_967_296.0);
            let exact = f64::from(u).ln();
            assert!((f64::from(ln(u)) - exact).abs() <= 3e-7 * exact.abs().max(1e-30), "ln {u}");
        }
    }

    #[test]
    fn directions_are_exact_and_go_round_the_circle() {
        for bits in (0..u32::MAX).step_by(65_537) {
            // The centre of the first quarter is angle 0.
            let fraction = f64::from(bits >> 7) + 0.5;
            let angle = fraction / f64::from(1u32 << 25) * std::f64::consts::TAU - std::f64::consts::FRAC_PI_4;
            let (cos, sin) = direction(bits);
            assert!((f64::from(cos) - angle.cos()).abs() < 2e-7, "cos {angle}");
            assert!((f64::from(sin) - angle.sin()).abs() < 2e-7, "sin {angle}");
        }
    }

    #[test]
    fn tails_reach_as_far_as_32_bits_allow() {
        let [x, y] = pair(0, 0);
        let radius = f64::from(x).hypot(f64::from(y));
        assert!((radius - (2.0 * 33.0 * std::f64::consts::LN_2).sqrt()).abs() < 1e-5);
        assert!(pair(u32::MAX, 0).iter().all(|x| x.abs() < 1e-3));
    }
}
