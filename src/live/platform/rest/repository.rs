//! The platform's own repository of files, in memory.

use super::{Answer, refused};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Name of the repository.
pub const REPOSITORY: &str = "SystemRepository";

/// Most that its files hold together [bytes].
const MOST_BYTES: usize = 256 << 20;

/// Files by their path.
#[derive(Debug, Default)]
pub(in crate::live::platform) struct Repository {
    files: BTreeMap<String, Vec<u8>>,
    bytes: usize,
}

/// Returns a path without needless slashes.
pub(super) fn plain(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

impl Repository {
    /// Answers a service.
    pub(super) fn answers(&mut self, service: &str, parameters: &Json) -> Answer {
        let text = |name: &str| parameters[name].as_str();
        let Some(path) = text("path") else { return refused(400, "The parameter `path` is missing.") };
        let path = plain(path);
        match service {
            "SaveText" => match text("content") {
                Some(content) => self.put(&path, content.as_bytes().to_vec()),
                None => refused(400, "The parameter `content` is missing."),
            },
            "LoadText" => match self.get(&path) {
                Some(bytes) => (200, json!({"rows": [{"result": String::from_utf8_lossy(bytes)}]})),
                None => refused(404, "There is no such file."),
            },
            "DeleteFile" => {
                let gone = self.files.remove(&path);
                self.bytes -= gone.as_ref().map_or(0, Vec::len);
                match gone {
                    Some(_) => (200, json!({"rows": []})),
                    None => refused(404, "There is no such file."),
                }
            }
            _ => refused(404, "The repository has no such service."),
        }
    }

    /// Returns the bytes of a file.
    pub(super) fn get(&self, path: &str) -> Option<&Vec<u8>> {
        self.files.get(path)
    }

    /// Keeps a file.
    pub(in crate::live::platform) fn put(&mut self, path: &str, bytes: Vec<u8>) -> Answer {
        let old = self.files.get(path).map_or(0, Vec::len);
        if self.bytes - old + bytes.len() > MOST_BYTES {
            return refused(413, "The repository of the test platform is full.");
        }
        self.bytes = self.bytes - old + bytes.len();
        self.files.insert(path.to_owned(), bytes);
        (200, json!({"rows": []}))
    }
}
