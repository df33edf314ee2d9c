//! Sections of a configuration, each with what `defaults` gives it.

use super::super::Imported;
use super::is_front;
use super::words::{time, whole, words};

/// A value with its line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Given<T> {
    /// The value.
    pub value: T,
    /// Its line.
    pub line: usize,
}

/// What a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Of the whole process.
    Global,
    /// What the sections after it have.
    Defaults,
    /// Takes connections.
    Frontend,
    /// Passes them to servers.
    Backend,
    /// Both.
    Listen,
    /// Anything else.
    Other,
}

/// A server of a backend.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// Its line.
    pub line: usize,
    /// Whether it is checked.
    pub checked: bool,
    /// Time between two checks [s].
    pub inter: f64,
    /// Failed checks until it is taken out.
    pub fall: f64,
    /// Line that says these two, or its own.
    pub timed: usize,
}

/// A `use_backend`.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    /// Name of the backend.
    pub backend: String,
    /// Its condition, with `if`.
    pub condition: Vec<String>,
    /// Its line.
    pub line: usize,
}

/// One section that takes or passes connections.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub section: Section,
    pub name: String,
    pub line: usize,
    pub maxconn: Option<Given<f64>>,
    pub rate: Option<Given<f64>>,
    pub client: Option<Given<f64>>,
    pub server: Option<Given<f64>>,
    pub tunnel: Option<Given<f64>>,
    /// Whether the first line with TLS, else the first line, of its addresses has TLS.
    pub bind: Option<Given<bool>>,
    pub tcp: bool,
    /// Path that its check asks for.
    pub asks: Option<Asks>,
    pub cookie: Option<usize>,
    pub by_address: Option<usize>,
    pub sources: Vec<(String, usize)>,
    pub acls: Vec<(String, Vec<String>)>,
    pub uses: Vec<Chosen>,
    pub passes: bool,
    pub servers: Vec<Server>,
    /// Interval [s], failures and line of `default-server`.
    usual: (f64, f64, Option<usize>),
    /// Whether `default-server` checks.
    checks: bool,
}

/// A path that a check asks for.
#[derive(Clone, Debug)]
pub(super) struct Asks {
    /// The path.
    pub value: String,
    /// Its line.
    pub line: usize,
}

/// What the whole file says.
#[derive(Debug)]
pub(super) struct File {
    /// Most connections of the process.
    pub global: Option<Given<f64>>,
    /// Most open files of the process.
    pub open_files: Option<Given<f64>>,
    /// The sections.
    pub proxies: Vec<Proxy>,
}

impl Proxy {
    fn new(section: Section, name: String, line: usize) -> Self {
        Self {
            section,
            name,
            line,
            maxconn: None,
            rate: None,
            client: None,
            server: None,
            tunnel: None,
            bind: None,
            tcp: false,
            asks: None,
            cookie: None,
            by_address: None,
            sources: Vec::new(),
            acls: Vec::new(),
            uses: Vec::new(),
            passes: false,
            servers: Vec::new(),
            usual: (2.0, 3.0, None),
            checks: false,
        }
    }

    /// Returns whether devices may come in through it.
    pub(super) fn takes_devices(&self) -> bool {
        is_front(self.section) && (self.passes || !self.uses.is_empty() || !self.servers.is_empty())
    }
}

/// Reads all sections.
pub(super) fn file(text: &str, to: &mut Imported) -> File {
    let mut file = File { global: None, open_files: None, proxies: Vec::new() };
    let mut defaults = Proxy::new(Section::Defaults, String::new(), 1);
    let mut section = Section::Other;
    for (at, line) in text.lines().enumerate() {
        let at = at + 1;
        let Some(words) = words(line) else {
            to.lost(at, "A quote in this line is not closed, so the line was not read.");
            continue;
        };
        let Some((first, rest)) = words.split_first() else { continue };
        if let Some(next) = opens(first) {
            section = next;
            let name = rest.first().cloned().unwrap_or_default();
            match section {
                Section::Defaults => defaults = Proxy::new(section, name, at),
                Section::Frontend | Section::Backend | Section::Listen => {
                    file.proxies.push(Proxy { section, name, line: at, ..defaults.clone() });
                }
                Section::Global | Section::Other => {}
            }
            continue;
        }
        match section {
            Section::Global => global(&mut file, first, rest, at, to),
            Section::Other => to.passed += 1,
            Section::Defaults => directive(&mut defaults, first, rest, at, to),
            _ => {
                if let Some(proxy) = file.proxies.last_mut() {
                    directive(proxy, first, rest, at, to);
                }
            }
        }
    }
    file
}

/// Returns the section that a word opens.
fn opens(word: &str) -> Option<Section> {
    Some(match word {
        "global" => Section::Global,
        "defaults" => Section::Defaults,
        "frontend" => Section::Frontend,
        "backend" => Section::Backend,
        "listen" => Section::Listen,
        "userlist" | "peers" | "resolvers" | "mailers" | "program" | "ring" | "cache" | "http-errors"
        | "fcgi-app" | "log-forward" | "crt-store" | "traces" | "log-profile" => Section::Other,
        _ => return None,
    })
}

