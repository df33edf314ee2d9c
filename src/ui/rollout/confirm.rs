//! Orders: buttons for what can be ordered now, and the questions before what restarts devices.

use super::{small, strong, weak};
use crate::desk::command::RolloutCommand;
use crate::desk::rollout::standing::{is_count, way_back};
use crate::desk::rollout::{OpenView, Refused, scopes};
use crate::desk::{UserCommand, View};
use crate::push::machine::Scope;
use crate::push::state::Status;
use crate::ui::request::{Purpose, Request, RolloutFile};
use crate::ui::rollout::rows::devices;
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use egui::{Button, Label, Margin, Response, RichText, TextEdit, Ui};

/// What is asked before it is ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Question {
    Start,
    RollBack,
}

/// State of the questions.
#[derive(Default)]
pub struct Confirm {
    asked: Option<Question>,
    typed: String,
    scope: Option<Scope>,
    urgent: bool,
    hash: String,
    name: String,
}

impl Confirm {
    /// Draws the orders.
    pub fn ui(&mut self, ui: &mut Ui, open: &OpenView<'_>, view: &View<'_>, out: &mut Vec<Request>) {
        ui.add_space(space::S);
        ui.horizontal_wrapped(|ui| {
            self.orders(ui, open, view, out);
        });
        if open.picture.standing.status == Status::Ready && open.missing_approvals() > 0 {
            self.approval(ui, open, out);
        }
        let Some(question) = self.asked else { return };
        let still = match question {
            Question::Start => open.may_start(),
            Question::RollBack => open.may_roll_back(),
        };
        if still.is_err() {
            self.asked = None;
            return;
        }
        ui.add_space(space::S);
        match question {
            Question::Start => self.start(ui, open, view, out),
            Question::RollBack => self.roll_back(ui, open, view, out),
        }
    }

    fn orders(&mut self, ui: &mut Ui, open: &OpenView<'_>, view: &View<'_>, out: &mut Vec<Request>) {
        let tokens = theme::tokens(ui.ctx());
        let primary = |text: &str| {
            let text = RichText::new(text).font(theme::strong(theme::BODY)).color(tokens.on_accent);
            Button::new(text).fill(tokens.accent)
        };
        if open.picture.standing.status == Status::Ready {
            let tip = "Asks for the number of devices first";
            if offer(ui, open.may_start(), primary("Start…"), tip).clicked() {
                self.ask(Question::Start);
            }
        }
        if open.may_resume().is_ok() {
            let tip = UserCommand::ResumeRollout.entry().tooltip;
            if offer(ui, open.may_resume(), primary("Resume"), tip).clicked() {
                out.push(Request::User(UserCommand::ResumeRollout));
            }
        }
        if open.may_pause().is_ok() {
            let tip = UserCommand::PauseRollout.entry().tooltip;
            if offer(ui, open.may_pause(), primary("Pause"), tip).clicked() {
                out.push(Request::User(UserCommand::PauseRollout));
            }
        }
        if open.may_roll_back().is_ok() {
            let tip =
                "Brings previous files back; its simulation is shown first, and the number of devices asked";
            if offer(ui, open.may_roll_back(), Button::new("Roll back…"), tip).clicked() {
                self.ask(Question::RollBack);
            }
        }
        if open.may_stop().is_ok() && !open.is_going() {
            let tip = "It never goes on after that; devices that are done are skipped in a new plan";
            if offer(ui, open.may_stop(), Button::new("Stop for good"), tip).clicked() {
                out.push(Request::User(UserCommand::StopRollout));
            }
        }
        let idle = if view.transfer.is_none() {
            Ok(())
        } else {
            Err("Files are being read or written; wait for it")
        };
        let tip = "Every device with its state, as a table";
        if offer(ui, idle, Button::new("Export devices…"), tip).clicked() {
            out.push(Request::Ask(Purpose::Rollout(RolloutFile::Devices)));
        }
        let logged = if open.picture.begun { idle } else { Err("There is no log before somebody starts it") };
        let tip = "Checks the audit log and writes it, one entry a line with its hash";
        if offer(ui, logged, Button::new("Save log…"), tip).clicked() {
            out.push(Request::Ask(Purpose::Rollout(RolloutFile::Log)));
        }
        let tip = "Leaves this roll-out; one that is driven from here is paused";
        if ui.button("Close roll-out").on_hover_text(tip).clicked() {
            out.push(RolloutCommand::Close.into());
        }
    }

    fn ask(&mut self, question: Question) {
        let open = self.asked == Some(question);
        (self.asked, self.typed) = ((!open).then_some(question), String::new());
    }

    /// Draws the question before the start.
    fn start(&mut self, ui: &mut Ui, open: &OpenView<'_>, view: &View<'_>, out: &mut Vec<Request>) {
        let count = open.picture.served();
        ui.label(strong(ui, &format!("Up to {} are restarted", devices(count))));
        who(ui, view, out);
        if self.confirmed(ui, count, "Start roll-out", !view.rollout.who.trim().is_empty()) {
            out.push(RolloutCommand::Start { typed: self.typed.clone() }.into());
            self.asked = None;
        }
    }

