//! A topology as an SVG picture: machines as boxes with their components, clusters as frames.

use super::board::{Rect, boxes};
use super::{cluster_label, component_label, machine_label, printable};
use crate::fleet::Topology;
use crate::fleet::cluster::Node;
use crate::fleet::cluster::layout::{Placed, TITLE, WIDTH, edges, place};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Space around everything [points].
const MARGIN: f64 = 40.0;
/// Longest text in a box [characters].
const LONGEST: usize = 30;

const STYLE: &str = "text { font: 12px sans-serif; fill: #1b1b1b } .title { font-weight: bold } \
                     .machine { fill: #ffffff; stroke: #404040 } .component { fill: #eef2f6; stroke: #7a8794 } \
                     .cluster { fill: none; stroke: #404040; stroke-dasharray: 6 4 } \
                     .way { stroke: #9aa5b1; fill: none } .link { stroke: #404040; stroke-dasharray: 2 3; fill: none }";

/// Returns a text as it stands between tags.
fn escaped(text: &str) -> String {
    let text: String = printable(text).chars().filter(|c| !matches!(*c, '\u{fffe}' | '\u{ffff}')).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Returns a text that fits into a box; the whole of it stands in the tooltip.
fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}

fn draw_rect(rect: Rect, out: &mut String, class: &str) {
    let Rect { x, y, width, height } = rect;
    let _ = writeln!(
        out,
        r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="4"/>"#
    );
}

fn label(out: &mut String, class: &str, (x, y): (f64, f64), text: &str) {
    let shown = escaped(&short(text));
    let _ = writeln!(
        out,
        r#"<text class="{class}" x="{x:.1}" y="{y:.1}"><title>{}</title>{shown}</text>"#,
        escaped(text)
    );
}

fn line(out: &mut String, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ = writeln!(out, r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#);
}

/// Returns the picture.
pub fn svg(topology: &Topology) -> String {
    let placed = place(topology);
    let boxes = boxes(topology, &placed);
    let whole = boxes.values().copied().reduce(Rect::with);
    let whole = whole.unwrap_or(Rect { x: 0.0, y: 0.0, width: WIDTH, height: TITLE }).grown(MARGIN, 0.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{:.1} {:.1} {:.1} {:.1}\" width=\"{:.0}\" height=\"{:.0}\" role=\"img\">\n",
        whole.x, whole.y, whole.width, whole.height, whole.width, whole.height
    );
    let _ = writeln!(out, "<title>Topology</title>\n<style>{STYLE}</style>");
    let _ = writeln!(
        out,
        r##"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" fill="#fafafa"/>"##,
        whole.x, whole.y, whole.width, whole.height
    );
    draw(topology, &placed, &boxes, &mut out);
    out.push_str("</svg>\n");
    out
}

/// Draws frames, ways and boxes, in this order.
fn draw(topology: &Topology, placed: &[Placed<'_>], boxes: &BTreeMap<&str, Rect>, out: &mut String) {
    let rect = |node: &Node| boxes.get(&*node.id).copied();
    for cluster in topology.clusters() {
        if let Some(frame) = rect(cluster.node) {
            draw_rect(frame, out, "cluster");
            label(out, "title", (frame.x + 8.0, frame.y + 14.0), &cluster_label(cluster.node));
        }
    }
    for edge in edges(topology) {
        if let (Some(from), Some(to)) = (rect(edge.from), rect(edge.to)) {
            line(out, "way", from.middle(), to.middle());
        }
    }
    for (link, from, to) in topology.links() {
        if let (Some(from), Some(to)) = (rect(from), rect(to)) {
            let ((x1, y1), (x2, y2)) = (from.middle(), to.middle());
            line(out, "link", (x1, y1), (x2, y2));
            label(out, "", (f64::midpoint(x1, x2), f64::midpoint(y1, y2)), &link.name);
        }
    }
    for one in placed {
        let machine = Rect::of(one);
        draw_rect(machine, out, "machine");
        label(out, "title", (machine.x + 8.0, machine.y + 18.0), &machine_label(one.machine));
        for node in &one.components {
            if let Some(slot) = rect(node) {
                draw_rect(slot, out, "component");
                label(out, "", (slot.x + 6.0, slot.y + 20.0), &component_label(node));
            }
        }
    }
}
