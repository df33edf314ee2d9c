//! The parts that a page is built from: every text that goes in is escaped here, and nowhere else.

use crate::report::draw::escape;
use crate::report::draw::palette::{DARK, LIGHT};
use std::fmt::Write as _;

/// Look of the page; colours of the charts in the dark follow below.
const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#fff;--text:#2c333b;--strong:#14181d;--weak:#57606b;--line:#dce0e5;--soft:#f7f8fa;--ok:#0a7045;--bad:#b42a14;--unsure:#7d5200}
@media screen and (prefers-color-scheme:dark){:root{--ground:#15181c;--text:#d3d8de;--strong:#f2f4f6;--weak:#9aa3ad;--line:#2f353c;--soft:#1b1f24;--ok:#4cc38a;--bad:#ff8573;--unsure:#e9b949}}
body{margin:0 auto;max-width:60rem;padding:1.5rem;font:15px/1.5 Inter,'Segoe UI',Helvetica,Arial,sans-serif;background:var(--ground);color:var(--text)}
h1,h2,h3{color:var(--strong);line-height:1.25}
h1{font-size:1.6rem;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1rem 0 .25rem}
p{margin:.35rem 0}
.weak{color:var(--weak)}
.verdict{font-size:1.25rem;font-weight:600;margin:.75rem 0}
.ok{color:var(--ok)}
.bad{color:var(--bad)}
.unsure{color:var(--unsure)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{color:var(--weak);font-weight:600}
figure{margin:.75rem 0;break-inside:avoid}
figure svg{display:block;width:100%;height:auto}
code,pre{font-family:Consolas,Menlo,monospace;font-size:.9em;overflow-wrap:anywhere;white-space:pre-wrap}
pre{background:var(--soft);padding:.75rem;margin:.5rem 0}
ol{padding-left:1.4rem}
.map table{width:auto}
.map th,.map td{padding:.15rem .6rem .15rem 0;font-size:.8rem;overflow-wrap:normal}
tr,li{break-inside:avoid}
h2,h3{break-after:avoid}
@media print{body{max-width:none;padding:0;font-size:10pt}@page{margin:15mm}}
";

/// A page that grows from its head to its end.
pub(super) struct Html {
    text: String,
}

impl Html {
    /// Returns a page with this title and no content.
    pub(super) fn new(title: &str) -> Self {
        let mut html = Self { text: String::new() };
        html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.element("title", "", title);
        html.raw("<style>\n");
        html.raw(STYLE);
        html.raw(&in_the_dark());
        html.raw("</style>\n</head>\n<body>\n");
        html
    }

    /// Returns the whole page.
    pub(super) fn end(mut self) -> String {
        self.raw("</body>\n</html>\n");
        self.text
    }

    /// Adds markup as it stands; never anything that comes from a project.
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// Adds an element with a text, of a class where one is named.
    pub(super) fn element(&mut self, name: &str, class: &str, text: &str) {
        // Writing to a text cannot fail.
        let _ = match class {
            "" => write!(self.text, "<{name}>"),
            class => write!(self.text, "<{name} class=\"{class}\">"),
        };
        escape(text, &mut self.text);
        let _ = writeln!(self.text, "</{name}>");
    }

    /// Adds a paragraph in which what stands between backticks is set as code.
    pub(super) fn prose(&mut self, class: &str, text: &str) {
        let _ = match class {
            "" => write!(self.text, "<p>"),
            class => write!(self.text, "<p class=\"{class}\">"),
        };
        self.sentences(text);
        self.raw("</p>\n");
    }

    /// Adds text with code between backticks; of an odd number of them none means anything.
    fn sentences(&mut self, text: &str) {
        let pieces: Vec<&str> = text.split('`').collect();
        if pieces.len().is_multiple_of(2) {
            return escape(text, &mut self.text);
        }
        for (number, piece) in pieces.into_iter().enumerate() {
            let code = !number.is_multiple_of(2);
            self.raw(if code { "<code>" } else { "" });
            escape(piece, &mut self.text);
            self.raw(if code { "</code>" } else { "" });
        }
    }

    /// Adds a table; nothing where it has no rows.
    pub(super) fn table(&mut self, heads: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        self.raw("<table>\n<thead><tr>");
        for head in heads {
            self.element("th", "", head);
        }
        self.raw("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.raw("<tr>");
            for cell in row {
                self.raw("<td>");
                self.sentences(cell);
                self.raw("</td>");
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table>\n");
    }
}

/// Returns the rules that give each colour of a chart its dark sister on a dark screen.
fn in_the_dark() -> String {
    let mut rules = String::from("@media screen and (prefers-color-scheme:dark){\n");
    for (light, dark) in LIGHT.all().into_iter().zip(DARK.all()) {
        for paint in ["fill", "stroke"] {
            let _ = writeln!(rules, "svg [{paint}=\"#{light:06X}\"]{{{paint}:#{dark:06x}}}");
        }
    }
    rules.push_str("}\n");
    rules
}
