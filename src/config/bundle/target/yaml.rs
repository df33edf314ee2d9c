//! Writes the little YAML that is needed: mappings and lists whose texts are always quoted.
//!
//! A quoted text is never read as a number, a date, a truth value or a reference, whichever version of YAML the
//! reader speaks. What a JSON string escapes, a quoted YAML string escapes in the same way.

use std::fmt::Write;

/// A document that grows by lines.
#[derive(Debug, Default)]
pub(super) struct Yaml {
    text: String,
}

impl Yaml {
    /// Begins a document with comments.
    pub(super) fn new(comments: &[&str]) -> Self {
        let mut yaml = Self::default();
        for comment in comments {
            let _ = writeln!(yaml.text, "# {comment}");
        }
        yaml.text.push_str("---\n");
        yaml
    }

    /// Adds a line as it is, for what is fixed.
    pub(super) fn line(&mut self, depth: usize, line: &str) {
        let _ = writeln!(self.text, "{:width$}{line}", "", width = depth * 2);
    }

    /// Adds a quoted key that opens a mapping or list.
    pub(super) fn open(&mut self, depth: usize, key: &str) {
        self.line(depth, &format!("{}:", quoted(key)));
    }

    /// Adds a quoted key with a quoted text.
    pub(super) fn text(&mut self, depth: usize, key: &str, value: &str) {
        self.line(depth, &format!("{}: {}", quoted(key), quoted(value)));
    }

    /// Adds a quoted key with a text that Ansible must not take for a template.
    pub(super) fn plain_text(&mut self, depth: usize, key: &str, value: &str) {
        let tag = if ["{{", "{%", "{#"].iter().any(|sign| value.contains(sign)) { "!unsafe " } else { "" };
        self.line(depth, &format!("{}: {tag}{}", quoted(key), quoted(value)));
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Returns a text in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Control characters, and those that YAML 1.1 takes for ends of lines or does not print.
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}') =>
            {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
