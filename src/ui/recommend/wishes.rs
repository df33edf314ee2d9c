//! What is wanted: the targets of the project, which of them count, how surely, and what may change.

use super::{small, strong, weak};
use crate::base::units;
use crate::desk::command::{DocumentCommand, PlanCommand};
use crate::desk::planning::{PlanOptions, Standing};
use crate::desk::{UserCommand, View};
use crate::fleet::file::Value;
use crate::fleet::settings::TARGETS;
use crate::plan::{CAPACITY, Goal, Lever};
use crate::report::answers::closed_form;
use crate::ui::fleet;
use crate::ui::request::{Request, offer};
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use egui::{Button, CollapsingHeader, RichText, Ui};

/// Address of the target that is set first.
const FIRST: &str = "/targets/t95_s";
/// Its value [s].
const FIRST_VALUE: f64 = 300.0;
/// Shares of the runs that can be asked for [%].
const CHANCES: [u32; 3] = [90, 95, 99];
/// Levers that can be the only one to change, and what they are called.
const LEVERS: [(&str, &str); 9] = [
    ("random_delay", "Random delay"),
    ("spread", "What spreads each agent"),
    ("connect_retry_interval", "Pause between attempts"),
    ("connect_timeout", "Connect timeout"),
    ("workers", "Workers"),
    ("admission", "Limit at the load balancer"),
    ("restart", "Order and spacing of groups"),
    ("stores", "What devices store"),
    (CAPACITY, "Capacity that is needed"),
];
/// Levers that are no input of a file and always apply.
const MADE: [&str; 5] = ["spread", "workers", "admission", "restart", "stores"];

/// State of the column: the levers that the project has.
#[derive(Default)]
pub struct Wishes {
    levers: Option<(u64, Vec<&'static str>)>,
}

impl Wishes {
    /// Draws the column.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        ui.label(strong(ui, "Targets"));
        if !view.file.inputs(view.scenario).iter().any(|input| is_set(view, &input.address)) {
            ui.label("Set a target first: how soon must 95 % be back?");
            let five = units::duration(FIRST_VALUE);
            let button = ui.button(&five).on_hover_text("Sets the target for 95 % of the devices");
            button.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Set the target to {five}"))
            });
            if button.clicked() {
                let edits = vec![(FIRST.to_owned(), Value::Number(FIRST_VALUE))];
                out.push(DocumentCommand::Set { edits, finished: true }.into());
            }
            ui.add_space(space::S);
        }
        let rows: Vec<_> = TARGETS.iter().collect();
        fleet::settings(ui, "/targets", &rows, view, out);
        ui.add_space(space::S);
        let mut options = view.plans.options.clone();
        counting(ui, view, &mut options);
        self.choices(ui, view, &mut options);
        if options != *view.plans.options {
            out.push(PlanCommand::Options(options).into());
        }
        ui.add_space(space::S);
        solve(ui, view, out);
        ui.add_space(space::M);
        bounds(ui, view);
    }

    /// Draws how surely the targets have to hold, and what may change.
    fn choices(&mut self, ui: &mut Ui, view: &View<'_>, options: &mut PlanOptions) {
        if self.levers.as_ref().is_none_or(|(revision, _)| *revision != view.revision) {
            let has = |name: &&'static str| {
                MADE.contains(name) || Lever::find(view.file, view.scenario, name).is_ok()
            };
            let levers = LEVERS.map(|(name, _)| name).into_iter().filter(has).collect();
            self.levers = Some((view.revision, levers));
        }
        let known = self.levers.as_ref().map_or(&[][..], |(_, levers)| levers);
        let chances: Vec<(Option<u32>, String)> = std::iter::once((None, "the median run".to_owned()))
            .chain(CHANCES.map(|percent| (Some(percent), format!("{percent} of 100 runs"))))
            .collect();
        let chances: Vec<(Option<u32>, &str)> =
            chances.iter().map(|(chance, text)| (*chance, text.as_str())).collect();
        ui.horizontal_wrapped(|ui| {
            ui.label(small("Met in"));
            let help = "How many runs have to meet all targets together";
            if let Some(chance) = choice::corner(ui, "Met in", help, &options.chance_pct, &chances) {
                options.chance_pct = chance;
            }
        });
        let mut levers: Vec<(Option<&'static str>, &str)> = vec![(None, "anything")];
        levers.extend(
            LEVERS.iter().filter(|(name, _)| known.contains(name)).map(|(name, text)| (Some(*name), *text)),
        );
        ui.horizontal_wrapped(|ui| {
            ui.label(small("May change"));
            let help =
                "What an answer may change; capacity that is needed asks what the platform must sign in";
            if let Some(lever) = choice::corner(ui, "May change", help, &options.lever, &levers) {
                options.lever = lever;
            }
        });
    }
}

/// Returns whether an address is that of a target with a value.
fn is_set(view: &View<'_>, address: &str) -> bool {
    address.starts_with("/targets/")
        && view.seen().lookup(address).is_some_and(|(node, _)| node.as_f64().is_some())
}

/// Draws which targets count, where there are several.
fn counting(ui: &mut Ui, view: &View<'_>, options: &mut PlanOptions) {
    let Some(fleet) = view.fleet else { return };
    let all = Goal::of_targets(&fleet.targets);
    if all.len() < 2 {
        return;
    }
    ui.label(small("Targets that count"));
    ui.horizontal_wrapped(|ui| {
        for goal in all {
            let mut on = !options.passed_over.contains(&goal.aim);
            let text = goal.aim.label();
            if ui.checkbox(&mut on, small(text)).on_hover_text(units::unbroken(&goal.text())).changed() {
                if on {
                    options.passed_over.remove(&goal.aim);
                } else {
                    options.passed_over.insert(goal.aim);
                }
            }
        }
    });
}

/// Draws the button that looks for answers; it is the primary action of the screen.
fn solve(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    let entry = UserCommand::Solve.entry();
    let fresh = view.plans.answers.standing == Standing::Found;
    let text = RichText::new(entry.text).font(theme::strong(theme::BODY));
    let size = egui::vec2(ui.available_width(), 32.0);
    // What is found already needs no action.
    let button = if fresh || view.enabled(UserCommand::Solve).is_err() {
        Button::new(text).min_size(size)
    } else {
        Button::new(text.color(tokens.on_accent)).fill(tokens.accent).min_size(size)
    };
    if offer(ui, UserCommand::Solve, button, entry.tooltip, view).clicked() {
        out.push(Request::User(UserCommand::Solve));
    }
}

/// Draws the closed forms, for checking.
fn bounds(ui: &mut Ui, view: &View<'_>) {
    let Some(solution) = view.plans.answers.found else { return };
    ui.spacing_mut().item_spacing.y = space::XS;
    let title = RichText::new("Closed forms, to check the runs with").size(theme::SMALL);
    CollapsingHeader::new(title).id_salt("closed forms").show(ui, |ui| {
        ui.label(weak(ui, "For devices that wait a random time before every attempt"));
        for bound in &solution.bounds {
            ui.label(small(units::unbroken(&closed_form(bound))));
        }
    });
}
