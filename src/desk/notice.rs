//! What the desk has to say: one line each, kept in a log of the last 200.
//!
//! A notice is no question; nothing waits for an answer. What went wrong with a field or the file is
//! a [`Finding`](crate::base::Finding) instead and stands where it can be put right.

use super::command::UserCommand;
use crate::base::Severity;
use std::collections::VecDeque;
use std::time::Duration;

/// Notices that the log keeps.
pub const KEPT: usize = 200;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Number of the notice, counted from 1; a face remembers up to which one it has shown.
    pub id: u64,
    /// When it was said, on the clock that the desk is driven with.
    pub at: Duration,
    /// How much it weighs.
    pub severity: Severity,
    /// What happened, for errors also why and what to do.
    pub text: String,
    /// A command that answers it, offered beside the text.
    pub action: Option<UserCommand>,
}

/// The last notices, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    ring: VecDeque<Notice>,
    count: u64,
}

impl Notices {
    /// Adds a notice; the oldest one gives way when the log is full.
    pub(super) fn push(
        &mut self,
        at: Duration,
        severity: Severity,
        text: String,
        action: Option<UserCommand>,
    ) {
        self.count += 1;
        if self.ring.len() == KEPT {
            self.ring.pop_front();
        }
        self.ring.push_back(Notice { id: self.count, at, severity, text, action });
    }

    /// Returns the notices, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Notice> + ExactSizeIterator {
        self.ring.iter()
    }

    /// Returns the newest notice.
    pub fn last(&self) -> Option<&Notice> {
        self.ring.back()
    }

    /// Returns how many notices there have been, those that gave way included.
    pub fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_gives_way() {
        let mut notices = Notices::default();
        for number in 1..=KEPT + 2 {
            notices.push(Duration::ZERO, Severity::Info, number.to_string(), None);
        }
        assert_eq!(notices.iter().len(), KEPT);
        assert_eq!(notices.iter().next().map(|notice| (notice.id, notice.text.as_str())), Some((3, "3")));
        assert_eq!((notices.count(), notices.last().unwrap().id), (202, 202));
    }
}
