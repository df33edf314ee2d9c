//! What a search for settings found, as text of 80 columns: the answers, best first.

use super::Asked;
use crate::base::units;
use crate::config::balancer::Product;
use crate::plan::solve::{Answer, Solution, Way, measuring};
use crate::plan::{Aim, Goal, State, Trial};
use crate::report::terminal::{Charset, plain, wrap};

/// Returns a solution as text; with `bounds` the closed forms stand under it.
pub fn render(asked: &Asked<'_>, solution: &Solution, charset: Charset) -> String {
    let mut text = String::new();
    let goals: Vec<String> = solution.goals.list.iter().map(Goal::text).collect();
    let what = format!(
        "{}: {} devices, {} runs of seed {} for each answer",
        asked.project,
        units::count(asked.devices),
        solution.runs,
        solution.seed
    );
    text += &wrap("", &what);
    text += &wrap("Wanted  ", &goals.join("; "));
    if let Some(percent) = solution.goals.chance_pct {
        text += &wrap("        ", &format!("all of it in {percent} % of the runs"));
    }
    text += &wrap("Now     ", &told(&solution.now));
    text.push('\n');
    for (number, answer) in solution.answers.iter().enumerate() {
        text += &self::answer(&format!("{} ", number + 1), answer);
        text.push('\n');
    }
    if solution.answers.is_empty() {
        text += &wrap("✕ ", "No setting of these inputs meets all targets.");
        match &solution.best {
            Some(best) => {
                text += "  What comes nearest:\n\n";
                text += &answer("  ", best);
            }
            None => text += "  Nothing that was tried recovers safely.\n",
        }
        text.push('\n');
    }
    if solution.answers.iter().any(|answer| answer.way == Way::Needed) {
        text += "How to measure sign-ins per second\n";
        for (number, step) in measuring().iter().enumerate() {
            text += &wrap(&format!("  {}. ", number + 1), step);
        }
        text.push('\n');
    }
    if !solution.notes.is_empty() {
        text += "To know beside it\n";
        text.extend(solution.notes.iter().map(|note| wrap("  ", note)));
        text.push('\n');
    }
    text += "Closed forms, for devices that wait a random time before every attempt\n";
    for bound in &solution.bounds {
        let value = if bound.value > 0.0 { units::duration(bound.value) } else { "none".to_owned() };
        text += &wrap("  ", &format!("{}: {value}, {}", bound.label, bound.formula));
    }
    plain(&text, charset)
}

/// Returns one answer.
fn answer(first: &str, answer: &Answer) -> String {
    let sign = answer.trial.state.sign();
    let mut text = wrap(&format!("{first}{sign} "), &format!("{}: {}", answer.title, told(&answer.trial)));
    for held in &answer.trial.held {
        let aim = held.goal.aim;
        let (low, high) = (aim.text(held.spread.0), aim.text(held.spread.1));
        let spread = if low == high { String::new() } else { format!(" ({low} to {high} in 9 of 10 runs)") };
        let limit = aim.text(held.goal.limit);
        let reached = format!("{} {}{spread}, target {limit}", aim.label(), aim.text(held.median));
        text += &wrap("    gives ", &reached);
    }
    for one in &answer.assignments {
        let of = if one.group.is_empty() { String::new() } else { format!("{}: ", one.group) };
        text += &wrap("    set ", &format!("{of}{} {}", one.input.setting.key, one.text()));
    }
    for product in super::admission(answer).iter().flat_map(|limit| Product::ALL.map(|one| (limit, one))) {
        for line in product.0.lines(product.1) {
            text += &wrap(&format!("    {} ", product.1.word()), &line.text);
        }
    }
    text += &wrap("    price ", &answer.price);
    for why in &answer.why {
        text += &wrap("    why ", why);
    }
    if answer.margin.is_finite() && answer.trial.state == State::Meets {
        let cliff = answer.cliff.as_ref().map_or_else(
            || ", nothing that was tried near it never recovers".to_owned(),
            |(_, cliff)| format!(", the nearest setting that never recovers is {cliff}"),
        );
        let cliff = if answer.way == Way::Keep { String::new() } else { cliff };
        text +=
            &wrap("    margin ", &format!("{} of the tightest target{cliff}", units::percent(answer.margin)));
    }
    if !answer.survives.is_empty() {
        let words: Vec<String> = answer
            .survives
            .iter()
            .map(|one| {
                format!("{} {}", if one.met { "met with" } else { "not surely met with" }, one.shake.label())
            })
            .collect();
        text += &wrap("    robust ", &words.join(", "));
    }
    text
}

/// Returns what a setting gives in a few words.
fn told(trial: &Trial) -> String {
    match trial.figures.get(Aim::T95) {
        Some(t95) if t95.is_finite() => {
            format!("95 % of devices back after {}, {}", units::duration(t95), trial.state.label())
        }
        _ => format!("95 % of devices are never back, {}", trial.state.label()),
    }
}
