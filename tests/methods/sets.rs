//! The lists' statements about each method are true.

use crate::support::{IMAGE, experiment};
use elbow::experiment::{Choice, Experiment, ImageShape, Likelihood, Posterior, Prior};
use elbow::model::Model;

/// An experiment for each pair of posterior and prior, and the reason where they do not go together.
pub fn pairs(latent: usize) -> Vec<(Experiment, Option<String>)> {
    let posteriors = Posterior::ALL.iter().filter(move |posterior| {
        let experiment = experiment(Likelihood::default(), latent, **posterior, Prior::default());
        posterior.why_not(&experiment, None).is_none()
    });
    posteriors
        .flat_map(|&posterior| {
            Prior::ALL.iter().map(move |&prior| {
                let experiment = experiment(Likelihood::default(), latent, posterior, prior);
                let reason = prior.why_not(&experiment, None);
                (experiment, reason)
            })
        })
        .collect()
}

#[test]
fn plans_count_the_parameters_that_models_have() {
    let check = |experiment: &Experiment, image: ImageShape| {
        let model = Model::new(experiment, image, &[]).unwrap_or_else(|problems| panic!("{problems:?}"));
        let listed: usize = model.parameters().iter().map(|spec| spec.count()).sum();
        let (likelihood, latent) = (experiment.decoder.likelihood, &experiment.latent);
        assert_eq!(model.plan().parameters, listed, "{likelihood:?} {latent:?}");
        let mut names: Vec<_> = model.parameters().iter().map(|spec| spec.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), model.parameters().len(), "names tell parameters apart");
    };
    let colour = ImageShape { channels: 3, height: 4, width: 4 };
    for &likelihood in Likelihood::ALL {
        for image in [IMAGE, colour] {
            let experiment = experiment(likelihood, 2, Posterior::default(), Prior::default());
            if likelihood.why_not(&experiment, Some(image)).is_none() {
                check(&experiment, image);
            }
        }
    }
    for latent in [1, 2, 5] {
        for (experiment, reason) in pairs(latent) {
            if reason.is_none() {
                check(&experiment, IMAGE);
            }
        }
    }
}

#[test]
fn what_does_not_go_together_is_an_error_that_says_so_and_the_rest_is_none() {
    for latent in [1, 2, 5] {
        for (experiment, reason) in pairs(latent) {
            let errors: Vec<_> = experiment.problems(Some(IMAGE)).into_iter().filter(|p| p.is_error()).collect();
            match &reason {
                None => assert_eq!(errors, [], "{:?}", experiment.latent),
                Some(reason) => {
                    assert_eq!((errors[0].path.as_str(), &errors[0].message), ("latent.prior", reason));
                    assert!(Model::new(&experiment, IMAGE, &[]).is_err());
                }
            }
        }
    }
    let sphere = experiment(Likelihood::default(), 1, Posterior::VonMisesFisher, Prior::UniformSphere);
    assert!(sphere.problems(None).iter().any(|problem| problem.path == "latent.posterior"));
    let colour = Some(ImageShape { channels: 3, height: 4, width: 4 });
    let levels = experiment(Likelihood::Categorical { levels: 256 }, 2, Posterior::default(), Prior::default());
    assert!(levels.problems(colour).iter().any(|problem| problem.path == "decoder.likelihood" && problem.is_error()));
}

#[test]
fn every_posterior_finds_a_prior() {
    for latent in [2, 5] {
        for &posterior in Posterior::ALL {
            let mut experiment = experiment(Likelihood::default(), latent, Posterior::default(), Prior::default());
            experiment.set_posterior(posterior);
            assert_eq!(experiment.latent.prior.why_not(&experiment, None), None, "{posterior:?}");
            experiment.set_posterior(Posterior::default());
            assert_eq!(experiment.latent.prior.why_not(&experiment, None), None, "back from {posterior:?}");
        }
    }
}

#[test]
fn each_is_named_and_explained_once_and_its_defaults_are_in_range() {
    fn check<M: Choice + Copy + std::fmt::Debug>() {
        let mut names: Vec<_> = M::ALL.iter().map(|method| method.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), M::ALL.len());
        for &(mut method) in M::ALL {
            assert!(method.about().ends_with('.'), "{method:?}");
            assert_eq!(method.field_problems("path"), [], "{method:?}");
            let labels = method.fields().iter().filter(|field| field.label.is_empty() || field.hint.is_empty()).count();
            assert_eq!(labels, 0, "{method:?}");
        }
    }
    check::<Likelihood>();
    check::<Posterior>();
    check::<Prior>();
}
