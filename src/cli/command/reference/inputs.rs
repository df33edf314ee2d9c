//! The registry of inputs as a page.

use crate::fleet::setting::{Absent, Setting, Unit};
use crate::fleet::settings::Area;
use crate::fleet::settings::files::places;
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};

/// Returns what an input is when the file does not mention it.
fn default(row: &Setting) -> String {
    match row.absent {
        Absent::Number(number) => in_file(row, number),
        Absent::Word(word) => format!("`{word}`"),
        Absent::Nothing => "none: without it, it has no effect".to_owned(),
        Absent::Required => "none: the file must say it".to_owned(),
    }
}

/// Returns a number as the file holds it, with what people read where that differs: `60000 (1 min)`.
fn in_file(row: &Setting, number: f64) -> String {
    let raw = row.json(number).to_string();
    match (row.unit, row.unit.seconds()) {
        (_, Some(_)) => format!("{raw} ({})", row.human(number)),
        (Unit::Count(_), _) if row.special.is_some_and(|(special, _)| special == number) => {
            format!("{raw} ({})", row.human(number))
        }
        _ => raw,
    }
}

/// Returns the range in the file's unit; words for a choice.
fn range(row: &Setting) -> String {
    match row.unit {
        Unit::Choice(choices) => {
            let words: Vec<String> = choices.iter().map(|choice| format!("`{}`", choice.value)).collect();
            words.join(", ")
        }
        Unit::Moment => "a moment such as 2026-12-05T02:00:00+01:00".to_owned(),
        Unit::Groups => "a list of ids of groups".to_owned(),
        Unit::Text => "any text".to_owned(),
        _ => {
            let whole = if row.whole { ", whole numbers" } else { "" };
            let span = format!("{} to {}{whole}", row.json(row.range.0), row.json(row.range.1));
            match row.special {
                Some((special, meaning)) => format!("{} ({meaning}) or {span}", row.json(special)),
                None => span,
            }
        }
    }
}

/// Returns the unit of the file, in a word.
fn unit(row: &Setting) -> &'static str {
    match row.unit {
        Unit::Choice(_) => "a word",
        Unit::Moment => "date and time with offset",
        Unit::Groups => "ids",
        Unit::Text => "a text",
        unit => unit.sign(),
    }
}

/// Returns the page as text.
pub(super) fn text() -> String {
    let mut text = wrap(
        "",
        "Inputs of a project file. Numbers are in the unit of the key; durations may also be written \
         as text (`90s`). On the command line: `--set ADDRESS=VALUE` or `--set LEVER=VALUE`, durations \
         with their unit.",
    );
    for area in Area::all().filter(|area| !area.settings().is_empty()) {
        line(&mut text, format_args!("\n{}  {}/…", area.title(), area.base()));
        if area.is_optional() {
            text.push_str(&wrap(
                "  ",
                "Left out or null: it is not modelled. There: what it does not say has its default.",
            ));
        }
        for row in area.settings() {
            line(&mut text, format_args!("\n  {}", row.key));
            text.push_str(&wrap("      ", &format!("{}. {} {}", row.label, row.meaning, row.effect)));
            for (name, value) in facts(area, row) {
                text.push_str(&wrap(&format!("      {name:<12}"), &value));
            }
        }
    }
    text
}

/// Returns the facts about an input in the order in which they are shown.
fn facts(area: Area, row: &Setting) -> Vec<(&'static str, String)> {
    let mut facts = vec![("unit", unit(row).to_owned()), ("accepts", range(row)), ("default", default(row))];
    if let Some(lever) = row.lever {
        facts.push(("lever", lever.to_owned()));
    }
    for (file, path) in stands(area, row) {
        facts.push(("file", format!("{file}, key {path}")));
    }
    facts.push((row.certainty.word(), row.source.to_owned()));
    facts
}

/// Returns the files of agents that hold an input, each with the path in it.
fn stands(area: Area, row: &Setting) -> Vec<(&'static str, &'static str)> {
    match area {
        Area::Agent(kind) | Area::FileOnly(kind) => {
            places(kind, row.key).map(|(file, key)| (file.name, key.path)).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the page as JSON.
pub(super) fn json() -> Value {
    let mut rows = Vec::new();
    for area in Area::all() {
        for row in area.settings() {
            rows.push(json!({
                "area": area.title(),
                "address": format!("{}/{}", area.base(), row.key),
                "key": row.key,
                "label": row.label,
                "unit": unit(row),
                "accepts": range(row),
                "default": match row.absent {
                    Absent::Number(number) => row.json(number),
                    Absent::Word(word) => word.into(),
                    Absent::Nothing | Absent::Required => Value::Null,
                },
                "required": row.absent == Absent::Required,
                "lever": row.lever,
                "files": stands(area, row)
                    .into_iter()
                    .map(|(file, path)| json!({"file": file, "path": path}))
                    .collect::<Vec<_>>(),
                "certainty": row.certainty,
                "source": row.source,
                "meaning": row.meaning,
                "effect": row.effect,
            }));
        }
    }
    json!({"schema": "regather/inputs/1", "inputs": rows})
}
