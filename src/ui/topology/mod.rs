//! The screen *Topology*: the cluster as a typed canvas, and the settings of what is chosen beside it.
//!
//! The canvas draws a [`Board`] that is made once for each state of the project; boxes show what they can do and how
//! busy the last simulation found them, at most or at a moment. Everything that changes the project is a command of
//! the desk, so that every gesture is one step back. What is chosen, and where somebody looks, is no command.

mod canvas;
mod follows;
mod inspector;
mod nodes;
mod paint;
mod start;
mod time;
mod tools;

use super::request::Request;
use super::theme::{self, space};
use crate::base::json;
use crate::base::{Finding, Severity};
use crate::desk::View;
use crate::desk::command::TopologyCommand;
use crate::fleet::cluster::BASE;
use crate::plan::Outcome;
use crate::report::topology::{Board, Load};
use egui::{Event, Frame, Key, Margin, Modifiers, ScrollArea, Stroke, Ui, UiBuilder, vec2};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Least and largest width of the settings [points].
const INSPECTOR: (f32, f32) = (320.0, 460.0);
/// Width of the screen [points] below which the settings stand under the canvas.
const NARROW: f32 = 700.0;
/// Height of the canvas where the settings stand under it [points].
const LOW: f32 = 260.0;

/// State of the screen's widgets.
#[derive(Default)]
pub struct TopologyPanel {
    made: Option<Made>,
    load: Option<(Arc<Outcome>, Option<Arc<Load>>)>,
    chosen: BTreeSet<String>,
    canvas: canvas::Canvas,
    inspector: inspector::Inspector,
    /// Moment that the boxes show [s since the loss]; `None` for the highest load.
    moment: Option<f64>,
}

/// The worst finding of each thing, by id.
type Signs = BTreeMap<String, Severity>;

/// What is made of one state of the project.
struct Made {
    revision: u64,
    board: Arc<Board>,
    /// The worst finding of each thing.
    signs: Arc<Signs>,
}

impl TopologyPanel {
    /// Chooses the thing with this id.
    pub fn select(&mut self, id: &str) {
        self.chosen = std::iter::once(id.to_owned()).collect();
        self.canvas.show(id);
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let there = view.file.tree().get(BASE).is_some_and(|section| !section.members().is_empty());
        if !there {
            (self.made, self.chosen) = (None, BTreeSet::new());
            inside().show(ui, |ui| scroll("start", ui, |ui| start::ui(ui, out)));
            return;
        }
        let Some((board, signs)) = self.board(view) else {
            inside().show(ui, |ui| {
                scroll("unreadable", ui, |ui| {
                    ui.label("A part of the topology cannot be read, so it is not drawn.");
                    ui.add_space(space::S);
                    follows::findings(ui, None, view, out);
                });
            });
            return;
        };
        self.chosen.retain(|id| board.has(id));
        self.keys(ui, &board, view, out);
        let load = self.loaded(view);
        let whole = ui.available_rect_before_wrap();
        if whole.width() < NARROW {
            inside().show(ui, |ui| {
                scroll("topology", ui, |ui| {
                    self.left(ui, (&board, &signs, load.as_deref()), LOW, view, out);
                    ui.add_space(space::L);
                    self.inspector.ui(ui, &board, &mut self.chosen, view, out);
                });
            });
            return;
        }
        // Placed by hand: the canvas comes before the settings for the Tab key.
        let side = (whole.width() * 0.34).clamp(INSPECTOR.0, INSPECTOR.1).min(whole.width() * 0.5);
        let (left, right) = whole.split_left_right_at_x(whole.right() - side);
        ui.scope_builder(UiBuilder::new().max_rect(left), |ui| {
            inside().show(ui, |ui| {
                self.left(ui, (&board, &signs, load.as_deref()), 0.0, view, out);
            });
        });
        let line = Stroke::new(1.0, theme::tokens(ui.ctx()).separator);
        ui.painter().vline(right.left(), right.y_range(), line);
        ui.scope_builder(UiBuilder::new().max_rect(right), |ui| {
            inside().show(ui, |ui| {
                scroll("part", ui, |ui| self.inspector.ui(ui, &board, &mut self.chosen, view, out));
            });
        });
    }

