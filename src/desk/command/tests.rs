//! The table of user commands: whole, in order, with keys that can be typed and words that follow the rules.

use super::{TABLE, UserCommand};
use std::collections::BTreeSet;

#[test]
fn every_command_stands_once_and_in_the_order_of_the_menus() {
    let commands: BTreeSet<_> = TABLE.iter().map(|entry| entry.command).collect();
    assert_eq!(commands.len(), TABLE.len(), "a command stands twice");
    // The last variant: a new one in front of it without a row makes the numbers differ.
    assert_eq!(TABLE.len(), UserCommand::ShowKeys as usize + 1);
    assert!(TABLE.is_sorted_by_key(|entry| entry.menu), "menus are not together");
    let texts: BTreeSet<_> = TABLE.iter().map(|entry| entry.text).collect();
    assert_eq!(texts.len(), TABLE.len(), "two commands share a text");
}

#[test]
fn shortcuts_are_unique_and_can_be_typed_everywhere() {
    let mut seen = BTreeSet::new();
    for entry in TABLE {
        for shortcut in entry.shortcuts {
            assert!(seen.insert(*shortcut), "{shortcut:?} of {:?} is taken", entry.command);
            assert!(!["/", "[", "\\"].contains(&shortcut.key), "not on every keyboard");
        }
    }
}

#[test]
fn wording_follows_the_rules() {
    for entry in TABLE {
        for text in [entry.text, entry.tooltip] {
            assert!((4..=90).contains(&text.chars().count()), "{text}");
            assert!(text.starts_with(char::is_uppercase), "{text}: sentence case");
            assert!(!text.ends_with(['.', ':', '!']), "{text}: no full stop");
            let capitals = text.split(' ').skip(1).filter(|word| word.starts_with(char::is_uppercase));
            assert_eq!(capitals.count(), 0, "{text}: sentence case");
        }
        assert!(!entry.tooltip.ends_with('…'), "{}", entry.tooltip);
    }
}
