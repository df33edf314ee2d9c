//! The test platform: one click starts it, each button disturbs it, and its account stands beside.

use super::parts::{row, small, strong, weak};
use crate::base::Micros;
use crate::base::units::count;
use crate::desk::command::{Disturbance, LiveCommand};
use crate::desk::live::Serving;
use crate::desk::{UserCommand, View};
use crate::fleet::Loss;
use crate::live::platform::Reception;
use crate::ui::request::{Request, offer};
use crate::ui::theme::space;
use crate::ui::widget::choice;
use egui::{Button, CollapsingHeader, Label, Role, Ui, WidgetInfo};

/// Share of the capacity with which a ramp begins \[‰\].
const RAMP_FROM: u32 = 100;
/// Ramps of a restart: time until the capacity is whole [s], and what it is called.
const RAMPS: [(u64, &str); 4] = [(0, "at once"), (10, "over 10 s"), (30, "over 30 s"), (60, "over 1 min")];

/// Returns what a reception is called, and what it does.
fn reception_words(reception: Reception) -> (&'static str, &'static str) {
    match reception {
        Reception::Served => ("Served", "Devices are received as always"),
        Reception::Refused => ("Refused", "Nothing listens any more"),
        Reception::NotAccepted => ("Not accepted", "The kernel's queue fills, then it drops what comes"),
        Reception::Http503 => ("503", "Every upgrade is answered with 503"),
        Reception::AcceptThenClose => ("Accept, close", "Connections are accepted and closed at once"),
        Reception::Mute => ("Mute", "Connections are accepted and never answered"),
        Reception::AuthUnanswered => ("AUTH silent", "AUTH is never answered"),
        Reception::AuthRejected => ("AUTH refused", "Every application key is refused"),
        Reception::BindRejected => ("BIND refused", "Every bind is refused"),
    }
}

/// Returns what an end of connections is called, and what it is.
fn loss_words(loss: Loss) -> (&'static str, &'static str) {
    match loss {
        Loss::Reset => ("Reset", "TCP resets all connections, as a crash does"),
        Loss::CloseFrame => ("Close frame", "All connections get a close frame, as a restart in order does"),
        Loss::Fin => ("FIN", "TCP ends all connections without a close frame"),
        Loss::Silence => ("Silence", "All connections stay open and nothing is read, as a cut cable does"),
    }
}

/// State of the part's widgets.
#[derive(Default)]
pub(super) struct PlatformPanel {
    encrypted: bool,
    /// Time until the capacity is whole after a restart [s].
    ramp: u64,
}

impl PlatformPanel {
    /// Draws the part.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let title = strong(ui, "Test platform");
        ui.label(title);
        let Some(serving) = view.live.platform else { return self.start(ui, view, out) };
        row(ui, "address", &serving.url);
        row(ui, "capacity", &serving.size);
        counts(ui, serving);
        ui.add_space(space::XS);
        self.disturb(ui, serving, out);
        ui.add_space(space::XS);
        if ui.button("Stop platform").on_hover_text("Closes all connections and ends it").clicked() {
            out.push(LiveCommand::StopPlatform.into());
        }
        if !serving.left_out.is_empty() {
            CollapsingHeader::new(small("What it does not do")).id_salt("left out").show(ui, |ui| {
                for words in &serving.left_out {
                    ui.add(Label::new(small(*words)).wrap());
                }
            });
        }
    }

    /// Draws what starts it.
    fn start(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let text = "As large as the project's, on this computer alone; agents of any maker can connect to it";
        let text = weak(ui, text);
        ui.add(Label::new(text).wrap());
        ui.horizontal_wrapped(|ui| {
            let entry = UserCommand::StartPlatform.entry();
            if offer(ui, UserCommand::StartPlatform, Button::new(entry.text), entry.tooltip, view).clicked() {
                out.push(LiveCommand::StartPlatform { encrypted: self.encrypted }.into());
            }
            let tip = "Offers wss with a certificate of its own, which the agent below trusts";
            ui.checkbox(&mut self.encrypted, small("Encrypted")).on_hover_text(tip);
        });
    }

    /// Draws what happens to it at a click.
    fn disturb(&mut self, ui: &mut Ui, serving: &Serving, out: &mut Vec<Request>) {
        let mut does = |disturbance| out.push(LiveCommand::Disturb(disturbance).into());
        ui.label(small("From now on devices are"));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            for reception in Reception::ALL {
                let (text, tip) = reception_words(reception);
                let own = serving.reception == reception;
                let response = ui.add(Button::selectable(own, small(text))).on_hover_text(tip);
                if response.clicked() && !own {
                    does(Disturbance::Receive(reception));
                }
            }
        });
        ui.label(small("End all connections now"));
        ui.horizontal_wrapped(|ui| {
            for loss in Loss::ALL {
                let (text, tip) = loss_words(loss);
                let response = ui.button(small(text));
                let spoken = format!("End connections by {}", loss.word());
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
                if response.on_hover_text(tip).clicked() {
                    does(Disturbance::Cut(loss));
                }
            }
        });
        ui.horizontal_wrapped(|ui| {
            let tip = "Resets all connections, forgets all sessions and refuses until it is restarted";
            if ui.button(small("Take down")).on_hover_text(tip).clicked() {
                does(Disturbance::Down(Loss::Reset));
            }
            let tip = "Serves again; the capacity grows from a tenth to all of it";
            if ui.button(small("Restart")).on_hover_text(tip).clicked() {
                let (length, from) = (Micros::from_secs(self.ramp), RAMP_FROM);
                let from_permille = if self.ramp == 0 { 1_000 } else { from };
                does(Disturbance::Restart { length, from_permille });
            }
            let tip = "Time until the platform has all its capacity after a restart";
            if let Some(ramp) = choice::corner(ui, "Ramp of a restart", tip, &self.ramp, &RAMPS) {
                self.ramp = ramp;
            }
        });
    }
}

/// Draws its account.
fn counts(ui: &mut Ui, serving: &Serving) {
    let totals = &serving.totals;
    let named = match (serving.named.join(", "), serving.unnamed) {
        (named, 0) if named.is_empty() => "none".to_owned(),
        (named, 0) => named,
        (named, more) => format!("{named} and {} more", count(more as u64)),
    };
    row(ui, "connected", &named);
    let (held, bound) = (count(totals.held), count(totals.bound));
    let waiting = count(serving.waiting as u64);
    row(ui, "now", &format!("{held} open, {bound} bound, {waiting} waiting"));
    let accepted = count(totals.accepted);
    let (binds, values) = (count(totals.binds), count(totals.values));
    row(ui, "in all", &format!("{accepted} accepted, {binds} signed in, {values} values"));
    let mut ended = totals.fates.iter().map(|(fate, ends)| format!("{} {}", fate.word(), count(*ends)));
    let refused = (totals.auth_refused + totals.binds_refused > 0)
        .then(|| format!("refused {}", count(totals.auth_refused + totals.binds_refused)));
    let ended: Vec<String> = ended.by_ref().chain(refused).collect();
    if !ended.is_empty() {
        row(ui, "ended", &ended.join(", "));
    }
}
