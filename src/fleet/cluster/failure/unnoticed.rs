//! How long a load balancer still sends attempts to a server that is gone.
//!
//! It takes a server out after so many failed checks; until then it deals attempts out as before. What it sends to
//! the dead server fails: at once where the machine answers that nothing listens, unanswered where nobody
//! answers. That it tries another server for the same attempt is not assumed.

use super::{How, NodeKind, Story, Unnoticed, percent};
use crate::base::units;
use crate::fleet::outage::Meets;

impl Story<'_, '_> {
    /// Returns what attempts meet until the load balancer notices; `None` where it has nothing to notice.
    pub(super) fn unnoticed(&self) -> Option<Unnoticed> {
        let balancer = self.cluster.of(NodeKind::LoadBalancer).next()?;
        // A planned stop tells the load balancer first.
        let meets = match self.how {
            How::Crash => Meets::Http503,
            How::Partition => Meets::AuthUnanswered,
            How::Stop | How::Slow | How::Certificate => return None,
        };
        let servers = self.cluster.count(NodeKind::ConnectionServer) > 0;
        let (failing, all) = self.of(if servers { NodeKind::ConnectionServer } else { NodeKind::Foundation });
        if failing <= 0.0 || failing >= all {
            return None;
        }
        let looks = !servers || balancer.is_on("connection_check");
        let checks = balancer.number("check_interval_s") * balancer.number("check_fall");
        Some(Unnoticed {
            share_pct: percent(failing / all),
            meets,
            length_s: if looks { checks } else { f64::INFINITY },
            sticky: balancer.is_on("device_stickiness"),
        })
    }
}

/// Returns what is told of it, as the end of a sentence.
pub(super) fn told(unnoticed: Unnoticed) -> String {
    let share = units::percent(unnoticed.share_pct / 100.0);
    let fail = match unnoticed.meets {
        Meets::Http503 => "fail",
        _ => "stay without an answer",
    };
    if unnoticed.length_s.is_finite() {
        let length = units::duration(unnoticed.length_s);
        format!(
            "; until the load balancer takes it out after {length}, {share} of the attempts go there and {fail}"
        )
    } else {
        format!(
            "; the load balancer does not check it, so {share} of the attempts go there and {fail} all the time"
        )
    }
}
