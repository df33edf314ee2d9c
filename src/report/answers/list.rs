//! What a search for settings found, as text of 80 columns: the answers, best first.

use super::Asked;
use crate::base::units;
use crate::config::balancer::Product;
use crate::plan::solve::{Answer, Bound, Solution, Way, measuring};
use crate::plan::{Aim, Assignment, Goal, Held, State, Trial};
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
    if !solution.bounds.is_empty() {
        text += "Closed forms, for devices that wait a random time before every attempt\n";
    }
    for bound in &solution.bounds {
        text += &wrap("  ", &closed_form(bound));
    }
    plain(&text, charset)
}

/// Returns one answer.
fn answer(first: &str, answer: &Answer) -> String {
    let sign = answer.trial.state.sign();
    let mut text = wrap(&format!("{first}{sign} "), &format!("{}: {}", answer.title, told(&answer.trial)));
    for held in &answer.trial.held {
        text += &wrap("    gives ", &gives(held));
    }
    for one in &answer.assignments {
        text += &wrap("    set ", &sets(one));
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
    if let Some(margin) = margin(answer) {
        text += &wrap("    margin ", &margin);
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

/// Returns what a goal was held against: `95 % back 4 min 52 s (4 min to 5 min in 9 of 10 runs), target 5 min`.
pub fn gives(held: &Held) -> String {
    let aim = held.goal.aim;
    let (low, high) = (aim.text(held.spread.0), aim.text(held.spread.1));
    let spread = if low == high { String::new() } else { format!(" ({low} to {high} in 9 of 10 runs)") };
    format!("{} {}{spread}, target {}", aim.label(), aim.text(held.median), aim.text(held.goal.limit))
}

/// Returns what an assignment writes: `Pumps: reconnect_random_delay_seconds 30 s → 5 min`.
pub fn sets(one: &Assignment) -> String {
    let of = if one.group.is_empty() { String::new() } else { format!("{}: ", one.group) };
    format!("{of}{} {}", one.input.setting.key, one.text())
}

/// Returns how much room an answer leaves, and how near the next setting is that never recovers; `None` where it
/// does not meet the targets.
pub fn margin(answer: &Answer) -> Option<String> {
    if !answer.margin.is_finite() || answer.trial.state != State::Meets {
        return None;
    }
    let cliff = match &answer.cliff {
        _ if answer.way == Way::Keep => String::new(),
        Some((_, cliff)) => format!(", the nearest setting that never recovers is {cliff}"),
        None => ", nothing that was tried near it never recovers".to_owned(),
    };
    Some(format!("{} of the tightest target{cliff}", units::percent(answer.margin)))
}

/// Returns a closed form as a sentence reads it: `Random delay without any queue: 4 min 42 s, 2 N / μ`.
pub fn closed_form(bound: &Bound) -> String {
    let value = if bound.value > 0.0 { units::duration(bound.value) } else { "none".to_owned() };
    format!("{}: {value}, {}", bound.label, bound.formula)
}

/// Returns what a setting gives in a few words.
pub fn told(trial: &Trial) -> String {
    match trial.figures.get(Aim::T95) {
        Some(t95) if t95.is_finite() => {
            format!("95 % of devices back after {}, {}", units::duration(t95), trial.state.label())
        }
        _ => format!("95 % of devices are never back, {}", trial.state.label()),
    }
}
