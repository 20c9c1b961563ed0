//! The report of an evaluation, from its findings.

use super::found::Found;
use super::request::LEAPFROG;
use super::result::{
    AdaptiveWeights, AggregateParts, Agreement, Annealing, Evaluation, GapSplit, ImageScore, Measured, PerImage, Term,
    Weights, median,
};
use crate::estimate::Estimate;
use crate::evidence::gap::Bounds;
use crate::evidence::marginal::threshold;
use crate::evidence::quadrature::{Integral, Open};
use crate::evidence::{Bound, Evidence, Method, aggregate, residual};

/// Largest number of importance samples with which no k̂ is estimated: its largest fifth would be fewer than five.
const FEW_SAMPLES: usize = 20;

impl Found {
    /// The report of the findings.
    pub fn report(&self) -> Evaluation {
        let measured: Vec<Measured> = self.log_px.iter().map(|(&method, own)| own.measured(method)).collect();
        let pairs = self.log_px.iter().enumerate().flat_map(|(i, (&a, first))| {
            self.log_px.iter().skip(i + 1).flat_map(move |(&b, second)| {
                [Some(first.agreement(second, [a, b])), self.agreement_where_trusted(a, b)]
            })
        });
        // The best method that has measured as many images as the bound: annealing may have looked at a few.
        let best = self.best();
        let headline = best.map(|(method, own)| own.measured(method));
        let log_px = headline.as_ref().map_or((f64::NAN, f64::NAN), |m| (m.log_px, m.log_px_se));
        let of_bound = |of: fn(&Bound) -> Estimate| Estimate::average(self.bounds.iter().map(of));
        let elbos: Vec<f64> = self.bounds.iter().map(|bound| bound.elbo.value).collect();
        let active = aggregate::active_units(&self.means, self.latent);
        let count = |active: &[bool]| active.iter().filter(|&&active| active).count();
        let (lower, upper) = active.split_at(self.lower);
        Evaluation {
            step: self.step,
            state: self.state,
            split: self.split,
            images: self.images,
            elbo: of_bound(|bound| bound.elbo).value,
            elbo_se: Estimate::mean(&elbos).se,
            reconstruction: of_bound(|bound| bound.reconstruction).value,
            kl: of_bound(|bound| bound.kl).value,
            bound_samples: self.request.bound_samples(),
            log_px: log_px.0,
            log_px_se: log_px.1,
            method: headline.as_ref().map_or_else(String::new, |m| m.method.clone()),
            samples: if self.importance.is_empty() && self.adaptive.is_empty() { 0 } else { self.request.samples },
            active_units: count(&active),
            active_units_by_layer: (!upper.is_empty()).then(|| [count(lower), count(upper)]),
            posterior_kl: headline.and_then(|m| m.posterior_kl),
            residual: best.and_then(|(method, own)| residual(method, &own.images, elbos)),
            identity: self.identity(best),
            agreement: pairs.flatten().collect(),
            methods: measured,
            importance: self.weights(),
            adaptive: self.adaptive_weights(),
            annealing: self.annealing(),
            gap_split: best.and_then(|(_, own)| self.gap_split(own)),
            aggregate: self.aggregate.as_ref().map(parts),
            disentanglement: self.scores,
            warnings: self.warnings(),
            per_image: self.per_image(best),
        }
    }

    /// The best method that has measured as many images as the bound: annealing may have looked at a few.
    fn best(&self) -> Option<(Method, &PerImage)> {
        let mut all = self.log_px.iter().map(|(&method, own)| (method, own));
        all.clone().find(|(_, own)| own.images.len() == self.images).or_else(|| all.next())
    }

    /// The findings of each image; those of the method only where it has measured all of them.
    fn per_image(&self, best: Option<(Method, &PerImage)>) -> Vec<ImageScore> {
        let best = best.filter(|(_, own)| own.images.len() == self.bounds.len());
        let images = self.bounds.iter().zip(&self.squared_errors).enumerate();
        let score = |(image, (bound, &squared_error)): (usize, (&Bound, &f64))| ImageScore {
            elbo: bound.elbo,
            reconstruction: bound.reconstruction,
            kl: bound.kl,
            squared_error,
            evidence: best.map(|(method, own)| (method, own.images[image])),
            best_elbo: self.gap.get(image).map(|bounds| bounds.best),
            regret: self.gap.get(image).map(|bounds| bounds.amortisation_gap),
        };
        images.map(score).collect()
    }

