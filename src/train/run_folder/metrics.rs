//! `metrics.csv` and `latents.csv`: one row per report; floats are written so that reading gives the same float.

use crate::data::Split;
use crate::files::csv::{self, TableError, TableFile};
use crate::train::Report;
use std::path::Path;

/// The columns of `metrics.csv`. Scripts rely on the first twelve.
const COLUMNS: [&str; 16] = [
    "step",
    "epoch",
    "images",
    "seconds",
    "split",
    "elbo",
    "elbo_se",
    "reconstruction",
    "kl",
    "beta",
    "learning_rate",
    "gradient_norm",
    "images_per_second",
    "whole",
    "iwae",
    "samples",
];

/// Number of columns in the first version of the table.
pub const FIRST_VERSION: usize = 14;

/// `metrics.csv` with the rows of these reports. A validation row has an empty `gradient_norm`.
pub fn table(reports: &[Report]) -> String {
    csv::table(COLUMNS, reports.iter().map(fields))
}

/// The rows of these reports in `metrics.csv`.
pub fn rows(reports: &[Report]) -> String {
    csv::lines(reports.iter().map(fields))
}

/// `latents.csv` with the rows of these reports.
pub fn latent_table(reports: &[Report]) -> String {
    let latent = reports.iter().map(|report| report.kl_per_dimension.len()).max().unwrap_or(0);
    let kl = (0..latent).map(|d| format!("kl_{d}"));
    let header = ["step", "split"].map(String::from).into_iter().chain(kl);
    csv::table(header, reports.iter().map(latent_fields))
}

/// The rows of these reports in `latents.csv`.
pub fn latent_rows(reports: &[Report]) -> String {
    csv::lines(reports.iter().map(latent_fields))
}

/// A row of `metrics.csv`.
fn fields(r: &Report) -> [String; COLUMNS.len()] {
    let gradient_norm = if r.gradient_norm.is_nan() { String::new() } else { r.gradient_norm.to_string() };
    [
        r.step.to_string(),
        r.epoch.to_string(),
        r.images.to_string(),
        r.seconds.to_string(),
        r.split.name().to_string(),
        r.elbo.to_string(),
        r.elbo_se.to_string(),
        r.reconstruction.to_string(),
        r.kl.to_string(),
        r.beta.to_string(),
        r.learning_rate.to_string(),
        gradient_norm,
        r.images_per_second.to_string(),
        r.whole.to_string(),
        r.iwae.to_string(),
        r.samples.to_string(),
    ]
}

/// A row of `latents.csv`.
fn latent_fields(r: &Report) -> impl Iterator<Item = String> {
    let place = [r.step.to_string(), r.split.name().to_string()];
    place.into_iter().chain(r.kl_per_dimension.iter().map(f32::to_string))
}

/// Read both tables, up to step `last` if it is given. Otherwise, if one table is further than the other, since a run
/// may be writing them, both are read as far as the shorter one goes.
pub fn read(metrics: &Path, latents: &Path, last: Option<u64>) -> Result<Vec<Report>, TableError> {
    let metrics = TableFile::read(metrics)?;
    let latents = TableFile::read(latents)?;
    let (columns, mut rows) = metrics.rows()?;
    // Runs of the first version end at `whole`.
    if !columns.starts_with(&COLUMNS) && columns != COLUMNS[..FIRST_VERSION] {
        return Err(metrics.error(1, format!("the columns are {columns:?} where {COLUMNS:?} are expected")));
    }
    let (_, mut latent_rows) = latents.rows()?;
    match last {
        Some(last) => {
            // A cell that is no step is an error of its own, below.
            let is_later = |row: &Vec<&str>| row[0].parse::<u64>().is_ok_and(|step| step > last);
            rows.retain(|row| !is_later(row));
            latent_rows.retain(|row| !is_later(row));
        }
        None => {
            let both = rows.len().min(latent_rows.len());
            rows.truncate(both);
            latent_rows.truncate(both);
        }
    }
    if rows.len() != latent_rows.len() {
        let what = format!("{} rows, but metrics.csv has {}", latent_rows.len(), rows.len());
        return Err(latents.error(latent_rows.len() + 1, what));
    }
    let numbered = rows.into_iter().zip(latent_rows).enumerate();
    let columns = columns.len();
    numbered
        .map(|(i, (row, latent))| {
            report(&row, &latent, columns > FIRST_VERSION).map_err(|what| metrics.error(i + 2, what))
        })
        .collect()
}

