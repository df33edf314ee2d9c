//! What a rehearsal tells: text for people, versioned JSON for programs.

use crate::base::stats::nearest_rank;
use crate::base::units::{count, duration, percent};
use crate::cli::source::Project;
use crate::cli::study::{Order, Planned};
use crate::live::rehearsal::{Rehearsed, Scaled};
use crate::plan::{Fit, Outcome};
use crate::report::terminal::{line, wrap};
use crate::sim::Measure;
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
    /// Returns whether the rehearsal proves the simulation: the gap is small, and the computer was fast enough to tell.
    pub(super) fn proves(&self) -> bool {
        !self.rehearsed.host_limited()
            && self.fit.as_ref().is_some_and(|fit| fit.gap * 100.0 <= self.most_gap)
    }

    /// Returns the verdict in a word.
    fn verdict(&self) -> &'static str {
        match (self.rehearsed.host_limited(), self.proves()) {
            (true, _) => "host-limited",
            (false, true) => "as simulated",
            (false, false) => "not as simulated",
        }
    }

    /// Returns the measured time from the platform's return until 95 % of the agents are back [s]; nothing for never.
    pub(super) fn t95(&self) -> Option<f64> {
        let agents = &self.rehearsed.agents;
        let rank = nearest_rank(agents.account.planned, 95).saturating_sub(1);
        let at = agents.back_at.get(usize::try_from(rank).ok()?)?;
        Some(at.since(self.scaled.fleet.outage.length).secs())
    }

    /// Returns the simulated one: the median over the runs [s]; infinite for never.
    pub(super) fn simulated_t95(&self) -> f64 {
        self.outcome.study.metric(Measure::T95).median
    }

    /// Returns the text.
    pub(super) fn text(&self) -> String {
        let (agents, platform) = (&self.rehearsed.agents, &self.rehearsed.platform);
        let account = &agents.account;
        let mut text = format!("Rehearsal: {}\n\n", self.planned.name);
        let mut row = |name: &str, value: &str| line(&mut text, format_args!("  {name:<18}{value}"));
        row("verdict", self.verdict());
        row("connected", &format!("{} of {} agents", count(account.connected), count(account.planned)));
        for (reason, agents) in &account.failed {
            row("gave up", &format!("{} ({reason})", count(*agents)));
        }
        if account.abandoned > 0 {
            row("not back", &format!("{} when the watch ended", count(account.abandoned)));
        }
        row("attempts", &count(agents.attempts));
        for (reason, attempts) in &agents.failures {
            row("failed", &format!("{} ({reason})", count(*attempts)));
        }
        if let Some(fit) = &self.fit {
            let seconds = count(fit.measured.len() as u64);
            row("inside the band", &format!("{} of {seconds} s", percent(fit.inside)));
            let at = duration(fit.gap_at as f64);
            let at = if fit.gap > 0.0 { format!(", {at} after the loss") } else { String::new() };
            row("largest gap", &format!("{} of the agents{at}", percent(fit.gap)));
        }
        let measured = self.t95().map_or_else(|| "never".to_owned(), duration);
        row("95 % back", &format!("{measured} measured, {} simulated", duration(self.simulated_t95())));
        let late = agents.lateness;
        row(
            "lateness",
            &format!(
                "attempts {} in the median, {} in 99 %; answers {} in 99 %",
                duration(late.median.secs()),
                duration(late.p99.secs()),
                duration(platform.late_p99().secs())
            ),
        );
        let counts = if self.rehearsed.agrees() { "both ends agree" } else { "both ends differ" };
        row(
            "counts",
            &format!("{counts}: accepted {}, bound {}", count(platform.accepted), count(platform.binds)),
        );
        text.push('\n');
        if self.rehearsed.host_limited() {
            text.push_str(&wrap(
                "",
                "Host-limited: this computer placed attempts or answers later than 1 % of the window, so the \
                 difference tells about it and not about the platform. Take fewer agents or a longer delay.",
            ));
        }
        self.scaled.notes.iter().for_each(|note| text.push_str(&wrap("- ", &format!("{note}."))));
        text
    }

    /// Returns the result for programs.
    pub(super) fn json(&self) -> Value {
        let (agents, platform) = (&self.rehearsed.agents, &self.rehearsed.platform);
        let ends: serde_json::Map<String, Value> =
            platform.fates.iter().map(|(fate, ends)| (fate.word().to_owned(), (*ends).into())).collect();
        let finite = |value: f64| if value.is_finite() { json!(value) } else { Value::Null };
        json!({
            "schema": SCHEMA,
            "tool": {"name": "regather", "version": env!("CARGO_PKG_VERSION")},
            "input": {
                "file": self.project.shown, "scenario": self.planned.scenario, "name": self.planned.name,
                "seed": self.order.seed, "runs": self.order.runs,
                "agents": agents.account.planned, "devices": self.scaled.of,
                "capacity_per_s": self.scaled.fleet.platform.capacity_per_s(), "tls": self.scaled.tls,
            },
            "verdict": {
                "word": self.verdict(), "proves": self.proves(),
                "host_limited": self.rehearsed.host_limited(), "most_gap_pct": self.most_gap,
            },
            "fit": self.fit.as_ref().map(|fit| json!({
                "inside_pct": fit.inside * 100.0, "gap_pct": fit.gap * 100.0, "gap_at_s": fit.gap_at,
                "seconds": fit.measured.len(),
            })),
            "t95": {"measured_s": self.t95(), "simulated_s": finite(self.simulated_t95())},
            "agents": {
                "planned": agents.account.planned, "connected": agents.account.connected,
                "failed": agents.account.failed, "abandoned": agents.account.abandoned,
                "attempts": agents.attempts, "failed_attempts": agents.failures,
                "late_median_ms": agents.lateness.median.millis(), "late_p99_ms": agents.lateness.p99.millis(),
                "late_longest_ms": agents.lateness.longest.millis(),
            },
            "platform": {
                "accepted": platform.accepted, "binds": platform.binds, "ended": ends,
                "late_p99_ms": platform.late_p99().millis(),
            },
            "counts_agree": self.rehearsed.agrees(),
            "curves": self.fit.as_ref().map(|fit| self.curves(fit)),
            "notes": self.scaled.notes,
        })
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

/// Returns a share with six digits behind the point, which is one of a million agents.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}
