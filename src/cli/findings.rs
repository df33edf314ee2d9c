//! How findings stand on the terminal: place, code, what, why and fix.

use crate::base::{Finding, Severity};
use crate::fleet::file;
use crate::report::terminal::wrap;

/// Returns a finding in a few lines: `plant.json:14:18: error F012: what`, then why and fix.
pub fn text(file: &str, finding: &Finding) -> String {
    let place = match (finding.line, finding.column) {
        (0, _) => file.to_owned(),
        (line, column) => format!("{file}:{line}:{column}"),
    };
    let silenced = if finding.silenced.is_some() { " (silenced)" } else { "" };
    let mut text = format!("{place}: {} {}{silenced}\n", finding.severity.word(), finding.code);
    for part in [&finding.what, &finding.why, &finding.fix] {
        if !part.is_empty() {
            text.push_str(&wrap("    ", part));
        }
    }
    if let Some(patch) = &finding.patch {
        text.push_str(&wrap("    ", &format!("{}: `{}` at `{}`.", patch.label, patch.value, patch.pointer)));
    }
    if let Some(reason) = &finding.silenced {
        text.push_str(&wrap("    ", &format!("Silenced in the file: {reason}")));
    }
    text
}

/// Returns how many findings there are, in words: `1 error, 2 warnings, 1 silenced`; `no findings`.
pub fn summary(findings: &[Finding]) -> String {
    let mut parts = Vec::new();
    for (severity, one, many) in [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "note", "notes"),
    ] {
        match file::count(findings, severity) {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            n => parts.push(format!("{n} {many}")),
        }
    }
    match findings.iter().filter(|finding| finding.silenced.is_some()).count() {
        0 => {}
        n => parts.push(format!("{n} silenced")),
    }
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}
