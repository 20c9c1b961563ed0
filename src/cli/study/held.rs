//! A child process that ends with its parent.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that is set when standard input ends: the parent wants this process to stop, or has ended. It is not the flag
/// of Ctrl-C, whose second setting ends the program at once.
pub fn let_go() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let ended = flag.clone();
    let wait = move || {
        let mut input = std::io::stdin().lock();
        let mut byte = [0];
        while matches!(input.read(&mut byte), Ok(1)) {}
        ended.store(true, Ordering::Relaxed);
    };
    if std::thread::Builder::new().name("elbow-held".into()).spawn(wait).is_err() {
        crate::cli::output::note("warning: this process will not notice when its parent ends");
    }
    flag
}
