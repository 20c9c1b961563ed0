//! The settings and the result of quadrature.

/// How accurate quadrature shall be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The lattice is refined until halving its spacing changes log p(x) and the KL by less than this, in nats.
    pub tolerance: f64,
    /// Largest number of lattice points per image.
    pub max_points: usize,
    /// Draws from p(z|x) of each image, from the lattice; none by default.
    pub draws: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tolerance: 5e-3, max_points: 1 << 16, draws: 0 }
    }
}

impl Settings {
    /// Settings with a fifth of the points, for results that are shown beside others with a larger error.
    pub fn quick() -> Self {
        Self { tolerance: 5e-2, ..Self::default() }
    }
}

/// The reason why a result has not converged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// The mass extends over more lattice points than are allowed.
    Wide,
    /// With the largest number of points, halving the spacing still changes the result too much: the mass is too narrow
    /// for its extent, or the density has kinks.
    Fine,
    /// log p(x, z) or log q(z|x) is not finite where the mass should be.
    NotFinite,
}

impl Open {
    /// The reason in words, to follow "p(z|x)" or "q(z|x)".
    pub fn why(self) -> &'static str {
        match self {
            Self::Wide => "reaches too far for the largest lattice",
            Self::Fine => "has detail too fine for the largest lattice",
            Self::NotFinite => "is not finite",
        }
    }
}

/// The result of quadrature for one image, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Integral {
    /// log p(x) = log ∫ p(x, z) dz.
    pub log_px: f64,
    /// The change of log p(x) when the spacing was halved; infinite where the mass was not covered within the largest
    /// number of points.
    pub log_px_error: f64,
    /// Why log p(x) has not converged, always on account of p(z|x); `None` if it has.
    pub log_px_open: Option<Open>,
    /// KL[q(z|x) ‖ p(z|x)] = ∫ q log (q/p) by quadrature, not as a difference of bounds.
    pub kl: f64,
    /// The change of the KL when the spacing was halved; infinite where the mass was not covered within the largest
    /// number of points.
    pub kl_error: f64,
    /// Why the KL has not converged; `None` if it has. If log p(x) has converged, the reason lies in q(z|x).
    pub kl_open: Option<Open>,
    /// ∫ q(z|x) over the lattice, which is 1 where the lattice covers and resolves q.
    pub q_mass: f64,
    /// The posterior mean E[z|x] of each dimension.
    pub mean: Vec<f64>,
    /// The posterior standard deviation √Var[z|x] of each dimension.
    pub deviation: Vec<f64>,
    /// A box, `[from, to]` for each axis, around everything within 12 nats of the peak of p(z|x) or q(z|x).
    pub window: Vec<[f64; 2]>,
    /// The distance between neighbouring lattice points.
    pub spacing: f64,
    /// Number of lattice points at this spacing.
    pub points: usize,
    /// Draws from p(z|x), as many as were asked for, `draws × latent`.
    pub draws: Vec<f32>,
}
