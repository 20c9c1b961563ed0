//! What quadrature is asked for and what it finds.

/// How hard to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The lattice is refined until halving its spacing changes log p(x) and the KL by less than this; nats.
    pub tolerance: f64,
    /// Most lattice points an image.
    pub max_points: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tolerance: 5e-3, max_points: 1 << 16 }
    }
}

impl Settings {
    /// A fifth of the points, for numbers that are drawn beside others of larger error.
    pub fn quick() -> Self {
        Self { tolerance: 5e-2, ..Self::default() }
    }
}

/// Why a number has not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// The mass reaches over more lattice points than are allowed.
    Wide,
    /// With the largest number of points, halving the spacing still changes too much: the mass is too narrow for its
    /// extent, or the density has kinks.
    Fine,
    /// log p(x, z) or log q(z|x) is not finite where the mass should be.
    NotFinite,
}

impl Open {
    /// In words, to follow "p(z|x)" or "q(z|x)".
    pub fn why(self) -> &'static str {
        match self {
            Self::Wide => "reaches too far for the largest lattice",
            Self::Fine => "has detail too fine for the largest lattice",
            Self::NotFinite => "is not finite",
        }
    }
}

/// What quadrature finds for one image; nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Integral {
    /// log p(x) = log ∫ p(x, z) dz.
    pub log_px: f64,
    /// What halving the spacing changed; infinite where the mass was not covered within the largest number of points.
    pub log_px_error: f64,
    /// Why log p(x) has not settled; `None` where it has. It is p(z|x) that is to blame, never q(z|x).
    pub log_px_open: Option<Open>,
    /// KL[q(z|x) ‖ p(z|x)] = ∫ q log (q/p), by quadrature; not a difference of bounds.
    pub kl: f64,
    /// As [`Self::log_px_error`].
    pub kl_error: f64,
    /// Why the KL has not settled; `None` where it has. Where log p(x) has, it is q(z|x) that is to blame.
    pub kl_open: Option<Open>,
    /// ∫ q over the lattice: 1 where it covers and resolves q.
    pub q_mass: f64,
    /// E[z|x], an entry a dimension.
    pub mean: Vec<f64>,
    /// √Var[z|x], an entry a dimension.
    pub deviation: Vec<f64>,
    /// A box an axis around all that is within 12 nats of the peak of p(z|x) or of q(z|x).
    pub window: Vec<[f64; 2]>,
    /// Distance of lattice points.
    pub spacing: f64,
    /// Lattice points of this spacing.
    pub points: usize,
}
