//! The activations as functions of one number, which the kernels are generic over.

use crate::kernels::needs::LEAK;
use crate::kernels::vector;

/// An activation f.
pub trait Function {
    /// f(x).
    fn value(x: f32) -> f32;

    /// f′(x).
    fn slope(x: f32) -> f32;

    /// g·f′(x) from what the forward pass has kept of x, which is f′(x) unless the function says otherwise; see
    /// [`Needs`](crate::kernels::needs::Needs).
    #[inline(always)]
    fn backward(kept: f32, gradient: f32) -> f32 {
        gradient * kept
    }
}

/// Evaluates an expression in which the given name is the type of an activation.
macro_rules! with_function {
    ($activation:expr, $function:ident => $body:expr) => {
        with_function!($activation, $function => $body, Linear Tanh Relu LeakyRelu Silu Gelu Softplus Elu)
    };
    ($activation:expr, $function:ident => $body:expr, $($name:ident)*) => {
        match $activation {
            $($crate::experiment::Activation::$name => {
                type $function = $crate::kernels::cpu::function::$name;
                $body
            })*
        }
    };
}
pub(super) use with_function;

pub struct Linear;

impl Function for Linear {
    #[inline(always)]
    fn value(x: f32) -> f32 {
        x
    }

    #[inline(always)]
    fn slope(_: f32) -> f32 {
        1.0
    }

    #[inline(always)]
    fn backward(_: f32, gradient: f32) -> f32 {
        gradient
    }
}

pub struct Tanh;

impl Function for Tanh {
    #[inline(always)]
    fn value(x: f32) -> f32 {
        vector::tanh(x)
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        Self::backward(vector::tanh(x), 1.0)
    }

    #[inline(always)]
    fn backward(y: f32, gradient: f32) -> f32 {
        gradient - gradient * (y * y)
    }
}

pub struct Relu;

impl Function for Relu {
    #[inline(always)]
    fn value(x: f32) -> f32 {
        // Not `max`, which would turn NaN into 0.
        if x < 0.0 { 0.0 } else { x }
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        Self::backward(x, 1.0)
    }

    #[inline(always)]
    fn backward(y: f32, gradient: f32) -> f32 {
        // At NaN the gradient goes through, as PyTorch's and burn's.
        if y <= 0.0 { 0.0 } else { gradient }
    }
}

pub struct LeakyRelu;

impl Function for LeakyRelu {
    #[inline(always)]
    fn value(x: f32) -> f32 {
        if x < 0.0 { LEAK * x } else { x }
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        Self::backward(x, 1.0)
    }

    #[inline(always)]
    fn backward(y: f32, gradient: f32) -> f32 {
        if y < 0.0 { LEAK * gradient } else { gradient }
    }
}

pub struct Silu;

impl Silu {
    /// x where it matters: beyond, sigmoid(x) is 0 or 1, and its product with x could be no number.
    #[inline(always)]
    fn bounded(x: f32) -> f32 {
        let x = if x < -100.0 { -100.0 } else { x };
        if x > 100.0 { 100.0 } else { x }
    }
}

impl Function for Silu {
    #[inline(always)]
    fn value(x: f32) -> f32 {
        (if x < -100.0 { -100.0 } else { x }) * vector::sigmoid(x)
    }

    /// σ + x·σ·(1 − σ), with σ = sigmoid(x).
    #[inline(always)]
    fn slope(x: f32) -> f32 {
        let sigmoid = vector::sigmoid(x);
        (Self::bounded(x) * sigmoid).mul_add(1.0 - sigmoid, sigmoid)
    }
}

pub struct Gelu;

impl Function for Gelu {
    /// x·Φ(x).
    #[inline(always)]
    fn value(x: f32) -> f32 {
        // Below −20, Φ(x) is 0, and its product with x could be no number.
        (if x < -20.0 { -20.0 } else { x }) * vector::normal(x).0
    }

