//! `metrics.csv` and `latents.csv`: a run's reports as tables, nats per image. Scripts rely on the columns.
//!
//! A report is a row of each file, in the same order. Floats are written so that they read back exactly. The gradient
//! norm of a validation report is empty.

use super::Report;
use crate::data::Split;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The columns of `metrics.csv`. The first twelve are a contract; more may follow behind them.
const COLUMNS: [&str; 14] = [
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
];

/// A table that cannot be written or read; the message names file, line and column.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    #[error("cannot {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{}, line {line}: {problem}", path.display())]
    Malformed { path: PathBuf, line: usize, problem: String },
}

impl MetricsError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    fn malformed(path: &Path, line: usize, problem: impl Into<String>) -> Self {
        Self::Malformed { path: path.to_owned(), line, problem: problem.into() }
    }
}

/// `latents.csv` lies beside `metrics.csv`.
fn latents_path(path: &Path) -> PathBuf {
    path.with_file_name("latents.csv")
}

/// Write all reports of a run to `path` and to `latents.csv` beside it, replacing both.
///
/// # Errors
/// A file cannot be written.
pub fn write(path: &Path, reports: &[Report]) -> Result<(), MetricsError> {
    let latents = latents_path(path);
    let dimensions = reports.iter().map(|report| report.kl_per_dimension.len()).max().unwrap_or(0);
    let create = |path: &Path| File::create(path).map_err(MetricsError::io("write", path));
    let header = ["step", "split"].map(String::from).into_iter().chain((0..dimensions).map(|d| format!("kl_{d}")));
    write_lines(create(path)?, path, [COLUMNS.join(",")].into_iter().chain(reports.iter().map(metrics_row)))?;
    let header = header.collect::<Vec<_>>().join(",");
    write_lines(create(&latents)?, &latents, [header].into_iter().chain(reports.iter().map(latents_row)))
}

/// Add reports behind those that [`write`] has written.
///
/// # Errors
/// A file is not there or cannot be written.
pub fn append(path: &Path, reports: &[Report]) -> Result<(), MetricsError> {
    let latents = latents_path(path);
    let open = |path: &Path| OpenOptions::new().append(true).open(path).map_err(MetricsError::io("write", path));
    write_lines(open(path)?, path, reports.iter().map(metrics_row))?;
    write_lines(open(&latents)?, &latents, reports.iter().map(latents_row))
}

fn write_lines(file: File, path: &Path, lines: impl Iterator<Item = String>) -> Result<(), MetricsError> {
    let mut writer = BufWriter::new(file);
    let mut write = || {
        lines.into_iter().try_for_each(|line| writeln!(writer, "{line}"))?;
        writer.flush()
    };
    write().map_err(MetricsError::io("write", path))
}

/// `{:?}` prints the shortest text that reads back as the same float, with an exponent where that is shorter.
fn metrics_row(report: &Report) -> String {
    let Report { step, epoch, images, seconds, elbo, elbo_se, reconstruction, kl, beta, learning_rate, .. } = report;
    let gradient_norm =
        if report.gradient_norm.is_nan() { String::new() } else { format!("{:?}", report.gradient_norm) };
    format!(
        "{step},{epoch:?},{images},{seconds:?},{},{elbo:?},{elbo_se:?},{reconstruction:?},{kl:?},{beta:?},\
         {learning_rate:?},{gradient_norm},{:?},{}",
        report.split.name(),
        report.images_per_second,
        report.whole
    )
}

fn latents_row(report: &Report) -> String {
    let mut row = format!("{},{}", report.step, report.split.name());
    for kl in &report.kl_per_dimension {
        row.push_str(&format!(",{kl:?}"));
    }
    row
}

/// Read the reports back from `path` and `latents.csv` beside it.
///
/// # Errors
/// A file cannot be read, or is not what [`write`] writes: the message names line and column. Columns beyond the
/// known ones are passed over.
pub fn read(path: &Path) -> Result<Vec<Report>, MetricsError> {
    let latents = latents_path(path);
    let metrics = Table::open(path)?;
    for (position, name) in COLUMNS.iter().enumerate() {
        if metrics.header.get(position).map(String::as_str) != Some(name) {
            let problem = format!("column {} must be `{name}`", position + 1);
            return Err(MetricsError::malformed(path, 1, problem));
        }
    }
    let mut reports = metrics.rows(parse_metrics_row)?;
    let kls = Table::open(&latents)?.rows(parse_latents_row)?;
    if kls.len() != reports.len() {
        let problem = format!("{} reports, but {} has {}", kls.len(), path.display(), reports.len());
        return Err(MetricsError::malformed(&latents, kls.len() + 1, problem));
    }
    for (index, (report, (step, split, kl))) in reports.iter_mut().zip(kls).enumerate() {
        if (step, split) != (report.step, report.split) {
            let problem =
                format!("step {step} of {}, but {} has step {} there", split.name(), path.display(), report.step);
            return Err(MetricsError::malformed(&latents, index + 2, problem));
        }
        report.kl_per_dimension = kl;
    }
    Ok(reports)
}

