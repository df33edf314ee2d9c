//! The catalogue of outages as a page.

use crate::base::units;
use crate::fleet::Loss;
use crate::fleet::catalogue::outages::{KINDS, OutageKind, Part, Seen};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};

/// Returns the words for how connections end and what attempts meet.
fn words(seen: Seen) -> (&'static str, &'static str) {
    (seen.loses.map_or(Loss::STAY, Loss::word), seen.meets.word())
}

/// Returns a part in words.
fn part(part: Part) -> String {
    match part {
        Part::Percent(percent) => format!("{} %", units::significant(percent)),
        Part::OneServer => "one Connection Server's share".to_owned(),
    }
}

/// Returns what devices see, with what stands in front where that matters.
fn sights(kind: &OutageKind) -> Vec<(&'static str, Seen)> {
    let mut sights = vec![("direct", kind.direct)];
    sights.extend(kind.balancer.map(|seen| ("behind a load balancer", seen)));
    sights.extend(kind.servers.map(|seen| ("behind Connection Servers", seen)));
    sights
}

/// Returns the page as text.
pub(super) fn text() -> String {
    let mut text = wrap(
        "",
        "Kinds of outage, for `/outage/kind` and `/outage/events/<id>/kind`. A kind gives the defaults of the \
         other inputs; what the file says itself wins.",
    );
    for kind in KINDS {
        line(&mut text, format_args!("\n  {}  {}", kind.id, kind.label));
        text.push_str(&wrap("      ", kind.meaning));
        for (front, seen) in sights(kind) {
            let (loses, meets) = words(seen);
            let fact = format!("{front}: connections {loses}, attempts {meets}");
            text.push_str(&wrap("      devices     ", &fact));
        }
        let mut facts = vec![("touches", part(kind.share))];
        if kind.steps > 1 {
            facts.push(("steps", kind.steps.to_string()));
        }
        if kind.gone != Part::Percent(0.0) {
            facts.push(("capacity", format!("without {} of {}", part(kind.gone), kind.tier.word())));
        }
        if let Some((_, length)) = kind.ramp {
            facts.push(("ramp", units::duration(length)));
        }
        if kind.platform_down {
            facts.push(("platform", "down: its queues are emptied and it forgets all sessions".to_owned()));
        }
        if let Some(length) = kind.typical_s {
            facts.push(("usually", units::duration(length)));
        }
        if let Some(every) = kind.every_s {
            facts.push(("every", units::duration(every)));
        }
        facts.push((kind.certainty.word(), kind.source.to_owned()));
        for (name, value) in facts {
            text.push_str(&wrap(&format!("      {name:<12}"), &value));
        }
    }
    text
}

/// Returns the page as JSON.
pub(super) fn json() -> Value {
    let one = |kind: &OutageKind| {
        let sights: Vec<Value> = sights(kind)
            .into_iter()
            .map(|(front, seen)| {
                let (loses, meets) = words(seen);
                json!({"front": front, "connections_end": loses, "attempts_meet": meets})
            })
            .collect();
        json!({
            "id": kind.id,
            "label": kind.label,
            "meaning": kind.meaning,
            "devices_see": sights,
            "touches": part(kind.share),
            "steps": kind.steps,
            "platform_down": kind.platform_down,
            "tier": kind.tier.word(),
            "capacity_gone": part(kind.gone),
            "ramp_s": kind.ramp.map(|(_, length)| length),
            "usual_length_s": kind.typical_s,
            "repeat_every_s": kind.every_s,
            "certainty": kind.certainty,
            "source": kind.source,
        })
    };
    json!({"schema": "regather/outages/1", "outages": KINDS.iter().map(one).collect::<Vec<_>>()})
}
