//! `server.xml` of Tomcat: how many connections and threads the web container of Foundation has.

use super::Imported;
use crate::base::Finding;
use crate::base::Severity::Info;
use crate::fleet::cluster::NodeKind::Foundation;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// Attributes that are looked at; all others may be secrets.
const KNOWN: [&str; 8] =
    ["name", "port", "protocol", "executor", "maxThreads", "maxConnections", "SSLEnabled", "scheme"];
/// Mistakes after which the rest of a file is given up.
const MAX_MISTAKES: usize = 20;

/// A connector or an executor.
struct Element {
    line: usize,
    values: BTreeMap<&'static str, String>,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }
}

/// Returns whether a text looks like `server.xml`.
pub(super) fn looks(text: &str) -> bool {
    text.trim_start().starts_with('<') && text.contains("<Server") && text.contains("<Connector")
}

/// Reads the text.
pub(super) fn read(text: &str, to: &mut Imported) {
    let (connectors, executors) = elements(text, to);
    // Devices come by HTTP; the other protocol is for web servers in front.
    let mut http: Vec<&Element> = connectors
        .iter()
        .filter(|one| !one.get("protocol").is_some_and(|word| word.contains("AJP")))
        .collect();
    let secure = |one: &&Element| one.get("SSLEnabled") == Some("true") || one.get("scheme") == Some("https");
    // Where several are open, the one with TLS is that of the devices.
    http.sort_by_key(|one| !secure(one));
    let Some(connector) = http.first() else {
        to.lost(1, "No `Connector` for HTTP could be read in this file.");
        return;
    };
    let connections = number(connector, "maxConnections", to);
    match connections {
        // Tomcat takes -1 for no limit.
        Some(-1.0) => {}
        Some(limit) => to.number(Foundation, "max_connections", limit, connector.line, "maxConnections"),
        None => to.tell(
            Finding::new(Info, "O006", "", "The connector does not say `maxConnections`.")
                .why("The default is 8192 or 10 000 by the version of Tomcat; devices beyond it are not answered.")
                .fix("Say it.")
                .at(connector.line, 1),
        ),
    }
    let executor =
        connector.get("executor").and_then(|name| executors.iter().find(|one| one.get("name") == Some(name)));
    let threads = executor.unwrap_or(connector);
    let Some(most) = number(threads, "maxThreads", to) else { return };
    to.number(Foundation, "max_threads", most, threads.line, "maxThreads");
    if let Some(limit) = connections.filter(|limit| *limit >= 0.0 && *limit < most) {
        let what = format!("`maxConnections` is {limit}, `maxThreads` {most}.");
        to.tell(
            Finding::warning("O005", "", what)
                .why("A device keeps its connection without a thread: most threads can never have work.")
                .fix("Allow as many connections as devices sign in to this server.")
                .at(connector.line, 1),
        );
    }
}

/// Returns a number of an element.
fn number(of: &Element, name: &'static str, to: &mut Imported) -> Option<f64> {
    let number = of.get(name)?.trim().parse::<i32>().ok().map(f64::from);
    if number.is_none() {
        to.unread(of.line, name, "a whole number");
    }
    number
}

/// Returns connectors and executors, as far as the text can be read.
fn elements(text: &str, to: &mut Imported) -> (Vec<Element>, Vec<Element>) {
    let (mut connectors, mut executors) = (Vec::new(), Vec::new());
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let (mut line, mut counted, mut mistakes) = (1, 0, 0);
    let mut line_at = |position: u64| {
        let position = (position as usize).clamp(counted, text.len());
        let passed = &text.as_bytes()[counted..position];
        line += passed.iter().map(|byte| usize::from(*byte == b'\n')).sum::<usize>();
        counted = position;
        line
    };
    loop {
        let at = line_at(reader.buffer_position());
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag) | Event::Empty(tag)) => match tag.local_name().as_ref() {
                b"Connector" => connectors.push(element(&tag, at, to)),
                b"Executor" => executors.push(element(&tag, at, to)),
                _ => to.passed += 1,
            },
            Ok(_) => {}
            Err(_) => {
                mistakes += 1;
                to.lost(at, "This is no XML that can be read.");
                if mistakes == MAX_MISTAKES {
                    break;
                }
            }
        }
    }
    (connectors, executors)
}

/// Returns what an element says of what is known.
fn element(tag: &BytesStart<'_>, line: usize, to: &mut Imported) -> Element {
    let mut values = BTreeMap::new();
    let mut broken = false;
    for attribute in tag.attributes().with_checks(false) {
        let Ok(attribute) = attribute else {
            broken = true;
            continue;
        };
        let Some(name) = KNOWN.into_iter().find(|name| name.as_bytes() == attribute.key.as_ref()) else {
            continue;
        };
        match std::str::from_utf8(&attribute.value) {
            Ok(value) => {
                values.insert(name, value.to_owned());
            }
            Err(_) => broken = true,
        }
    }
    if broken {
        to.lost(line, "Not all attributes of this element can be read.");
    }
    Element { line, values }
}
