//! The palette that finds any command by its name, and the list of keys.

use super::super::request::{Request, offer};
use super::super::{keys, theme};
use crate::desk::View;
use crate::desk::command::{Entry, TABLE};
use egui::{Align2, Button, Context, Grid, Key, RichText, ScrollArea, TextEdit, Window};

/// State of the palette.
#[derive(Default)]
pub struct Palette {
    open: bool,
    text: String,
    chosen: usize,
    focus: bool,
}

/// Returns the commands that match what was typed, best first: every word must occur in the text, the
/// tooltip or the menu's name.
pub fn matching(typed: &str) -> Vec<&'static Entry> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<_> = TABLE
        .iter()
        .filter(|entry| {
            let all = format!("{} {} {}", entry.text, entry.tooltip, entry.menu.word()).to_lowercase();
            words.iter().all(|word| all.contains(word))
        })
        .collect();
    let first = words.first().cloned().unwrap_or_default();
    found.sort_by_key(|entry| !entry.text.to_lowercase().starts_with(&first));
    found
}

impl Palette {
    /// Opens the palette, or closes it where it is open.
    pub fn open(&mut self) {
        *self = Self { open: !self.open, focus: true, ..Self::default() };
    }

    /// Draws the palette.
    pub fn ui(&mut self, ctx: &Context, view: &View<'_>, out: &mut Vec<Request>) {
        if !self.open {
            return;
        }
        let (up, down, enter, escape) = ctx.input(|input| {
            let pressed = |key| input.key_pressed(key);
            (pressed(Key::ArrowUp), pressed(Key::ArrowDown), pressed(Key::Enter), pressed(Key::Escape))
        });
        let found = matching(&self.text);
        let last = found.len().saturating_sub(1);
        self.chosen = match (up, down) {
            (true, _) => self.chosen.saturating_sub(1),
            (_, true) => self.chosen + 1,
            _ => self.chosen,
        }
        .min(last);
        let mut picked = enter.then(|| found.get(self.chosen).copied()).flatten();
        Window::new("Search or run")
            .title_bar(false)
            .resizable(false)
            .anchor(Align2::CENTER_TOP, [0.0, 60.0])
            .default_width(460.0)
            .show(ctx, |ui| {
                let edit = ui.add(
                    TextEdit::singleline(&mut self.text)
                        .hint_text("Search or run")
                        .desired_width(f32::INFINITY),
                );
                edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search or run"));
                if std::mem::take(&mut self.focus) {
                    edit.request_focus();
                }
                if found.is_empty() {
                    ui.label(format!("No command matches `{}`", self.text));
                }
                ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                    for (index, entry) in found.iter().enumerate() {
                        let mut button =
                            Button::selectable(index == self.chosen, (entry.text, egui::Atom::grow()));
                        let keys = keys::text(ui.ctx(), entry.command);
                        if !keys.is_empty() {
                            button = button.shortcut_text(keys);
                        }
                        let button = button.min_size(egui::vec2(ui.available_width(), theme::TARGET));
                        let response = offer(ui, entry.command, button, entry.tooltip, view);
                        if index == self.chosen && (up || down) {
                            response.scroll_to_me(None);
                        }
                        if response.clicked() {
                            picked = Some(entry);
                        }
                    }
                });
            });
        if let Some(entry) = picked {
            out.push(Request::User(entry.command));
        }
        if picked.is_some() || escape {
            self.open = false;
        }
    }
}

/// Draws the list of keys.
pub fn keys(ctx: &Context, open: &mut bool) {
    Window::new("Keys").open(open).resizable(false).anchor(Align2::CENTER_CENTER, [0.0, 0.0]).show(
        ctx,
        |ui| {
            Grid::new("keys").num_columns(2).spacing([24.0, 4.0]).show(ui, |ui| {
                for entry in TABLE.iter().filter(|entry| !entry.shortcuts.is_empty()) {
                    ui.label(entry.text.trim_end_matches('…'));
                    ui.label(RichText::new(keys::text(ctx, entry.command)).font(theme::strong(theme::BODY)));
                    ui.end_row();
                }
            });
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::UserCommand;

    #[test]
    fn the_palette_finds_every_command_by_its_text() {
        for entry in TABLE {
            assert!(
                matching(entry.text).iter().any(|found| found.command == entry.command),
                "{}",
                entry.text
            );
        }
        assert_eq!(matching("export")[0].command, UserCommand::Export);
        assert_eq!(matching("DARK theme")[0].command, UserCommand::ThemeDark);
        assert!(matching("qqq").is_empty());
        assert_eq!(matching("").len(), TABLE.len());
    }
}
