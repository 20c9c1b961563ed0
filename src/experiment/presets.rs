//! The experiments that come with Elbow.

use super::{Experiment, ExperimentError};
use std::path::Path;

/// A bundled experiment.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The name for `elbow train` and [`preset`].
    pub name: &'static str,
    /// The experiment's RON text as written by hand, with its comments.
    pub text: &'static str,
}

/// `presets/NAME.ron` under its name.
macro_rules! bundled {
    ($($name:literal),* $(,)?) => {
        &[$(Preset { name: $name, text: include_str!(concat!("../../presets/", $name, ".ron")) }),*]
    };
}

static PRESETS: &[Preset] = bundled![
    "mnist-2d",
    "mnist-mlp",
    "mnist-conv",
    "kingma-2013",
    "burda-2015",
    "burda-2015-k50",
    "burda-2015-2l",
    "shapes-conv",
    "linear-ppca",
    "fashion-conv",
    "continuous-bernoulli",
    "sigma-vae",
    "vamp-prior",
    "flow-posterior-banana",
    "svae-sphere",
    "posterior-collapse",
    "posterior-collapse-sigma",
    "posterior-collapse-free-bits",
    "beta-sweep",
    "iwae-vs-vae",
    "beta-tcvae-shapes",
    "factor-vae-shapes",
    "score-function-noise",
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
