//! The arguments of `regather platform serve`, and the platform that they ask for.

use crate::base::Micros;
use crate::base::file::{Access, write_atomic_for};
use crate::cli::assign::Assignment;
use crate::cli::error::CommandError;
use crate::cli::live;
use crate::cli::output::{Output, write_file};
use crate::cli::printer::Printer;
use crate::cli::source::Project;
use crate::cli::study::Planned;
use crate::fleet::{Platform, ServiceLaw};
use crate::live::listen::Port;
use crate::live::platform::{BIND_PROTECTION, Keys, Known, Settings};
use crate::live::tls::{Authority, Identity, new_key};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

/// Arguments of `regather platform serve`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather platform serve
  regather platform serve --tls ca.pem --new-key key.txt
  regather platform serve --fleet fleet.json --set capacity=200
  echo 'cut reset' | regather platform serve --for 1min --json",
    after_help = "\
Lines on stdin control it while it runs, as words or as JSON; `help` lists them.
The end of stdin ends nothing; `stop` and Ctrl+C end it in order, a second
Ctrl+C at once. Files of --tls and --new-key are not replaced without --force.
Without --fleet, --workers and --service-time it is faster than anything that
one computer can ask of it."
)]
pub struct Args {
    /// Address to listen on; 0.0.0.0 lets other computers in
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    listen: String,
    /// Port to listen on; without it 8443 or the next free one below 32768
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Path of the WebSocket
    #[arg(long, value_name = "PATH", default_value = crate::live::connect::USUAL_PATH)]
    path: String,
    /// Offer wss with a certificate of an own authority, which is written to this file for agents to trust
    #[arg(long, value_name = "FILE", conflicts_with = "certificate")]
    tls: Option<OsString>,
    /// Host name or address in that certificate; several are possible
    #[arg(long, value_name = "NAME", requires = "tls")]
    name: Vec<String>,
    /// Offer wss with this certificate chain (PEM)
    #[arg(long, value_name = "FILE", requires = "certificate_key")]
    certificate: Option<OsString>,
    /// Where the private key of that certificate lies
    #[arg(long, value_name = "REFERENCE", requires = "certificate")]
    certificate_key: Option<String>,
    /// Accept only this application key, by reference: `env:NAME`, `file:PATH`, `keyring:SERVICE/USER`
    #[arg(long, value_name = "REFERENCE")]
    key: Vec<String>,
    /// Make an application key, write it to this file, and accept only it and those of --key
    #[arg(long, value_name = "FILE")]
    new_key: Option<OsString>,
    /// Replace the files of --tls and --new-key where they exist
    #[arg(short, long)]
    force: bool,
    /// Thing that exists; several are possible; without it every thing that a device binds
    #[arg(long, value_name = "NAME")]
    thing: Vec<String>,
    /// Project whose platform it is: capacity, queues, limits and admission
    #[arg(long, value_name = "FILE")]
    fleet: Option<OsString>,
    /// Scenario of that project
    #[arg(long, value_name = "NAME", requires = "fleet")]
    scenario: Option<String>,
    /// Set an input of that project
    #[arg(long, value_name = "ADDRESS_OR_LEVER=VALUE", requires = "fleet")]
    set: Vec<Assignment>,
    /// Sign-ins worked on at the same time
    #[arg(long, value_name = "N", conflicts_with = "fleet", requires = "service_time", value_parser = clap::value_parser!(u32).range(1..))]
    workers: Option<u32>,
    /// Time of one sign-in
    #[arg(long, value_name = "DURATION", conflicts_with = "fleet", requires = "workers", value_parser = live::length)]
    service_time: Option<Micros>,
    /// Sign-ins that can wait; more are refused
    #[arg(long, value_name = "N", conflicts_with = "fleet", requires = "workers")]
    queue: Option<u32>,
    /// Whoever binds a thing last gets it; without this the first session keeps it for 60 s after its last message
    #[arg(long, conflicts_with = "fleet")]
    last_in_wins: bool,
    /// Connections that the kernel keeps until they are accepted
    #[arg(long, value_name = "N")]
    backlog: Option<u32>,
    /// Close connections without a message for this long
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = live::length)]
    idle_timeout: Micros,
    /// Seed of service times
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// End after this long
    #[arg(long = "for", value_name = "DURATION", value_parser = live::length)]
    pub(super) lasts: Option<Micros>,
    /// Print events as JSON, one object per line, and errors as JSON
    #[arg(long)]
    pub(super) json: bool,
}

