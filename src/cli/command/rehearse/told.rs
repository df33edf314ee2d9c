//! What a rehearsal tells: text for people, versioned JSON for programs.

use crate::cli::source::Project;
use crate::cli::study::{Order, Planned};
use crate::desk::live::{HOST_LIMITED, Judged};
use crate::live::platform::Counters;
use crate::live::rehearsal::{Given, Rehearsed, Scaled};
use crate::plan::{Fit, Outcome};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};

/// Name and version of the format.
pub(super) const SCHEMA: &str = "regather/rehearsal/1";

/// Everything about a rehearsal.
pub(super) struct Told<'a> {
    pub(super) project: &'a Project,
    pub(super) planned: &'a Planned,
    pub(super) scaled: &'a Scaled,
    pub(super) order: Order,
    pub(super) outcome: &'a Outcome,
    pub(super) fit: Option<Fit>,
    pub(super) rehearsed: &'a Rehearsed,
    /// Largest gap that is accepted [%].
    pub(super) most_gap: f64,
}

impl Told<'_> {
    /// Returns whether the rehearsal proves the simulation.
    pub(super) fn proves(&self) -> bool {
        self.judged().proves()
    }

    /// Returns what it comes to.
    pub(super) fn judged(&self) -> Judged<'_> {
        Judged {
            scaled: self.scaled,
            outcome: self.outcome,
            fit: self.fit.as_ref(),
            rehearsed: self.rehearsed,
            most_gap: self.most_gap,
        }
    }

    /// Returns the text.
    pub(super) fn text(&self) -> String {
        let against = self.rehearsed.given().map(|given| format!(", against {}", given.target.host));
        let mut text = format!("Rehearsal: {}{}\n\n", self.planned.name, against.unwrap_or_default());
        for (name, value) in self.judged().rows() {
            line(&mut text, format_args!("  {name:<18}{value}"));
        }
        text.push('\n');
        if self.rehearsed.host_limited() {
            text.push_str(&wrap("", HOST_LIMITED));
        }
        self.judged().notes().iter().for_each(|note| text.push_str(&wrap("- ", &format!("{note}."))));
        text
    }

    /// Returns the result for programs.
    pub(super) fn json(&self) -> Value {
        let agents = &self.rehearsed.agents;
        let judged = self.judged();
        let finite = |value: f64| if value.is_finite() { json!(value) } else { Value::Null };
        let mut json = json!({
            "schema": SCHEMA,
            "tool": {"name": "regather", "version": env!("CARGO_PKG_VERSION")},
            "input": {
                "file": self.project.shown, "scenario": self.planned.scenario, "name": self.planned.name,
                "seed": self.order.seed, "runs": self.order.runs,
                "agents": agents.account.planned, "devices": self.scaled.of,
                "capacity_per_s": self.scaled.fleet.platform.capacity_per_s(), "tls": self.scaled.tls,
            },
            "verdict": {
                "word": judged.verdict(), "proves": judged.proves(),
                "host_limited": self.rehearsed.host_limited(), "most_gap_pct": self.most_gap,
            },
            "fit": self.fit.as_ref().map(|fit| json!({
                "inside_pct": fit.inside * 100.0, "gap_pct": fit.gap * 100.0, "gap_at_s": fit.gap_at,
                "seconds": fit.measured.len(),
            })),
            "t95": {"measured_s": judged.t95(), "simulated_s": finite(judged.simulated_t95())},
            "agents": {
                "planned": agents.account.planned, "connected": agents.account.connected,
                "failed": agents.account.failed, "abandoned": agents.account.abandoned,
                "attempts": agents.attempts, "failed_attempts": agents.failures,
                "late_median_ms": agents.lateness.median.millis(), "late_p99_ms": agents.lateness.p99.millis(),
                "late_longest_ms": agents.lateness.longest.millis(),
            },
            "platform": self.rehearsed.embedded().map(embedded),
            "counts_agree": self.rehearsed.embedded().map(|_| self.rehearsed.agrees()),
            "curves": self.fit.as_ref().map(|fit| self.curves(fit)),
            "notes": self.scaled.notes,
        });
        if let Some(known) = self.rehearsed.given() {
            json["host"] = given(known);
        }
        json
    }

    /// Returns the share of devices that are back at the end of each second: measured, and simulated.
    fn curves(&self, fit: &Fit) -> Value {
        let part = |band: &[f64]| -> Vec<f64> {
            band.iter().skip(fit.from).take(fit.measured.len()).map(|share| rounded(*share)).collect()
        };
        let band = &self.outcome.study.bands.back;
        let measured: Vec<f64> = fit.measured.iter().map(|share| rounded(*share)).collect();
        json!({
            "from_s": fit.from + 1, "measured": measured,
            "p5": part(&band.p5), "p50": part(&band.p50), "p95": part(&band.p95),
        })
    }
}

/// Returns the account of the embedded platform.
fn embedded(platform: &Counters) -> Value {
    let ends: serde_json::Map<String, Value> =
        platform.fates.iter().map(|(fate, ends)| (fate.word().to_owned(), (*ends).into())).collect();
    json!({
        "accepted": platform.accepted, "binds": platform.binds, "ended": ends,
        "late_p99_ms": platform.late_p99().millis(),
    })
}

/// Returns what is known of a given platform.
fn given(given: &Given) -> Value {
    json!({
        "name": given.target.host, "port": given.target.port, "tls": given.tls,
        "this_computer": given.target.is_loopback(), "most_per_s": given.per_s,
        "waited": given.waited.connections, "waited_longest_ms": given.waited.longest.millis(),
        "stopped": given.stopped.as_ref().map(ToString::to_string),
    })
}

/// Returns a share with six digits behind the point, which is one of a million agents.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}
