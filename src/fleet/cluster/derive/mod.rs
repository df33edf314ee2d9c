//! What follows from a topology for the platform: capacity of every tier, what it can hold, how it waits.
//!
//! Every number comes with the sentence of its derivation, the addresses of its inputs and the certainty of
//! the least certain of them. It takes the place of a default, so that the file overrides it by saying the
//! number itself under `/platform/…`. The cluster that is played is the one that is derived.
//!
//! What machines lose to each other is counted once, in [`share`]: cores, memory and open files of a shared
//! box. [`capacity`] sums up what a cluster can do, with all machines or without one that is lost.

mod back;
pub mod capacity;
pub mod each;
mod front;
pub mod share;
mod trace;

pub use trace::Trace;

use super::{Cluster, Node, NodeKind, Topology};
use crate::base::units;
use crate::fleet::Certainty;
use crate::fleet::file::{Value, View};

/// A number of the platform that follows from the topology.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// Address of the input of the platform.
    pub address: &'static str,
    /// The value, in the unit of that input.
    pub value: Value,
    /// How sure we are: as sure as of the least certain number in it.
    pub certainty: Certainty,
    /// How it is derived, in one sentence without full stop.
    pub sentence: String,
    /// Where its least certain numbers come from.
    pub source: String,
    /// Addresses of the inputs in it.
    pub from: Vec<String>,
}

impl Derived {
    /// Returns the sentence with its source.
    pub fn told(&self) -> String {
        if self.source.is_empty() {
            return format!("topology: {}", self.sentence);
        }
        format!("topology: {} [{}]", self.sentence, self.source)
    }
}

/// Everything that follows from a topology.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Derivation {
    /// The numbers in the order of the platform's inputs.
    pub numbers: Vec<Derived>,
}

impl Derivation {
    /// Returns what follows from a topology that stands in the file behind the view.
    pub fn of(topology: &Topology, view: &View<'_>) -> Self {
        let mut numbers = Vec::new();
        if let Some(cluster) = topology.played() {
            let context = Context { cluster, view, lost: &[] };
            numbers.extend(back::sign_in(&context));
            numbers.extend(front::balancer(&context));
            numbers.extend(front::servers_of(&context));
            numbers.extend(back::writes(&context));
        }
        Self { numbers }
    }

    /// Returns the number of an input of the platform.
    pub fn of_address(&self, address: &str) -> Option<&Derived> {
        self.numbers.iter().find(|derived| derived.address == address)
    }

    /// Returns whether anything below an address follows from the topology.
    pub fn touches(&self, base: &str) -> bool {
        let below =
            |derived: &Derived| derived.address.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
        self.numbers.iter().any(below)
    }
}

/// What a derivation looks at: a cluster, with all its machines or without one.
#[derive(Clone, Copy)]
struct Context<'c, 'a> {
    cluster: Cluster<'c>,
    view: &'c View<'a>,
    /// Machines and components that are lost.
    lost: &'c [&'c Node],
}

impl<'c, 'a> Context<'c, 'a> {
    /// Returns an empty trail.
    fn trace(&self) -> Trace<'c, 'a> {
        Trace::new(self.view)
    }

    /// Returns whether a component still runs, and its machine.
    fn runs(&self, node: &Node) -> bool {
        let machine = self.cluster.topology.machine_of(node);
        let is = |lost: &Node, one: &Node| std::ptr::eq(lost, one);
        !self.lost.iter().any(|lost| is(lost, node) || machine.is_some_and(|machine| is(lost, machine)))
    }

    /// Returns the components of a kind that run.
    fn of(&self, kind: NodeKind) -> Vec<&'c Node> {
        self.cluster.of(kind).filter(|node| self.runs(node)).collect()
    }

    /// Returns the Foundation servers that work: a standby takes over where the active one is lost.
    fn foundations(&self) -> Vec<&'c Node> {
        let running = self.of(NodeKind::Foundation);
        let mut active: Vec<&Node> =
            running.iter().copied().filter(|node| node.word("role") == "active").collect();
        if self.cluster.node.word("mode") != "active-active" {
            active.extend(running.into_iter().filter(|node| node.word("role") != "active"));
            active.truncate(1);
        }
        active
    }

    /// Returns the load balancers that carry connections.
    fn balancers(&self) -> Vec<&'c Node> {
        let mut running = self.of(NodeKind::LoadBalancer);
        if self.cluster.node.word("balancers") == "active-passive" {
            running.truncate(1);
        }
        running
    }
}

/// Returns numbers in a sentence: `3 × 13` where they are alike, else `13 + 16`.
fn sum_text(numbers: &[f64]) -> String {
    match numbers {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|number| number == first) => {
            format!("{} × {}", numbers.len(), units::significant(*first))
        }
        _ => {
            let texts: Vec<String> = numbers.iter().map(|number| units::significant(*number)).collect();
            if texts.len() > 8 {
                return format!("{} in all", units::significant(numbers.iter().sum()));
            }
            texts.join(" + ")
        }
    }
}

/// Returns a number of servers in words.
fn servers(number: usize, kind: NodeKind) -> String {
    match (number, kind) {
        (1, NodeKind::Foundation) => "1 Foundation server".to_owned(),
        (n, NodeKind::Foundation) => format!("{n} Foundation servers"),
        (1, kind) => format!("1 {}", kind.label()),
        (n, kind) => format!("{n} {}s", kind.label()),
    }
}
