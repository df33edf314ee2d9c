//! Timelines as versioned JSON: what `regather timeline --json` prints.

use crate::plan::timeline::{End, Lane, Segment, Timeline, Variant};
use crate::report::head::{Asked, head_schema};
use crate::report::result::{number, object, plain, text_schema};
use serde_json::{Map, Value, json};

/// Name and version of the format.
pub const TIMELINE_SCHEMA: &str = "regather/timeline/1";

/// Returns timelines as JSON.
pub fn timeline_json(asked: &Asked<'_>, timeline: &Timeline) -> Value {
    let mut file = asked.head(TIMELINE_SCHEMA);
    file.insert("group".into(), timeline.group.as_str().into());
    file.insert("seed".into(), timeline.seed.into());
    file.insert("from_s".into(), number(timeline.from_s));
    file.insert("to_s".into(), number(timeline.to_s));
    file.insert("meets".into(), timeline.meets.word().into());
    file.insert("agents".into(), timeline.lanes.iter().map(lane).collect());
    Value::Object(file)
}

fn lane(lane: &Lane) -> Value {
    let end_s = match lane.end {
        End::Back(at) | End::GivenUp(at) => number(at),
        End::Untouched | End::Trying => Value::Null,
    };
    json!({
        "agent": lane.variant.word(),
        "label": lane.variant.label(),
        "own": lane.own,
        "settings": plain(&lane.settings()),
        "end": lane.end.word(),
        "end_s": end_s,
        "ending": plain(&lane.ending()),
        "attempts": lane.attempts,
        "complete": lane.complete,
        "segments": lane.segments.iter().map(segment).collect::<Vec<_>>(),
    })
}

fn segment(segment: &Segment) -> Value {
    let mut object = Map::new();
    object.insert("from_s".into(), number(segment.from_s));
    object.insert("to_s".into(), number(segment.to_s));
    object.insert("doing".into(), segment.doing.word().into());
    if let Some(reason) = segment.reason_word() {
        object.insert("reason".into(), reason.into());
    }
    if segment.attempt > 0 {
        object.insert("attempt".into(), segment.attempt.into());
    }
    object.insert("what".into(), plain(&segment.what).into());
    Value::Object(object)
}

/// Returns the JSON Schema of timelines.
pub fn timeline_schema() -> Value {
    let time = |what: &str| json!({"type": "number", "description": what});
    let mut properties = head_schema(TIMELINE_SCHEMA);
    properties.extend([
        ("group", text_schema("Id of the group.")),
        ("seed", json!({"type": "integer", "minimum": 0})),
        ("from_s", time("Begin of the outage; times count from the return of the platform.")),
        ("to_s", time("End of the simulation.")),
        ("meets", text_schema("What attempts meet in the outage.")),
        ("agents", json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/agent"}})),
    ]);
    let mut schema = object(&properties);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Regather timelines".into();
    schema["description"] =
        "What one device does in an outage, for each agent. Within version 1 keys are only \
                             added; readers pass over those they do not know."
            .into();
    schema["$defs"] = json!({"agent": agent_schema(), "segment": segment_schema()});
    schema
}

fn agent_schema() -> Value {
    let words: Vec<&str> = Variant::ALL.into_iter().map(Variant::word).collect();
    object(&[
        ("agent", json!({"enum": words})),
        ("label", text_schema("")),
        ("own", json!({"type": "boolean", "description": "Whether it is what the group has."})),
        ("settings", text_schema("The settings in words.")),
        ("end", json!({"enum": ["untouched", "back", "given-up", "trying"]})),
        ("end_s", json!({"type": ["number", "null"], "description": "When it was back, or gave up."})),
        ("ending", text_schema("How it ends, in words.")),
        ("attempts", json!({"type": "integer", "minimum": 0})),
        ("complete", json!({"type": "boolean", "description": "Whether the segments reach the end."})),
        ("segments", json!({"type": "array", "items": {"$ref": "#/$defs/segment"}})),
    ])
}

fn segment_schema() -> Value {
    let mut schema = object(&[
        ("from_s", json!({"type": "number"})),
        ("to_s", json!({"type": "number"})),
        (
            "doing",
            json!({"enum": [
                "connected", "unaware", "waits", "attempt-fails", "attempt-succeeds", "attempt-open", "off", "given-up"
            ]}),
        ),
        ("what", text_schema("The same in words.")),
    ]);
    schema["properties"]["reason"] = text_schema("Why it waits, fails or is unaware.");
    schema["properties"]["attempt"] = json!({"type": "integer", "minimum": 1});
    schema
}
