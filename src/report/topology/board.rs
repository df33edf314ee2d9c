//! A topology laid out for a window: boxes, slots, frames and ways with their words, free of the document.
//!
//! It is made once for each state of the project and drawn many times, so that hundreds of machines stay fluid:
//! nothing in it is worked out again while somebody pans or scrubs. Lengths are points of the canvas.

use super::{by_cluster, cluster_label, component_label, machine_label};
use crate::fleet::Topology;
use crate::fleet::cluster::derive::each;
use crate::fleet::cluster::failure::{Ready, ready};
use crate::fleet::cluster::layout::{Placed, SLOT, TITLE, WIDTH, edges, place};
use crate::fleet::cluster::{Node, NodeKind};
use crate::fleet::file::View;
use std::collections::{BTreeMap, BTreeSet};

/// Space between a frame and the machines in it [points].
const FRAME: f64 = 12.0;
/// Space for the title of a frame [points].
const HEAD: f64 = 18.0;

/// A place on the canvas: from the left, from the top [points].
pub type Point = (f64, f64);

/// A rectangle [points].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// Returns the box of a machine.
    pub(super) fn of(placed: &Placed<'_>) -> Self {
        Self { x: placed.at.0, y: placed.at.1, width: WIDTH, height: placed.height() }
    }

    /// Returns the smallest rectangle around both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// Returns it larger on all sides, and on top by `above` more [points].
    pub(super) fn grown(self, by: f64, above: f64) -> Self {
        let (width, height) = (self.width + 2.0 * by, self.height + 2.0 * by + above);
        Self { x: self.x - by, y: self.y - by - above, width, height }
    }

    /// Returns its middle.
    pub fn middle(self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

/// Returns the rectangles of machines, their components and the clusters around them, by id.
pub(super) fn boxes<'t>(topology: &'t Topology, placed: &[Placed<'t>]) -> BTreeMap<&'t str, Rect> {
    let mut boxes: BTreeMap<&str, Rect> = BTreeMap::new();
    for one in placed {
        let rect = Rect::of(one);
        boxes.insert(&one.machine.id, rect);
        for (slot, node) in one.components.iter().enumerate() {
            let y = rect.y + TITLE + slot as f64 * SLOT - 4.0;
            boxes.insert(&node.id, Rect { x: rect.x + 6.0, y, width: WIDTH - 12.0, height: SLOT - 4.0 });
        }
    }
    for (cluster, machines) in by_cluster(topology) {
        let around =
            machines.iter().filter_map(|machine| boxes.get(&*machine.id).copied()).reduce(Rect::with);
        if let (Some(cluster), Some(rect)) = (cluster, around) {
            boxes.insert(&cluster.id, rect.grown(FRAME, HEAD));
        }
    }
    boxes
}

/// A thing that can be chosen: a cluster, a component or a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Key in the file.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// What stands in its box.
    pub label: String,
    /// What it can do, in its unit; empty where that is not modelled.
    pub limit: String,
    /// Where it is.
    pub rect: Rect,
    /// Whether it belongs to the cluster that is simulated, and works there.
    pub simulated: bool,
    /// Names of the clusters that use it, with commas between them.
    pub users: String,
}

/// A machine with what it carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Key in the file.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Cores, memory, place.
    pub note: String,
    /// Where it is.
    pub rect: Rect,
    /// Whether somebody has put it there; the others are in rows.
    pub placed: bool,
    /// Its components from top to bottom.
    pub slots: Vec<Part>,
}

impl Machine {
    /// Returns what a screen reader says of it.
    pub fn spoken(&self) -> String {
        let carries = match self.slots.len() {
            0 => "carries nothing".to_owned(),
            1 => "carries 1 component".to_owned(),
            many => format!("carries {many} components"),
        };
        format!("Machine {}, {}, {carries}", self.name, self.note)
    }
}

/// A topology laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// Machines in the order of the file.
    pub machines: Vec<Machine>,
    /// Clusters with machines of their own; their rectangle is the frame.
    pub frames: Vec<Part>,
    /// Clusters without machines of their own, which have no frame.
    pub frameless: Vec<Part>,
    /// Links with the middles of what they join.
    pub links: Vec<(Part, Point, Point)>,
    /// Id of the cluster that is simulated; empty where there is none.
    pub played: String,
    /// Pairs of machines between which connections run, by position.
    pub ways: Vec<(usize, usize)>,
    /// What each kind can do together in the cluster that is simulated, in the unit of its kind.
    pub together: BTreeMap<NodeKind, f64>,
    /// Failures that can be tried at once.
    pub failures: Vec<Ready>,
    /// Everything.
    pub whole: Rect,
}

