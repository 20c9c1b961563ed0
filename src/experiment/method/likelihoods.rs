//! The list of likelihoods.

use super::{Counts, define};

/// The values of pixels for which a likelihood is a density or a probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// 0 or 1: a probability.
    Binary,
    /// Any real number: a density.
    Real,
    /// In [0, 1]: a density.
    Unit,
    /// One of 256 grey levels k/255: a probability.
    Levels,
    /// 0, 1, 2, …: a probability.
    Counts,
    /// Numbers, and categories written as a 1 among 0s: a density of the numbers, a probability of the categories.
    Columns,
}

/// Every likelihood. An entry reads `module::Name { fields }: pixels, name, meaning, source, counts`; the type `Name`
/// is in `model/likelihood/module.rs`.
macro_rules! likelihoods {
    ($make:ident $($given:tt)?) => {
        $make! {
            $($given)?
            /// The likelihood p(x|z), given the decoder's output.
            Likelihood of Pixels;

            bernoulli::Bernoulli: Pixels::Binary,
                "Bernoulli",
                "Each pixel is 0 or 1; the decoder gives its logit.",
                "Kingma & Welling 2013, appendix C.1",
                |sizes| Counts::heads([("logit", sizes.image.channels)]);

            gaussian_learned::GaussianLearned: Pixels::Real,
                "Gaussian, σ learned",
                "Each pixel is Gaussian with one σ for all pixels, learned with the weights; the decoder gives means.",
                "Kingma & Welling 2013, appendix C.2",
                |sizes| Counts::heads([("μ", sizes.image.channels)]).own("σ learned", 1).kept(sizes.image.pixels());

            gaussian_fixed::GaussianFixed {
                sigma: f64 = 0.1 in 1e-6..=1e3, "σ of a pixel", "The pixels' standard deviation.";
            }: Pixels::Real,
                "Gaussian, σ fixed",
                "Each pixel is Gaussian with one σ for all pixels, given here; the decoder gives means.",
                "Kingma & Welling 2013, appendix C.2",
                |sizes| Counts::heads([("μ", sizes.image.channels)]).own("σ fixed", 0).kept(sizes.image.pixels());

            gaussian_per_pixel::GaussianPerPixel: Pixels::Real,
                "Gaussian, σ per pixel",
                "Each pixel is Gaussian with a σ of its own, the same for all images and learned; the decoder gives \
                 means.",
                "Rybkin, Daniilidis & Levine 2021",
                |sizes| Counts::heads([("μ", sizes.image.channels)])
                    .own("σ per pixel", sizes.image.pixels())
                    .kept(2 * sizes.image.pixels());

            gaussian_per_image::GaussianPerImage: Pixels::Real,
                "Gaussian, σ per image",
                "Each pixel is Gaussian with a σ that the decoder gives for the whole image, beside the means.",
                "Rybkin, Daniilidis & Levine 2021",
                |sizes| Counts::heads([("μ", sizes.image.channels), ("log σ", sizes.image.channels)])
                    .kept(sizes.image.pixels());

            gaussian_optimal::GaussianOptimal: Pixels::Real,
                "Gaussian, σ optimal",
                "Each pixel is Gaussian with one σ, not learned but set to its optimum, the root of the mean squared \
                 error of the batch (of each of its shards, in training).",
                "σ-VAE: Rybkin, Daniilidis & Levine 2021",
                |sizes| Counts::heads([("μ", sizes.image.channels)]).own("σ optimal", 0).kept(sizes.image.pixels());

            laplace::Laplace: Pixels::Real,
                "Laplace",
                "Each pixel is Laplace with one learned scale: the distance to the decoder's output counts, not its \
                 square.",
                "",
                |sizes| Counts::heads([("m", sizes.image.channels)]).own("b learned", 1).kept(2 * sizes.image.pixels());

            continuous_bernoulli::ContinuousBernoulli: Pixels::Unit,
                "continuous Bernoulli",
                "A density for grey pixels in [0, 1] that is to them what the Bernoulli is to binary ones; the decoder \
                 gives logits.",
                "Loaiza-Ganem & Cunningham 2019",
                |sizes| Counts::heads([("logit", sizes.image.channels)]);

            discretised_logistic::DiscretisedLogistic: Pixels::Levels,
                "discretised logistic",
                "A probability for each of 256 grey levels, of the interval around it under a logistic; the decoder \
                 gives its mean and scale.",
                "Kingma et al. 2016, section 5.2; Salimans et al. 2017, equation 2",
                |sizes| Counts::heads([("μ", sizes.image.channels), ("log s", sizes.image.channels)])
                    .kept(sizes.image.pixels());

            mixture_of_logistics::MixtureOfLogistics {
                components: usize = 5 in 1..=50, "Components", "Logistics in the mixture of each pixel.";
            }: Pixels::Levels,
                "mixture of logistics",
                "A probability for each of 256 grey levels, by a mixture of discretised logistics; in colour, green is \
                 seen after red and blue after both.",
                "PixelCNN++: Salimans et al. 2017, sections 2.1 and 2.2",
                |sizes| Counts::heads([("π", components)])
                    .repeated("μ", components, sizes.image.channels)
                    .repeated("log s", components, sizes.image.channels)
                    .repeated("c", components, if sizes.image.channels == 3 { 3 } else { 0 });

            categorical::Categorical {
                levels: usize = 256 in 2..=256, "Levels", "Grey levels; pixels are rounded to the nearest.";
            }: Pixels::Levels,
                "categorical",
                "A probability of its own for each grey level of each pixel; the decoder gives their logits.",
                "van den Oord, Kalchbrenner & Kavukcuoglu 2016, section 2.3",
                |sizes| Counts::heads([("logits", levels * sizes.image.channels)])
                    .kept(levels * sizes.image.pixels());

            poisson::Poisson: Pixels::Counts,
                "Poisson",
                "Each value is a count 0, 1, 2, …; the decoder gives the log of its rate, and the encoder reads \
                 log(1 + x).",
                "",
                |sizes| Counts::heads([("log λ", sizes.image.channels)]).kept(8 * sizes.image.pixels());

            negative_binomial::NegativeBinomial: Pixels::Counts,
                "negative binomial",
                "Counts that vary more than a Poisson's: variance m + m²/r, with the decoder's mean m and an r of each \
                 column, learned; the encoder reads log(1 + x).",
                "scVI: Lopez et al. 2018",
                |sizes| Counts::heads([("log m", sizes.image.channels)])
                    .own("r per column", sizes.image.pixels())
                    .kept(20 * sizes.image.pixels());

            by_column::ByColumn: Pixels::Columns,
                "by column",
                "For tables: each column of numbers is Gaussian with a σ of its own, learned; each category has a \
                 probability for each level. The decoder gives means and logits.",
                "HI-VAE: Nazábal et al. 2020, section 2.2",
                |sizes| Counts::heads([("μ, logits", sizes.image.channels)])
                    .own("σ per column", sizes.image.pixels())
                    .kept(4 * sizes.image.pixels());
        }
    };
}
pub(crate) use likelihoods;

likelihoods!(define);
