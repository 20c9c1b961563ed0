//! Mistakes that come from other programs and from habit, explained in the author's words: characters that only look
//! like spaces or quotes, decimal commas, whole numbers with an exponent, groups without field names, and UTF-16 files.

use super::tree::{Kind, Node, block_comment, string};

/// The text of a file: UTF-8, or UTF-16 with a byte-order mark, which PowerShell on Windows writes by `>`.
///
/// # Errors
/// The bytes are neither; the message completes "it is not …".
pub fn decode(bytes: &[u8]) -> Result<String, &'static str> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return String::from_utf8(bytes.to_vec()).map_err(|_| "the file is no text: neither UTF-8 nor UTF-16"),
    };
    let (pairs, rest) = bytes[2..].as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().copied().map(unit)).collect::<Result<String, _>>();
    text.ok().filter(|_| rest.is_empty()).ok_or("the file begins as UTF-16 does, but is neither that nor UTF-8")
}

/// The first character outside quotes and comments that looks like another one: its place, and what to write.
pub fn lookalike(text: &str) -> Option<(usize, String)> {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let skipped = match () {
            () if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            () if rest.starts_with("/*") => block_comment(rest)?,
            () if rest.starts_with(['"', 'r']) => string(rest).unwrap_or(1),
            () => {
                let character = rest.chars().next()?;
                if let Some(message) = looks_like(character) {
                    return Some((at, message));
                }
                character.len_utf8()
            }
        };
        at += skipped;
    }
    None
}

fn looks_like(character: char) -> Option<String> {
    let code = format!("U+{:04X}", u32::from(character));
    Some(match character {
        '\u{a0}' | '\u{2007}' | '\u{202f}' => {
            format!(
                "this is a no-break space ({code}), as web pages and word processors have them; write a plain space"
            )
        }
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {
            format!("there is an invisible character here ({code}); delete it, or type the line anew")
        }
        '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => {
            format!("this is no plain space ({code}); write a plain one")
        }
        '“' | '”' | '„' | '‘' | '’' | '‚' | '«' | '»' => {
            format!("this is a typographic quotation mark ({code}); write a plain `\"`")
        }
        '，' => format!("this is a full-width comma ({code}); write a plain `,`"),
        _ => return None,
    })
}

/// The mistake in the value at a place where serde stopped, if it is one of these habits of writing.
pub fn habit(text: &str, offset: usize, tree: Option<&Node>) -> Option<String> {
    number_with_comma(text, offset).or_else(|| exponent(text, offset)).or_else(|| bare_group(text, offset, tree?))
}

/// Where the comma of a number such as `0,001` stands, around a place.
pub fn decimal_comma(text: &str, offset: usize) -> Option<usize> {
    let run = offset - tail(&text[..offset], |c| c.is_ascii_digit());
    let end = offset + digits(&text[offset..]);
    let between = |&comma: &usize| {
        text[comma..].starts_with(',')
            && digits(&text[comma + 1..]) > 0
            && text[..comma].ends_with(|c: char| c.is_ascii_digit())
    };
    [run.checked_sub(1), Some(end)].into_iter().flatten().filter(|&at| text.is_char_boundary(at)).find(between)
}

fn number_with_comma(text: &str, offset: usize) -> Option<String> {
    let comma = decimal_comma(text, offset)?;
    let whole = &text[comma - tail(&text[..comma], |c| c.is_ascii_digit())..comma];
    let part = &text[comma + 1..][..digits(&text[comma + 1..])];
    let thousand = part.len() == 3 && whole != "0";
    let or = if thousand { format!(", or `{whole}{part}`,") } else { String::new() };
    Some(format!("a comma ends a value; write `{whole}.{part}` with a point{or} instead of `{whole},{part}`"))
}

/// How many digits `text` starts with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// `3e1` or `30.0` before a place, where a whole number belongs.
fn exponent(text: &str, offset: usize) -> Option<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    let start = offset - tail(&text[..offset], part);
    let end = offset + text[offset..].find(|c| !part(c)).unwrap_or(text.len() - offset);
    let word = &text[start..end];
    let value: f64 = word.parse().ok().filter(|value: &f64| value.fract() == 0.0 && (0.0..1e15).contains(value))?;
    let written = word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(['.', 'e', 'E']);
    written.then(|| format!("a whole number is written without point and exponent: `{value:.0}` instead of `{word}`"))
}

/// `(2)` where fields belong.
fn bare_group(text: &str, offset: usize, tree: &Node) -> Option<String> {
    let group = tree.innermost_group(offset)?;
    let Kind::Items { head, list: false, items } = &group.kind else { return None };
    let inside = items.first().map_or("…", |item| &text[item.span.clone()]);
    let inside = if inside.len() > 20 { "…" } else { inside };
    let name = &text[head.clone()];
    Some(format!("values in a group need the names of their fields: `{name}(field: {inside})`"))
}

/// How many bytes at the end of `text` are of such characters.
fn tail(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.len() - text.trim_end_matches(of).len()
}
