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

/// [`exp`], but 0 below −69, where it is 10⁻³⁰: a term of a sum whose largest is 1, and that term's share in the sum,
/// with which others are weighted. Next to nothing times a small number would be subnormal, and with such numbers many
/// processors are ten times slower.
#[inline(always)]
pub fn exp_of_term(x: f32) -> f32 {
    // NaN is not below.
    if x < -69.0 { 0.0 } else { exp(x) }
}

/// eˣ − 1 for x ≤ 88 with a relative error below 3·10⁻⁷. Below −87 the result is −1.
#[inline(always)]
pub fn expm1(x: f32) -> f32 {
    let (scale, r) = reduce(if x < -87.0 { -87.0 } else { x });
    scale.mul_add(expm1_reduced(r), scale - 1.0)
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

/// Φ(x), the distribution function of the standard normal, with a relative error below 10⁻⁶ for x ≥ −4 (an error of the
/// argument of the exponential, x²/2, is one of the result), and its derivative φ(x), which vanishes with e⁻⁸⁷.
#[inline(always)]
pub fn normal(x: f32) -> (f32, f32) {
    // Not `min`, which would turn NaN into a number.
    let u = if x.abs() > 13.2 { 13.2 } else { x.abs() };
    let density = exp(-0.5 * u * u);
    // Φ(−u)·exp(u²/2) = ½ erfcx(u/√2) as a polynomial in t = 1/(1 + 0.275·u): a fit of smallest relative error, 2·10⁻⁸,
    // on 0 ≤ u ≤ 13.3.
    let t = 1.0 / u.mul_add(0.275, 1.0);
    let ratio = polynomial(
        t,
        [
            2.181_231_4e-2,
            -8.251_821e-2,
            6.639_931e-2,
            4.629_561e-2,
            2.349_775e-2,
            1.117_068_4e-1,
            9.153_239e-2,
            1.117_915_4e-1,
            1.094_710_1e-1,
            1.146_180_7e-5,
        ],
    );
    let tail = density * ratio;
    const FACTOR: f32 = 0.398_942_3;
    (if x < 0.0 { tail } else { 1.0 - tail }, FACTOR * density)
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

/// Compiles a function, which may have a type parameter, for AVX-512, for AVX2 and for any processor, and calls the
/// best version that this processor has. Multiplications and additions are fused where the code says `mul_add` and
/// nowhere else, so that all versions give the same numbers.
macro_rules! vectorised {
    (
        $(#[$doc:meta])*
        $visibility:vis fn $name:ident $(<$function:ident: $bound:path>)? ($($argument:ident: $type:ty),* $(,)?)
        $body:block
    ) => {
        $(#[$doc])*
        $visibility fn $name $(<$function: $bound>)? ($($argument: $type),*) {
            #[inline(always)]
            fn body $(<$function: $bound>)? ($($argument: $type),*) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,fma")]
                fn avx512 $(<$function: $bound>)? ($($argument: $type),*) { body $(::<$function>)? ($($argument),*) }
                #[target_feature(enable = "avx2,fma")]
                fn avx2 $(<$function: $bound>)? ($($argument: $type),*) { body $(::<$function>)? ($($argument),*) }
                if std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512vl")
                    && std::arch::is_x86_feature_detected!("avx512bw")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("fma")
                {
                    // SAFETY: the processor has the features, as just asked.
                    return unsafe { avx512 $(::<$function>)? ($($argument),*) };
                }
                if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                    // SAFETY: as above.
                    return unsafe { avx2 $(::<$function>)? ($($argument),*) };
                }
            }
            body $(::<$function>)? ($($argument),*)
        }
    };
}
pub(crate) use vectorised;

#[cfg(test)]
pub mod tests {
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
        for (from, to) in [(-1e-3, 1e-3), (-1.0, 1.0), (-86.9, 87.9)] {
            let error = worst(expm1, f64::exp_m1, from, to);
            assert!(error < 3e-7, "expm1 on {from}..{to}: {error}");
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

    /// Φ(x) and φ(x) in double precision: Φ by its continued fraction for |x| ≥ 2, else by its series.
    pub fn normal_exact(x: f64) -> (f64, f64) {
        let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
        let u = x.abs();
        let tail = if u >= 2.0 {
            density / (1..=200).rev().fold(u, |below, k| u + f64::from(k) / below)
        } else {
            // ½ − φ(u)·(u + u³/3 + u⁵/(3·5) + …)
            let (mut term, mut sum) = (u, u);
            for k in 1..60 {
                term *= u * u / f64::from(2 * k + 1);
                sum += term;
            }
            0.5 - density * sum
        };
        (if x < 0.0 { tail } else { 1.0 - tail }, density)
    }

    #[test]
    fn the_normal_distribution_is_that_of_f64() {
        assert!((normal_exact(-1.0).0 - 0.158_655_253_931_457_05).abs() < 1e-14);
        assert!((normal_exact(-3.0).0 - 1.349_898_031_630_094_5e-3).abs() < 1e-15);
        let error = worst(|x| normal(x).0, |x| normal_exact(x).0, -4.0, 8.0);
        assert!(error < 1e-6, "{error}");
        let error = worst(|x| normal(x).1, |x| normal_exact(x).1, -4.0, 4.0);
        assert!(error < 1e-6, "{error}");
        assert_eq!((normal(0.0), normal(1e30).0), ((0.5, 0.398_942_3), 1.0));
        assert!(normal(-1e30).0 < 1e-38 && normal(f32::INFINITY).1 < 1e-37);
        assert!(normal(f32::NAN).0.is_nan() && normal(f32::NAN).1.is_nan());
    }

    #[test]
    fn extreme_arguments_stay_finite_and_right() {
        assert_eq!((tanh(40.0), tanh(-1e30), tanh(0.0)), (1.0, -1.0, 0.0));
        assert_eq!([-69.1, -1e30, f32::NEG_INFINITY].map(exp_of_term), [0.0; 3]);
        assert_eq!([-68.9, -1.0, 0.0].map(exp_of_term), [-68.9, -1.0, 0.0].map(exp));
        assert_eq!(softplus(1e30), 1e30);
        assert!((0.0..2e-38).contains(&softplus(-1e4)));
        assert_eq!((sigmoid(1e9), sigmoid(0.0)), (1.0, 0.5));
        assert!(sigmoid(-1e9) < 2e-38);
        // NaN must stay NaN.
        for f in [exp, exp_of_term, expm1, tanh, softplus, sigmoid] {
            assert!(f(f32::NAN).is_nan());
        }
    }
}
