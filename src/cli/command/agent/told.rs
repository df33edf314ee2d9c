//! What an agent tells, as a line for people and as an event for programs.

use crate::base::Micros;
use crate::base::units::duration;
use crate::cli::error::CommandError;
use crate::cli::live::Events;
use crate::live::agent::{DeafUntil, Ending, News, Told};
use serde_json::{Value, json};

/// Writes what an agent tells.
///
/// # Errors
/// Where stdout cannot be written.
pub fn tell(events: &Events<'_>, at: Micros, told: &Told) -> Result<(), CommandError> {
    let (event, fields) = fields(told);
    events.tell(at, event, fields, || text(at, told))
}

/// Returns the name of an event and what belongs to it.
fn fields(told: &Told) -> (&'static str, Value) {
    match told {
        Told::Waits { until, .. } => ("waits", json!({"until_s": until.secs()})),
        Told::Tries { number, planned, same_socket } => {
            ("tries", json!({"attempt": number, "planned_s": planned.secs(), "same_socket": same_socket}))
        }
        Told::Stepped(done) => {
            ("step", json!({"step": done.step.word(), "took_ms": done.took.millis(), "detail": done.detail}))
        }
        Told::Failed(failure) => (
            "failed",
            json!({
                "step": failure.step.word(), "took_ms": failure.took.millis(),
                "reason": failure.trouble.code(), "message": failure.trouble.to_string(),
            }),
        ),
        Told::CSdkFails(why) => ("c-sdk-fails", json!({"message": why})),
        Told::Back { number } => ("back", json!({"attempt": number})),
        Told::Lost(ending) => ("lost", json!({"message": ended(ending)})),
        Told::ConnectsOnceMore => ("connects-once-more", json!({})),
        Told::Stranded => ("stranded", json!({})),
        Told::Asked { what, success } => ("asked", json!({"what": what, "success": success})),
        Told::Pushed { count, taken } => ("pushed", json!({"count": count, "taken": taken})),
        Told::NotSent { what, why } => ("not-sent", json!({"what": what, "message": why})),
        Told::Store(news) => news_fields(news),
        Told::Answered { what, status, rows } => (
            "answered",
            json!({"what": what, "status": status.map(|status| status.to_string()), "rows": rows}),
        ),
        Told::Stopped { goodbye, c_sdk_deaf_until } => {
            let deaf = c_sdk_deaf_until.map(|until| match until {
                DeafUntil::At(at) => json!({"until_s": at.secs()}),
                DeafUntil::CallReturns => json!({"until_s": null}),
            });
            ("stopped", json!({"goodbye": goodbye, "c_sdk_deaf": deaf}))
        }
    }
}

/// Returns the name of an event of the store and what belongs to it.
fn news_fields(news: &News) -> (&'static str, Value) {
    match news {
        News::Put(put) => (
            "stored",
            json!({
                "count": put.stored, "in_memory": put.held, "dropped": put.dropped, "waiting": put.waiting,
                "bytes": put.bytes, "trouble": put.trouble,
            }),
        ),
        News::Sends { count, before_bind } => {
            ("flushing", json!({"count": count, "before_bind": before_bind}))
        }
        News::Answered { count, taken, waiting, trouble } => {
            ("flushed", json!({"count": count, "taken": taken, "waiting": waiting, "trouble": trouble}))
        }
        News::Unanswered { count } => ("not-flushed", json!({"count": count})),
        News::Left(left) => ("left", json!({"stored": left.stored, "lost": left.lost})),
    }
}

/// Returns a number of values in words.
pub(super) fn values(count: usize) -> String {
    format!("{} {}", crate::base::units::count(count as u64), if count == 1 { "value" } else { "values" })
}

