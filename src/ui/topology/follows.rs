//! What follows from the topology for the platform, with its derivation, and what was found about it.

use super::thing;
use crate::base::{Finding, units};
use crate::desk::View;
use crate::desk::command::{DocumentCommand, TopologyCommand};
use crate::fleet::cluster::BASE;
use crate::fleet::cluster::derive::Derived;
use crate::fleet::file::address;
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use egui::{RichText, Role, Ui, WidgetInfo};

/// Draws the numbers that follow, each with what becomes of it.
pub fn numbers(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    let seen = view.seen();
    let derivation = seen.derivation();
    if derivation.numbers.is_empty() {
        return;
    }
    heading(ui, "What follows for the platform");
    for derived in &derivation.numbers {
        let Some(input) = address::resolve(&seen, derived.address) else { continue };
        let stated = seen.lookup(derived.address).is_some();
        let value = derived.value.human(input.setting);
        ui.push_id(derived.address, |ui| number(ui, derived, (input.setting.label, &value), stated, out));
    }
}

/// Draws one number.
fn number(
    ui: &mut Ui,
    derived: &Derived,
    (label, value): (&str, &str),
    stated: bool,
    out: &mut Vec<Request>,
) {
    let tokens = theme::tokens(ui.ctx());
    ui.horizontal_wrapped(|ui| {
        ui.label(label);
        let shown = RichText::new(value).font(theme::strong(theme::BODY));
        ui.label(shown.color(if stated { tokens.text.weak } else { tokens.text.strong }));
        if stated {
            let note = RichText::new("the file says another number").size(theme::SMALL);
            ui.label(note.color(tokens.status.uncertain));
        }
        let (word, command): (&str, Request) = if stated {
            ("Derive", TopologyCommand::Derive(derived.address.to_owned()).into())
        } else {
            let (address, value) = (derived.address.to_owned(), derived.value.clone());
            ("Override", TopologyCommand::Override { address, value }.into())
        };
        let button = ui.button(RichText::new(word).size(theme::SMALL));
        let spoken = format!("{word} {label} {}", section(derived.address));
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, spoken.trim()));
        if button.on_hover_text(derived.address).clicked() {
            out.push(command);
            if word == "Override" {
                out.push(Request::GoTo(derived.address.to_owned()));
            }
        }
    });
    let how = format!("{} ({})", units::capital(&derived.sentence), derived.certainty.word());
    ui.label(RichText::new(how).size(theme::SMALL).color(tokens.text.weak)).on_hover_text(derived.told());
    ui.add_space(space::XS);
}

/// Returns the section of an address, so that alike labels have different names.
fn section(address: &str) -> String {
    let parts: Vec<&str> = address.split('/').collect();
    match parts.as_slice() {
        ["", "platform", section, _] => format!("of {}", section.replace('_', " ")),
        _ => String::new(),
    }
}

/// Draws what was found about a thing, or about the whole topology, with what mends it.
pub fn findings(ui: &mut Ui, of: Option<&str>, view: &View<'_>, out: &mut Vec<Request>) {
    let own = |finding: &&Finding| {
        let about = finding.pointer.starts_with(BASE) && finding.silenced.is_none();
        about && of.is_none_or(|id| thing(&finding.pointer).as_deref() == Some(id))
    };
    let found: Vec<&Finding> = view.findings().iter().filter(own).collect();
    if found.is_empty() {
        return;
    }
    heading(ui, if of.is_some() { "Findings" } else { "Findings of the topology" });
    for (index, finding) in found.into_iter().enumerate() {
        ui.push_id(index, |ui| one(ui, finding, out));
    }
}

/// Draws one finding.
fn one(ui: &mut Ui, finding: &Finding, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    let (sign, colour) = tokens.severity(finding.severity);
    ui.horizontal_wrapped(|ui| {
        let what = format!("{sign} {} {}", finding.code, finding.what);
        ui.label(RichText::new(what).size(theme::SMALL).color(colour));
        let why = format!("{} {}", finding.why, finding.fix);
        ui.label(RichText::new(why.trim()).size(theme::SMALL).color(tokens.text.weak));
        if let Some(fix) = &finding.patch
            && ui.button(RichText::new(&fix.label).size(theme::SMALL)).clicked()
        {
            out.push(DocumentCommand::Apply(fix.clone()).into());
        }
    });
    ui.add_space(space::XS);
}

/// Draws a heading.
pub fn heading(ui: &mut Ui, text: &str) {
    let tokens = theme::tokens(ui.ctx());
    ui.add_space(space::S);
    ui.label(RichText::new(text).font(theme::strong(theme::BODY)).color(tokens.text.strong));
}
