//! The event files that TensorBoard reads: scalars, pictures and histograms by step, in a file that grows.

use super::{ExportError, RgbImage, png_bytes};
use crate::data::Split;
use crate::files::{self, WriteError};
use crate::train::Report;
use prost::Message;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// `Event` of TensorBoard's `event.proto`.
#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

/// `Summary` of `summary.proto`.
#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<SummaryValue>,
}

#[derive(Clone, PartialEq, Message)]
struct SummaryValue {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
    #[prost(message, optional, tag = "4")]
    image: Option<Picture>,
    #[prost(message, optional, tag = "5")]
    histogram: Option<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
struct Picture {
    #[prost(int32, tag = "1")]
    height: i32,
    #[prost(int32, tag = "2")]
    width: i32,
    /// 3 for RGB.
    #[prost(int32, tag = "3")]
    colours: i32,
    #[prost(bytes = "vec", tag = "4")]
    encoded: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Histogram {
    #[prost(double, tag = "1")]
    min: f64,
    #[prost(double, tag = "2")]
    max: f64,
    #[prost(double, tag = "3")]
    num: f64,
    #[prost(double, tag = "4")]
    sum: f64,
    #[prost(double, tag = "5")]
    sum_squares: f64,
    /// The upper end of each bucket.
    #[prost(double, repeated, tag = "6")]
    bucket_limit: Vec<f64>,
    #[prost(double, repeated, tag = "7")]
    bucket: Vec<f64>,
}

/// Number of buckets of a histogram.
const BUCKETS: usize = 30;

impl Histogram {
    /// A histogram of the finite ones among some values, in buckets of equal width over their range.
    fn of(values: &[f32]) -> Self {
        let values: Vec<f64> = values.iter().copied().map(f64::from).filter(|value| value.is_finite()).collect();
        let (min, max) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
        let (min, max) = if values.is_empty() { (0.0, 0.0) } else { (min, max) };
        let width = ((max - min) / BUCKETS as f64).max(1e-12);
        let mut bucket = vec![0.0; BUCKETS];
        for value in &values {
            bucket[(((value - min) / width) as usize).min(BUCKETS - 1)] += 1.0;
        }
        Self {
            min,
            max,
            num: values.len() as f64,
            sum: values.iter().sum(),
            sum_squares: values.iter().map(|value| value * value).sum(),
            bucket_limit: (1..=BUCKETS).map(|i| min + width * i as f64).collect(),
            bucket,
        }
    }
}

/// An event file that is being written.
pub struct EventFile {
    path: PathBuf,
    /// Bytes that are in the file.
    written: u64,
    /// Records that are not in the file yet.
    waiting: Vec<u8>,
}

impl EventFile {
    /// A new event file in a folder, which is made if it is missing. Files of earlier runs in it stay.
    ///
    /// # Errors
    /// The folder or the file cannot be made.
    pub fn create(folder: &Path) -> Result<Self, ExportError> {
        files::create_folder(folder)?;
        let name = |seconds: u64, number: u32| {
            let host = files::host();
            format!("events.out.tfevents.{seconds}.{host}.{}.{number}", std::process::id())
        };
        let seconds = now() as u64;
        let free = (0..).map(|number| folder.join(name(seconds, number))).find(|path| !path.exists());
        let path = free.unwrap_or_else(|| folder.join(name(seconds, 0)));
        let mut file = Self { path, written: 0, waiting: Vec::new() };
        let version = Some("brain.Event:2".to_string());
        file.record(&Event { wall_time: now(), step: 0, file_version: version, summary: None });
        files::write(&file.path, &file.waiting)?;
        file.written = file.waiting.len() as u64;
        file.waiting.clear();
        Ok(file)
    }

