//! One agent: where it connects to, what is asked of it, and the steps of its newest attempt.

use super::parts::{cell, field, said, small, strong, weak};
use super::place::Place;
use crate::desk::View;
use crate::desk::command::{Ask, LiveCommand};
use crate::desk::live::{Standing, To, Visit, named_values, standing_words, step_rows};
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use egui::{Button, Label, Ui};

/// Widths of the columns of the steps [points]: sign, name, time.
const COLUMNS: [f32; 3] = [14.0, 58.0, 64.0];

/// Width [points] from which what can be asked stands beside the steps.
const BESIDE: f32 = 560.0;
/// Width of what can be asked [points].
const ASK: f32 = 264.0;

/// What is typed.
#[derive(Default)]
pub(super) struct AgentForm {
    /// Whether it connects to a platform elsewhere.
    other: bool,
    place: Place,
    thing: Option<String>,
    behaves: Option<String>,
    property: String,
    value: String,
    called: String,
    fields: String,
}

impl AgentForm {
    /// Draws the part.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let title = strong(ui, "One agent");
        ui.label(title);
        self.goes_to(ui, view);
        let first =
            || view.file.group_ids().next().map_or_else(|| "thing".to_owned(), |id| format!("{id}-0"));
        let thing = self.thing.get_or_insert_with(first);
        field(ui, "Thing", "name of the thing", thing);
        self.behaviour(ui, view);
        ui.horizontal_wrapped(|ui| {
            let agent = view.live.agent;
            let wanted = !self.other && view.live.platform.is_none();
            let busy = agent.active() && agent.standing != Standing::GaveUp;
            let connect = ui.add_enabled(!wanted && !busy, Button::new("Connect"));
            let why = if busy { "The agent runs already" } else { "Start the test platform first" };
            let tip = "Tries at once, and times every step";
            if connect.on_hover_text(tip).on_disabled_hover_text(why).clicked() {
                out.push(LiveCommand::Connect(self.visit()).into());
            }
            let leave = ui.add_enabled(agent.active(), Button::new("Disconnect"));
            let tip = "Says goodbye, and is gone within 200 ms whatever the platform does";
            if leave.on_hover_text(tip).on_disabled_hover_text("No agent runs").clicked() {
                out.push(LiveCommand::Disconnect.into());
            }
        });
    }

    /// Draws the steps of the newest attempt and, while it is connected, what can be asked of it.
    pub(super) fn visit_ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let room = ui.available_width();
        if room < BESIDE || view.live.agent.standing != Standing::Back {
            steps(ui, view);
            return self.ask(ui, view, out);
        }
        ui.horizontal_top(|ui| {
            for first in [true, false] {
                ui.vertical(|ui| {
                    ui.set_width(if first { room - ASK - space::L } else { ASK });
                    if first {
                        steps(ui, view);
                    } else {
                        self.ask(ui, view, out);
                    }
                });
            }
        });
    }

    /// Draws where it connects to.
    fn goes_to(&mut self, ui: &mut Ui, view: &View<'_>) {
        ui.horizontal_wrapped(|ui| {
            ui.label(small("Connects to"));
            let places = [(false, "the test platform"), (true, "another platform")];
            let tip = "Another platform needs its address and a reference to an application key";
            if let Some(other) = choice::corner(ui, "Connects to", tip, &self.other, &places) {
                self.other = other;
            }
        });
        if !self.other {
            if view.live.platform.is_none() {
                let text = weak(ui, "It does not run; start it above");
                ui.label(text);
            }
            return;
        }
        self.place.ui(ui, "agent elsewhere");
    }

    /// Draws what it behaves like.
    fn behaviour(&mut self, ui: &mut Ui, view: &View<'_>) {
        self.behaves = self.behaves.take().filter(|id| view.file.group_ids().any(|own| own == id));
        let groups: Vec<(Option<String>, String)> = view
            .file
            .group_ids()
            .map(|id| (Some(id.to_owned()), format!("as {}", view.file.group_name(id))))
            .collect();
        let once = (None, "one attempt, now");
        let entries: Vec<(Option<String>, &str)> = std::iter::once(once)
            .chain(groups.iter().map(|(id, text)| (id.clone(), text.as_str())))
            .collect();
        ui.horizontal_wrapped(|ui| {
            ui.label(small("Behaves"));
            let tip = "As the agents of a group it waits, tries and returns with their settings";
            if let Some(behaves) = choice::corner(ui, "Behaves", tip, &self.behaves, &entries) {
                self.behaves = behaves;
            }
        });
    }

    fn visit(&self) -> Visit {
        let to = if self.other { self.place.to() } else { To::TestPlatform };
        Visit { to, thing: self.thing.clone().unwrap_or_default(), behaves: self.behaves.clone() }
    }

    /// Draws what is asked of a connected agent.
    fn ask(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        if view.live.agent.standing != Standing::Back {
            return;
        }
        let title = strong(ui, "Ask the agent");
        ui.label(title);
        let mut asks = |ask| out.push(LiveCommand::Ask(ask).into());
        ui.columns(2, |halves| {
            field(&mut halves[0], "Property", "level", &mut self.property);
            field(&mut halves[1], "Value", "2.5", &mut self.value);
        });
        field(ui, "Service or event", "GetPropertySubscriptions", &mut self.called);
        let fields = field(ui, "Its parameters or fields, if any", "level=3, text=hot", &mut self.fields);
        let given = named_values(&self.fields);
        if let (Err(part), false) = (&given, fields.has_focus()) {
            let colour = theme::tokens(ui.ctx()).status.bad;
            said(ui, "✕", colour, &format!("Write NAME=VALUE, with commas between: {part}"));
        }
        ui.horizontal_wrapped(|ui| {
            let named = !self.property.trim().is_empty();
            let push = ui.add_enabled(named, Button::new("Push value"));
            let tip = "Pushes the value of this property, as agents do";
            if push.on_hover_text(tip).on_disabled_hover_text("Enter a property first").clicked() {
                let property = self.property.trim().to_owned();
                asks(Ask::Push { property, value: self.value.trim().to_owned() });
            }
            let write = ui.add_enabled(named, Button::new("Write value"));
            let tip = "Writes the value at once with a PUT, beside the subscriptions";
            if write.on_hover_text(tip).on_disabled_hover_text("Enter a property first").clicked() {
                let property = self.property.trim().to_owned();
                asks(Ask::Write { property, value: self.value.trim().to_owned() });
            }
            let named = !self.called.trim().is_empty() && given.is_ok();
            let given = || given.clone().unwrap_or_default();
            let missing = "Enter its name, and its parameters or fields as NAME=VALUE";
            let call = ui.add_enabled(named, Button::new("Call service"));
            let tip = "Calls this service of the thing at the platform";
            if call.on_hover_text(tip).on_disabled_hover_text(missing).clicked() {
                asks(Ask::Call { service: self.called.trim().to_owned(), parameters: given() });
            }
            let fire = ui.add_enabled(named, Button::new("Fire event"));
            let tip = "Fires this event of the thing at the platform";
            if fire.on_hover_text(tip).on_disabled_hover_text(missing).clicked() {
                asks(Ask::Fire { event: self.called.trim().to_owned(), fields: given() });
            }
            let tip = "Cuts it without a word, as a broken network does";
            if ui.button("Cut connection").on_hover_text(tip).clicked() {
                asks(Ask::Cut);
            }
        });
    }
}

/// Draws the steps of the newest attempt and why it is not connected.
fn steps(ui: &mut Ui, view: &View<'_>) {
    let agent = view.live.agent;
    let tokens = theme::tokens(ui.ctx());
    let title = strong(ui, "Steps of the agent");
    ui.label(title);
    let (sign, colour) = match agent.standing {
        Standing::Back => ("✓", tokens.status.ok),
        Standing::GaveUp => ("✕", tokens.status.bad),
        _ => ("…", tokens.status.info),
    };
    said(ui, sign, colour, &standing_words(agent));
    for step in step_rows(agent) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            let colour = match step.sign {
                "✓" => tokens.status.ok,
                "✕" => tokens.status.bad,
                _ => tokens.text.weak,
            };
            cell(ui, COLUMNS[0], small(step.sign).color(colour));
            cell(ui, COLUMNS[1], small(step.name));
            cell(ui, COLUMNS[2], small(step.took));
            let detail = if step.failed { small(step.detail).color(colour) } else { weak(ui, step.detail) };
            ui.add(Label::new(detail).wrap());
        });
    }
    if !agent.trouble.is_empty() {
        said(ui, "✕", tokens.status.bad, &agent.trouble);
    }
}
