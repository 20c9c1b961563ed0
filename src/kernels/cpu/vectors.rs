//! The vectors of a processor, so that the tiles that stay in its registers are written once: with AVX-512 a vector has
//! 16 numbers and there are 32 registers, with AVX2 8 and 16.

use std::arch::x86_64::{
    __m256, __m256i, __m512, __mmask16, _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_loadu_si256,
    _mm256_maskload_ps, _mm256_maskstore_ps, _mm256_permute2f128_ps, _mm256_set1_ps, _mm256_setzero_ps,
    _mm256_storeu_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps, _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps,
    _mm512_mask_storeu_ps, _mm512_maskz_loadu_ps, _mm512_permutex2var_ps, _mm512_set1_ps, _mm512_setr_epi32,
    _mm512_setzero_ps, _mm512_storeu_ps,
};

/// The instructions that tiles are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructions {
    Avx512,
    Avx2,
}

impl Instructions {
    /// The instructions that this processor has, the best first.
    pub fn available() -> impl Iterator<Item = Self> {
        let avx512 = std::arch::is_x86_feature_detected!("avx512f");
        let avx2 = std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
        [(avx512, Self::Avx512), (avx2, Self::Avx2)].into_iter().filter(|(has, _)| *has).map(|(_, it)| it)
    }

    /// The best instructions that this processor has.
    pub fn best() -> Option<Self> {
        Self::available().next()
    }

    /// Whether this processor has them.
    pub fn are_available(self) -> bool {
        Self::available().any(|it| it == self)
    }

    /// Numbers in a vector.
    pub const fn lanes(self) -> usize {
        match self {
            Self::Avx512 => <__m512 as Vector>::LANES,
            Self::Avx2 => <__m256 as Vector>::LANES,
        }
    }

    /// Vectors in a row of the largest tile. With [`ROWS`] rows, a vector for each column and a number of the left
    /// factor, all of it fits the registers.
    pub const fn vectors(self) -> usize {
        match self {
            Self::Avx512 => 4,
            Self::Avx2 => 2,
        }
    }

    /// Terms that are summed before a tile is written: so many rows of a right factor as wide as the largest tile are
    /// 32 kB, or 16 kB, and stay in the first-level cache from strip to strip of the left factor.
    pub const fn depth(self) -> usize {
        match self {
            Self::Avx512 => 128,
            Self::Avx2 => 256,
        }
    }
}

/// Rows of the largest tile, and of a narrower one.
pub const ROWS: usize = 6;
pub const NARROW_ROWS: usize = 8;

/// A vector of numbers in a register.
///
/// # Safety
/// Every function may be called only where the processor has the vector's instructions, and is worth calling only from
/// a function that is compiled for them.
pub trait Vector: Copy {
    /// Numbers in a vector.
    const LANES: usize;
    /// Some of the lanes.
    type Mask: Copy;

    /// The first `count` lanes, of which there are as many.
    unsafe fn first(count: usize) -> Self::Mask;
    unsafe fn zero() -> Self;
    unsafe fn splat(number: f32) -> Self;
    unsafe fn load(place: *const f32) -> Self;
    /// The numbers of some lanes, 0 in the others.
    unsafe fn load_some(mask: Self::Mask, place: *const f32) -> Self;
    unsafe fn store(self, place: *mut f32);
    unsafe fn store_some(self, mask: Self::Mask, place: *mut f32);
    unsafe fn plus(self, other: Self) -> Self;
    /// self·factor + sum, rounded once.
    unsafe fn times_plus(self, factor: Self, sum: Self) -> Self;

    /// The first `count` numbers, 0 in the other lanes.
    #[inline(always)]
    unsafe fn load_first(count: usize, place: *const f32) -> Self {
        // SAFETY: as asked for.
        unsafe { if count == Self::LANES { Self::load(place) } else { Self::load_some(Self::first(count), place) } }
    }

    /// Write the first `count` numbers. Masks slow stores down where there are no registers for them.
    #[inline(always)]
    unsafe fn store_first(self, count: usize, place: *mut f32) {
        // SAFETY: as asked for.
        unsafe { if count == Self::LANES { self.store(place) } else { self.store_some(Self::first(count), place) } }
    }

    /// The numbers of both in turn: those of the lower halves, and those of the upper halves.
    unsafe fn interleave(self, other: Self) -> [Self; 2];
}

#[expect(clippy::undocumented_unsafe_blocks, reason = "all is as the trait asks for")]
impl Vector for __m512 {
    const LANES: usize = 16;
    type Mask = __mmask16;

    #[inline(always)]
    unsafe fn first(count: usize) -> __mmask16 {
        !0 >> (16 - count)
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        unsafe { _mm512_setzero_ps() }
    }

    #[inline(always)]
    unsafe fn splat(number: f32) -> Self {
        unsafe { _mm512_set1_ps(number) }
    }

