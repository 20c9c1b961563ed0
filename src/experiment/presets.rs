//! The experiments that come with Elbow.

use super::{Experiment, ExperimentError};
use std::path::Path;

/// A part of the course that the bundled experiments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetGroup {
    /// The first ones to train.
    Start,
    /// The bounds that are maximised, and the estimators of their gradients.
    Bounds,
    /// Families of q(z|x).
    Posteriors,
    /// Families of p(z).
    Priors,
    /// Families of p(x|z).
    Likelihoods,
    /// Tables, and values that are missing.
    Data,
    /// Codes that carry no information, and remedies.
    Collapse,
    /// Latent dimensions that stand for one factor of the images each.
    Disentanglement,
    /// Experiments of papers, as they were published.
    Papers,
}

impl PresetGroup {
    /// All parts, in the order of the course.
    pub const ALL: [Self; 9] = [
        Self::Start,
        Self::Bounds,
        Self::Posteriors,
        Self::Priors,
        Self::Likelihoods,
        Self::Data,
        Self::Collapse,
        Self::Disentanglement,
        Self::Papers,
    ];

    /// The heading of the part.
    pub fn title(self) -> &'static str {
        match self {
            Self::Start => "Start here",
            Self::Bounds => "Bounds",
            Self::Posteriors => "Posteriors",
            Self::Priors => "Priors",
            Self::Likelihoods => "Likelihoods",
            Self::Data => "Tables and gaps",
            Self::Collapse => "Collapse",
            Self::Disentanglement => "Disentanglement",
            Self::Papers => "Papers",
        }
    }

    /// The subject of the part, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Start => "A first model, and what a larger network adds.",
            Self::Bounds => "What is maximised in place of log p(x), and how noisy its gradient is.",
            Self::Posteriors => "What q(z|x) can and cannot follow.",
            Self::Priors => "What z is before any image is seen.",
            Self::Likelihoods => "How pixels scatter around what the decoder makes of z.",
            Self::Data => "Rows of a table in place of images, and values that are missing.",
            Self::Collapse => "When the code says nothing, and what helps.",
            Self::Disentanglement => "One factor of the images a latent dimension.",
            Self::Papers => "As published; they take long.",
        }
    }
}

/// A bundled experiment.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The name for `elbow train` and [`preset`].
    pub name: &'static str,
    /// The experiment's RON text as written by hand, with its comments.
    pub text: &'static str,
    /// The preset's part of the course.
    pub group: PresetGroup,
    /// Minutes that training takes with two cores to itself: half the time on processors, extrapolated from the first
    /// seconds of a run by `cargo run --release --example preset_pictures -- --seconds 60 --out FOLDER NAME`.
    /// Validation is left out.
    pub minutes: f64,
    /// The subject of the preset, in one sentence.
    pub shows: &'static str,
    /// The views and curves to look at, in one sentence.
    pub look: &'static str,
}

/// `presets/NAME.ron` under its name.
macro_rules! bundled {
    ($($name:literal: $group:ident, $minutes:literal, $shows:literal, $look:literal;)*) => {
        &[$(Preset {
            name: $name,
            text: include_str!(concat!("../../presets/", $name, ".ron")),
            group: PresetGroup::$group,
            minutes: $minutes,
            shows: $shows,
            look: $look,
        }),*]
    };
}

