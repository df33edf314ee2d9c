//! Texts with `*` for anything, compared without case.

/// A text to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// What stands between the stars, in lower case.
    parts: Vec<String>,
    /// Whether anything may stand around it.
    anywhere: bool,
}

impl Pattern {
    /// Returns the pattern of a whole value.
    pub(super) fn whole(text: &str) -> Self {
        Self { parts: text.trim().to_lowercase().split('*').map(str::to_owned).collect(), anywhere: false }
    }

    /// Returns the pattern of a part of a value.
    pub(super) fn part(text: &str) -> Self {
        Self { anywhere: true, ..Self::whole(text) }
    }

    /// Returns whether a value matches.
    pub(super) fn matches(&self, value: &str) -> bool {
        if value.is_ascii() {
            return self.matches_bytes(value.as_bytes());
        }
        self.matches_bytes(value.to_lowercase().as_bytes())
    }

    /// The same for text that is ASCII or in lower case.
    fn matches_bytes(&self, value: &[u8]) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            // One part: no star in it.
            let part = self.parts.first().map_or("", String::as_str).as_bytes();
            return if self.anywhere {
                find(value, part).is_some()
            } else {
                value.eq_ignore_ascii_case(part)
            };
        };
        let mut rest = value;
        if self.anywhere {
            let Some(at) = find(rest, first.as_bytes()) else { return false };
            rest = &rest[at + first.len()..];
        } else {
            match rest.split_at_checked(first.len()) {
                Some((start, behind)) if start.eq_ignore_ascii_case(first.as_bytes()) => rest = behind,
                _ => return false,
            }
        }
        for part in middle {
            let Some(at) = find(rest, part.as_bytes()) else { return false };
            rest = &rest[at + part.len()..];
        }
        if self.anywhere {
            return find(rest, last.as_bytes()).is_some();
        }
        let end = rest.len().checked_sub(last.len()).and_then(|at| rest.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(last.as_bytes()))
    }
}

/// Returns where `part` (lower case) begins in `value`, without regard to case.
fn find(value: &[u8], part: &[u8]) -> Option<usize> {
    let Some(first) = part.first() else { return Some(0) };
    let last = value.len().checked_sub(part.len())?;
    (0..=last).find(|&at| {
        value[at].to_ascii_lowercase() == *first && value[at..at + part.len()].eq_ignore_ascii_case(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, value, whole, part) in [
            ("press", "Press", true, true),
            ("press", "Press-1", false, true),
            ("Press*", "press-1", true, true),
            ("*1", "press-1", true, true),
            ("p*s*1", "Press-1", true, true),
            ("p*s*2", "Press-1", false, false),
            ("*", "", true, true),
            ("", "", true, true),
            ("", "x", false, true),
            ("a*a", "a", false, false),
            ("a*a", "aa", true, true),
            ("über*", "Überdruck", true, true),
            ("r*s", "Press", false, true),
        ] {
            assert_eq!(Pattern::whole(pattern).matches(value), whole, "{pattern} {value}");
            assert_eq!(Pattern::part(pattern).matches(value), part, "{pattern} in {value}");
        }
    }
}
