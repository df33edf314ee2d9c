//! A table of limits, for load balancers that have no file of their own: appliances and services of clouds.
//!
//! ```text
//! thing,setting,value,note
//! lb-1,max_connections,200000,virtual server of the pumps
//! lb-1,idle_timeout_s,350,
//! ,device_stickiness,on,
//! ```
//!
//! The first line names the columns. `setting` is the key of a load balancer in the project, and `value` is in
//! its unit; `thing` is the id of the load balancer and may be empty, `note` is for people. Fields may stand in
//! quotes, between commas, semicolons or tabs; lines that begin with `#` are comments.

use super::{Imported, short_idle};
use crate::fleet::cluster::NodeKind::LoadBalancer;
use crate::fleet::file::Value;
use crate::fleet::inventory::record::{Fields, Separator, scan, value};
use crate::fleet::setting::Unit;

/// Returns whether a text looks like such a table.
pub(super) fn looks(text: &str) -> bool {
    let Some(head) = text.lines().find(|line| !line.starts_with('#') && !line.trim().is_empty()) else {
        return false;
    };
    let names = fields(head, Separator::found_in(head).byte());
    ["setting", "value"].iter().all(|name| names.iter().any(|own| own == name))
}

/// Reads the text.
pub(super) fn read(text: &str, to: &mut Imported) {
    let (mut at, mut line) = (0, 1);
    let mut head: Option<(Vec<String>, u8)> = None;
    while at < text.len() {
        let rest = text[at..].lines().next().unwrap_or_default();
        if rest.starts_with('#') || rest.trim().is_empty() {
            at += rest.len() + text[at + rest.len()..].find('\n').map_or(1, |end| end + 1);
            line += 1;
            continue;
        }
        let separator = head.as_ref().map_or_else(|| Separator::found_in(rest).byte(), |(_, byte)| *byte);
        let record = scan(text.as_bytes(), at, separator);
        let own = fields(&text[at..record.end], separator);
        if record.fault.is_some() {
            to.lost(line, "A quote in this line is not closed or has text behind it.");
        } else if let Some((names, _)) = &head {
            row(names, &own, line, to);
        } else {
            head = Some((own, separator));
        }
        at = record.next.max(at + 1);
        line += record.lines.max(1);
    }
}

/// Takes one row.
fn row(names: &[String], fields: &[String], line: usize, to: &mut Imported) {
    let field = |name: &str| {
        let at = names.iter().position(|own| own == name)?;
        fields.get(at).map(|field| field.trim()).filter(|field| !field.is_empty())
    };
    if fields.len() != names.len() {
        to.lost(line, "This line has another number of fields than the first one, so it was not read.");
        return;
    }
    let (Some(key), Some(given)) = (field("setting"), field("value")) else {
        to.lost(line, "This line lacks its `setting` or its `value`.");
        return;
    };
    let Some(setting) = LoadBalancer.settings().iter().find(|row| row.key == key) else {
        to.lost(line, "The `setting` of this line is none of a load balancer.");
        return;
    };
    let value = match setting.unit {
        Unit::Choice(_) | Unit::Text | Unit::Moment | Unit::Groups => Value::Word(given.to_owned()),
        _ => match given.parse::<f64>().ok().filter(|number| number.is_finite()) {
            Some(number) => Value::Number(number),
            None => return to.unread(line, setting.key, "a number without a unit"),
        },
    };
    if let (Value::Number(seconds), "idle_timeout_s") = (&value, setting.key)
        && setting.accepts(*seconds)
        && let Some(finding) = short_idle(*seconds, line, setting.key)
    {
        to.tell(finding);
    }
    to.add(field("thing").map(str::to_owned), (LoadBalancer, setting.key), value, line, setting.key);
}

/// Returns the fields of a record.
fn fields(record: &str, separator: u8) -> Vec<String> {
    Fields::new(record, separator).map(|raw| value(raw).trim().to_owned()).collect()
}
