//! The parts of a page.

use super::environment::Environment;
use crate::estimate::Estimate;
use crate::export::base64;
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

/// Characters of a cell from which on its column must keep some width where the page is narrow.
const LONG: usize = 40;

/// A table; columns of numbers are aligned on the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    // Dates are no numbers.
    let is_number =
        |cell: &str| cell.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '−') && !cell.contains(':');
    let numeric: Vec<bool> = (0..head.len())
        .map(|column| !rows.is_empty() && rows.iter().all(|row| row[column].is_empty() || is_number(&row[column])))
        .collect();
    let long: Vec<bool> =
        (0..head.len()).map(|column| rows.iter().any(|row| row[column].chars().count() > LONG)).collect();
    let class = |column: usize| match () {
        () if numeric[column] => " class=\"number\"",
        () if long[column] => " class=\"long\"",
        () => "",
    };
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

/// A count with its thousands set apart.
pub fn count(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// An estimate with its error, for a sentence.
pub fn estimate(estimate: Estimate) -> String {
    with_minus(&estimate.to_string()).into_owned()
}

/// A number whose sign, where it has one, is a minus and no hyphen.
fn with_minus(number: &str) -> Cow<'_, str> {
    number.strip_prefix('-').map_or(number.into(), |rest| format!("−{rest}").into())
}

/// A text whose paragraphs have empty lines between them; other ends of lines stay.
pub fn paragraphs(text: &str) -> String {
    let paragraphs = text.trim().split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs.map(|paragraph| format!("<p class=\"lines\">{}</p>\n", escaped(paragraph.trim()))).collect()
}

/// A figure with a caption.
pub fn figure(content: &str, caption: &str) -> String {
    format!("<figure><div class=\"wide\">{content}</div><figcaption>{}</figcaption></figure>\n", escaped(caption))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_divide_paragraphs() {
        assert_eq!(paragraphs("\n"), "");
        let [first, second] = ["a &lt; b,\nc", "d"].map(|text| format!("<p class=\"lines\">{text}</p>\n"));
        assert_eq!(paragraphs("a < b,\nc\n\n\n d\n"), first + &second);
    }

    #[test]
    fn thousands_are_set_apart_and_dates_are_no_numbers() {
        assert_eq!(
            [0, 999, 1_000, 407_224, 1_234_567].map(count),
            ["0", "999", "1\u{202f}000", "407\u{202f}224", "1\u{202f}234\u{202f}567"]
        );
        let html = table(&["when", "what"], &[vec!["2026-11-30 21:17 UTC".into(), "w".repeat(LONG + 1)]]);
        assert!(html.contains("<td>2026-11-30 21:17 UTC</td><td class=\"long\">w"), "{html}");
        assert_eq!(estimate(Estimate { value: -0.057, se: 0.043 }), "−0.057 ± 0.043");
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
