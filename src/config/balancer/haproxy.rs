//! HAProxy: which form has which meaning [measured with HAProxy 2.6.12, 150 connections/s against 50].
//!
//! | form | beyond the limit | counts what it rejects |
//! |---|---|---|
//! | `rate-limit sessions N` | is not accepted, waits in the kernel's backlog | no |
//! | `tcp-request connection reject if { fe_sess_rate ge N }` | is reset | no: a session begins after this rule |
//! | `http-request deny … if { be_sess_rate(B) ge N }` | is answered 503 | no: it never reaches the backend |
//! | `http-request deny … if { fe_sess_rate ge N }` | is answered 503 | **yes**: 49 of 750 came in, then nobody |
//! | `maxconn N` | limits connections that are *held*, no rate | |

use super::{Admission, LOCKS_OUT, Line};
use crate::base::units;
use crate::fleet::LimitKind;

const FRONTEND: &str = "the frontend of the devices, not in that of people's browsers";

/// Returns the lines.
pub(super) fn lines(admission: &Admission) -> Vec<Line> {
    let per_s = admission.per_s;
    let texts = match admission.beyond {
        LimitKind::DelayAccept => {
            vec![format!("rate-limit sessions {per_s}"), format!("backlog {}", admission.queue)]
        }
        LimitKind::Reset => vec![format!("tcp-request connection reject if {{ fe_sess_rate ge {per_s} }}")],
        LimitKind::Http503 => {
            vec![format!("http-request deny deny_status 503 if {{ be_sess_rate(platform) ge {per_s} }}")]
        }
        LimitKind::Http503CountsAll => Vec::new(),
    };
    texts.into_iter().map(|text| Line { place: FRONTEND, text }).collect()
}

/// Returns what they do.
pub(super) fn meaning(admission: &Admission) -> Vec<String> {
    let mut meaning = vec![
        match admission.beyond {
            LimitKind::DelayAccept => {
                "Connections beyond it are not accepted yet: they wait in the kernel's backlog, in their order, and a \
                 backlog above net.core.somaxconn is cut to it. Those that find it full have their SYN dropped and \
                 come again after 1, 3 and 7 s. HAProxy passes on what waited even if its device has given up, so the \
                 queue has to be shorter than devices wait."
            }
            LimitKind::Reset => {
                "Connections beyond it are reset at once and come back by the devices' own delays. The rule stands \
                 before a session begins, so those that it rejects do not count (fe_sess_rate)."
            }
            LimitKind::Http503 => {
                "Connections beyond it are answered 503 at once, after the TLS handshake. The rule counts what reached \
                 the backend, so those that it denies do not count; with fe_sess_rate or fe_req_rate they would, and \
                 hold it shut. `platform` is the name of the backend: write yours. Needs `mode http`."
            }
            LimitKind::Http503CountsAll => return vec![LOCKS_OUT.to_owned()],
        }
        .to_owned(),
    ];
    meaning.push(format!(
        "maxconn is no rate: it limits connections that are held, and has to stay above {} here and in `global`, at \
         two file descriptors each.",
        units::count(admission.devices)
    ));
    meaning
}
