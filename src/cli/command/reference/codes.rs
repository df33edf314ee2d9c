//! Codes of findings, rules and exit codes as pages.

use crate::check;
use crate::cli::exit::{self, Exit};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};

/// What reading a file can find. These cannot be silenced: without them resolved there is no fleet, or
/// something in the file has no effect. A test compares the table with the source.
pub(super) const READING: &[(&str, &str)] = &[
    ("F001", "The text is not JSON"),
    ("F002", "Lists and objects are nested too deeply"),
    ("F003", "A key stands twice in one object"),
    ("F010", "The file is no project"),
    ("F011", "The file has a version that cannot be read"),
    ("F012", "A required input is missing"),
    ("F013", "A value has the wrong JSON type"),
    ("F014", "A number is outside its range"),
    ("F015", "A text is not a duration"),
    ("F016", "A word is not in its list"),
    ("F017", "The fleet has no group of devices"),
    ("F018", "The fleet has too many devices in all"),
    ("F019", "A key is not known and has no effect"),
    ("F020", "A scenario sets something that the file does not have"),
    ("F021", "A text is not a moment with an offset"),
    ("F022", "An id cannot be the name of a folder everywhere"),
    ("F023", "A number must be whole"),
    ("F024", "A source, or the reason for silencing a rule, is not readable"),
    ("F025", "A target lies beyond the time that is watched"),
    ("F026", "An input has no effect because of what others say"),
    ("F027", "An event begins or ends after the end of the simulation"),
    ("F028", "An outage or event touches a group that does not exist"),
    ("F029", "An outage or event begins again before it is over"),
    ("F030", "No device loses its connection"),
];

/// Returns the codes as text.
pub(super) fn text() -> String {
    let mut text = String::from("Findings of reading a file (they cannot be silenced):\n");
    for (code, meaning) in READING {
        line(&mut text, format_args!("  {code}  {meaning}"));
    }
    text.push_str("\nFindings of rules (`regather reference rules` says more):\n");
    for rule in check::rules() {
        line(&mut text, format_args!("  {}  {}", rule.code, rule.title));
    }
    line(&mut text, format_args!("\n{}", exit::help()));
    text
}

/// Returns the codes as JSON.
pub(super) fn json() -> Value {
    let reading =
        READING.iter().map(|(code, meaning)| json!({"code": code, "meaning": meaning, "silenceable": false}));
    let rules =
        check::rules().map(|rule| json!({"code": rule.code, "meaning": rule.title, "silenceable": true}));
    let exits = Exit::ALL.iter().map(|exit| json!({"code": exit.code(), "meaning": exit.meaning()}));
    json!({
        "schema": "regather/codes/1",
        "findings": reading.chain(rules).collect::<Vec<_>>(),
        "exit_codes": exits.collect::<Vec<_>>(),
    })
}

/// Returns the rules as text.
pub(super) fn rules_text() -> String {
    let mut text = wrap(
        "",
        "Rules look at the file alone, before anything is simulated. A file accepts a finding by naming its \
         code with the reason: \"silenced\": {\"D003\": \"why\"}.",
    );
    for rule in check::rules() {
        line(&mut text, format_args!("\n  {}  {}", rule.code, rule.title));
        text.push_str(&wrap("        ", rule.source));
    }
    text
}

/// Returns the rules as JSON.
pub(super) fn rules_json() -> Value {
    let rules: Vec<Value> = check::rules()
        .map(|rule| json!({"code": rule.code, "title": rule.title, "source": rule.source}))
        .collect();
    json!({"schema": "regather/rules/1", "rules": rules})
}
