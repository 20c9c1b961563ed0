//! Scheduling priority, for when there are more threads than processors.

/// The niceness of the worker's threads: they get a third of the processor time of the window's thread when both want
/// it. The window needs little, but at once.
#[cfg(target_os = "linux")]
const NICENESS: libc::c_int = 5;

/// Let this thread, and those that it starts from now on, give way to the other threads of the program. Does nothing
/// where the system has no priorities of single threads.
pub fn give_way() {
    // SAFETY: changes a number in the kernel, of the calling thread (0) alone. A refusal changes nothing.
    #[cfg(target_os = "linux")]
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS);
    }
}
