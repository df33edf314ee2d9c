//! Everything on the canvas that can be chosen: clusters, machines, components and links, each with its name.
//!
//! Every one that is seen is a stop of the Tab key; from one to the next, and to what is out of sight, lead the arrow
//! keys. A node that is out of sight is not drawn and costs nothing.

use super::canvas::{Canvas, Drag, lock, strip};
use super::paint::{self, Look, Shown};
use crate::desk::command::TopologyCommand;
use crate::report::topology::{Board, Machine, Part};
use crate::ui::request::Request;
use egui::{Event, Key, Painter, Rect, Response, Sense, Ui, Vec2, WidgetInfo, vec2};
use std::collections::BTreeSet;

/// Height of what can be clicked of a frame [points].
const TITLE: f32 = 18.0;
/// Height of a frame above its machines [points of the canvas].
const HEAD: f32 = 29.0;
/// How far Shift and an arrow move a machine [points of the canvas].
const NUDGE: f32 = 20.0;

/// What is chosen, and what follows.
struct Touch<'a> {
    canvas: &'a mut Canvas,
    board: &'a Board,
    chosen: &'a mut BTreeSet<String>,
    out: &'a mut Vec<Request>,
}

/// Draws all nodes; `moved` is how far the machines that are chosen are dragged [points of the canvas].
pub fn ui(
    ui: &mut Ui,
    (painter, area, moved): (&Painter, Rect, Option<Vec2>),
    canvas: &mut Canvas,
    shown: &Shown<'_>,
    chosen: &mut BTreeSet<String>,
    out: &mut Vec<Request>,
) {
    let board = shown.board;
    let mut touch = Touch { canvas, board, chosen, out };
    for frame in &board.frames {
        let rect = touch.canvas.rect(area, frame.rect);
        let spoken = format!("Cluster {}{}", frame.label, told(ui, shown, &frame.id));
        if let Some(mut look) = touch.node(ui, strip(rect, TITLE), area, &frame.id, &spoken) {
            look.room = HEAD * touch.canvas.scale();
            paint::frame(ui, painter, rect, frame, look);
        }
    }
    for (link, ..) in &board.links {
        let rect = touch.canvas.rect(area, link.rect);
        let spoken = format!("Link {}{}", link.label, told(ui, shown, &link.id));
        if let Some(look) = touch.node(ui, rect, area, &link.id, &spoken) {
            paint::link(ui, painter, rect, link, look);
        }
    }
    for machine in &board.machines {
        let by = moved.filter(|_| touch.chosen.contains(&machine.id)).unwrap_or_default();
        let by = by * touch.canvas.scale();
        let rect = touch.canvas.rect(area, machine.rect).translate(by);
        if !rect.intersects(area) {
            continue;
        }
        let mut spoken = machine.spoken() + &told(ui, shown, &machine.id);
        if shown.bottleneck(machine) {
            spoken += ", bottleneck";
        }
        if let Some(look) = touch.node(ui, rect, area, &machine.id, &spoken) {
            paint::machine(ui, painter, rect, machine, shown, look);
        }
        for slot in &machine.slots {
            let rect = touch.canvas.rect(area, slot.rect).translate(by);
            let spoken = said(ui, machine, slot, shown);
            if let Some(look) = touch.node(ui, rect, area, &slot.id, &spoken) {
                paint::slot(ui, painter, rect, slot, shown, look);
            }
        }
    }
}

/// Returns the worst finding of a thing, to be added to its name.
fn told(ui: &Ui, shown: &Shown<'_>, id: &str) -> String {
    shown.sign(ui, id).map_or_else(String::new, |(_, _, word)| format!(", has a {word}"))
}

/// Returns what a screen reader says of a component.
fn said(ui: &Ui, machine: &Machine, slot: &Part, shown: &Shown<'_>) -> String {
    let mut spoken = format!("{}, on {}", slot.label, machine.name);
    if !slot.limit.is_empty() {
        spoken += &[", ", slot.limit.as_str()].concat();
    }
    if let Some(busy) = shown.busy(slot) {
        spoken += &[", ", busy.text().as_str()].concat();
        if busy.bottleneck {
            spoken += ", bottleneck";
        }
    }
    spoken + &told(ui, shown, &slot.id)
}

