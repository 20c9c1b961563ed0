//! Philox4x32-10 (Salmon et al. 2011), many blocks at a time.

use super::vectorised::vectorised;

/// Ten rounds of Philox on one block of counter `c` under key `k`.
#[inline(always)]
pub(super) fn block(c: [u32; 4], mut k: [u32; 2]) -> [u32; 4] {
    const LOW: u64 = 0xFFFF_FFFF;
    // Each word in the low half of 64 bits; what gathers in the high half is never read. Vector units multiply low
    // halves to 64 bits, so that between rounds nothing needs packing.
    let mut c = c.map(u64::from);
    for round in 0..10 {
        if round > 0 {
            k = [k[0].wrapping_add(0x9E37_79B9), k[1].wrapping_add(0xBB67_AE85)];
        }
        let p0 = (c[0] & LOW) * 0xD251_1F53;
        let p1 = (c[2] & LOW) * 0xCD9E_8D57;
        c = [(p1 >> 32) ^ c[1] ^ u64::from(k[0]), p1, (p0 >> 32) ^ c[3] ^ u64::from(k[1]), p0];
    }
    c.map(|word| word as u32)
}

vectorised! {
    /// Fill `out` with the words of block `first` and of the blocks after it: `first[0]` counts up and wraps around.
    pub(super) fn fill(first: [u32; 4], key: [u32; 2], out: &mut [u32]) {
        let [index, purpose, low, high] = first;
        let (blocks, rest) = out.as_chunks_mut::<4>();
        let after = index.wrapping_add(blocks.len() as u32);
        for (i, out) in blocks.iter_mut().enumerate() {
            *out = block([index.wrapping_add(i as u32), purpose, low, high], key);
        }
        rest.copy_from_slice(&block([after, purpose, low, high], key)[..rest.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_matches_the_published_vectors() {
        // kat_vectors of the authors' Random123 library.
        assert_eq!(block([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(block([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            block([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn filling_is_block_after_block_whatever_the_length() {
        let (first, key) = ([u32::MAX - 20, 3, 5, 7], [11, 13]);
        let expected: Vec<u32> =
            (0..60).flat_map(|i| block([first[0].wrapping_add(i), first[1], first[2], first[3]], key)).collect();
        for length in 0..expected.len() {
            let mut words = vec![0; length];
            fill(first, key, &mut words);
            assert_eq!(words, expected[..length]);
        }
    }
}
