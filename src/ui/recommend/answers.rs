//! The answers, best first: what each gives, its price, why, how robust it is, what it writes, and *Apply*.

use super::{small, standing, strong, weak};
use crate::base::units;
use crate::desk::View;
use crate::desk::command::PlanCommand;
use crate::plan::solve::{Answer, Solution, Way, measuring};
use crate::report::answers::{gives, margin, sets, told};
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use egui::{Align, Button, CollapsingHeader, Layout, RichText, Role, Ui, WidgetInfo};

/// Draws the column.
pub fn ui(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    ui.label(strong(ui, "Answers"));
    let sought = view.plans.answers;
    if view.fleet.is_none() {
        ui.label("Nothing can be solved: the project has errors. Correct them first.");
        return;
    }
    if view.plans.goals.list.is_empty() {
        ui.label("No target counts, so there is nothing to meet. Set one, or let one count.");
        return;
    }
    standing(ui, sought.standing, sought.current, sought.found.is_some(), "ways tried");
    let Some(solution) = sought.found else { return };
    ui.label(weak(ui, format!("Now: {}", units::unbroken(&told(&solution.now)))));
    for (number, answer) in solution.answers.iter().enumerate() {
        ui.add_space(space::M);
        let head = format!("{} {}", number + 1, answer.title);
        ui.push_id(number, |ui| card(ui, &head, answer, sought.current, out));
    }
    if solution.answers.is_empty() {
        nothing(ui, solution, sought.current, out);
    }
    beside(ui, solution);
}

/// Draws that nothing meets the targets, and what comes nearest.
fn nothing(ui: &mut Ui, solution: &Solution, current: bool, out: &mut Vec<Request>) {
    let bad = theme::tokens(ui.ctx()).status.bad;
    ui.add_space(space::S);
    ui.label(RichText::new("✕ Cannot be met: no setting of these inputs meets all targets.").color(bad));
    match &solution.best {
        Some(best) => {
            ui.add_space(space::S);
            let head = format!("Best reachable: {}", best.title);
            ui.push_id("best", |ui| card(ui, &head, best, current, out));
        }
        None => {
            ui.label("Nothing that was tried recovers safely. Let more inputs change, or loosen a target.");
        }
    }
}

/// Draws one answer.
fn card(ui: &mut Ui, head: &str, answer: &Answer, current: bool, out: &mut Vec<Request>) {
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
        if !answer.assignments.is_empty() {
            apply(ui, answer, current, out);
        }
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.label(strong(ui, &units::unbroken(head)));
        });
    });
    let tokens = theme::tokens(ui.ctx());
    let (sign, tone) = if answer.trial.meets() {
        (answer.trial.state.sign(), tokens.status.ok)
    } else {
        (answer.trial.state.sign(), tokens.status.bad)
    };
    if answer.trial.held.is_empty() {
        ui.label(RichText::new(format!("{sign} {}", units::unbroken(&told(&answer.trial)))).color(tone));
    }
    for (at, held) in answer.trial.held.iter().enumerate() {
        let sign = if held.goal.keeps(held.median) { '✓' } else { '✕' };
        let tone = if held.goal.keeps(held.median) { tokens.status.ok } else { tokens.status.bad };
        let text = RichText::new(format!("{sign} {}", units::unbroken(&gives(held)))).color(tone);
        ui.label(if at == 0 { text } else { text.size(theme::SMALL) });
    }
    ui.label(small(format!("Price: {}", units::unbroken(&answer.price))));
    if let Some(margin) = margin(answer) {
        ui.label(small(format!("Margin: {}", units::unbroken(&margin))));
    }
    if !answer.survives.is_empty() {
        let word = |met: bool| if met { '✓' } else { '✕' };
        let all: Vec<String> = answer
            .survives
            .iter()
            .map(|one| units::unbroken(&format!("{} {}", word(one.met), one.shake.label())))
            .collect();
        ui.label(small(format!("Still met with: {}", all.join(" · "))));
    }
    for why in &answer.why {
        ui.label(weak(ui, units::unbroken(why)));
    }
    written(ui, answer);
}

/// Draws the button that applies an answer.
fn apply(ui: &mut Ui, answer: &Answer, current: bool, out: &mut Vec<Request>) {
    let title: String = answer.title.chars().take(80).collect();
    let button = ui.add_enabled(current, Button::new("Apply"));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, current, format!("Apply {title}")));
    let button = button
        .on_hover_text("Sets this in the active scenario; one step that can be undone")
        .on_disabled_hover_text("The settings have changed since; solve again");
    if button.clicked() {
        let (title, assignments) = (answer.title.clone(), answer.assignments.clone());
        out.push(PlanCommand::Apply { title, assignments }.into());
    }
}

/// Draws what an answer writes: each group in its agents' own keys and units.
fn written(ui: &mut Ui, answer: &Answer) {
    let count = answer.assignments.len();
    if count == 0 {
        return;
    }
    let title = if count == 1 { "Sets 1 input".to_owned() } else { format!("Sets {count} inputs") };
    CollapsingHeader::new(small(title)).id_salt("sets").show(ui, |ui| {
        for one in &answer.assignments {
            ui.label(small(units::unbroken(&sets(one)))).on_hover_text(&one.input.address);
        }
    });
}

/// Draws what to know beside the answers: agents that cannot spread, and how a capacity is measured.
fn beside(ui: &mut Ui, solution: &Solution) {
    if !solution.notes.is_empty() {
        ui.add_space(space::L);
        ui.label(strong(ui, "To know beside it"));
        for note in &solution.notes {
            ui.label(small(units::unbroken(note)));
        }
    }
    if solution.answers.iter().any(|answer| answer.way == Way::Needed) {
        ui.add_space(space::L);
        ui.label(strong(ui, "How to measure sign-ins per second"));
        for (number, step) in measuring().iter().enumerate() {
            ui.label(small(format!("{}. {step}", number + 1)));
        }
    }
}
