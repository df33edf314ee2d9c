//! Targets against results.

use super::figure::Figure;
use crate::base::stats::{CONFIDENCE, Interval};
use serde::Serialize;

/// Whether what was asked for is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every target is satisfied by the upper end of the interval of its median; by the worst run where
    /// something is unknown.
    Met,
    /// A target lies inside the interval: more runs, or a wider margin, would tell.
    Uncertain,
    /// A target is not even satisfied by the lower end.
    Missed,
    /// The project has no target.
    NoTarget,
}

impl Verdict {
    /// The sign beside the word.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Met => "✓",
            Self::Uncertain => "~",
            Self::Missed => "✕",
            Self::NoTarget => "·",
        }
    }

    /// The word beside the sign.
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "Meets target",
            Self::Uncertain => "Uncertain",
            Self::Missed => "Misses target",
            Self::NoTarget => "No target set",
        }
    }
}

/// One target against its result.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetResult {
    /// The figure that is judged.
    pub figure: Figure,
    /// The limit, in the figure's unit.
    pub limit: f64,
    /// Whether it holds.
    pub verdict: Verdict,
}

impl TargetResult {
    /// Judges a figure by its interval: met when the upper end satisfies the limit, missed when the
    /// lower end does not, else uncertain.
    pub fn judge(figure: Figure, limit: f64) -> Self {
        let (low, high) = figure.ci;
        // A figure without a trustworthy interval holds an unbounded one, which keeps nothing.
        let verdict = match (Interval { low, high, confidence: CONFIDENCE }).keeps(limit) {
            Some(true) => Verdict::Met,
            Some(false) => Verdict::Missed,
            None => Verdict::Uncertain,
        };
        Self { figure, limit, verdict }
    }

    /// Judges a figure of which the runs know no more than a range, because something is unknown: met when
    /// the worst run satisfies the limit, missed when the best does not, else uncertain. More runs would not
    /// tell more, so the interval of the median does not count; only that there are enough runs for one.
    pub fn judge_range(figure: Figure, (best, worst): (f64, f64), limit: f64) -> Self {
        let verdict = match () {
            () if !figure.bounded() => Verdict::Uncertain,
            () if worst <= limit => Verdict::Met,
            () if best > limit => Verdict::Missed,
            () => Verdict::Uncertain,
        };
        Self { figure, limit, verdict }
    }
}

/// Returns the verdict over all targets: the worst one decides.
pub(super) fn worst(targets: &[TargetResult]) -> Verdict {
    let has = |verdict| targets.iter().any(|target| target.verdict == verdict);
    if targets.is_empty() {
        Verdict::NoTarget
    } else if has(Verdict::Missed) {
        Verdict::Missed
    } else if has(Verdict::Uncertain) {
        Verdict::Uncertain
    } else {
        Verdict::Met
    }
}
