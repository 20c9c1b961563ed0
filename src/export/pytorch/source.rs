//! The text of `model.py`: the parts that a model is made of, one after the other.

use super::layers;
use crate::experiment::method::{Pixels, Value};
use crate::experiment::{Choice, Kl, Likelihood, Posterior, Prior};
use crate::explore::HostModel;
use std::ops::Range;

/// The text of a part.
macro_rules! part {
    ($name:literal) => {
        include_str!(concat!("parts/", $name, ".py"))
    };
}

/// The text of the Python module that has the model.
pub fn source(model: &HostModel) -> String {
    let HostModel { experiment, plan, step, .. } = model;
    let (posterior, prior) = (experiment.latent.posterior, experiment.latent.prior);
    let likelihood = experiment.decoder.likelihood;
    let (encoder, decoder) = (layers::encoder(plan), layers::decoder(plan));
    let image = plan.image;
    let mut parts = vec![format!(
        "\"\"\"{name}: a variational autoencoder that was trained with Elbow {version} for {step} steps.\n\n\
         q(z|x): {posterior}; p(z): {prior}; p(x|z): {likelihood}. All densities are in nats, an entry an image.\n\n\
         import model; vae = model.load(); vae.elbo(x, K=5), vae.sample(16), vae.reconstruct(x)\n\"\"\"\n\n\
         import math\nimport pathlib\n\nimport torch\nimport torch.nn.functional as F\nfrom safetensors.torch import \
         load_file\nfrom torch import nn\n\nLATENT = {latent}\nIMAGE = ({channels}, {height}, {width})\nPIXELS = \
         {pixels}\n",
        name = experiment.name.replace(['\\', '"', '\n'], " "),
        version = env!("CARGO_PKG_VERSION"),
        posterior = posterior.name(),
        prior = prior.name(),
        likelihood = likelihood.name(),
        latent = plan.latent,
        channels = image.channels,
        height = image.height,
        width = image.width,
        pixels = image.pixels(),
    )];
    parts.push(part!("helpers").into());
    if layers::has_residual(&encoder) || layers::has_residual(&decoder) {
        parts.push(part!("residual").into());
    }
    parts.extend(of_posterior(posterior).iter().map(|part| filled(part, posterior)));
    let stretches = stretches(model);
    let likelihoods = of_likelihood(likelihood);
    parts.extend(likelihoods.iter().map(|part| filled(part, likelihood).replace("@stretches@", &stretches)));
    parts.extend(of_prior(prior).iter().map(|part| filled(part, prior)));
    let read = if plan.upper == 0 { "z" } else { "z[:, :LOWER]" };
    let pieces = [
        ("@encoder@", layers::lines(&encoder)),
        ("@decoder@", layers::lines(&decoder)),
        ("@values@", values(model).into()),
        ("@reads@", reads(model)),
        ("@read@", read.into()),
        ("@likelihood@", log_likelihood(model).into()),
        ("@kl@", kl(model).into()),
    ];
    parts.push(pieces.iter().fold(part!("model").to_owned(), |text, (place, piece)| text.replace(place, piece)));
    parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join("\n\n\n") + "\n"
}

/// The meaning of the numbers of an image, in words.
fn values(model: &HostModel) -> &'static str {
    match (&model.columns, model.reads_missing()) {
        (Some(_), false) => "(value - offset) / scale of each column in columns.csv",
        (Some(_), true) => "(value - offset) / scale of each column in columns.csv, NaN where it is missing",
        (None, _) if model.experiment.decoder.likelihood.kind() == Pixels::Counts => "counts",
        (None, false) => "from 0 to 1",
        (None, true) => "from 0 to 1, NaN where it is missing",
    }
}

/// The lines that make of images what the encoder's first layer reads.
fn reads(model: &HostModel) -> String {
    let counts = model.experiment.decoder.likelihood.kind() == Pixels::Counts;
    let lines = [
        (model.reads_missing(), "known = ~x.isnan()"),
        (model.reads_missing(), "x = torch.where(known, x, torch.zeros_like(x))"),
        (counts, "x = torch.log1p(x)"),
        (model.experiment.data.mask_input, "x = torch.cat([x, known.float()], 1)"),
    ];
    lines.iter().filter(|(needed, _)| *needed).map(|(_, line)| format!("        {line}\n")).collect()
}

/// The lines that sum the log density over the values of an image, or over those that are known.
fn log_likelihood(model: &HostModel) -> &'static str {
    match model.reads_missing() {
        false => "        return self.likelihood.log_prob(x, output).sum(1)",
        true => {
            "        known = ~x.isnan()\n        values = self.likelihood.log_prob(torch.where(known, x, \
             torch.zeros_like(x)), output)\n        return (values * repeat(known.float(), len(z))).sum(1)"
        }
    }
}