/// A CSV file of plain fields, its header read.
struct Table {
    path: PathBuf,
    header: Vec<String>,
    lines: std::io::Lines<BufReader<File>>,
}

impl Table {
    fn open(path: &Path) -> Result<Self, MetricsError> {
        let file = File::open(path).map_err(MetricsError::io("read", path))?;
        let mut lines = BufReader::new(file).lines();
        let header = lines.next().transpose().map_err(MetricsError::io("read", path))?.unwrap_or_default();
        Ok(Self { path: path.to_owned(), header: header.split(',').map(String::from).collect(), lines })
    }

    fn rows<T>(self, parse: impl Fn(&mut Fields<'_>) -> Result<T, String>) -> Result<Vec<T>, MetricsError> {
        let mut rows = Vec::new();
        for (index, line) in self.lines.enumerate() {
            let line = line.map_err(MetricsError::io("read", &self.path))?;
            let mut fields = Fields { names: &self.header, line: line.split(','), position: 0 };
            let row = parse(&mut fields).map_err(|problem| MetricsError::malformed(&self.path, index + 2, problem))?;
            rows.push(row);
        }
        Ok(rows)
    }
}

/// The fields of one line, taken from left to right.
struct Fields<'a> {
    names: &'a [String],
    line: std::str::Split<'a, char>,
    position: usize,
}

impl Fields<'_> {
    fn text(&mut self) -> Result<&str, String> {
        let name = self.names.get(self.position).map_or("?", String::as_str);
        let field = self.line.next().ok_or_else(|| format!("`{name}` is missing: the line is cut short"))?;
        self.position += 1;
        Ok(field)
    }

    fn parse<T: FromStr>(&mut self) -> Result<T, String> {
        let names = self.names;
        let name = names.get(self.position).map_or("?", String::as_str);
        let field = self.text()?;
        field.parse().map_err(|_| format!("`{name}` cannot be {field:?}"))
    }

    fn split(&mut self) -> Result<Split, String> {
        let field = self.text()?;
        [Split::Train, Split::Validation, Split::Test]
            .into_iter()
            .find(|split| split.name() == field)
            .ok_or_else(|| format!("`split` cannot be {field:?}"))
    }

    fn gradient_norm(&mut self) -> Result<f64, String> {
        if self.line.clone().next() == Some("") {
            self.text()?;
            return Ok(f64::NAN);
        }
        self.parse()
    }
}

fn parse_metrics_row(fields: &mut Fields<'_>) -> Result<Report, String> {
    // Struct fields are evaluated in the order written: the columns' order.
    Ok(Report {
        step: fields.parse()?,
        epoch: fields.parse()?,
        images: fields.parse()?,
        seconds: fields.parse()?,
        split: fields.split()?,
        elbo: fields.parse()?,
        elbo_se: fields.parse()?,
        reconstruction: fields.parse()?,
        kl: fields.parse()?,
        beta: fields.parse()?,
        learning_rate: fields.parse()?,
        gradient_norm: fields.gradient_norm()?,
        images_per_second: fields.parse()?,
        whole: fields.parse()?,
        kl_per_dimension: Vec::new(),
    })
}

