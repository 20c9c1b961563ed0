//! `ledger.csv`: one row an entry; floats are written so that they read back exactly.

use super::{LedgerEntry, Method};
use crate::estimate::Estimate;
use std::fmt::Write;
use std::path::Path;

const FILE: &str = "ledger.csv";

/// The columns; nats per image, `_se` standard errors of the measurement.
const COLUMNS: [&str; 19] = [
    "step",
    "epoch",
    "seconds",
    "images",
    "method",
    "samples",
    "reconstruction",
    "reconstruction_se",
    "kl",
    "elbo",
    "elbo_se",
    "log_px",
    "log_px_se",
    "posterior_kl",
    "posterior_kl_se",
    "residual",
    "residual_se",
    "effective_samples",
    "degenerate",
];

/// The ledger as CSV.
pub fn csv(entries: &[LedgerEntry]) -> String {
    let mut text = COLUMNS.join(",") + "\n";
    for e in entries {
        // Writing to a string cannot fail.
        let _ = write!(text, "{},{},{},{},{},{}", e.step, e.epoch, e.seconds, e.images, e.method.name(), e.samples);
        let Estimate { value, se } = e.reconstruction;
        let _ = write!(text, ",{value},{se},{}", e.kl);
        for Estimate { value, se } in [e.elbo, e.log_px, e.posterior_kl, e.residual] {
            let _ = write!(text, ",{value},{se}");
        }
        let _ = writeln!(text, ",{},{}", e.effective_samples, e.degenerate);
    }
    text
}

/// Write the ledger into a run folder; nothing where there is no entry.
///
/// # Errors
/// What the disk says, naming the path.
pub fn write(folder: &Path, entries: &[LedgerEntry]) -> Result<(), String> {
    let (path, fresh) = (folder.join(FILE), folder.join(format!("{FILE}.new")));
    let result = if entries.is_empty() {
        // A run saved over another must not keep the other's.
        if path.exists() { std::fs::remove_file(&path) } else { Ok(()) }
    } else {
        std::fs::write(&fresh, csv(entries)).and_then(|()| std::fs::rename(&fresh, &path))
    };
    result.map_err(|error| format!("{}: cannot write: {error}", path.display()))
}

/// Read a run folder's ledger; empty where it has none.
///
/// # Errors
/// A file that is not a ledger; names the line.
pub fn read(folder: &Path) -> Result<Vec<LedgerEntry>, String> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: cannot read: {error}", path.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    if !header.starts_with(&COLUMNS) {
        return Err(format!("{}, line 1: the columns are {header:?} where {COLUMNS:?} are expected", path.display()));
    }
    lines
        .enumerate()
        .map(|(i, line)| entry(line).map_err(|what| format!("{}, line {}: {what}", path.display(), i + 2)))
        .collect()
}

fn entry(line: &str) -> Result<LedgerEntry, String> {
    let fields: Vec<&str> = line.split(',').collect();
    fn field<T: std::str::FromStr>(fields: &[&str], name: &str) -> Result<T, String> {
        let column = COLUMNS.iter().position(|c| *c == name).unwrap_or(COLUMNS.len());
        let text = fields.get(column).ok_or_else(|| format!("there is no {name}"))?;
        text.parse().map_err(|_| format!("{name} is {text:?}"))
    }
    let number = |name: &str| field::<f64>(&fields, name);
    let estimate = |name: &str| Ok::<_, String>(Estimate { value: number(name)?, se: number(&format!("{name}_se"))? });
    let method: String = field(&fields, "method")?;
    Ok(LedgerEntry {
        step: field(&fields, "step")?,
        epoch: number("epoch")?,
        seconds: number("seconds")?,
        images: field(&fields, "images")?,
        method: Method::ALL.into_iter().find(|m| m.name() == method).ok_or(format!("method is {method:?}"))?,
        samples: field(&fields, "samples")?,
        reconstruction: estimate("reconstruction")?,
        kl: number("kl")?,
        elbo: estimate("elbo")?,
        log_px: estimate("log_px")?,
        posterior_kl: estimate("posterior_kl")?,
        residual: estimate("residual")?,
        effective_samples: number("effective_samples")?,
        degenerate: field(&fields, "degenerate")?,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn entry() -> LedgerEntry {
        let estimate = |value, se| Estimate { value, se };
        LedgerEntry {
            step: 1_200,
            epoch: 2.5,
            seconds: 30.125,
            images: 64,
            method: Method::ImportanceSampling,
            samples: 500,
            reconstruction: estimate(-79.1, 0.02),
            kl: 25.1,
            elbo: estimate(-104.2, 0.02),
            log_px: estimate(-101.0, 0.05),
            posterior_kl: estimate(3.21, 0.04),
            residual: estimate(-0.01, 0.06),
            effective_samples: 42.5,
            degenerate: 3,
        }
    }

    #[test]
    fn the_ledger_reads_back_exactly() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), []);
        let third = 1.0 / 3.0;
        let other = LedgerEntry { step: 1_300, residual: Estimate { value: third, se: 1e-300 }, ..entry() };
        let entries = [entry(), other];
        write(folder.path(), &entries).unwrap();
        assert_eq!(read(folder.path()).unwrap(), entries);
        write(folder.path(), &[]).unwrap();
        assert_eq!(read(folder.path()).unwrap(), []);
    }

    #[test]
    fn a_damaged_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[entry()]).unwrap();
        let path = folder.path().join(FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        let refused = |text: String| {
            std::fs::write(&path, text).unwrap();
            read(folder.path()).unwrap_err()
        };
        let message = refused(text.replace("25.1", "x"));
        assert!(message.contains("ledger.csv, line 2") && message.contains("kl"), "{message}");
        let message = refused(text.replace("importance sampling", "guessing"));
        assert!(message.contains("method is \"guessing\""), "{message}");
        let message = refused("step,epoch\n".into());
        assert!(message.contains("line 1"), "{message}");
    }
}
