//! What happens when what is chosen fails: what devices would see, and a scenario in which they do.

use super::super::follows::heading;
use crate::desk::command::TopologyCommand;
use crate::fleet::cluster::Topology;
use crate::fleet::cluster::failure::{self, How};
use crate::fleet::file::View;
use crate::fleet::settings::WAYS;
use crate::ui::request::Request;
use crate::ui::theme;
use crate::ui::widget::choice;
use egui::{RichText, Ui};

/// Draws the choice of a failure and what follows from it.
pub fn ui(
    ui: &mut Ui,
    (topology, view): (&Topology, &View<'_>),
    ids: &[String],
    how: &mut How,
    out: &mut Vec<Request>,
) {
    let fails = ids.join(", ");
    let Ok(gone) = failure::taken(topology, &fails) else { return };
    let Some(effect) = failure::effect(topology, view, &gone, *how) else { return };
    heading(ui, "What if it fails");
    let help = "What happens to it; a scenario says when and for how long, on the screen Simulate.";
    let chosen = choice::ui(ui, "How it fails", help, how.word(), WAYS);
    if let Some(chosen) = chosen.and_then(How::from_word) {
        *how = chosen;
    }
    let weak = theme::tokens(ui.ctx()).text.weak;
    ui.label(RichText::new(&effect.told).size(theme::SMALL).color(weak));
    let tip = "Adds a scenario in which it fails, and simulates it";
    if ui.button("Add as scenario").on_hover_text(tip).clicked() {
        let names: Vec<&str> =
            ids.iter().map(|id| topology.node(id).map_or(&**id, |node| &*node.name)).collect();
        let name = match names.as_slice() {
            [one] => format!("{one} {}", how.verb()),
            many => format!("{} parts: {}", many.len(), how.word()),
        };
        out.push(TopologyCommand::Fail { name, fails, how: *how }.into());
    }
}
