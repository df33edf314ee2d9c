//! The files of a group: what changes, what each key holds, and what is wrong.

use super::draw::{cell, colour, findings, lines, mark, small, strong};
use super::rows::{self, EffectLine, FileText, RowText};
use crate::base::units;
use crate::config::{GroupFiles, Part};
use crate::ui::theme::{self, space};
use egui::{Label, RichText, Ui};

/// Widths of the columns for keys, values and what becomes of them [points].
const KEY: f32 = 216.0;
const VALUE: f32 = 152.0;
const CHANGE: f32 = 88.0;

/// Draws what the outage does with both sets of files.
pub fn effect(ui: &mut Ui, lines: &[EffectLine]) {
    if lines.is_empty() {
        return;
    }
    ui.label(strong(ui, "Effect in the outage"));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        for line in lines {
            ui.horizontal_wrapped(|ui| {
                ui.label(small(line.side).color(theme::tokens(ui.ctx()).text.weak));
                ui.label(mark(ui, &line.mark));
                ui.label(small(units::unbroken(&line.text)));
            });
        }
    });
    ui.add_space(space::M);
}

/// Draws the files of a group.
pub fn preview(ui: &mut Ui, group: &GroupFiles, files: &[FileText]) {
    let tokens = theme::tokens(ui.ctx());
    ui.horizontal_wrapped(|ui| {
        ui.label(strong(ui, &group.name));
        let word = if group.devices == 1 { "device" } else { "devices" };
        let devices = units::count(u64::from(group.devices));
        ui.label(small(format!("{}, {devices} {word}", group.kind.label())).color(tokens.text.weak));
        if files.iter().any(|file| file.mark.is_some()) {
            ui.label(small(rows::changing([group])).color(tokens.text.normal));
        }
    });
    ui.add_space(space::XS);
    match &group.part {
        Part::None(reason) => {
            ui.label(reason);
        }
        Part::Files(own) => {
            let mut notes: Vec<&str> = Vec::new();
            for note in own.iter().flat_map(|file| &file.notes) {
                if !notes.contains(&note.as_str()) {
                    notes.push(note);
                }
            }
            for note in notes {
                ui.horizontal(|ui| {
                    ui.label(small("⚠").color(tokens.status.uncertain));
                    ui.add(Label::new(small(note).color(tokens.text.normal)).wrap());
                });
            }
            for file in files {
                ui.add_space(space::L);
                one(ui, file);
            }
        }
    }
}

/// Draws one file.
fn one(ui: &mut Ui, file: &FileText) {
    let tokens = theme::tokens(ui.ctx());
    ui.horizontal_wrapped(|ui| {
        ui.label(strong(ui, &file.title));
        ui.label(small(file.certainty).color(colour(tokens, file.sure)));
        if let Some(own) = &file.mark {
            ui.label(mark(ui, own));
        }
    });
    ui.add_space(space::XS);
    findings(ui, &file.findings);
    if !file.lines.is_empty() {
        lines(ui, &file.lines);
    }
    ui.add_space(space::XS);
    let width = ui.available_width();
    if file.known && width >= KEY + 2.0 * VALUE + CHANGE {
        let head = |text: &str| small(text).color(tokens.text.weak);
        ui.horizontal(|ui| {
            for (width, text) in [(KEY, "Setting"), (VALUE, "Has"), (VALUE, "Gets"), (CHANGE, "Change")] {
                cell(ui, width, head(text));
            }
        });
    }
    for row in &file.rows {
        if file.known { compared(ui, row) } else { planned(ui, row) }
    }
    if !file.kept.is_empty() {
        ui.label(small(&file.kept).color(tokens.text.weak));
    }
}

/// Draws a setting of a file that the device has: what it has, what it gets.
fn compared(ui: &mut Ui, row: &RowText) {
    let tokens = theme::tokens(ui.ctx());
    let key = small(&row.key).color(tokens.text.normal);
    let tip = format!("{}: {} → {}. {}", row.key, row.has, row.gets, row.help);
    let own = mark(ui, &row.mark);
    if ui.available_width() >= KEY + 2.0 * VALUE + CHANGE {
        ui.horizontal(|ui| {
            cell(ui, KEY, key).on_hover_text(&tip);
            cell(ui, VALUE, small(&row.has).color(tokens.text.weak)).on_hover_text(&tip);
            cell(ui, VALUE, value(&row.gets)).on_hover_text(&tip);
            cell(ui, CHANGE, own).on_hover_text(&tip);
        });
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(key).on_hover_text(&tip);
        ui.label(own).on_hover_text(&tip);
        ui.label(small(format!("{} →", row.has)).color(tokens.text.weak)).on_hover_text(&tip);
        ui.label(value(&row.gets)).on_hover_text(&tip);
    });
}

/// Draws a setting of a file that is not known yet: what it gets, and what it does.
fn planned(ui: &mut Ui, row: &RowText) {
    let tokens = theme::tokens(ui.ctx());
    let meaning = small(&row.meaning).color(tokens.text.weak);
    let beside = ui.available_width() >= KEY + VALUE + 240.0;
    ui.horizontal(|ui| {
        cell(ui, KEY, small(&row.key).color(tokens.text.normal)).on_hover_text(&row.help);
        cell(ui, VALUE, value(&row.gets)).on_hover_text(&row.help);
        if beside {
            ui.add(Label::new(meaning.clone()).wrap());
        }
    });
    if !beside {
        ui.add(Label::new(meaning).wrap());
    }
}

/// Returns a value that a device gets.
fn value(text: &str) -> RichText {
    RichText::new(text).font(theme::strong(theme::SMALL))
}
