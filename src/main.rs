//! The `elbow` binary: the command line, and without arguments the window.

use std::path::Path;

// Tensors are made and freed many times a second, and the system's allocator returns them to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    without_a_desktop();
    std::process::exit(elbow::cli::main());
}

/// Switch off Mesa's Vulkan device-selection layer on a machine without a desktop session. There the layer has no
/// desktop to ask for its GPU, and complains on standard error each time that devices are listed.
fn without_a_desktop() {
    // A path that is not absolute is no path, says the specification of base directories.
    let session = || std::env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(&folder).is_absolute());
    if cfg!(target_os = "linux") && !session() {
        // SAFETY: no other thread has been started yet.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    }
}
