//! The text of an experiment as a tree of nodes with their positions. ron's own `Value` cannot serve, since it keeps
//! neither the names of enum variants nor positions. Error messages find their field in this tree, `--set` and
//! migrations edit the text through it, and the printer lays it out. Only serde decides whether a text is a valid
//! experiment.

use std::ops::Range;

/// Deepest nesting read; ron's own limit.
const DEPTH_MAX: usize = 128;

/// A value and its place in the text, in bytes.
#[derive(Clone, Debug)]
pub struct Node {
    pub span: Range<usize>,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// A number, a string, a plain name.
    Atom,
    /// `Name(a: 1, b: 2)`, the name being optional.
    Fields { head: Range<usize>, fields: Vec<Field> },
    /// `[a, b]` (a list, without name) or `Name(a, b)`.
    Items { head: Range<usize>, list: bool, items: Vec<Node> },
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: Range<usize>,
    pub value: Node,
    /// End of the field: behind its comma, or at the closing parenthesis.
    pub end: usize,
}

/// The position at which a text stops being a tree, and the field around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    pub offset: usize,
    pub path: String,
}

/// The error of a path that leads nowhere.
#[derive(Clone, Debug, PartialEq)]
pub struct NoSuchPath {
    /// The longest part of the path that exists; empty at the root.
    pub parent: String,
    /// The first step that does not exist, without its dot: `units`, `[3]`.
    pub step: String,
    /// The names of the fields that exist there.
    pub fields: Vec<String>,
    /// The number of items, if the parent is a list.
    pub items: Option<usize>,
}

impl Node {
    /// Read a whole text.
    pub fn parse(text: &str) -> Result<Self, Broken> {
        let mut parser = Parser { text, at: 0, path: Vec::new() };
        let root = parser.space().and_then(|()| parser.node(0)).and_then(|node| {
            parser.space()?;
            if parser.at == text.len() { Some(node) } else { None }
        });
        root.ok_or_else(|| Broken { offset: parser.at, path: parser.path.concat() })
    }

    /// The value of a field of this node.
    pub fn field(&self, text: &str, name: &str) -> Option<&Field> {
        match &self.unwrapped().kind {
            Kind::Fields { fields, .. } => fields.iter().find(|field| &text[field.name.clone()] == name),
            _ => None,
        }
    }

    /// The node at a path such as `encoder[0].units`.
    pub fn find(&self, text: &str, path: &str) -> Result<&Self, NoSuchPath> {
        let mut node = self;
        let mut done = 0;
        for step in steps(path) {
            let inner = node.unwrapped();
            let index = step.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')?.trim().parse::<usize>().ok());
            let next = match (&inner.kind, index) {
                (Kind::Items { items, .. }, Some(index)) => items.get(index),
                _ => node.field(text, step).map(|field| &field.value),
            };
            node = next.ok_or_else(|| NoSuchPath {
                parent: path[..done].trim_end_matches('.').to_string(),
                step: step.to_string(),
                fields: inner.field_names(text),
                items: match &inner.kind {
                    Kind::Items { items, .. } => Some(items.len()),
                    _ => None,
                },
            })?;
            done += step.len() + usize::from(path[done + step.len()..].starts_with('.'));
        }
        Ok(node)
    }

    /// The path of the innermost field or item around a place in the text.
    pub fn path_at(&self, text: &str, offset: usize) -> String {
        let mut path = String::new();
        let mut node = self;
        loop {
            node = match &node.kind {
                Kind::Fields { fields, .. } => {
                    let Some(field) = fields.iter().find(|field| (field.name.start..field.end).contains(&offset))
                    else {
                        return path;
                    };
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path += &text[field.name.clone()];
                    &field.value
                }
                Kind::Items { list, items, .. } => {
                    let Some(index) = items.iter().position(|item| item.span.contains(&offset)) else { return path };
                    if *list || items.len() > 1 {
                        path += &format!("[{index}]");
                    }
                    &items[index]
                }
                Kind::Atom => return path,
            };
        }
    }

    /// The innermost group (or list) around a place in the text.
    pub fn innermost_group(&self, offset: usize) -> Option<&Self> {
        let within = |node: &&Self| node.span.contains(&offset);
        let inner = match &self.kind {
            Kind::Atom => return None,
            Kind::Fields { fields, .. } => fields.iter().map(|field| &field.value).find(within),
            Kind::Items { items, .. } => items.iter().find(within),
        };
        inner.and_then(|inner| inner.innermost_group(offset)).or_else(|| self.span.contains(&offset).then_some(self))
    }

