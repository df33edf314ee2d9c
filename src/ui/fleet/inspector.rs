//! The settings of one group: every row of the registry that applies to it, with its findings.

use super::rows::{Section, first_value, sections};
use crate::base::Finding;
use crate::base::json;
use crate::desk::View;
use crate::desk::command::DocumentCommand;
use crate::fleet::Unknown;
use crate::fleet::cluster::PLAYED;
use crate::fleet::file::{self, Value, address};
use crate::fleet::setting::{Absent, Setting, Unit};
use crate::ui::request::Request;
use crate::ui::setting::Number;
use crate::ui::simulate::rows::help;
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use crate::ui::widget::name::NameField;
use crate::ui::widget::quantity::lever;
use egui::{Align, Layout, Margin, RichText, Role, TextEdit, Ui, WidgetInfo};

/// State of the inspector: a name that is being typed.
#[derive(Default)]
pub struct Inspector {
    name: NameField,
}

impl Inspector {
    /// Draws the inspector of a group.
    pub fn ui(&mut self, ui: &mut Ui, id: &str, view: &View<'_>, out: &mut Vec<Request>) {
        self.head(ui, id, view, out);
        for part in sections(view, id) {
            ui.add_space(space::L);
            section(ui, &json::join("/groups", id), &part, view, out);
        }
    }

    /// Draws the name and what can be done with the group.
    fn head(&mut self, ui: &mut Ui, id: &str, view: &View<'_>, out: &mut Vec<Request>) {
        if let Some(name) = self.name.ui(ui, id, view.file.group_name(id)) {
            out.push(DocumentCommand::RenameGroup { id: id.to_owned(), name }.into());
        }
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| {
            if ui.button("Duplicate group").clicked() {
                out.push(DocumentCommand::DuplicateGroup(id.to_owned()).into());
            }
            let last = view.file.group_ids().count() < 2;
            let remove = ui.add_enabled(!last, egui::Button::new("Remove group"));
            if remove.on_disabled_hover_text("A fleet needs at least one group").clicked() {
                out.push(DocumentCommand::RemoveGroup(id.to_owned()).into());
            }
        });
    }
}

/// Draws a heading with its settings.
fn section(ui: &mut Ui, base: &str, part: &Section, view: &View<'_>, out: &mut Vec<Request>) {
    let title = RichText::new(part.title).font(theme::strong(theme::BODY));
    ui.label(title.color(theme::tokens(ui.ctx()).text.strong));
    settings(ui, base, &part.settings, view, out);
}

/// Draws the settings below a base.
pub(in crate::ui) fn settings(
    ui: &mut Ui,
    base: &str,
    settings: &[&'static Setting],
    view: &View<'_>,
    out: &mut Vec<Request>,
) {
    for setting in settings {
        ui.push_id((base, setting.key), |ui| row(ui, base, setting, view, out));
    }
}

/// Draws an optional setting that is not set, or what takes a set one out again.
fn optional(ui: &mut Ui, setting: &Setting, value: &Value, view: &View<'_>) -> Option<Value> {
    let mut chosen = None;
    ui.horizontal(|ui| {
        let weak = theme::tokens(ui.ctx()).text.weak;
        if *value == Value::Nothing || setting.unit == Unit::Moment {
            ui.label(setting.label).on_hover_text(help(setting));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            match (value, first_value(setting, view)) {
                (Value::Nothing, Some(first)) => {
                    let button = ui.button("Set");
                    let spoken = format!("Set {}", setting.label);
                    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
                    if button.clicked() {
                        chosen = Some(Value::Number(first));
                    }
                    ui.label(RichText::new("not set").color(weak));
                }
                (Value::Nothing, None) => {
                    ui.label(RichText::new("set in the file").color(weak));
                }
                _ => {
                    let button = ui.button(RichText::new("Clear").size(theme::SMALL));
                    let spoken = format!("Clear {}", setting.label);
                    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
                    if button.clicked() {
                        chosen = Some(Value::Nothing);
                    }
                    if setting.unit == Unit::Moment {
                        ui.label(value.human(setting));
                    }
                }
            }
        });
    });
    chosen
}

