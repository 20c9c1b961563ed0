//! Elementary functions in single precision, written so that the compiler turns loops over them into vector
//! instructions. They use only +, ×, ÷, fused multiply-add, comparisons and bit operations, each rounded alike on every
//! processor, so that results do not depend on the vector width. (A processor older than AVX2, without fused
//! multiply-add, emulates it: correctly, but slowly.) Each function states its largest error, which a test measures
//! against f64.

/// eˣ for x ≤ 88 with a relative error below 2·10⁻⁷. Below −87 the result is e⁻⁸⁷.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Not `max`, which would turn NaN into a number.
    let (scale, r) = reduce(if x < -87.0 { -87.0 } else { x });
    (1.0 + expm1_reduced(r)) * scale
}

/// tanh x with a relative error below 4·10⁻⁷, as expm1(2|x|)/(expm1(2|x|) + 2), which does not cancel near 0.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let x2 = 2.0 * x.abs();
    // tanh is 1 in single precision from 9 on. Not `min`, which would turn NaN into a number.
    let (scale, r) = reduce(if x2 > 20.0 { 20.0 } else { x2 });
    let expm1 = scale.mul_add(expm1_reduced(r), scale - 1.0);
    (expm1 / (expm1 + 2.0)).copysign(x)
}

/// log(1 + t) for t in [0, 1] with a relative error below 2·10⁻⁷, as 2 artanh(s) with s = t/(2 + t) ≤ ⅓.
#[inline(always)]
pub fn log1p_unit(t: f32) -> f32 {
    let s = t / (2.0 + t);
    let s2 = s * s;
    let series = polynomial(s2, [1.0 / 15.0, 1.0 / 13.0, 1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0]);
    (2.0 * s).mul_add(s2 * series, 2.0 * s)
}

/// log x of a normal positive number with an error below 3·10⁻⁷·max(|log x|, ½): x = m·2^e with m in [√½, √2), and
/// log m = 2 artanh((m − 1)/(m + 1)).
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let bits = x.to_bits() as i32;
    let exponent = (bits - std::f32::consts::FRAC_1_SQRT_2.to_bits() as i32) >> 23;
    let m = f32::from_bits((bits - (exponent << 23)) as u32);
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    // |s| < 0.172: what is left out is below 2⁻³⁰.
    let series = polynomial(s2, [1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0, 1.0]);
    (exponent as f32).mul_add(std::f32::consts::LN_2, 2.0 * s * series)
}

/// log(1 + eˣ) = max(x, 0) + log1p(e^−|x|).
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    x.max(0.0) + log1p_unit(exp(-x.abs()))
}

/// 1/(1 + e^−x), from e^−|x| so that it does not overflow.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let t = exp(-x.abs());
    (if x >= 0.0 { 1.0 } else { t }) / (1.0 + t)
}

/// 2ⁿ and r of x = n·log 2 + r with n whole and |r| ≤ ½ log 2 (Cody & Waite 1980: log 2 in two parts), for x in
/// [−87, 88].
#[inline(always)]
fn reduce(x: f32) -> (f32, f32) {
    // Adding and taking away 1.5·2²³ rounds to a whole number; in between, the lowest bits of the sum are those of n.
    const ROUND: f32 = 12_582_912.0;
    let sum = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = sum - ROUND;
    let r = n.mul_add(2.121_944_4e-4, n.mul_add(-0.693_359_4, x));
    (f32::from_bits(sum.to_bits().wrapping_add(127) << 23), r)
}

/// eʳ − 1 for |r| ≤ ½ log 2: its Taylor series to r⁷.
#[inline(always)]
fn expm1_reduced(r: f32) -> f32 {
    let series = polynomial(r, [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5]);
    (r * r).mul_add(series, r)
}

/// Horner's scheme, the highest coefficient first.
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut sum = coefficients[0];
    for coefficient in &coefficients[1..] {
        sum = sum.mul_add(x, *coefficient);
    }
    sum
}

/// Compiles a function for AVX-512, for AVX2 and for any processor, and calls the best version that this processor has.
/// Multiplications and additions are fused where the code says `mul_add` and nowhere else, so that all versions give
/// the same numbers.
macro_rules! vectorised {
    ($(#[$doc:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        $visibility fn $name($($argument: $type),*) {
            #[inline(always)]
            fn body($($argument: $type),*) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,fma")]
                fn avx512($($argument: $type),*) { body($($argument),*) }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($argument: $type),*) { body($($argument),*) }
                if std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512vl")
                    && std::arch::is_x86_feature_detected!("avx512bw")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("fma")
                {
                    // SAFETY: the processor has the features, as just asked.
                    return unsafe { avx512($($argument),*) };
                }
                if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                    // SAFETY: as above.
                    return unsafe { avx2($($argument),*) };
                }
            }
            body($($argument),*)
        }
    };
}
pub(crate) use vectorised;

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest relative error of `f` against `truth` over a fine sweep.
    fn worst(f: fn(f32) -> f32, truth: fn(f64) -> f64, from: f32, to: f32) -> f64 {
        let steps = 2_000_000;
        (0..=steps)
            .map(|i| from + (to - from) * i as f32 / steps as f32)
            .filter(|&x| truth(f64::from(x)) != 0.0)
            .map(|x| ((f64::from(f(x)) - truth(f64::from(x))) / truth(f64::from(x))).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn errors_stay_below_what_is_stated() {
        assert!(worst(exp, f64::exp, -86.9, 87.9) < 2e-7, "{}", worst(exp, f64::exp, -86.9, 87.9));
        for (from, to) in [(-1e-3, 1e-3), (-1.0, 1.0), (-12.0, 12.0)] {
            let error = worst(tanh, f64::tanh, from, to);
            assert!(error < 4e-7, "tanh on {from}..{to}: {error}");
        }
        assert!(worst(log1p_unit, f64::ln_1p, 0.0, 1.0) < 2e-7, "{}", worst(log1p_unit, f64::ln_1p, 0.0, 1.0));
        for i in 0..2_000_000 {
            let x = 1.0 + i as f32 * 1e-6 * (1.0 + i as f32 * i as f32);
            let exact = f64::from(x).ln();
            assert!((f64::from(ln(x)) - exact).abs() < 3e-7 * exact.abs().max(0.5), "ln {x}");
        }
        assert!(worst(softplus, |x| x.exp().ln_1p(), -80.0, 80.0) < 4e-7);
        assert!(worst(sigmoid, |x| 1.0 / (1.0 + (-x).exp()), -80.0, 80.0) < 4e-7);
    }

    #[test]
    fn extreme_arguments_stay_finite_and_right() {
        assert_eq!((tanh(40.0), tanh(-1e30), tanh(0.0)), (1.0, -1.0, 0.0));
        assert_eq!(softplus(1e30), 1e30);
        assert!((0.0..2e-38).contains(&softplus(-1e4)));
        assert_eq!((sigmoid(1e9), sigmoid(0.0)), (1.0, 0.5));
        assert!(sigmoid(-1e9) < 2e-38);
        // NaN must stay NaN.
        for f in [exp, tanh, softplus, sigmoid] {
            assert!(f(f32::NAN).is_nan());
        }
    }
}
