//! Where one looks on the canvas, and what the pointer does there: choose, drag, pan, zoom.
//!
//! Pointer: a click chooses, with Shift or Ctrl it adds; dragging a machine moves all that are chosen, dragging a
//! component onto another machine moves it there; dragging the ground pans, with Shift it chooses what lies in
//! the rectangle. Two fingers or the wheel pan, pinching or Ctrl with the wheel zooms.

use super::nodes::pressed;
use super::paint::{self, Shown};
use crate::desk::command::TopologyCommand;
use crate::report::topology::{Board, Rect as Place};
use crate::ui::request::Request;
use crate::ui::theme::{self, FOCUS_WIDTH, ROUNDING};
use egui::{Key, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};
use std::collections::BTreeSet;

/// Smallest and largest zoom.
const ZOOM: (f32, f32) = (0.08, 2.0);
/// Space around everything where it is fitted [points of the canvas].
const MARGIN: f32 = 12.0;
/// Zoom below which names are lost: nobody begins with less, what is below the edge is scrolled to.
const READABLE: f32 = 0.7;

/// Where somebody looks, and what they are about to do.
#[derive(Default)]
pub struct Canvas {
    /// Left upper corner of what is seen [points of the canvas].
    origin: Vec2,
    /// Points of the screen for one of the canvas; 0 until something was drawn.
    zoom: f32,
    /// Size of the canvas on the screen at the last frame [points].
    size: Vec2,
    /// Whether somebody has chosen where to look.
    looked: bool,
    /// Whether everything is shown until then, however small.
    fitted: bool,
    pub(super) drag: Option<Drag>,
    /// Id of what gets the keyboard as soon as it is drawn.
    pub(super) wanted: Option<String>,
    /// Id of what is brought into view.
    show: Option<String>,
}

/// A drag that is not over.
pub(super) enum Drag {
    /// Machines are moved by so much [points of the canvas].
    Move(Vec2),
    /// A component is carried to another machine.
    Carry(String),
    /// What lies between here and the pointer is chosen [points of the screen].
    Lasso(Pos2),
}

impl Canvas {
    /// Shows everything.
    pub fn fit(&mut self) {
        (self.looked, self.fitted) = (false, true);
    }

    /// Brings a thing into view.
    pub fn show(&mut self, id: &str) {
        self.show = Some(id.to_owned());
    }

    /// Makes everything larger or smaller around the middle.
    pub fn zoom(&mut self, factor: f32) {
        self.zoom_at(factor, self.size / 2.0);
    }

    fn zoom_at(&mut self, factor: f32, at: Vec2) {
        let zoom = (self.zoom * factor).clamp(ZOOM.0, ZOOM.1);
        self.origin += at / self.zoom - at / zoom;
        self.zoom = zoom;
        self.looked = true;
    }

    /// Returns the middle of what is seen [points of the canvas].
    pub fn middle(&self) -> (f64, f64) {
        let middle = self.origin + self.size / (2.0 * self.zoom.max(ZOOM.0));
        (f64::from(middle.x), f64::from(middle.y))
    }

    /// Returns where a place is on the screen.
    pub(super) fn rect(&self, area: Rect, place: Place) -> Rect {
        let at = vec2(place.x as f32, place.y as f32) - self.origin;
        let size = vec2(place.width as f32, place.height as f32) * self.zoom;
        Rect::from_min_size(area.min + at * self.zoom, size)
    }

    /// Returns where a point is on the screen.
    pub(super) fn point(&self, area: Rect, (x, y): (f64, f64)) -> Pos2 {
        area.min + (vec2(x as f32, y as f32) - self.origin) * self.zoom
    }

    /// Returns points of the screen for one of the canvas.
    pub(super) fn scale(&self) -> f32 {
        self.zoom
    }

    /// Looks where everything is seen, until somebody looks elsewhere.
    fn look(&mut self, area: Rect, board: &Board) {
        let whole = board.whole;
        self.size = area.size();
        if !self.looked || self.zoom <= 0.0 {
            let (width, height) = (whole.width as f32 + 2.0 * MARGIN, whole.height as f32 + 2.0 * MARGIN);
            self.zoom = (area.width() / width).min(area.height() / height).clamp(ZOOM.0, 1.0);
            if !self.fitted {
                self.zoom = self.zoom.max(READABLE);
            }
            let rest = ((area.size() / self.zoom - vec2(width, height)) / 2.0).max(Vec2::ZERO);
            self.origin = vec2(whole.x as f32, whole.y as f32) - Vec2::splat(MARGIN) - rest;
        }
        let wanted = self.show.take();
        let place = wanted.and_then(|id| board.order().find(|(own, _)| *own == id).map(|(_, rect)| rect));
        if let Some(place) = place {
            let rect = self.rect(area, place);
            if !area.contains_rect(rect) {
                self.origin += (rect.center() - area.center()) / self.zoom;
                self.looked = true;
            }
        }
    }

