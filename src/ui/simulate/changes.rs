//! What was changed against the baseline: one row for each input or lever, to be changed further or taken back.
//!
//! A lever that moved in several groups is one row: `20 s to 1 min → 5 min`, in 4 groups; what is typed there
//! goes to all of them. The tooltip names every group and address.

use super::result::heading;
use super::rows::spread;
use crate::desk::command::DocumentCommand;
use crate::desk::{UserCommand, View};
use crate::fleet::file::{Value, address};
use crate::fleet::setting::{Setting, Unit};
use crate::plan::Change;
use crate::ui::request::{Request, offer};
use crate::ui::setting::Number;
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use crate::ui::widget::quantity::lever;
use egui::{Align, Button, Label, Layout, RichText, Ui};

/// Inputs that were changed together.
#[derive(Clone, Debug, PartialEq)]
struct Row<'a> {
    changes: Vec<&'a Change>,
}

/// Returns the changes with those of one lever, or of one key, together.
fn together(changes: &[Change]) -> Vec<Row<'_>> {
    let key = |change: &Change| change.input.setting.lever.unwrap_or(change.input.setting.key);
    let mut rows: Vec<Row<'_>> = Vec::new();
    for change in changes {
        // What one gesture did has one value now; two edits of one lever stay two rows.
        let same = |row: &&mut Row<'_>| {
            let first = row.changes[0];
            let grouped = !first.group.is_empty() && !change.group.is_empty();
            grouped && key(first) == key(change) && now(first) == now(change)
        };
        match rows.iter_mut().find(same) {
            Some(row) => row.changes.push(change),
            None => rows.push(Row { changes: vec![change] }),
        }
    }
    rows
}

/// Returns the value now, in words.
fn now(change: &Change) -> String {
    change.to.human(change.input.setting)
}

/// Returns the value before in words, and as a number where it has one.
fn before(change: &Change) -> (Option<f64>, String) {
    let Some(from) = &change.from else { return (None, "–".to_owned()) };
    let setting = change.input.setting;
    let number = from.number().map(|number| number * setting.unit.seconds().unwrap_or(1.0));
    (number, from.human(setting))
}

impl Row<'_> {
    /// Returns what was changed: the setting's name.
    fn name(&self) -> &'static str {
        match self.changes[0].input.setting.lever {
            Some("random_delay") => "Random delay",
            _ => self.changes[0].input.setting.label,
        }
    }

    /// Returns where: one group, or how many, or a section; empty for inputs of the project itself.
    fn place(&self) -> String {
        match self.changes.as_slice() {
            [one] if one.group.is_empty() => address::section(&one.input.address),
            [one] => one.group.clone(),
            more => format!("{} groups", more.len()),
        }
    }

    /// Returns the change: `30 s → 5 min`, or `20 s to 1 min → 5 min` where groups began apart.
    fn text(&self) -> String {
        let mut from: Vec<(Option<f64>, String)> = self.changes.iter().map(|change| before(change)).collect();
        from.sort_by(|a, b| a.0.unwrap_or(f64::MAX).total_cmp(&b.0.unwrap_or(f64::MAX)));
        from.dedup_by(|a, b| a.1 == b.1);
        let from = match from.as_slice() {
            [(_, only)] => only.clone(),
            [(_, first), .., (_, last)] => format!("{first} to {last}"),
            [] => "–".to_owned(),
        };
        format!("{from} → {}", now(self.changes[0]))
    }

    /// Returns every change with its address.
    fn tip(&self) -> String {
        let line = |change: &&Change| {
            let group = if change.group.is_empty() { String::new() } else { format!("{}: ", change.group) };
            format!("{group}{} ({})", change.text(), change.input.address)
        };
        self.changes.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Returns the number that all inputs of the row have now, as a field edits it; `None` for words and for
    /// what nobody knows.
    fn number<'a>(&self, label: &'a str, tip: &'a str, echo: &'a str) -> Option<Number<'a>> {
        let first = self.changes.first()?;
        let setting = first.input.setting;
        let value = first.to.number()?;
        let scale = |other: &Setting| {
            other.unit.seconds().zip(setting.unit.seconds()).map_or(1.0, |(other, own)| other / own)
        };
        let ranges = self.changes.iter().map(|change| change.input.setting);
        let ranges = ranges.map(|own| (own.range.0 * scale(own), own.range.1 * scale(own)));
        let both = |a: (f64, f64), b: (f64, f64)| (a.0.max(b.0), a.1.min(b.1));
        Some(Number {
            label,
            help: tip,
            value,
            unit: setting.unit,
            bounds: None,
            takes_bounds: false,
            range: ranges.fold(setting.range, both),
            whole: self
                .changes
                .iter()
                .any(|change| change.input.setting.whole && scale(change.input.setting) >= 1.0),
            special: setting.special,
            slider: None,
            echo,
        })
    }

    /// Returns what gives every input of the row a number, in the unit of the first one.
    fn edits(&self, value: f64) -> Vec<(String, Value)> {
        let setting = self.changes[0].input.setting;
        spread(self.changes.iter().map(|change| &change.input), setting.unit, setting.special, value)
    }

    /// Returns what gives every input its value of the baseline again; `None` where one has none.
    fn back(&self) -> Option<Vec<(String, Value)>> {
        let edit = |change: &&Change| Some((change.input.address.clone(), change.from.clone()?));
        self.changes.iter().map(edit).collect()
    }
}

