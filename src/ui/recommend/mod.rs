//! The screen *Recommend*: targets and what may change, the answers, the safe region, and what matters.
//!
//! Opening it looks for answers where the project has a target; the map and the bars follow every edit by
//! themselves, because they take part of a second. Answers that were found for other settings stay and say so.

mod answers;
mod region;
mod tornado;
mod wishes;

use super::request::Request;
use super::theme::{self, space};
use crate::desk::View;
use crate::desk::command::PlanCommand;
use crate::desk::planning::{Question, Standing};
use egui::{Frame, Margin, RichText, ScrollArea, Stroke, Ui, UiBuilder};

/// Width of the screen [points] from which answers and map stand beside each other.
const WIDE: f32 = 1_000.0;
/// Width of the screen [points] below which everything stands in one column.
const NARROW: f32 = 560.0;
/// Width of the targets [points].
const WISHES: f32 = 308.0;

/// State of the screen's widgets.
#[derive(Default)]
pub struct RecommendPanel {
    /// Whether answers are looked for as soon as that is possible.
    wanted: bool,
    /// Project and scenario that were shown last.
    scene: Option<(String, Option<String>)>,
    wishes: wishes::Wishes,
    region: region::RegionPanel,
    tornado: tornado::TornadoPanel,
}

impl RecommendPanel {
    /// Takes note that the screen was opened: answers are looked for.
    pub fn open(&mut self) {
        self.wanted = true;
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        self.ask(view, out);
        let whole = ui.available_rect_before_wrap();
        if whole.width() < NARROW {
            inside().show(ui, |ui| {
                scroll("recommend", ui, |ui| {
                    self.wishes.ui(ui, view, out);
                    ui.add_space(space::L);
                    answers::ui(ui, view, out);
                    ui.add_space(space::L);
                    self.looks(ui, view, out);
                });
            });
            return;
        }
        let line = Stroke::new(1.0, theme::tokens(ui.ctx()).separator);
        let (left, rest) = whole.split_left_right_at_x(whole.left() + WISHES);
        let part = |ui: &mut Ui, area: egui::Rect, id: &str, add: &mut dyn FnMut(&mut Ui)| {
            if area.left() > whole.left() {
                ui.painter().vline(area.left(), area.y_range(), line);
            }
            ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
                inside().show(ui, |ui| scroll(id, ui, add));
            });
        };
        part(ui, left, "wishes", &mut |ui| self.wishes.ui(ui, view, out));
        if whole.width() < WIDE {
            part(ui, rest, "found", &mut |ui| {
                answers::ui(ui, view, out);
                ui.add_space(space::L);
                self.looks(ui, view, out);
            });
            return;
        }
        let (middle, right) = rest.split_left_right_at_x(rest.center().x);
        part(ui, middle, "answers", &mut |ui| answers::ui(ui, view, out));
        part(ui, right, "looks", &mut |ui| self.looks(ui, view, out));
    }

    /// Draws the map and the bars.
    fn looks(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        self.region.ui(ui, view, out);
        ui.add_space(space::L);
        self.tornado.ui(ui, view);
    }

    /// Asks for what is not there.
    fn ask(&mut self, view: &View<'_>, out: &mut Vec<Request>) {
        let scene = (view.origin.to_owned(), view.scenario.map(str::to_owned));
        if self.scene.as_ref() != Some(&scene) {
            (self.scene, self.wanted) = (Some(scene), true);
        }
        if view.fleet.is_none() {
            return;
        }
        let plans = &view.plans;
        let asked = !plans.goals.list.is_empty();
        if asked && std::mem::take(&mut self.wanted) && plans.answers.standing == Standing::Open {
            out.push(PlanCommand::Ask(Question::Answers).into());
        }
        if asked && plans.region.standing == Standing::Open {
            out.push(PlanCommand::Ask(Question::Region).into());
        }
        if plans.tornado.standing == Standing::Open {
            out.push(PlanCommand::Ask(Question::Tornado).into());
        }
    }
}

/// Returns the frame around a part of the screen.
fn inside() -> Frame {
    Frame::new().inner_margin(Margin::symmetric(space::M as i8, space::S as i8))
}

/// Draws something that scrolls where it does not fit.
fn scroll(id: &str, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(id).auto_shrink([false, true]).show(ui, add);
}

/// Returns a heading.
fn strong(ui: &Ui, text: &str) -> RichText {
    RichText::new(text).font(theme::strong(theme::BODY)).color(theme::tokens(ui.ctx()).text.strong)
}

/// Returns text at the small size.
fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).size(theme::SMALL)
}

/// Returns text at the small size that is read second.
fn weak(ui: &Ui, text: impl Into<String>) -> RichText {
    small(text).color(theme::tokens(ui.ctx()).text.weak)
}

/// Draws how a search stands, where that is anything but done; `noun` is what it counts.
pub(in crate::ui) fn standing(ui: &mut Ui, standing: Standing<'_>, current: bool, found: bool, noun: &str) {
    let tokens = theme::tokens(ui.ctx());
    match standing {
        Standing::Running { done, of } if of > 0 => {
            ui.label(weak(ui, format!("… {done} of {of} {noun}")));
        }
        Standing::Running { .. } => {
            ui.label(weak(ui, "… begun"));
        }
        Standing::Failed(sentence) => {
            ui.label(small(format!("✕ {sentence}")).color(tokens.status.bad));
        }
        Standing::Cancelled => {
            ui.label(small("~ Cancelled").color(tokens.status.uncertain));
        }
        Standing::Open | Standing::Found => {}
    }
    if found && !current {
        ui.label(small("⚠ Settings changed, this is from before").color(tokens.status.uncertain));
    }
}
