//! Operators' own files: what a cluster is really told, read as settings of a topology.
//!
//! One small parser per format, each tolerant: what it cannot read it says with the line, and goes on. A file
//! gives [`Fact`]s, each a setting of the registry with its value and its line. What else it holds is counted
//! and left alone. Nothing of a file is ever repeated in a message but the names of directives that are known
//! here, because such files hold passwords. [`take`] puts facts into a project; rules over them stand in
//! `check`.

mod haproxy;
mod limits;
mod nginx;
mod pairs;
mod platform;
pub mod take;
#[cfg(test)]
mod tests;
mod tomcat;

use crate::base::Finding;
use crate::fleet::cluster::NodeKind;
use crate::fleet::file::Value;
use crate::fleet::setting::{Setting, Unit};
use std::path::Path;

/// Longest file that is looked at \[bytes\]: real ones have a few kilobytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Findings of one code after which the others are only counted.
const MAX_TOLD: usize = 20;
/// Ping period that the agents have where nobody sets another [s].
pub const PING_S: f64 = 55.0;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `haproxy.cfg`.
    Haproxy,
    /// `nginx.conf`, or a file of `conf.d`.
    Nginx,
    /// `platform-settings.json`.
    PlatformSettings,
    /// `zoo.cfg`.
    ZooKeeper,
    /// `server.xml` of the web container.
    Tomcat,
    /// The `.conf` of a Connection Server.
    ConnectionServer,
    /// A table of limits of load balancers.
    Limits,
}

impl Format {
    /// Every format, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::Haproxy,
        Self::Nginx,
        Self::PlatformSettings,
        Self::ZooKeeper,
        Self::Tomcat,
        Self::ConnectionServer,
        Self::Limits,
    ];

    /// The word on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Haproxy => "haproxy",
            Self::Nginx => "nginx",
            Self::PlatformSettings => "platform-settings",
            Self::ZooKeeper => "zookeeper",
            Self::ConnectionServer => "connection-server",
            Self::Tomcat => "tomcat",
            Self::Limits => "limits",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Haproxy => "haproxy.cfg",
            Self::Nginx => "configuration of nginx",
            Self::PlatformSettings => "platform-settings.json",
            Self::ZooKeeper => "zoo.cfg of ZooKeeper",
            Self::ConnectionServer => "configuration of a Connection Server",
            Self::Tomcat => "server.xml of Tomcat",
            Self::Limits => "table of limits of load balancers",
        }
    }

    /// The kind of thing that has such a file.
    pub fn owner(self) -> NodeKind {
        match self {
            Self::Haproxy | Self::Nginx | Self::Limits => NodeKind::LoadBalancer,
            Self::PlatformSettings | Self::Tomcat => NodeKind::Foundation,
            Self::ZooKeeper => NodeKind::ZooKeeper,
            Self::ConnectionServer => NodeKind::ConnectionServer,
        }
    }

    /// Returns whether files of this format usually have this name, which is in lower case.
    fn is_named(self, name: &str) -> bool {
        match self {
            Self::Haproxy => name.contains("haproxy") && !ends(name, "json"),
            Self::Nginx => name.contains("nginx"),
            Self::PlatformSettings => name.contains("platform-settings"),
            Self::ZooKeeper => name.contains("zoo"),
            Self::ConnectionServer => name.contains("cx") || name.contains("connection"),
            Self::Tomcat => name == "server.xml",
            Self::Limits => ends(name, "csv"),
        }
    }

    /// Returns whether a text looks like this format.
    fn looks(self, text: &str) -> bool {
        match self {
            Self::Haproxy => haproxy::looks(text),
            Self::Nginx => nginx::looks(text),
            Self::PlatformSettings => platform::looks(text),
            Self::ZooKeeper => pairs::looks_like_zookeeper(text),
            Self::ConnectionServer => pairs::looks_like_connection(text),
            Self::Tomcat => tomcat::looks(text),
            Self::Limits => limits::looks(text),
        }
    }
}

/// Something that a file says about a thing of the topology.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Kind of the thing.
    pub kind: NodeKind,
    /// Id of the thing, where the file names one.
    pub thing: Option<String>,
    /// The setting.
    pub setting: &'static Setting,
    /// Its value in the unit of the setting.
    pub value: Value,
    /// Line in the file, counted from 1.
    pub line: usize,
    /// What stands in that line, for example `timeout tunnel`.
    pub said: &'static str,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// What it is.
    pub format: Format,
    /// What it says, in the order of the registry's use.
    pub facts: Vec<Fact>,
    /// Things of a kind that it lists, with the line of the first one.
    pub lists: Vec<(NodeKind, usize, usize)>,
    /// What could not be read, and what is wrong within the file.
    pub findings: Vec<Finding>,
    /// Directives that were not looked at.
    pub passed: usize,
}

