//! `regather agent`: connects one agent, times every step and says in words why one fails.

mod reach;
mod store;
mod told;

use crate::base::{Draws, Micros};
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::live::{self, Events, exit_of};
use crate::cli::printer::Printer;
use crate::live::agent::{self, Device, Ear, Named, News, Push, Told, Wish, With, named_values, value_of};
use crate::live::clock::wall_ms;
use crate::live::connect::Failure;
use crate::live::engine::Engine;
use serde_json::json;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Format of the events.
const SCHEMA: &str = "regather/agent-event/1";

/// Arguments of `regather agent`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather agent wss://plant.example --thing pump --key env:APP_KEY
  regather agent ws://127.0.0.1:8443 --thing pump --key file:key --push level=2
  regather agent wss://plant.example --thing pump --key env:KEY --for 10min
  regather agent ws://127.0.0.1:8443 --thing pump --key file:key \\
      --fire Alarm:level=3 --fleet fleet.json --group pumps --for 10min",
    after_help = "\
Without --for it leaves in order as soon as it is back and everything that was
asked for is answered. Exit codes 51 to 57 name the step that failed: name,
TCP, proxy, TLS, upgrade, AUTH, BIND; 5 means that the platform refused what
was sent, or that the connection was lost at the end. With --store values are
taken from the start: what is told as stored is sent at least once, after a
restart with the same file too."
)]
pub struct Args {
    /// Address: `wss://HOST[:PORT][/PATH]`; `ws://` is not encrypted
    platform: String,
    /// Thing to bind; several are possible
    #[arg(long, value_name = "NAME", required = true, value_parser = named)]
    thing: Vec<String>,
    /// Where the application key lies: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`
    #[arg(long, value_name = "REFERENCE")]
    key: String,
    /// Trust only the authorities in this file (PEM), and not those of the system
    #[arg(long, value_name = "FILE")]
    ca: Option<OsString>,
    /// Certificate chain with which the agent identifies itself (PEM)
    #[arg(long, value_name = "FILE", requires = "certificate_key")]
    certificate: Option<OsString>,
    /// Where the private key of that certificate lies
    #[arg(long, value_name = "REFERENCE", requires = "certificate")]
    certificate_key: Option<String>,
    /// HTTP proxy on the way: `HOST[:PORT]`
    #[arg(long, value_name = "HOST")]
    proxy: Option<String>,
    /// User of the proxy
    #[arg(long, value_name = "NAME", requires_all = ["proxy", "proxy_password"])]
    proxy_user: Option<String>,
    /// Where the password of the proxy lies
    #[arg(long, value_name = "REFERENCE", requires = "proxy_user")]
    proxy_password: Option<String>,
    /// Behave like the agents of a group of this project: wait, try and return with their settings
    #[arg(long, value_name = "FILE", requires = "group", conflicts_with_all = ["attempts", "wait"])]
    fleet: Option<OsString>,
    /// The group, by its id
    #[arg(long, value_name = "ID", requires = "fleet")]
    group: Option<String>,
    /// Longest time of one attempt up to the upgrade, and of each answer after it; with --group it has its own
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = some_time)]
    timeout: Micros,
    /// Attempts before it gives up, at first and after each loss
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=60_000))]
    attempts: u16,
    /// Wait between two attempts
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = live::length)]
    wait: Micros,
    /// Stay connected for this long after the first sign-in, and come back after losses
    #[arg(long = "for", value_name = "DURATION", value_parser = live::length)]
    stay: Option<Micros>,
    /// Push a value of a property of the first thing: a number, true, false or text; several are possible
    #[arg(long, value_name = "PROPERTY=VALUE", value_parser = assigned)]
    push: Vec<(String, String)>,
    /// Write a value at once, with a PUT of its property, beside the subscriptions; several are possible
    #[arg(long, value_name = "PROPERTY=VALUE", value_parser = assigned)]
    write: Vec<(String, String)>,
    /// Call a service of the first thing at the platform, `NAME` or `NAME:PARAMETER=VALUE,…`; several are possible
    #[arg(long, value_name = "SERVICE", value_parser = called)]
    call: Vec<(String, Vec<Named>)>,
    /// Fire an event of the first thing, `NAME` or `NAME:FIELD=VALUE,…`; several are possible
    #[arg(long, value_name = "EVENT", value_parser = called)]
    fire: Vec<(String, Vec<Named>)>,
    #[command(flatten)]
    store: store::StoreArgs,
    /// Serve the platform's file transfers, and the service Restart, in this folder
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
    /// Print events as JSON, one object per line, and errors as JSON
    #[arg(long)]
    json: bool,
}

