//! `regather platform serve`: runs the test platform, does what lines on stdin say, and counts.

use super::control::{self, Control};
use super::settings::Args;
use crate::base::Micros;
use crate::base::units::{count, duration};
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::live::{self, Events};
use crate::cli::printer::Printer;
use crate::live::engine::Engine;
use crate::live::interrupt::Interrupt;
use crate::live::platform::{Counters, Handle, line};
use crate::wire::{Method, Part, Request};
use serde_json::{Value, json};
use std::io::BufRead;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Format of the events.
const SCHEMA: &str = "regather/platform-event/1";

/// Time between two looks at the counters.
const LOOK: Micros = Micros::SECOND;

/// Longest wait for the answer of a device.
const PATIENCE: Micros = Micros::from_secs(10);

/// Lines that may wait.
const LINES: usize = 16;

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let settings = args.settings(printer)?;
    let (tls, path) = (settings.identity.is_some(), settings.path.clone());
    let left_out = line::not_rehearsed(&settings.capacity);
    let engine = live::engine(printer.environment().processors)?;
    let interrupt = live::interrupt(&engine)?;
    let handle = engine.platform(settings).map_err(|error| live::not_connected(&error))?;
    let events = Events { printer, schema: SCHEMA, json: args.json };
    let url = format!("{}://{}{path}", if tls { "wss" } else { "ws" }, handle.address());
    let listening =
        json!({"url": url, "port": handle.address().port(), "tls": tls, "not_rehearsed": left_out});
    events.tell(engine.clock().now(), "listening", listening, || format!("listening on {url}"))?;
    if !tls && !args.json {
        printer
            .note("Connections are not encrypted: application keys can be read on the way; --tls encrypts.");
    }
    for part in left_out {
        printer.note(&format!("Not rehearsed: {part}."));
    }
    let lines = lines(&engine, &interrupt)?;
    let mut serving = Serving { engine: &engine, handle: &handle, events, seen: None };
    let ended = serving.lasts(args.lasts, &lines);
    let counters = engine.finishes(handle.stop());
    ended?;
    events.tell(engine.clock().now(), "stopped", told(&counters, 0), || {
        format!("stopped; {}", said(&counters, 0))
    })?;
    Ok(if interrupt.came() { Exit::Interrupted } else { Exit::Done })
}

/// Returns the lines of stdin as they come, and `stop` where the program is to end.
fn lines(engine: &Engine, interrupt: &Interrupt) -> Result<Receiver<String>, CommandError> {
    let (send, receive) = sync_channel(LINES);
    let stop = send.clone();
    engine.when(interrupt, move || {
        // Who takes no lines any more stops already.
        let _ = stop.send("stop".to_owned());
    });
    let reads = move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if send.send(line).is_err() {
                return;
            }
        }
    };
    // It ends with the process: nothing else ends a thread that waits for a line.
    std::thread::Builder::new().name("stdin".into()).spawn(reads).map_err(|error| {
        CommandError::new(
            Kind::NotConnected(Exit::NotConnected),
            format!("No thread could be started: {error}."),
        )
    })?;
    Ok(receive)
}

/// A platform that runs.
struct Serving<'a> {
    engine: &'a Engine,
    handle: &'a Handle,
    events: Events<'a>,
    /// The counters that were told last.
    seen: Option<Counters>,
}

