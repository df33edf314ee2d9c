//! A result as Markdown for the board that decides on a change, and for whoever carries it out at night.
//!
//! It says what changes, when what is expected on the clock, below which share of devices the change is
//! called off, and how it is taken back. Checkpoints come from the band of the runs, so that a night
//! that goes as nine of ten runs do is not called off.

use super::{Sheet, agents, place};
use crate::base::hash::{hex, sha256};
use crate::base::units;
use crate::plan::{Outcome, compare};
use std::fmt::Write as _;

/// Shares of the time until 95 % are back at which a look is worth it.
const LOOKS: [f64; 4] = [0.25, 0.5, 0.75, 1.0];
/// Least distance from the 5th percentile to the share below which the change is called off [%].
const MARGIN: f64 = 5.0;
/// Fewest runs that show a band.
const FEWEST: u32 = 6;

/// A moment at which the share of devices that are back tells whether all goes well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checkpoint {
    /// When, after the return [s].
    pub after_s: f64,
    /// 5th and 95th percentile over the runs [%].
    pub expected: (f64, f64),
    /// Share below which the change is called off [%]; `None` where nothing can be told yet.
    pub abort: Option<f64>,
}

/// Returns the checkpoints of a result; none where there are too few runs for a band.
///
/// The limit lies as far below the 5th percentile as the band is wide, at least 5 %.
pub fn checkpoints(outcome: &Outcome) -> Vec<Checkpoint> {
    if outcome.runs() < FEWEST {
        return Vec::new();
    }
    let outage = &outcome.fleet.outage;
    let t95 = outcome.t95();
    let until = if t95.is_finite() { t95 } else { outage.watch.secs() };
    // Moments that people can look at: whole minutes where there is time for them.
    let step = match until {
        long if long >= 1_200.0 => 60.0,
        long if long >= 120.0 => 10.0,
        _ => 1.0,
    };
    let band = &outcome.study.bands.back;
    let mut found: Vec<Checkpoint> = Vec::new();
    for look in LOOKS {
        let after_s = (until * look / step).round() * step;
        // The share at the end of a second stands in its bin.
        let bin = (outage.length.secs() + after_s - 1.0).max(0.0) as usize;
        let (Some(low), Some(high)) = (band.p5.get(bin), band.p95.get(bin)) else { continue };
        let (low, high) = (low * 100.0, high * 100.0);
        let abort = (low - (high - low).max(MARGIN)).floor();
        if after_s > 0.0 && found.last().is_none_or(|last| last.after_s < after_s) {
            let abort = (abort > 0.0).then_some(abort);
            found.push(Checkpoint { after_s, expected: (low, high), abort });
        }
    }
    found
}

/// Returns the result as Markdown.
pub fn board(sheet: &Sheet<'_>) -> String {
    let outcome = sheet.told.outcome;
    let mut text = String::new();
    let name = escaped(&format!("{}, {}", outcome.fleet.name, outcome.scenario));
    match sheet.ticket {
        Some(ticket) => add(&mut text, &format!("# {}: {name}\n", escaped(ticket))),
        None => add(&mut text, &format!("# {name}\n")),
    }
    let verdict = outcome.verdict();
    let headline = escaped(&outcome.headline());
    add(&mut text, &format!("**{} {}**: {headline}", verdict.sign(), verdict.word()));
    for line in outcome.shortfalls().into_iter().chain(outcome.unjudged_loss()) {
        add(&mut text, &format!("\n{}", escaped(&line)));
    }
    when(&mut text, outcome);
    changes(&mut text, sheet);
    files(&mut text, sheet);
    costs(&mut text, sheet);
    looks(&mut text, outcome);
    roll_back(&mut text, sheet);
    rests(&mut text, sheet);
    text
}

fn when(text: &mut String, outcome: &Outcome) {
    let outage = &outcome.fleet.outage;
    add(text, "\n## When\n");
    if let (Some(day), Some(start)) = (outcome.planned_day(), outcome.clock_at(-outage.length.secs())) {
        add(text, &format!("- {day}, {start}: outage begins"));
    } else {
        add(text, "- No start is planned in the project; times count from the return of the platform.");
    }
    add(text, &format!("- {}: platform back, after an outage of {}", moment(outcome, 0.0), outage.length));
    let t95 = outcome.t95();
    if t95.is_finite() {
        // On the clock a fraction of a second is none.
        add(text, &format!("- {}: 95 % of devices back", moment(outcome, t95.round())));
    } else {
        let end = moment(outcome, outage.watch.secs());
        add(text, &format!("- {end}: 95 % of devices are not back by then, and nothing later was simulated"));
    }
}

fn changes(text: &mut String, sheet: &Sheet<'_>) {
    add(text, "\n## What changes\n");
    if sheet.told.changes.is_empty() {
        add(text, "Nothing: this is the baseline as the project file has it.");
        return;
    }
    add(text, "| Of | Input | Now | Then |\n|--|--|--|--|");
    for change in sheet.told.changes {
        let setting = change.input.setting;
        let from = change.from.as_ref().map_or_else(|| "–".to_owned(), |from| from.human(setting));
        let cells = [place(change), setting.label.to_owned(), from, change.to.human(setting)];
        add(text, &format!("| {} |", cells.map(|cell| escaped(&cell)).join(" | ")));
    }
}