    /// Add a report: its scalars, and the KL of the latent dimensions as a histogram. Nats per image.
    pub fn push_report(&mut self, report: &Report) {
        // The part that is measured between epochs is another set than the whole split.
        let split = match (report.split, report.whole) {
            (Split::Validation, false) => "validation part",
            (split, _) => split.name(),
        };
        let scalar = |name: &str, value: f64| SummaryValue {
            tag: format!("{name}/{split}"),
            simple_value: Some(value as f32),
            ..SummaryValue::default()
        };
        let mut value =
            vec![scalar("elbo", report.elbo), scalar("reconstruction", report.reconstruction), scalar("kl", report.kl)];
        if report.samples > 1 {
            value.push(scalar("importance-weighted bound", report.iwae));
        }
        if report.split == Split::Train {
            let of_run = |name: &str, value: f64| SummaryValue {
                tag: format!("training/{name}"),
                simple_value: Some(value as f32),
                ..SummaryValue::default()
            };
            value.extend([
                of_run("beta", report.beta),
                of_run("learning rate", report.learning_rate),
                of_run("gradient norm", report.gradient_norm),
                of_run("images per second", report.images_per_second),
            ]);
        } else if report.kl_per_dimension.len() > 1 {
            value.push(SummaryValue {
                tag: format!("kl per dimension/{split}"),
                histogram: Some(Histogram::of(&report.kl_per_dimension)),
                ..SummaryValue::default()
            });
        }
        self.summary(report.step, value);
    }

    /// Add a picture.
    ///
    /// # Errors
    /// The picture cannot be encoded.
    pub fn push_picture(&mut self, tag: &str, step: u64, picture: &RgbImage) -> Result<(), ExportError> {
        let encoded = png_bytes(&self.path, picture, &[])?;
        let image = Picture { height: picture.height as i32, width: picture.width as i32, colours: 3, encoded };
        self.summary(step, vec![SummaryValue { tag: tag.into(), image: Some(image), ..SummaryValue::default() }]);
        Ok(())
    }

    /// Write what has been added since the last time.
    ///
    /// # Errors
    /// The file cannot be written; what has been added is tried again the next time.
    pub fn flush(&mut self) -> Result<(), ExportError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let failed = |source: io::Error| WriteError { path: self.path.clone(), source };
        let length = self.waiting.len() as u64;
        files::append(&self.path, self.written, &self.waiting).map_err(|error| failed(error.source))?;
        self.written += length;
        self.waiting.clear();
        Ok(())
    }

    fn summary(&mut self, step: u64, value: Vec<SummaryValue>) {
        let summary = Some(Summary { value });
        self.record(&Event { wall_time: now(), step: step as i64, file_version: None, summary });
    }

    /// One record as TFRecord has it: length, its checksum, content, its checksum.
    fn record(&mut self, event: &Event) {
        let content = event.encode_to_vec();
        let length = (content.len() as u64).to_le_bytes();
        self.waiting.extend_from_slice(&length);
        self.waiting.extend_from_slice(&masked(&length).to_le_bytes());
        self.waiting.extend_from_slice(&content);
        self.waiting.extend_from_slice(&masked(&content).to_le_bytes());
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// The checksum of some bytes as TFRecord masks it, so that bytes that contain checksums do not weaken the next one.
fn masked(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli) of some bytes.
fn crc32c(bytes: &[u8]) -> u32 {
    const fn table() -> [u32; 256] {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let (mut crc, mut bit) = (byte as u32, 0);
            while bit < 8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
                bit += 1;
            }
            table[byte] = crc;
            byte += 1;
        }
        table
    }
    const TABLE: [u32; 256] = table();
    !bytes.iter().fold(!0, |crc, &byte| TABLE[((crc ^ u32::from(byte)) & 0xff) as usize] ^ crc >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_castagnolis() {
        // RFC 3720, appendix B.4.
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(masked(&[]), 0xa282_ead8);
    }

    #[test]
    fn a_histogram_holds_every_value_once() {
        let histogram = Histogram::of(&[0.0, 0.1, 3.0, 2.9, f32::NAN]);
        assert_eq!((histogram.min, histogram.max, histogram.num), (0.0, 3.0, 4.0));
        assert_eq!(histogram.bucket.iter().sum::<f64>(), 4.0);
        assert!(histogram.bucket_limit.last().unwrap() >= &3.0 && histogram.bucket_limit.is_sorted());
        assert_eq!(Histogram::of(&[]).num, 0.0);
        assert_eq!(Histogram::of(&[1.5; 3]).bucket[0], 3.0);
    }
}