/// Reads a name that is not empty.
fn named(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() { Err("a thing has a name".to_owned()) } else { Ok(text.to_owned()) }
}

/// Reads a duration in which something can happen.
fn some_time(text: &str) -> Result<Micros, String> {
    let time = live::length(text)?;
    if time == Micros::ZERO {
        Err("nothing is answered in no time; give it 10s".to_owned())
    } else {
        Ok(time)
    }
}

/// Reads `PROPERTY=VALUE`.
fn assigned(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a value has a name in front of it, such as level=2.5".to_owned()),
    }
}

/// Reads `NAME` or `NAME:FIELD=VALUE,…`.
fn called(text: &str) -> Result<(String, Vec<Named>), String> {
    let (name, fields) = text.split_once(':').unwrap_or((text, ""));
    if name.trim().is_empty() {
        return Err("it has a name in front, such as Alarm:level=3".to_owned());
    }
    let fields = named_values(fields).map_err(|part| format!("`{part}` is not FIELD=VALUE"))?;
    Ok((name.trim().to_owned(), fields))
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let profile = reach::profile(args, printer)?;
    if profile.tls.is_none() {
        printer.note(
            "The connection is not encrypted: everybody on the way can read the application key. Use wss://.",
        );
    }
    let events = Events { printer, schema: SCHEMA, json: args.json };
    let engine = live::engine(1)?;
    let store = args.store.open(&events, engine.clock().now())?;
    let (store, waiting) = store.map_or((None, 0), |(store, waiting)| (Some(store), waiting));
    let interrupt = live::interrupt(&engine)?;
    let (ear, heard) = Ear::new();
    let ear = Arc::new(ear);
    let device = Device { number: 0, things: args.thing.clone() };
    let ear_too = Arc::<Ear>::clone(&ear);
    let with = With { store, files: args.files.clone(), ..With::default() };
    let agent = engine.agent_with(profile, device, Draws::new(0), ear_too, with);
    engine.when(&interrupt, agent.stopper());
    let mut visit = Visit {
        args,
        events,
        engine: &engine,
        ends: None,
        back: false,
        refused: None,
        not_sent: None,
        failed: None,
        awaited: 0,
        waiting,
        dropped: 0,
    };
    let end = visit.begins(&agent).and_then(|()| visit.lasts(&agent, &heard));
    engine.finishes(agent.stop());
    // What it says while it leaves.
    for (at, told) in heard.try_iter() {
        told::tell(&events, at, &told)?;
        visit.hears(&told);
    }
    end?;
    let missed = ear.missed();
    if missed > 0 {
        printer.note(&format!("{missed} events came faster than they could be printed and were left out."));
    }
    if interrupt.came() { Ok(Exit::Interrupted) } else { visit.result() }
}

/// One agent from its start to its end.
struct Visit<'a> {
    args: &'a Args,
    events: Events<'a>,
    engine: &'a Engine,
    /// When it leaves; nothing before the first sign-in.
    ends: Option<Micros>,
    /// Whether it is connected.
    back: bool,
    /// What the platform refused.
    refused: Option<String>,
    /// What could not be sent, and why.
    not_sent: Option<String>,
    /// The last failed attempt.
    failed: Option<Failure>,
    /// Values and calls whose fate is still to be told.
    awaited: usize,
    /// Values in the store.
    waiting: usize,
    /// Values that the store had no room for.
    dropped: usize,
}