fn parse_latents_row(fields: &mut Fields<'_>) -> Result<(u64, Split, Vec<f32>), String> {
    let (step, split) = (fields.parse()?, fields.split()?);
    let mut kl = Vec::new();
    while fields.line.clone().next().is_some() {
        kl.push(fields.parse()?);
    }
    Ok((step, split, kl))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any float but NaN, subnormals and infinities included.
    fn float() -> impl Strategy<Value = f64> {
        any::<f64>().prop_filter("NaN is not equal to itself", |x| !x.is_nan())
    }

    fn report(dimensions: usize) -> impl Strategy<Value = Report> {
        let split = prop_oneof![Just(Split::Train), Just(Split::Validation), Just(Split::Test)];
        let whole = (any::<u64>(), any::<u64>(), split, any::<bool>());
        let kl = prop::collection::vec(any::<f32>().prop_filter("NaN", |x| !x.is_nan()), dimensions);
        let gradient_norm = prop_oneof![float(), Just(f64::NAN)];
        (whole, prop::collection::vec(float(), 9), kl, gradient_norm).prop_map(
            |((step, images, split, whole), f, kl, g)| Report {
                step,
                images,
                split,
                whole,
                epoch: f[0],
                seconds: f[1],
                elbo: f[2],
                elbo_se: f[3],
                reconstruction: f[4],
                kl: f[5],
                kl_per_dimension: kl,
                beta: f[6],
                learning_rate: f[7],
                images_per_second: f[8],
                gradient_norm: g,
            },
        )
    }

    fn reports() -> impl Strategy<Value = Vec<Report>> {
        (0usize..5).prop_flat_map(|dimensions| prop::collection::vec(report(dimensions), 0..6))
    }

    /// NaN equals NaN here; every other float only itself.
    fn same(a: &[Report], b: &[Report]) -> bool {
        format!("{a:?}") == format!("{b:?}")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn reports_read_back_exactly_written_at_once_or_bit_by_bit(reports in reports(), cut in 1usize..6) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("metrics.csv");
            write(&path, &reports).unwrap();
            prop_assert!(same(&read(&path).unwrap(), &reports));

            let whole = std::fs::read(&path).unwrap();
            let (first, rest) = reports.split_at(cut.min(reports.len()));
            write(&path, first).unwrap();
            append(&path, rest).unwrap();
            prop_assert_eq!(std::fs::read(&path).unwrap(), whole);
            prop_assert!(same(&read(&path).unwrap(), &reports));
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
            beta: 1.0,
            learning_rate: 1e-7,
            gradient_norm: f64::NAN,
            images_per_second: 31_000.0,
        }
    }

    #[test]
    fn the_files_are_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        write(&path, &[one(), Report { split: Split::Train, gradient_norm: 12.5, whole: false, ..one() }]).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "step,epoch,images,seconds,split,elbo,elbo_se,reconstruction,kl,beta,learning_rate,gradient_norm,\
             images_per_second,whole\n\
             200,0.5,25600,1.25,validation,-104.2,0.3,-79.1,25.1,1.0,1e-7,,31000.0,true\n\
             200,0.5,25600,1.25,train,-104.2,0.3,-79.1,25.1,1.0,1e-7,12.5,31000.0,false\n"
        );
        assert_eq!(
            std::fs::read_to_string(folder.path().join("latents.csv")).unwrap(),
            "step,split,kl_0,kl_1\n200,validation,25.0,0.1\n200,train,25.0,0.1\n"
        );
    }

    #[test]
    fn further_columns_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        write(&path, &[one()]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("whole\n", "whole,memory\n").replace("true\n", "true,17\n")).unwrap();
        assert!(same(&read(&path).unwrap(), &[one()]));
    }

    #[test]
    fn refusals_name_file_line_and_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.csv");
        let message = || read(&path).unwrap_err().to_string();
        assert!(message().contains("cannot read") && message().contains("metrics.csv"), "{}", message());
        assert!(append(&path, &[one()]).is_err());

        write(&path, &[one(), one()]).unwrap();
        let sound = std::fs::read_to_string(&path).unwrap();
        let with = |from: &str, to: &str| {
            std::fs::write(&path, sound.replacen(from, to, 1)).unwrap();
            message()
        };
        assert!(with("elbo,", "bound,").contains("line 1: column 6 must be `elbo`"), "{}", message());
        assert!(with("-104.2", "high").contains("line 2: `elbo` cannot be \"high\""), "{}", message());
        assert!(with("validation", "valid").contains("line 2: `split`"), "{}", message());
        assert!(with("\n200", "\n201").contains("latents.csv, line 2: step 200"), "{}", message());
        std::fs::write(&path, &sound[..sound.len() - 20]).unwrap();
        assert!(message().contains("line 3: `images_per_second`"), "{}", message());
        std::fs::write(&path, &sound[..sound.len() - 7]).unwrap();
        assert!(message().contains("line 3: `whole` is missing"), "{}", message());
        write(&path, &[one()]).unwrap();
        std::fs::write(&path, &sound).unwrap();
        assert!(message().contains("latents.csv, line 2: 1 reports"), "{}", message());
        std::fs::write(&path, "").unwrap();
        assert!(message().contains("line 1"), "{}", message());
        std::fs::remove_file(folder.path().join("latents.csv")).unwrap();
        std::fs::write(&path, &sound).unwrap();
        assert!(message().contains("latents.csv"), "{}", message());
    }
}
