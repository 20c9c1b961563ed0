//! IDX, the format of MNIST and its relatives (LeCun, Cortes & Burges): two zero bytes, the element type, the number of
//! dimensions, each dimension as a big-endian `u32`, then the elements row by row. Files may be plain or gzipped; their
//! first bytes decide which, never their names.
//!
//! A header is not trusted: memory is allocated for no more than a file of this length can hold, compressed or not, and
//! for no more than the header announces. It is allocated once, so that reading takes no more memory than the images.

use super::array::{Element, Kind, Scale};
use super::bytes::{ByteImages, MAX_BYTES, MAX_COUNT, channels_first, thousands};
use super::gzip::Members;
use super::mapped::{Mapped, Reading};
use super::stack::{Stack, Values};
use super::{Cancelled, DataError, ImageShape, error, hold, looked_in};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

/// Numbers of bytes that usually become of a compressed one, and that can at most.
const DEFLATE: [u64; 2] = [16, 1_032];

/// Unsigned bytes, the only element type that images and labels come in.
const UNSIGNED_BYTE: u8 = 0x08;

/// Read images, and their labels if a file is given: `N × H × W` (magic 0x00000803) or `N × H × W × C`
/// (0x00000804, C = 1 or 3).
pub(super) fn read_images(images: &Path, labels: Option<&Path>, cancelled: Cancelled<'_>) -> Result<Stack, DataError> {
    let mut stack = match map_images(images, cancelled)? {
        Some(stack) => stack,
        None => {
            let (file, length) = open(images, cancelled)?;
            parse_images(images, file, length)?.into()
        }
    };
    if let Some(labels) = labels {
        let (file, length) = open(labels, cancelled)?;
        let values = parse_labels(labels, file, length)?;
        check_counts((images, stack.count()), (labels, values.len()))?;
        stack.labels = Some(values);
    }
    Ok(stack)
}

/// The images of a file that is not compressed and too large to be held, left in it; `None` for other files.
fn map_images(path: &Path, cancelled: Cancelled<'_>) -> Result<Option<Stack>, DataError> {
    // Of a pipe nothing may be read before it is read in earnest; its length is 0.
    if std::fs::metadata(path).map_or(0, |metadata| metadata.len()) <= hold::most().min(MAX_BYTES) {
        return Ok(None);
    }
    let (file, length) = open(path, cancelled)?;
    let mut source = Elements::of(path, file, length)?;
    if source.length != [length; 2] {
        return Ok(None);
    }
    let dimensions = read_header(path, &mut source.stream, &[3, 4], "images")?;
    let (count, shape) = understand(path, &dimensions)?;
    let start = 4 + 4 * dimensions.len();
    let claimed = (count as u64).checked_mul(shape.pixels() as u64);
    if count > MAX_COUNT || claimed.is_none_or(|bytes| bytes + start as u64 != length) {
        // Reading it says what is wrong.
        return Ok(None);
    }
    let scale = Scale { low: 0.0, high: 255.0 };
    let Some(element) = Element::new(Kind::Unsigned, 1, false) else { unreachable!("there are bytes") };
    let reading = Reading { element, scale, as_bytes: true, channels_last: dimensions.len() == 4 };
    let mapped = Mapped::open(path, start, count, shape, reading, false)?;
    Ok(Some(Stack { shape, values: Values::Mapped(mapped), observed: None, labels: None }))
}

/// The content that an IDX file announces in its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdxContent {
    /// Images of the given shape.
    Images(ImageShape),
    /// One label per image.
    Labels,
}

/// The content that an IDX file announces in its header; nothing after the header is read.
///
/// # Errors
/// The file cannot be read, is not a regular file, or is not IDX of unsigned bytes with 1, 3 or 4 dimensions.
pub fn idx_content(path: &Path) -> Result<IdxContent, DataError> {
    // Opening a pipe would wait for somebody to write.
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(DataError::of_file(path, "is no regular file; its header is not looked at before it is read"));
    }
    let (file, length) = open(path, &|| false)?;
    let mut source = Elements::of(path, file, length)?.stream;
    Ok(match read_header(path, &mut source, &[1, 3, 4], "images or labels")?[..] {
        [_, height, width] => IdxContent::Images(ImageShape { channels: 1, height, width }),
        [_, height, width, channels] => IdxContent::Images(ImageShape { channels, height, width }),
        _ => IdxContent::Labels,
    })
}

/// Images and labels that must belong together.
pub(super) fn check_counts(images: (&Path, usize), labels: (&Path, usize)) -> Result<(), DataError> {
    if images.1 == labels.1 {
        return Ok(());
    }
    let message = format!(
        "{} labels for the {} images of {}; give the labels that belong to these images, or none",
        thousands(labels.1 as u64),
        thousands(images.1 as u64),
        images.0.display()
    );
    Err(DataError::of_file(labels.0, message))
}