/// An entry: name: part of the course, minutes, subject, views and curves to look at.
static PRESETS: &[Preset] = bundled![
    "mnist-2d": Start, 1.2,
        "Two latent dimensions: a latent space that fits on a page, learned while you watch.",
        "The latent space, where images of a digit gather; the manifold; the KL as it rises.";
    "mnist-mlp": Start, 1.1,
        "One hidden layer and 20 latent dimensions: the network of PyTorch's VAE example.",
        "The KL of each dimension: some carry several nats, some have collapsed onto the prior.";
    "mnist-conv": Start, 5.7,
        "Two strided convolutions, and their mirror as the decoder.",
        "The bound beside that of mnist-mlp: it rises more with each epoch, and an epoch takes longer.";
    "toy-curve": Start, 0.3,
        "One number, one latent dimension: the tour's first page, learned from points.",
        "Density, the model's beside the source's with its two horns; the ledger, exact at every step.";
    "toy-moons": Start, 1.1,
        "Two moons in the plane: data, density and latent space can all be seen whole.",
        "Density beside the source's own: probability between the moons, from holes in the latent space.";
    "iwae-vs-vae": Bounds, 2.2,
        "The importance-weighted bound of K = 5 samples, where mnist-mlp has the ELBO.",
        "log p(x), which is higher, beside the ELBO, which is lower: the encoder need not be right with each sample.";
    "beta-sweep": Bounds, 0.6,
        "β falls from 5 to 0.1 through one run: the curve of rate against distortion.",
        "The rate–distortion plane, and where along the curve the ELBO is highest.";
    "score-function-noise": Bounds, 0.2,
        "The gradient without a derivative of the decoder: it serves for any z, and is noisy.",
        "The gradient's norm in Optimisation; then choose the reparameterised gradient and look again.";
    "linear-ppca": Posteriors, 0.4,
        "Linear and Gaussian: probabilistic PCA, whose log p(x) and posterior are known exactly.",
        "The gap, which closes, and log p(x) = 182.155 nats, where the ELBO must arrive.";
    "flow-posterior-banana": Posteriors, 2.3,
        "The posterior lies along an arc, and a flow of 16 planar steps follows it.",
        "The microscope: draws of q(z|x) beside the true posterior; then a diagonal Gaussian in its place.";
    "svae-sphere": Posteriors, 1.8,
        "A latent space on the sphere, with von Mises–Fisher posteriors and a uniform prior.",
        "The latent space: classes lie in patches on the sphere, with no middle to be pulled to.";
    "vamp-prior": Priors, 3.2,
        "A prior that is the mean of the posteriors of 200 learned pseudo-images.",
        "Samples from the prior, which are sharper than those of mnist-mlp, and the bound, some nats better.";
    "continuous-bernoulli": Likelihoods, 2.1,
        "A density for grey pixels where others use a Bernoulli, which is none.",
        "The reconstructions, which are crisp, and the bound, thousands of nats above 0.";
    "sigma-vae": Likelihoods, 2.0,
        "A Gaussian whose σ is at its optimum: no β to be tuned.",
        "The KL, which rises as σ falls with the error; then σ fixed at 1 and its blurred samples.";
    "fashion-conv": Likelihoods, 10.3,
        "Fashion-MNIST from files, under a Gaussian with one learned σ.",
        "The reconstructions: soft, since a mean is all that one σ asks for.";
    "wine": Data, 0.1,
        "A small table: 13 measurements of 178 wines, each column with a σ of its own.",
        "The latent space, where the three cultivars part; the error of each column in Reconstructions.";
    "miwae-mnist": Data, 5.3,
        "Half of the pixels hidden, in training too, under the bound that leaves them out.",
        "\"Imputed\" among the reconstructions: the mean of the hidden pixels, draws of them, and the truth.";
    "posterior-collapse": Collapse, 0.1,
        "A squared error averaged over pixels beside a KL that is summed: q(z|x) becomes the prior.",
        "The KL, below 0.001 nats within an epoch, and reconstructions that are all the same blur.";
    "posterior-collapse-sigma": Collapse, 0.1,
        "The collapse cured: σ is learned along with the weights.",
        "The KL, some 30 nats in two epochs, with all ten dimensions in use.";
    "posterior-collapse-free-bits": Collapse, 0.2,
        "The collapse hidden: each dimension may cost a nat before it counts.",
        "The ELBO, lower than that of posterior-collapse by nearly the KL.";
    "shapes-conv": Disentanglement, 2.7,
        "A β-VAE, β = 4, on squares, ellipses and hearts drawn from known factors.",
        "The traversals: position is found first, then scale; rotation is hard.";
    "beta-tcvae-shapes": Disentanglement, 0.4,
        "A penalty on the total correlation of q(z) alone, not on all of the KL.",
        "The traversals: x, y and scale, each in a dimension of its own; the scores in Evaluation.";
    "factor-vae-shapes": Disentanglement, 0.4,
        "A discriminator, trained beside the model, learns the total correlation.",
        "The parts of the KL in Evaluation, and the scores over several seeds.";
    "kingma-2013": Papers, 5.9,
        "Kingma & Welling 2013: 500 tanh units, Adagrad, minibatches of 100.",
        "The bound with latent dimensions of 3 and of 200: superfluous ones do not overfit.";
    "burda-2015": Papers, 294.0,
        "The VAE baseline of Burda, Grosse & Salakhutdinov 2015, K = 1, in 3,280 epochs.",
        "The KL of each dimension: of 50, about 19 stay active.";
    "burda-2015-k50": Papers, 1620.0,
        "The same network with K = 50 samples an image: the same bound with less noise.",
        "The KL of each dimension: of 50, about 20 stay active.";
    "burda-2015-2l": Papers, 450.3,
        "Two layers of latent variables, 100 and 50.",
        "The KL of each dimension: z₁ to z₁₀₀ are h₁, z₁₀₁ to z₁₅₀ are h₂.";
];