    /// Φ(x) + x·φ(x).
    #[inline(always)]
    fn slope(x: f32) -> f32 {
        let (below, density) = vector::normal(x);
        Silu::bounded(x).mul_add(density, below)
    }
}

pub struct Softplus;

impl Function for Softplus {
    #[inline(always)]
    fn value(x: f32) -> f32 {
        vector::softplus(x)
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        vector::sigmoid(x)
    }

    /// sigmoid(x) = 1 − e^−y.
    #[inline(always)]
    fn backward(y: f32, gradient: f32) -> f32 {
        gradient * -vector::expm1(-y)
    }
}

pub struct Elu;

impl Function for Elu {
    #[inline(always)]
    fn value(x: f32) -> f32 {
        if x > 0.0 { x } else { vector::expm1(x) }
    }

    #[inline(always)]
    fn slope(x: f32) -> f32 {
        if x > 0.0 { 1.0 } else { vector::exp(x) }
    }

    /// eˣ = y + 1 below 0.
    #[inline(always)]
    fn backward(y: f32, gradient: f32) -> f32 {
        if y > 0.0 { gradient } else { gradient.mul_add(y, gradient) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Activation;
    use crate::kernels::needs::Needs;

    /// f(x) and f′(x) in double precision.
    fn exact(activation: Activation, x: f64) -> [f64; 2] {
        let sigmoid = 1.0 / (1.0 + (-x).exp());
        let positive = |above: f64, below: f64| if x > 0.0 { above } else { below };
        match activation {
            Activation::Linear => [x, 1.0],
            Activation::Tanh => [x.tanh(), 1.0 - x.tanh().powi(2)],
            Activation::Relu => [x.max(0.0), positive(1.0, 0.0)],
            Activation::LeakyRelu => [positive(x, 0.01 * x), positive(1.0, 0.01)],
            Activation::Silu => [x * sigmoid, sigmoid * (1.0 + x * (1.0 - sigmoid))],
            Activation::Gelu => {
                let (below, density) = vector::tests::normal_exact(x);
                [x * below, below + x * density]
            }
            Activation::Softplus => [x.max(0.0) + (-x.abs()).exp().ln_1p(), sigmoid],
            Activation::Elu => [positive(x, x.exp_m1()), positive(1.0, x.exp())],
        }
    }

    #[test]
    fn values_and_slopes_are_those_of_double_precision() {
        for activation in Activation::ALL {
            with_function!(activation, F => {
                for i in -400_000..400_000 {
                    let x = 5e-5 * (i as f32 + 0.5);
                    let [value, slope] = exact(activation, f64::from(x));
                    let (found, kept) = (F::value(x), f64::from(F::slope(x)));
                    // GELU's far tail is small: to 10⁻⁶ of it or of 10⁻³.
                    let size = value.abs().max(1e-3);
                    assert!((f64::from(found) - value).abs() < 1e-6 * size, "{activation:?}({x}) = {found}, not {value}");
                    assert!((kept - slope).abs() < 1e-6, "{activation:?}′({x}) = {kept}, not {slope}");
                    let given = if Needs::of(activation) == Needs::Slope { F::slope(x) } else { found };
                    let back = f64::from(F::backward(given, -3.0));
                    assert!((back + 3.0 * slope).abs() < 3e-6, "−3·{activation:?}′({x}) = {back}, not {}", -3.0 * slope);
                }
                // The limits are numbers, and NaN stays none.
                for x in [1e4, -1e4, 1e30, -1e30, f32::MAX, f32::MIN] {
                    assert!(F::value(x).is_finite() && F::slope(x).is_finite(), "{activation:?}({x})");
                }
                assert!(F::value(f32::NAN).is_nan(), "{activation:?}");
                assert!(F::value(f32::NEG_INFINITY) <= 0.0 || activation == Activation::Softplus, "{activation:?}");
            });
        }
    }
}
