//! What searches found, as text and as versioned JSON: grids and answers.
//!
//! As in results, keys carry their unit, *never* is `null`, nothing depends on the time, the machine or the
//! number of threads, and keys are only added within a version.

mod balancer;
mod grid;
mod list;
mod solution;
mod sweep;
mod tornado;

pub use super::head::{Asked, Source};
pub use balancer::admission;
pub use grid::{STATES, region_legend, region_spoken, render as render_sweep, standing};
pub use list::{closed_form, gives, margin, render as render_solution, sets, told};
pub use solution::{SOLUTION_SCHEMA, solution_json, solution_schema};
pub use sweep::{SWEEP_SCHEMA, csv, sweep_json, sweep_schema};
pub use tornado::{render as render_tornado, tornado_json, tornado_schema};

use super::head::head_schema;
use super::result::{number, object, plain, text_schema};
use crate::plan::{Aim, Goals, Trial};
use serde_json::{Map, Value, json};

/// Returns the key of a figure in JSON and CSV, with its unit.
fn key(aim: Aim) -> String {
    [aim.word(), aim.suffix()].concat()
}

/// Returns a value of a figure as JSON shows it; `null` for *never* and for what is not known.
fn figure(aim: Aim, value: f64) -> Value {
    if value.is_nan() {
        return Value::Null;
    }
    number(if aim.suffix() == "_pct" { value * 100.0 } else { value })
}

/// Returns the figures of a trial.
fn figures(trial: &Trial) -> Value {
    let mut object: Map<String, Value> = Aim::ALL
        .into_iter()
        .map(|aim| (key(aim), figure(aim, trial.figures.get(aim).unwrap_or(f64::NAN))))
        .collect();
    object.insert("never".into(), (trial.figures.get(Aim::T95) == Some(f64::INFINITY)).into());
    Value::Object(object)
}

/// Returns the schema of the figures of a trial.
fn figures_schema() -> Value {
    let mut all: Vec<(String, Value)> = Aim::ALL
        .into_iter()
        .map(|aim| (key(aim), json!({"type": ["number", "null"], "description": aim.label()})))
        .collect();
    all.push(("never".into(), json!({"type": "boolean", "description": "Whether 95 % are never back."})));
    let all: Vec<(&str, Value)> = all.iter().map(|(key, schema)| (key.as_str(), schema.clone())).collect();
    object(&all)
}

/// Returns what had to hold.
fn goals(goals: &Goals) -> Value {
    let limit = |goal: &crate::plan::Goal| {
        let mut object = Map::new();
        object.insert("name".into(), goal.aim.word().into());
        object.insert(["limit", goal.aim.suffix()].concat(), figure(goal.aim, goal.limit));
        Value::Object(object)
    };
    json!({"chance_pct": goals.chance_pct, "targets": goals.list.iter().map(limit).collect::<Vec<_>>()})
}

/// Returns the schema of what had to hold.
fn goals_schema() -> Value {
    object(&[
        (
            "chance_pct",
            json!({
                "type": ["integer", "null"],
                "description": "Percentage of the runs that has to meet all targets; null judges the medians.",
            }),
        ),
        (
            "targets",
            json!({"type": "array", "items": {
                "type": "object",
                "required": ["name"],
                "description": "The limit stands beside the name in a key with its unit.",
                "properties": {"name": text_schema("")},
            }}),
        ),
    ])
}

/// Returns the schema of a state.
fn state_schema() -> Value {
    json!({"enum": ["meets", "overload", "too-slow", "never", "uncertain"]})
}

/// Returns a text with ordinary spaces.
fn said(text: &str) -> Value {
    plain(text).into()
}