/// The entries of a table's rows as neighbouring numbers and categories: `(0, 3, False), (3, 5, True)`.
fn stretches(model: &HostModel) -> String {
    let stretches = model.stretches().into_iter();
    let text = |(range, category): (Range<usize>, bool)| {
        format!("({}, {}, {})", range.start, range.end, if category { "True" } else { "False" })
    };
    stretches.map(text).collect::<Vec<_>>().join(", ")
}

/// How the KL term is computed, as Elbow computes it.
fn kl(model: &HostModel) -> &'static str {
    let latent = &model.experiment.latent;
    let analytic = model.experiment.objective.kl == Kl::Analytic;
    match (latent.posterior, latent.prior) {
        (Posterior::DiagonalGaussian | Posterior::FullGaussian, Prior::StandardNormal) if analytic => {
            "kl = q.kl_to_standard_normal()"
        }
        (Posterior::VonMisesFisher, Prior::UniformSphere) if analytic => "kl = q.kl_to_uniform_on_sphere()",
        _ => "kl = (log_q - self.prior.log_prob(z, self.encode)).view(-1, len(x)).mean(0)",
    }
}

/// A part with the method's fields in their places.
fn filled(part: &str, mut method: impl Choice) -> String {
    method.fields().iter().fold(part.to_owned(), |text, field| {
        let value = match &field.value {
            Value::Whole(value, _) => value.to_string(),
            Value::OneOf(value, _) => value.to_string(),
            Value::Count(value, _) => value.to_string(),
            Value::Real(value, _) => format!("{:?}", **value),
            _ => return text,
        };
        text.replace(&format!("@{}@", field.name), &value)
    })
}

fn of_posterior(posterior: Posterior) -> Vec<&'static str> {
    match posterior {
        Posterior::DiagonalGaussian => vec![part!("diagonal_gaussian"), part!("posterior_diagonal_gaussian")],
        Posterior::FullGaussian => vec![part!("posterior_full_gaussian")],
        Posterior::PlanarFlow { .. } => {
            vec![part!("diagonal_gaussian"), part!("flow"), part!("posterior_planar_flow")]
        }
        Posterior::RadialFlow { .. } => {
            vec![part!("diagonal_gaussian"), part!("flow"), part!("posterior_radial_flow")]
        }
        Posterior::InverseAutoregressiveFlow { .. } => {
            vec![part!("diagonal_gaussian"), part!("flow"), part!("posterior_inverse_autoregressive_flow")]
        }
        Posterior::VonMisesFisher => vec![part!("posterior_von_mises_fisher")],
        Posterior::TwoLayer { .. } => vec![part!("conditional"), part!("posterior_two_layer")],
    }
}

fn of_likelihood(likelihood: Likelihood) -> Vec<&'static str> {
    match likelihood {
        Likelihood::Bernoulli => vec![part!("likelihood_bernoulli")],
        Likelihood::GaussianLearned => vec![part!("likelihood_gaussian"), part!("likelihood_gaussian_learned")],
        Likelihood::GaussianFixed { .. } => vec![part!("likelihood_gaussian"), part!("likelihood_gaussian_fixed")],
        Likelihood::GaussianPerPixel => vec![part!("likelihood_gaussian"), part!("likelihood_gaussian_per_pixel")],
        Likelihood::GaussianPerImage => vec![part!("likelihood_gaussian"), part!("likelihood_gaussian_per_image")],
        Likelihood::GaussianOptimal => vec![part!("likelihood_gaussian"), part!("likelihood_gaussian_optimal")],
        Likelihood::Laplace => vec![part!("likelihood_laplace")],
        Likelihood::ContinuousBernoulli => vec![part!("log_sinhc"), part!("likelihood_continuous_bernoulli")],
        Likelihood::DiscretisedLogistic => {
            vec![part!("log_sinhc"), part!("logistic"), part!("likelihood_discretised_logistic")]
        }
        Likelihood::MixtureOfLogistics { .. } => {
            vec![part!("log_sinhc"), part!("logistic"), part!("likelihood_mixture_of_logistics")]
        }
        Likelihood::Categorical { .. } => vec![part!("likelihood_categorical")],
        Likelihood::Poisson => vec![part!("likelihood_poisson")],
        Likelihood::NegativeBinomial => vec![part!("likelihood_negative_binomial")],
        Likelihood::ByColumn => vec![part!("likelihood_by_column")],
    }
}

fn of_prior(prior: Prior) -> Vec<&'static str> {
    match prior {
        Prior::StandardNormal => vec![part!("prior_standard_normal")],
        Prior::MixtureOfGaussians { .. } => vec![part!("prior_mixture_of_gaussians")],
        Prior::VampPrior { .. } => vec![part!("prior_vamp_prior")],
        Prior::RealNvp { .. } => vec![part!("prior_real_nvp")],
        Prior::UniformBall { .. } => vec![part!("radial"), part!("prior_uniform_ball")],
        Prior::Ring { .. } => vec![part!("radial"), part!("prior_ring")],
        Prior::UniformSphere => vec![part!("prior_uniform_sphere")],
        Prior::TwoLayer { .. } => vec![part!("prior_two_layer")],
    }
}
