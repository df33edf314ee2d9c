//! A result as plain text of 80 columns, readable without colour.
//!
//! The answer stands first: sign, word and number. Then the targets, the key figures with the baseline
//! beside them where there is one, the recovery curve, what the numbers rest on, and how many findings
//! there are. All words and numbers come from [`crate::plan`], so that the window and the JSON output say
//! the same.

use super::assumptions::{Assumption, assumptions};
use super::terminal::{Charset, WIDTH, left, line, plain, wrap};
use super::text_chart::TextChart;
use crate::base::{Finding, Severity, units};
use crate::fleet::file::{address, count};
use crate::fleet::{Certainty, FleetFile};
use crate::plan::{Change, Outcome, Reason, Verdict, compare};
use serde_json::Value;

/// Width of the names of figures [characters].
const NAMES: usize = 22;
/// Widths of the columns of figures [characters].
const COLUMNS: [usize; 4] = [11, 23, 12, 10];

/// What is told.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The file with everything that was set.
    pub file: &'a FleetFile,
    /// Scenario; `None` for the baseline.
    pub scenario: Option<&'a str>,
    /// Its result.
    pub outcome: &'a Outcome,
    /// The baseline's result, where the scenario is compared with it.
    pub baseline: Option<&'a Outcome>,
    /// What was set for this result only: address and value in the file's unit.
    pub set: &'a [(String, Value)],
    /// What differs from the baseline.
    pub changes: &'a [Change],
    /// Everything that is wrong or worth knowing.
    pub findings: &'a [Finding],
}

impl<'a> Told<'a> {
    /// Returns what is told of a scenario as its file has it: nothing is set for this result only.
    pub fn plain(
        (file, scenario): (&'a FleetFile, Option<&'a str>),
        (outcome, baseline): (&'a Outcome, Option<&'a Outcome>),
        (changes, findings): (&'a [Change], &'a [Finding]),
    ) -> Self {
        Self { file, scenario, outcome, baseline, set: &[], changes, findings }
    }
}

/// Returns the result as text.
pub fn render(told: &Told<'_>, charset: Charset) -> String {
    let parts = [
        headline(told.outcome),
        targets(told.outcome),
        changes(told.changes),
        why(&told.outcome.why),
        figures(told),
        unknown(told.outcome),
        chart(told.outcome, charset),
        rests(&assumptions(told.file, told.scenario, told.set)),
        findings(told.findings),
    ];
    let text: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    plain(&text.join("\n"), charset)
}

/// Returns what was simulated and the answer.
fn headline(outcome: &Outcome) -> String {
    let fleet = &outcome.fleet;
    let what = format!(
        "{}, {}{}: {} devices, outage of {}, {} run{} of seed {}",
        fleet.name,
        outcome.scenario,
        fleet.cluster.as_ref().map_or_else(String::new, |cluster| format!(", {cluster}")),
        units::count(fleet.devices()),
        fleet.outage.length,
        outcome.runs(),
        if outcome.runs() == 1 { "" } else { "s" },
        outcome.study.seed
    );
    let verdict = outcome.verdict();
    let mut text = wrap("", &what);
    text.push('\n');
    text.push_str(&wrap(
        &format!("{} ", verdict.sign()),
        &format!("{}: {}", verdict.word(), outcome.headline()),
    ));
    let stability = outcome.stability().map(str::to_owned);
    let beside = outcome.unjudged_loss().into_iter().chain(outcome.wall_clock()).chain(stability);
    for line in outcome.shortfalls().into_iter().chain(beside) {
        text.push_str(&wrap("  ", &line));
    }
    text
}

/// Returns each target with its verdict.
fn targets(outcome: &Outcome) -> String {
    if outcome.targets.is_empty() {
        return String::new();
    }
    let mut text = String::from("Targets\n");
    for target in &outcome.targets {
        let figure = &target.figure;
        let word = match target.verdict {
            Verdict::Met => "met",
            Verdict::Missed => "missed",
            _ => "uncertain",
        };
        let row = format!(
            "{} {}{} limit {}{}",
            target.verdict.sign(),
            left(figure.label, NAMES),
            right(&figure.cell(figure.median), COLUMNS[0]),
            left(&figure.cell(target.limit), COLUMNS[0]),
            word
        );
        line(&mut text, format_args!("{row}"));
    }
    if let Some((within, runs)) = outcome.chances() {
        line(&mut text, format_args!("  95 % of devices were back in time in {within} of {runs} runs"));
    }
    text
}

/// Returns what differs from the baseline.
fn changes(changes: &[Change]) -> String {
    let mut text = String::new();
    for change in changes {
        let section = address::section(&change.input.address);
        let of = match (change.group.as_str(), section.as_str()) {
            ("", "") => area(&change.input.address),
            ("", section) => section,
            (group, _) => group,
        };
        text.push_str(&wrap("  ", &format!("{} ({of}): {}", change.input.setting.label, change.text())));
    }
    if text.is_empty() { text } else { format!("Changed against the baseline\n{text}") }
}

