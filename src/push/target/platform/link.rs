//! File operations of a device through its platform.

use super::super::Job;
use super::super::link::Link;
use super::super::steps::MAX_FILE;
use super::{Answer, Calls, Connection, PlatformOptions, split};
use crate::base::hash::{hex, sha256};
use crate::push::fault::{Class, Fault, Reached};
use serde_json::{Map, Value, json};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

/// Wait between two questions whether a device is back.
const LOOK: Duration = Duration::from_millis(250);

/// A device behind its platform.
pub struct PlatformLink {
    calls: Calls,
    thing: String,
    repository: String,
    /// Where a file waits in the repository.
    waits: String,
    restart: String,
    _permit: OwnedSemaphorePermit,
}

impl PlatformLink {
    pub(super) fn new(
        calls: Calls,
        options: &PlatformOptions,
        job: &Job,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let name = hex(&sha256(format!("{} {}", job.owner, job.address).as_bytes()));
        Self {
            calls,
            thing: job.address.clone(),
            repository: options.repository.clone(),
            waits: format!("/regather-{}", &name[..16]),
            restart: options.restart.clone(),
            _permit: permit,
        }
    }

    async fn of_device(&mut self, service: &str, parameters: &Value) -> Result<Answer, Fault> {
        self.calls.service(&self.thing, service, parameters).await
    }

    /// Returns whether a file stands on the device.
    async fn stands(&mut self, path: &str) -> Result<bool, Fault> {
        let (folder, name) = split(path);
        Ok(self.names(folder).await?.iter().any(|found| found == name))
    }

    async fn names(&mut self, folder: &str) -> Result<Vec<String>, Fault> {
        let answer = self.of_device("ListFiles", &json!({"path": folder})).await?.done()?;
        let rows = answer["rows"].as_array().map_or(&[][..], Vec::as_slice);
        Ok(rows.iter().filter_map(|row| row["name"].as_str()).map(str::to_owned).collect())
    }

    /// Takes the file in between away; where that fails the next one replaces it.
    async fn clears(&mut self) {
        let path = json!({"path": self.waits});
        let repository = self.repository.clone();
        let _ = self.calls.service(&repository, "DeleteFile", &path).await;
    }

    async fn fetch(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        let (repository, waits) = (self.repository.clone(), self.waits.clone());
        self.calls.copy((&self.thing, path), (&repository, &waits)).await?.done()?;
        let loaded = self.calls.service(&repository, "LoadText", &json!({"path": waits})).await?.done()?;
        match loaded["rows"][0]["result"].as_str() {
            Some(text) if text.len() as u64 > MAX_FILE => {
                Err(Fault::new(Class::Protocol, "the file is too large to be an agent's"))
            }
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Err(Fault::new(Class::Protocol, "the repository returned no text")),
        }
    }

    async fn bring(&mut self, path: &str, text: &str) -> Result<(), Fault> {
        let (repository, waits) = (self.repository.clone(), self.waits.clone());
        let saved = json!({"path": waits, "content": text});
        self.calls.service(&repository, "SaveText", &saved).await?.done()?;
        let copied = self.calls.copy((&repository, &waits), (&self.thing, path)).await?.done()?;
        match copied["rows"][0]["state"].as_str() {
            Some(state)
                if state.eq_ignore_ascii_case("validated") || state.eq_ignore_ascii_case("completed") =>
            {
                Ok(())
            }
            state => {
                Err(Fault::new(Class::Mismatch, format!("the copy ended as {}", state.unwrap_or("nothing"))))
            }
        }
    }

    async fn moves(&mut self, from: &str, to: &str, overwrite: bool) -> Result<Answer, Fault> {
        let parameters = json!({"sourcePath": from, "targetPath": to, "overwrite": overwrite});
        self.of_device("MoveFile", &parameters).await
    }