    /// The paths of all fields called `name`, wherever they are.
    pub fn paths_to(&self, text: &str, name: &str) -> Vec<String> {
        match &self.kind {
            Kind::Atom => Vec::new(),
            Kind::Fields { fields, .. } => {
                let paths = |field: &Field| {
                    let own = &text[field.name.clone()];
                    let inner = field.value.paths_to(text, name).into_iter().map(move |path| match path.as_bytes() {
                        [b'[', ..] => format!("{own}{path}"),
                        _ => format!("{own}.{path}"),
                    });
                    let here = (own == name).then(|| own.to_string());
                    here.into_iter().chain(inner).collect::<Vec<_>>()
                };
                fields.iter().flat_map(paths).collect()
            }
            Kind::Items { list, items, .. } => {
                let paths = |(index, item): (usize, &Self)| {
                    let prefix = if *list || items.len() > 1 { format!("[{index}]") } else { String::new() };
                    let join = move |path: String| match (prefix.as_str(), path.as_bytes()) {
                        ("", _) | (_, [b'[', ..]) => format!("{prefix}{path}"),
                        _ => format!("{prefix}.{path}"),
                    };
                    item.paths_to(text, name).into_iter().map(join).collect::<Vec<_>>()
                };
                items.iter().enumerate().flat_map(paths).collect()
            }
        }
    }

    /// The content of `Some(x)`, `Layers([…])` and the like; itself otherwise. Paths pass through them.
    pub fn unwrapped(&self) -> &Self {
        match &self.kind {
            Kind::Items { list: false, items, .. } if items.len() == 1 => items[0].unwrapped(),
            _ => self,
        }
    }

    fn field_names(&self, text: &str) -> Vec<String> {
        match &self.kind {
            Kind::Fields { fields, .. } => fields.iter().map(|field| text[field.name.clone()].to_string()).collect(),
            _ => Vec::new(),
        }
    }
}

/// `a.b[0].c` as `a`, `b`, `[0]`, `c`.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split('.').flat_map(|part| {
        let (name, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
        let name = (!name.is_empty() || indices.is_empty()).then_some(name);
        name.into_iter().chain(indices.split_inclusive(']').filter(|index| !index.is_empty()))
    })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// The steps to where it reads; left standing where it stops.
    path: Vec<String>,
}

/// Every method gives `None`, with `at` on the spot, where the text is broken.
impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn eat(&mut self, token: &str) -> Option<()> {
        if !self.rest().starts_with(token) {
            return None;
        }
        self.at += token.len();
        Some(())
    }

    /// Skip white space and comments.
    fn space(&mut self) -> Option<()> {
        loop {
            let rest = self.rest();
            let skipped = rest.len() - rest.trim_start().len();
            self.at += skipped;
            let rest = self.rest();
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.at += block_comment(rest)?;
            } else {
                return Some(());
            }
        }
    }

    fn word(&mut self) -> Range<usize> {
        let rest = self.rest();
        let raw = if rest.starts_with("r#") { 2 } else { 0 };
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '.');
        let len = rest[raw..].find(|c| !part(c)).map_or(rest.len(), |end| raw + end);
        let start = self.at;
        self.at += len;
        start..self.at
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        if depth > DEPTH_MAX {
            return None;
        }
        let start = self.at;
        let kind = if let Some(len) = string(self.rest()) {
            self.at += len;
            Kind::Atom
        } else if self.eat("[").is_some() {
            let items = self.items("]", depth)?;
            Kind::Items { head: start..start, list: true, items }
        } else {
            let head = self.word();
            let after_head = self.at;
            self.space()?;
            if self.eat("(").is_some() {
                self.space()?;
                self.group(head, depth)?
            } else {
                self.at = after_head;
                if head.is_empty() {
                    return None;
                }
                Kind::Atom
            }
        };
        Some(Node { span: start..self.at, kind })
    }

    /// The content of a pair of parentheses: fields if a name and a colon come first, items otherwise.
    fn group(&mut self, head: Range<usize>, depth: usize) -> Option<Kind> {
        if self.eat(")").is_some() {
            return Some(Kind::Fields { head, fields: Vec::new() });
        }
        let start = self.at;
        let name = self.word();
        let named = !name.is_empty() && self.space().is_some() && self.rest().starts_with(':');
        self.at = start;
        if !named {
            return Some(Kind::Items { head, list: false, items: self.items(")", depth)? });
        }
        let mut fields = Vec::new();
        loop {
            self.space()?;
            if self.eat(")").is_some() {
                return Some(Kind::Fields { head, fields });
            }
            let name = self.word();
            if name.is_empty() {
                return None;
            }
            let dot = if self.path.is_empty() { "" } else { "." };
            self.path.push(format!("{dot}{}", &self.text[name.clone()]));
            self.space()?;
            self.eat(":")?;
            self.space()?;
            let value = self.node(depth + 1)?;
            self.space()?;
            if self.eat(",").is_none() && !self.rest().starts_with(')') {
                return None;
            }
            fields.push(Field { name, value, end: self.at });
            self.path.pop();
        }
    }

    fn items(&mut self, close: &str, depth: usize) -> Option<Vec<Node>> {
        let mut items = Vec::new();
        loop {
            self.space()?;
            if self.eat(close).is_some() {
                return Some(items);
            }
            self.path.push(if close == "]" { format!("[{}]", items.len()) } else { String::new() });
            items.push(self.node(depth + 1)?);
            self.space()?;
            if self.eat(",").is_none() && !self.rest().starts_with(close) {
                return None;
            }
            self.path.pop();
        }
    }
}