/// Returns why it went so: what happened, and below it what to change next.
fn why(reasons: &[Reason]) -> String {
    let mut text = String::new();
    for (number, reason) in (1..).zip(reasons) {
        text.push_str(&wrap(&format!("{number} "), &reason.what));
        text.push_str(&wrap("  \u{2192} ", &reason.lever));
    }
    if text.is_empty() { text } else { format!("Why\n{text}") }
}

/// Returns the key figures as a table.
fn figures(told: &Told<'_>) -> String {
    let mut heads = vec!["this", "95 % interval"];
    if told.baseline.is_some() {
        heads.extend(["baseline", "change"]);
    }
    let mut text = left("Key figures", NAMES + 2);
    for (head, width) in heads.iter().zip(COLUMNS) {
        text.push_str(&right(head, width));
    }
    text.push('\n');
    for difference in compare(told.outcome, told.baseline) {
        let figure = &difference.this;
        let mut row = format!("  {}", left(figure.label, NAMES));
        row.push_str(&right(&figure.cell(figure.median), COLUMNS[0]));
        row.push_str(&right(&figure.interval().unwrap_or_default(), COLUMNS[1]));
        if let Some(baseline) = &difference.baseline {
            row.push_str(&right(&baseline.cell(baseline.median), COLUMNS[2]));
            row.push_str(&right(&difference.change(), COLUMNS[3]));
        }
        line(&mut text, format_args!("{row}"));
    }
    if told.outcome.fleet.groups.len() > 1
        && let Some((group, t95)) = told.outcome.slowest_group()
    {
        let back =
            if t95.is_finite() { format!("after {}", units::duration(t95)) } else { "never".to_owned() };
        line(&mut text, format_args!("  slowest group: {group}, 95 % back {back}"));
    }
    if let Some(costs) = &told.outcome.costs {
        text.push_str(&wrap("  ", &costs.sentence()));
    }
    text
}

/// Returns the best and the worst of every key figure, and what decides it, where something is unknown.
fn unknown(outcome: &Outcome) -> String {
    let mut text = String::new();
    for figure in outcome.figures() {
        let Some((best, worst)) = outcome.range(figure.key) else { continue };
        let row = [best, figure.median, worst].map(|value| right(&figure.cell(value), COLUMNS[2]));
        line(&mut text, format_args!("  {}{}", left(figure.label, NAMES), row.concat()));
    }
    if text.is_empty() {
        return text;
    }
    let heads = ["best", "median", "worst"].map(|head| right(head, COLUMNS[2])).concat();
    let lines: String = outcome.doubts().iter().map(|line| wrap("  ", line)).collect();
    format!("{}{heads}\n{text}{lines}", left("With what is unknown", NAMES + 2))
}

/// Returns the recovery curve of the median run.
fn chart(outcome: &Outcome, charset: Charset) -> String {
    // Bins count from the loss of the connections; the axis starts when the platform is back.
    let back = &outcome.study.bands.back.p50;
    let from = (outcome.fleet.outage.length.secs() as usize).min(back.len());
    let watched = outcome.fleet.outage.watch.secs().ceil() as usize;
    let shares = &back[from..(from + watched).min(back.len())];
    let target = outcome.fleet.targets.t95.map(crate::base::Micros::secs);
    TextChart { shares, target, t95: outcome.t95() }.render(charset)
}

/// Returns what the numbers rest on: everything that is not certain, and how much is.
fn rests(assumptions: &[Assumption]) -> String {
    let mut text = String::new();
    for assumption in assumptions {
        if assumption.certainty == Certainty::Documented {
            continue;
        }
        let of = match assumption.groups.as_slice() {
            [] => assumption.addresses.first().map_or("", |address| area(address)).to_owned(),
            [one] => one.clone(),
            many => format!("{} groups", many.len()),
        };
        let first = format!("  {} ", left(assumption.certainty.word(), 10));
        text.push_str(&wrap(
            &first,
            &format!("{} {} ({of}): {}", assumption.label, assumption.value, assumption.source),
        ));
    }
    let documented = assumptions.iter().filter(|a| a.certainty == Certainty::Documented).count();
    if documented > 0 {
        line(&mut text, format_args!("  documented {documented} more"));
    }
    if text.is_empty() { text } else { format!("What the numbers rest on\n{text}") }
}

/// Returns the area of the file that an address belongs to: `platform`.
fn area(address: &str) -> &str {
    address.split('/').nth(1).unwrap_or_default()
}

/// Returns how many findings there are, and the errors among them.
fn findings(findings: &[Finding]) -> String {
    let mut parts = Vec::new();
    for (severity, one, many) in
        [(Severity::Error, "error", "errors"), (Severity::Warning, "warning", "warnings")]
    {
        match count(findings, severity) {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            n => parts.push(format!("{n} {many}")),
        }
    }
    if parts.is_empty() {
        return "Findings\n  none\n".to_owned();
    }
    let mut text = format!("Findings\n  {}; `regather validate` says what and why\n", parts.join(", "));
    for finding in findings.iter().filter(|finding| finding.silenced.is_none()) {
        text.push_str(&wrap(&format!("  {} ", finding.code), &finding.what));
    }
    text
}

/// Returns a text at the right end of a column, with a space before it.
fn right(text: &str, width: usize) -> String {
    debug_assert!(width < WIDTH, "a column is narrower than the page");
    format!(" {text:>width$}", width = width - 1)
}
