//! The export: where files go, in which waves, under which paths, and what that gives.

use super::draw::small;
use crate::base::units;
use crate::config::bundle::Target;
use crate::desk::command::FileCommand;
use crate::desk::{ExportOptions, Given, UserCommand, View};
use crate::ui::request::{Request, offer};
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use egui::{Button, Label, Margin, RichText, TextEdit, Ui};
use std::time::Duration;

/// How long a field rests before it says what is wrong with it while it is typed in [s].
const REST: f64 = 0.6;
/// Waves that are told one by one.
const TOLD: usize = 6;

/// State of the fields.
#[derive(Default)]
pub struct ExportPanel {
    /// When something was typed last [s].
    typed: f64,
}

/// A field with a text.
struct Field<'a> {
    name: &'static str,
    hint: &'static str,
    help: &'static str,
    error: Option<String>,
    text: &'a mut String,
}

impl ExportPanel {
    /// Draws the export; it is the primary action of the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let tokens = theme::tokens(ui.ctx());
        let mut wanted = view.outline.wanted.clone();
        ui.horizontal(|ui| {
            ui.set_min_height(theme::TARGET);
            ui.label("Export as");
            let entries = Target::ALL.map(|target| (target, target.label()));
            let help = "Where the files go: a folder, an archive, or a deployment tool";
            if let Some(target) = choice::corner(ui, "Export as", help, &wanted.target, &entries) {
                wanted.target = target;
            }
        });
        self.fields(ui, &mut wanted, view);
        if wanted != *view.outline.wanted {
            out.push(FileCommand::PlanExport(wanted).into());
        }
        ui.add_space(space::XS);
        let entry = UserCommand::Export.entry();
        let text = RichText::new(entry.text).font(theme::strong(theme::BODY)).color(tokens.on_accent);
        let button = Button::new(text).fill(tokens.accent).min_size(egui::vec2(ui.available_width(), 32.0));
        if offer(ui, UserCommand::Export, button, entry.tooltip, view).clicked() {
            out.push(Request::User(UserCommand::Export));
        }
        ui.add_space(space::XS);
        ui.label(small(note(view.outline.wanted.target)).color(tokens.text.weak));
    }

    /// Draws the fields that the target has, each with what is wrong with it or what it gives.
    fn fields(&mut self, ui: &mut Ui, wanted: &mut ExportOptions, view: &View<'_>) {
        let (outline, target) = (&view.outline, wanted.target);
        let given = outline.given.filter(|_| target == outline.wanted.target);
        if target.has_paths() {
            let listed = view.devices.list.is_some();
            let error = outline.paths_error();
            let fine = error.is_none();
            let field = Field {
                name: "Path of each file",
                hint: if listed { "{group}/{thing}/{file}" } else { "{group}/{file}" },
                help: "Folders and name, with columns of the list of devices in braces; empty is the usual",
                error,
                text: &mut wanted.paths,
            };
            self.field(ui, field);
            if let (true, Some(given)) = (fine && !wanted.paths.trim().is_empty(), given) {
                paths(ui, given);
            }
        }
        if target.has_waves() {
            let error = outline.waves_error();
            let fine = error.is_none();
            let field = Field {
                name: "Waves",
                hint: "10,10%,40%,rest",
                help: "Devices in each wave: a number, a share of all, or the rest; empty is all at once",
                error,
                text: &mut wanted.waves,
            };
            self.field(ui, field);
            if let (true, Some(given)) = (fine && !wanted.waves.trim().is_empty(), given) {
                ui.label(small(waves(given)).color(theme::tokens(ui.ctx()).text.weak));
            }
        }
        if outline.busy {
            ui.label(small("Looking …").color(theme::tokens(ui.ctx()).text.weak));
        }
    }

    /// Draws a field; what is wrong is said when it is left, or after a rest.
    fn field(&mut self, ui: &mut Ui, field: Field<'_>) {
        let Field { name, hint, help, error, text } = field;
        let tokens = theme::tokens(ui.ctx());
        let response = ui.horizontal(|ui| {
            ui.set_min_height(theme::TARGET);
            let label = ui.label(small(name));
            // Of its own, or the keyboard would leave the field when a notice above goes.
            let edit =
                TextEdit::singleline(text).id_salt(name).hint_text(hint).margin(Margin::symmetric(8, 4));
            ui.add(edit.desired_width(ui.available_width() - 16.0)).labelled_by(label.id)
        });
        let response = response.inner.on_hover_text(help);
        let now = ui.input(|input| input.time);
        if response.changed() {
            self.typed = now;
        }
        let Some(error) = error else { return };
        // Time that is over is no duration any more.
        let left = Duration::try_from_secs_f64(REST - (now - self.typed)).unwrap_or_default();
        if response.has_focus() && !left.is_zero() {
            ui.ctx().request_repaint_after(left);
        } else {
            ui.label(small(format!("✕ {error}")).color(tokens.status.bad));
        }
    }
}

/// Draws the first paths.
fn paths(ui: &mut Ui, given: &Given) {
    let weak = theme::tokens(ui.ctx()).text.weak;
    for path in &given.paths {
        ui.add(Label::new(small(path).color(weak)).truncate()).on_hover_text(path);
    }
    let more = given.files.saturating_sub(given.paths.len());
    if more > 0 {
        let files = if more == 1 { "file" } else { "files" };
        ui.label(small(format!("and {} more {files}", units::count(more as u64))).color(weak));
    }
}

/// Returns how many devices each wave gets: `3 waves of 10, 20 and 170 devices`.
fn waves(given: &Given) -> String {
    if given.devices == 0 {
        return "How many devices each wave gets is known with a list of devices".to_owned();
    }
    let count = |size: &usize| units::count(*size as u64);
    match given.waves.as_slice() {
        [] => String::new(),
        [one] => format!("1 wave of {} devices", count(one)),
        [first @ .., last] if first.len() < TOLD => {
            let first: Vec<String> = first.iter().map(count).collect();
            format!("{} waves of {} and {} devices", given.waves.len(), first.join(", "), count(last))
        }
        all => {
            let first: Vec<String> = all.iter().take(TOLD).map(count).collect();
            format!("{} waves of {}, … devices", count(&all.len()), first.join(", "))
        }
    }
}

/// Returns what a target is, in a sentence or two.
fn note(target: Target) -> &'static str {
    match target {
        Target::Folder => "Nothing leaves this computer. Each group gets a folder of its own.",
        Target::Zip => "Nothing leaves this computer. One archive with a manifest.",
        Target::Ansible => "Nothing leaves this computer. An inventory and a playbook that copies the files.",
        Target::ConfigMap => "Nothing leaves this computer. One ConfigMap for each group.",
        Target::Scm => "Nothing leaves this computer. Packages and lists of things for the platform.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_are_told_in_a_sentence() {
        let of = |sizes: &[usize]| {
            let waves_of = sizes.to_vec();
            waves(&Given { devices: sizes.iter().sum(), waves: waves_of, ..Given::default() })
        };
        assert_eq!(of(&[10, 20, 170]), "3 waves of 10, 20 and 170 devices");
        assert_eq!(of(&[7]), "1 wave of 7 devices");
        assert_eq!(of(&[1; 9]), "9 waves of 1, 1, 1, 1, 1, 1, … devices");
        assert!(of(&[]).ends_with("with a list of devices"));
    }
}