    /// Waits until the platform has seen the device come back.
    async fn comes_back(&mut self, before: Connection, longest: Duration) -> Result<(), Fault> {
        let until = Instant::now() + longest;
        while Instant::now() < until {
            let now = self.calls.connection(&self.thing).await?;
            if now.is_connected && now.last_ms != before.last_ms {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(Fault::new(Class::NoAnswer, "the platform has not seen it come back in the time for a restart"))
    }
}

/// Returns the name of a service and its parameters: `Restart stamp={stamp}`.
fn call(restart: &str, job: &Job, stamp_file: &str) -> (String, Value) {
    let mut words = restart.split_whitespace();
    let name = words.next().unwrap_or("Restart").to_owned();
    let mut parameters = Map::new();
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let value = match value {
            "{stamp}" => job.stamp.as_str(),
            "{stamp_file}" => stamp_file,
            "{thing}" => job.thing.as_str(),
            other => other,
        };
        parameters.insert(key.to_owned(), value.into());
    }
    (name, Value::Object(parameters))
}

impl Link for PlatformLink {
    async fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        if !self.stands(path).await? {
            return Ok(None);
        }
        let fetched = self.fetch(path).await;
        self.clears().await;
        fetched.map(Some)
    }

    async fn write(&mut self, path: &str, bytes: &[u8], _like: &str) -> Result<(), Fault> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Fault::new(Class::Protocol, "the platform carries text, and the file is none"))?;
        let brought = self.bring(path, text).await;
        self.clears().await;
        brought
    }

    async fn create(&mut self, path: &str, bytes: &[u8]) -> Result<bool, Fault> {
        if self.stands(path).await? {
            return Ok(false);
        }
        // Two who come at once both have a file of their own, and one of them gets the name.
        let own = format!("{path}-{}", self.waits.trim_start_matches("/regather-"));
        self.write(&own, bytes, path).await?;
        let moved = self.moves(&own, path, false).await?;
        if moved.status == 200 {
            return Ok(true);
        }
        let fault = moved.fault();
        self.remove(&own).await?;
        if self.stands(path).await? { Ok(false) } else { Err(fault) }
    }

    async fn rename(&mut self, from: &str, to: &str) -> Result<(), Fault> {
        self.moves(from, to, true).await?.done().map(drop)
    }

    async fn link(&mut self, _from: &str, _to: &str) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn remove(&mut self, path: &str) -> Result<(), Fault> {
        let answer = self.of_device("DeleteFile", &json!({"path": path})).await?;
        if answer.status == 200 || !self.stands(path).await? { Ok(()) } else { Err(answer.fault()) }
    }

    async fn list(&mut self, folder: &str) -> Result<Vec<String>, Fault> {
        let mut names = self.names(folder).await?;
        names.sort_unstable();
        Ok(names)
    }

    async fn restart(&mut self, job: &Job, stamp_file: &str) -> Result<(), Fault> {
        let before = self.calls.connection(&self.thing).await?;
        let (service, parameters) = call(&self.restart, job, stamp_file);
        let ordered = |fault: Fault| fault.after(Reached::Restart);
        let answer = self.of_device(&service, &parameters).await.map_err(ordered)?;
        match answer.status {
            // A device that restarts may not come to answer.
            200 | 502 | 504 => {}
            // Not bound or busy: the order never reached the device.
            503 => return Err(Fault::new(Class::NoAnswer, answer.message())),
            404 | 405 | 501 => {
                let detail = format!("{service} is no service of the device: {}", answer.message());
                return Err(Fault::new(Class::RestartFailed, detail));
            }
            _ => return Err(ordered(Fault::new(Class::RestartFailed, answer.message()))),
        }
        let longest = Duration::from_secs(job.restart_s.max(1).into());
        self.comes_back(before, longest).await.map_err(ordered)?;
        if !self.restart.contains("{stamp}") {
            let new = format!("{stamp_file}.new");
            self.write(&new, job.stamp.as_bytes(), stamp_file).await.map_err(ordered)?;
            self.rename(&new, stamp_file).await.map_err(ordered)?;
        }
        Ok(())
    }

    async fn close(self, _more: bool) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_gets_its_parameters_as_they_are_written() {
        let job = Job {
            thing: "P 1".into(),
            address: "P 1".into(),
            files: Vec::new(),
            plan: "p".into(),
            owner: "o".into(),
            stamp: "s-1".into(),
            restart_s: 1,
        };
        let (name, parameters) = call("Restart stamp={stamp} file={stamp_file} how=soft", &job, "/a/.f");
        assert_eq!(
            (name.as_str(), parameters),
            ("Restart", json!({"stamp": "s-1", "file": "/a/.f", "how": "soft"}))
        );
        assert_eq!(call("Reboot", &job, "/a/.f"), ("Reboot".to_owned(), json!({})));
    }
}
