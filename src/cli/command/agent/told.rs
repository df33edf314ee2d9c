//! What an agent tells, as a line for people and as an event for programs.

use crate::base::Micros;
use crate::cli::error::CommandError;
use crate::cli::live::Events;
use crate::live::agent::{DeafUntil, News, Told};
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
        Told::Lost(ending) => ("lost", json!({"message": ending.to_string()})),
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

/// Returns the line for people; empty where they need none.
fn text(at: Micros, told: &Told) -> String {
    told.words(at).map_or_else(String::new, |(word, text)| format!("{word:<9} {text}").trim_end().to_owned())
}
