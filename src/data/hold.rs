//! How much of one array is held in memory; what is larger is read from its file as it is needed.

use std::sync::OnceLock;

/// Bytes of one array that are held unless `ELBOW_HOLD_MIB` says otherwise: 1 GiB.
const MOST: u64 = 1 << 30;

/// Bytes of one array above which it is mapped from its file, where the file allows it: as many MiB as the environment
/// variable `ELBOW_HOLD_MIB` says, else 1,024. Nothing but memory and time depends on it.
pub(super) fn most() -> u64 {
    static READ: OnceLock<u64> = OnceLock::new();
    let asked = || std::env::var("ELBOW_HOLD_MIB").ok()?.trim().parse::<u64>().ok()?.checked_mul(1 << 20);
    *READ.get_or_init(|| asked().unwrap_or(MOST))
}
