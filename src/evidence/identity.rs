//! The identity log p(x) − KL[q(z|x) ‖ p(z|x)] = ELBO: its left side measured by the best method that a model allows,
//! its terms over images, and what is left when one side is taken from the other.

use super::joint::{Joint, Outputs};
use super::measurement::{Effort, Evidence, Findings, Measurement};
use super::method::Method;
use super::quadrature::Integral;
use crate::estimate::Estimate;
use crate::sliced::{Progress, Sliced};
use burn::tensor::ExecutionError;

/// log p(x) − KL[q(z|x) ‖ p(z|x)] = ELBO over some images; nats per image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity {
    /// How log p(x) and the KL were measured.
    pub method: Method,
    /// log p(x).
    pub log_px: Estimate,
    /// KL[q(z|x) ‖ p(z|x)], measured by itself.
    pub posterior_kl: Estimate,
    /// By samples of its own.
    pub elbo: Estimate,
}

impl Identity {
    /// The averages over images; a term that the method does not give is NaN.
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
/// is not.
pub fn residual(images: &[Evidence], elbos: impl IntoIterator<Item = f64>) -> Option<Estimate> {
    let terms = images.iter().zip(elbos);
    let residuals: Vec<f64> =
        terms.filter_map(|(image, elbo)| Some(image.log_px.value - image.posterior_kl?.value - elbo)).collect();
    (!residuals.is_empty()).then(|| Estimate::mean(&residuals))
}

/// The left side of the identity, image by image.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredIdentity {
    /// The method that all images were measured by.
    pub method: Method,
    /// log p(x) and KL[q(z|x) ‖ p(z|x)] of each.
    pub images: Vec<Evidence>,
    /// The integrals of each image where the method is quadrature, else empty.
    pub integrals: Vec<Integral>,
}

/// log p(x) and KL[q(z|x) ‖ p(z|x)] of some images, each measured by itself by the best method there is, in slices.
/// Where the lattice of quadrature would have to be too fine for one of them, the next method is taken for all.
pub struct IdentityMeasurement {
    outputs: Outputs,
    effort: Effort,
    /// The methods to take where the present one fails, the next one last.
    further: Vec<Method>,
    current: Option<Box<Measurement>>,
    /// From a first set of importance samples, whose log p(x) counts: by the same samples log p(x) − KL would be their
    /// ELBO whatever the model.
    first: Option<Vec<Evidence>>,
    found: Option<MeasuredIdentity>,
}

impl IdentityMeasurement {
    /// All images of `joint`, with q(z|x) from `outputs`: as `closed_form` says, if it knows both terms, else by the
    /// first of
    /// `methods` (of those that take slices).
    ///
    /// # Errors
    /// The device's.
    pub fn new(
        joint: &dyn Joint,
        outputs: Outputs,
        closed_form: Option<Vec<Evidence>>,
        methods: Vec<Method>,
        effort: Effort,
    ) -> Result<Self, ExecutionError> {
        let further = methods.into_iter().filter(|method| *method != Method::ClosedForm).rev().collect();
        let found = closed_form.filter(|images| images.iter().all(|image| image.posterior_kl.is_some()));
        let found = found.map(|images| MeasuredIdentity { method: Method::ClosedForm, images, integrals: Vec::new() });
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
        let integrals = if let Findings::Quadrature(integrals) = measured { integrals } else { Vec::new() };
        self.found = Some(MeasuredIdentity { method, images, integrals });
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

    /// As the method counts.
    fn progress(&self) -> Progress {
        self.current.as_ref().map_or(Progress { done: 1, all: 1, what: "" }, |current| current.progress())
    }

    /// # Panics
    /// Before [`slice`](Sliced::slice) has said that all is done.
    fn finish(self: Box<Self>) -> MeasuredIdentity {
        self.found.expect("all slices are done")
    }
}