impl Visit<'_> {
    /// Follows the agent until there is nothing more to wait for.
    fn lasts(&mut self, agent: &agent::Handle, heard: &Receiver<(Micros, Told)>) -> Result<(), CommandError> {
        loop {
            let next = match self.ends {
                None => heard.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(ends) => {
                    let left = ends.since(self.engine.clock().now());
                    heard.recv_timeout(Duration::from_micros(left.0))
                }
            };
            // Nobody tells anything any more, or its time is over.
            let Ok((at, told)) = next else { return Ok(()) };
            told::tell(&self.events, at, &told)?;
            self.hears(&told);
            match told {
                Told::Back { .. } if self.ends.is_none() => self.asks(agent, at)?,
                Told::Stranded | Told::Stopped { .. } => return Ok(()),
                _ => {}
            }
            let done = self.awaited == 0 && self.waiting == 0;
            if self.ends.is_some() && self.args.stay.is_none() && (done || !self.back) {
                return Ok(());
            }
        }
    }

    /// Notes what the agent tells.
    fn hears(&mut self, told: &Told) {
        match told {
            Told::Back { .. } => {
                self.back = true;
                self.failed = None;
            }
            Told::Lost(_) => self.back = false,
            Told::Failed(failure) => self.failed = Some(failure.clone()),
            Told::NotSent { what, why } => {
                self.not_sent.get_or_insert_with(|| format!("{what}: {why}"));
            }
            Told::Pushed { taken, count } => self.answered(*count, !taken, || "values".to_owned()),
            Told::Answered { what, status, .. } => {
                self.answered(1, !status.is_some_and(crate::wire::Status::is_success), || what.clone());
            }
            Told::Store(News::Put(put)) => {
                let count = put.stored + put.held + put.dropped + put.refused.len();
                self.answered(count, false, String::new);
                self.waiting = put.waiting;
                self.dropped += put.dropped;
            }
            Told::Store(News::Answered { taken, waiting, .. }) => {
                self.answered(0, !taken, || "stored values".to_owned());
                self.waiting = *waiting;
            }
            _ => {}
        }
    }

    /// Hands the values to an agent that keeps them, before it is back.
    fn begins(&mut self, agent: &agent::Handle) -> Result<(), CommandError> {
        if !self.args.store.is_given() {
            return Ok(());
        }
        // One after the other, as they are measured.
        let pushes = self.measured(&self.args.push);
        self.wishes(agent, pushes.into_iter().map(|push| (Wish::Push(vec![push]), 1)))
    }

    /// Returns values as measured now.
    fn measured(&self, assigned: &[(String, String)]) -> Vec<Push> {
        let Some(thing) = self.args.thing.first() else { return Vec::new() };
        let time_ms = wall_ms();
        let push = |(property, text): &(String, String)| Push {
            thing: thing.clone(),
            property: property.clone(),
            value: value_of(text),
            time_ms,
        };
        assigned.iter().map(push).collect()
    }

    /// Tells an agent wishes, each with the number of answers that it has.
    fn wishes(
        &mut self,
        agent: &agent::Handle,
        wishes: impl Iterator<Item = (Wish, usize)>,
    ) -> Result<(), CommandError> {
        for (wish, answers) in wishes {
            if !agent.wish(wish) {
                return Err(CommandError::usage(
                    "More is asked for than an agent keeps in mind, so some of it would never be done.",
                )
                .hint("Ask for at most 60 values and calls at once."));
            }
            self.awaited += answers;
        }
        Ok(())
    }

    /// Asks for what is wanted of an agent that is back for the first time.
    fn asks(&mut self, agent: &agent::Handle, at: Micros) -> Result<(), CommandError> {
        let rest = self.args.timeout.max(Micros::from_secs(1));
        self.ends = Some(at + self.args.stay.unwrap_or(rest + rest));
        let Some(thing) = self.args.thing.first() else { return Ok(()) };
        let writes = self.measured(&self.args.write).into_iter().map(Wish::Write);
        let calls = self.args.call.iter().cloned();
        let calls =
            calls.map(|(service, parameters)| Wish::Call { thing: thing.clone(), service, parameters });
        let fires = self.args.fire.iter().cloned();
        let fires = fires.map(|(event, fields)| Wish::Fire { thing: thing.clone(), event, fields });
        let alone: Vec<(Wish, usize)> = writes.chain(calls).chain(fires).map(|wish| (wish, 1)).collect();
        let pushes = if self.args.store.is_given() { Vec::new() } else { self.measured(&self.args.push) };
        let count = pushes.len();
        let push = (count > 0).then_some((Wish::Push(pushes), count));
        self.wishes(agent, push.into_iter().chain(alone))
    }

    /// Notes answers.
    fn answered(&mut self, count: usize, refused: bool, what: impl FnOnce() -> String) {
        self.awaited = self.awaited.saturating_sub(count);
        if refused && self.refused.is_none() {
            self.refused = Some(what());
        }
    }

    /// Returns how the command ends.
    fn result(self) -> Result<Exit, CommandError> {
        if let (false, Some(failure)) = (self.back, &self.failed) {
            let message =
                format!("Not connected, the step `{}` failed. {}.", failure.step.word(), failure.trouble);
            let error = CommandError::new(Kind::NotConnected(exit_of(failure.step)), message);
            return Err(self.with_kept(error));
        }
        let lost = Kind::NotConnected(Exit::NotConnected);
        if !self.back {
            let error = CommandError::new(lost, "The connection was lost, and the agent is not back.")
                .hint("Give it more attempts with --attempts, or look at the platform's log.");
            return Err(self.with_kept(error));
        }
        if let Some(what) = &self.not_sent {
            return Err(CommandError::new(lost, format!("Not sent, because it cannot be: {what}")));
        }
        if self.dropped > 0 {
            let message = format!("The store was full and dropped {}.", agent::values(self.dropped));
            return Err(CommandError::new(lost, message).hint("Give it more room with --store-limit."));
        }
        if let Some(what) = self.refused {
            let message = format!("The platform refused or did not answer: {what}.");
            return Err(CommandError::new(lost, message)
                .hint("Check the names, and that the user of the key may use them."));
        }
        if self.waiting > 0 {
            let message = "Not everything in the store was answered in time, so it is kept.";
            return Err(self.with_kept(CommandError::new(lost, message)));
        }
        if self.awaited > 0 {
            let message = "Not everything that was sent was answered in time, so its fate is unknown.";
            return Err(CommandError::new(lost, message).hint("Give it more time with --timeout."));
        }
        let done = json!({"connected": true});
        self.events.tell(self.engine.clock().now(), "done", done, String::new)?;
        Ok(Exit::Done)
    }

    /// Adds to an error what is kept for the next time.
    fn with_kept(&self, error: CommandError) -> CommandError {
        if self.waiting == 0 {
            return error;
        }
        error.hint(format!("{} wait in the store and are sent the next time.", agent::values(self.waiting)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_have_a_name() {
        assert_eq!(assigned("a=b=c"), Ok(("a".into(), "b=c".into())));
        assigned("=1").expect_err("no name");
        assigned("a").expect_err("no value");
        assert_eq!(called("Stop"), Ok(("Stop".into(), Vec::new())));
        let level = ("level".to_owned(), crate::wire::Value::Number(3.0));
        assert_eq!(called("Alarm:level=3"), Ok(("Alarm".into(), vec![level])));
        called(":level=3").expect_err("no name");
        called("Alarm:level").expect_err("no value");
    }
}