/// Parse an IDX stream of images, `length` bytes long. `path` is only for messages.
pub(super) fn parse_images(path: &Path, source: impl BufRead, length: u64) -> Result<ByteImages, DataError> {
    let mut source = Elements::of(path, source, length)?;
    let dimensions = read_header(path, &mut source.stream, &[3, 4], "images")?;
    let (_, shape) = understand(path, &dimensions)?;
    let mut pixels = read_elements(path, &mut source, &dimensions)?;
    channels_first(&mut pixels, shape);
    Ok(ByteImages { shape, pixels, labels: None })
}

/// The number and the shape of the images that a header announces.
fn understand(path: &Path, dimensions: &[usize]) -> Result<(usize, ImageShape), DataError> {
    let (count, shape) = match dimensions[..] {
        [count, height, width] => (count, ImageShape { channels: 1, height, width }),
        [count, height, width, channels] => (count, ImageShape { channels, height, width }),
        _ => unreachable!("read_header lets only 3 or 4 dimensions through"),
    };
    let wrong = |message: String| Err(DataError::of_file(path, message));
    let text = describe(dimensions);
    if count == 0 {
        return wrong(format!("no images (its header says {text})"));
    }
    let sides = 1..=ImageShape::SIDE_MAX;
    if !sides.contains(&shape.height) || !sides.contains(&shape.width) {
        let most = ImageShape::SIDE_MAX;
        return wrong(format!("its header says {text}, but a side must be 1 to {most} pixels; is this image data?"));
    }
    if ![1, 3].contains(&shape.channels) {
        return wrong(format!("its header says {text}, but the last dimension, channels, must be 1 (grey) or 3 (RGB)"));
    }
    Ok((count, shape))
}

/// Parse an IDX stream of labels, `length` bytes long. `path` is only for messages.
pub(super) fn parse_labels(path: &Path, source: impl BufRead, length: u64) -> Result<Vec<u8>, DataError> {
    let mut source = Elements::of(path, source, length)?;
    let dimensions = read_header(path, &mut source.stream, &[1], "labels")?;
    read_elements(path, &mut source, &dimensions)
}

/// A file and its length; 0 for what has none (a pipe).
fn open<'a>(path: &Path, cancelled: Cancelled<'a>) -> Result<(BufReader<Unless<'a>>, u64), DataError> {
    match File::open(path) {
        Ok(file) => {
            let length = file.metadata().map_or(0, |metadata| metadata.len());
            Ok((BufReader::with_capacity(1 << 16, Unless { file, cancelled }), length))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(DataError::of_file(path, format!("there is no such file{}", how_to_get(path))))
        }
        Err(error) => Err(DataError::of_file(path, format!("cannot be opened: {error}"))),
    }
}

/// A file that reads until the reading is called off.
struct Unless<'a> {
    file: File,
    cancelled: Cancelled<'a>,
}

impl Read for Unless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match (self.cancelled)() {
            true => Err(io::Error::other(error::CANCELLED)),
            false => self.file.read(buffer),
        }
    }
}

/// Where a well-known data set comes from, if the missing path looks like one.
fn how_to_get(path: &Path) -> String {
    if !path.to_string_lossy().to_lowercase().contains("fashion") {
        return format!("{}; check the path", looked_in(path));
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    format!(
        ". Fashion-MNIST (MIT licence, 30 MB) comes from https://github.com/zalandoresearch/fashion-mnist: put \
         train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and \
         t10k-labels-idx1-ubyte.gz from its folder data/fashion into {}, or set data.source to where they are \
         (Debian's package dataset-fashion-mnist has them in /usr/share/datasets/fashion-mnist)",
        folder.display()
    )
}

/// The stream itself, or what is in it if it is gzip.
struct Elements<'a> {
    stream: Box<dyn Read + 'a>,
    /// Bytes that the stream usually holds, as the length of its file has it, and that it can hold at most.
    length: [u64; 2],
}

impl<'a> Elements<'a> {
    fn of(path: &Path, mut source: impl BufRead + 'a, length: u64) -> Result<Self, DataError> {
        let start = source.fill_buf().map_err(|error| DataError::of_file(path, format!("cannot be read: {error}")))?;
        Ok(if start.starts_with(&[0x1f, 0x8b]) {
            Self { stream: Box::new(Members::new(source)), length: DEFLATE.map(|times| length.saturating_mul(times)) }
        } else {
            Self { stream: Box::new(source), length: [length; 2] }
        })
    }
}

