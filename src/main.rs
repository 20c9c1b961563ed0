//! The `elbow` binary: the command line, and without arguments the window.

use std::path::Path;

// Tensors are made and freed many times a second, and the system's allocator returns them to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The allocator's option that tells how long it keeps freed memory, in milliseconds: `mi_option_purge_delay`.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

fn main() {
    keep_freed_memory();
    without_a_desktop();
    std::process::exit(elbow::cli::main());
}

/// Keep freed memory for ten seconds instead of one. A step frees as much as the next one needs, and the system clears
/// what it gives anew: with large layers that was a tenth of the time. The variable `MIMALLOC_PURGE_DELAY` has
/// precedence.
fn keep_freed_memory() {
    // SAFETY: the function takes any option and value.
    unsafe { libmimalloc_sys::mi_option_set_default(PURGE_DELAY, 10_000) };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The option is the one that it is taken for: the allocator's own value is a second.
    #[test]
    fn freed_memory_is_kept_for_ten_seconds() {
        // SAFETY: the function takes any option.
        let delay = || unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) };
        if std::env::var_os("MIMALLOC_PURGE_DELAY").is_none() {
            assert_eq!(delay(), 1_000);
            keep_freed_memory();
            assert_eq!(delay(), 10_000);
        }
    }
}