/// Adds what changes in the agents' files.
fn files(text: &mut String, sheet: &Sheet<'_>) {
    add(text, "\n## Files that change\n");
    let rows = match agents::changes(sheet) {
        Err(sentence) => return add(text, sentence),
        Ok(rows) if rows.is_empty() => return add(text, agents::UNCHANGED),
        Ok(rows) => rows,
    };
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
        match cells.as_slice() {
            // Where there is no file the third cell says why.
            [group, _, reason, from, to] if from.is_empty() && to.is_empty() => {
                add(text, &format!("- {group}: no file. {reason}"));
            }
            [group, file, key, from, to] => add(text, &format!("- {group}, {file}: {key} {from} → {to}")),
            _ => {}
        }
    }
    add(text, &format!("\n{}", agents::WRITTEN));
}

/// Adds what the outage costs, where the project has prices.
fn costs(text: &mut String, sheet: &Sheet<'_>) {
    let Some(costs) = &sheet.told.outcome.costs else { return };
    add(text, "\n## Costs\n");
    for difference in compare(sheet.told.outcome, sheet.told.baseline) {
        let figure = &difference.this;
        if !costs.figures.iter().any(|own| own.key == figure.key) {
            continue;
        }
        let before = difference.baseline.as_ref().map_or_else(String::new, |baseline| {
            format!(", baseline {} (change {})", baseline.text(baseline.median), difference.change())
        });
        let line = format!("{}: {}{before}", figure.label, figure.text(figure.median));
        add(text, &format!("- {}", escaped(&line)));
    }
    add(text, &format!("\n{}", escaped(&costs.sentence())));
}

fn looks(text: &mut String, outcome: &Outcome) {
    add(text, "\n## Checkpoints\n");
    let checkpoints = checkpoints(outcome);
    if checkpoints.is_empty() {
        add(text, &format!("Fewer than {FEWEST} runs show no band, so nothing is expected at any time."));
        return;
    }
    for Checkpoint { after_s, expected: (low, high), abort } in checkpoints {
        let (low, high) = (low.floor(), high.ceil());
        let expected = if low == high { format!("{low}") } else { format!("{low}–{high}") };
        let abort = match abort {
            Some(abort) => format!("abort below {abort} %"),
            None => "too early to abort".to_owned(),
        };
        add(text, &format!("- {}: expect {expected} % back; {abort}", moment(outcome, after_s)));
    }
    let runs = outcome.runs();
    add(
        text,
        &format!(
            "\nExpected is the 5th to 95th percentile of {runs} runs. The limit lies as far below it as it is wide, at least {MARGIN} %."
        ),
    );
}

fn roll_back(text: &mut String, sheet: &Sheet<'_>) {
    add(text, "\n## Roll-back\n");
    let of_devices = |change: &&crate::plan::Change| change.input.address.starts_with("/groups/");
    let mut any = false;
    for change in sheet.told.changes.iter().filter(of_devices) {
        let setting = change.input.setting;
        let from = change.from.as_ref().map_or_else(|| "its default".to_owned(), |from| from.human(setting));
        let (of, label) = (escaped(&place(change)), escaped(setting.label));
        add(text, &format!("- {of}: set {label} back to {}", escaped(&from)));
        any = true;
    }
    if any {
        add(
            text,
            "\nThe files with the old values are those that `regather generate` writes of the baseline.",
        );
    } else {
        add(text, "No setting of a device changes, so there is nothing to put back on devices.");
    }
}

fn rests(text: &mut String, sheet: &Sheet<'_>) {
    let outcome = sheet.told.outcome;
    add(text, "\n## Where this comes from\n");
    let (tool, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    add(text, &format!("- {tool} {version}, {} runs of seed {}", outcome.runs(), outcome.study.seed));
    add(text, &format!("- Project file {}", escaped(sheet.file)));
    add(text, &format!("- SHA-256 {}", hex(&sha256(sheet.text.as_bytes()))));
    add(text, &format!("- Hash of the result {:016x}", outcome.study.hash));
    // Indented text is code: nothing in it is markup.
    let command: String = sheet.command.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    add(text, &format!("\nMade again by\n\n    {command}"));
}

/// Returns a moment after the return [s]: on the clock where the start is planned, else counted from the return.
fn moment(outcome: &Outcome, after_s: f64) -> String {
    match outcome.clock_at(after_s) {
        Some(clock) => clock,
        None if after_s == 0.0 => "At the return".to_owned(),
        None => format!("{} after the return", units::duration(after_s)),
    }
}

fn add(text: &mut String, line: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{line}");
}

/// Returns a text in one line in which no character is markup, of Markdown or of HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' => safe.extend(['\\', c]),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\u{2009}' | '\u{202f}' | '\u{a0}' => safe.push(' '),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                safe.push('\u{fffd}');
            }
            c if c.is_whitespace() => safe.push(' '),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
