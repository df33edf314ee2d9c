//! Keys: from what was pressed to commands of the table.

use super::request::Request;
use crate::desk::UserCommand;
use crate::desk::View;
use crate::desk::command::{Shortcut, TABLE};
use egui::{Context, Key, KeyboardShortcut, Modifiers};

/// Commands whose keys belong to a text field while it is edited.
const FIELD_FIRST: [UserCommand; 2] = [UserCommand::Undo, UserCommand::Redo];

/// Returns a shortcut of the table as the toolkit knows it; `None` for a key that it does not have.
pub fn shortcut(shortcut: &Shortcut) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    if shortcut.command {
        modifiers = modifiers.plus(Modifiers::COMMAND);
    }
    if shortcut.shift {
        modifiers = modifiers.plus(Modifiers::SHIFT);
    }
    Key::from_name(shortcut.key).map(|key| KeyboardShortcut::new(modifiers, key))
}

/// Returns the keys of a command as people read them, the ones of this system.
pub fn text(ctx: &Context, command: UserCommand) -> String {
    command
        .entry()
        .shortcuts
        .iter()
        .filter_map(shortcut)
        .map(|keys| ctx.format_shortcut(&keys))
        .collect::<Vec<_>>()
        .join(" or ")
}

/// Adds the commands whose keys were pressed since the last frame.
pub fn collect(ctx: &Context, view: &View<'_>, out: &mut Vec<Request>) {
    // A letter belongs to the field that is typed in, or to the list that is open.
    let typing = ctx.text_edit_focused() || egui::Popup::is_any_open(ctx);
    let mut keys: Vec<(KeyboardShortcut, UserCommand)> = TABLE
        .iter()
        .flat_map(|entry| entry.shortcuts.iter().filter_map(move |s| Some((shortcut(s)?, entry.command))))
        .collect();
    // Ctrl+Shift+Z also matches Ctrl+Z: the longer combination is asked first.
    keys.sort_by_key(|(keys, _)| std::cmp::Reverse(keys.modifiers.shift));
    for (keys, command) in keys {
        let plain = !keys.modifiers.command && keys.logical_key != Key::F1 && keys.logical_key != Key::F2;
        if typing && (plain || FIELD_FIRST.contains(&command)) || view.enabled(command).is_err() {
            continue;
        }
        if ctx.input_mut(|input| input.consume_shortcut(&keys)) {
            out.push(Request::User(command));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_exists() {
        for entry in TABLE {
            for keys in entry.shortcuts {
                assert!(shortcut(keys).is_some(), "{keys:?}");
            }
        }
    }
}
