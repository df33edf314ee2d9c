//! The files that agents read, as a page: where each setting stands.

use crate::fleet::AgentKind;
use crate::fleet::setting::Setting;
use crate::fleet::settings::files::{AgentFile, FileFormat, Form, agent_files};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};

/// Returns every file with its kind.
fn all() -> impl Iterator<Item = (AgentKind, &'static AgentFile)> {
    AgentKind::ALL.into_iter().flat_map(|kind| agent_files(kind).iter().map(move |file| (kind, file)))
}

/// Returns how a file is written, in a few words.
fn format(file: &AgentFile) -> &'static str {
    match file.format {
        FileFormat::Json => "JSON",
        FileFormat::Properties => "Java properties",
        FileFormat::Header => "C",
        FileFormat::Code => "lines of source",
    }
}

/// Returns how a value is written, where that is not plain.
fn form(form: Form) -> String {
    match form {
        Form::Plain => String::new(),
        Form::Quoted => "in quotes".to_owned(),
        Form::Switch => "true or false".to_owned(),
        Form::Words(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(own, text)| format!("`{text}` for {own}")).collect();
            pairs.join(", ")
        }
    }
}

/// Returns a setting in a line: its unit, range and default.
fn facts(row: &Setting) -> String {
    let default = row.default_number().map(|number| format!(", default {}", row.human(number)));
    format!("{}{} ({})", row.range_text(), default.unwrap_or_default(), row.certainty.word())
}

/// Returns the page as text.
pub(super) fn text() -> String {
    let mut text = wrap(
        "",
        "Files of agents, key by key. Numbers are in the key's own unit, the one that the project has too. \
         Names that are inferred can be mapped to those of your deployment: --mapping FILE, or `mapping` in \
         the project.",
    );
    for (kind, file) in all() {
        let known = file.certainty.word();
        line(&mut text, format_args!("\n{}  {}  ({}, {known})", kind.label(), file.name, format(file)));
        text.push_str(&wrap("  ", file.source));
        if !file.delivery.note().is_empty() {
            text.push_str(&wrap("  ", file.delivery.note()));
        }
        for (key, setting) in file.rows(kind) {
            line(&mut text, format_args!("\n  {}", key.path));
            let form = form(key.form);
            let form = if form.is_empty() { form } else { format!(" Written {form}.") };
            text.push_str(&wrap("      ", &format!("{} {}{form}", setting.meaning, setting.effect)));
            text.push_str(&wrap("      ", &facts(setting)));
            if key.setting != key.path {
                line(&mut text, format_args!("      in the project: {}", key.setting));
            }
        }
    }
    text
}

/// Returns the page as JSON.
pub(super) fn json() -> Value {
    let files: Vec<Value> = all()
        .map(|(kind, file)| {
            let keys: Vec<Value> = file
                .rows(kind)
                .map(|(key, setting)| {
                    json!({
                        "path": key.path,
                        "setting": key.setting,
                        "unit": setting.unit.sign(),
                        "accepts": setting.range_text(),
                        "default": setting.default_number(),
                        "written": form(key.form),
                        "certainty": setting.certainty,
                        "source": setting.source,
                        "meaning": setting.meaning,
                        "effect": setting.effect,
                    })
                })
                .collect();
            json!({
                "agent": kind.word(),
                "file": file.name,
                "part": file.part,
                "format": format(file),
                "certainty": file.certainty,
                "source": file.source,
                "note": file.delivery.note(),
                "keys": keys,
            })
        })
        .collect();
    json!({"schema": "regather/agent-files/1", "files": files})
}
