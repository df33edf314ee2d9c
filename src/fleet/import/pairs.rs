//! Lines `key = value`: `zoo.cfg` of ZooKeeper and the `.conf` of a Connection Server.
//!
//! The latter may also nest: `cx-server { transport { … } }`; its keys are read with all names around them.

use super::Imported;
use crate::base::Finding;
use crate::fleet::cluster::NodeKind::{Cluster, ConnectionServer, ZooKeeper};

/// A key with its value and line.
struct Pair {
    key: String,
    value: String,
    line: usize,
}

/// Returns whether a text looks like `zoo.cfg`.
pub(super) fn looks_like_zookeeper(text: &str) -> bool {
    let has = |name: &str| {
        text.lines().take(2_000).any(|line| {
            line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
        })
    };
    has("tickTime") && (has("dataDir") || has("clientPort") || has("initLimit"))
}

/// Returns whether a text looks like the configuration of a Connection Server.
pub(super) fn looks_like_connection(text: &str) -> bool {
    !text.trim_start().starts_with(['{', '<'])
        && text.lines().take(2_000).any(|line| line.trim_start().starts_with("cx-server"))
}

/// Reads `zoo.cfg`.
pub(super) fn zookeeper(text: &str, to: &mut Imported) {
    let pairs = pairs(text, false, to);
    let (mut tick, mut longest) = (None, None);
    let mut voters: Option<(usize, usize)> = None;
    for pair in &pairs {
        match pair.key.as_str() {
            "tickTime" => tick = number(pair, "tickTime", to).map(|value| (value, pair.line)).or(tick),
            "maxSessionTimeout" => {
                longest = number(pair, "maxSessionTimeout", to).map(|value| (value, pair.line)).or(longest);
            }
            key if key.strip_prefix("server.").is_some_and(|id| id.parse::<u32>().is_ok()) => {
                if !pair.value.contains(":observer") {
                    voters = Some(voters.map_or((1, pair.line), |(count, line)| (count + 1, line)));
                }
            }
            key if key.starts_with("authProvider") && pair.value.contains("SASLAuthenticationProvider") => {
                to.word(Cluster, "zookeeper_auth", "on", pair.line, "authProvider");
            }
            _ => to.passed += 1,
        }
    }
    if let Some((tick, line)) = tick {
        to.number(ZooKeeper, "tick_ms", tick, line, "tickTime");
    }
    match (longest, tick) {
        (Some((longest, line)), Some((tick, _))) if tick > 0.0 => {
            to.number(ZooKeeper, "session_ticks", (longest / tick).floor(), line, "maxSessionTimeout");
        }
        (Some((_, line)), _) => to.lost(line, "`maxSessionTimeout` means nothing here without `tickTime`."),
        (None, _) => {}
    }
    to.lists.extend(voters.map(|(count, line)| (ZooKeeper, count, line)));
}

