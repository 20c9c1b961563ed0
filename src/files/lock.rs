//! Locks between processes: one writer at a time.

use super::{WriteError, read};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// How much of a lock file is read to find out who holds it, in bytes.
const HOLDER: u64 = 1024;

/// An exclusive lock between processes, held until this value is dropped. The lock is advisory, and the system releases
/// it when the process ends, however it ends. The lock's file says who holds it and stays after the release: a lock
/// file alone does not mean that the lock is held.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The lock is held by another process or elsewhere in this one; the text says by whom.
    #[error("{0}")]
    Held(String),
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Lock {
    /// Take the lock of a file without waiting. The file is made if it is missing. On a file system without locks, the
    /// lock always counts as taken.
    ///
    /// # Errors
    /// The lock is held already, or its file cannot be opened.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = open.map_err(WriteError::of(path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held(holder(path))),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(WriteError::of(path)(error).into()),
        }
        sign(&mut file).map_err(WriteError::of(path))?;
        Ok(Self { _file: file })
    }
}

/// Who holds the lock of a file, without touching the lock: a look can neither take it nor stand in another's way. On
/// this machine the holder is the process that the file names, if it still has the file open; of a process elsewhere,
/// or where the system does not tell, `is_young` has to say whether its last sign of life is young. `None` where nobody
/// holds it.
pub fn holder_of(path: &Path, is_young: impl FnOnce() -> bool) -> Option<String> {
    let text = String::from_utf8(read(path, HOLDER).ok()?).ok()?;
    let text: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    let (process, rest) = text.strip_prefix("process ")?.split_once(" on ")?;
    let is_here = rest.split(',').next() == Some(host());
    let is_held = match (is_here, process.parse().ok().and_then(|process| has_open(process, path))) {
        (true, Some(open)) => open,
        _ => is_young(),
    };
    is_held.then_some(text)
}

/// Whether a process of this machine has a file open; `None` where the system does not say.
fn has_open(process: u32, path: &Path) -> Option<bool> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let process = Path::new("/proc").join(process.to_string());
    if !process.exists() {
        return Some(false);
    }
    let path = std::fs::canonicalize(path).ok()?;
    // Another user's process does not show its files.
    let files = std::fs::read_dir(process.join("fd")).ok()?;
    Some(files.flatten().any(|file| std::fs::read_link(file.path()).is_ok_and(|open| open == path)))
}

/// Write into the lock's file who holds it. Only messages use this text, so it need not survive a power cut.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    let since = now();
    writeln!(file, "process {} on {}, since {}", std::process::id(), host(), utc(since))
}

/// Who holds the lock of a file, according to the file's text.
fn holder(path: &Path) -> String {
    let text = read(path, HOLDER).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    match text.trim() {
        // Where locks are mandatory the file cannot be read; where the holder is quick, nothing is in it yet.
        "" => "another process".into(),
        text => text.chars().filter(|c| !c.is_control()).collect(),
    }
}

/// This machine's name.
pub fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let name = name.or_else(|| ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| std::env::var(name).ok()));
        name.map_or("this machine".into(), |name| name.trim().into())
    })
}

/// The time in seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A time in seconds since 1970 as date and time of day (UTC). The date by Howard Hinnant, `chrono`-Compatible
/// Low-Level Date Algorithms (2014), `civil_from_days`: years begin in March, and 400 of them have 146,097 days.
pub fn utc(seconds: u64) -> String {
    let day = seconds / 86_400 + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(utc(0), "1970-01-01 00:00 UTC");
        assert_eq!(utc(951_782_399), "2000-02-28 23:59 UTC");
        assert_eq!(utc(951_868_800), "2000-03-01 00:00 UTC");
        assert_eq!(utc(4_107_542_399), "2100-02-28 23:59 UTC");
        assert_eq!(utc(1_795_928_640), "2026-11-29 05:04 UTC");
    }

    #[test]
    fn item_03_a_lock_has_one_holder_and_says_who() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        std::fs::write(&path, "process 1 on a machine that lost its power long ago, and a longer text than ours is")
            .unwrap();
        let held = Lock::take(&path).unwrap();
        let message = Lock::take(&path).unwrap_err().to_string();
        let start = format!("process {} on ", std::process::id());
        assert!(message.starts_with(&start) && message.ends_with(" UTC"), "{message}");
        drop(held);
        Lock::take(&path).unwrap();
    }

    #[test]
    fn a_look_at_a_lock_finds_its_holder_and_takes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        assert_eq!(holder_of(&path, || true), None);
        let held = Lock::take(&path).unwrap();
        let holder = holder_of(&path, || !cfg!(target_os = "linux")).unwrap();
        assert!(holder.starts_with(&format!("process {} on ", std::process::id())), "{holder}");
        drop(held);
        if cfg!(target_os = "linux") {
            assert_eq!(holder_of(&path, || true), None, "the file stays, the lock does not");
        }
        // Of another machine its last sign of life tells.
        std::fs::write(&path, "process 1 on elsewhere, since 2026-01-01 00:00 UTC\n").unwrap();
        assert_eq!(holder_of(&path, || false), None);
        assert!(holder_of(&path, || true).is_some_and(|holder| holder.contains("elsewhere")));
    }
}
