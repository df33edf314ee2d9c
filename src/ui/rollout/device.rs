//! One device of a roll-out: how it stands and why, what its files were and become, and its log.

use super::{small, strong, weak};
use crate::desk::command::RolloutCommand;
use crate::desk::rollout::OpenView;
use crate::ui::configs::file::preview;
use crate::ui::configs::rows;
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use egui::{CollapsingHeader, Label, Ui};

/// State of what is shown of a device: the texts of its files, made once.
#[derive(Default)]
pub struct DevicePanel {
    made: Option<(u32, Vec<rows::FileText>)>,
    /// The device whose restart was asked for once.
    sure: Option<u32>,
}

impl DevicePanel {
    /// Draws it.
    pub fn ui(&mut self, ui: &mut Ui, at: u32, open: &OpenView<'_>, out: &mut Vec<Request>) {
        let (Some(device), Some(row)) =
            (open.picture.plan.devices().get(at as usize), open.picture.rows.get(at as usize))
        else {
            return;
        };
        let tokens = theme::tokens(ui.ctx());
        ui.horizontal_wrapped(|ui| {
            ui.label(strong(ui, &device.thing));
            if ui.button(small("Close device")).clicked() {
                out.push(RolloutCommand::ShowDevice(None).into());
            }
        });
        let wave = device.wave.map_or_else(|| "left alone".to_owned(), |wave| format!("wave {}", wave + 1));
        let about =
            format!("{}, {wave}, {} restarts ordered, at {}", row.state.word(), row.round, device.address);
        ui.add(Label::new(small(about)).wrap());
        if let Some(class) = row.class {
            ui.add(Label::new(small(format!("✕ {}.", class.sentence())).color(tokens.status.bad)).wrap());
        }
        if row.may_be_restarted(open.picture.standing.status) {
            self.doubt(ui, at, out);
        }
        ui.add_space(space::S);
        ui.label(strong(ui, "Log"));
        if open.log.is_empty() {
            ui.label(small("Nothing was done to this device yet."));
        }
        for entry in open.log {
            let detail = if entry.detail.is_empty() { String::new() } else { format!(": {}", entry.detail) };
            let text = format!("{} {}{detail} ({})", entry.when(), entry.what, entry.who);
            ui.add(Label::new(small(text)).wrap());
        }
        ui.add_space(space::M);
        self.files(ui, at, open);
    }

    /// Draws what can be done with a device that is in doubt or whose restart failed.
    fn doubt(&mut self, ui: &mut Ui, at: u32, out: &mut Vec<Request>) {
        ui.horizontal_wrapped(|ui| {
            if ui.button(small("Read it back")).clicked() {
                out.push(RolloutCommand::Look.into());
            }
            let asked = self.sure == Some(at);
            let text = if asked { "Restart it: press again" } else { "Have it restarted…" };
            if ui
                .button(small(text))
                .on_hover_text("It may have restarted already; a second restart is a second reconnect")
                .clicked()
            {
                if asked {
                    out.push(RolloutCommand::Restart(at).into());
                }
                self.sure = (!asked).then_some(at);
            }
        });
    }

    /// Draws old and new of its files.
    fn files(&mut self, ui: &mut Ui, at: u32, open: &OpenView<'_>) {
        match open.files {
            None => {
                ui.label(weak(ui, "Looking at its files …"));
            }
            Some(Err(reason)) => {
                ui.add(Label::new(small(reason)).wrap());
            }
            Some(Ok(files)) => {
                if self.made.as_ref().is_none_or(|(own, _)| *own != at) {
                    self.made = Some((
                        at,
                        rows::files(files, files.files().iter().any(|file| file.before.is_some())),
                    ));
                }
                let title = small("Files: what it had, and what it gets");
                CollapsingHeader::new(title).id_salt("files of the device").default_open(true).show(
                    ui,
                    |ui| {
                        if let Some((_, texts)) = &self.made {
                            preview(ui, files, texts);
                        }
                    },
                );
            }
        }
    }
}