impl Touch<'_> {
    /// Acts on what is done to a node; returns how it stands out, `None` where it is out of sight.
    fn node(&mut self, ui: &Ui, rect: Rect, area: Rect, id: &str, spoken: &str) -> Option<Look> {
        let seen = rect.intersect(area);
        if !seen.is_positive() {
            return None;
        }
        let chosen = self.chosen.contains(id);
        let response = ui.interact(seen, egui::Id::unique(("topology node", id)), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::selected(egui::Role::TreeItem, true, chosen, spoken));
        if self.canvas.wanted.as_deref() == Some(id) {
            self.canvas.wanted = None;
            response.request_focus();
        }
        self.click(ui, &response, id);
        self.drag(ui, &response, area, id);
        if response.has_focus() {
            self.keys(ui, &response, id);
        }
        let hovered = response.hovered() || response.dragged();
        let look = Look { chosen, focus: response.has_focus(), hovered, room: 0.0 };
        if self.canvas.drag.is_none() {
            response.on_hover_text(spoken);
        }
        Some(look)
    }

    /// Chooses what is clicked.
    fn click(&mut self, ui: &Ui, response: &Response, id: &str) {
        if !response.clicked() {
            return;
        }
        response.request_focus();
        let more = ui.input(|input| input.modifiers.shift || input.modifiers.command);
        if !more {
            self.chosen.clear();
            self.chosen.insert(id.to_owned());
        } else if !self.chosen.remove(id) {
            self.chosen.insert(id.to_owned());
        }
    }

    /// Moves machines, and carries components to other machines.
    fn drag(&mut self, ui: &Ui, response: &Response, area: Rect, id: &str) {
        if !(response.drag_started() || response.dragged() || response.drag_stopped()) {
            return;
        }
        let is_machine = self.board.machine(id).is_some();
        let component = || self.board.machines.iter().any(|one| one.slots.iter().any(|slot| slot.id == id));
        if response.drag_started() {
            if is_machine {
                if !self.chosen.contains(id) {
                    self.chosen.clear();
                    self.chosen.insert(id.to_owned());
                }
                self.canvas.drag = Some(Drag::Move(Vec2::ZERO));
            } else if component() {
                self.canvas.drag = Some(Drag::Carry(id.to_owned()));
            }
        }
        let scale = self.canvas.scale();
        if let Some(Drag::Move(by)) = &mut self.canvas.drag
            && response.dragged()
            && is_machine
        {
            *by += response.drag_delta() / scale;
        }
        if !response.drag_stopped() {
            return;
        }
        match self.canvas.drag.take() {
            Some(Drag::Move(by)) => self.out.extend(Canvas::placed(by, self.board, self.chosen)),
            Some(Drag::Carry(carried)) => {
                let at = ui.input(|input| input.pointer.latest_pos());
                let over = self.board.machines.iter().find(|machine| {
                    at.is_some_and(|at| self.canvas.rect(area, machine.rect).contains(at))
                        && machine.slots.iter().all(|slot| slot.id != carried)
                });
                if let Some(machine) = over {
                    let ids = vec![machine.id.clone()];
                    self.out.push(TopologyCommand::Refer { id: carried, key: "on", ids }.into());
                }
            }
            _ => {}
        }
    }

    /// Goes to the next node, or moves the machine that has the keyboard.
    fn keys(&mut self, ui: &Ui, response: &Response, id: &str) {
        lock(ui, response);
        let order: Vec<&str> = self.board.order().map(|(id, _)| id).collect();
        let Some(own) = order.iter().position(|other| *other == id) else { return };
        let last = order.len().saturating_sub(1);
        let steps = [
            (Key::ArrowRight, vec2(NUDGE, 0.0), (own + 1).min(last)),
            (Key::ArrowDown, vec2(0.0, NUDGE), (own + 1).min(last)),
            (Key::ArrowLeft, vec2(-NUDGE, 0.0), own.saturating_sub(1)),
            (Key::ArrowUp, vec2(0.0, -NUDGE), own.saturating_sub(1)),
            (Key::Home, Vec2::ZERO, 0),
            (Key::End, Vec2::ZERO, last),
        ];
        for (key, by, next) in steps {
            let Some(shift) = ui.input_mut(|input| pressed(&mut input.events, key)) else { continue };
            if shift && by != Vec2::ZERO && self.board.machine(id).is_some() {
                let own: BTreeSet<String> = if self.chosen.contains(id) {
                    self.chosen.clone()
                } else {
                    std::iter::once(id.to_owned()).collect()
                };
                self.out.extend(Canvas::placed(by, self.board, &own));
            } else if let Some(next) = order.get(next).filter(|next| **next != id) {
                self.canvas.wanted = Some((*next).to_owned());
                self.canvas.show(next);
                ui.ctx().request_repaint();
            }
        }
    }
}

/// Takes the press of a key, so that what gets the keyboard by it does not act on it too; returns whether Shift was
/// held, `None` where the key was not pressed.
pub(super) fn pressed(events: &mut Vec<Event>, wanted: Key) -> Option<bool> {
    let at = events
        .iter()
        .position(|event| matches!(event, Event::Key { key, pressed: true, .. } if *key == wanted))?;
    match events.remove(at) {
        Event::Key { modifiers, .. } => Some(modifiers.shift),
        _ => None,
    }
}
