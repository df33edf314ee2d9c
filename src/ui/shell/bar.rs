//! The menu bar: menus from the command table, undo and redo, the project's name, search.

use super::super::request::{Request, offer};
use super::super::{keys, theme};
use crate::desk::command::{FileCommand, Menu, TABLE};
use crate::desk::{UserCommand, View};
use crate::fleet::example::EXAMPLES;
use egui::{Align, Button, Layout, MenuBar, Panel, RichText, Ui};

/// Draws the bar.
pub fn ui(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    Panel::top("menu bar").frame(super::ground(ui)).show(ui, |ui| {
        MenuBar::new().ui(ui, |ui| {
            for menu in Menu::ALL {
                ui.menu_button(menu.word(), |ui| entries(ui, menu, view, out));
            }
            ui.separator();
            for (command, sign) in [(UserCommand::Undo, "↶"), (UserCommand::Redo, "↷")] {
                sign_button(ui, command, sign, view, out);
            }
            ui.separator();
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let search = UserCommand::Palette.entry();
                let button =
                    Button::new(search.text).shortcut_text(keys::text(ui.ctx(), UserCommand::Palette));
                if ui.add(button).on_hover_text(search.tooltip).clicked() {
                    out.push(Request::User(UserCommand::Palette));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| title(ui, view));
            });
        });
    });
}

/// Draws the project's name and whether it is saved.
fn title(ui: &mut Ui, view: &View<'_>) {
    let tokens = theme::tokens(ui.ctx());
    let state = saved_text(view);
    ui.add(
        egui::Label::new(
            RichText::new(view.file.name()).font(theme::strong(theme::BODY)).color(tokens.text.strong),
        )
        .truncate(),
    );
    // Less than this shows nothing but dots.
    if ui.available_width() > 48.0 {
        let state = RichText::new(state).color(tokens.text.weak).size(theme::SMALL);
        ui.add(egui::Label::new(state).truncate());
    }
}

/// Returns where the project is and whether it is saved: `example • not saved`, `plant.json • saved 3 s ago`.
fn saved_text(view: &View<'_>) -> String {
    let ago = |age: std::time::Duration| crate::base::units::duration(age.as_secs_f64().floor());
    let state = match (view.dirty, view.saved_ago, view.kept_ago) {
        (false, Some(age), _) if age.as_secs() < 60 => "saved".to_owned(),
        (false, Some(age), _) => {
            format!("saved {} ago", ago(std::time::Duration::from_secs(age.as_secs() / 60 * 60)))
        }
        (false, None, _) => String::new(),
        (true, _, Some(_)) => "not saved, kept for a crash".to_owned(),
        (true, _, None) => "not saved".to_owned(),
    };
    if state.is_empty() { view.origin.to_owned() } else { format!("{} • {state}", view.origin) }
}

/// Draws a button with a sign for a command.
fn sign_button(ui: &mut Ui, command: UserCommand, sign: &str, view: &View<'_>, out: &mut Vec<Request>) {
    let entry = command.entry();
    let step = match command {
        UserCommand::Undo => view.undo,
        _ => view.redo,
    };
    let name = step.map_or_else(|| entry.text.to_owned(), |step| format!("{} {step}", entry.text));
    let button = Button::new(sign).min_size(egui::vec2(28.0, theme::TARGET));
    let response = offer(ui, command, button, &name, view);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, response.enabled(), &name));
    if response.clicked() {
        out.push(Request::User(command));
    }
}

/// Draws the entries of a menu.
fn entries(ui: &mut Ui, menu: Menu, view: &View<'_>, out: &mut Vec<Request>) {
    for entry in TABLE.iter().filter(|entry| entry.menu == menu) {
        let mut button = Button::new(entry.text);
        let keys = keys::text(ui.ctx(), entry.command);
        if !keys.is_empty() {
            button = button.shortcut_text(keys);
        }
        if offer(ui, entry.command, button, entry.tooltip, view).clicked() {
            out.push(Request::User(entry.command));
            ui.close();
        }
        if entry.command == UserCommand::Open {
            recent(ui, view, out);
        }
    }
}

/// Draws the shipped examples and the recent files.
fn recent(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    for example in EXAMPLES {
        if ui.button(format!("Example {}", example.name)).clicked() {
            out.push(FileCommand::Example(example.name.to_owned()).into());
            ui.close();
        }
    }
    for path in &view.settings.recent {
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        if ui.button(format!("Recent {name}")).on_hover_text(path.display().to_string()).clicked() {
            out.push(FileCommand::Open(path.clone()).into());
            ui.close();
        }
    }
}
