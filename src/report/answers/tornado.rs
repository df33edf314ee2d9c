//! Which inputs matter, as text and as JSON.

use super::{Asked, head_schema};
use crate::base::units;
use crate::plan::sweep::{Bar, Method, SHARE, Tornado};
use crate::report::result::{number, object, text_schema};
use crate::report::terminal::{Charset, left, line, plain, wrap};
use serde_json::{Map, Value, json};

/// Name and version of the format.
const SCHEMA: &str = "regather/tornado/1";
/// Bars that text shows.
const SHOWN: usize = 12;

/// Returns what matters as text.
pub fn render(tornado: &Tornado, charset: Charset) -> String {
    let share = units::percent(SHARE);
    let mut text = wrap("", &tornado.standing());
    if tornado.bars.is_empty() {
        text += &wrap("", tornado.without_effect());
        return plain(&text, charset);
    }
    text += &wrap(
        "",
        match tornado.method {
            Method::Estimate => "Estimates by means; --exact simulates the largest effects",
            Method::Exact { .. } => {
                "The first ones are medians of runs with the same draws, the others estimates"
            }
        },
    );
    text.push('\n');
    line(
        &mut text,
        format_args!(
            "{}{:>12}{:>13}{:>13}",
            left("Input", 34),
            "now",
            format!("-{share}"),
            format!("+{share}")
        ),
    );
    for bar in tornado.bars.iter().take(SHOWN) {
        let side = |side: Option<f64>| side.map_or_else(String::new, units::clock);
        let now = if bar.now.chars().count() > 19 { "several" } else { &bar.now };
        let label = left(bar.label, 45_usize.saturating_sub(now.chars().count()).min(33));
        let label = format!("{label:<width$}", width = 46_usize.saturating_sub(now.chars().count()));
        line(&mut text, format_args!("{label}{now}{:>13}{:>13}", side(bar.less_s), side(bar.more_s)));
    }
    plain(&text, charset)
}

/// Returns what matters as JSON.
pub fn tornado_json(asked: &Asked<'_>, tornado: &Tornado) -> Value {
    let mut file = asked.head(SCHEMA);
    let (seed, runs) = match tornado.method {
        Method::Estimate => (None, None),
        Method::Exact { seed, runs } => (Some(seed), Some(runs)),
    };
    file.insert("seed".into(), seed.into());
    file.insert("runs".into(), runs.into());
    file.insert("change_pct".into(), number(SHARE * 100.0));
    file.insert("t95_s".into(), number(tornado.t95_s));
    file.insert("simulated_t95_s".into(), tornado.simulated_t95_s.map_or(Value::Null, number));
    let bar = |bar: &Bar| {
        json!({
            "label": bar.label,
            "addresses": bar.addresses,
            "t95_less_s": bar.less_s.map(number),
            "t95_more_s": bar.more_s.map(number),
            "never_less": bar.less_s == Some(f64::INFINITY),
            "never_more": bar.more_s == Some(f64::INFINITY),
            "simulated": bar.simulated,
        })
    };
    file.insert("inputs".into(), tornado.bars.iter().map(bar).collect());
    Value::Object(file)
}

/// Returns the JSON Schema (draft 2020-12) of what `sweep --tornado --json` prints.
pub fn tornado_schema() -> Value {
    let time = |text: &str| json!({"type": ["number", "null"], "description": text});
    let mut properties = head_schema(SCHEMA);
    properties.extend([
        ("seed", json!({"type": ["integer", "null"]})),
        ("runs", json!({"type": ["integer", "null"], "description": "Null where all is estimated."})),
        ("change_pct", json!({"type": "number"})),
        ("t95_s", time("As it is, estimated; null for never.")),
        ("simulated_t95_s", time("As it is, in runs.")),
        (
            "inputs",
            json!({"type": "array", "description": "Largest effect first.", "items": object(&[
                ("label", text_schema("")),
                ("addresses", json!({"type": "array", "items": {"type": "string"}})),
                ("t95_less_s", time("With less; null for never, or where it is not accepted.")),
                ("t95_more_s", time("With more.")),
                ("never_less", json!({"type": "boolean"})),
                ("never_more", json!({"type": "boolean"})),
                ("simulated", json!({"type": "boolean"})),
            ])}),
        ),
    ]);
    let mut schema: Map<String, Value> = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), "Regather tornado".into());
    if let Value::Object(object) = object(&properties) {
        schema.extend(object);
    }
    Value::Object(schema)
}
