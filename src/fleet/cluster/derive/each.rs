//! What one component of a cluster can do by itself, for its box in a picture.

use super::{Cluster, Context, Node, NodeKind, Trace, front, share};
use crate::base::units::{self, THIN};
use crate::fleet::file::View;

/// What one component can do at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// Sign-ins [sign-ins/s].
    SignIns(f64),
    /// Devices that it holds [devices].
    Devices(f64),
    /// Connections that it holds [connections].
    Connections(f64),
    /// Values that it writes [values/s].
    Values(f64),
}

impl Limit {
    /// Returns the number in its unit.
    pub fn number(self) -> f64 {
        match self {
            Self::SignIns(number)
            | Self::Devices(number)
            | Self::Connections(number)
            | Self::Values(number) => number,
        }
    }

    /// Returns the limit as people read it.
    pub fn text(self) -> String {
        match self {
            Self::SignIns(number) => format!("{} sign-ins/s", units::significant(number)),
            Self::Devices(number) => format!("{} devices", units::count(number as u64)),
            Self::Connections(number) => format!("{} connections", units::count(number as u64)),
            Self::Values(number) => format!("{}{THIN}values/s", units::significant(number)),
        }
    }
}

/// Returns what a component of a cluster can do; `None` for kinds whose limit is not modelled.
pub fn limit(cluster: Cluster<'_>, view: &View<'_>, node: &Node) -> Option<Limit> {
    let context = Context { cluster, view, lost: &[] };
    let mut trace = Trace::forgetful(view);
    Some(match node.kind {
        NodeKind::Foundation => Limit::SignIns(node.optional("sign_ins_per_s").unwrap_or_else(|| {
            let share = share::of_foundation(cluster.topology, node, ("cores", "takes_cores"), &mut trace);
            share.left * node.number("sign_ins_per_core_s")
        })),
        NodeKind::ConnectionServer => Limit::Devices(front::one_holds(&context, node, &mut trace).0),
        NodeKind::LoadBalancer => {
            let files = share::held_by_files(cluster, node, &mut trace).left;
            Limit::Connections(node.number("max_connections").min(files))
        }
        NodeKind::Database => Limit::Values(node.number("writes_per_s")),
        _ => return None,
    })
}
