//! Codes of findings, rules and exit codes as pages.

use crate::check;
use crate::check::topology::Rule;
use crate::cli::exit::{self, Exit};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};

/// What reading a file can find. These cannot be silenced: without them resolved there is no fleet, or
/// something in the file has no effect. A test compares the table with the source.
pub(super) const READING: &[(&str, &str)] = &[
    ("F001", "The text is not JSON"),
    ("F002", "Lists and objects are nested too deeply"),
    ("F003", "A key stands twice in one object"),
    ("F010", "The file is no project"),
    ("F011", "The file has a version that cannot be read"),
    ("F012", "A required input is missing"),
    ("F013", "A value has the wrong JSON type"),
    ("F014", "A number is outside its range"),
    ("F015", "A text is not a duration"),
    ("F016", "A word is not in its list"),
    ("F017", "The fleet has no group of devices"),
    ("F018", "The fleet has too many devices in all"),
    ("F019", "A key is not known and has no effect"),
    ("F020", "A scenario sets something that the file does not have"),
    ("F021", "A text is not a moment with an offset"),
    ("F022", "An id cannot be the name of a folder everywhere"),
    ("F023", "A number must be whole"),
    ("F024", "A source, or the reason for silencing a rule, is not readable"),
    ("F025", "A target lies beyond the time that is watched"),
    ("F026", "An input has no effect because of what others say"),
    ("F027", "An event begins or ends after the end of the simulation"),
    ("F028", "An outage or event touches a group that does not exist"),
    ("F029", "An outage or event begins again before it is over"),
    ("F030", "No device loses its connection"),
    ("F031", "The bounds of an unknown input cannot be used"),
    ("F032", "An input cannot be unknown"),
    ("F050", "A thing of the topology does not say what it is"),
    ("F051", "A reference in the topology leads nowhere"),
    ("F052", "An id of the topology cannot be used, or differs from another only by case"),
    ("F053", "A component is on no machine"),
    ("F054", "Federation links close a circle"),
    ("F055", "The topology has too many things"),
    ("F056", "A cluster has no database"),
    ("F057", "A component belongs to no cluster, or to several that cannot share it"),
    ("F058", "A group signs in to two clusters"),
    ("F059", "The topology has no cluster"),
    ("F060", "A group signs in to a cluster that is not simulated"),
    ("F061", "What fails is not in the topology"),
    ("F062", "The cluster to simulate is not in the topology"),
    ("F063", "No group signs in to the cluster to simulate"),
];

/// What reading files of agents and clusters, mappings of their keys and lists of devices can find.
pub(super) const BESIDE: &[(&str, &str)] = &[
    ("A001", "A file of an agent is too large"),
    ("A002", "A file of an agent is JSON, but no object"),
    ("A003", "A header is broken"),
    ("A004", "An escape in a properties file is not complete"),
    ("A005", "A key stands more than once in a file"),
    ("A006", "A properties file begins with a byte order mark"),
    ("A007", "A properties file has characters that old readers take for others"),
    ("A011", "Source of a program is not read"),
    ("A012", "A device keeps a value that the simulation does not assume"),
    ("A013", "A value has the wrong type"),
    ("A014", "A number is outside its range"),
    ("A015", "A value looks as if it were in another unit"),
    ("A016", "A value cannot be written into the device's file"),
    ("A017", "A setting is unknown and cannot be written"),
    ("A018", "A file holds no setting that is known"),
    ("O001", "A line of a cluster's file is not understood"),
    ("O002", "A value of a cluster's file cannot be read"),
    ("O003", "A quiet connection is cut before the agents' usual ping"),
    ("O004", "Connections of devices have the timeouts of HTTP requests"),
    ("O005", "A smaller limit stands behind a larger one"),
    ("O006", "A file does not say how many connections it allows"),
    ("O007", "A server is not checked"),
    ("O008", "A cluster's file says something else than the project"),
    ("O009", "Nobody says which thing of the topology has the file"),
    ("O010", "A cluster's file lists another number of servers than the project"),
    ("O011", "Settings of a cluster stand in a file that switches the cluster off"),
    ("O012", "A connection is given up before its next ping"),
    ("O013", "A cluster's file brings in another file, which was not read"),
    ("O014", "A limit of connections counts each address by itself"),
    ("O015", "Fewer connections wait to be accepted than the system allows"),
    ("O016", "A proxy does not pass on that a WebSocket is asked for"),
    ("O017", "Connections that are held spread unevenly over the servers"),
    ("M001", "A mapping of keys is not understood"),
    ("I001", "A row has too many or too few fields"),
    ("I002", "A quote is not closed"),
    ("I003", "A device has no thing name"),
    ("I004", "A thing name stands twice"),
    ("I005", "Two thing names differ only in case"),
    ("I006", "A thing name cannot be the name of a folder everywhere"),
    ("I007", "A port is none"),
    ("I008", "A port cannot be used by the C SDK"),
    ("I009", "A group does not exist"),
    ("I010", "A secret stands in the clear, or its reference is none"),
    ("I011", "A device's own value is not accepted"),
    ("I012", "A device's own value belongs to no setting of its agent"),
    ("I014", "A host is none"),
    ("I015", "A device's own value looks as if it were in another unit"),
    ("I016", "A device in JSON is not a flat object"),
    ("I020", "The project and the list count a group's devices differently"),
    ("I021", "The list has devices of groups that do not exist"),
    ("I022", "The list has devices without a group"),
];

