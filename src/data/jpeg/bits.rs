//! Bits and Huffman codes of JPEG's entropy-coded data.

use super::{Damage, PADDING};

/// The data of a scan ends before its pixels do.
const EARLY: Damage = "its pixel data breaks off";
const BAD_CODE: Damage = "its pixel data holds a code that means nothing";
pub const LATE: Damage = "its pixel data goes on behind the last pixel";

/// Codes of up to this many bits are looked up at once.
const FAST: u32 = 9;

/// A Huffman table of codes of 1 to 16 bits.
pub struct Table {
    /// The length and the symbol of each code, indexed by the next [`FAST`] bits; length 0 marks longer codes.
    fast: Vec<(u8, u8)>,
    /// By length − 1: the first code of the next length, left-aligned in 16 bits, and the number that leads from a
    /// code's index within its length to its symbol.
    ends: [u32; 16],
    offsets: [i32; 16],
    symbols: Vec<u8>,
}

impl Table {
    /// The table from the number of codes of each length and the symbols in ascending order of codes (T.81, Annex C);
    /// `None` if the lengths make no code.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut table =
            Self { fast: vec![(0, 0); 1 << FAST], ends: [0; 16], offsets: [0; 16], symbols: symbols.to_vec() };
        let (mut code, mut index) = (0_u32, 0_usize);
        for length in 1..=16_u32 {
            let count = usize::from(counts[length as usize - 1]);
            table.offsets[length as usize - 1] = index as i32 - code as i32;
            for symbol in &symbols[index..index + count] {
                if code >= 1 << length {
                    return None;
                }
                if length <= FAST {
                    let first = (code << (FAST - length)) as usize;
                    table.fast[first..first + (1 << (FAST - length))].fill((length as u8, *symbol));
                }
                code += 1;
            }
            index += count;
            table.ends[length as usize - 1] = code << (16 - length);
            code <<= 1;
        }
        Some(table)
    }
}

/// Reads bits up to the next marker; 0xFF 0x00 stands for a byte 0xFF.
pub struct Bits<'a> {
    bytes: &'a [u8],
    /// Behind the last byte in `buffer`.
    at: usize,
    /// The next `count` bits, highest first, in the lowest bits.
    buffer: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, buffer: 0, count: 0 }
    }

    fn fill(&mut self) {
        // Four bytes at once, where none is 0xFF.
        if let Some(&ahead) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<4>())
            && !ahead.contains(&0xff)
        {
            self.buffer = self.buffer << 32 | u64::from(u32::from_be_bytes(ahead));
            (self.at, self.count) = (self.at + 4, self.count + 32);
            return;
        }
        while self.count <= 48 {
            let Some(&byte) = self.bytes.get(self.at) else { return };
            if byte == 0xff && self.bytes.get(self.at + 1) != Some(&0) {
                return;
            }
            self.at += if byte == 0xff { 2 } else { 1 };
            self.buffer = self.buffer << 8 | u64::from(byte);
            self.count += 8;
        }
    }

    /// The next `count` bits, at most 16, as a number.
    pub fn take(&mut self, count: u32) -> Result<u32, Damage> {
        if self.count < count {
            self.fill();
        }
        self.count = self.count.checked_sub(count).ok_or(EARLY)?;
        Ok((self.buffer >> self.count) as u32 & ((1 << count) - 1))
    }

    /// The next symbol.
    pub fn symbol(&mut self, table: &Table) -> Result<u8, Damage> {
        if self.count < 16 {
            self.fill();
        }
        // Ones behind the end, which no code consists of.
        let window = match self.count {
            16.. => (self.buffer >> (self.count - 16)) as u32 & 0xffff,
            few => ((self.buffer << (16 - few)) as u32 | ((1 << (16 - few)) - 1)) & 0xffff,
        };
        let (length, symbol) = match table.fast[(window >> (16 - FAST)) as usize] {
            (0, _) => {
                let length = (0..16).find(|&i| window < table.ends[i]).ok_or(match self.count {
                    16.. => BAD_CODE,
                    _ => EARLY,
                })?;
                let place = (window >> (15 - length)) as i32 + table.offsets[length];
                (length as u32 + 1, *table.symbols.get(place as usize).ok_or(BAD_CODE)?)
            }
            (length, symbol) => (u32::from(length), symbol),
        };
        self.count = self.count.checked_sub(length).ok_or(EARLY)?;
        Ok(symbol)
    }

    /// Go to the marker that must follow now, and return its position. The unused bits of the last byte may have any
    /// value.
    pub fn finish(&mut self) -> Result<usize, Damage> {
        let mut padding = (self.count / 8) as usize;
        let unread = self.buffer & ((1 << (8 * padding)) - 1);
        while self.bytes.get(self.at) == Some(&0) {
            (self.at, padding) = (self.at + 1, padding + 1);
        }
        (self.buffer, self.count) = (0, 0);
        match self.bytes.get(self.at) {
            Some(0xff) if unread == 0 && padding <= PADDING && self.bytes.get(self.at + 1) != Some(&0) => Ok(self.at),
            None if unread == 0 => Err(super::CUT),
            _ => Err(LATE),
        }
    }

    /// Skip the marker that [`Bits::finish`] found, and return its code.
    pub fn marker(&mut self) -> Option<u8> {
        while self.bytes.get(self.at) == Some(&0xff) {
            self.at += 1;
        }
        self.at += 1;
        self.bytes.get(self.at - 1).copied()
    }
}