/// Reads the configuration of a Connection Server.
pub(super) fn connection(text: &str, to: &mut Imported) {
    let pairs = pairs(text, true, to);
    let (mut ping, mut idle) = (None, None);
    for pair in &pairs {
        let key = pair.key.to_ascii_lowercase();
        let ends = |tail: &str| key == tail || key.strip_suffix(tail).is_some_and(|rest| rest.ends_with('.'));
        if ends("iothread.count") {
            if let Some(value) = number(pair, "iothread.count", to) {
                to.number(ConnectionServer, "io_threads", value, pair.line, "iothread.count");
            }
        } else if ends("authentication.timeout-ms") {
            if let Some(value) = number(pair, "authentication.timeout-ms", to) {
                to.number(
                    ConnectionServer,
                    "authentication_ms",
                    value,
                    pair.line,
                    "authentication.timeout-ms",
                );
            }
        } else if ends("data-ordering") {
            match pair.value.as_str() {
                "true" => to.word(ConnectionServer, "data_ordering", "on", pair.line, "data-ordering"),
                "false" => to.word(ConnectionServer, "data_ordering", "off", pair.line, "data-ordering"),
                _ => to.unread(pair.line, "data-ordering", "true or false"),
            }
        } else if ends("basepath") || ends("base-path") {
            to.word(Cluster, "connection_path", &pair.value, pair.line, "basePath");
        } else if ends("pingrate") {
            ping = duration(pair, "pingRate", to).map(|value| (value, pair.line));
        } else if ends("idlereadtimeout") {
            idle = duration(pair, "idleReadTimeout", to).map(|value| (value, pair.line));
        } else {
            to.passed += 1;
        }
    }
    // A bare number is in milliseconds; defaults 30 s and 60 s.
    let (ping, idle) = (ping.unwrap_or((30.0, 0)), idle.unwrap_or((60.0, 0)));
    if ping.1.max(idle.1) > 0 && idle.0 <= ping.0 {
        let shown = crate::base::units::duration;
        let what = format!("`idleReadTimeout` is {}, `pingRate` {}.", shown(idle.0), shown(ping.0));
        to.tell(
            Finding::warning("O012", "", what)
                .why("The connection to the platform is given up before its next ping; without one all devices are cut.")
                .fix("Make `idleReadTimeout` at least twice `pingRate`.")
                .at(ping.1.max(idle.1), 1),
        );
    }
}

/// Returns all lines with a key.
fn pairs(text: &str, nests: bool, to: &mut Imported) -> Vec<Pair> {
    let (mut pairs, mut around) = (Vec::new(), Vec::<String>::new());
    for (at, line) in text.lines().enumerate() {
        let at = at + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '!']) || nests && line.starts_with("//") {
            continue;
        }
        if nests && (line.starts_with("include ") || line.trim_end_matches(',') == "]") {
            to.passed += 1;
            continue;
        }
        if nests && line.chars().all(|c| matches!(c, '}' | ',' | ' ')) {
            for _ in line.matches('}') {
                if around.pop().is_none() {
                    to.lost(at, "A bracket is closed here that nothing opens.");
                }
            }
            continue;
        }
        if nests && let Some(name) = line.strip_suffix('{') {
            let name = name.trim().trim_end_matches(['=', ':']).trim();
            around.push(plain(name).to_owned());
            continue;
        }
        let cut = if nests { line.find(['=', ':']) } else { line.find('=') };
        let Some((key, value)) = cut.map(|cut| (&line[..cut], &line[cut + 1..])) else {
            to.lost(at, "This line is no `key=value`.");
            continue;
        };
        let mut key = plain(key.trim()).to_owned();
        if !around.is_empty() {
            key = format!("{}.{key}", around.join("."));
        }
        let value = if nests { uncommented(value) } else { value };
        pairs.push(Pair { key, value: plain(value.trim().trim_end_matches(',')).to_owned(), line: at });
    }
    if !around.is_empty() {
        to.lost(text.lines().count().max(1), "The file ends before all brackets are closed.");
    }
    pairs
}

/// Returns a value without a comment behind it.
fn uncommented(value: &str) -> &str {
    let quoted = value.trim_start().starts_with('"');
    let end = if quoted { None } else { value.find(" #").or(value.find(" //")) };
    &value[..end.unwrap_or(value.len())]
}

/// Returns a text without the quotes around it.
fn plain(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

/// Returns a whole number, or says that it is none.
fn number(pair: &Pair, said: &'static str, to: &mut Imported) -> Option<f64> {
    let number = pair.value.parse::<u32>().ok().map(f64::from);
    if number.is_none() {
        to.unread(pair.line, said, "a whole number");
    }
    number
}

/// Returns a time [s]: milliseconds, or a number with a unit.
fn duration(pair: &Pair, said: &'static str, to: &mut Imported) -> Option<f64> {
    let bare = pair.value.parse::<u32>().ok().map(|ms| f64::from(ms) / 1e3);
    let time = bare.or_else(|| crate::base::units::parse_duration(&pair.value));
    if time.is_none() {
        to.unread(pair.line, said, "a time");
    }
    time
}
