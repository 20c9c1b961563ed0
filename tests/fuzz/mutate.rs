//! Damage, as disks, networks, editors and other programs do it to a file.

use super::dice::Dice;
use std::ops::Range;

/// Words that readers of text and of numbers stumble over.
const WORDS: [&[u8]; 32] = [
    b"0",
    b"-1",
    b"1e999",
    b"NaN",
    b"inf",
    b"-0.0",
    b"18446744073709551616",
    b"99999999999999999999999999999999",
    b"4294967295",
    b"0.1",
    b"1,5",
    b"\"",
    b"'",
    b"(",
    b")",
    b"[",
    b"]",
    b"((((((((((((((((",
    b"{",
    b"}",
    b",",
    b",,",
    b"=",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc2\xa0",
    b"//",
    b"/*",
    b"Some(",
];

/// Damage a file up to four times; `others` lend pieces.
pub fn mutate(bytes: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        damage(bytes, others, dice);
    }
}

fn damage(bytes: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let hit = bytes.get(at).is_some();
    match dice.below(10) {
        0 | 1 if hit => bytes[at] ^= 1 << dice.below(8),
        2 if hit => bytes[at] = [0, 0xff, 0x7f, 0x80, b' ', b'9'][dice.below(6)],
        3 => bytes.truncate(at),
        4 => drop(bytes.drain(piece(dice, bytes.len()))),
        5 => {
            let word = WORDS[dice.below(WORDS.len())];
            bytes.splice(at..at, word.iter().copied());
        }
        6 => {
            let end = bytes.len().min(at + dice.below(8));
            let word = WORDS[dice.below(WORDS.len())];
            bytes.splice(at..end, word.iter().copied());
        }
        7 => {
            let piece = bytes[piece(dice, bytes.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        8 => {
            let other = &others[dice.below(others.len())];
            let piece = other[piece(dice, other.len())].to_vec();
            let end = bytes.len().min(at + piece.len());
            bytes.splice(at..end, piece);
        }
        _ => {
            let noise: Vec<u8> = (0..=dice.below(16)).map(|_| dice.below(256) as u8).collect();
            bytes.splice(at..at, noise);
        }
    }
}

/// Two ends of a piece of a file of `length` bytes.
fn piece(dice: &mut Dice, length: usize) -> Range<usize> {
    let [a, b] = [(); 2].map(|()| dice.below(length + 1));
    a.min(b)..a.max(b)
}