    /// Draws the canvas and acts on what is done to it.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        area: Rect,
        shown: &Shown<'_>,
        chosen: &mut BTreeSet<String>,
        out: &mut Vec<Request>,
    ) {
        self.look(area, shown.board);
        let ground = ui.interact(area, egui::Id::unique("topology ground"), Sense::click_and_drag());
        let spoken = format!(
            "Topology with {} machines: arrows go from part to part, Shift with arrows moves a machine",
            shown.board.machines.len()
        );
        ground.widget_info(|| WidgetInfo::labeled(egui::Role::Figure, true, &spoken));
        self.ground(ui, &ground, area, shown.board, chosen);
        let painter = ui.painter().with_clip_rect(area.intersect(ui.clip_rect()));
        paint::ground(ui, &painter, self, area, shown);
        let moved = match self.drag {
            Some(Drag::Move(by)) => Some(by),
            _ => None,
        };
        super::nodes::ui(ui, (&painter, area, moved), self, shown, chosen, out);
        if let (Some(Drag::Lasso(from)), Some(to)) = (&self.drag, ui.input(|input| input.pointer.hover_pos()))
        {
            let stroke = Stroke::new(1.0, theme::tokens(ui.ctx()).accent);
            painter.rect_stroke(Rect::from_two_pos(*from, to), 0.0, stroke, StrokeKind::Inside);
        }
        if ground.has_focus() {
            let ring = Stroke::new(FOCUS_WIDTH, theme::tokens(ui.ctx()).focus);
            ui.painter().rect_stroke(area.shrink(1.0), ROUNDING, ring, StrokeKind::Inside);
        }
    }

    /// Acts on what is done to the ground.
    fn ground(
        &mut self,
        ui: &Ui,
        ground: &Response,
        area: Rect,
        board: &Board,
        chosen: &mut BTreeSet<String>,
    ) {
        let more = ui.input(|input| input.modifiers.shift || input.modifiers.command);
        if ground.clicked() {
            ground.request_focus();
            if !more {
                chosen.clear();
            }
        }
        if ground.drag_started() && ui.input(|input| input.modifiers.shift) {
            let from = ui.input(|input| input.pointer.press_origin());
            self.drag = from.map(Drag::Lasso);
        }
        if ground.dragged() && self.drag.is_none() {
            self.origin -= ground.drag_delta() / self.zoom;
            self.looked = true;
        }
        if ground.drag_stopped()
            && let Some(Drag::Lasso(from)) = self.drag.take()
            && let Some(to) = ui.input(|input| input.pointer.latest_pos())
        {
            let lasso = Rect::from_two_pos(from, to);
            let inside = board.machines.iter().filter(|one| lasso.intersects(self.rect(area, one.rect)));
            chosen.extend(inside.map(|machine| machine.id.clone()));
        }
        let over = ui.input(|input| input.pointer.hover_pos()).filter(|at| area.contains(*at));
        if let Some(at) = over.filter(|_| ui.rect_contains_pointer(area)) {
            let (zoom, scroll) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta()));
            if zoom != 1.0 {
                self.zoom_at(zoom, at - area.min);
            } else if scroll != Vec2::ZERO {
                self.origin -= scroll / self.zoom;
                self.looked = true;
                // What is around must not scroll as well.
                ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
            }
        }
        let first = board.order().next();
        let arrows = [Key::ArrowDown, Key::ArrowRight, Key::ArrowUp, Key::ArrowLeft];
        if ground.has_focus() {
            lock(ui, ground);
            if arrows.iter().any(|key| ui.input_mut(|input| pressed(&mut input.events, *key)).is_some()) {
                self.wanted = first.map(|(id, _)| id.to_owned());
                self.show = self.wanted.clone();
            }
        }
    }

    /// Returns the command that ends a move of the machines that are chosen.
    pub(super) fn placed(by: Vec2, board: &Board, chosen: &BTreeSet<String>) -> Option<Request> {
        let (dx, dy) = (f64::from(by.x).round(), f64::from(by.y).round());
        if dx == 0.0 && dy == 0.0 {
            return None;
        }
        // What has no place yet would make room for what gets one: everything keeps its place by having one.
        let places = board.machines.iter().filter_map(|machine| {
            let moves = chosen.contains(&machine.id);
            let (dx, dy) = if moves { (dx, dy) } else { (0.0, 0.0) };
            let place = (machine.rect.x + dx, machine.rect.y + dy);
            (moves || !machine.placed).then(|| (machine.id.clone(), place))
        });
        Some(TopologyCommand::Place(places.collect()).into())
    }
}

/// Keeps arrow keys with what has the keyboard.
pub(super) fn lock(ui: &Ui, response: &Response) {
    let arrows =
        egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..egui::EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
}

/// Returns the part of a rectangle that is seen; a strip of it where it is a frame.
pub(super) fn strip(rect: Rect, height: f32) -> Rect {
    Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + height))
}
