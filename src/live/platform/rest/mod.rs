//! The platform's REST interface, as far as files are brought to devices with it.
//!
//! ```text
//! POST /Thingworx/Subsystems/FileTransferSubsystem/Services/Copy     a file between REPOSITORY and a device
//! POST /Thingworx/Things/{thing}/Services/{service}                  a service of a device, over its connection
//! POST /Thingworx/Things/SystemRepository/Services/SaveText …        LoadText, DeleteFile
//! GET  /Thingworx/Things/{thing}/Properties/isConnected              lastConnection
//! ```
//!
//! Requests carry the application key in the header `appKey`; parameters and results are JSON, results as tables with
//! `rows`. Answers of devices that refuse become the HTTP status of the same meaning, with the reason as `message`.
//! A connection serves one request after the other until its end.

mod copy;
mod http;
mod json;
mod repository;

pub use repository::REPOSITORY;
pub(super) use repository::Repository;

use super::fate::Fate;
use super::session::{Connection, ended_by};
use super::{CallError, Shared};
use crate::base::Micros;
use crate::live::clock::length;
use crate::live::pipe::Pipe;
use crate::wire::{InfoTable, Request, Response, Status, Value};
use http::{Asked, Verb, written};
use serde_json::json;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// Longest wait for the answer of a device.
const PATIENCE: Micros = Micros::from_secs(20);

/// Serves requests until the connection ends.
pub(super) async fn serves(connection: &mut Connection, pipe: &mut Pipe, mut bytes: Vec<u8>) -> Fate {
    let longest = length(connection.shared.settings.idle_timeout);
    loop {
        let asked = loop {
            match Asked::parse(&bytes) {
                Ok(Some((asked, used))) => {
                    bytes.drain(..used);
                    break asked;
                }
                Ok(None) => {}
                Err(status) => {
                    let answer = written(status, &json!({"message": "The request cannot be read."}));
                    return says(connection, pipe, &answer).await.err().unwrap_or(Fate::NoUpgrade);
                }
            }
            let more = tokio::select! {
                cut = connection.cut() => return ended_by(cut),
                more = timeout(longest, pipe.read_buf(&mut bytes)) => more,
            };
            match more {
                Ok(Ok(1..)) => {}
                Ok(_) => return Fate::NoUpgrade,
                Err(_) => return Fate::Idle,
            }
        };
        let shared = Arc::clone(&connection.shared);
        let answer = tokio::select! {
            cut = connection.cut() => return ended_by(cut),
            answer = answers(&shared, &asked) => answer,
        };
        if let Err(fate) = says(connection, pipe, &written(answer.0, &answer.1)).await {
            return fate;
        }
    }
}

/// Writes an answer. A client that does not read it is waited for as long as for a silent one, and no outage and no
/// stop waits for it.
async fn says(connection: &mut Connection, pipe: &mut Pipe, answer: &[u8]) -> Result<(), Fate> {
    let longest = length(connection.shared.settings.idle_timeout);
    let writes = async {
        pipe.write_all(answer).await?;
        pipe.flush().await
    };
    tokio::select! {
        cut = connection.cut() => Err(ended_by(cut)),
        written = timeout(longest, writes) => match written {
            Ok(written) => written.map_err(|_| Fate::NoUpgrade),
            Err(_) => Err(Fate::Idle),
        },
    }
}

/// An answer: the HTTP status and its body.
pub(super) type Answer = (u16, serde_json::Value);

fn refused(status: u16, message: impl Into<String>) -> Answer {
    (status, json!({"message": message.into()}))
}

/// Answers one request.
async fn answers(shared: &Shared, asked: &Asked) -> Answer {
    if !shared.hall().accepts(asked.key.as_deref()) {
        return refused(401, "The application key is not known here.");
    }
    let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
    match (asked.verb, path.as_slice()) {
        (Verb::Post, ["Thingworx", "Subsystems", "FileTransferSubsystem", "Services", "Copy"]) => {
            copy::copies(shared, &asked.body).await
        }
        (Verb::Post, ["Thingworx", "Things", REPOSITORY, "Services", service]) => {
            shared.hall().files.answers(service, &asked.body)
        }
        (Verb::Post, ["Thingworx", "Things", thing, "Services", service]) => {
            let parameters = json::table(&asked.body);
            result_of(calls(shared, Request::service(*thing, *service, parameters)).await)
        }
        (Verb::Get, ["Thingworx", "Things", thing, "Properties", property]) => reads(shared, thing, property),
        _ => refused(404, "There is nothing of this name."),
    }
}

/// Reads a property that the platform has of its own, or the last value that the device pushed.
fn reads(shared: &Shared, thing: &str, property: &str) -> Answer {
    let hall = shared.hall();
    if !hall.things.has(thing) {
        return refused(404, format!("There is no thing {thing}."));
    }
    let (connected, last) = hall.connection(thing);
    let value = match property {
        "isConnected" => Value::Boolean(connected),
        "lastConnection" => last.map_or(Value::Nothing, Value::Datetime),
        _ => match hall.things.value(thing, property) {
            Some(value) => value.clone(),
            None => return refused(404, format!("{thing} has no property {property}.")),
        },
    };
    (200, json::shown(&InfoTable::single(property, value)))
}

/// Calls a device; what it refuses is an answer and no error.
async fn calls(shared: &Shared, request: Request) -> Result<Response, Answer> {
    if !shared.hall().things.has(&request.entity) {
        return Err(refused(404, format!("There is no thing {}.", request.entity)));
    }
    shared.call(request, PATIENCE).await.map_err(|error| {
        let status = match &error {
            CallError::NotBound(_) | CallError::Busy(_) => 503,
            CallError::NoAnswer(_) => 504,
        };
        refused(status, error.to_string())
    })
}

/// Returns the answer that a device's answer becomes.
fn result_of(called: Result<Response, Answer>) -> Answer {
    let response = match called {
        Ok(response) => response,
        Err(answer) => return answer,
    };
    let message =
        response.reason.clone().unwrap_or_else(|| format!("The device says {:?}.", response.status));
    match response.status {
        status if status.is_success() => match response.content.table() {
            Some(table) => (200, json::shown(table)),
            None => (200, json!({"rows": []})),
        },
        Status::BAD_REQUEST => refused(400, message),
        Status::UNAUTHORIZED => refused(401, message),
        Status::FORBIDDEN => refused(403, message),
        Status::NOT_FOUND => refused(404, message),
        Status::METHOD_NOT_ALLOWED => refused(405, message),
        Status::PRECONDITION_FAILED => refused(412, message),
        Status::ENTITY_TOO_LARGE => refused(413, message),
        Status::NOT_IMPLEMENTED => refused(501, message),
        Status::SERVICE_UNAVAILABLE => refused(503, message),
        _ => refused(500, message),
    }
}
