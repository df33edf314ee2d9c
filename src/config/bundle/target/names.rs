//! Names that other programs take, derived from names that people gave.

use std::collections::BTreeSet;

/// Gives out names that are valid and told apart, in the order in which they are asked for.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: BTreeSet<String>,
}

impl Names {
    /// Returns a name made of what `allowed` takes, at most `longest` bytes, that was not given before.
    ///
    /// Other signs become `replacement`; names that come out equal get a number.
    pub(super) fn give(&mut self, name: &str, rule: &Rule) -> String {
        let mut plain: String = name
            .chars()
            .map(|c| if rule.lower { c.to_ascii_lowercase() } else { c })
            .map(|c| if (rule.allowed)(c) { c } else { rule.replacement })
            .collect();
        let edge = |c: char| !c.is_ascii_alphanumeric();
        plain = plain.trim_matches(edge).chars().take(rule.longest).collect();
        plain.truncate(plain.trim_end_matches(edge).len());
        if plain.is_empty() {
            plain = "unnamed".into();
        }
        if rule.letter_first && !plain.starts_with(|c: char| c.is_ascii_alphabetic()) {
            plain.insert(0, 'g');
        }
        let mut name = plain.clone();
        let mut number = 2_u64;
        while self.given.contains(&name) {
            let tail = format!("{}{number}", rule.replacement);
            let most = rule.longest.saturating_sub(tail.len());
            name = plain.chars().take(most).chain(tail.chars()).collect();
            number += 1;
        }
        self.given.insert(name.clone());
        name
    }
}

/// What a name may look like. Only ASCII is ever allowed, so characters are bytes.
pub(super) struct Rule {
    pub(super) allowed: fn(char) -> bool,
    pub(super) replacement: char,
    pub(super) lower: bool,
    pub(super) letter_first: bool,
    pub(super) longest: usize,
}

/// Names of Ansible groups: what can be the name of a variable in Python.
pub(super) const ANSIBLE_GROUP: Rule = Rule {
    allowed: |c| c.is_ascii_alphanumeric() || c == '_',
    replacement: '_',
    lower: false,
    letter_first: true,
    longest: 100,
};

/// Names of Ansible hosts; brackets and colons would be read as ranges and ports.
pub(super) const ANSIBLE_HOST: Rule = Rule {
    allowed: |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'),
    replacement: '_',
    lower: false,
    letter_first: false,
    longest: 200,
};

/// Names of Kubernetes objects: a label of a domain name, so that they can be volumes too.
pub(super) const KUBERNETES: Rule = Rule {
    allowed: |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
    replacement: '-',
    lower: true,
    letter_first: false,
    longest: 63,
};

/// Keys of a `ConfigMap`, which become names of files.
pub(super) const CONFIG_KEY: Rule = Rule {
    allowed: |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'),
    replacement: '_',
    lower: false,
    letter_first: false,
    longest: 253,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_told_apart() {
        let mut names = Names::default();
        let groups = ["press-hall", "press hall", "4th", "Ä", "press_hall", ""];
        let given = groups.map(|name| names.give(name, &ANSIBLE_GROUP));
        assert_eq!(given, ["press_hall", "press_hall_2", "g4th", "unnamed", "press_hall_3", "unnamed_2"]);
        let mut names = Names::default();
        let long = "X".repeat(80);
        let given = ["Press Hall", "-a.b-", &long, &long].map(|name| names.give(name, &KUBERNETES));
        assert_eq!(
            given,
            ["press-hall".into(), "a-b".into(), "x".repeat(63), format!("{}-2", "x".repeat(61))]
        );
        assert_eq!(Names::default().give("pump[1:3]", &ANSIBLE_HOST), "pump_1_3");
    }
}
