//! Signals that end a run from outside: Ctrl-C, SIGTERM and a closed terminal.

use super::output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that Ctrl-C, SIGTERM or SIGHUP sets: the run then stops and is saved. A second signal ends the program at
/// once.
pub fn interrupts() -> Arc<AtomicBool> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    let hangups_ignored = hangup::are_ignored();
    if let Err(error) = ctrlc::set_handler(handler) {
        output::note(format_args!("warning: Ctrl-C will not save the run: {error}"));
    }
    if hangups_ignored {
        hangup::ignore();
    }
    interrupted
}

/// SIGHUP. `nohup` makes the program ignore it, but `ctrlc` installs a handler over that.
#[cfg(target_os = "linux")]
mod hangup {
    /// Whether SIGHUP is ignored.
    pub fn are_ignored() -> bool {
        // SAFETY: all zeros is a valid `sigaction`; without a new action, the call only fills in the present one.
        unsafe {
            let mut present: libc::sigaction = std::mem::zeroed();
            libc::sigaction(libc::SIGHUP, std::ptr::null(), &mut present) == 0 && present.sa_sigaction == libc::SIG_IGN
        }
    }

    /// Ignore SIGHUP from now on.
    pub fn ignore() {
        // SAFETY: no handler is installed: nothing runs in a signal's context.
        unsafe { libc::signal(libc::SIGHUP, libc::SIG_IGN) };
    }
}

#[cfg(not(target_os = "linux"))]
mod hangup {
    pub fn are_ignored() -> bool {
        false
    }

    pub fn ignore() {}
}
