//! What a rehearsal tells, for both faces: a verdict, and a row for each figure.

use crate::base::stats::nearest_rank;
use crate::base::units::{count, duration, percent};
use crate::live::rehearsal::{Rehearsed, Scaled};
use crate::plan::{Fit, Outcome};
use crate::sim::Measure;

/// Largest gap between the measured and the simulated share of devices with which they count as alike, unless somebody
/// says another [%].
pub const MOST_GAP: f64 = 10.0;

/// What it means that a rehearsal is limited by the host.
pub const HOST_LIMITED: &str = "Host-limited: this computer placed attempts or answers later than 1 % of the window, \
     so the difference tells about it and not about the platform. Take fewer agents or a longer delay.";

/// A rehearsal beside its simulation.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// What was rehearsed.
    pub scaled: &'a Scaled,
    /// What was simulated of it.
    pub outcome: &'a Outcome,
    /// How well they fit; nothing where nothing can be compared.
    pub fit: Option<&'a Fit>,
    /// What was measured.
    pub rehearsed: &'a Rehearsed,
    /// Largest gap that is accepted [%].
    pub most_gap: f64,
}

impl Judged<'_> {
    /// Returns whether the rehearsal proves the simulation: it came to its end, the gap is small, and the computer was
    /// fast enough to tell.
    pub fn proves(&self) -> bool {
        self.rehearsed.stopped().is_none()
            && !self.rehearsed.host_limited()
            && self.fit.is_some_and(|fit| fit.gap * 100.0 <= self.most_gap)
    }

    /// Returns the verdict in a word.
    pub fn verdict(&self) -> &'static str {
        match (self.rehearsed.stopped(), self.rehearsed.host_limited(), self.proves()) {
            (Some(_), ..) => "stopped",
            (None, true, _) => "host-limited",
            (None, false, true) => "as simulated",
            (None, false, false) => "not as simulated",
        }
    }

    /// Returns the measured time from the platform's return until 95 % of the agents are back [s]; nothing for never.
    pub fn t95(&self) -> Option<f64> {
        let agents = &self.rehearsed.agents;
        let rank = nearest_rank(agents.account.planned, 95).saturating_sub(1);
        let at = agents.back_at.get(usize::try_from(rank).ok()?)?;
        Some(at.since(self.scaled.fleet.outage.length).secs())
    }

    /// Returns the simulated one: the median over the runs [s]; infinite for never.
    pub fn simulated_t95(&self) -> f64 {
        self.outcome.study.metric(Measure::T95).median
    }

    /// Returns what there is to tell, each with its name.
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        let agents = &self.rehearsed.agents;
        let account = &agents.account;
        let mut rows = vec![
            ("verdict", self.verdict().to_owned()),
            ("connected", format!("{} of {} agents", count(account.connected), count(account.planned))),
        ];
        rows.extend(self.rehearsed.stopped().map(|why| ("stopped", why.to_string())));
        let failed = account.failed.iter();
        rows.extend(failed.map(|(reason, agents)| ("gave up", format!("{} ({reason})", count(*agents)))));
        if account.abandoned > 0 {
            rows.push(("not back", format!("{} when it ended", count(account.abandoned))));
        }
        rows.push(("attempts", count(agents.attempts)));
        let failures = agents.failures.iter();
        rows.extend(
            failures.map(|(reason, attempts)| ("failed", format!("{} ({reason})", count(*attempts)))),
        );
        if let Some(fit) = self.fit {
            let seconds = count(fit.measured.len() as u64);
            rows.push(("inside the band", format!("{} of {seconds} s", percent(fit.inside))));
            let at = duration(fit.gap_at as f64);
            let at = if fit.gap > 0.0 { format!(", {at} after the loss") } else { String::new() };
            rows.push(("largest gap", format!("{} of the agents{at}", percent(fit.gap))));
        }
        let measured = self.t95().map_or_else(|| "never".to_owned(), duration);
        rows.push((
            "95 % back",
            format!("{measured} measured, {} simulated", duration(self.simulated_t95())),
        ));
        let (median, p99) = (duration(agents.lateness.median.secs()), duration(agents.lateness.p99.secs()));
        let late = format!("attempts {median} in the median, {p99} in 99 %");
        let (late, counts) = match self.rehearsed.embedded() {
            None => (late, "those of the agents are exact; what the platform counts is unknown".to_owned()),
            Some(platform) => {
                let counts = if self.rehearsed.agrees() { "both ends agree" } else { "both ends differ" };
                let (accepted, bound) = (count(platform.accepted), count(platform.binds));
                (
                    format!("{late}; answers {} in 99 %", duration(platform.late_p99().secs())),
                    format!("{counts}: accepted {accepted}, bound {bound}"),
                )
            }
        };
        rows.extend([("lateness", late), ("counts", counts)]);
        rows
    }

    /// Returns what else there is to know, each a sentence without its full stop.
    pub fn notes(&self) -> Vec<String> {
        let held = self.rehearsed.given().filter(|given| given.waited.connections > 0).map(|given| {
            format!(
                "{} connections waited up to {} for their turn, because at most {}/s are opened; the simulation does not know that limit",
                count(given.waited.connections),
                duration(given.waited.longest.secs()),
                given.per_s.unwrap_or_default(),
            )
        });
        let account = &self.rehearsed.agents.account;
        let cut_off = (account.abandoned > 0 && self.rehearsed.stopped().is_none()).then(|| {
            format!(
                "The watch ended before {} of the agents were back, so nobody knows when they would have been: watch for longer than {}",
                count(account.abandoned),
                duration(self.scaled.fleet.outage.horizon().secs()),
            )
        });
        held.into_iter().chain(cut_off).chain(self.scaled.notes.iter().cloned()).collect()
    }
}
