//! What an agent tells, in words: one word for what it is, and what there is to say.

use super::{DeafUntil, Ending, News, Told};
use crate::base::Micros;
use crate::base::units::{count, duration};
use std::fmt;

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloseFrame(reason) if reason.is_empty() => f.write_str("the platform said goodbye"),
            Self::CloseFrame(reason) => write!(f, "the platform said goodbye: {reason}"),
            Self::Reset => f.write_str("the platform or something on the way reset it"),
            Self::Error(error) => write!(f, "it failed: {error}"),
            Self::Garbage(error) => write!(f, "what came breaks the rules of the protocol: {error}"),
            Self::End => f.write_str("TCP ended without a goodbye"),
            Self::NoPong => f.write_str("a ping was not answered"),
            Self::Restart => f.write_str("the platform called the service that restarts it"),
            Self::Cut => f.write_str("it was cut here"),
        }
    }
}

impl Told {
    /// Returns what it is and what there is to say of it, which was told at a time; nothing for what people need not
    /// read.
    pub fn words(&self, at: Micros) -> Option<(&'static str, String)> {
        Some(match self {
            Self::Waits { until, .. } if until.since(at) > Micros::ZERO => {
                ("waits", duration(until.since(at).secs()))
            }
            Self::Stepped(done) => {
                let text = format!("{:<9} {}", duration(done.took.secs()), done.detail);
                (done.step.word(), text.trim_end().to_owned())
            }
            Self::Failed(failure) => {
                let took = duration(failure.took.secs());
                (failure.step.word(), format!("{took:<9} failed: {}", failure.trouble))
            }
            Self::CSdkFails(why) => ("note", format!("An agent of the C SDK would fail here: {why}")),
            Self::Back { .. } => ("connected", format!("after {}", duration(at.secs()))),
            Self::Lost(ending) => ("lost", ending.to_string()),
            Self::Stranded => ("gives up", String::new()),
            Self::Asked { what, success } => {
                ("asked", format!("{what}: {}", if *success { "answered" } else { "refused" }))
            }
            Self::Pushed { count, taken } => {
                ("pushed", format!("{}: {}", values(*count), if *taken { "taken" } else { "not taken" }))
            }
            Self::NotSent { what, why } => ("not sent", format!("{what}: {why}")),
            Self::Store(news) => return news.words(),
            Self::Answered { what, status, rows } => (
                "called",
                match status {
                    Some(status) if *rows > 0 => format!("{what}: {status}, rows {rows}"),
                    Some(status) => format!("{what}: {status}"),
                    None => format!("{what}: no answer in time"),
                },
            ),
            Self::Stopped { goodbye, c_sdk_deaf_until } => {
                let how = if *goodbye { "in order" } else { "at once, nobody was there to hear a goodbye" };
                let deaf = c_sdk_deaf_until
                    .map(|until| format!("; an agent of the C SDK would not have heard the wish {until}"));
                ("left", how.to_owned() + &deaf.unwrap_or_default())
            }
            Self::ConnectsOnceMore => {
                ("connects", "once more at once, as agents of the C SDK do after an error".to_owned())
            }
            Self::Waits { .. } | Self::Tries { .. } => return None,
        })
    }
}

impl News {
    /// Returns what it is and what there is to say of it; nothing where nothing was put into the store.
    fn words(&self) -> Option<(&'static str, String)> {
        Some(match self {
            Self::Put(put) => {
                let mut parts = Vec::new();
                if put.stored > 0 {
                    parts.push(("stored", format!("{}; waiting {}", values(put.stored), put.waiting)));
                }
                if put.held > 0 {
                    let why = put.trouble.as_deref().unwrap_or("the disk takes nothing");
                    parts.push(("held", format!("{} in memory only: {why}", values(put.held))));
                }
                if put.dropped > 0 {
                    parts.push(("dropped", format!("{}: the store is full", values(put.dropped))));
                }
                let mut parts = parts.into_iter();
                let (word, text) = parts.next()?;
                let more = parts.map(|(word, more)| format!("; {word} {more}"));
                (word, std::iter::once(text).chain(more).collect())
            }
            Self::Sends { count, before_bind } => {
                ("flushing", format!("{}{}", values(*count), if *before_bind { " before BIND" } else { "" }))
            }
            Self::Answered { count, taken, waiting, trouble } => {
                let taken = if *taken { "taken" } else { "refused, and dropped" };
                let trouble = trouble.as_deref().map(|trouble| format!("; {trouble}")).unwrap_or_default();
                ("flushed", format!("{}: {taken}; waiting {waiting}{trouble}", values(*count)))
            }
            Self::Unanswered { count } => ("kept", format!("{}: no answer in time", values(*count))),
            Self::Left(left) if left.lost > 0 => {
                ("left", format!("{} for the next start, {} lost", values(left.stored), left.lost))
            }
            Self::Left(left) => ("left", format!("{} for the next start", values(left.stored))),
        })
    }
}

/// Returns a number of values in words.
pub fn values(number: usize) -> String {
    format!("{} {}", count(number as u64), if number == 1 { "value" } else { "values" })
}

impl fmt::Display for DeafUntil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(_) => f.write_str("until its wait is over"),
            Self::CallReturns => f.write_str("until its connect call returns, which may be never"),
        }
    }
}