/// Draws a text that is typed; returns it when it is left. An empty one takes an optional setting out.
fn text(ui: &mut Ui, setting: &Setting, now: &str) -> Option<Value> {
    let id = ui.make_persistent_id("typed");
    let mut typed = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| now.to_owned());
    let edit = ui.horizontal(|ui| {
        let name = ui.label(setting.label).on_hover_text(help(setting));
        let field = TextEdit::singleline(&mut typed).desired_width(f32::INFINITY);
        ui.add(field.margin(Margin::symmetric(8, 4))).labelled_by(name.id)
    });
    let edit = edit.inner;
    if edit.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, typed));
        return None;
    }
    ui.data_mut(|data| data.remove_temp::<String>(id));
    let typed = typed.trim();
    if !edit.lost_focus() || typed == now {
        return None;
    }
    match (typed.is_empty(), setting.absent) {
        (true, Absent::Nothing) => Some(Value::Nothing),
        (true, _) => None,
        (false, _) => Some(Value::Word(typed.to_owned())),
    }
}

/// Draws one button for each group; returns the groups that were chosen, nothing for all of them.
fn groups(ui: &mut Ui, setting: &Setting, value: Option<&Value>, view: &View<'_>) -> Option<Value> {
    let named = match value {
        Some(Value::Word(ids)) => ids.as_str(),
        _ => "",
    };
    let mut ids: Vec<&str> = named.split(',').filter(|id| !id.is_empty()).collect();
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        let name = ui.label(setting.label).on_hover_text(help(setting));
        for id in view.file.group_ids() {
            let own = ids.contains(&id);
            if ui.selectable_label(own, view.file.group_name(id)).labelled_by(name.id).clicked() {
                match ids.iter().position(|known| *known == id) {
                    Some(at) => drop(ids.remove(at)),
                    None => ids.push(id),
                }
                let list = Value::Word(ids.join(","));
                chosen = Some(if ids.is_empty() { Value::Nothing } else { list });
            }
        }
        if named.is_empty() {
            let weak = theme::tokens(ui.ctx()).text.weak;
            ui.label(RichText::new("every group").color(weak));
        }
    });
    chosen
}

/// Draws the choice of the cluster that is simulated; returns it when another one is chosen.
fn cluster(ui: &mut Ui, setting: &Setting, seen: &file::View<'_>) -> Option<Value> {
    let topology = seen.drawable()?;
    let played = topology.played()?.node;
    let entries: Vec<(String, &str)> =
        topology.clusters().map(|one| (one.node.id.clone(), &*one.node.name)).collect();
    let mut chosen = None;
    ui.horizontal(|ui| {
        ui.label(setting.label).on_hover_text(help(setting));
        chosen = choice::corner(ui, setting.label, &help(setting), &played.id, &entries);
    });
    chosen.map(Value::Word)
}

