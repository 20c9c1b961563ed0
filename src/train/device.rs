//! Where tensors live: a GPU through wgpu, or burn's flex backend on the CPU.

use super::TrainError;
use crate::experiment::DeviceChoice;
use crate::files;
use crate::kernels::{self, Executor};
use burn::tensor::{Device, DeviceKind};
use cubecl::config::cache::CacheConfig;
use cubecl::config::{CubeClRuntimeConfig, RuntimeConfig};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// A device that is open.
#[derive(Clone, Debug)]
pub struct TrainingDevice {
    /// Where tensors live.
    pub tensors: Device,
    /// In words, e.g. "CPU (flex)" or "NVIDIA GeForce RTX 4070 (Vulkan)".
    pub name: String,
}

/// One device that could train here.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ListedDevice {
    /// The adapter's name.
    pub name: String,
    /// "cpu", or "wgpu".
    pub device: &'static str,
    /// A rasteriser on the CPU: offered, never chosen by itself.
    pub software: bool,
    /// What `auto` picks.
    pub automatic: bool,
}

const GPUS: [DeviceKind; 3] = [DeviceKind::DiscreteGpu(0), DeviceKind::IntegratedGpu(0), DeviceKind::VirtualGpu(0)];

/// wgpu adapters that have been asked for. A runtime can be initialised once a process, so the outcome is kept; the
/// fallible initialiser is used because the lazy one panics where there is no adapter.
static OPENED: Mutex<Vec<(DeviceKind, Opened)>> = Mutex::new(Vec::new());

/// The device and its name, or why not.
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

/// Where it is kept what was found out about this machine's adapters, one file for all of them: with the feature `gpu-tuned`,
/// which kernel is the fastest for each product.
pub fn findings_folder() -> Option<PathBuf> {
    files::user_cache().map(|folder| folder.join("gpu"))
}

/// Have cubecl use [`findings_folder`]: by itself it takes the `target` folder of a Cargo project around the working
/// directory, so that a program would know elsewhere nothing of what it has found out here. What a cubecl.toml says counts.
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
    /// Open the device of an experiment.
    ///
    /// # Errors
    /// `Wgpu` where no adapter can be opened, software ones included.
    pub fn open(choice: DeviceChoice) -> Result<Self, TrainError> {
        let gpu = |kind: &DeviceKind| open_wgpu(kind).map(|(tensors, name)| Self { tensors, name });
        match choice {
            DeviceChoice::Cpu => Ok(cpu()),
            DeviceChoice::Auto => Ok(GPUS.iter().find_map(|kind| gpu(kind).ok()).unwrap_or_else(cpu)),
            DeviceChoice::Wgpu => {
                GPUS.iter().find_map(|kind| gpu(kind).ok()).map_or_else(|| gpu(&DeviceKind::Cpu), Ok).map_err(|reason| {
                    TrainError::NoDevice(format!(
                        "no wgpu adapter could be opened ({reason}). Install a Vulkan driver (Debian: mesa-vulkan-drivers), \
                         or train on the CPU (device: Cpu, --device cpu)."
                    ))
                })
            }
        }
    }
}

impl TrainingDevice {
    /// What carries out the steps of a run whose batches have `shards` shards.
    pub fn executor(&self, shards: usize) -> Executor {
        Executor::new(self.tensors.clone(), shards)
    }

    /// Whether its kernels are compiled, which the first step waits for, and launched one by one.
    pub fn launches_kernels(&self) -> bool {
        !kernels::is_cpu(&self.tensors)
    }

    /// The name that benchmarks know it by.
    pub fn implementation(&self) -> &'static str {
        if kernels::is_cpu(&self.tensors) { "elbow-cpu" } else { "elbow-wgpu" }
    }
}

/// Everything that can train here.
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
