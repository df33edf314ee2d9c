//! `regather topology --failures`: what is worth rehearsing in a cluster, and what devices would see of it.

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::fleet::Topology;
use crate::fleet::cluster::failure::{self, ready};
use crate::fleet::file::View;
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};

/// Lists the failures of a topology.
pub(super) fn list(
    topology: &Topology,
    view: &View<'_>,
    as_json: bool,
    printer: &Printer,
) -> Result<Exit, CommandError> {
    let mut text = String::new();
    let mut rows: Vec<Value> = Vec::new();
    for failure in ready(topology) {
        let gone = failure::taken(topology, &failure.fails).unwrap_or_default();
        let Some(effect) = failure::effect(topology, view, &gone, failure.how) else { continue };
        line(&mut text, format_args!("{}", failure.name));
        text.push_str(&wrap("    ", &format!("{}.", effect.told)));
        let fails = failure.fails.replace(", ", ",");
        let how = failure.how.word();
        line(&mut text, format_args!("    --set /outage/fails={fails} --set /outage/fails_by={how}"));
        rows.push(json!({
            "name": failure.name,
            "fails": failure.fails,
            "fails_by": how,
            "what_happens": effect.told,
            "share_pct": if effect.loses.is_some() { effect.share_pct } else { 0.0 },
            "attempts_meet": effect.meets.word(),
            "noticed_after_s": effect.unnoticed.map(|unnoticed| unnoticed.length_s).filter(|s| s.is_finite()),
            "platform_down": effect.platform_down,
            "tier": effect.tier.word(),
            "capacity_pct": effect.capacity_pct,
        }));
    }
    if as_json {
        printer.json(&json!({"schema": "regather/failures/1", "failures": rows}))?;
    } else {
        printer.text(&text)?;
    }
    Ok(Exit::Done)
}
