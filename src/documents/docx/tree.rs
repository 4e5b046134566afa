//! A part of a docx as a tree: elements whose tags are kept as they were written, and texts still escaped.

use std::borrow::Cow;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

/// How deep elements may lie in each other.
const DEEPEST: usize = 200;

/// An element, a text, or something that is handed on as it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// an element
    Element(Element),
    /// text, escaped
    Text(String),
    /// declarations, comments, instructions
    Raw(String),
}

/// An element.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Element {
    /// its name with prefix; empty for the document itself
    pub name: String,
    /// what stands between `<` and `>`: name and attributes
    pub tag: String,
    /// what is in it
    pub children: Vec<Node>,
}

/// Reads a part.
pub(super) fn read(bytes: &[u8]) -> Result<Element, String> {
    let mut reader = Reader::from_reader(bytes);
    let mut open = vec![Element { name: String::new(), tag: String::new(), children: Vec::new() }];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let node = match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(format!("more than {DEEPEST} elements in each other"));
                }
                let (name, tag) = (start.name().as_ref().to_owned(), str::to_owned(&start));
                open.push(Element { name, tag, children: Vec::new() });
                continue;
            }
            Event::End(_) => match open.pop() {
                Some(element) if !open.is_empty() => Node::Element(element),
                _ => return Err("an end without its beginning".to_owned()),
            },
            Event::Empty(start) => {
                let (name, tag) = (start.name().as_ref().to_owned(), str::to_owned(&start));
                Node::Element(Element { name, tag, children: Vec::new() })
            }
            Event::Text(own) => Node::Text(str::to_owned(&own)),
            Event::GeneralRef(name) => Node::Text(format!("&{};", &*name)),
            Event::CData(own) => Node::Text(escape(&own)),
            Event::Decl(own) => Node::Raw(format!("<?{}?>", &*own)),
            Event::PI(own) => Node::Raw(format!("<?{}?>", &*own)),
            Event::Comment(own) => Node::Raw(format!("<!--{}-->", &*own)),
            Event::DocType(_) => return Err("a document type".to_owned()),
            Event::Eof => break,
        };
        if let Some(into) = open.last_mut() {
            into.children.push(node);
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(root), true) => Ok(root),
        _ => Err("an element without its end".to_owned()),
    }
}

impl Element {
    /// A new element without anything in it.
    pub fn new(tag: &str) -> Self {
        let name = tag.split(' ').next().unwrap_or_default().to_owned();
        Self { name, tag: tag.to_owned(), children: Vec::new() }
    }

    /// The same with a text, which is escaped.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.children = vec![Node::Text(escape(text))];
        self
    }

    /// Its own text, plain.
    pub fn text(&self) -> String {
        let parts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(unescape(text)),
            Node::Element(_) | Node::Raw(_) => None,
        });
        parts.collect()
    }

    /// The texts of all elements of a name below it, in their order.
    pub fn texts(&self, name: &str, into: &mut Vec<String>) {
        for child in self.elements() {
            if child.name == name {
                into.push(child.text());
            } else {
                child.texts(name, into);
            }
        }
    }

    /// The elements in it.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) | Node::Raw(_) => None,
        })
    }

    /// As bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut out = String::new();
        self.push(&mut out);
        out.into_bytes()
    }

    fn push(&self, out: &mut String) {
        if self.name.is_empty() {
            self.children.iter().for_each(|node| node.push(out));
        } else if self.children.is_empty() {
            out.push_str(&format!("<{}/>", self.tag.trim_end()));
        } else {
            out.push_str(&format!("<{}>", self.tag));
            self.children.iter().for_each(|node| node.push(out));
            out.push_str(&format!("</{}>", self.name));
        }
    }
}

impl Node {
    fn push(&self, out: &mut String) {
        match self {
            Self::Element(element) => element.push(out),
            Self::Text(text) | Self::Raw(text) => out.push_str(text),
        }
    }
}

/// As XML takes it; control characters, which it cannot hold, are left out.
fn escape(text: &str) -> String {
    let plain: Cow<'_, str> = if text.contains(char::is_control) {
        Cow::Owned(text.chars().filter(|c| !c.is_control()).collect())
    } else {
        Cow::Borrowed(text)
    };
    quick_xml::escape::escape(plain).into_owned()
}

fn unescape(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), Cow::into_owned)
}