/// Returns the line of an event of the store.
fn news_text(news: &News) -> String {
    match news {
        News::Put(put) => {
            let mut lines = Vec::new();
            if put.stored > 0 {
                lines.push(format!("stored    {}; waiting {}", values(put.stored), put.waiting));
            }
            if put.held > 0 {
                let why = put.trouble.as_deref().unwrap_or("the disk takes nothing");
                lines.push(format!("held      {} in memory only: {why}", values(put.held)));
            }
            if put.dropped > 0 {
                lines.push(format!("dropped   {}: the store is full", values(put.dropped)));
            }
            lines.join("\n")
        }
        News::Sends { count, before_bind } => {
            format!("flushing  {}{}", values(*count), if *before_bind { " before BIND" } else { "" })
        }
        News::Answered { count, taken, waiting, trouble } => {
            let taken = if *taken { "taken" } else { "refused, and dropped" };
            let trouble = trouble.as_deref().map(|trouble| format!("; {trouble}")).unwrap_or_default();
            format!("flushed   {}: {taken}; waiting {waiting}{trouble}", values(*count))
        }
        News::Unanswered { count } => format!("kept      {}: no answer in time", values(*count)),
        News::Left(left) if left.lost > 0 => {
            format!("left      {} for the next start, {} lost", values(left.stored), left.lost)
        }
        News::Left(left) => format!("left      {} for the next start", values(left.stored)),
    }
}

/// Returns how a connection was lost, in words.
fn ended(ending: &Ending) -> String {
    match ending {
        Ending::CloseFrame(reason) if reason.is_empty() => "the platform said goodbye".to_owned(),
        Ending::CloseFrame(reason) => format!("the platform said goodbye: {reason}"),
        Ending::Reset => "the platform or something on the way reset it".to_owned(),
        Ending::Error(error) => format!("it failed: {error}"),
        Ending::Garbage(error) => format!("what came breaks the rules of the protocol: {error}"),
        Ending::End => "TCP ended without a goodbye".to_owned(),
        Ending::NoPong => "a ping was not answered".to_owned(),
        Ending::Restart => "the platform called the service that restarts it".to_owned(),
        Ending::Cut => "it was cut here".to_owned(),
    }
}

/// Returns the line for people; empty where they need none.
fn text(at: Micros, told: &Told) -> String {
    match told {
        Told::Waits { until, .. } if until.since(at) > Micros::ZERO => {
            format!("waits     {}", duration(until.since(at).secs()))
        }
        Told::Stepped(done) => {
            let line = format!("{:<9} {:<9} {}", done.step.word(), duration(done.took.secs()), done.detail);
            line.trim_end().to_owned()
        }
        Told::Failed(failure) => {
            format!(
                "{:<9} {:<9} failed: {}",
                failure.step.word(),
                duration(failure.took.secs()),
                failure.trouble
            )
        }
        Told::CSdkFails(why) => format!("note      An agent of the C SDK would fail here: {why}"),
        Told::Back { .. } => format!("connected after {}", duration(at.secs())),
        Told::Lost(ending) => format!("lost      {}", ended(ending)),
        Told::Stranded => "gives up".to_owned(),
        Told::Asked { what, success } => {
            format!("asked     {what}: {}", if *success { "answered" } else { "refused" })
        }
        Told::Pushed { count, taken } => {
            format!("pushed    {}: {}", values(*count), if *taken { "taken" } else { "not taken" })
        }
        Told::NotSent { what, why } => format!("not sent  {what}: {why}"),
        Told::Store(news) => news_text(news),
        Told::Answered { what, status, rows } => match status {
            Some(status) if *rows > 0 => format!("called    {what}: {status}, rows {rows}"),
            Some(status) => format!("called    {what}: {status}"),
            None => format!("called    {what}: no answer in time"),
        },
        Told::Stopped { goodbye, .. } => {
            if *goodbye {
                "left in order".to_owned()
            } else {
                "left without a goodbye".to_owned()
            }
        }
        Told::Waits { .. } | Told::Tries { .. } | Told::ConnectsOnceMore => String::new(),
    }
}