impl Board {
    /// Returns the layout of a topology that stands in the file behind the view.
    pub fn of(topology: &Topology, view: &View<'_>) -> Self {
        let placed = place(topology);
        let boxes = boxes(topology, &placed);
        let mut board = Self::default();
        for one in &placed {
            let slots: Vec<Part> =
                one.components.iter().map(|node| part(topology, view, node, &boxes)).collect();
            let (name, label) = (one.machine.name.clone(), machine_label(one.machine));
            let note = label.strip_prefix(&name).unwrap_or(&label).trim_start_matches([':', ',', ' ']);
            let note = if note.is_empty() { one.machine.kind.label() } else { note };
            board.machines.push(Machine {
                id: one.machine.id.clone(),
                note: note.to_owned(),
                rect: Rect::of(one),
                placed: one.machine.at.is_some(),
                name,
                slots,
            });
        }
        for slot in board.machines.iter().flat_map(|machine| &machine.slots).filter(|slot| slot.simulated) {
            let limit = topology.node(&slot.id).and_then(|node| limit(topology, view, node));
            if let Some(limit) = limit {
                *board.together.entry(slot.kind).or_default() += limit.number();
            }
        }
        for cluster in topology.clusters() {
            let own = part(topology, view, cluster.node, &boxes);
            if boxes.contains_key(&*cluster.node.id) {
                board.frames.push(own);
            } else {
                board.frameless.push(own);
            }
        }
        for (link, from, to) in topology.links() {
            let middle = |node: &Node| boxes.get(&*node.id).copied().unwrap_or_default().middle();
            let (from, to) = (middle(from), middle(to));
            let mut own = part(topology, view, link, &boxes);
            let at = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
            own.rect = Rect { x: at.0 - 60.0, y: at.1 - 12.0, width: 120.0, height: 24.0 };
            board.links.push((own, from, to));
        }
        board.played = topology.played().map(|played| played.node.id.clone()).unwrap_or_default();
        board.ways = ways(topology, &placed);
        board.failures = ready(topology);
        let frames = board.frames.iter().map(|frame| frame.rect);
        let whole = frames.chain(board.machines.iter().map(|machine| machine.rect)).reduce(Rect::with);
        board.whole = whole.unwrap_or(Rect { x: 0.0, y: 0.0, width: WIDTH, height: TITLE });
        board
    }

    /// Returns the ids of everything that is drawn, in reading order: clusters, then machines with their
    /// components, then links.
    pub fn order(&self) -> impl Iterator<Item = (&str, Rect)> {
        let frames = self.frames.iter().map(|part| (&*part.id, part.rect));
        let machines = self.machines.iter().flat_map(|machine| {
            let slots = machine.slots.iter().map(|slot| (&*slot.id, slot.rect));
            std::iter::once((&*machine.id, machine.rect)).chain(slots)
        });
        frames.chain(machines).chain(self.links.iter().map(|(link, ..)| (&*link.id, link.rect)))
    }

    /// Returns the machine with this id.
    pub fn machine(&self, id: &str) -> Option<&Machine> {
        self.machines.iter().find(|machine| machine.id == id)
    }

    /// Returns the clusters, with a frame or without one.
    pub fn clusters(&self) -> impl Iterator<Item = &Part> {
        self.frames.iter().chain(&self.frameless)
    }

    /// Returns everything that has an id but is no machine.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        let slots = self.machines.iter().flat_map(|machine| &machine.slots);
        let links = self.links.iter().map(|(link, ..)| link);
        self.clusters().chain(slots).chain(links)
    }

    /// Returns whether there is something with this id.
    pub fn has(&self, id: &str) -> bool {
        self.machine(id).is_some() || self.parts().any(|part| part.id == id)
    }
}

/// Returns what a component can do in the first cluster that uses it.
fn limit(topology: &Topology, view: &View<'_>, node: &Node) -> Option<each::Limit> {
    let user = topology.users_of(node).next()?;
    let cluster = topology.cluster(user)?;
    each::limit(cluster, view, node)
}

fn part(topology: &Topology, view: &View<'_>, node: &Node, boxes: &BTreeMap<&str, Rect>) -> Part {
    let played = topology.played();
    let works = match node.kind {
        NodeKind::Foundation => {
            played.is_some_and(|cluster| cluster.active().iter().any(|active| std::ptr::eq(*active, node)))
        }
        NodeKind::Database => node.word("role") == "primary",
        _ => true,
    };
    let mut users = topology.users_of(node).map(|user| &*user.name);
    let limit = limit(topology, view, node);
    Part {
        id: node.id.clone(),
        kind: node.kind,
        label: match node.kind {
            NodeKind::Cluster => cluster_label(node),
            NodeKind::Link => node.name.clone(),
            _ => component_label(node),
        },
        limit: limit.map(each::Limit::text).unwrap_or_default(),
        rect: boxes.get(&*node.id).copied().unwrap_or_default(),
        simulated: works
            && played
                .is_some_and(|cluster| topology.users_of(node).any(|user| std::ptr::eq(user, cluster.node))),
        users: users.by_ref().collect::<Vec<_>>().join(", "),
    }
}

/// Returns the pairs of machines between which connections run, each once.
fn ways(topology: &Topology, placed: &[Placed<'_>]) -> Vec<(usize, usize)> {
    let at: BTreeMap<&str, usize> =
        placed.iter().enumerate().map(|(at, one)| (&*one.machine.id, at)).collect();
    let of = |node: &Node| topology.machine_of(node).and_then(|machine| at.get(&*machine.id)).copied();
    let pairs: BTreeSet<(usize, usize)> = edges(topology)
        .iter()
        .filter_map(|edge| Some((of(edge.from)?, of(edge.to)?)))
        .filter(|(from, to)| from != to)
        .map(|(from, to)| (from.min(to), from.max(to)))
        .collect();
    pairs.into_iter().collect()
}