/// The report of a row of each table; `importance_weighted` is whether the table has the columns of that bound.
pub fn report(row: &[&str], latents: &[&str], importance_weighted: bool) -> Result<Report, String> {
    fn field<T: std::str::FromStr>(row: &[&str], column: usize) -> Result<T, String> {
        let text = row.get(column).ok_or_else(|| format!("there is no {}", COLUMNS[column]))?;
        text.parse().map_err(|_| format!("{} is {text:?}", COLUMNS[column]))
    }
    if latents.get(..2) != Some(&[row[0], row.get(4).copied().unwrap_or_default()]) {
        return Err(format!("latents.csv has {latents:?} in this place: another step or split"));
    }
    let split = match field::<String>(row, 4)?.as_str() {
        "train" => Split::Train,
        "validation" => Split::Validation,
        "test" => Split::Test,
        other => return Err(format!("split is {other:?}")),
    };
    let kl: Result<Vec<f32>, String> =
        latents.iter().skip(2).map(|kl| kl.parse().map_err(|_| format!("latents.csv has {kl:?}"))).collect();
    Ok(Report {
        step: field(row, 0)?,
        epoch: field(row, 1)?,
        images: field(row, 2)?,
        seconds: field(row, 3)?,
        split,
        elbo: field(row, 5)?,
        elbo_se: field(row, 6)?,
        reconstruction: field(row, 7)?,
        kl: field(row, 8)?,
        beta: field(row, 9)?,
        learning_rate: field(row, 10)?,
        gradient_norm: if row.get(11) == Some(&"") { f64::NAN } else { field(row, 11)? },
        images_per_second: field(row, 12)?,
        whole: field(row, 13)?,
        iwae: if importance_weighted { field(row, 14)? } else { f64::NAN },
        samples: if importance_weighted { field(row, 15)? } else { 1 },
        kl_per_dimension: kl?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::RunFolder;
    use proptest::prelude::*;

    fn run(folder: &tempfile::TempDir) -> RunFolder {
        RunFolder::at(folder.path())
    }

    fn any_report() -> impl Strategy<Value = Report> {
        let finite = || any::<f64>().prop_filter("finite", |v| v.is_finite());
        let bound = (finite(), finite(), finite(), finite());
        let kl = prop::collection::vec(0.0_f32..50.0, 3);
        (any::<u64>(), bound, kl, any::<bool>(), any::<bool>()).prop_map(|(step, bound, kl, train, whole)| Report {
            step,
            epoch: bound.0,
            images: step / 2,
            seconds: bound.1,
            split: if train { Split::Train } else { Split::Validation },
            whole,
            elbo: bound.2,
            elbo_se: bound.3,
            reconstruction: bound.0,
            kl: bound.1,
            kl_per_dimension: kl,
            iwae: bound.2,
            samples: step as usize % 50,
            beta: 1.0,
            learning_rate: bound.2,
            gradient_norm: if train { bound.3 } else { f64::NAN },
            images_per_second: bound.0,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn tables_read_back_exactly(reports in prop::collection::vec(any_report(), 0..6)) {
            let folder = tempfile::tempdir().unwrap();
            run(&folder).save_tables(&reports, &[]).unwrap();
            let read = run(&folder).reports().unwrap();
            // NaN is not equal to itself: compare the texts.
            prop_assert_eq!(format!("{read:?}"), format!("{reports:?}"));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a-z0-9,.\n]{0,200}") {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("metrics.csv"), format!("{}\n{text}", COLUMNS.join(","))).unwrap();
            std::fs::write(folder.path().join("latents.csv"), &text).unwrap();
            let _ = run(&folder).reports();
        }
    }

    fn one() -> Report {
        Report {
            step: 200,
            epoch: 0.5,
            images: 25_600,
            seconds: 1.25,
            split: Split::Validation,
            whole: true,
            elbo: -104.2,
            elbo_se: 0.3,
            reconstruction: -79.1,
            kl: 25.1,
            kl_per_dimension: vec![25.0, 0.1],
            iwae: -103.5,
            samples: 5,
            beta: 1.0,
            learning_rate: 1e-3,
            gradient_norm: f64::NAN,
            images_per_second: 31_000.0,
        }
    }

    /// The text itself is the contract that scripts rely on.
    #[test]
    fn the_files_are_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        let trained = Report { split: Split::Train, gradient_norm: 12.5, whole: false, ..one() };
        run(&folder).save_tables(&[one(), trained], &[]).unwrap();
        let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(
            text("metrics.csv"),
            "step,epoch,images,seconds,split,elbo,elbo_se,reconstruction,kl,beta,learning_rate,gradient_norm,\
             images_per_second,whole,iwae,samples\n\
             200,0.5,25600,1.25,validation,-104.2,0.3,-79.1,25.1,1,0.001,,31000,true,-103.5,5\n\
             200,0.5,25600,1.25,train,-104.2,0.3,-79.1,25.1,1,0.001,12.5,31000,false,-103.5,5\n"
        );
        assert_eq!(text("latents.csv"), "step,split,kl_0,kl_1\n200,validation,25,0.1\n200,train,25,0.1\n");
    }

    #[test]
    fn further_columns_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        run(&folder).save_tables(&[one()], &[]).unwrap();
        let path = folder.path().join("metrics.csv");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("samples\n", "samples,memory\n").replace(",5\n", ",5,17\n")).unwrap();
        assert_eq!(format!("{:?}", run(&folder).reports().unwrap()), format!("{:?}", [one()]));
    }

    #[test]
    fn tables_of_the_first_version_have_no_importance_weighted_bound() {
        let folder = tempfile::tempdir().unwrap();
        run(&folder).save_tables(&[one()], &[]).unwrap();
        let path = folder.path().join("metrics.csv");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(",iwae,samples\n", "\n").replace(",-103.5,5\n", "\n")).unwrap();
        let read = run(&folder).reports().unwrap();
        assert!(read[0].iwae.is_nan() && read[0].elbo == one().elbo, "{read:?}");
    }

    #[test]
    fn tables_that_do_not_belong_together_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        run(&folder).save_tables(&[one(), Report { step: 300, ..one() }], &[]).unwrap();
        let latents = folder.path().join("latents.csv");
        let text = std::fs::read_to_string(&latents).unwrap();
        let refused = |text: String| {
            std::fs::write(&latents, text).unwrap();
            run(&folder).reports_until(300).unwrap_err().to_string()
        };
        let message = refused(text.replace("300,validation", "300,train"));
        assert!(message.contains("metrics.csv, line 3") && message.contains("latents.csv"), "{message}");
        let message = refused(text.lines().take(2).fold(String::new(), |all, line| all + line + "\n"));
        assert!(message.contains("latents.csv, line 2: 1 rows, but metrics.csv has 2"), "{message}");
        // A checkpoint at step 300 needs both rows; whoever looks at a run that is being written reads what is there.
        assert_eq!(format!("{:?}", run(&folder).reports().unwrap()), format!("{:?}", [one()]));
    }

    #[test]
    fn a_damaged_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{}\n5,0.1,640,1.5,train,-1,0,x,2,1,0.001,3,100,false\n", COLUMNS.join(","));
        std::fs::write(folder.path().join("metrics.csv"), text).unwrap();
        std::fs::write(folder.path().join("latents.csv"), "step,split,kl_0\n5,train,2\n").unwrap();
        let error = run(&folder).reports().unwrap_err().to_string();
        assert!(error.contains("metrics.csv, line 2") && error.contains("reconstruction"), "{error}");
    }
}
