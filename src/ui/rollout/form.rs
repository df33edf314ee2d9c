//! The form of the next plan, and what it still needs.

use super::rows;
use super::{small, strong};
use crate::desk::command::RolloutCommand;
use crate::desk::rollout::terms::{Field, Form, Over};
use crate::desk::{UserCommand, View};
use crate::ui::configs::draw::cell;
use crate::ui::request::{Purpose, Request, RolloutFile};
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use egui::{Button, CollapsingHeader, Label, Margin, Response, RichText, TextEdit, Ui};

/// Width of the names of fields [points].
const NAMES: f32 = 188.0;

/// Fields below a heading.
const PARTS: [(&str, bool, &[Field]); 6] = [
    (
        "Devices",
        true,
        &[Field::Url, Field::Repository, Field::At, Field::Jump, Field::Path, Field::User, Field::Restart],
    ),
    ("Waves", true, &[Field::Waves, Field::Confirmed, Field::Observe, Field::PauseAfter]),
    (
        "Pace",
        false,
        &[Field::Rate, Field::Burst, Field::AtOnce, Field::PerHost, Field::VerifyAfter, Field::RestartTime],
    ),
    (
        "When it stops itself",
        false,
        &[Field::MaxFailed, Field::MaxUnreachable, Field::MaxUnknown, Field::MaxDrifted],
    ),
    ("When, and who approves", false, &[Field::Window, Field::Zone, Field::Approvals]),
    (
        "Keys",
        false,
        &[Field::KnownHosts, Field::Identity, Field::AppKey, Field::PlatformCa, Field::ConfirmAt],
    ),
];

/// What is wrong, and at which field.
type Wrong = Option<(Field, String)>;

/// State of the form.
#[derive(Default)]
pub struct FormPanel {
    /// Revision, form and what is wrong with it.
    checked: Option<(u64, Form, Wrong)>,
}

impl FormPanel {
    /// Draws the form.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let mut form = view.rollout.form.clone();
        ui.label(strong(ui, &format!("Plan a roll-out of {}", view.scenario_name())));
        let error = self.error(view);
        for (title, open, fields) in PARTS {
            ui.add_space(space::XS);
            let shown: Vec<Field> = fields.iter().copied().filter(|field| field.matters(form.over)).collect();
            if shown.is_empty() {
                continue;
            }
            // What is wrong is not hidden.
            let wrong = error.as_ref().is_some_and(|(field, _)| shown.contains(field));
            let header = CollapsingHeader::new(small(title)).id_salt(title).default_open(open);
            let part = header.open((wrong && !open).then_some(true)).show(ui, |ui| {
                if title == "Devices" {
                    over(ui, &mut form);
                }
                for field in shown {
                    let wrong =
                        error.as_ref().filter(|(own, _)| *own == field).map(|(_, text)| text.as_str());
                    draw(ui, field, &mut form, wrong);
                }
                switches(ui, title, &mut form);
            });
            in_sight(&part.header_response);
        }
        if form != *view.rollout.form {
            out.push(RolloutCommand::Fill(Box::new(form)).into());
        }
    }

    /// Returns what is wrong with the form, looked at once for each change.
    fn error(&mut self, view: &View<'_>) -> Wrong {
        let form = view.rollout.form;
        let known = self.checked.as_ref().is_some_and(|(at, own, _)| *at == view.revision && own == form);
        if !known {
            let groups = view.file.group_ids().map(str::to_owned).collect();
            self.checked = Some((view.revision, form.clone(), form.error(groups)));
        }
        self.checked.as_ref().and_then(|(.., error)| error.clone())
    }

    /// Draws the primary action, and the way to a roll-out that there is.
    pub fn buttons(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let error = self.error(view);
        let tokens = theme::tokens(ui.ctx());
        let missing = rows::needs(view).into_iter().find(|(there, _)| !there).map(|(_, text)| text);
        let why = match (&error, view.transfer) {
            (_, Some(_)) => Some("Files are being read or written; wait for it or cancel it".to_owned()),
            (Some((field, text)), None) => Some(format!("{}: {text}", field.label())),
            (None, None) => missing,
        };
        ui.horizontal_wrapped(|ui| {
            let text = RichText::new("Simulate and write plan…").font(theme::strong(theme::BODY));
            let button = match why {
                None => Button::new(text.color(tokens.on_accent)).fill(tokens.accent),
                Some(_) => Button::new(text),
            };
            let button = ui.add_enabled(why.is_none(), button.min_size(egui::vec2(0.0, 32.0)));
            let button = button
                .on_hover_text(
                    "Freezes who gets what, simulates every wave and the way back, and writes the plan",
                )
                .on_disabled_hover_text(why.unwrap_or_default());
            if button.clicked() {
                out.push(Request::Ask(Purpose::Rollout(RolloutFile::Plan)));
            }
            let entry = UserCommand::OpenRollout.entry();
            let open = Button::new(entry.text).min_size(egui::vec2(0.0, 32.0));
            if ui.add(open).on_hover_text(entry.tooltip).clicked() {
                out.push(Request::User(UserCommand::OpenRollout));
            }
        });
        ui.label(small("Nothing is written to any device by this.").color(tokens.text.weak));
    }
}

