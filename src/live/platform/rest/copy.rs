//! Copies of files between the repository and devices, over the devices' own connections.
//!
//! ```text
//! to a device     StartFileTransfer write   WriteToBinaryFile …    CompleteFileTransfer   GetFileChecksum
//! from a device   StartFileTransfer read    ReadFromBinaryFile …   CompleteFileTransfer
//! ```
//!
//! Names and parameters as read from the C SDK; pieces of 128,000 bytes as it uses. A copy is *validated* where the
//! checksum that the device returns is that of the bytes; only SHA-256 in 64 digits is compared.

use super::repository::plain;
use super::{Answer, REPOSITORY, calls, refused, result_of};
use crate::base::hash::{hex, sha256};
use crate::live::platform::Shared;
use crate::wire::{BaseType, Field, InfoTable, Request, Value};
use serde_json::{Value as Json, json};

/// Bytes of one piece [bytes].
const PIECE: usize = 128_000;

/// Longest file that is copied [bytes].
const LONGEST: usize = 32 << 20;

/// Where a file is.
struct Place {
    /// The repository, or a thing.
    of: String,
    path: String,
}

impl Place {
    fn of(parameters: &Json, side: &str) -> Option<Self> {
        let text = |part: &str| parameters[&*format!("{side}{part}")].as_str();
        let file = text("File").or_else(|| parameters["sourceFile"].as_str())?;
        let folder = text("Path").unwrap_or_default().trim_end_matches('/');
        Some(Self { of: text("Repo")?.to_owned(), path: format!("{folder}/{file}") })
    }
}

/// Copies a file as the parameters say.
pub(super) async fn copies(shared: &Shared, parameters: &Json) -> Answer {
    let (Some(source), Some(target)) = (Place::of(parameters, "source"), Place::of(parameters, "target"))
    else {
        return refused(400, "Source and target need a repository and a file.");
    };
    let tid = hex(&sha256(format!("{}{}{}{}", source.of, source.path, target.of, target.path).as_bytes()));
    let tid = &tid[..32];
    let done = match (source.of == REPOSITORY, target.of == REPOSITORY) {
        (true, false) => sends(shared, &source, &target, tid).await,
        (false, true) => fetches(shared, &source, &target, tid).await,
        _ => Err(refused(400, "Files are copied between the repository and a device.")),
    };
    match done {
        Ok((state, size)) => {
            let row = json!({"transferId": tid, "state": state, "isComplete": true, "size": size});
            (200, json!({"rows": [row]}))
        }
        Err(answer) => answer,
    }
}

/// Calls one of the device's file services; fails with what is answered then.
async fn service(
    shared: &Shared,
    thing: &str,
    name: &str,
    parameters: Vec<(&str, Value)>,
) -> Result<InfoTable, Answer> {
    let (names, row): (Vec<_>, Vec<_>) = parameters.into_iter().unzip();
    let fields =
        names.into_iter().zip(&row).map(|(name, value)| Field::new(name, value.base_type())).collect();
    let table = InfoTable { fields, rows: vec![row] };
    let response = calls(shared, Request::service(thing, name, Some(table))).await?;
    if response.status.is_success() {
        return Ok(response.content.table().cloned().unwrap_or_default());
    }
    Err(result_of(Ok(response)))
}

async fn begins(shared: &Shared, place: &Place, mode: &str, tid: &str) -> Result<(), Answer> {
    let parameters = vec![
        ("path", Value::string(place.path.as_str())),
        ("mode", Value::string(mode)),
        ("tid", Value::string(tid)),
    ];
    service(shared, &place.of, "StartFileTransfer", parameters).await.map(drop)
}

/// Brings a file to a device.
async fn sends(
    shared: &Shared,
    source: &Place,
    target: &Place,
    tid: &str,
) -> Result<(&'static str, usize), Answer> {
    let known = shared.hall().files.get(&plain(&source.path)).cloned();
    let bytes = known.ok_or_else(|| refused(404, "The repository has no such file."))?;
    begins(shared, target, "write", tid).await?;
    for (at, piece) in bytes.chunks(PIECE).enumerate() {
        let parameters = vec![
            ("path", Value::string(target.path.as_str())),
            ("offset", Value::Number((at * PIECE) as f64)),
            ("data", Value::Bytes(BaseType::BLOB, piece.to_vec())),
            ("tid", Value::string(tid)),
        ];
        if let Err(answer) = service(shared, &target.of, "WriteToBinaryFile", parameters).await {
            let _ =
                service(shared, &target.of, "CancelFileTransfer", vec![("tid", Value::string(tid))]).await;
            return Err(answer);
        }
    }
    service(shared, &target.of, "CompleteFileTransfer", vec![("tid", Value::string(tid))]).await?;
    let path = vec![("path", Value::string(target.path.as_str()))];
    let sum = service(shared, &target.of, "GetFileChecksum", path).await?;
    let sum = sum.get(0, "result").and_then(Value::text).map(str::to_owned).unwrap_or_default();
    let state = match sum.len() {
        64 if sum.eq_ignore_ascii_case(&hex(&sha256(&bytes))) => "VALIDATED",
        64 => "ERROR",
        _ => "COMPLETED",
    };
    Ok((state, bytes.len()))
}

/// Fetches a file from a device.
async fn fetches(
    shared: &Shared,
    source: &Place,
    target: &Place,
    tid: &str,
) -> Result<(&'static str, usize), Answer> {
    begins(shared, source, "read", tid).await?;
    let mut bytes = Vec::new();
    loop {
        let parameters = vec![
            ("path", Value::string(source.path.as_str())),
            ("offset", Value::Number(bytes.len() as f64)),
            ("count", Value::Number(PIECE as f64)),
            ("tid", Value::string(tid)),
        ];
        let piece = service(shared, &source.of, "ReadFromBinaryFile", parameters).await?;
        let Some(Value::Bytes(_, data)) = piece.get(0, "data").map(Value::inner) else {
            return Err(refused(502, "The device sent no bytes."));
        };
        bytes.extend_from_slice(data);
        let end = matches!(piece.get(0, "eof").map(Value::inner), Some(Value::Boolean(true)));
        if end || data.is_empty() {
            break;
        }
        if bytes.len() > LONGEST {
            return Err(refused(413, "The file is too long to be copied here."));
        }
    }
    service(shared, &source.of, "CompleteFileTransfer", vec![("tid", Value::string(tid))]).await?;
    let size = bytes.len();
    let kept = shared.hall().files.put(&plain(&target.path), bytes);
    if kept.0 == 200 { Ok(("VALIDATED", size)) } else { Err(kept) }
}