/// Reads a line of `global`.
fn global(file: &mut File, first: &str, rest: &[String], line: usize, to: &mut Imported) {
    let (place, said) = match first {
        "maxconn" => (&mut file.global, "maxconn"),
        "ulimit-n" => (&mut file.open_files, "ulimit-n"),
        _ => {
            to.passed += 1;
            return;
        }
    };
    *place = number(rest.first(), line, said, to).or(*place);
}

/// Returns a whole number, or says that it is none.
fn number(word: Option<&String>, line: usize, said: &'static str, to: &mut Imported) -> Option<Given<f64>> {
    let value = word.and_then(|word| whole(word));
    if value.is_none() {
        to.unread(line, said, "a whole number");
    }
    value.map(|value| Given { value, line })
}

/// Reads a line of a section.
fn directive(proxy: &mut Proxy, first: &str, rest: &[String], line: usize, to: &mut Imported) {
    let word = |at: usize| rest.get(at).map_or("", String::as_str);
    match (first, word(0), word(1)) {
        ("maxconn", ..) => proxy.maxconn = number(rest.first(), line, "maxconn", to).or(proxy.maxconn),
        ("rate-limit", "sessions", _) => {
            proxy.rate = number(rest.get(1), line, "rate-limit sessions", to).or(proxy.rate);
        }
        ("timeout", kind @ ("client" | "server" | "tunnel"), given) => {
            let (place, said) = match kind {
                "client" => (&mut proxy.client, "timeout client"),
                "server" => (&mut proxy.server, "timeout server"),
                _ => (&mut proxy.tunnel, "timeout tunnel"),
            };
            match time(given) {
                Some(value) => *place = Some(Given { value, line }),
                None => to.unread(line, said, "a time such as 60s or 1h"),
            }
        }
        ("mode", mode, _) => proxy.tcp = mode == "tcp",
        ("bind", ..) => {
            let tls = rest.iter().any(|word| word == "ssl");
            if tls || proxy.bind.is_none() {
                proxy.bind = Some(Given { value: tls, line });
            }
        }
        ("option", "httpchk", _) => {
            // One word is the path, two are method and path.
            let path = if rest.len() > 2 { word(2) } else { word(1) };
            let value = path.split('?').next().filter(|path| path.starts_with('/')).unwrap_or("/");
            proxy.asks = Some(Asks { value: value.to_owned(), line });
        }
        ("http-check", "send", _) => {
            let uri = rest.iter().position(|word| word == "uri").and_then(|at| rest.get(at + 1));
            if let Some(path) = uri.and_then(|uri| uri.split('?').next()).filter(|path| path.starts_with('/'))
            {
                proxy.asks = Some(Asks { value: path.to_owned(), line });
            }
        }
        ("cookie", ..) => proxy.cookie = Some(line),
        ("balance", how, _) => proxy.by_address = (how == "source").then_some(line),
        ("stick", "on" | "match", "src") => proxy.by_address = Some(line),
        ("source", address, _) if !address.is_empty() => proxy.sources.push((address.to_owned(), line)),
        ("acl", name, _) if rest.len() > 1 => proxy.acls.push((name.to_owned(), rest[1..].to_vec())),
        ("use_backend", backend, _) => {
            let condition = rest.iter().skip(1).cloned().collect();
            proxy.uses.push(Chosen { backend: backend.to_owned(), condition, line });
        }
        ("default_backend", ..) => proxy.passes = true,
        ("default-server", ..) => {
            let (inter, fall, _) = proxy.usual;
            let own = timing(rest, (inter, fall), line, to);
            proxy.usual = (own.0, own.1, Some(line));
            proxy.checks |= rest.iter().any(|word| word == "check");
        }
        ("server", ..) => {
            let (inter, fall, from) = proxy.usual;
            let own = timing(rest, (inter, fall), line, to);
            let timed = if own == (inter, fall) { from.unwrap_or(line) } else { line };
            let checked = proxy.checks && !rest.iter().any(|word| word == "no-check")
                || rest.iter().skip(2).any(|word| word == "check");
            if let Some(at) = rest.iter().position(|word| word == "source")
                && let Some(address) = rest.get(at + 1)
            {
                proxy.sources.push((address.clone(), line));
            }
            proxy.servers.push(Server { line, checked, inter: own.0, fall: own.1, timed });
        }
        _ => to.passed += 1,
    }
}

/// Returns interval [s] and failures that a line gives, else the usual ones.
fn timing(rest: &[String], usual: (f64, f64), line: usize, to: &mut Imported) -> (f64, f64) {
    let mut own = usual;
    for pair in rest.windows(2) {
        match pair[0].as_str() {
            "inter" => match time(&pair[1]) {
                Some(seconds) => own.0 = seconds,
                None => to.unread(line, "inter", "a time such as 2s"),
            },
            "fall" => match whole(&pair[1]) {
                Some(number) => own.1 = number,
                None => to.unread(line, "fall", "a whole number"),
            },
            _ => {}
        }
    }
    own
}
