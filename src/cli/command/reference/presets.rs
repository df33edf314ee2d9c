//! The presets of the platform as a page.

use crate::fleet::catalogue::platforms::PRESETS;
use crate::fleet::setting::Absent;
use crate::report::terminal::{line, wrap};
use serde_json::{Map, Value, json};

/// Returns a value as it would stand in the file.
fn value(absent: Absent) -> Value {
    match absent {
        Absent::Number(number) if number.fract() == 0.0 => Value::from(number as i64),
        Absent::Number(number) => Value::from(number),
        Absent::Word(word) => Value::from(word),
        Absent::Nothing | Absent::Required => Value::Null,
    }
}

/// Returns the page as text.
pub(super) fn text() -> String {
    let mut text = wrap(
        "",
        "Presets of the platform, for `/platform/preset`. A preset takes the place of defaults; what the file \
         says itself wins.",
    );
    for preset in PRESETS {
        line(&mut text, format_args!("\n  {}  {}", preset.id, preset.label));
        text.push_str(&wrap("      ", preset.meaning));
        for (address, absent) in preset.sets {
            line(&mut text, format_args!("      {address} = {}", value(*absent)));
        }
        text.push_str(&wrap(&format!("      {:<12}", preset.certainty.word()), preset.source));
    }
    text
}

/// Returns the page as JSON.
pub(super) fn json() -> Value {
    let presets: Vec<Value> = PRESETS
        .iter()
        .map(|preset| {
            let sets: Map<String, Value> =
                preset.sets.iter().map(|(address, absent)| ((*address).to_owned(), value(*absent))).collect();
            json!({
                "id": preset.id,
                "label": preset.label,
                "meaning": preset.meaning,
                "sets": sets,
                "certainty": preset.certainty,
                "source": preset.source,
            })
        })
        .collect();
    json!({"schema": "regather/presets/1", "presets": presets})
}
