//! The parts of a page.

use super::environment::Environment;
use crate::export::chart::escaped;
use std::borrow::Cow;

/// A page with a title and a body.
pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{style}</style>\n</head>\n\
         <body>\n{body}\n</body>\n</html>\n",
        title = escaped(title),
        style = include_str!("style.css"),
    )
}

/// Columns from which on a table is set small.
const MANY: usize = 8;

/// A table; columns of numbers are aligned on the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let is_number = |cell: &str| cell.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '−');
    let numeric: Vec<bool> = (0..head.len())
        .map(|column| !rows.is_empty() && rows.iter().all(|row| row[column].is_empty() || is_number(&row[column])))
        .collect();
    let class = |column: usize| if numeric[column] { " class=\"number\"" } else { "" };
    let cells = |tag: &str, cells: &mut dyn Iterator<Item = String>| -> String {
        cells
            .enumerate()
            .map(|(column, cell)| {
                let text = if numeric[column] { with_minus(&cell) } else { cell.into() };
                format!("<{tag}{}>{}</{tag}>", class(column), escaped(&text))
            })
            .collect::<String>()
    };
    let rows: String = rows.iter().map(|row| format!("<tr>{}</tr>\n", cells("td", &mut row.iter().cloned()))).collect();
    let head = match head.iter().all(|name| name.is_empty()) {
        true => String::new(),
        false => format!("<thead><tr>{}</tr></thead>\n", cells("th", &mut head.iter().map(|name| name.to_string()))),
    };
    let size = if numeric.len() >= MANY { " class=\"small\"" } else { "" };
    format!("<div class=\"wide\"><table{size}>\n{head}<tbody>\n{rows}</tbody></table></div>\n")
}

/// A number whose sign, where it has one, is a minus and no hyphen.
fn with_minus(number: &str) -> Cow<'_, str> {
    number.strip_prefix('-').map_or(number.into(), |rest| format!("−{rest}").into())
}

/// A text whose paragraphs have empty lines between them.
pub fn paragraphs(text: &str) -> String {
    let paragraphs = text.trim().split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>\n", escaped(paragraph.trim()))).collect()
}

/// A figure with a caption.
pub fn figure(content: &str, caption: &str) -> String {
    format!("<figure>{content}<figcaption>{}</figcaption></figure>\n", escaped(caption))
}

/// A picture inside the page.
pub fn picture(png: &[u8], alternative: &str) -> String {
    format!("<img alt=\"{}\" src=\"data:image/png;base64,{}\">", escaped(alternative), base64(png))
}

/// The numbers that matter most, large.
pub fn numbers(numbers: &[(String, String)]) -> String {
    let boxes = numbers.iter().map(|(value, name)| {
        format!("<div><b>{}</b><span>{}</span></div>", escaped(&with_minus(value)), escaped(name))
    });
    format!("<div class=\"numbers\">{}</div>\n", boxes.collect::<String>())
}

/// The section on program and machine.
pub fn environment(environment: &Environment) -> String {
    let rows: Vec<Vec<String>> = environment.0.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect();
    format!("<h2>Environment</h2>\n{}", table(&["", ""], &rows))
}

/// Bytes as text (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for piece in bytes.chunks(3) {
        let bits = piece.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - piece.len()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= piece.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_base64() {
        // RFC 4648, section 10.
        for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), text);
        }
    }

    #[test]
    fn empty_lines_divide_paragraphs() {
        assert_eq!(paragraphs("\n"), "");
        assert_eq!(paragraphs("a < b,\nc\n\n\n d\n"), "<p>a &lt; b,\nc</p>\n<p>d</p>\n");
    }

    #[test]
    fn a_table_of_many_columns_is_set_small() {
        let columns = |count: usize| table(&vec!["x"; count], &[vec!["1".into(); count]]);
        assert!(!columns(MANY - 1).contains("small") && columns(MANY).contains("<table class=\"small\">"));
    }

    #[test]
    fn cells_are_escaped_and_numbers_stand_on_the_right() {
        let html = table(&["a", "b"], &[vec!["<x>".into(), "-1.5".into()], vec!["y".into(), String::new()]]);
        assert!(html.contains("<td>&lt;x&gt;</td><td class=\"number\">−1.5</td>"), "{html}");
    }
}
