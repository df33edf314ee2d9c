//! What a search for settings found, as JSON with its schema.

use super::{
    Asked, balancer, figure, figures, figures_schema, goals, goals_schema, head_schema, said, state_schema,
};
use crate::config::balancer::{Admission, Line, Product};
use crate::plan::solve::{Answer, Bound, Shake, Solution, Way};
use crate::plan::{Assignment, FigureUnit, Held, Trial, Verdict};
use crate::report::result::{number, object, text_schema};
use serde_json::{Map, Value, json};

/// Name and version of the format.
pub const SOLUTION_SCHEMA: &str = "regather/solution/1";

/// Returns a solution as JSON.
pub fn solution_json(asked: &Asked<'_>, solution: &Solution) -> Value {
    let mut file = asked.head(SOLUTION_SCHEMA);
    file.insert("goals".into(), goals(&solution.goals));
    file.insert("seed".into(), solution.seed.into());
    file.insert("runs".into(), solution.runs.into());
    file.insert("met".into(), (!solution.answers.is_empty()).into());
    file.insert("now".into(), trial(&solution.now));
    file.insert("answers".into(), solution.answers.iter().map(answer).collect());
    file.insert("best_reachable".into(), solution.best.as_ref().map_or(Value::Null, answer));
    file.insert("bounds".into(), solution.bounds.iter().map(bound).collect());
    file.insert("notes".into(), solution.notes.iter().map(|note| said(note)).collect());
    Value::Object(file)
}

/// Returns one answer.
fn answer(answer: &Answer) -> Value {
    let survives = answer.survives.iter().map(|one| json!({"change": one.shake.word(), "met": one.met}));
    json!({
        "way": answer.way.word(),
        "title": said(&answer.title),
        "value": answer.value.map(number),
        "set": answer.assignments.iter().map(assignment).collect::<Vec<_>>(),
        "balancer": balancer::admission(answer).map_or_else(Vec::new, |limit| told(&limit)),
        "trial": trial(&answer.trial),
        "price": said(&answer.price),
        "why": answer.why.iter().map(|why| said(why)).collect::<Vec<_>>(),
        "margin_pct": answer.margin.is_finite().then(|| number(answer.margin * 100.0)),
        "cliff": answer.cliff.as_ref().map(|(value, text)| json!({"value": number(*value), "text": said(text)})),
        "survives": survives.collect::<Vec<_>>(),
    })
}

/// Returns the lines that a limit is at each load balancer.
fn told(limit: &Admission) -> Vec<Value> {
    let line = |line: Line| json!({"place": line.place, "text": line.text});
    let of = |product: Product| {
        json!({
            "product": product.word(),
            "lines": limit.lines(product).into_iter().map(line).collect::<Vec<_>>(),
            "meaning": limit.meaning(product).iter().map(|one| said(one)).collect::<Vec<_>>(),
        })
    };
    Product::ALL.map(of).to_vec()
}

/// Returns one assignment.
fn assignment(assignment: &Assignment) -> Value {
    json!({
        "address": assignment.input.address,
        "value": assignment.json(),
        "text": said(&assignment.text()),
    })
}

/// Returns what a setting gives.
fn trial(trial: &Trial) -> Value {
    let spread = |(low, high): (f64, f64)| json!([number(low), number(high)]);
    json!({
        "state": trial.state.word(),
        "runs": trial.runs,
        "runs_met": trial.runs_met,
        "t95_p5_p95_s": trial.t95_spread.map(spread),
        "figures": figures(trial),
        "targets": trial.held.iter().map(held).collect::<Vec<_>>(),
    })
}

/// Returns a goal against the runs.
fn held(held: &Held) -> Value {
    let aim = held.goal.aim;
    let mut object = Map::new();
    object.insert("name".into(), aim.word().into());
    object.insert(["limit", aim.suffix()].concat(), figure(aim, held.goal.limit));
    object.insert(["value", aim.suffix()].concat(), figure(aim, held.median));
    let spread = [figure(aim, held.spread.0), figure(aim, held.spread.1)];
    object.insert(["p5_p95", aim.suffix()].concat(), spread.into_iter().collect());
    object.insert("met".into(), (held.verdict == Verdict::Met).into());
    object.insert("uncertain".into(), (held.verdict == Verdict::Uncertain).into());
    object.insert("runs_within".into(), held.within.into());
    Value::Object(object)
}

/// Returns a closed form.
fn bound(bound: &Bound) -> Value {
    let unit = match bound.unit {
        FigureUnit::Duration => "s",
        FigureUnit::PerSecond => "1/s",
        FigureUnit::Share => "1",
        FigureUnit::Count | FigureUnit::Money(_) => "",
    };
    json!({
        "name": bound.key,
        "label": bound.label,
        "formula": bound.formula,
        "value": number(bound.value),
        "unit": unit,
    })
}

