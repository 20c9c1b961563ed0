//! The text of `elbow --version`: the version, the commit, the features, and the devices that can train here.

use crate::train::device;

/// The version with the commit, if the build was told one: `0.1.0 (1234abc)`. Packages set `ELBOW_COMMIT`.
pub fn version() -> String {
    match option_env!("ELBOW_COMMIT") {
        Some(commit) if !commit.is_empty() => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
        _ => env!("CARGO_PKG_VERSION").into(),
    }
}

/// The features of the build.
pub fn features() -> String {
    let all = [("gui", cfg!(feature = "gui")), ("gpu-tuned", cfg!(feature = "gpu-tuned"))];
    let on: Vec<&str> = all.into_iter().filter(|&(_, on)| on).map(|(name, _)| name).collect();
    if on.is_empty() { "none (headless)".into() } else { on.join(", ") }
}

/// Version, features, devices and system, one a line.
pub fn text() -> String {
    let devices: Vec<String> = device::list().iter().map(|device| device.name.clone()).collect();
    format!(
        "elbow {}\nfeatures: {}\ndevices: {}\nsystem: {} {}",
        version(),
        features(),
        devices.join("; "),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}
