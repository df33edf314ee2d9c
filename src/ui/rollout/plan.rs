//! What the plan says, and what was predicted of every wave and of the way back.

use super::rows::{facts, storms};
use super::{small, strong, weak};
use crate::base::hash::Hash;
use crate::desk::rollout::chart;
use crate::desk::rollout::standing::Picture;
use crate::desk::rollout::standing::STORM_HEADS;
use crate::push::journal::Returned;
use crate::push::plan::Plan;
use crate::report::chart::Chart;
use crate::ui::theme::space;
use crate::ui::widget::chart::{Set, TimeView, stack};
use crate::ui::widget::table::{Column, Line, Table};
use egui::{Grid, Label, Ui, vec2};
use std::sync::Arc;

/// Height of both curves [points].
const CURVES: f32 = 260.0;
/// Width of the names of facts [points].
const NAMES: f32 = 112.0;
/// Widths of the columns, and which of them may be missed.
const COLUMNS: [(f32, bool); 7] =
    [(44.0, false), (58.0, false), (84.0, true), (72.0, false), (76.0, false), (84.0, true), (98.0, true)];

/// State of what is shown of a plan.
#[derive(Default)]
pub struct PlanPanel {
    /// The storm whose curves are shown; the last one is that of the roll-back.
    shown: usize,
    view: TimeView,
    made: Option<Curves>,
}

/// Curves of a storm of a plan, with what was observed of it.
struct Curves {
    /// Hash of the plan.
    of: Hash,
    storm: usize,
    returned: Arc<Returned>,
    charts: Vec<Chart>,
}

impl PlanPanel {
    /// Returns the storm that is shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// Shows another storm, where one was chosen.
    pub fn chosen(&mut self, storm: Option<usize>) {
        if let Some(storm) = storm.filter(|storm| *storm != self.shown) {
            (self.shown, self.view) = (storm, TimeView::default());
        }
    }

    /// Draws the plan.
    pub fn ui(&mut self, ui: &mut Ui, picture: &Picture) {
        let plan = &*picture.plan;
        self.predicted(ui, plan, &picture.returned);
        ui.add_space(space::M);
        ui.label(strong(ui, "Plan"));
        Grid::new("facts").num_columns(2).spacing(vec2(space::M, space::XS)).min_col_width(NAMES).show(
            ui,
            |ui| {
                for (name, text) in facts(plan) {
                    ui.label(weak(ui, name));
                    ui.add(Label::new(small(text)).wrap());
                    ui.end_row();
                }
            },
        );
    }

    /// Draws what was predicted, and what was observed of it.
    pub fn predicted(&mut self, ui: &mut Ui, plan: &Plan, returned: &Arc<Returned>) {
        ui.label(strong(ui, "Simulated before it begins"));
        let storms = storms(plan);
        if storms.is_empty() {
            ui.label(small("This plan was not simulated."));
            return;
        }
        let column = |(head, (width, spare)): (&'static str, (f32, bool))| Column {
            head,
            width,
            numeric: head != "wave",
            spare,
        };
        let columns: Vec<Column> = STORM_HEADS.into_iter().zip(COLUMNS).map(column).collect();
        let table = Table::fitting(ui.available_width(), &columns);
        self.shown = self.shown.min(storms.len() - 1);
        let mut chosen = None;
        ui.scope(|ui| {
            table.head(ui);
            ui.spacing_mut().item_spacing.y = 0.0;
            for (at, (cells, spoken)) in storms.iter().enumerate() {
                let line = Line { cells, spoken, chosen: at == self.shown, tone: None };
                if table.row(ui, ("storm", at), &line).clicked() {
                    chosen = Some(at);
                }
            }
        });
        self.chosen(chosen);
        let (of, storm) = (*plan.hash(), self.shown);
        let same = |made: &Curves| made.of == of && made.storm == storm && made.returned == *returned;
        if !self.made.as_ref().is_some_and(same) {
            let charts = chart::of(plan, storm, returned);
            self.made = Some(Curves { of, storm, returned: Arc::clone(returned), charts });
        }
        let Some(Curves { charts, .. }) = self.made.as_ref().filter(|made| !made.charts.is_empty()) else {
            return;
        };
        ui.add_space(space::S);
        let charts: Vec<&Chart> = charts.iter().collect();
        stack(ui, Set { charts: &charts, view: &mut self.view, height: CURVES, corner: &mut |_, _| () });
    }
}