/// Returns the JSON Schema (draft 2020-12) of what `solve --json` and `recommend --json` print.
pub fn solution_schema() -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/$defs/{name}")});
    let list = |items: Value| json!({"type": "array", "items": items});
    let mut properties = head_schema(SOLUTION_SCHEMA);
    properties.extend([
        ("goals", goals_schema()),
        ("seed", json!({"type": "integer", "description": "Of all runs, so that settings can be compared."})),
        ("runs", json!({"type": "integer", "minimum": 1})),
        (
            "met",
            json!({"type": "boolean", "description": "Whether there is an answer that meets all targets."}),
        ),
        ("now", reference("trial")),
        (
            "answers",
            json!({"type": "array", "maxItems": 3, "items": reference("answer"),
            "description": "Best first."}),
        ),
        (
            "best_reachable",
            json!({"oneOf": [{"type": "null"}, reference("answer")],
            "description": "What comes nearest where no answer meets all targets."}),
        ),
        (
            "bounds",
            list(object(&[
                ("name", text_schema("")),
                ("label", text_schema("")),
                (
                    "formula",
                    text_schema("N devices, μ sign-ins/s, T timeout, S sign-in time, B room, P peak."),
                ),
                ("value", json!({"type": ["number", "null"]})),
                ("unit", text_schema("")),
            ])),
        ),
        ("notes", list(text_schema("Groups that cannot spread, and what to do instead."))),
    ]);
    let mut schema: Map<String, Value> = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), "Regather solution".into());
    schema.insert(
        "description".into(),
        "What it takes to meet the targets. Within version 1 keys are only added; readers pass over those they do \
         not know."
            .into(),
    );
    if let Value::Object(object) = object(&properties) {
        schema.extend(object);
    }
    schema.insert(
        "$defs".into(),
        json!({"figures": figures_schema(), "trial": trial_schema(), "answer": answer_schema()}),
    );
    Value::Object(schema)
}

/// Returns the schema of an answer.
fn answer_schema() -> Value {
    let changes: Vec<&str> = Shake::ALL.iter().map(|shake| shake.word()).collect();
    object(&[
        ("way", json!({"enum": Way::WORDS})),
        ("title", text_schema("")),
        (
            "value",
            json!({"type": ["number", "null"], "description": "Of the lever, in s or the file's unit."}),
        ),
        (
            "set",
            json!({"type": "array", "items": object(&[
                ("address", text_schema("JSON pointer of the input.")),
                ("value", json!({"description": "In the file's unit."})),
                ("text", text_schema("Before and after, as people read it.")),
            ])}),
        ),
        ("balancer", lines_schema()),
        ("trial", json!({"$ref": "#/$defs/trial"})),
        ("price", text_schema("")),
        ("why", json!({"type": "array", "items": {"type": "string"}})),
        (
            "margin_pct",
            json!({"type": ["number", "null"], "description": "By how much the tightest target is kept."}),
        ),
        (
            "cliff",
            json!({"oneOf": [{"type": "null"}, object(&[
                ("value", json!({"type": "number", "description": "Nearest value that never recovers."})),
                ("text", text_schema("")),
            ])]}),
        ),
        (
            "survives",
            json!({"type": "array", "items": object(&[
                ("change", json!({"enum": changes})),
                ("met", json!({"type": "boolean"})),
            ])}),
        ),
    ])
}

/// Returns the schema of the lines for load balancers.
fn lines_schema() -> Value {
    let words: Vec<&str> = Product::ALL.iter().map(|product| product.word()).collect();
    let line = object(&[
        ("place", text_schema("Where it belongs.")),
        ("text", text_schema("The line without its indent.")),
    ]);
    json!({
        "type": "array",
        "description": "Where it limits new connections at the load balancer: the lines that do it.",
        "items": object(&[
            ("product", json!({"enum": words})),
            ("lines", json!({"type": "array", "items": line})),
            ("meaning", json!({"type": "array", "items": {"type": "string"}})),
        ]),
    })
}

/// Returns the schema of a trial.
fn trial_schema() -> Value {
    object(&[
        ("state", state_schema()),
        ("runs", json!({"type": "integer"})),
        ("runs_met", json!({"type": "integer", "description": "Runs that meet all targets."})),
        ("t95_p5_p95_s", json!({"type": ["array", "null"], "items": {"type": ["number", "null"]}})),
        ("figures", json!({"$ref": "#/$defs/figures"})),
        (
            "targets",
            json!({"type": "array", "items": object(&[
                ("name", text_schema("Limit, value and spread stand beside it in keys with their unit.")),
                ("met", json!({"type": "boolean"})),
                ("uncertain", json!({"type": "boolean"})),
                ("runs_within", json!({"type": "integer"})),
            ])}),
        ),
    ])
}
