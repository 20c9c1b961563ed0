//! Pictures of a folder as they were decoded, kept for the next start and known by their content: a file that has
//! changed, another size or background, and they are decoded anew.

use super::decode::{side_by_side, stretch};
use super::{Cancelled, DataError, ImageShape};
use crate::files::{create_parent, user_cache, write_with};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Folders with fewer pictures are decoded as fast as they are compared.
pub(super) const SMALLEST: usize = 2_000;

/// Bytes that are kept at most; the files that were used longest ago make room.
const MOST: u64 = 16 << 30;

/// The first bytes of a kept file: what it is, and the version of how pictures are decoded.
const START: &[u8; 16] = b"elbow decoded 1\n";

const HASH: usize = blake3::OUT_LEN;

/// The folder in which decoded pictures are kept.
#[derive(Clone, Debug)]
pub struct DecodedCache {
    folder: PathBuf,
}

/// Decoded pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    /// `count × channels × height × width` bytes.
    pub pixels: Vec<u8>,
    /// Number of pictures that were transparent somewhere.
    pub transparent: u64,
}

impl DecodedCache {
    /// The user's cache; `None` where the system names no home folder.
    pub fn of_user() -> Option<Self> {
        user_cache().map(|folder| Self { folder: folder.join("decoded") })
    }

    /// The number and the bytes of the files that are kept.
    pub fn size(&self) -> (usize, u64) {
        let kept = self.kept();
        (kept.len(), kept.iter().map(|(_, bytes, _)| bytes).sum())
    }

    /// Remove all that is kept; the bytes that are free then.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn clear(&self) -> std::io::Result<u64> {
        let kept = self.kept();
        kept.iter().try_for_each(|(path, ..)| fs::remove_file(path))?;
        Ok(kept.iter().map(|(_, bytes, _)| bytes).sum())
    }

    /// Path, size and time of the last use of each file.
    fn kept(&self) -> Vec<(PathBuf, u64, SystemTime)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let file = |entry: fs::DirEntry| {
            let metadata = entry.metadata().ok()?;
            let ours = entry.path().extension().is_some_and(|ending| ending == "pixels");
            ours.then(|| (entry.path(), metadata.len(), metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
        };
        entries.filter_map(file).collect()
    }

    /// The place of these pictures, of this shape and over this background, by the content of their files; `None` where
    /// one cannot be read.
    pub(super) fn place(
        &self,
        files: &[PathBuf],
        shape: ImageShape,
        backdrop: u8,
        progress: &mut dyn FnMut(usize),
        cancelled: Cancelled<'_>,
    ) -> Result<Option<PathBuf>, DataError> {
        let mut hashes = vec![0; files.len() * HASH];
        let hash = |file: &PathBuf, out: &mut [u8]| {
            let wrong = |error| DataError::of_file(file, error);
            out.copy_from_slice(hash_of(file).map_err(wrong)?.as_bytes());
            Ok(false)
        };
        let mut done = 0;
        for (files, hashes) in files.chunks(stretch()).zip(hashes.chunks_mut(stretch() * HASH)) {
            progress(done);
            done += files.len();
            if side_by_side(files, HASH, hashes, &hash, cancelled)?.iter().any(Result::is_err) {
                return Ok(None);
            }
        }
        let mut whole = blake3::Hasher::new();
        let ImageShape { channels, height, width } = shape;
        for number in [channels, height, width, usize::from(backdrop), files.len()] {
            whole.update(&(number as u64).to_le_bytes());
        }
        whole.update(&hashes);
        Ok(Some(self.folder.join(format!("{}.pixels", whole.finalize().to_hex()))))
    }

    /// The pictures at a place, if they are there and whole.
    pub(super) fn read(&self, place: &Path, bytes: usize) -> Option<Decoded> {
        let mut file = File::open(place).ok()?;
        let mut head = [0; START.len() + 8 + HASH];
        file.read_exact(&mut head).ok()?;
        let (start, rest) = head.split_at(START.len());
        let (transparent, hash) = rest.split_at(8);
        if start != START || file.metadata().ok()?.len() != (head.len() + bytes) as u64 {
            return None;
        }
        let mut pixels = Vec::new();
        pixels.try_reserve_exact(bytes).ok()?;
        file.take(bytes as u64).read_to_end(&mut pixels).ok()?;
        if pixels.len() != bytes || blake3::hash(&pixels).as_bytes() != hash {
            return None;
        }
        // The time of the last change is that of the last use; where it cannot be set, this file goes first.
        let _ = File::options().append(true).open(place).and_then(|file| file.set_modified(SystemTime::now()));
        Some(Decoded { pixels, transparent: u64::from_le_bytes(transparent.try_into().ok()?) })
    }

    /// Keep pictures at a place. A failure does no harm: they are then decoded again.
    pub(super) fn keep(&self, place: &Path, pixels: &[u8], transparent: u64) {
        self.make_room(pixels.len() as u64);
        if create_parent(place).is_err() {
            return;
        }
        let _: std::io::Result<()> = write_with(place, |file| {
            file.write_all(START)?;
            file.write_all(&transparent.to_le_bytes())?;
            file.write_all(blake3::hash(pixels).as_bytes())?;
            file.write_all(pixels)
        });
    }

    /// Remove the files that were used longest ago until `bytes` more can be kept.
    fn make_room(&self, bytes: u64) {
        let mut kept = self.kept();
        kept.sort_by_key(|(_, _, used)| *used);
        let mut all: u64 = kept.iter().map(|(_, size, _)| size).sum();
        for (path, size, _) in kept {
            if all + bytes <= MOST {
                return;
            }
            if fs::remove_file(path).is_ok() {
                all -= size;
            }
        }
    }
}

