//! Gzip as `gunzip` reads it: several members one after the other, and zeros after the last.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, ErrorKind, Read};

/// The uncompressed content of all members of a gzip stream.
pub(super) struct Members<R> {
    /// The member being read; `None` behind the last.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub fn new(source: R) -> Self {
        Self { member: Some(GzDecoder::new(source)) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            self.member = self.member.take().map(GzDecoder::into_inner).map(next_member).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// The member that `source` goes on with; `None` where nothing but zeros follows. Tapes and disks fill their last
/// block with zeros.
fn next_member<R: BufRead>(mut source: R) -> io::Result<Option<GzDecoder<R>>> {
    let mut padded = false;
    loop {
        let ahead = source.fill_buf()?;
        let zeros = ahead.iter().take_while(|&&byte| byte == 0).count();
        match (ahead.is_empty(), zeros) {
            (true, _) => return Ok(None),
            (false, 0) if padded => return Err(io::Error::new(ErrorKind::InvalidData, "bytes follow its padding")),
            (false, 0) => return Ok(Some(GzDecoder::new(source))),
            _ => {}
        }
        source.consume(zeros);
        padded = true;
    }
}
