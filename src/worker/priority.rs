//! Who goes first when there are more threads than processors.

/// How far the worker's threads stand back: a third of a share for each share of the window's thread, which needs
/// little, but needs it at once.
#[cfg(target_os = "linux")]
const NICENESS: libc::c_int = 5;

/// From now on this thread, and those that it starts, give way to the others of this program. Where the system knows no
/// priority of single threads, nothing is done.
pub fn give_way() {
    // SAFETY: changes a number in the kernel, of the calling thread (0) alone. A refusal changes nothing.
    #[cfg(target_os = "linux")]
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS);
    }
}
