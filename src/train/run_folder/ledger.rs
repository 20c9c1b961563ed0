//! `ledger.csv`: one row per entry; floats are written so that reading gives the same float.

use crate::estimate::Estimate;
use crate::evidence::Method;
use crate::files::csv::{self, TableError};
use crate::train::LedgerEntry;
use std::path::Path;

/// The columns, in nats per image; `_se` marks standard errors of the measurement.
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

/// The ledger as CSV text.
pub fn csv(entries: &[LedgerEntry]) -> String {
    csv::table(COLUMNS, entries.iter().map(fields))
}

/// Rows of the table.
pub fn rows(entries: &[LedgerEntry]) -> String {
    csv::lines(entries.iter().map(fields))
}

fn fields(e: &LedgerEntry) -> Vec<String> {
    let mut fields = vec![e.step.to_string(), e.epoch.to_string(), e.seconds.to_string(), e.images.to_string()];
    fields.extend([e.method.short_name().to_string(), e.samples.to_string()]);
    let estimate = |Estimate { value, se }: Estimate| [value.to_string(), se.to_string()];
    fields.extend(estimate(e.reconstruction));
    fields.push(e.kl.to_string());
    fields.extend([e.elbo, e.log_px, e.posterior_kl, e.residual].into_iter().flat_map(estimate));
    fields.extend([e.effective_samples.to_string(), e.degenerate.to_string()]);
    fields
}

/// Write the rows of these entries into the table; without entries there is no table.
pub fn save(path: &Path, entries: &[LedgerEntry]) -> Result<(), TableError> {
    match entries {
        // A run saved over another must not keep the other's.
        [] => csv::remove(path),
        _ => csv::grow(path, &csv(entries)),
    }
}

/// Read the table; a missing file has no entries.
pub fn read(path: &Path) -> Result<Vec<LedgerEntry>, TableError> {
    csv::values(path, &COLUMNS, entry)
}

fn entry(fields: &[&str]) -> Result<LedgerEntry, String> {
    fn field<T: std::str::FromStr>(fields: &[&str], name: &str) -> Result<T, String> {
        let column = COLUMNS.iter().position(|c| *c == name).unwrap_or(COLUMNS.len());
        let text = fields.get(column).ok_or_else(|| format!("there is no {name}"))?;
        text.parse().map_err(|_| format!("{name} is {text:?}"))
    }
    let number = |name: &str| field::<f64>(fields, name);
    let estimate = |name: &str| Ok::<_, String>(Estimate { value: number(name)?, se: number(&format!("{name}_se"))? });
    let method: String = field(fields, "method")?;
    Ok(LedgerEntry {
        step: field(fields, "step")?,
        epoch: number("epoch")?,
        seconds: number("seconds")?,
        images: field(fields, "images")?,
        method: Method::ALL.into_iter().find(|m| m.short_name() == method).ok_or(format!("method is {method:?}"))?,
        samples: field(fields, "samples")?,
        reconstruction: estimate("reconstruction")?,
        kl: number("kl")?,
        elbo: estimate("elbo")?,
        log_px: estimate("log_px")?,
        posterior_kl: estimate("posterior_kl")?,
        residual: estimate("residual")?,
        effective_samples: number("effective_samples")?,
        degenerate: field(fields, "degenerate")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::RunFolder;
    use crate::train::ledger_entry::tests::entry;

    #[test]
    fn the_ledger_reads_back_exactly() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(RunFolder::at(folder.path()).ledger().unwrap(), []);
        let third = 1.0 / 3.0;
        let other = LedgerEntry { step: 1_300, residual: Estimate { value: third, se: 1e-300 }, ..entry() };
        let entries = [entry(), other];
        RunFolder::at(folder.path()).save_tables(&[], &entries).unwrap();
        assert_eq!(RunFolder::at(folder.path()).ledger().unwrap(), entries);
        RunFolder::at(folder.path()).save_tables(&[], &[]).unwrap();
        assert_eq!(RunFolder::at(folder.path()).ledger().unwrap(), []);
    }

    #[test]
    fn a_damaged_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        RunFolder::at(folder.path()).save_tables(&[], &[entry()]).unwrap();
        let path = folder.path().join("ledger.csv");
        let text = std::fs::read_to_string(&path).unwrap();
        let refused = |text: String| {
            std::fs::write(&path, text).unwrap();
            RunFolder::at(folder.path()).ledger().unwrap_err().to_string()
        };
        let message = refused(text.replace("25.1", "x"));
        assert!(message.contains("ledger.csv, line 2") && message.contains("kl"), "{message}");
        let message = refused(text.replace("importance sampling", "guessing"));
        assert!(message.contains("method is \"guessing\""), "{message}");
        let message = refused("step,epoch\n".into());
        assert!(message.contains("line 1"), "{message}");
    }
}
