//! One scan of a JPEG: the blocks that its header announces, each read to its last bit.

use super::bits::{Bits, Table};
use super::{Damage, Frame, HEADER, TABLES, Tables, UNFINISHED};

const BAD_BLOCK: Damage = "its pixel data is damaged: a block has more than 64 coefficients";
const OUT_OF_RANGE: Damage = "its pixel data is damaged: a coefficient is larger than pixels can make it";
const RESTARTS: Damage = "its restart markers are missing or out of order, so a part of it is missing";

/// One colour component of a frame.
pub struct Component {
    pub id: u8,
    /// Number of the component's quantisation table.
    pub quantisation: u8,
    /// Blocks in an MCU, across and down.
    pub sampling: [usize; 2],
    /// Number of blocks that cover the component's pixels, across and down, which a scan of this component alone
    /// contains.
    pub blocks: [usize; 2],
    /// Blocks in a row of whole MCUs.
    pub across: usize,
    /// The lowest bit of each coefficient that has been delivered; `None` before the first.
    pub sent: [Option<u8>; 64],
    /// For progressive frames: which coefficients of each block are non-zero so far, as bits.
    pub history: Vec<u64>,
}

/// A scan's header.
pub struct Scan {
    /// Indices in [`Frame::components`], each with the numbers of its DC and AC tables.
    members: Vec<(usize, usize, usize)>,
    /// First and last coefficient, in zigzag order.
    band: [usize; 2],
    /// The bit delivered last, and the lowest bit that this scan delivers (progressive only).
    bits: [u8; 2],
}

impl Scan {
    /// Read a scan's header, and note in the frame which coefficients, to which bit, the scan delivers.
    pub fn read(header: &[u8], frame: &mut Frame) -> Result<Self, Damage> {
        let (&count, rest) = header.split_first().ok_or(HEADER)?;
        let (members, rest) = rest.split_at_checked(2 * usize::from(count)).ok_or(HEADER)?;
        let &[first, last, bits] = rest else { return Err(HEADER) };
        let members = members.chunks(2).map(|member| {
            let place = frame.components.iter().position(|component| component.id == member[0]).ok_or(HEADER)?;
            Ok((place, usize::from(member[1] >> 4), usize::from(member[1] & 15)))
        });
        let members = members.collect::<Result<Vec<_>, Damage>>()?;
        let scan = match frame.progressive {
            true => Self { members, band: [first.into(), last.into()], bits: [bits >> 4, bits & 15] },
            false => Self { members, band: [0, 63], bits: [0, 0] },
        };
        let [first, last] = scan.band;
        let mixed = frame.progressive && (first == 0) != (last == 0);
        if first > last || last > 63 || mixed || (first > 0 && scan.members.len() > 1) || scan.members.is_empty() {
            return Err(HEADER);
        }
        // Bits come from the highest down, each once.
        let [high, low] = scan.bits;
        let due = (high > 0).then_some(high);
        for &(place, ..) in &scan.members {
            let sent = &mut frame.components[place].sent[first..=last];
            if low > 13 || (high > 0 && high != low + 1) {
                return Err(HEADER);
            }
            if sent.iter().any(|&sent| sent != due) {
                return Err(UNFINISHED);
            }
            sent.fill(Some(low));
        }
        Ok(scan)
    }

    /// Walk the entropy-coded data; returns the number of bytes up to the next marker.
    pub fn walk(&self, bytes: &[u8], frame: &mut Frame, tables: &Tables) -> Result<usize, Damage> {
        let alone = self.members.len() == 1;
        let [across, down] = if alone { frame.components[self.members[0].0].blocks } else { frame.units };
        let mut coders = Vec::new();
        for &(place, dc, ac) in &self.members {
            let component = &mut frame.components[place];
            let quantisation = tables.quantisation.get(usize::from(component.quantisation)).and_then(Option::as_ref);
            coders.push(Coder {
                dc: tables.dc.get(dc).and_then(Option::as_ref),
                ac: tables.ac.get(ac).and_then(Option::as_ref),
                limits: Limits::new(quantisation.ok_or(TABLES)?, frame.precision, self.bits[1]),
                last_dc: 0,
                grid: if alone { [1, 1] } else { component.sampling },
                across: component.across,
                history: std::mem::take(&mut component.history),
            });
        }
        let mut bits = Bits::new(bytes);
        let mut ends = 0;
        for unit in 0..across * down {
            if tables.restart > 0 && unit > 0 && unit % tables.restart == 0 {
                bits.finish()?;
                let expected = 0xd0 + (unit / tables.restart - 1) % 8;
                if ends > 0 || bits.marker() != Some(expected as u8) {
                    return Err(RESTARTS);
                }
                coders.iter_mut().for_each(|coder| coder.last_dc = 0);
            }
            let [x, y] = [unit % across, unit / across];
            for coder in &mut coders {
                for block in 0..coder.grid[0] * coder.grid[1] {
                    let x = x * coder.grid[0] + block % coder.grid[0];
                    let y = y * coder.grid[1] + block / coder.grid[0];
                    match (frame.progressive, self.band[0], self.bits[0]) {
                        (false, ..) => coder.sequential(&mut bits)?,
                        (true, 0, 0) => coder.dc(&mut bits)?,
                        (true, 0, _) => drop(bits.take(1)?),
                        (true, _, 0) => coder.first(&mut bits, [x, y], self.band, &mut ends)?,
                        (true, ..) => coder.refine(&mut bits, [x, y], self.band, &mut ends)?,
                    }
                }
            }
        }
        for (coder, &(place, ..)) in coders.into_iter().zip(&self.members) {
            frame.components[place].history = coder.history;
        }
        match ends {
            0 => bits.finish(),
            _ => Err(super::bits::LATE),
        }
    }
}

