//! The identity log p(x) − KL[q(z|x) ‖ p(z|x)] = ELBO: its left side, measured by the best method that a model allows,
//! its averages over images, and the residual between the two sides.

use super::joint::{Joint, Outputs};
use super::measurement::{Effort, Evidence, Findings, Measurement};
use super::method::Method;
use super::quadrature::Integral;
use crate::estimate::Estimate;
use crate::sliced::{Progress, Sliced};
use burn::tensor::ExecutionError;

/// The terms of the identity log p(x) − KL[q(z|x) ‖ p(z|x)] = ELBO, averaged over images, in nats per image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity {
    /// The method by which log p(x) and the KL were measured.
    pub method: Method,
    /// log p(x).
    pub log_px: Estimate,
    /// KL[q(z|x) ‖ p(z|x)], measured without using the ELBO.
    pub posterior_kl: Estimate,
    /// The ELBO, from samples of its own.
    pub elbo: Estimate,
}

impl Identity {
    /// Average the terms over images; a term that the method does not give is NaN.
    pub fn over(method: Method, images: &[Evidence], elbo: Estimate) -> Self {
        let unknown = Estimate::exact(f64::NAN);
        let of = |term: fn(&Evidence) -> Option<Estimate>| {
            method.average(&images.iter().map(|image| term(image).unwrap_or(unknown)).collect::<Vec<_>>())
        };
        Self { method, log_px: of(|image| Some(image.log_px)), posterior_kl: of(|image| image.posterior_kl), elbo }
    }
}

/// log p(x) − KL[q(z|x) ‖ p(z|x)] − ELBO of the images of which all three are known, averaged; `None` where there are
/// none. Its error is measured over the images, not built from those of the terms: it stays honest where a delta method
/// is not, and is not known (NaN) of one image. The images' errors of quadrature may agree in sign, so that their
/// spread does not show them: they are added.
pub fn residual(method: Method, images: &[Evidence], elbos: impl IntoIterator<Item = f64>) -> Option<Estimate> {
    let known: Vec<(Estimate, Estimate, f64)> =
        images.iter().zip(elbos).filter_map(|(image, elbo)| Some((image.log_px, image.posterior_kl?, elbo))).collect();
    if known.is_empty() {
        return None;
    }
    let residuals: Vec<f64> = known.iter().map(|(log_px, kl, elbo)| log_px.value - kl.value - elbo).collect();
    let mut residual = Estimate::mean(&residuals);
    if method == Method::Quadrature {
        let [log_px, kl] = [0, 1].map(|term| {
            let of = |known: &(Estimate, Estimate, f64)| if term == 0 { known.0 } else { known.1 };
            method.average(&known.iter().map(of).collect::<Vec<_>>())
        });
        residual.se = residual.se.hypot(log_px.se).hypot(kl.se);
    }
    Some(residual)
}

/// The left side of the identity for each image.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredIdentity {
    /// The method that all images were measured by.
    pub method: Method,
    /// log p(x) and KL[q(z|x) ‖ p(z|x)] of each image.
    pub images: Vec<Evidence>,
    /// The integrals of each image if the method is quadrature, else empty.
    pub integrals: Vec<Integral>,
    /// Draws from p(z|x) of each image, `draws × latent`, where they were asked for and the method has some.
    pub draws: Vec<Vec<f32>>,
}

/// The measurement of log p(x) and KL[q(z|x) ‖ p(z|x)] of some images, independently of each other, by the best
/// applicable method, in slices. If quadrature needs too fine a lattice for one of the images, the next method is used
/// for all.
pub struct IdentityMeasurement {
    outputs: Outputs,
    effort: Effort,
    /// The methods to use if the present one fails; the next one is last in the list.
    further: Vec<Method>,
    current: Option<Box<Measurement>>,
    /// The results from a first set of importance samples, of which log p(x) is used. The KL comes from a second set:
    /// from the same samples, log p(x) − KL would equal their ELBO for any model.
    first: Option<Vec<Evidence>>,
    found: Option<MeasuredIdentity>,
}

impl IdentityMeasurement {
    /// A measurement of all images of `joint`, with q(z|x) from `outputs`. `closed_form` is used if it has both terms,
    /// otherwise the first of `methods` (those that work in slices).
    ///
    /// # Errors
    /// The device fails.
    pub fn new(
        joint: &dyn Joint,
        outputs: Outputs,
        closed_form: Option<Vec<Evidence>>,
        methods: Vec<Method>,
        effort: Effort,
    ) -> Result<Self, ExecutionError> {
        let further = methods.into_iter().filter(|method| *method != Method::ClosedForm).rev().collect();
        let found = closed_form.filter(|images| images.iter().all(|image| image.posterior_kl.is_some()));
        let found = found.map(|images| MeasuredIdentity {
            method: Method::ClosedForm,
            images,
            integrals: Vec::new(),
            draws: Vec::new(),
        });
        let mut new = Self { outputs, effort, further, current: None, first: None, found };
        if new.found.is_none() {
            new.begin_next(joint)?;
        }
        Ok(new)
    }

    fn begin_next(&mut self, joint: &dyn Joint) -> Result<(), ExecutionError> {
        let method = self.further.pop().unwrap_or(Method::Importance);
        self.begin(method, joint, self.effort.seed)
    }

    fn begin(&mut self, method: Method, joint: &dyn Joint, seed: u64) -> Result<(), ExecutionError> {
        let effort = Effort { seed, ..self.effort };
        self.current = Measurement::new(method, joint, self.outputs.clone(), &effort)?.map(Box::new);
        Ok(())
    }

    fn close(&mut self, method: Method, measured: Findings, joint: &dyn Joint) -> Result<(), ExecutionError> {
        let mut images = measured.evidence();
        if method == Method::Quadrature && !images.iter().all(Evidence::is_settled) {
            return self.begin_next(joint);
        }
        if method == Method::Importance {
            let Some(first) = self.first.take() else {
                self.first = Some(images);
                return self.begin(method, joint, self.effort.seed.wrapping_add(1));
            };
            let pairs = first.into_iter().zip(&images);
            images = pairs.map(|(first, second)| Evidence { posterior_kl: second.posterior_kl, ..first }).collect();
        }
        let draws = measured.draws().into_iter().map(<[f32]>::to_vec).collect();
        let integrals = if let Findings::Quadrature(integrals) = measured { integrals } else { Vec::new() };
        self.found = Some(MeasuredIdentity { method, images, integrals, draws });
        Ok(())
    }
}

impl Sliced<dyn Joint + '_> for IdentityMeasurement {
    type Found = MeasuredIdentity;
    type Error = ExecutionError;

    fn slice(&mut self, joint: &(dyn Joint + '_), threads: usize) -> Result<bool, ExecutionError> {
        let Some(mut current) = self.current.take() else { return Ok(true) };
        if current.slice(joint, threads)? {
            let method = current.method();
            self.close(method, current.finish(), joint)?;
        } else {
            self.current = Some(current);
        }
        Ok(self.current.is_none())
    }

    /// Progress, in the units of the present method.
    fn progress(&self) -> Progress {
        self.current.as_ref().map_or(Progress { done: 1, all: 1, what: "" }, |current| current.progress())
    }

    /// # Panics
    /// If [`slice`](Sliced::slice) has not yet returned `true`.
    fn finish(self: Box<Self>) -> MeasuredIdentity {
        self.found.expect("all slices are done")
    }
}