    /// The terms of the identity, each with the error of its measurement and the error over images.
    fn identity(&self, best: Option<(Method, &PerImage)>) -> Vec<Term> {
        let mut terms = Vec::new();
        if let Some((method, own)) = best {
            let mut push = |name: &'static str, of: fn(&Evidence) -> Option<Estimate>| {
                let known: Vec<Estimate> = own.images.iter().filter_map(of).collect();
                if !known.is_empty() {
                    let values: Vec<f64> = known.iter().map(|estimate| estimate.value).collect();
                    terms.push(Term::new(name, method.average(&known), &values));
                }
            };
            push("log p(x)", |image| Some(image.log_px));
            push("KL[q(z|x) ‖ p(z|x)]", |image| image.posterior_kl);
        }
        let mut push = |name: &'static str, of: fn(&Bound) -> Estimate| {
            let values: Vec<f64> = self.bounds.iter().map(|bound| of(bound).value).collect();
            terms.push(Term::new(name, Estimate::average(self.bounds.iter().map(of)), &values));
        };
        push("ELBO", |bound| bound.elbo);
        push("E_q[log p(x|z)]", |bound| bound.reconstruction);
        push("KL[q(z|x) ‖ p(z)]", |bound| bound.kl);
        terms
    }

    fn weights(&self) -> Option<Weights> {
        let all = &self.importance;
        if all.is_empty() {
            return None;
        }
        let shapes: Vec<f64> = all.iter().filter_map(|i| i.weights.pareto_k).collect();
        let worst = shapes.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some(Weights {
            elbo: Estimate::average(all.iter().map(|i| i.elbo)),
            reverse_kl: all.iter().map(|i| i.reverse_kl).sum::<f64>() / all.len() as f64,
            effective_samples: median(all.iter().map(|i| i.weights.effective_samples)),
            effective_samples_min: all.iter().map(|i| i.weights.effective_samples).fold(f64::INFINITY, f64::min),
            pareto_k: (!shapes.is_empty()).then(|| median(shapes.iter().copied())),
            pareto_k_max: (!shapes.is_empty()).then_some(worst),
            pareto_k_threshold: threshold(self.request.samples),
            degenerate_images: all.iter().filter(|i| i.weights.is_degenerate()).count(),
        })
    }

    fn adaptive_weights(&self) -> Option<AdaptiveWeights> {
        let all = &self.adaptive;
        let first = all.first()?;
        let shapes: Vec<f64> = all.iter().filter_map(|a| a.weights.pareto_k).collect();
        Some(AdaptiveWeights {
            counted: first.weights.samples,
            components: first.components,
            effective_samples: median(all.iter().map(|a| a.weights.effective_samples)),
            effective_samples_min: all.iter().map(|a| a.weights.effective_samples).fold(f64::INFINITY, f64::min),
            pareto_k: (!shapes.is_empty()).then(|| median(shapes.iter().copied())),
            pareto_k_max: shapes.iter().copied().reduce(f64::max),
            pareto_k_threshold: threshold(first.weights.samples),
            degenerate_images: all.iter().filter(|a| a.weights.is_degenerate()).count(),
        })
    }

    fn annealing(&self) -> Option<Annealing> {
        let all = &self.annealed;
        let simulated = self.sandwich.clone()?;
        Some(Annealing {
            images: all.len(),
            chains: self.request.chains,
            temperatures: self.request.temperatures,
            leapfrog: LEAPFROG,
            acceptance: all.iter().map(|a| a.acceptance).sum::<f64>() / all.len() as f64,
            effective_chains: median(all.iter().map(|a| a.effective_chains)),
            simulated,
        })
    }

    fn gap_split(&self, best: &PerImage) -> Option<GapSplit> {
        let images = self.gap.len().min(best.images.len());
        let all = &self.gap[..images];
        let average = |of: fn(&Bounds) -> Estimate| Estimate::average(all.iter().map(of));
        let gaps = all.iter().zip(&best.images).map(|(bounds, image)| Estimate {
            value: image.log_px.value - bounds.best.value,
            se: image.log_px.se.hypot(bounds.best.se),
        });
        (images > 0).then(|| GapSplit {
            images,
            elbo: average(|bounds| bounds.elbo),
            best_elbo: average(|bounds| bounds.best),
            amortisation_gap: average(|bounds| bounds.amortisation_gap),
            approximation_gap: Estimate::average(gaps),
            steps: self.gap_steps,
            converged: !self.gap_open,
        })
    }

    /// The agreement of two methods on the images whose importance weights have no heavy tail, if there are also images
    /// that have one.
    fn agreement_where_trusted(&self, a: Method, b: Method) -> Option<Agreement> {
        let trusted: Vec<bool> = self.importance.iter().map(|i| !i.weights.is_degenerate()).collect();
        if ![a, b].contains(&Method::Importance) || trusted.iter().all(|&t| t) || !trusted.contains(&true) {
            return None;
        }
        let [first, second] = [a, b].map(|method| self.log_px[&method].only(&trusted));
        let mut agreement = first.agreement(&second, [a, b]);
        let [_, name] = &mut agreement.methods;
        name.push_str(", k̂ trusted");
        // Annealing may have looked at others only.
        (agreement.images > 0).then_some(agreement)
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.images == 1 {
            warnings.push(
                "one image: how a mean varies over images is not known, so errors over images are not given, and the \
                 residual has none: whether the terms add up is not judged."
                    .into(),
            );
        }
        let samples = self.request.samples;
        if samples <= FEW_SAMPLES && !self.importance.is_empty() {
            let error = if samples == 1 { "their standard error is not known, and " } else { "" };
            warnings.push(format!(
                "importance sampling with so few samples as {samples} an image: {error}log p(x) from them is too low \
                 on average (with one it is the ELBO), and no k̂ tells whether they can be trusted. Take more \
                 (--samples)."
            ));
        }
        let degenerate = self.importance.iter().filter(|i| i.weights.is_degenerate()).count();
        if degenerate > 0 {
            warnings.push(format!(
                "the importance weights of {degenerate} of {} images have a heavy tail (k̂ above {:.2}): their log \
                 p(x) is too low, by more than its standard error says. A proposal adapted to each image (--method \
                 adaptive) or annealing (--method all) help.",
                self.importance.len(),
                threshold(self.request.samples)
            ));
        }
        let degenerate = self.adaptive.iter().filter(|a| a.weights.is_degenerate()).count();
        if degenerate > 0 {
            warnings.push(format!(
                "the weights of adaptive importance sampling of {degenerate} of {} images have a heavy tail (k̂ above \
                 {:.2}): their log p(x) is too low. More samples help, and annealing (--method all).",
                self.adaptive.len(),
                self.adaptive.first().map_or(f64::NAN, |a| threshold(a.weights.samples))
            ));
        }
        warnings.extend(unsettled(&self.integrals));
        if self.gap_open {
            warnings.push("the search for the best q(z|x) was stopped before it had settled.".into());
        }
        warnings
    }
}