/// Length of the block comment that `text` starts with; they nest.
pub fn block_comment(text: &str) -> Option<usize> {
    let (mut level, mut at) = (0_usize, 0);
    loop {
        let rest = &text[at..];
        let step = if rest.starts_with("/*") {
            level += 1;
            2
        } else if rest.starts_with("*/") {
            level -= 1;
            2
        } else {
            rest.chars().next()?.len_utf8()
        };
        at += step;
        if level == 0 {
            return Some(at);
        }
    }
}

/// Length of the string that `text` starts with: `"…"` or `r#"…"#`.
pub fn string(text: &str) -> Option<usize> {
    if let Some(body) = text.strip_prefix('"') {
        let mut escaped = false;
        let end = body.find(|c| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        })?;
        return Some(end + 2);
    }
    let hashes = text.strip_prefix('r')?.bytes().take_while(|&b| b == b'#').count();
    let body = text[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(1 + hashes + 1 + body.find(&close)? + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "// a comment\n( name: \"a, \\\"b\\\" (\", /* /* x */ */ list: [A(k: 1), B(C(2.5)),], none: \
                        r#None, deep: Layers([A(k: 3, raw: r##\"\"#\"##)]) )";

    #[test]
    fn finds_nodes_by_path() {
        let root = Node::parse(TEXT).unwrap();
        let at = |path: &str| &TEXT[root.find(TEXT, path).unwrap().span.clone()];
        assert_eq!(at("name"), "\"a, \\\"b\\\" (\"");
        assert_eq!(at("list[0].k"), "1");
        assert_eq!(at("list[1]"), "B(C(2.5))");
        assert_eq!(at("none"), "r#None");
        assert_eq!(at("deep[0].k"), "3");
        assert_eq!(at("deep[0].raw"), "r##\"\"#\"##");
    }

    #[test]
    fn says_where_a_path_ends() {
        let root = Node::parse(TEXT).unwrap();
        let lost = root.find(TEXT, "list[0].m").unwrap_err();
        let expected = NoSuchPath { parent: "list[0]".into(), step: "m".into(), fields: vec!["k".into()], items: None };
        assert_eq!(lost, expected);
        let lost = root.find(TEXT, "list[7].k").unwrap_err();
        assert_eq!((lost.parent.as_str(), lost.step.as_str(), lost.items), ("list", "[7]", Some(2)));
        let lost = root.find(TEXT, "").unwrap_err();
        assert_eq!(lost.fields, ["name", "list", "none", "deep"]);
    }

    #[test]
    fn finds_paths_by_place() {
        let root = Node::parse(TEXT).unwrap();
        let at = |needle: &str| root.path_at(TEXT, TEXT.find(needle).unwrap());
        assert_eq!(at("name"), "name");
        assert_eq!(at("1)"), "list[0].k");
        assert_eq!(at("2.5"), "list[1]");
        assert_eq!(at("3, raw"), "deep[0].k");
        assert_eq!(at("( name"), "");
    }

    #[test]
    fn finds_fields_by_name_alone() {
        let root = Node::parse(TEXT).unwrap();
        assert_eq!(root.paths_to(TEXT, "k"), ["list[0].k", "deep[0].k"]);
        assert_eq!(root.paths_to(TEXT, "none"), ["none"]);
    }

    #[test]
    fn broken_texts_name_the_field() {
        let broken = |text: &str| Node::parse(text).map(|_| ()).unwrap_err();
        assert_eq!(broken("(a: 1, b: [C(d: 2 e: 3)])"), Broken { offset: 18, path: "b[0].d".into() });
        assert_eq!(broken("(a: (b: \"x)"), Broken { offset: 8, path: "a.b".into() });
        assert_eq!(broken("(a: 1) x"), Broken { offset: 7, path: String::new() });
        assert!(Node::parse(&"[".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in "[(){}\\[\\]a:,\"\\\\r#/*0 é\n.]{0,60}", offset in 0..60_usize) {
            if let Ok(root) = Node::parse(&text) {
                root.path_at(&text, offset);
                let _ = root.find(&text, &text);
            }
        }
    }
}