    #[inline(always)]
    unsafe fn load(place: *const f32) -> Self {
        unsafe { _mm512_loadu_ps(place) }
    }

    #[inline(always)]
    unsafe fn load_some(mask: __mmask16, place: *const f32) -> Self {
        unsafe { _mm512_maskz_loadu_ps(mask, place) }
    }

    #[inline(always)]
    unsafe fn store(self, place: *mut f32) {
        unsafe { _mm512_storeu_ps(place, self) }
    }

    #[inline(always)]
    unsafe fn store_some(self, mask: __mmask16, place: *mut f32) {
        unsafe { _mm512_mask_storeu_ps(place, mask, self) }
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        unsafe { _mm512_add_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn times_plus(self, factor: Self, sum: Self) -> Self {
        unsafe { _mm512_fmadd_ps(self, factor, sum) }
    }

    #[inline(always)]
    unsafe fn interleave(self, other: Self) -> [Self; 2] {
        unsafe {
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
            [_mm512_permutex2var_ps(self, low, other), _mm512_permutex2var_ps(self, high, other)]
        }
    }
}

#[expect(clippy::undocumented_unsafe_blocks, reason = "all is as the trait asks for")]
impl Vector for __m256 {
    const LANES: usize = 8;
    type Mask = __m256i;

    #[inline(always)]
    unsafe fn first(count: usize) -> __m256i {
        // A window onto it has as many ones at its beginning.
        const ONES: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
        let window = &ONES[8 - count..][..8];
        unsafe { _mm256_loadu_si256(window.as_ptr().cast()) }
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        unsafe { _mm256_setzero_ps() }
    }

    #[inline(always)]
    unsafe fn splat(number: f32) -> Self {
        unsafe { _mm256_set1_ps(number) }
    }

    #[inline(always)]
    unsafe fn load(place: *const f32) -> Self {
        unsafe { _mm256_loadu_ps(place) }
    }

    #[inline(always)]
    unsafe fn load_some(mask: __m256i, place: *const f32) -> Self {
        unsafe { _mm256_maskload_ps(place, mask) }
    }

    #[inline(always)]
    unsafe fn store(self, place: *mut f32) {
        unsafe { _mm256_storeu_ps(place, self) }
    }

    #[inline(always)]
    unsafe fn store_some(self, mask: __m256i, place: *mut f32) {
        unsafe { _mm256_maskstore_ps(place, mask, self) }
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        unsafe { _mm256_add_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn times_plus(self, factor: Self, sum: Self) -> Self {
        unsafe { _mm256_fmadd_ps(self, factor, sum) }
    }

    #[inline(always)]
    unsafe fn interleave(self, other: Self) -> [Self; 2] {
        unsafe {
            // Within each half of 128 bits.
            let (low, high) = (_mm256_unpacklo_ps(self, other), _mm256_unpackhi_ps(self, other));
            [_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high)]
        }
    }
}

/// Compiles a function of tiles, `$make::<V, A, B>` of vectors V and sizes A and B, for all instructions and sizes, and
/// looks it up by them: `$visibility fn $name(instructions, a, b)`. The sizes are those that a tile of these
/// instructions may have, from 1 on.
macro_rules! for_tiles {
    (
        $(#[$doc:meta])*
        fn $name:ident($tile:ty) = $make:ident, avx512: [$($a:literal)*] $b:tt, avx2: [$($c:literal)*] $d:tt
    ) => {
        $(#[$doc])*
        fn $name(instructions: Instructions, a: usize, b: usize) -> unsafe fn(&$tile) {
            /// # Safety
            /// As the function that is compiled.
            #[target_feature(enable = "avx512f")]
            unsafe fn avx512<const A: usize, const B: usize>(tile: &$tile) {
                // SAFETY: as asked for.
                unsafe { $make::<std::arch::x86_64::__m512, A, B>(tile) }
            }

            /// # Safety
            /// As the function that is compiled.
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2<const A: usize, const B: usize>(tile: &$tile) {
                // SAFETY: as asked for.
                unsafe { $make::<std::arch::x86_64::__m256, A, B>(tile) }
            }

            const AVX512: &[&[unsafe fn(&$tile)]] = &[$($crate::kernels::cpu::vectors::row!(avx512, $a, $b)),*];
            const AVX2: &[&[unsafe fn(&$tile)]] = &[$($crate::kernels::cpu::vectors::row!(avx2, $c, $d)),*];
            match instructions {
                Instructions::Avx512 => AVX512[a - 1][b - 1],
                Instructions::Avx2 => AVX2[a - 1][b - 1],
            }
        }
    };
}
pub(super) use for_tiles;

/// A function for a first size and each of some second ones.
macro_rules! row {
    ($function:ident, $a:literal, [$($b:literal)*]) => {
        &[$($function::<$a, $b>),*]
    };
}
pub(super) use row;
