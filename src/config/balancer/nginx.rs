//! nginx: its HTTP proxy can limit new connections per second, its `stream` proxy cannot [measured with 1.22].
//!
//! | form | beyond the limit | counts what it rejects |
//! |---|---|---|
//! | `limit_req … burst=Q` | is accepted and waits for its turn; beyond Q waiting it is answered | no |
//! | `limit_req … burst=Q nodelay` | Q pass at once, then it is answered 503 | no |
//! | the same with `limit_req_status 444` | is closed without an answer | no |
//! | `limit_conn N` | limits connections that are *held*, no rate | |
//!
//! A device that gives up while it waits uses up its turn, but nothing of it reaches the platform.

use super::{Admission, LOCKS_OUT, Line};
use crate::base::units;
use crate::fleet::LimitKind;

const HTTP: &str = "the `http` block";
const LOCATION: &str = "the `location` of the devices, for example /Thingworx/WS";

/// Returns the lines.
pub(super) fn lines(admission: &Admission) -> Vec<Line> {
    let (burst, status) = match admission.beyond {
        LimitKind::DelayAccept => (format!("burst={}", admission.queue), 503),
        // What one second may bring passes in one go, as with a count per second.
        LimitKind::Reset => (format!("burst={} nodelay", admission.per_s), 444),
        LimitKind::Http503 => (format!("burst={} nodelay", admission.per_s), 503),
        LimitKind::Http503CountsAll => return Vec::new(),
    };
    let line = |place, text| Line { place, text };
    vec![
        // One key for all: a key per address would limit each device by itself.
        line(HTTP, format!("limit_req_zone $server_name zone=devices:64k rate={}r/s;", admission.per_s)),
        line(LOCATION, format!("limit_req zone=devices {burst};")),
        line(LOCATION, format!("limit_req_status {status};")),
    ]
}

/// Returns what they do.
pub(super) fn meaning(admission: &Admission) -> Vec<String> {
    let mut meaning = vec![
        match admission.beyond {
            LimitKind::DelayAccept => {
                "Connections beyond it are accepted, TLS included, and their upgrades wait for their turn in order; \
                 those that find the queue full are answered 503 and do not count. A device that gives up while it \
                 waits loses its turn, and nothing of it reaches the platform."
            }
            LimitKind::Reset => {
                "Connections beyond it are closed without an answer, after the TLS handshake, and do not count. One \
                 second's worth may pass at once."
            }
            LimitKind::Http503 => {
                "Connections beyond it are answered 503, after the TLS handshake, and do not count. One second's worth \
                 may pass at once."
            }
            LimitKind::Http503CountsAll => return vec![LOCKS_OUT.to_owned()],
        }
        .to_owned(),
        "The zone has one key for all devices. `$binary_remote_addr`, which most examples use, limits each address by \
         itself and lets the storm through."
            .to_owned(),
    ];
    meaning.push(format!(
        "limit_conn is no rate: it limits connections that are held. worker_connections has to allow two for each of \
         {} devices.",
        units::count(admission.devices)
    ));
    meaning
}
