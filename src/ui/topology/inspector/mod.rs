//! The settings of what is chosen; where nothing is, what follows from the whole topology.

mod clusters;
mod fails;

use super::{follows, pointer};
use crate::desk::View;
use crate::desk::command::TopologyCommand;
use crate::fleet::cluster::{Node, NodeKind, Topology};
use crate::fleet::setting::Setting;
use crate::report::topology::Board;
use crate::ui::fleet::settings;
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use crate::ui::widget::choice;
use crate::ui::widget::name::NameField;
use egui::{RichText, Ui};
use std::collections::BTreeSet;

/// Settings that are shown before all are asked for.
const FIRST: usize = 8;

/// State of the inspector.
#[derive(Default)]
pub struct Inspector {
    /// Name that is being typed.
    name: NameField,
    /// Whether every setting is shown.
    all: bool,
    /// How what is chosen fails.
    fails: fails::Fails,
    /// The clusters beside each other.
    clusters: clusters::Clusters,
}

impl Inspector {
    /// Draws the settings of what is chosen.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        board: &Board,
        chosen: &mut BTreeSet<String>,
        view: &View<'_>,
        out: &mut Vec<Request>,
    ) {
        let seen = view.seen();
        let Some(topology) = seen.drawable() else { return };
        let ids: Vec<String> = chosen.iter().cloned().collect();
        match ids.as_slice() {
            [] => {
                let hint = "Choose a box to see its settings, drag it to move it";
                ui.label(RichText::new(hint).color(theme::tokens(ui.ctx()).text.weak));
                clusters(ui, board, chosen);
                self.clusters.ui(ui, view, out);
                follows::findings(ui, None, view, out);
                follows::numbers(ui, view, out);
            }
            [id] => {
                let Some(node) = topology.node(id) else { return };
                self.head(ui, node, out);
                if let Some(part) = board.parts().find(|part| part.id == *id && !part.limit.is_empty()) {
                    let can = RichText::new(format!("Can do {}", part.limit)).size(theme::SMALL);
                    ui.label(can.color(theme::tokens(ui.ctx()).text.weak));
                }
                act(ui, &ids, view, out);
                if node.kind == NodeKind::Cluster && board.played != *id {
                    let tip = "Simulates this cluster, with the groups that sign in to it";
                    if ui.button("Simulate this cluster").on_hover_text(tip).clicked() {
                        out.push(super::tools::play(id.clone()));
                    }
                }
                refers(ui, topology, node, out);
                self.fails.ui(ui, (topology, &seen), &ids, view, out);
                follows::findings(ui, Some(id), view, out);
                self.rows(ui, node, view, out);
            }
            _ => {
                follows::heading(ui, &format!("{} parts are chosen", ids.len()));
                act(ui, &ids, view, out);
                self.fails.ui(ui, (topology, &seen), &ids, view, out);
            }
        }
    }

    /// Draws the name.
    fn head(&mut self, ui: &mut Ui, node: &Node, out: &mut Vec<Request>) {
        let kind = RichText::new(node.kind.label()).font(theme::strong(theme::BODY));
        ui.label(kind.color(theme::tokens(ui.ctx()).text.strong));
        if let Some(name) = self.name.ui(ui, &node.id, &node.name) {
            out.push(TopologyCommand::Rename { id: node.id.clone(), name }.into());
        }
        ui.add_space(space::XS);
    }

    /// Draws the settings: those that the file gives and the first ones, or all of them.
    fn rows(&mut self, ui: &mut Ui, node: &Node, view: &View<'_>, out: &mut Vec<Request>) {
        let base = pointer(&node.id);
        let all = node.kind.settings();
        let found = |row: &Setting| {
            let address = node.address(row.key);
            view.findings().iter().any(|finding| finding.pointer == address)
        };
        let shown: Vec<&'static Setting> = all
            .iter()
            .enumerate()
            .filter(|(at, row)| self.all || *at < FIRST || node.says(row.key) || found(row))
            .map(|(_, row)| row)
            .collect();
        follows::heading(ui, "Settings");
        settings(ui, &base, &shown, view, out);
        if shown.len() < all.len() || self.all && all.len() > FIRST {
            let text =
                if self.all { "Fewer settings".to_owned() } else { format!("All {} settings", all.len()) };
            if ui.button(text).clicked() {
                self.all = !self.all;
            }
        }
    }
}

