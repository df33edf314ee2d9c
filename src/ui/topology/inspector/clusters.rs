//! Clusters that share a database, beside each other: what the flood of one costs the others.
//!
//! It is played when somebody asks for it; an edit meanwhile begins it again, and what was found before an edit
//! says so. Each cluster has a chart of its devices, alone (dashed) and beside the others.

use super::super::follows;
use crate::desk::View;
use crate::desk::command::PlanCommand;
use crate::desk::planning::{Question, Standing};
use crate::fleet::cluster::tenants::tenants;
use crate::plan::neighbours::Neighbour;
use crate::report::chart::Chart;
use crate::report::clusters::told;
use crate::report::recovery::{Beside, Other, Shown, compared};
use crate::ui::recommend::standing;
use crate::ui::request::Request;
use crate::ui::theme;
use crate::ui::widget::chart::{self, TimeView};
use egui::{RichText, Ui};
use std::sync::Arc;

/// Height of the chart of one cluster, with its title [points].
const HEIGHT: f32 = 150.0;
/// Height of the time axis, which the charts share [points].
const AXIS: f32 = 44.0;

/// State of the panel.
#[derive(Default)]
pub struct Clusters {
    view: TimeView,
    /// Clusters that can be played, with the state of the project that has them.
    tenants: Option<(u64, usize)>,
    drawn: Option<Drawn>,
}

/// Charts with what they were made from.
struct Drawn {
    from: Arc<Vec<Neighbour>>,
    charts: Vec<Chart>,
}

impl Clusters {
    /// Draws the panel, where several clusters have groups.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        if self.playable(view) < 2 {
            return;
        }
        follows::heading(ui, "Clusters at the same time");
        let sought = &view.plans.clusters;
        ui.horizontal_wrapped(|ui| {
            if let Standing::Running { .. } = sought.standing {
                if ui.button("Cancel").on_hover_text("Stops it; what was found before stays").clicked() {
                    out.push(PlanCommand::Cancel.into());
                }
            } else {
                let tip = "Simulates every cluster alone and beside the others that write to its database";
                if ui.button("Play clusters").on_hover_text(tip).clicked() {
                    out.push(PlanCommand::Ask(Question::Clusters).into());
                }
            }
        });
        standing(ui, sought.standing, sought.current, sought.found.is_some(), "plays");
        let Some(found) = sought.found else { return };
        if !self.drawn.as_ref().is_some_and(|drawn| Arc::ptr_eq(&drawn.from, found)) {
            self.drawn =
                Some(Drawn { from: Arc::clone(found), charts: found.iter().map(described).collect() });
        }
        let Some(drawn) = &self.drawn else { return };
        let weak = theme::tokens(ui.ctx()).text.weak;
        for neighbour in found.iter() {
            let text = format!("{}: {}", neighbour.tenant.name, told(neighbour));
            ui.label(RichText::new(text).size(theme::SMALL).color(weak));
        }
        let charts: Vec<&Chart> = drawn.charts.iter().collect();
        let height = HEIGHT * charts.len() as f32 + AXIS;
        let set = chart::Set { charts: &charts, view: &mut self.view, height, corner: &mut |_, _| {} };
        chart::stack(ui, set);
        chart::read_out(ui, &charts, &self.view);
    }

    /// Returns how many clusters can be played, counted once for each state of the project.
    fn playable(&mut self, view: &View<'_>) -> usize {
        match self.tenants {
            Some((revision, number)) if revision == view.revision => number,
            _ => {
                let number = tenants(view.file, view.scenario).len();
                self.tenants = Some((view.revision, number));
                number
            }
        }
    }
}

/// Returns the chart of a cluster's devices: beside the others, and dashed behind it alone.
fn described(neighbour: &Neighbour) -> Chart {
    let others = [Other { name: "alone", outcome: &neighbour.alone }];
    let beside = Beside { others: &others, ..Beside::default() };
    let mut chart = compared(&neighbour.beside, &beside, &Shown::default()).swap_remove(0);
    chart.id = format!("back {}", neighbour.tenant.id);
    chart.title = format!("{}, {}", neighbour.tenant.name, chart.title.to_lowercase());
    for series in chart.series.iter_mut().filter(|series| series.name == "this scenario") {
        "beside the others".clone_into(&mut series.name);
    }
    chart.spoken = format!("{}: {}. {}", neighbour.tenant.name, neighbour.beside.headline(), told(neighbour));
    chart
}
