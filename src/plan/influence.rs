//! Which of the things that nobody knows matters most: how much the time to 95 % follows what runs drew.
//!
//! Numbers are compared by Spearman's rank correlation, words of a choice by the correlation ratio of the
//! ranks; for two words both are the same. *Never* is the largest time, equal ones share their rank. With n
//! runs, (n − 1) times the square of either is the statistic of Kruskal and Wallis ("Use of ranks in
//! one-criterion variance analysis", 1952), which chance alone gives a χ² law; an effect counts where chance
//! reaches it in fewer than 1 of 100 studies, all unknowns taken together.

use super::Outcome;
use crate::base::normal;
use crate::base::stats::percentile;
use crate::base::units;
use crate::fleet::file::Value;
use crate::fleet::{Unknown, UnknownInput};
use crate::sim::Measure;
use std::collections::BTreeMap;

/// Fewest runs from which the influence of an unknown is told.
pub const FEWEST_RUNS: usize = 12;
/// How often chance may be taken for an influence, over all unknowns of a fleet.
const CHANCE: f64 = 0.01;

/// How much one unknown decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Influence {
    /// The unknown.
    pub unknown: UnknownInput,
    /// Rank correlation of what was drawn with the time to 95 %, -1..1; for words without an order 0..1.
    pub correlation: f64,
    /// Whether that is more than chance gives.
    pub beyond_chance: bool,
    /// What low and high values, or the words, lead to, in a sentence without a full stop.
    pub effect: String,
}

impl Outcome {
    /// Returns the best and the worst value of a figure over the runs, where something is unknown.
    pub fn best_and_worst(&self, measure: Measure) -> Option<(f64, f64)> {
        let values = &self.study.metric(measure).values;
        if self.fleet.unknowns.is_empty() || values.is_empty() {
            return None;
        }
        let best = values.iter().copied().fold(f64::INFINITY, f64::min);
        Some((best, values.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
    }

    /// Returns the influence of every unknown, the strongest first.
    pub fn influences(&self) -> Vec<Influence> {
        let unknowns = self.fleet.unknowns.list();
        let times = &self.study.metric(Measure::T95).values;
        let mut all: Vec<Influence> = unknowns
            .iter()
            .map(|unknown| {
                let drawn: Vec<Value> =
                    (0..).zip(times).map(|(run, _)| unknown.drawn(self.study.seed, run)).collect();
                let (correlation, classes) = match &unknown.unknown {
                    Unknown::Between(..) => {
                        let numbers: Vec<f64> = drawn.iter().filter_map(Value::number).collect();
                        (spearman(&numbers, times), 2)
                    }
                    Unknown::OneOf(words) => (ratio(&drawn, times), words.len()),
                };
                let statistic = (times.len() as f64 - 1.0) * correlation * correlation;
                let limit = chi_square(classes - 1, CHANCE / unknowns.len() as f64);
                Influence {
                    unknown: unknown.clone(),
                    correlation,
                    beyond_chance: times.len() >= FEWEST_RUNS && statistic > limit,
                    effect: self.effect(unknown, &drawn, times),
                }
            })
            .collect();
        all.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
        all
    }

    /// Returns what the unknowns do to the result, in sentences without a full stop; nothing where all is known.
    pub fn doubts(&self) -> Vec<String> {
        let Some((best, worst)) = self.best_and_worst(Measure::T95) else { return Vec::new() };
        let mut lines = vec![format!(
            "With what is unknown: at best 95 % back {}, at worst {}",
            self.back(best),
            self.back(worst)
        )];
        let all = self.influences();
        let mut strong = all.iter().filter(|influence| influence.beyond_chance);
        lines.push(match (strong.next(), all.len()) {
            (Some(first), 1) => format!("{} decides it: {}", first.unknown.name(), first.effect),
            (Some(first), _) => format!("{} matters most: {}", first.unknown.name(), first.effect),
            (None, _) if (self.runs() as usize) < FEWEST_RUNS => {
                format!("{FEWEST_RUNS} runs are needed to tell which unknown matters most")
            }
            (None, _) => "No unknown moves the time to 95 % beyond chance".to_owned(),
        });
        let others: Vec<String> = strong.map(|influence| influence.unknown.name()).collect();
        if !others.is_empty() {
            lines.push(format!("After it matter: {}", others.join(", ")));
        }
        lines
    }

    /// Returns when devices are back, as a part of a sentence.
    fn back(&self, after: f64) -> String {
        if after.is_finite() {
            format!("after {}", units::duration(after))
        } else {
            format!("not within {}", self.fleet.outage.watch)
        }
    }

    /// Returns what the lowest and the highest third of what was drawn lead to, or each word of a choice.
    fn effect(&self, unknown: &UnknownInput, drawn: &[Value], times: &[f64]) -> String {
        let setting = unknown.input.setting;
        let median = |mut times: Vec<f64>| {
            times.sort_unstable_by(f64::total_cmp);
            percentile(&times, 50).unwrap_or(f64::INFINITY)
        };
        let mut parts = Vec::new();
        if let Unknown::OneOf(words) = &unknown.unknown {
            for word in words {
                let value = Value::Word(word.clone());
                let own: Vec<f64> = drawn
                    .iter()
                    .zip(times)
                    .filter(|(own, _)| **own == value)
                    .map(|(_, time)| *time)
                    .collect();
                if !own.is_empty() {
                    parts.push((value.human(setting), median(own)));
                }
            }
        } else {
            let numbers = drawn.iter().filter_map(Value::number);
            let mut pairs: Vec<(f64, f64)> = numbers.zip(times.iter().copied()).collect();
            pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            let third = (pairs.len() / 3).max(1).min(pairs.len());
            for part in [&pairs[..third], &pairs[pairs.len() - third..]] {
                let [(low, _), .., (high, _)] = part else {
                    parts.extend(part.iter().map(|(value, time)| (setting.human(*value), *time)));
                    continue;
                };
                let (low, high) = (setting.human(*low), setting.human(*high));
                let of = if low == high { low } else { format!("{low} to {high}") };
                parts.push((of, median(part.iter().map(|(_, time)| *time).collect())));
            }
        }
        let part = |(at, (of, time)): (usize, &(String, f64))| {
            let who = if at == 0 { " 95 % back" } else { "" };
            format!("with {of}{who} {}", self.back(*time))
        };
        parts.iter().enumerate().map(part).collect::<Vec<_>>().join(", ")
    }
}

/// Returns the ranks of values from 1; equal ones share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut rest = order.as_slice();
    let mut before = 0;
    while let Some(first) = rest.first() {
        let equal = rest.iter().take_while(|at| values[**at].total_cmp(&values[*first]).is_eq()).count();
        for at in &rest[..equal] {
            ranks[*at] = before as f64 + f64::midpoint(equal as f64, 1.0);
        }
        before += equal;
        rest = &rest[equal..];
    }
    ranks
}

/// Returns Spearman's rank correlation, -1..1; 0 where either does not vary.
fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let middle = f64::midpoint(a.len() as f64, 1.0);
    let sum =
        |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - middle) * (b - middle)).sum() };
    let scale = (sum(&a, &a) * sum(&b, &b)).sqrt();
    if scale > 0.0 { (sum(&a, &b) / scale).clamp(-1.0, 1.0) } else { 0.0 }
}

