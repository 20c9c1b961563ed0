//! The embedded MNIST (origin and licence: `assets/mnist/README.md`).

use super::DataError;
use super::bytes::ByteImages;
use super::idx;
use std::path::Path;

static TRAIN_IMAGES: &[u8] = include_bytes!("../../assets/mnist/train-images-idx3-ubyte.gz");
static TRAIN_LABELS: &[u8] = include_bytes!("../../assets/mnist/train-labels-idx1-ubyte.gz");
static TEST_IMAGES: &[u8] = include_bytes!("../../assets/mnist/t10k-images-idx3-ubyte.gz");
static TEST_LABELS: &[u8] = include_bytes!("../../assets/mnist/t10k-labels-idx1-ubyte.gz");

/// The 60,000 training and the 10,000 test images, labelled, 28×28.
pub(super) fn read() -> Result<(ByteImages, ByteImages), DataError> {
    Ok((unpack(TRAIN_IMAGES, TRAIN_LABELS)?, unpack(TEST_IMAGES, TEST_LABELS)?))
}

fn unpack(images: &[u8], labels: &[u8]) -> Result<ByteImages, DataError> {
    let path = Path::new("embedded MNIST");
    let mut stack = idx::parse_images(path, images, images.len() as u64)?;
    stack.labels = Some(idx::parse_labels(path, labels, labels.len() as u64)?);
    Ok(stack)
}