impl Serving<'_> {
    /// Serves until it is told to stop or its time is over.
    fn lasts(&mut self, most: Option<Micros>, lines: &Receiver<String>) -> Result<(), CommandError> {
        let clock = self.engine.clock();
        let end = most.map(|most| clock.now() + most);
        let mut look = clock.now() + LOOK;
        loop {
            let next = end.map_or(look, |end| end.min(look));
            match lines.recv_timeout(Duration::from_micros(next.since(clock.now()).0)) {
                Ok(line) => {
                    if self.obeys(&line)? {
                        return Ok(());
                    }
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.engine.finishes(clock.until(next)),
            }
            let now = clock.now();
            if end.is_some_and(|end| now >= end) {
                return Ok(());
            }
            if now >= look {
                look = now + LOOK;
                self.looks()?;
            }
        }
    }

    /// Tells the counters where they have changed.
    fn looks(&mut self) -> Result<(), CommandError> {
        let counters = self.handle.totals();
        if self.seen.as_ref() == Some(&counters) || (self.seen.is_none() && counters.accepted == 0) {
            return Ok(());
        }
        self.tells(&counters)?;
        self.seen = Some(counters);
        Ok(())
    }

    fn tells(&self, counters: &Counters) -> Result<(), CommandError> {
        let waiting = self.handle.waiting();
        let at = self.engine.clock().now();
        self.events.tell(at, "status", told(counters, waiting), || {
            format!("{:>9}  {}", duration((at.0 / LOOK.0) as f64), said(counters, waiting))
        })
    }

    /// Does what a line says; returns whether that is the end.
    fn obeys(&mut self, line: &str) -> Result<bool, CommandError> {
        let control = match control::read(line) {
            Ok(None) => return Ok(false),
            Ok(Some(control)) => control,
            Err(message) => {
                self.says("not-understood", json!({"message": message}), &message)?;
                return Ok(false);
            }
        };
        match control {
            Control::Stop => return Ok(true),
            Control::Status => self.tells(&self.handle.totals())?,
            Control::Help => self.says("help", json!({"text": control::HELP}), control::HELP)?,
            Control::Read { thing, property } => {
                self.calls(Request::new(Method::Get, thing, Part::Property, property, None))?;
            }
            Control::Service { thing, service } => self.calls(Request::service(thing, service, None))?,
            change => {
                self.changes(&change);
                self.says("done", json!({"command": line.trim()}), &format!("done: {}", line.trim()))?;
            }
        }
        Ok(false)
    }

    /// Changes how devices are received.
    fn changes(&self, control: &Control) {
        match *control {
            Control::Receive(reception) => self.handle.receive(reception),
            Control::Cut(loss) => self.handle.cut(loss),
            Control::Down(loss) => self.handle.down(loss),
            Control::Restart { length, from_permille } => self.handle.restart(length, from_permille),
            Control::Pongs(delay) => self.handle.delay_pongs(delay),
            _ => {}
        }
    }

    /// Asks a device.
    fn calls(&self, request: Request) -> Result<(), CommandError> {
        let what = format!("{} of {}", request.name, request.entity);
        let answer = self.engine.finishes(self.handle.call(request, PATIENCE));
        match answer {
            Ok(response) => {
                let status = response.status.to_string();
                let value = response.content.table().and_then(|table| table.rows.first()?.first());
                let value = value.map(|value| format!("{value:?}"));
                let fields = json!({"what": what, "status": status, "value": value});
                let value = value.map(|value| format!(", {value}")).unwrap_or_default();
                self.says("answered", fields, &format!("{what}: {status}{value}"))
            }
            Err(error) => {
                let message = format!("{error}.");
                self.says("not-answered", json!({"what": what, "message": message}), &message)
            }
        }
    }

    fn says(&self, event: &str, fields: Value, text: &str) -> Result<(), CommandError> {
        self.events.tell(self.engine.clock().now(), event, fields, || text.to_owned())
    }
}

/// Returns the account for programs.
fn told(counters: &Counters, waiting: usize) -> Value {
    let fates: serde_json::Map<String, Value> =
        counters.fates.iter().map(|(fate, count)| (fate.word().to_owned(), (*count).into())).collect();
    json!({
        "accepted": counters.accepted, "accept_errors": counters.accept_errors, "held": counters.held,
        "bound": counters.bound, "waiting": waiting, "upgraded": counters.upgraded,
        "authenticated": counters.authenticated, "auth_refused": counters.auth_refused,
        "binds": counters.binds, "binds_refused": counters.binds_refused, "pings": counters.pings,
        "messages": counters.messages, "unreadable": counters.unreadable, "values": counters.values,
        "events": counters.events, "ended": fates, "balances": counters.balances(),
    })
}

/// Returns the account in a line.
fn said(counters: &Counters, waiting: usize) -> String {
    let mut text = format!(
        "connected {}, bound {}, waiting {}; accepted {}, signed in {}, values {}",
        count(counters.held),
        count(counters.bound),
        count(waiting as u64),
        count(counters.accepted),
        count(counters.binds),
        count(counters.values),
    );
    for (fate, ends) in &counters.fates {
        text.extend([", ", fate.word(), " ", &count(*ends)]);
    }
    text
}