impl Imported {
    fn new(format: Format) -> Self {
        Self { format, facts: Vec::new(), lists: Vec::new(), findings: Vec::new(), passed: 0 }
    }

    /// Adds a finding; of one code only the first ones.
    fn tell(&mut self, finding: Finding) {
        let same = self.findings.iter().filter(|known| known.code == finding.code).count();
        if same < MAX_TOLD {
            self.findings.push(finding);
        } else if same == MAX_TOLD {
            let what = "There are more of the kind from here on.";
            self.findings.push(Finding { what: what.to_owned(), patch: None, ..finding });
        }
    }

    /// Adds what cannot be read.
    fn lost(&mut self, line: usize, what: impl Into<String>) {
        self.tell(
            Finding::warning("O001", "", what)
                .why("What stands there was not taken over; the rest of the file was read.")
                .fix("Correct the line, or set the value in the project by hand.")
                .at(line, 1),
        );
    }

    /// Adds a value that cannot be read.
    fn unread(&mut self, line: usize, said: &'static str, want: &str) {
        self.tell(
            Finding::warning("O002", "", format!("The value of `{said}` is not {want}."))
                .why("It was not taken over; the rest of the file was read.")
                .fix("Correct the value, or set it in the project by hand.")
                .at(line, 1),
        );
    }

    /// Adds a number in the unit of the setting.
    fn number(&mut self, kind: NodeKind, key: &str, value: f64, line: usize, said: &'static str) {
        self.add(None, (kind, key), Value::Number(value), line, said);
    }

    /// Adds a word or a text.
    fn word(&mut self, kind: NodeKind, key: &str, value: &str, line: usize, said: &'static str) {
        self.add(None, (kind, key), Value::Word(value.to_owned()), line, said);
    }

    /// Adds a fact where the registry accepts it.
    fn add(
        &mut self,
        thing: Option<String>,
        (kind, key): (NodeKind, &str),
        value: Value,
        line: usize,
        said: &'static str,
    ) {
        let Some(setting) = kind.settings().iter().find(|row| row.key == key) else { return };
        let fits = match (&value, setting.unit) {
            (Value::Number(number), unit) => {
                !matches!(unit, Unit::Choice(_) | Unit::Text | Unit::Moment) && setting.accepts(*number)
            }
            (Value::Word(word), Unit::Choice(choices)) => choices.iter().any(|choice| choice.value == word),
            (Value::Word(word), Unit::Text) => !word.is_empty() && word.len() <= 200,
            _ => false,
        };
        if fits {
            self.facts.push(Fact { kind, thing, setting, value, line, said });
        } else {
            self.unread(line, said, &format!("in the range of `{key}`: {}", setting.range_text()));
        }
    }

    /// Returns the last fact about a setting.
    pub fn fact(&self, kind: NodeKind, key: &str) -> Option<&Fact> {
        self.facts.iter().rev().find(|fact| fact.kind == kind && fact.setting.key == key)
    }
}

/// Returns whether the name of a file has an ending.
fn ends(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

/// Returns what a text is by its name and by what stands in it; `None` where it is no file of an operator.
pub fn recognise(name: &str, text: &str) -> Option<Format> {
    let bare = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let text = start(text);
    let looks: Vec<Format> = Format::ALL.into_iter().filter(|format| format.looks(text)).collect();
    looks.iter().find(|format| format.is_named(&bare)).or(looks.first()).copied()
}

/// Reads a file as one format.
pub fn read(format: Format, text: &str) -> Imported {
    let mut imported = Imported::new(format);
    if text.len() > MAX_BYTES {
        imported.lost(1, "The file is longer than 4 MiB, which no such file is; nothing of it was read.");
        return imported;
    }
    let text = start(text);
    match format {
        Format::Haproxy => haproxy::read(text, &mut imported),
        Format::Nginx => nginx::read(text, &mut imported),
        Format::PlatformSettings => platform::read(text, &mut imported),
        Format::ZooKeeper => pairs::zookeeper(text, &mut imported),
        Format::ConnectionServer => pairs::connection(text, &mut imported),
        Format::Tomcat => tomcat::read(text, &mut imported),
        Format::Limits => limits::read(text, &mut imported),
    }
    imported.findings.sort_by_key(|finding| finding.line);
    imported
}

/// Returns a text without a byte order mark.
fn start(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Returns the finding about an idle timeout below the ping period, where it is.
fn short_idle(seconds: f64, line: usize, said: &'static str) -> Option<Finding> {
    let shown = crate::base::units::duration(seconds);
    let ping = crate::base::units::duration(PING_S);
    (seconds <= PING_S).then(|| {
        Finding::warning(
            "O003",
            "",
            format!("`{said}` cuts after {shown}; agents ping every {ping} unless told otherwise."),
        )
        .why("A quiet connection is cut before its next ping, so devices reconnect for ever without any outage.")
        .fix("Let it wait longer than twice the ping period, for example 1 h.")
        .at(line, 1)
    })
}
