//! The training device: a GPU through wgpu, or the CPU through burn's flex backend.

use super::TrainError;
use crate::experiment::DeviceChoice;
use crate::files;
use crate::kernels::{self, Executor};
use burn::tensor::{Device, DeviceKind};
use cubecl::config::cache::CacheConfig;
use cubecl::config::{CubeClRuntimeConfig, RuntimeConfig};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// An opened training device.
#[derive(Clone, Debug)]
pub struct TrainingDevice {
    /// The device on which tensors are made.
    pub tensors: Device,
    /// The device's name, e.g. "CPU (flex)" or "NVIDIA GeForce RTX 4070 (Vulkan)".
    pub name: String,
}

/// A device that could train on this machine.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ListedDevice {
    /// The adapter's name.
    pub name: String,
    /// The kind of device: "cpu" or "wgpu".
    pub device: &'static str,
    /// Whether it is a rasteriser on the CPU, which is offered but never chosen automatically.
    pub software: bool,
    /// Whether `auto` chooses this device.
    pub automatic: bool,
}

const GPUS: [DeviceKind; 3] = [DeviceKind::DiscreteGpu(0), DeviceKind::IntegratedGpu(0), DeviceKind::VirtualGpu(0)];

/// The wgpu adapters that were asked for, with the outcomes. A runtime can be initialised only once per process, so the
/// outcome is kept. The fallible initialiser is used, because the lazy one panics if there is no adapter.
static OPENED: Mutex<Vec<(DeviceKind, Opened)>> = Mutex::new(Vec::new());

/// The device and its name, or the reason why it cannot be opened.
type Opened = Result<(Device, String), String>;

fn open_wgpu(kind: &DeviceKind) -> Opened {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, outcome)) = opened.iter().find(|(known, _)| known == kind) {
        return outcome.clone();
    }
    keep_findings();
    let outcome = match Device::wgpu_options().device_kind(kind.clone()).init_with_setup() {
        Ok((device, setup)) => {
            let info = setup.adapter.get_info();
            Ok((device, format!("{} ({:?})", info.name, info.backend)))
        }
        Err(error) => Err(error.to_string()),
    };
    opened.push((kind.clone(), outcome.clone()));
    outcome
}

/// The folder for measurements of this machine's adapters, in one file for all of them: with the feature `gpu-tuned`,
/// which kernel is the fastest for each matrix product.
pub fn findings_folder() -> Option<PathBuf> {
    files::user_cache().map(|folder| folder.join("gpu"))
}

/// Have cubecl use [`findings_folder`]. By default it uses the `target` folder of a Cargo project around the working
/// directory, so that a program started elsewhere would have to measure again. A cubecl.toml takes precedence.
fn keep_findings() {
    let mut config = CubeClRuntimeConfig::from_current_dir().override_from_env();
    if let (CacheConfig::Target, Some(folder)) = (&config.environment.path, findings_folder()) {
        config.environment.path = CacheConfig::Directory(folder);
    }
    // Only the first adapter's counts: from then on it is in use.
    CubeClRuntimeConfig::try_set(config);
}

fn cpu() -> TrainingDevice {
    TrainingDevice { tensors: Device::flex(), name: "CPU (flex)".into() }
}

impl TrainingDevice {
    /// Open the device that an experiment asks for.
    ///
    /// # Errors
    /// The experiment asks for `Wgpu`, and no adapter, not even a software one, can be opened.
    pub fn open(choice: DeviceChoice) -> Result<Self, TrainError> {
        let gpu = |kind: &DeviceKind| open_wgpu(kind).map(|(tensors, name)| Self { tensors, name });
        match choice {
            DeviceChoice::Cpu => Ok(cpu()),
            DeviceChoice::Auto => Ok(GPUS.iter().find_map(|kind| gpu(kind).ok()).unwrap_or_else(cpu)),
            DeviceChoice::Wgpu => {
                GPUS.iter().find_map(|kind| gpu(kind).ok()).map_or_else(|| gpu(&DeviceKind::Cpu), Ok).map_err(
                    |reason| {
                        TrainError::NoDevice(format!(
                            "no wgpu adapter could be opened ({reason}). Install a Vulkan driver (Debian: \
                         mesa-vulkan-drivers), or train on the CPU (device: Cpu, --device cpu)."
                        ))
                    },
                )
            }
        }
    }
}

impl TrainingDevice {
    /// The executor for a run whose batches have `shards` shards.
    pub fn executor(&self, shards: usize) -> Executor {
        Executor::new(self.tensors.clone(), shards)
    }

    /// Whether the device compiles its kernels, for which the first step waits, and launches them one by one.
    pub fn launches_kernels(&self) -> bool {
        !kernels::is_cpu(&self.tensors)
    }

    /// The device's name in benchmarks.
    pub fn implementation(&self) -> &'static str {
        if kernels::is_cpu(&self.tensors) { "elbow-cpu" } else { "elbow-wgpu" }
    }
}

/// All devices that could train on this machine.
pub fn list() -> Vec<ListedDevice> {
    let adapters = GPUS.iter().map(|kind| (kind, false)).chain([(&DeviceKind::Cpu, true)]);
    let mut found: Vec<ListedDevice> = adapters
        .filter_map(|(kind, software)| {
            let (_, name) = open_wgpu(kind).ok()?;
            Some(ListedDevice { name, device: "wgpu", software, automatic: false })
        })
        .collect();
    found.push(ListedDevice { name: cpu().name, device: "cpu", software: false, automatic: false });
    if let Some(first) = found.iter_mut().find(|listed| !listed.software) {
        first.automatic = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{findings_folder, keep_findings};
    use cubecl::environment;

    #[test]
    fn what_is_found_out_about_a_gpu_is_kept_in_the_users_cache() {
        keep_findings();
        let Some(folder) = findings_folder() else { return };
        assert_eq!(environment::root(), folder);
        assert!(environment::path().starts_with(&folder) && folder.is_absolute());
        assert!(!folder.starts_with(std::env::current_dir().expect("the tests run somewhere")));
    }
}