/// Draws what is compared with, and the inputs that differ.
pub fn ui(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    heading(ui, "Changed vs baseline");
    let weak = theme::tokens(ui.ctx()).text.weak;
    let note = match view.pinned {
        None => Some("No baseline is pinned.".to_owned()),
        Some(pinned) if view.changes.is_empty() => Some(format!("Nothing. Same inputs as {}.", pinned.name)),
        Some(_) => None,
    };
    match note {
        Some(note) => {
            ui.label(RichText::new(note).size(theme::SMALL).color(weak));
        }
        None => {
            for (index, row) in together(view.changes).iter().enumerate() {
                ui.push_id(index, |ui| changed(ui, row, out));
            }
        }
    }
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        for command in [UserCommand::PinBaseline, UserCommand::Unpin] {
            let entry = command.entry();
            let button = Button::new(RichText::new(entry.text).size(theme::SMALL));
            if offer(ui, command, button, entry.tooltip, view).clicked() {
                out.push(Request::User(command));
            }
        }
    });
}

/// Draws one row: what it is now, to be changed in place, and the way back.
fn changed(ui: &mut Ui, row: &Row<'_>, out: &mut Vec<Request>) {
    let place = row.place();
    let whose = if place.is_empty() { row.name().to_owned() } else { format!("{}, {place}", row.name()) };
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(edits) = row.back() {
                let reset = ui.button(RichText::new("Reset").size(theme::SMALL));
                let spoken = format!("Reset {whose}");
                reset.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &spoken));
                if reset.on_hover_text("Sets the baseline's value again").clicked() {
                    out.push(DocumentCommand::Set { edits, finished: true }.into());
                }
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                if let Some(edits) = value(ui, row, &whose) {
                    out.push(DocumentCommand::Set { edits, finished: true }.into());
                }
            });
        });
    });
}

/// Draws what an input was and is; returns what was put in its place.
fn value(ui: &mut Ui, row: &Row<'_>, whose: &str) -> Option<Vec<(String, Value)>> {
    let (tip, text) = (row.tip(), row.text());
    // A lever of the column on the left may have the same name.
    let label = if row.place().is_empty() { format!("{whose} now") } else { whose.to_owned() };
    if let Some(number) = row.number(&label, &tip, &text) {
        return lever(ui, &number.lever()).map(|change| row.edits(change.value));
    }
    let tokens = theme::tokens(ui.ctx());
    let setting = row.changes[0].input.setting;
    let mut chosen = None;
    if let (Unit::Choice(choices), Value::Word(word)) = (setting.unit, &row.changes[0].to) {
        chosen = choice::ui(ui, &label, &tip, word, choices);
    } else {
        let name = RichText::new(whose).size(theme::SMALL).color(tokens.text.weak);
        ui.add(Label::new(name).truncate()).on_hover_text(&tip);
    }
    let text = RichText::new(text).font(theme::strong(theme::SMALL));
    ui.add(Label::new(text.color(tokens.text.strong)).truncate()).on_hover_text(&tip);
    let word = Value::Word(chosen?.to_owned());
    Some(row.changes.iter().map(|change| (change.input.address.clone(), word.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::FleetFile;
    use crate::plan::changes;
    use serde_json::json;

    fn file() -> FleetFile {
        crate::fleet::example::EXAMPLES[0].file().unwrap()
    }

    #[test]
    fn a_lever_that_moved_in_all_groups_is_one_row() {
        let (mut edited, before) = (file(), file());
        for group in ["pumps", "cooling", "vending"] {
            let address = format!("/groups/{group}/reconnect_random_delay_seconds");
            edited = edited.assign(Some("what-if"), &address, &json!(300)).unwrap();
        }
        edited =
            edited.assign(Some("what-if"), "/groups/gateways/max_connect_delay", &json!(300_000)).unwrap();
        edited = edited.assign(Some("what-if"), "/platform/workers", &json!(8)).unwrap();
        let all = changes((&edited, Some("what-if")), (&before, None));
        let rows = together(&all);
        let lines: Vec<_> = rows.iter().map(|row| (row.name(), row.place(), row.text())).collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines.contains(&("Random delay", "4 groups".into(), "20 s to 1 min → 5 min".into())),
            "{lines:?}"
        );
        assert!(lines.iter().any(|line| line.1.is_empty() && line.2 == "4 → 8"), "{lines:?}");
        let delay = rows.iter().find(|row| row.changes.len() == 4).unwrap();
        assert_eq!(delay.back().unwrap().len(), 4);
        let number = delay.number("Delay", "", "").unwrap();
        assert_eq!((number.value, number.range.0 >= 0.0), (300.0, true));
        let edits = delay.edits(400.0);
        let gateways = edits.iter().find(|edit| edit.0 == "/groups/gateways/max_connect_delay").unwrap();
        assert_eq!(gateways.1, Value::Number(400_000.0), "in the unit of its own file");
        assert!(edits.iter().filter(|edit| edit.1 == Value::Number(400.0)).count() == 3);
        assert!(delay.tip().contains("/groups/gateways/max_connect_delay"));
    }

    #[test]
    fn groups_that_were_given_different_values_stay_apart() {
        let before = file();
        let edited = before
            .assign(Some("what-if"), "/groups/pumps/connect_timeout", &json!(20_000))
            .and_then(|file| file.assign(Some("what-if"), "/groups/cooling/connect_timeout", &json!(30_000)))
            .unwrap();
        let all = changes((&edited, Some("what-if")), (&before, None));
        let places: Vec<_> = together(&all).iter().map(Row::place).collect();
        assert_eq!(places, ["Pumps", "Cooling units"]);
    }
}