    /// Draws the question before a roll-back, with what was simulated.
    fn roll_back(&mut self, ui: &mut Ui, open: &OpenView<'_>, view: &View<'_>, out: &mut Vec<Request>) {
        let entries = scopes(open.picture);
        let words: Vec<(Scope, &str)> = entries.iter().map(|(scope, name)| (*scope, name.as_str())).collect();
        let mut scope =
            self.scope.filter(|own| words.iter().any(|(one, _)| one == own)).unwrap_or(Scope::All);
        ui.horizontal_wrapped(|ui| {
            ui.label(strong(ui, "Roll back"));
            let help = "Whose previous files come back";
            if let Some(chosen) = choice::corner(ui, "Devices to roll back", help, &scope, &words) {
                scope = chosen;
            }
            ui.checkbox(&mut self.urgent, "Outside maintenance windows too");
        });
        self.scope = Some(scope);
        let count = open.picture.touched(scope);
        if let Some(sentence) = way_back(&open.picture.plan) {
            ui.add(Label::new(small(sentence)).wrap());
        }
        who(ui, view, out);
        if count == 0 {
            ui.label(small("None of these devices has new files, so nothing would be rolled back."));
            return;
        }
        ui.label(small(format!("Up to {} are restarted with their previous files.", devices(count))));
        if self.confirmed(ui, count, "Begin roll-back", !view.rollout.who.trim().is_empty()) {
            let (urgent, typed) = (self.urgent, self.typed.clone());
            out.push(RolloutCommand::RollBack { scope, urgent, typed }.into());
            self.asked = None;
        }
    }

    /// Draws the field for the number of devices and the button that it frees; returns whether that was pressed.
    fn confirmed(&mut self, ui: &mut Ui, count: u32, text: &str, named: bool) -> bool {
        let mut pressed = false;
        ui.horizontal_wrapped(|ui| {
            let name = ui.label("Type the number of devices to confirm");
            field(ui, "confirm devices", &mut self.typed, 96.0).labelled_by(name.id);
            let right = match (is_count(&self.typed, count), named) {
                (_, false) => Err("The log names who orders it; fill in your name"),
                (false, _) => Err("The number of devices is not typed yet"),
                (true, true) => Ok(()),
            };
            pressed = offer(ui, right, Button::new(text), "Begins at once").clicked();
            if ui.button("Cancel order").clicked() {
                self.asked = None;
            }
        });
        pressed
    }

    /// Draws the approval by a second person.
    fn approval(&mut self, ui: &mut Ui, open: &OpenView<'_>, out: &mut Vec<Request>) {
        let missing = open.missing_approvals();
        ui.add_space(space::S);
        let people = if missing == 1 { "person has" } else { "people have" };
        let text = format!(
            "{missing} more {people} to read the plan and approve it, none of them who starts it. Its hash is {}.",
            open.picture.plan.name()
        );
        ui.add(Label::new(small(text)).wrap());
        ui.horizontal_wrapped(|ui| {
            let name = ui.label(small("Hash that you read"));
            field(ui, "approved hash", &mut self.hash, 160.0).labelled_by(name.id);
            let typed = self.hash.trim().len() >= 16;
            let right = if typed { Ok(()) } else { Err("Type the 16 digits of the plan that you read") };
            if offer(ui, right, Button::new("Approve"), "Writes your approval into the log").clicked() {
                out.push(RolloutCommand::Approve(std::mem::take(&mut self.hash)).into());
            }
        });
    }

    /// Draws a plan that was refused, and the field for whoever takes it over.
    pub fn refused(&mut self, ui: &mut Ui, refused: &Refused, view: &View<'_>, out: &mut Vec<Request>) {
        let tokens = theme::tokens(ui.ctx());
        ui.label(RichText::new("✕ Not written: the platform would not bear it").color(tokens.status.bad));
        ui.add(Label::new(small(&refused.reason)).wrap());
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(small("Taken over by"));
            if self.name.is_empty() {
                view.rollout.who.clone_into(&mut self.name);
            }
            field(ui, "taken over by", &mut self.name, 120.0).labelled_by(label.id);
            let named =
                if self.name.trim().is_empty() { Err("An overload is taken over by name") } else { Ok(()) };
            let tip = "Writes the plan; your name stands in it and in its hash";
            if offer(ui, named, Button::new("Take it over and write the plan"), tip).clicked() {
                out.push(RolloutCommand::TakeOver(self.name.clone()).into());
            }
            if ui.button("Leave this plan").clicked() {
                out.push(RolloutCommand::LeaveRefused.into());
            }
        });
        let advice =
            "Leave the rate empty to have it solved from what the platform bears, or choose smaller waves.";
        ui.add(Label::new(weak(ui, advice)).wrap());
    }
}

/// Draws the name under which orders are logged.
fn who(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    ui.horizontal_wrapped(|ui| {
        let label = ui.label(small("Your name for the log"));
        let mut name = view.rollout.who.to_owned();
        if field(ui, "name for the log", &mut name, 140.0).labelled_by(label.id).changed() {
            out.push(RolloutCommand::Name(name).into());
        }
    });
}

/// Draws a field of a width [points].
fn field(ui: &mut Ui, id: &str, text: &mut String, width: f32) -> Response {
    ui.add(TextEdit::singleline(text).id_salt(id).desired_width(width).margin(Margin::symmetric(8, 4)))
}

/// Draws a button: usable, or saying why not.
fn offer(ui: &mut Ui, usable: Result<(), &'static str>, button: Button<'_>, tip: &str) -> Response {
    match usable {
        Ok(()) => ui.add(button).on_hover_text(tip),
        Err(reason) => ui.add_enabled(false, button).on_disabled_hover_text(reason),
    }
}