fn hash_of(path: &Path) -> std::io::Result<blake3::Hash> {
    // Opening a pipe would wait for somebody to write.
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("is no regular file"));
    }
    let mut hasher = blake3::Hasher::new();
    let mut file = File::open(path)?;
    let mut piece = [0; 1 << 16];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.finalize()),
            count => hasher.update(&piece[..count]),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape { channels: 1, height: 2, width: 3 };

    #[test]
    fn what_was_kept_is_found_by_content_and_not_when_it_is_damaged() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let cache = DecodedCache { folder: root.path().join("decoded") };
        let files: Vec<PathBuf> = (0..3).map(|i| root.path().join(format!("{i}.png"))).collect();
        files.iter().for_each(|file| fs::write(file, file.to_string_lossy().as_bytes()).expect("a file"));
        let place = |shape, backdrop| {
            cache
                .place(&files, shape, backdrop, &mut |_| {}, &|| false)
                .expect("not called off")
                .expect("all are there")
        };
        let first = place(SHAPE, 255);
        assert_eq!(cache.read(&first, 18), None);
        let pixels: Vec<u8> = (0..18).collect();
        cache.keep(&first, &pixels, 2);
        assert_eq!(cache.read(&first, 18), Some(Decoded { pixels: pixels.clone(), transparent: 2 }));
        assert_eq!(cache.size(), (1, 16 + 8 + 32 + 18));
        // Another shape, background or content is another place.
        assert_ne!(place(ImageShape { height: 3, width: 2, ..SHAPE }, 255), first);
        assert_ne!(place(SHAPE, 0), first);
        assert_eq!(place(SHAPE, 255), first);
        fs::write(&files[1], "another").expect("a file");
        assert_ne!(place(SHAPE, 255), first);
        // A flipped bit, a missing end.
        let whole = fs::read(&first).expect("it is kept");
        let mut flipped = whole.clone();
        flipped[60] ^= 1;
        for bytes in [&flipped[..], &whole[..whole.len() - 1], &whole[..10]] {
            fs::write(&first, bytes).expect("a file");
            assert_eq!(cache.read(&first, 18), None);
        }
        assert!(cache.clear().expect("it is removed") > 0);
        assert_eq!(cache.size(), (0, 0));
        fs::remove_file(&files[0]).expect("a file");
        assert_eq!(cache.place(&files, SHAPE, 255, &mut |_| {}, &|| false), Ok(None));
    }
}
