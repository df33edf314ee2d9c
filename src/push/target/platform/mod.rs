//! Devices that only their own platform reaches: files through its file transfer, the restart as a service.
//!
//! Every operation is a call of the platform's REST interface with an application key. A file goes to the platform's
//! repository, from there to the device with `Copy`, and is removed from the repository again; it is read back the
//! same way. Names in the device's folder come from `ListFiles`, and files get other names with `MoveFile`: how far
//! that is one step is the agent's doing (agents of the C SDK rename where the system can). Files belong to the
//! agent, with the permissions that it gives them.
//!
//! An address is the name of a thing; paths begin with one of its virtual directories.
//!
//! The restart is a service of the thing: `Restart`, or with parameters `Restart stamp={stamp} file={stamp_file}`. A
//! service that is given `{stamp}` writes it itself, together with the start. For any other the stamp is written
//! here, as soon as the platform has seen the device come back; one that does not come back in the time for
//! restarts is in doubt until people looked at it.
//!
//! Of any device, however it is served, the platform can be asked whether it is connected, and since when.

mod http;
mod link;

use super::Job;
use super::link::Transport;
use crate::config::secret::Secret;
use crate::push::fault::{Class, Fault};
pub use http::UrlError;
use http::{Base, Http};
pub use link::PlatformLink;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Returns whether a text is the address of a platform, as far as that can be seen.
pub fn is_platform(url: &str) -> bool {
    http::address(url).is_ok()
}

/// How a platform is reached.
#[derive(Clone)]
pub struct PlatformOptions {
    /// Its address, such as `https://plant.example`.
    pub url: String,
    /// Application key.
    pub key: Secret,
    /// The authorities (PEM) that are trusted; `None`: those of the system.
    pub authorities: Option<String>,
    /// The thing that is a repository of files.
    pub repository: String,
    /// The service that restarts an agent, with its parameters.
    pub restart: String,
    /// Time to connect, and for each call but copies \[s\].
    pub request_s: u32,
    /// Time for a copy \[s\].
    pub copy_s: u32,
    /// Devices that are worked on at once.
    pub at_once: u32,
}

impl PlatformOptions {
    /// Returns what is usual for a platform.
    pub fn new(url: impl Into<String>, key: Secret) -> Self {
        Self {
            url: url.into(),
            key,
            authorities: None,
            repository: "SystemRepository".into(),
            restart: "Restart".into(),
            request_s: 30,
            copy_s: 120,
            at_once: 20,
        }
    }
}

/// A platform and the devices behind it.
pub struct Platform {
    base: Arc<Base>,
    options: PlatformOptions,
    room: Arc<Semaphore>,
}

/// What a platform says of a device's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Whether it is connected now.
    pub is_connected: bool,
    /// When it connected last, by the platform's clock \[ms since 1970\]; `None`: never.
    pub last_ms: Option<i64>,
}

impl Platform {
    /// Returns the platform at an address; nothing is sent yet.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn new(options: PlatformOptions) -> Result<Self, UrlError> {
        let base = Arc::new(Base::new(&options.url, options.authorities.as_deref())?);
        let room = Arc::new(Semaphore::new(options.at_once.max(1) as usize));
        Ok(Self { base, options, room })
    }

    /// Asks whether a thing is connected.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn connection(&self, thing: &str) -> Result<Connection, Fault> {
        Calls::open(self).await?.connection(thing).await
    }
}

/// Calls over one connection to the platform.
struct Calls {
    base: Arc<Base>,
    http: Http,
    key: Secret,
    request: Duration,
    copy: Duration,
}

impl Calls {
    async fn open(platform: &Platform) -> Result<Self, Fault> {
        let request = Duration::from_secs(platform.options.request_s.max(1).into());
        let base = Arc::clone(&platform.base);
        let http = connect(&base, request).await?;
        let copy = Duration::from_secs(platform.options.copy_s.max(1).into());
        Ok(Self { base, http, key: platform.options.key.clone(), request, copy })
    }

    /// Asks whether a thing is connected.
    async fn connection(&mut self, thing: &str) -> Result<Connection, Fault> {
        let connected = self.property(thing, "isConnected").await?;
        let last = self.property(thing, "lastConnection").await?;
        Ok(Connection { is_connected: connected.as_bool() == Some(true), last_ms: last.as_i64() })
    }