/// The dimensions that the header claims, once its magic number is right.
fn read_header(path: &Path, source: &mut dyn Read, ranks: &[u8], what: &str) -> Result<Vec<usize>, DataError> {
    let magic: [u8; 4] = read_array(path, source)?;
    let [0, 0, element, rank] = magic else {
        return Err(DataError::of_file(path, format!("not an IDX file: it starts with {}", name_start(magic))));
    };
    let wrong = |message: String| Err(DataError::of_file(path, message));
    if element != UNSIGNED_BYTE {
        return wrong(format!(
            "IDX elements are {} (type 0x{element:02x}), but {what} must be unsigned bytes (0x08); convert the file",
            name_element(element)
        ));
    }
    if !ranks.contains(&rank) {
        let hint = match (rank, what) {
            (1, "images") => "; this looks like a labels file",
            (3, "labels") => "; this looks like an images file",
            _ => "",
        };
        let ranks = ranks.iter().map(u8::to_string).collect::<Vec<_>>().join(" or ");
        return wrong(format!("IDX with {rank} dimension(s), but {what} have {ranks}{hint}"));
    }
    (0..rank).map(|_| Ok(u32::from_be_bytes(read_array(path, source)?) as usize)).collect()
}

fn read_array<const N: usize>(path: &Path, source: &mut dyn Read) -> Result<[u8; N], DataError> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => DataError::of_file(path, "ends within its IDX header; fetch the file again"),
        _ => unreadable(path, &error),
    })?;
    Ok(bytes)
}

/// Exactly the elements that the header claims, read as they come.
fn read_elements(path: &Path, source: &mut Elements, dimensions: &[usize]) -> Result<Vec<u8>, DataError> {
    let wrong = |message: String| Err(DataError::of_file(path, message));
    let text = describe(dimensions);
    let claimed = dimensions.iter().try_fold(1u64, |product, &n| product.checked_mul(n as u64));
    let claimed = match claimed {
        Some(bytes) if bytes <= MAX_BYTES && dimensions[0] <= MAX_COUNT => bytes,
        _ => {
            return wrong(format!(
                "its header says {text}, more than the {} GiB or {} images that can be held; is this image data?",
                MAX_BYTES >> 30,
                thousands(MAX_COUNT as u64)
            ));
        }
    };
    let mut bytes = Vec::new();
    // The claim alone takes no memory: room for all is made once the room that is usual has been filled.
    for most in source.length {
        let room = claimed.min(most);
        let more = room - bytes.len() as u64;
        if bytes.try_reserve_exact(more as usize).is_err() {
            return wrong(format!("its {} bytes ({text}) do not fit into memory", thousands(claimed)));
        }
        source.stream.by_ref().take(more).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
        if (bytes.len() as u64) < room {
            break;
        }
    }
    // A pipe has no length: its bytes come as they come.
    let rest = claimed - bytes.len() as u64;
    source.stream.by_ref().take(rest).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    let found = bytes.len() as u64;
    if found < claimed {
        return wrong(format!(
            "truncated: its header says {text}, {} bytes, but only {} follow; fetch the file again",
            thousands(claimed),
            thousands(found)
        ));
    }
    // Reaching the end also makes the gzip decoder compare its checksum.
    if source.stream.read(&mut [0]).map_err(|error| unreadable(path, &error))? > 0 {
        return wrong(format!(
            "more bytes follow the {} that its header announces ({text}); fetch the file again",
            thousands(claimed)
        ));
    }
    bytes.shrink_to_fit();
    Ok(bytes)
}

fn unreadable(path: &Path, error: &std::io::Error) -> DataError {
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            DataError::of_file(path, format!("its gzip data is damaged ({error}); fetch the file again"))
        }
        _ => DataError::of_file(path, format!("cannot be read: {error}")),
    }
}

fn describe(dimensions: &[usize]) -> String {
    dimensions.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
}

fn name_element(element: u8) -> &'static str {
    match element {
        0x09 => "signed bytes",
        0x0b => "16-bit integers",
        0x0c => "32-bit integers",
        0x0d => "32-bit floats",
        0x0e => "64-bit floats",
        _ => "of an unknown type",
    }
}

fn name_start(magic: [u8; 4]) -> String {
    let hint = match &magic {
        b"PK\x03\x04" => " (a zip archive: unpack it first)",
        b"\x89PNG" | b"\xff\xd8\xff\xe0" | b"\xff\xd8\xff\xe1" => " (a picture: use the folder source for pictures)",
        b"<htm" | b"<!do" | b"<!DO" | b"<HTM" => " (a web page: the download did not give the file)",
        b"vers" => " (a Git LFS pointer: fetch the file itself)",
        _ => "",
    };
    let bytes = magic.map(|byte| format!("{byte:02x}")).join(" ");
    format!("the bytes {bytes}{hint}, not 00 00 08")
}