/// The largest sizes of coefficients. 8-bit pixels make none larger than 1,024 before quantisation; rounding, and the
/// padding that encoders add at edges, stay far below twice that.
struct Limits {
    /// The largest size category of each coefficient.
    sizes: [u8; 64],
    /// The largest DC coefficient, as it is coded.
    dc: i32,
}

impl Limits {
    fn new(quantisation: &[u16; 64], precision: u8, low: u8) -> Self {
        if precision != 8 {
            return Self { sizes: [16; 64], dc: 1 << 17 };
        }
        let largest = quantisation.map(|step| (1_300 / i32::from(step.max(1)) + 1) >> low);
        let bits = |value: i32| (i32::BITS - value.leading_zeros()) as u8;
        let mut sizes = largest.map(|value| bits(value).max(1));
        // A DC coefficient is coded as the difference to the one before.
        sizes[0] = bits(2 * largest[0] + 1);
        Self { sizes, dc: largest[0] + 1 }
    }
}

/// Reads the blocks of one component.
struct Coder<'a> {
    dc: Option<&'a Table>,
    ac: Option<&'a Table>,
    limits: Limits,
    last_dc: i32,
    /// Number of the component's blocks in each unit of the scan, across and down.
    grid: [usize; 2],
    across: usize,
    /// A copy of [`Component::history`], changed while the scan is walked.
    history: Vec<u64>,
}

impl Coder<'_> {
    fn dc(&mut self, bits: &mut Bits<'_>) -> Result<(), Damage> {
        let size = bits.symbol(self.dc.ok_or(TABLES)?)?;
        if size > self.limits.sizes[0] {
            return Err(OUT_OF_RANGE);
        }
        let value = bits.take(size.into())? as i32;
        let negative = size > 0 && value >> (size - 1) == 0;
        self.last_dc += if negative { value - (1 << size) + 1 } else { value };
        if self.last_dc.abs() > self.limits.dc { Err(OUT_OF_RANGE) } else { Ok(()) }
    }

    /// A whole block, DC first, then runs of zeros and the coefficients between them.
    fn sequential(&mut self, bits: &mut Bits<'_>) -> Result<(), Damage> {
        self.dc(bits)?;
        let table = self.ac.ok_or(TABLES)?;
        let mut k = 1;
        while k < 64 {
            let symbol = bits.symbol(table)?;
            let (run, size) = (usize::from(symbol >> 4), symbol & 15);
            if size == 0 && run < 15 {
                return Ok(());
            }
            k += run;
            self.coefficient(bits, k, 63, size)?;
            k += 1;
        }
        Ok(())
    }

    /// The bits of one coefficient.
    fn coefficient(&self, bits: &mut Bits<'_>, k: usize, last: usize, size: u8) -> Result<(), Damage> {
        if k > last {
            return Err(BAD_BLOCK);
        }
        if size > self.limits.sizes[k] {
            return Err(OUT_OF_RANGE);
        }
        bits.take(size.into()).map(drop)
    }

    /// A block's first bits of a band of coefficients; `ends` counts further blocks that are zero to the band's end.
    fn first(
        &mut self,
        bits: &mut Bits<'_>,
        [x, y]: [usize; 2],
        [first, last]: [usize; 2],
        ends: &mut u32,
    ) -> Result<(), Damage> {
        if *ends > 0 {
            *ends -= 1;
            return Ok(());
        }
        let table = self.ac.ok_or(TABLES)?;
        let mut k = first;
        while k <= last {
            let symbol = bits.symbol(table)?;
            let (run, size) = (symbol >> 4, symbol & 15);
            if size == 0 && run < 15 {
                *ends = (1 << run) - 1 + bits.take(run.into())?;
                return Ok(());
            }
            k += usize::from(run);
            self.coefficient(bits, k, last, size)?;
            if size > 0 {
                self.history[y * self.across + x] |= 1 << k;
            }
            k += 1;
        }
        Ok(())
    }

    /// A block's next bit of a band of coefficients: one for each that is not zero, and those that become so now.
    fn refine(
        &mut self,
        bits: &mut Bits<'_>,
        [x, y]: [usize; 2],
        [first, last]: [usize; 2],
        ends: &mut u32,
    ) -> Result<(), Damage> {
        let table = self.ac.ok_or(TABLES)?;
        let history = &mut self.history[y * self.across + x];
        let mut k = first;
        while *ends == 0 && k <= last {
            let symbol = bits.symbol(table)?;
            let (mut run, size) = (symbol >> 4, symbol & 15);
            if size > 1 {
                return Err(OUT_OF_RANGE);
            }
            if size == 0 && run < 15 {
                *ends = (1 << run) + bits.take(run.into())?;
                break;
            }
            bits.take(size.into())?;
            while k <= last && (*history >> k & 1 == 1 || run > 0) {
                match *history >> k & 1 {
                    1 => drop(bits.take(1)?),
                    _ => run -= 1,
                }
                k += 1;
            }
            if k > last {
                return Err(BAD_BLOCK);
            }
            *history |= u64::from(size) << k;
            k += 1;
        }
        if *ends > 0 {
            for _ in (k..=last).filter(|k| *history >> k & 1 == 1) {
                bits.take(1)?;
            }
            *ends -= 1;
        }
        Ok(())
    }
}