/// Draws what can be done with what is chosen.
fn act(ui: &mut Ui, ids: &[String], view: &View<'_>, out: &mut Vec<Request>) {
    ui.horizontal_wrapped(|ui| {
        if ui.button("Duplicate").on_hover_text("Adds a copy with all settings").clicked() {
            out.push(TopologyCommand::Duplicate(ids.to_vec()).into());
        }
        if ui
            .button("Copy")
            .on_hover_text("Copies it to the clipboard, to be pasted here or in another project")
            .clicked()
        {
            ui.ctx().copy_text(crate::desk::copied(view.file, ids));
        }
        let tip = "Removes it with what it carries";
        if ui.button("Remove").on_hover_text(tip).clicked() {
            out.push(TopologyCommand::Remove(ids.to_vec()).into());
        }
    });
}

/// Draws one button for each cluster, because one without machines of its own has no frame.
fn clusters(ui: &mut Ui, board: &Board, chosen: &mut BTreeSet<String>) {
    ui.horizontal_wrapped(|ui| {
        for cluster in board.clusters() {
            if ui.button(format!("Settings of {}", cluster.label)).clicked() {
                *chosen = std::iter::once(cluster.id.clone()).collect();
            }
        }
    });
}

/// Draws what a thing refers to.
fn refers(ui: &mut Ui, topology: &Topology, node: &Node, out: &mut Vec<Request>) {
    let refer = |key: &'static str, ids: Vec<String>| -> Request {
        TopologyCommand::Refer { id: node.id.clone(), key, ids }.into()
    };
    if node.kind.is_component() {
        let entries: Vec<(String, &str)> =
            topology.machines().map(|machine| (machine.id.clone(), &*machine.name)).collect();
        let own = topology.machine_of(node).map(|machine| machine.id.clone()).unwrap_or_default();
        ui.horizontal(|ui| {
            ui.label("Runs on");
            let help =
                "Machine that carries it; what is on one machine shares its cores, memory and open files.";
            if let Some(id) = choice::corner(ui, "Runs on", help, &own, &entries) {
                out.push(refer("on", vec![id]));
            }
        });
        users(ui, topology, node, &refer, out);
    }
    if node.kind == NodeKind::Link {
        let entries: Vec<(String, &str)> =
            topology.clusters().map(|one| (one.node.id.clone(), &*one.node.name)).collect();
        let Some((_, from, to)) = topology.links().find(|(link, ..)| link.id == node.id) else { return };
        for (key, label, end) in [("from", "Publishes from", from), ("to", "Publishes to", to)] {
            ui.horizontal(|ui| {
                ui.label(label);
                let help = "Cluster at this end of the link";
                if let Some(id) = choice::corner(ui, label, help, &end.id, &entries) {
                    out.push(refer(key, vec![id]));
                }
            });
        }
    }
}

/// Draws one button for each cluster that may use a component.
fn users(
    ui: &mut Ui,
    topology: &Topology,
    node: &Node,
    refer: &dyn Fn(&'static str, Vec<String>) -> Request,
    out: &mut Vec<Request>,
) {
    let all: Vec<&Node> = topology.clusters().map(|cluster| cluster.node).collect();
    if all.len() < 2 {
        return;
    }
    let own: Vec<String> = topology.users_of(node).map(|user| user.id.clone()).collect();
    ui.horizontal_wrapped(|ui| {
        let name = ui.label("Used by");
        for cluster in all {
            let used = own.contains(&cluster.id);
            let button = ui.selectable_label(used, &cluster.name).labelled_by(name.id);
            if !button.clicked() {
                continue;
            }
            let ids: Vec<String> = match (node.kind.can_be_shared(), used) {
                (false, _) => vec![cluster.id.clone()],
                (true, false) => own.iter().cloned().chain([cluster.id.clone()]).collect(),
                (true, true) => own.iter().filter(|id| **id != cluster.id).cloned().collect(),
            };
            // What no cluster uses would be an error: the last one stays.
            if !ids.is_empty() {
                out.push(refer("clusters", ids));
            }
        }
    });
}