/// All bundled experiments; the first is the one to begin with.
pub fn presets() -> &'static [Preset] {
    PRESETS
}

/// The bundled experiment called `name`.
///
/// # Errors
/// [`ExperimentError::NoSuchPreset`], which lists the names that exist.
pub fn preset(name: &str) -> Result<Experiment, ExperimentError> {
    match PRESETS.iter().find(|preset| preset.name == name) {
        Some(preset) => Experiment::from_ron(preset.text, &format!("presets/{name}.ron")),
        None => {
            let known = PRESETS.iter().map(|preset| preset.name).collect();
            Err(ExperimentError::NoSuchPreset { name: name.to_string(), known })
        }
    }
}

/// The experiment for the command line's argument `PRESET`: a bundled name, or else a file.
///
/// # Errors
/// The error of [`preset`] if `argument` is neither; the errors of [`Experiment::load`] for a file.
pub fn load_named_or_file(argument: &str) -> Result<Experiment, ExperimentError> {
    let path = Path::new(argument);
    let bundled = PRESETS.iter().any(|preset| preset.name == argument);
    let names_a_file = path.exists() || path.extension().is_some() || path.components().count() > 1;
    if names_a_file && !bundled { Experiment::load(path) } else { preset(argument) }
}

/// The bundled experiment that an argument of the command line names, unless there is such a file or folder.
pub fn preset_named(argument: &Path) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| argument.to_str() == Some(preset.name)).filter(|_| !argument.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_a_preset_unless_a_file_has_it() {
        assert_eq!(preset_named(Path::new("mnist-2d")).map(|preset| preset.name), Some("mnist-2d"));
        assert!(preset_named(Path::new("mnist")).is_none());
        // Tests run in the folder of the crate, which has a folder of this name.
        assert!(preset_named(Path::new("presets")).is_none() && Path::new("presets").exists());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("mnist-2d");
        assert!(preset_named(&file).is_none(), "a path is no name");
    }

    #[test]
    fn item_16_every_preset_is_in_one_group_and_every_group_has_one() {
        let of_groups: Vec<&str> = PresetGroup::ALL
            .iter()
            .flat_map(|&group| PRESETS.iter().filter(move |preset| preset.group == group).map(|preset| preset.name))
            .collect();
        let mut names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        // The list is in the order of the course.
        assert_eq!(of_groups, names);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PRESETS.len());
        assert!(PresetGroup::ALL.iter().all(|&group| PRESETS.iter().any(|preset| preset.group == group)));
    }

    #[test]
    fn item_16_every_file_of_the_folder_is_bundled() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
        let files = std::fs::read_dir(folder).expect("the presets are there");
        let mut stems: Vec<String> = files
            .map(|file| file.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "ron"))
            .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
            .collect();
        let mut names: Vec<String> = PRESETS.iter().map(|preset| preset.name.to_owned()).collect();
        stems.sort_unstable();
        names.sort_unstable();
        assert_eq!(stems, names);
    }

    #[test]
    fn item_16_every_preset_says_what_it_shows_in_a_sentence() {
        for preset in PRESETS {
            for sentence in [preset.shows, preset.look] {
                assert!(sentence.ends_with('.') && sentence.len() > 30 && sentence.len() < 130, "{sentence}");
            }
            assert!(preset.minutes > 0.0);
        }
    }
}
