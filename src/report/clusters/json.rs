//! Clusters as versioned JSON: what `regather clusters --json` prints.

use super::told;
use crate::plan::compare::Table;
use crate::plan::neighbours::{Neighbour, Stretch};
use crate::plan::{Outcome, Verdict};
use crate::report::compared::{figure, figure_schema};
use crate::report::head::{Asked, head_schema};
use crate::report::result::{number, object, plain, text_schema};
use crate::sim::{Band, Count, Curve};
use serde_json::{Value, json};

/// Name and version of the format.
pub const CLUSTERS_SCHEMA: &str = "regather/clusters/1";

/// Points of a curve at most.
const POINTS: usize = 600;

/// Returns clusters that were played together as JSON.
pub fn clusters_json(asked: &Asked<'_>, neighbours: &[Neighbour]) -> Value {
    let mut file = asked.head(CLUSTERS_SCHEMA);
    let study = neighbours.first().map(|neighbour| &neighbour.alone.study);
    file.insert("seed".into(), study.map_or(0, |study| study.seed).into());
    file.insert("runs".into(), study.map_or(0, |study| study.runs.len()).into());
    file.insert("clusters".into(), neighbours.iter().map(cluster).collect());
    Value::Object(file)
}

fn cluster(neighbour: &Neighbour) -> Value {
    let tenant = &neighbour.tenant;
    let table = Table::of(&[&neighbour.alone, &neighbour.beside], 0);
    json!({
        "cluster": tenant.id,
        "name": tenant.name,
        "devices": tenant.fleet.devices(),
        "sign_ins_per_s": number(tenant.fleet.platform.capacity_per_s()),
        "databases": tenant.databases.iter().map(|database| json!(database.id)).collect::<Vec<_>>(),
        "shares_with": neighbour.shares_with,
        "told": plain(&told(neighbour)),
        "slow": neighbour.stretches.iter().map(|stretch| slow(neighbour, stretch)).collect::<Vec<_>>(),
        "alone": result(&neighbour.alone),
        "beside": result(&neighbour.beside),
        "figures": table.rows.iter().map(|row| figure(row, 0)).collect::<Vec<_>>(),
    })
}

fn slow(neighbour: &Neighbour, stretch: &Stretch) -> Value {
    let returned = neighbour.tenant.fleet.outage.length.secs();
    json!({
        "from_s": number(stretch.from.secs() - returned),
        "to_s": number(stretch.to.secs() - returned),
        "share": number(f64::from(stretch.share_permille) / 1_000.0),
    })
}

/// Returns a result with the devices that are bound, on the median of the runs.
fn result(outcome: &Outcome) -> Value {
    let verdict = outcome.verdict();
    let bound = Band::over(&outcome.study.runs, Curve::All(Count::Bound), 0..usize::MAX).p50;
    let step = bound.len().div_ceil(POINTS).max(1);
    json!({
        "met": matches!(verdict, Verdict::Met | Verdict::NoTarget),
        "uncertain": verdict == Verdict::Uncertain,
        "headline": plain(&outcome.headline()),
        "result_hash": format!("{:016x}", outcome.study.hash),
        "bound": {
            "first_s": number(1.0 - outcome.fleet.outage.length.secs()),
            "step_s": step,
            "devices": bound.iter().step_by(step).map(|devices| number(*devices)).collect::<Vec<_>>(),
        },
    })
}

/// Returns the JSON Schema of clusters.
pub fn clusters_schema() -> Value {
    let slow = object(&[
        ("from_s", json!({"type": "number", "description": "After the return of the platform [s]."})),
        ("to_s", json!({"type": "number", "description": "After the return of the platform [s]."})),
        (
            "share",
            json!({"type": "number", "minimum": 0, "maximum": 1, "description": "Of what is asked for."}),
        ),
    ]);
    let bound = object(&[
        (
            "first_s",
            json!({"type": "number", "description": "Time of the first value, after the return [s]."}),
        ),
        ("step_s", json!({"type": "integer", "minimum": 1})),
        (
            "devices",
            json!({"type": "array", "items": {"type": "number"}, "description": "Median of the runs."}),
        ),
    ]);
    let result = object(&[
        ("met", json!({"type": "boolean"})),
        ("uncertain", json!({"type": "boolean"})),
        ("headline", text_schema("The answer in a sentence.")),
        ("result_hash", json!({"type": "string", "pattern": "^[0-9a-f]{16}$"})),
        ("bound", bound),
    ]);
    let words = || json!({"type": "array", "items": {"type": "string"}});
    let cluster = object(&[
        ("cluster", text_schema("Id in the file.")),
        ("name", text_schema("")),
        ("devices", json!({"type": "integer", "minimum": 1})),
        ("sign_ins_per_s", json!({"type": "number"})),
        ("databases", words()),
        ("shares_with", words()),
        ("told", text_schema("With whom it shares its databases, and when they are slow.")),
        ("slow", json!({"type": "array", "items": slow})),
        ("alone", result.clone()),
        ("beside", result),
        (
            "figures",
            json!({"type": "array", "description": "Alone and beside the others.", "items": figure_schema()}),
        ),
    ]);
    let mut properties = head_schema(CLUSTERS_SCHEMA);
    properties.extend([
        ("seed", json!({"type": "integer", "minimum": 0})),
        ("runs", json!({"type": "integer", "minimum": 1})),
        ("clusters", json!({"type": "array", "minItems": 1, "items": cluster})),
    ]);
    let mut schema = object(&properties);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Regather clusters".into();
    schema["description"] =
        "Clusters that are played at the same time. Within version 1 keys are only added; readers \
                             pass over those they do not know."
            .into();
    schema
}