/// Warnings about results of quadrature that are not accurate to 0.01 nat, with the distribution that causes it.
fn unsettled(integrals: &[Integral]) -> Vec<String> {
    let large = |error: f64| error.is_nan() || error > 0.01;
    let of_p = |i: &Integral| i.log_px_open.filter(|_| large(i.log_px_error));
    let of_q = |i: &Integral| i.kl_open.filter(|_| large(i.kl_error) && i.log_px_open.is_none());
    let mut warnings = Vec::new();
    for why in [Open::Wide, Open::Fine, Open::NotFinite] {
        let all = integrals.len();
        let count = |of: &dyn Fn(&Integral) -> Option<Open>| integrals.iter().filter(|i| of(i) == Some(why)).count();
        let (open, of_kl) = (count(&of_p), count(&of_q));
        if open > 0 {
            let why = why.why();
            let what = "quadrature has not settled log p(x)";
            warnings.push(format!("{what} of {open} of {all} images: p(z|x) {why}; see their error."));
        }
        if of_kl > 0 {
            let why = why.why();
            let what = "quadrature has settled log p(x), but not KL[q(z|x) ‖ p(z|x)]";
            warnings
                .push(format!("{what}, of {of_kl} of {all} images: where q(z|x) has its mass, the integrand {why}."));
        }
    }
    warnings
}

fn parts(found: &aggregate::Aggregate) -> AggregateParts {
    AggregateParts {
        images: found.images,
        draws: found.draws,
        kl: found.kl,
        mutual_information: found.mutual_information,
        marginal_kl: found.marginal_kl,
        total_correlation: found.total_correlation,
        dimension_wise_kl: found.dimension_wise_kl.clone(),
        estimator: aggregate::ESTIMATOR.into(),
    }
}