impl Args {
    /// Returns the platform that is asked for; writes the files of its authority and its key.
    ///
    /// # Errors
    /// What cannot be read, written or understood.
    pub(super) fn settings(&self, printer: &Printer) -> Result<Settings, CommandError> {
        let ip = self.listen.parse().map_err(|_| {
            CommandError::usage(format!("`{}` is no address, so nothing could listen there.", self.listen))
                .hint("Write 127.0.0.1 for this computer alone, or 0.0.0.0 for all that reach it.")
        })?;
        if !self.path.starts_with('/') {
            return Err(CommandError::usage("The path of the WebSocket begins with a slash.")
                .hint("Leave it out for the usual one."));
        }
        let usual = Settings::default();
        let capacity = self.capacity(printer)?.unwrap_or_else(|| self.wins(usual.capacity));
        Ok(Settings {
            ip,
            port: self.port.map_or(usual.port, Port::Exactly),
            backlog: self.backlog,
            path: self.path.clone(),
            identity: self.identity(printer)?,
            keys: self.keys(printer)?,
            things: if self.thing.is_empty() {
                Known::Any
            } else {
                Known::Only(self.thing.iter().cloned().collect())
            },
            capacity,
            seed: self.seed,
            idle_timeout: self.idle_timeout,
            greeting_timeout: usual.greeting_timeout,
        })
    }

    /// Returns the platform of the project, or the one of the numbers; nothing where neither is said.
    fn capacity(&self, printer: &Printer) -> Result<Option<Platform>, CommandError> {
        if let Some(file) = &self.fleet {
            let project = Project::load(file)?;
            let scenario = self.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
            let planned = Planned::of(&project, scenario, &self.set)?;
            printer.note(&format!("The platform is that of {}, {}.", project.shown, planned.name));
            return Ok(Some(planned.fleet.platform));
        }
        let (Some(workers), Some(time)) = (self.workers, self.service_time) else { return Ok(None) };
        if time == Micros::ZERO {
            return Err(CommandError::usage("A sign-in that takes no time is no capacity to rehearse.")
                .hint("Give --service-time at least 1us, or leave it out."));
        }
        let queue = self.queue.unwrap_or(u32::MAX);
        Ok(Some(self.wins(Platform::one_tier(workers, time, ServiceLaw::Fixed, queue))))
    }

    /// Returns a platform of no project with the rule of who keeps a thing.
    fn wins(&self, mut platform: Platform) -> Platform {
        platform.sessions.bind_protection = (!self.last_in_wins).then_some(BIND_PROTECTION);
        platform
    }

    /// Refuses to write over a file that others may be using.
    fn is_free(&self, file: &OsString) -> Result<(), CommandError> {
        if self.force { Ok(()) } else { Output::of(Some(file)).is_free() }
    }

    /// Returns the certificate; nothing for ws.
    fn identity(&self, printer: &Printer) -> Result<Option<Identity>, CommandError> {
        let unusable = |error: crate::live::tls::AuthorityError| CommandError::input(format!("{error}."));
        if let (Some(chain), Some(key)) = (&self.certificate, &self.certificate_key) {
            let key = live::secret("--certificate-key", key, printer)?;
            return Identity::from_pem(&live::pem(chain)?, key.expose()).map(Some).map_err(unusable);
        }
        let Some(file) = &self.tls else { return Ok(None) };
        self.is_free(file)?;
        let authority = Authority::new("Regather test authority").map_err(unusable)?;
        let mut names: Vec<&str> = self.name.iter().map(String::as_str).collect();
        names.extend(["localhost", "127.0.0.1", "::1"]);
        let identity = authority.identity(&names).map_err(unusable)?;
        write_file(Path::new(file), authority.pem().as_bytes())?;
        Ok(Some(identity))
    }

    /// Returns the keys that are accepted.
    fn keys(&self, printer: &Printer) -> Result<Keys, CommandError> {
        if self.key.is_empty() && self.new_key.is_none() {
            return Ok(Keys::Any);
        }
        let mut keys = BTreeSet::new();
        for reference in &self.key {
            keys.insert(live::secret("--key", reference, printer)?.expose().to_owned());
        }
        if let Some(file) = &self.new_key {
            self.is_free(file)?;
            let key = new_key().map_err(|error| live::not_connected(&error))?;
            write_atomic_for(Path::new(file), key.as_bytes(), Access::Owner)
                .map_err(|error| CommandError::writing(&error))?;
            keys.insert(key);
        }
        Ok(Keys::Only(keys))
    }
}