/// A rule as the pages tell it.
struct Told {
    code: &'static str,
    title: &'static str,
    source: &'static str,
    /// What the registry of rules over topologies says beside.
    topology: Option<&'static Rule>,
}

impl Told {
    /// Returns where the rule comes from, and what it says beside.
    fn more(&self) -> String {
        match self.topology {
            None => self.source.to_owned(),
            Some(rule) => format!("{}: {} {}", rule.severity.word(), rule.reason(), rule.advice),
        }
    }
}

/// Returns every rule once: those over a fleet, then those over a topology in the order of their codes.
fn told() -> Vec<Told> {
    let mut told: Vec<Told> = check::rules()
        .map(|rule| Told { code: rule.code, title: rule.title, source: rule.source, topology: None })
        .collect();
    for rule in check::topology::rules() {
        match told.iter_mut().find(|known| known.code == rule.code) {
            // One code, looked at in two ways.
            Some(known) => known.topology = Some(rule),
            None => told.push(Told {
                code: rule.code,
                title: rule.title,
                source: rule.source,
                topology: Some(rule),
            }),
        }
    }
    told.sort_by_key(|rule| rule.code);
    told
}

/// Returns the codes as text.
pub(super) fn text() -> String {
    let mut text = String::from("Findings of reading a file (they cannot be silenced):\n");
    for (code, meaning) in READING {
        line(&mut text, format_args!("  {code}  {meaning}"));
    }
    text.push_str("\nFindings of files of agents and clusters, mappings and lists of devices:\n");
    for (code, meaning) in BESIDE {
        line(&mut text, format_args!("  {code}  {meaning}"));
    }
    text.push_str("\nFindings of rules (`regather reference rules` says more):\n");
    for rule in told() {
        line(&mut text, format_args!("  {}  {}", rule.code, rule.title));
    }
    line(&mut text, format_args!("\n{}", exit::help()));
    text
}

/// Returns the codes as JSON.
pub(super) fn json() -> Value {
    let reading = READING
        .iter()
        .chain(BESIDE)
        .map(|(code, meaning)| json!({"code": code, "meaning": meaning, "silenceable": false}));
    let rules =
        told().into_iter().map(|rule| json!({"code": rule.code, "meaning": rule.title, "silenceable": true}));
    let exits = Exit::ALL.iter().map(|exit| json!({"code": exit.code(), "meaning": exit.meaning()}));
    json!({
        "schema": "regather/codes/1",
        "findings": reading.chain(rules).collect::<Vec<_>>(),
        "exit_codes": exits.collect::<Vec<_>>(),
    })
}

/// Returns the rules as text.
pub(super) fn rules_text() -> String {
    let mut text = wrap(
        "",
        "Rules look at the file alone, before anything is simulated. A file accepts a finding by naming its \
         code with the reason: \"silenced\": {\"D003\": \"why\"}.",
    );
    for rule in told() {
        line(&mut text, format_args!("\n  {}  {}", rule.code, rule.title));
        text.push_str(&wrap("        ", &rule.more()));
    }
    text
}

/// Returns the rules as JSON.
pub(super) fn rules_json() -> Value {
    let rules: Vec<Value> = told()
        .into_iter()
        .map(|rule| match rule.topology {
            None => json!({"code": rule.code, "title": rule.title, "source": rule.source}),
            Some(more) => json!({
                "code": rule.code,
                "title": rule.title,
                "source": rule.source,
                "severity": more.severity.word(),
                "certainty": more.certainty,
                "why": more.why,
                "advice": more.advice,
            }),
        })
        .collect();
    json!({"schema": "regather/rules/1", "rules": rules})
}
