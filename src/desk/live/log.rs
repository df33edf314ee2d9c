//! The log of one agent: what it told and which frames passed, the last few hundred of each.

use crate::base::Micros;
use crate::base::units::duration;
use crate::live::agent::{Passed, Told};
use std::collections::VecDeque;
use std::sync::Arc;

/// Lines that are kept.
pub const KEPT: usize = 500;

/// Where a line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The agent itself.
    Agent,
    /// A frame that went to the platform.
    Sent,
    /// A frame that came from it.
    Received,
}

impl Side {
    /// Returns the sign in front of a line, which its word repeats.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Agent => "·",
            Self::Sent => "→",
            Self::Received => "←",
        }
    }

    /// Returns the word for people who hear it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// When, since the agent was started.
    pub at: Micros,
    /// Where it comes from.
    pub from: Side,
    /// What it is: `AUTH`, `ping`, `lost`.
    pub word: String,
    /// What it says.
    pub text: String,
}

impl Line {
    /// Returns whether every word that was typed occurs in the line, wherever; capitals do not count.
    pub fn matches(&self, typed: &str) -> bool {
        let all = format!("{} {} {}", self.from.word(), self.word, self.text).to_lowercase();
        typed.split_whitespace().all(|word| all.contains(&word.to_lowercase()))
    }

    /// Returns the line as it is read out.
    pub fn spoken(&self) -> String {
        format!("{} {} {} {}", duration(self.at.secs()), self.from.word(), self.word, self.text)
    }
}

/// The lines, the newest first.
#[derive(Clone, Debug, Default)]
pub struct Log {
    ring: VecDeque<Arc<Line>>,
    count: u64,
    /// The lines when the log was held.
    held: Option<(u64, Vec<Arc<Line>>)>,
}

impl Log {
    /// Returns the lines that match, the newest first; those of the moment of holding while the log is held.
    pub fn lines<'a>(&'a self, typed: &'a str) -> Vec<&'a Arc<Line>> {
        let matching = |line: &&Arc<Line>| line.matches(typed);
        match &self.held {
            Some((_, lines)) => lines.iter().filter(matching).collect(),
            None => self.ring.iter().rev().filter(matching).collect(),
        }
    }

    /// Returns how many lines came in since the log was held; nothing where it is not.
    pub fn newer(&self) -> Option<u64> {
        self.held.as_ref().map(|(count, _)| self.count - count)
    }

    /// Returns how many lines there have been, those that gave way included.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Holds the log as it is, or lets it go on.
    pub(super) fn hold(&mut self, on: bool) {
        self.held = on.then(|| (self.count, self.ring.iter().rev().cloned().collect()));
    }

    /// Takes in what an agent told at a time since it was started.
    pub(super) fn told(&mut self, at: Micros, words: (&str, String)) {
        self.push(at, Side::Agent, words.0.to_owned(), words.1);
    }

    /// Takes in a frame.
    pub(super) fn passed(&mut self, at: Micros, passed: Passed) {
        let Passed { sent, bytes, word, text } = passed;
        let separator = if text.is_empty() { "" } else { "; " };
        let from = if sent { Side::Sent } else { Side::Received };
        self.push(at, from, word, format!("{text}{separator}{bytes} bytes"));
    }

    fn push(&mut self, at: Micros, from: Side, word: String, text: String) {
        self.count += 1;
        if self.ring.len() == KEPT {
            self.ring.pop_front();
        }
        self.ring.push_back(Arc::new(Line { number: self.count, at, from, word, text }));
    }
}

/// Returns what is told in words, of an agent that was started at `began`.
pub(super) fn words(told: &Told, at: Micros, began: Micros) -> Option<(&'static str, String)> {
    match told {
        Told::Back { .. } => Some(("connected", format!("after {}", duration(at.since(began).secs())))),
        Told::Tries { number, .. } => Some(("tries", format!("attempt {}", u64::from(*number) + 1))),
        told => told.words(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(log: &mut Log, sent: bool, word: &str) {
        let (word, text) = (word.to_owned(), "pump".to_owned());
        log.passed(Micros(1), Passed { sent, bytes: 9, word, text });
    }

    #[test]
    fn the_oldest_gives_way_and_the_newest_stands_first() {
        let mut log = Log::default();
        for _ in 0..=KEPT {
            passed(&mut log, true, "ping");
        }
        passed(&mut log, false, "pong");
        let lines = log.lines("");
        assert_eq!((lines.len(), log.count()), (KEPT, KEPT as u64 + 2));
        assert_eq!((lines[0].number, lines[0].from), (KEPT as u64 + 2, Side::Received));
        assert_eq!(lines[0].text, "pump; 9 bytes");
        assert_eq!(log.lines("RECEIVED pump").len(), 1);
        assert_eq!(log.lines("pong sent").len(), 0);
    }

    #[test]
    fn a_held_log_stays_while_lines_come_in() {
        let mut log = Log::default();
        passed(&mut log, true, "AUTH");
        log.hold(true);
        for _ in 0..2 * KEPT {
            passed(&mut log, true, "ping");
        }
        assert_eq!((log.lines("").len(), log.newer()), (1, Some(2 * KEPT as u64)));
        assert_eq!(log.lines("")[0].word, "AUTH");
        log.hold(false);
        assert_eq!((log.lines("").len(), log.newer()), (KEPT, None));
    }

    #[test]
    fn times_count_from_the_start_of_the_agent() {
        let (began, at) = (Micros::from_secs(100), Micros::from_secs(101));
        assert_eq!(words(&Told::Back { number: 0 }, at, began), Some(("connected", "after 1 s".to_owned())));
        let deaf = Some(crate::live::agent::DeafUntil::CallReturns);
        let stopped = Told::Stopped { goodbye: false, c_sdk_deaf_until: deaf };
        assert!(words(&stopped, at, began).is_some_and(|(_, text)| text.contains("may be never")));
    }
}