/// Scrolls to what the keyboard has come to.
fn in_sight(response: &Response) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
}

/// Draws how devices are reached.
fn over(ui: &mut Ui, form: &mut Form) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::TARGET);
        cell(ui, NAMES, small("Over"));
        let entries =
            [(Over::Ssh, "SSH"), (Over::Platform, "Their platform"), (Over::Folder, "Folders here")];
        let help = "How devices are reached: SSH with SFTP, the platform that they are connected to, or folders of this computer";
        if let Some(over) = choice::corner(ui, "Devices are reached over", help, &form.over, &entries) {
            form.over = over;
        }
    });
}

/// Draws a field with its name, and what is wrong with it.
fn draw(ui: &mut Ui, field: Field, form: &mut Form, wrong: Option<&str>) {
    let tokens = theme::tokens(ui.ctx());
    let typed = !form.text(field).is_empty();
    let response = ui.horizontal(|ui| {
        ui.set_min_height(theme::TARGET);
        let name = cell(ui, NAMES, small(field.label()));
        let edit = TextEdit::singleline(form.text_mut(field)).id_salt(field.label()).hint_text(field.empty());
        let edit =
            edit.desired_width((ui.available_width() - 24.0).max(80.0)).margin(Margin::symmetric(8, 4));
        ui.add(edit).labelled_by(name.id)
    });
    let response = response.inner.on_hover_text(field.help());
    in_sight(&response);
    // What is not filled in yet is not wrong yet.
    if let Some(text) = wrong.filter(|_| !response.has_focus()) {
        let colour = if typed { tokens.status.bad } else { tokens.text.weak };
        let sign = if typed { "✕ " } else { "" };
        ui.add(Label::new(small(format!("{sign}{text}")).color(colour)).wrap());
    }
}

/// Draws the switches below a heading.
fn switches(ui: &mut Ui, title: &str, form: &mut Form) {
    match title {
        "Devices" => {
            let tip = "Whoever has every file as wanted is left alone, and later changes are seen";
            in_sight(&ui.checkbox(&mut form.look, small("Read devices before")).on_hover_text(tip));
            let tip = "Anything else in these files on the devices is lost, host and key too";
            in_sight(&ui.checkbox(&mut form.as_generated, small("Files as generated")).on_hover_text(tip));
        }
        "Waves" => {
            let tip = "Who cannot be reached is known before anybody is restarted";
            in_sight(&ui.checkbox(&mut form.stage_all, small("Write all files first")).on_hover_text(tip));
            let tip = "Goes through the waves for the first group, then for the next one";
            in_sight(
                &ui.checkbox(&mut form.group_after_group, small("One group after the other"))
                    .on_hover_text(tip),
            );
        }
        _ => {}
    }
}

/// Draws what the plan needs, with a sign for what is there.
pub fn needs(ui: &mut Ui, view: &View<'_>) {
    let tokens = theme::tokens(ui.ctx());
    ui.label(strong(ui, "What it is made of"));
    for (there, text) in rows::needs(view) {
        let (sign, colour) = if there { ("✓", tokens.status.ok) } else { ("⚠", tokens.status.uncertain) };
        ui.horizontal(|ui| {
            ui.label(small(sign).color(colour));
            ui.add(Label::new(small(text)).wrap());
        });
    }
}

/// Draws how a roll-out goes, step by step.
pub fn steps(ui: &mut Ui) {
    ui.label(strong(ui, "How it goes"));
    for step in [
        "1. The plan freezes who gets what in which wave, and every wave and the way back are simulated: each restart is a reconnect.",
        "2. You type the number of devices, and it begins with the first wave.",
        "3. Files are written beside the live ones and read back, then put in place by one rename; restarts follow at a rate that the platform bears.",
        "4. It stops itself beyond its budgets, waits for you where you said so, and can be taken back.",
    ] {
        ui.add(Label::new(small(step)).wrap());
    }
}