/// Draws one setting with what was found about it.
fn row(ui: &mut Ui, base: &str, setting: &'static Setting, view: &View<'_>, out: &mut Vec<Request>) {
    let address = address::join(base, setting);
    let seen = view.seen();
    let value = seen.value(&address, setting);
    let set = |value, finished| DocumentCommand::Set { edits: vec![(address.clone(), value)], finished };
    let choose = |ui: &mut Ui, out: &mut Vec<Request>| {
        if let (Absent::Nothing, Ok(value)) = (setting.absent, &value)
            && let Some(value) = optional(ui, setting, value, view)
        {
            out.push(set(value, true).into());
        }
    };
    if address == PLAYED {
        if let Some(value) = cluster(ui, setting, &seen) {
            out.push(set(value, true).into());
        }
        return findings(ui, &address, view, out);
    }
    if setting.unit == Unit::Text {
        let now = match &value {
            Ok(Value::Word(word)) => word.as_str(),
            _ => "",
        };
        if let Some(value) = text(ui, setting, now) {
            out.push(set(value, true).into());
        }
        return findings(ui, &address, view, out);
    }
    if setting.unit == Unit::Groups {
        if let Some(value) = groups(ui, setting, value.as_ref().ok(), view) {
            out.push(set(value, true).into());
        }
        return findings(ui, &address, view, out);
    }
    if setting.absent == Absent::Nothing
        && !matches!(value, Ok(Value::Number(_) | Value::Unknown(_)) | Err(_))
    {
        choose(ui, out);
        return findings(ui, &address, view, out);
    }
    match (setting.unit, &value) {
        (Unit::Choice(choices), value) => {
            let word = match value {
                Ok(Value::Word(word)) => word.as_str(),
                _ => "",
            };
            if let Some(word) = choice::ui(ui, setting.label, &help(setting), word, choices) {
                out.push(set(Value::Word(word.to_owned()), true).into());
            }
            if let Ok(Value::Unknown(_)) = value {
                let text = value.as_ref().map_or_else(|_| String::new(), |value| value.human(setting));
                ui.label(RichText::new(text).size(theme::SMALL));
            }
        }
        (_, value) => {
            if let Some((value, finished)) = number(ui, setting, value) {
                out.push(set(value, finished).into());
            }
        }
    }
    choose(ui, out);
    findings(ui, &address, view, out);
}

/// Draws a number, or the bounds of one that nobody knows; returns what was put in its place and whether that
/// is all.
fn number(ui: &mut Ui, setting: &'static Setting, value: &Result<Value, Finding>) -> Option<(Value, bool)> {
    let stated = value.as_ref().ok().map(|value| value.clone().stated(setting));
    let current = stated.as_ref().and_then(Value::number).or(setting.default_number());
    let bounds = match value {
        Ok(Value::Unknown(Unknown::Between(low, high))) => Some((*low, *high)),
        _ => None,
    };
    let echo = match (setting.unit, value) {
        (_, Ok(unknown @ Value::Unknown(_))) => format!("{} · {}", setting.name(), unknown.human(setting)),
        (Unit::Milliseconds, _) => format!("{} · file: {}", setting.name(), current.unwrap_or_default()),
        _ if setting.name().eq_ignore_ascii_case(setting.label) => String::new(),
        _ => setting.name().to_owned(),
    };
    let help = help(setting);
    let number = Number {
        label: setting.label,
        help: &help,
        value: current.unwrap_or(setting.range.0),
        unit: setting.unit,
        bounds,
        takes_bounds: setting.settled().is_none(),
        range: setting.range,
        whole: setting.whole,
        special: setting.special,
        slider: setting.slider,
        echo: &echo,
    };
    let change = lever(ui, &number.lever())?;
    let value = match change.upper {
        Some(high) => Value::Unknown(Unknown::Between(change.value, high)),
        None => Value::Number(change.value),
    };
    Some((value, change.finished))
}

/// Draws what was found about an input.
fn findings(ui: &mut Ui, address: &str, view: &View<'_>, out: &mut Vec<Request>) {
    let tokens = theme::tokens(ui.ctx());
    for finding in view.findings().iter().filter(|f| f.pointer == address && f.silenced.is_none()) {
        let (sign, colour) = tokens.severity(finding.severity);
        ui.horizontal_wrapped(|ui| {
            let text = format!("{sign} {} {} {}", finding.what, finding.why, finding.fix);
            ui.label(RichText::new(text).size(theme::SMALL).color(colour));
            if let Some(fix) = &finding.patch
                && ui.button(RichText::new(&fix.label).size(theme::SMALL)).clicked()
            {
                out.push(DocumentCommand::Apply(fix.clone()).into());
            }
        });
    }
}