    async fn property(&mut self, thing: &str, name: &str) -> Result<Value, Fault> {
        let path = ["Things", thing, "Properties", name];
        let answer = self.ask("GET", &path, None, self.request).await?;
        if answer.status == 404 {
            return Err(Fault::new(Class::NameUnknown, format!("the platform: {}", answer.message())));
        }
        Ok(answer.done()?["rows"][0][name].take())
    }

    /// Calls a service of a thing.
    async fn service(&mut self, thing: &str, name: &str, parameters: &Value) -> Result<Answer, Fault> {
        self.ask("POST", &["Things", thing, "Services", name], Some(parameters), self.request).await
    }

    /// Copies a file between a repository and a thing.
    async fn copy(&mut self, from: (&str, &str), to: (&str, &str)) -> Result<Answer, Fault> {
        let (source_folder, source_file) = split(from.1);
        let (target_folder, target_file) = split(to.1);
        let parameters = json!({
            "sourceRepo": from.0, "sourcePath": source_folder, "sourceFile": source_file,
            "targetRepo": to.0, "targetPath": target_folder, "targetFile": target_file,
        });
        let path = ["Subsystems", "FileTransferSubsystem", "Services", "Copy"];
        self.ask("POST", &path, Some(&parameters), self.copy).await
    }

    async fn ask(
        &mut self,
        verb: &str,
        path: &[&str],
        body: Option<&Value>,
        longest: Duration,
    ) -> Result<Answer, Fault> {
        let body = body.map(Value::to_string);
        if !self.http.lasts() {
            self.http = connect(&self.base, self.request).await?;
        }
        let asked = self.http.ask(verb, path, self.key.expose(), body.as_deref());
        if let Ok(answered) = tokio::time::timeout(longest, asked).await {
            return answered.map(|(status, body)| Answer { status, body });
        }
        Err(Fault::new(Class::NoAnswer, format!("the platform: {verb} {}", path.join("/"))))
    }
}

async fn connect(base: &Base, longest: Duration) -> Result<Http, Fault> {
    let late = |_| Fault::new(Class::NoAnswer, "the platform, while connecting");
    tokio::time::timeout(longest, base.connect()).await.map_err(late)?
}

/// Cuts a path into its folder and the name in it.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/')
        .map_or(("/", path), |(folder, name)| (if folder.is_empty() { "/" } else { folder }, name))
}

/// What the platform answered.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Answer {
    /// Returns the result.
    fn done(self) -> Result<Value, Fault> {
        if self.status != 200 {
            return Err(self.fault());
        }
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| Fault::new(Class::Protocol, format!("the platform answers no JSON: {error}")))
    }

    /// Returns what the platform says of itself, in a few words.
    fn message(&self) -> String {
        let read: Option<Value> = serde_json::from_slice(&self.body).ok();
        let told = read.as_ref().and_then(|body| body["message"].as_str()).map(str::to_owned);
        let text = told.unwrap_or_else(|| String::from_utf8_lossy(&self.body).into_owned());
        format!("{} {}", self.status, text.chars().filter(|c| !c.is_control()).take(200).collect::<String>())
    }

    /// Returns what a refusal means.
    fn fault(&self) -> Fault {
        let class = match self.status {
            401 => Class::LoginRefused,
            403 => Class::Denied,
            404 => Class::NoFolder,
            413 | 507 => Class::DiskFull,
            429 => Class::Busy,
            502..=504 => Class::NoAnswer,
            _ => Class::Protocol,
        };
        Fault::new(class, format!("the platform: {}", self.message()))
    }
}

impl Transport for Platform {
    type Link = PlatformLink;

    async fn open(&self, job: &Job) -> Result<PlatformLink, Fault> {
        let closed = |_| Fault::new(Class::Protocol, "the transport was closed");
        let permit = Arc::clone(&self.room).acquire_owned().await.map_err(closed)?;
        let mut calls = Calls::open(self).await?;
        let connection = calls.connection(&job.address).await?;
        if !connection.is_connected {
            let detail = "the platform says that the device is not connected";
            return Err(Fault::new(Class::NoAnswer, detail));
        }
        Ok(PlatformLink::new(calls, &self.options, job, permit))
    }
}