/// Returns the correlation ratio of the ranks of times over what was drawn, 0..1; 0 where they do not vary.
fn ratio(drawn: &[Value], times: &[f64]) -> f64 {
    let ranks = ranks(times);
    let middle = f64::midpoint(ranks.len() as f64, 1.0);
    let mut classes: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for (value, rank) in drawn.iter().zip(&ranks) {
        let Value::Word(word) = value else { continue };
        let class = classes.entry(word.clone()).or_default();
        *class = (class.0 + rank - middle, class.1 + 1.0);
    }
    let between: f64 = classes.values().map(|(sum, count)| sum * sum / count).sum();
    let all: f64 = ranks.iter().map(|rank| (rank - middle).powi(2)).sum();
    if all > 0.0 { (between / all).clamp(0.0, 1.0).sqrt() } else { 0.0 }
}

/// Returns what a χ² variable exceeds with this probability, to 2 % (E. B. Wilson and M. M. Hilferty, 1931).
fn chi_square(freedom: usize, probability: f64) -> f64 {
    let freedom = freedom.max(1) as f64;
    let share = 2.0 / (9.0 * freedom);
    freedom * (1.0 - share + normal::quantile(1.0 - probability) * share.sqrt()).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::FleetFile;
    use crate::plan::Verdict;
    use crate::sim::{self, Study};
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    const NEVER: f64 = f64::INFINITY;

    #[test]
    fn ranks_share_ties_and_never_is_last() {
        assert_eq!(ranks(&[3.0, NEVER, 3.0, 1.0, NEVER]), [2.5, 4.5, 2.5, 1.0, 4.5]);
        assert_eq!(spearman(&[1.0, 2.0, 3.0, 4.0], &[10.0, 20.0, 400.0, NEVER]), 1.0);
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[NEVER, NEVER, NEVER]), 0.0, "nothing varies");
        assert!(spearman(&[1.0, 2.0, 3.0], &[9.0, 5.0, 4.0]) < -0.999);
        // Textbook: 1 − 6 Σd² / n(n² − 1) without ties.
        let rho = spearman(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 1.0, 4.0, 3.0, 5.0]);
        assert!((rho - (1.0 - 6.0 * 4.0 / 120.0)).abs() < 1e-12, "{rho}");
    }

    #[test]
    fn two_words_count_like_two_numbers() {
        let times = [5.0, 2.0, NEVER, 1.0, 7.0, 7.0];
        let words: Vec<Value> =
            ["b", "a", "b", "a", "a", "b"].map(|word| Value::Word(word.to_owned())).to_vec();
        let numbers = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0];
        assert!((ratio(&words, &times) - spearman(&numbers, &times).abs()).abs() < 1e-12);
    }

    #[test]
    fn the_law_of_chance_is_that_of_the_tables() {
        for (freedom, probability, table) in [(1, 0.01, 6.635), (1, 0.05, 3.841), (3, 0.01, 11.345)] {
            let own = chi_square(freedom, probability);
            assert!((own / table - 1.0_f64).abs() < 0.03, "{own} {table}");
        }
    }

    #[test]
    fn chance_is_seldom_taken_for_an_influence() {
        let unit = |key: u64| crate::base::draws::unit(crate::base::draws::mix(key));
        let beyond = |study: &u64| {
            let of = |salt: u64| (0..30).map(|run| unit(study * 1_000 + salt + run)).collect::<Vec<f64>>();
            29.0 * spearman(&of(0), &of(500)).powi(2) > chi_square(1, CHANCE)
        };
        let taken = (0..2_000).filter(beyond).count();
        assert!((5..40).contains(&taken), "{taken} of 2000, about 20 are meant");
    }

    fn outcome(delay: &str, interval: &str, runs: u32) -> Outcome {
        outcome_of(delay, interval, runs, 1)
    }

    fn outcome_of(delay: &str, interval: &str, runs: u32, seed: u64) -> Outcome {
        let text = format!(
            r#"{{"regather": 1, "groups": {{"a": {{"name": "Pumps", "devices": 100, "agent": "example-agent",
                "reconnect_random_delay_seconds": {delay}, "max_connect_delay": 0,
                "connect_retry_interval": {interval}}}}}, "platform": {{"workers": 1000, "service_time_ms": 1}},
                "outage": {{"length_s": 0.5, "watch_s": 600}}, "targets": {{"t95_s": 200}}}}"#
        );
        let fleet = FleetFile::parse(&text).unwrap().check(None).fleet.unwrap();
        let done = sim::replicate(&fleet, seed, 0..runs, 2, &AtomicBool::new(false), &|_| {}).unwrap();
        let study = Study::of(&fleet, seed, done.into_iter().map(Arc::new).collect());
        Outcome::of("test".into(), Arc::new(fleet), study, runs)
    }

    #[test]
    fn what_matters_is_named_and_what_does_not_is_not() {
        let both = outcome(r#"{"unknown": [10, 400]}"#, r#"{"unknown": [0, 10]}"#, 30);
        let [first, second] = &both.influences()[..] else { panic!() };
        assert_eq!(first.unknown.name(), "`reconnect_random_delay_seconds` of Pumps");
        assert!(first.beyond_chance && first.correlation > 0.97 && !second.beyond_chance, "{second:?}");
        let lines = both.doubts();
        assert!(lines[0].starts_with("With what is unknown: at best 95 % back after "), "{lines:?}");
        assert!(
            lines[1].starts_with("`reconnect_random_delay_seconds` of Pumps matters most: with "),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 2);
        // The target lies inside: more is not known, however many runs there are.
        assert_eq!(both.verdict(), Verdict::Uncertain);
        assert_eq!(outcome(r#"{"unknown": [10, 100]}"#, "0", 30).verdict(), Verdict::Met);
        assert_eq!(outcome(r#"{"unknown": [300, 400]}"#, "0", 30).verdict(), Verdict::Missed);
    }

    #[test]
    fn what_does_nothing_is_seldom_taken_for_an_influence() {
        // Each device waits up to 60 s once; a pause after failures that never happen changes nothing.
        let beyond = |seed: &u64| {
            let none = outcome_of("60", r#"{"unknown": [0, 10]}"#, 16, *seed);
            none.influences()[0].beyond_chance
        };
        let taken: Vec<u64> = (0..200).filter(beyond).collect();
        assert!(taken.len() <= 8, "about 2 of 200 are meant: {taken:?}");
    }

    #[test]
    fn too_few_runs_say_so() {
        let few = outcome(r#"{"unknown": [10, 400]}"#, "0", 8);
        assert!(few.doubts()[1].starts_with("12 runs are needed"));
        let known = outcome("60", "0", 8);
        assert!(known.doubts().is_empty() && known.best_and_worst(Measure::T95).is_none());
    }
}
