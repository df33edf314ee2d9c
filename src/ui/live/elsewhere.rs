//! A rehearsal against a given platform: where it is, what is allowed there, when it stops, and the typed name.

use super::parts::{field, said, small, weak};
use super::place::Place;
use crate::base::units::unbroken;
use crate::desk::View;
use crate::desk::command::LiveCommand;
use crate::desk::live::{Elsewhere, usual_limits};
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use egui::{Button, CollapsingHeader, Label, Ui};

/// Greatest width of the form [points].
const WIDTH: f32 = 400.0;

/// What is typed of a rehearsal against a given platform.
#[derive(Default)]
pub(super) struct ElsewhereForm {
    /// Whether it is against a given platform.
    on: bool,
    place: Place,
    thing: String,
    agents_max: String,
    rate_max: String,
    stop_failing: String,
    stop_connect: String,
    confirmed: String,
}

impl ElsewhereForm {
    /// Draws the choice and, for a given platform, the form; returns whether it is one.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) -> bool {
        ui.horizontal_wrapped(|ui| {
            ui.label(small("Against"));
            let platforms = [(false, "the built-in platform"), (true, "a given platform")];
            let tip = "A given platform is up all the time: agents return to it as if they had lost their connection";
            if let Some(on) = choice::corner(ui, "Against", tip, &self.on, &platforms) {
                self.on = on;
            }
        });
        if self.on {
            ui.scope(|ui| {
                ui.set_max_width(ui.available_width().min(WIDTH));
                self.fields(ui, view, out);
            });
        }
        self.on
    }

    fn fields(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        self.place.ui(ui, "rehearsal elsewhere");
        field(ui, "Things to bind, {} is the number of the agent", "group and number", &mut self.thing);
        CollapsingHeader::new(small("Limits and when it stops")).show(ui, |ui| {
            let text = weak(ui, format!("Usual against another computer: {}", usual_limits()));
            ui.add(Label::new(text).wrap());
            field(ui, "Most agents", "10", &mut self.agents_max);
            field(ui, "Most connections per second", "2", &mut self.rate_max);
            field(ui, "Stop where more of the attempts fail", "10 %", &mut self.stop_failing);
            field(ui, "Stop where 95 % of the sign-ins take longer", "5s", &mut self.stop_connect);
        });
        field(ui, "Type the name of the host: load on it may be felt", "plant.example", &mut self.confirmed);
        let wanted = self.wanted();
        let Some(agents) = view.live.agents_elsewhere(&wanted) else { return };
        let trouble = wanted.trouble(agents);
        ui.horizontal_wrapped(|ui| {
            let usable = trouble.is_none() && !view.live.rehearses();
            let button = ui.add_enabled(usable, Button::new("Rehearse there"));
            let tip = "Connects real agents to that platform, no faster than is allowed, and stops by itself";
            let why = trouble.as_deref().unwrap_or("A rehearsal is under way");
            if button.on_hover_text(tip).on_disabled_hover_text(why).clicked() {
                out.push(LiveCommand::RehearseAt(Box::new(wanted.clone())).into());
            }
            let text = if agents == 1 { "1 agent".to_owned() } else { format!("{agents} agents") };
            let text = weak(ui, unbroken(&text));
            ui.label(text);
        });
        if let Some(trouble) = trouble {
            said(ui, "…", theme::tokens(ui.ctx()).text.weak, &trouble);
        }
        ui.add_space(space::S);
    }

    fn wanted(&self) -> Elsewhere {
        Elsewhere {
            to: self.place.to(),
            thing: self.thing.clone(),
            agents_max: self.agents_max.clone(),
            rate_max: self.rate_max.clone(),
            stop_failing: self.stop_failing.clone(),
            stop_connect: self.stop_connect.clone(),
            confirmed: self.confirmed.clone(),
        }
    }
}
