//! Lays out an experiment's text for editing by hand: a group on one line where it fits, else one line per entry.

use super::tree::{Kind, Node};
use std::fmt::Write;

/// Longest line of fields and entries; longer groups are broken.
const WIDTH: usize = 120;
/// Longest line of running text.
const TEXT_WIDTH: usize = 100;
const INDENT: &str = "    ";

/// Lay out a whole text. A text that is no tree is given back as it is.
pub fn pretty(text: &str) -> String {
    match Node::parse(text) {
        Ok(root) => {
            let mut printer = Printer { text, out: String::new() };
            printer.broken(&root, 0);
            printer.out
        }
        Err(_) => text.to_string(),
    }
}

struct Printer<'a> {
    text: &'a str,
    out: String,
}

impl<'a> Printer<'a> {
    /// A value on one line if it fits behind `used` columns and is no list of groups, else broken.
    fn node(&mut self, node: &Node, level: usize, used: usize) {
        let flat = self.flat(node);
        let list_of_groups = matches!(&node.kind, Kind::Items { list: true, items, .. }
            if items.iter().any(|item| !matches!(item.kind, Kind::Atom)));
        if used + flat.chars().count() < WIDTH && !list_of_groups {
            self.out += &flat;
        } else {
            self.broken(node, level);
        }
    }

    fn broken(&mut self, node: &Node, level: usize) {
        let inner = INDENT.repeat(level + 1);
        match &node.kind {
            Kind::Atom => self.wrapped(self.atom(node), &inner),
            Kind::Fields { head, fields } => {
                let _ = writeln!(self.out, "{}(", self.name(head));
                for field in fields {
                    let name = &self.text[field.name.clone()];
                    let _ = write!(self.out, "{inner}{name}: ");
                    self.node(&field.value, level + 1, inner.len() + name.len() + 2);
                    self.out += ",\n";
                }
                let _ = write!(self.out, "{})", INDENT.repeat(level));
            }
            // `Layers([…])` opens and closes on the list's own lines.
            Kind::Items { head, list: false, items } if items.len() == 1 => {
                let _ = write!(self.out, "{}(", self.name(head));
                self.node(&items[0], level, 0);
                self.out.push(')');
            }
            Kind::Items { head, list, items } => {
                let [open, close] = if *list { ["[", "]"] } else { ["(", ")"] };
                let _ = writeln!(self.out, "{}{open}", self.name(head));
                for item in items {
                    self.out += &inner;
                    self.node(item, level + 1, inner.len());
                    self.out += ",\n";
                }
                let _ = write!(self.out, "{}{close}", INDENT.repeat(level));
            }
        }
    }

    fn flat(&self, node: &Node) -> String {
        let list = |items: Vec<String>| items.join(", ");
        match &node.kind {
            Kind::Atom => self.atom(node).to_string(),
            Kind::Fields { head, fields } => {
                let field = |field: &super::tree::Field| {
                    format!("{}: {}", &self.text[field.name.clone()], self.flat(&field.value))
                };
                format!("{}({})", self.name(head), list(fields.iter().map(field).collect()))
            }
            Kind::Items { head, list: is_list, items } => {
                let items = list(items.iter().map(|item| self.flat(item)).collect());
                if *is_list { format!("[{items}]") } else { format!("{}({items})", self.name(head)) }
            }
        }
    }

    /// ron writes variants called `None` as `r#None`; it reads them without, too.
    fn name(&self, head: &std::ops::Range<usize>) -> &'a str {
        let name = &self.text[head.clone()];
        name.strip_prefix("r#").unwrap_or(name)
    }

    fn atom(&self, node: &Node) -> &'a str {
        let atom = &self.text[node.span.clone()];
        match atom.strip_prefix("r#") {
            Some(name) if !name.contains('"') => name,
            _ => atom,
        }
    }

    /// A long string, broken between words and after line ends by `\`, which ron reads as nothing.
    fn wrapped(&mut self, atom: &str, inner: &str) {
        let Some(body) = atom.strip_prefix('"') else {
            self.out += atom;
            return;
        };
        self.out.push('"');
        let mut used = TEXT_WIDTH;
        for piece in pieces(body) {
            let len = piece.chars().count();
            // ron would drop white space after a break; a lone closing quote needs none.
            if used + len > TEXT_WIDTH && !piece.starts_with([' ', '\t', '\n', '\r', '"']) {
                let _ = write!(self.out, "\\\n{inner}");
                used = inner.len();
            }
            self.out += piece;
            used = if piece.ends_with("\\n") { TEXT_WIDTH } else { used + len };
        }
    }
}

/// An escaped string cut after each space and each `\n`.
fn pieces(body: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in body.char_indices() {
        if c == ' ' || (escaped && c == 'n') {
            pieces.push(&body[start..=at]);
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    pieces.push(&body[start..]);
    pieces
}
