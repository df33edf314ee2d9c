//! Federation links that fail: no device signs in through one, so what can be said is said.

use super::How;
use crate::base::units;
use crate::fleet::cluster::{Node, Topology};

/// Seconds of an hour.
const HOUR: f64 = 3_600.0;

/// Returns what happens when these links fail, without the last full stop.
pub(super) fn told(topology: &Topology, gone: &[&Node], how: How) -> String {
    let is_gone = |link: &Node| gone.iter().any(|lost| std::ptr::eq(*lost, link));
    let waits = topology.links().filter(|(link, ..)| is_gone(link)).map(|(link, from, to)| {
        let values = match link.optional("values_per_s").filter(|rate| *rate > 0.0) {
            Some(rate) => {
                let (rate, hourly) = (units::significant(rate), units::count((rate * HOUR).round() as u64));
                format!("{rate} values/s, {hourly} in an hour,")
            }
            None => "what is published".to_owned(),
        };
        let verb = if values.ends_with(',') { "wait" } else { "waits" };
        format!(
            "{} {}: {values} from {} to {} {verb} at {} until it is back",
            link.name,
            how.verb(),
            from.name,
            to.name,
            from.name
        )
    });
    let waits: Vec<String> = waits.collect();
    format!(
        "{}; no device signs in through a link, so no connection ends and nothing of it is simulated",
        waits.join("; ")
    )
}