    /// Draws tools, time and canvas; `height` of the canvas is what is left where it is 0 [points].
    fn left(
        &mut self,
        ui: &mut Ui,
        (board, signs, load): (&Board, &BTreeMap<String, Severity>, Option<&Load>),
        height: f32,
        view: &View<'_>,
        out: &mut Vec<Request>,
    ) {
        let moment = &mut self.moment;
        let mut choice = |ui: &mut Ui| {
            if let Some(load) = load {
                time::choose(ui, load, view, moment);
            }
        };
        tools::ui(ui, board, &self.chosen, &mut self.canvas, &mut choice, out);
        if let Some(load) = load {
            time::axis(ui, load, &mut self.moment);
        }
        ui.add_space(space::XS);
        let room = if height > 0.0 { height } else { ui.available_height() };
        let (area, _) =
            ui.allocate_exact_size(vec2(ui.available_width(), room.max(120.0)), egui::Sense::hover());
        let moment = load.map(|load| match self.moment {
            Some(second) => load.at(second),
            None => load.highest().clone(),
        });
        let shown = paint::Shown { board, signs, moment: moment.as_ref() };
        self.canvas.ui(ui, area, &shown, &mut self.chosen, out);
    }

    /// Returns the layout of the topology as it is now, and the worst finding of each thing.
    fn board(&mut self, view: &View<'_>) -> Option<(Arc<Board>, Arc<Signs>)> {
        if self.made.as_ref().is_none_or(|made| made.revision != view.revision) {
            let seen = view.seen();
            self.made = seen.drawable().map(|topology| Made {
                revision: view.revision,
                board: Arc::new(Board::of(topology, &seen)),
                signs: Arc::new(signs(view.findings())),
            });
        }
        self.made.as_ref().map(|made| (Arc::clone(&made.board), Arc::clone(&made.signs)))
    }

    /// Returns how busy everything is in the newest result.
    fn loaded(&mut self, view: &View<'_>) -> Option<Arc<Load>> {
        let outcome = view.outcome?;
        if self.load.as_ref().is_none_or(|(known, _)| !Arc::ptr_eq(known, outcome)) {
            self.load = Some((Arc::clone(outcome), Load::of(outcome).map(Arc::new)));
        }
        self.load.as_ref().and_then(|(_, load)| load.clone())
    }

    /// Acts on the keys of the whole screen, unless somebody types.
    fn keys(&mut self, ui: &Ui, board: &Board, view: &View<'_>, out: &mut Vec<Request>) {
        if ui.ctx().text_edit_focused() || egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        let chosen = || self.chosen.iter().cloned().collect::<Vec<_>>();
        let events = ui.input(|input| input.events.clone());
        for event in events {
            match event {
                Event::Copy | Event::Cut if !self.chosen.is_empty() => {
                    ui.ctx().copy_text(crate::desk::copied(view.file, &chosen()));
                    if event == Event::Cut {
                        out.push(TopologyCommand::Remove(chosen()).into());
                    }
                }
                Event::Paste(text) => out.push(TopologyCommand::Paste(text).into()),
                _ => {}
            }
        }
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        let remove = pressed(Modifiers::NONE, Key::Delete) || pressed(Modifiers::NONE, Key::Backspace);
        if remove && !self.chosen.is_empty() {
            out.push(TopologyCommand::Remove(chosen()).into());
        }
        if pressed(Modifiers::COMMAND, Key::A) {
            self.chosen = board.machines.iter().map(|machine| machine.id.clone()).collect();
        }
    }
}

/// Returns the worst finding of each thing.
fn signs(findings: &[Finding]) -> BTreeMap<String, Severity> {
    let mut signs = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.silenced.is_none()) {
        let Some(id) = thing(&finding.pointer) else { continue };
        let known = signs.entry(id).or_insert(finding.severity);
        *known = (*known).max(finding.severity);
    }
    signs
}

/// Returns the id of the thing to which a pointer leads.
fn thing(pointer: &str) -> Option<String> {
    let token = pointer.strip_prefix(BASE)?.strip_prefix('/')?.split('/').next()?;
    Some(token.replace("~1", "/").replace("~0", "~"))
}

/// Returns the pointer of a thing.
fn pointer(id: &str) -> String {
    json::join(BASE, id)
}

/// Returns the frame around a part of the screen.
fn inside() -> Frame {
    Frame::new().inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
}

/// Draws something that scrolls where it does not fit.
fn scroll(id: &str, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(id).auto_shrink([false, true]).show(ui, add);
}
