//! How the canvas looks: ground, frames, ways, links, boxes, and the words in them.
//!
//! Text is drawn where all of it has room; at a small zoom boxes are shapes, and their names stand in the hover text.
//! The bottleneck has a diamond, a word and a double line, a chosen box a thick line: none of it is told by
//! colour alone.

use super::canvas::{Canvas, strip};
use crate::base::Severity;
use crate::base::units;
use crate::fleet::cluster::NodeKind;
use crate::report::topology::{Board, Machine, Moment, Part};
use crate::ui::theme::{self, FOCUS_WIDTH, ROUNDING, SMALL, plain, strong};
use crate::ui::widget::lanes::cut;
use egui::{Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};
use std::collections::BTreeMap;

/// Height of a line of words [points].
const LINE: f32 = 15.0;
/// Height of the bar that shows the load [points].
const BAR: f32 = 3.0;
/// Narrowest box that has words in it [points].
const NARROWEST: f32 = 56.0;
/// Half the size of the diamond [points].
const DIAMOND: f32 = 4.5;

/// What is drawn.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The layout.
    pub board: &'a Board,
    /// The worst finding of each thing.
    pub signs: &'a BTreeMap<String, Severity>,
    /// How busy everything is, where something was simulated.
    pub moment: Option<&'a Moment>,
}

/// How busy a component is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Busy {
    /// Share, 0 to 1.
    pub share: f64,
    /// Whether it is the share of connections that it holds, and not of its time.
    pub held: bool,
    /// Whether it limits the others.
    pub bottleneck: bool,
}

impl Busy {
    /// Returns the share in words.
    pub fn text(self) -> String {
        // Whole percents: a box has no room for more.
        let share = units::percent((self.share * 100.0).round() / 100.0);
        if self.held { format!("{share} held") } else { format!("{share} busy") }
    }
}

impl Shown<'_> {
    /// Returns how busy a component is: the share of its time, or of its connections where that is larger.
    pub fn busy(&self, part: &Part) -> Option<Busy> {
        let moment = self.moment.filter(|_| part.simulated)?;
        let bottleneck = moment.bottleneck == Some(part.kind);
        let busy = moment.busy.get(&part.kind).copied();
        let holds = matches!(part.kind, NodeKind::LoadBalancer | NodeKind::ConnectionServer);
        let room = self.board.together.get(&part.kind).copied().filter(|room| holds && *room > 0.0);
        let held = room.map(|room| moment.held / room);
        let share = match (busy, held) {
            (Some(busy), Some(held)) if held > busy => (held, true),
            (None, Some(held)) => (held, true),
            (Some(busy), _) => (busy, false),
            (None, None) => return None,
        };
        Some(Busy { share: share.0, held: share.1, bottleneck })
    }

    /// Returns the sign of the worst finding of a thing, its colour and its word.
    pub fn sign(&self, ui: &Ui, id: &str) -> Option<(&'static str, Color32, &'static str)> {
        let severity = *self.signs.get(id)?;
        let (sign, colour) = theme::tokens(ui.ctx()).severity(severity);
        (severity > Severity::Info).then_some((sign, colour, severity.word()))
    }
}

/// Draws what lies behind the boxes.
pub fn ground(ui: &Ui, painter: &Painter, canvas: &Canvas, area: Rect, shown: &Shown<'_>) {
    let t = theme::tokens(ui.ctx());
    painter.rect_filled(area, ROUNDING, t.surface.plot);
    let board = shown.board;
    for frame in &board.frames {
        let rect = canvas.rect(area, frame.rect);
        let line = Stroke::new(1.0, t.control);
        let corners =
            [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
        painter.extend(Shape::dashed_line(&corners, line, 6.0, 4.0));
    }
    for (from, to) in &board.ways {
        let middle = |at: usize| board.machines.get(at).map(|one| canvas.point(area, one.rect.middle()));
        if let (Some(from), Some(to)) = (middle(*from), middle(*to))
            && Rect::from_two_pos(from, to).intersects(area)
        {
            painter.line_segment([from, to], Stroke::new(1.0, t.separator));
        }
    }
    for (_, from, to) in &board.links {
        let ends = [canvas.point(area, *from), canvas.point(area, *to)];
        painter.extend(Shape::dashed_line(&ends, Stroke::new(FOCUS_WIDTH, t.control), 2.0, 3.0));
    }
}

/// Draws the title of a cluster.
pub fn frame(ui: &Ui, painter: &Painter, rect: Rect, part: &Part, look: Look) {
    let t = theme::tokens(ui.ctx());
    let title = strip(rect, LINE + 1.0);
    if look.chosen {
        painter.rect_stroke(rect, ROUNDING, Stroke::new(FOCUS_WIDTH, t.accent), StrokeKind::Inside);
    }
    let at = title.min + vec2(8.0, 1.0);
    // At a small zoom the first row of boxes begins where the title ends.
    if look.room >= LINE {
        words(ui, painter, at, &part.label, (strong(SMALL), t.text.normal), rect.width() - 16.0);
    }
    ring(ui, painter, title, look);
}

/// Draws the name of a link.
pub fn link(ui: &Ui, painter: &Painter, rect: Rect, part: &Part, look: Look) {
    let t = theme::tokens(ui.ctx());
    painter.rect_filled(rect, ROUNDING, t.surface.raised);
    let line = Stroke::new(
        if look.chosen { FOCUS_WIDTH } else { 1.0 },
        if look.chosen { t.accent } else { t.control },
    );
    painter.rect_stroke(rect, ROUNDING, line, StrokeKind::Inside);
    if rect.height() >= LINE {
        let at = rect.min + vec2(6.0, (rect.height() - LINE) / 2.0);
        words(ui, painter, at, &part.label, (plain(SMALL), t.text.normal), rect.width() - 12.0);
    }
    ring(ui, painter, rect, look);
}

/// How a box stands out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Whether it is chosen.
    pub chosen: bool,
    /// Whether it has the keyboard.
    pub focus: bool,
    /// Whether the pointer is on it.
    pub hovered: bool,
    /// Height that a title has before other things begin [points].
    pub room: f32,
}

/// Draws a machine without its components.
pub fn machine(ui: &Ui, painter: &Painter, rect: Rect, machine: &Machine, shown: &Shown<'_>, look: Look) {
    let t = theme::tokens(ui.ctx());
    let fill = if look.hovered { t.surface.hovered } else { t.surface.panel };
    painter.rect_filled(rect, ROUNDING, fill);
    let line = if look.chosen { Stroke::new(FOCUS_WIDTH, t.accent) } else { Stroke::new(1.0, t.control) };
    painter.rect_stroke(rect, ROUNDING, line, StrokeKind::Inside);
    if shown.bottleneck(machine) {
        painter.rect_stroke(
            rect.expand(2.0),
            ROUNDING,
            Stroke::new(FOCUS_WIDTH, t.status.bad),
            StrokeKind::Outside,
        );
        let at = pos2(rect.right() - 76.0, rect.top() - LINE - 3.0);
        if rect.width() >= 90.0 && words(ui, painter, at, "bottleneck", (strong(SMALL), t.status.bad), 76.0) {
            diamond(painter, at + vec2(-8.0, LINE / 2.0), t.status.bad);
        } else {
            diamond(painter, rect.right_top(), t.status.bad);
        }
    }
    let scale = rect.width() / machine.rect.width.max(1.0) as f32;
    // Without names of components there is room for that of the machine.
    let room = if 32.0 * scale < LINE + BAR { rect.height() } else { 34.0 * scale };
    if rect.width() >= NARROWEST && room >= LINE {
        let mut width = rect.width() - 16.0;
        if let Some((sign, colour, _)) = shown.sign(ui, &machine.id) {
            width -= 16.0;
            let at = pos2(rect.right() - 20.0, rect.top() + 2.0);
            words(ui, painter, at, sign, (plain(SMALL), colour), 16.0);
        }
        let at = rect.min + vec2(8.0, 2.0);
        words(ui, painter, at, &machine.name, (strong(SMALL), t.text.strong), width);
        // Both lines stand above the first component, whose box begins where the title ends.
        if 34.0 * scale >= 2.0 + LINE + row(ui) {
            let at = rect.min + vec2(8.0, 2.0 + LINE);
            words(ui, painter, at, &machine.note, (plain(SMALL), t.text.weak), rect.width() - 16.0);
        }
    }
    ring(ui, painter, rect, look);
}

impl Shown<'_> {
    /// Returns whether something on a machine limits everything else.
    pub fn bottleneck(&self, machine: &Machine) -> bool {
        machine.slots.iter().any(|slot| self.busy(slot).is_some_and(|busy| busy.bottleneck))
    }
}

/// Draws a component.
pub fn slot(ui: &Ui, painter: &Painter, rect: Rect, part: &Part, shown: &Shown<'_>, look: Look) {
    let t = theme::tokens(ui.ctx());
    let fill = if look.hovered { t.surface.hovered } else { t.surface.raised };
    if look.hovered || rect.height() >= LINE + BAR {
        painter.rect_filled(rect, ROUNDING, fill);
    }
    if look.chosen {
        painter.rect_stroke(rect, ROUNDING, Stroke::new(FOCUS_WIDTH, t.accent), StrokeKind::Inside);
    }
    let busy = shown.busy(part);
    if let Some(busy) = busy {
        let colour = if busy.bottleneck { t.status.bad } else { t.accent };
        let bar = Rect::from_min_max(
            pos2(rect.left() + 2.0, rect.bottom() - BAR),
            rect.right_bottom() - vec2(2.0, 0.0),
        );
        let share = busy.share.clamp(0.0, 1.0) as f32;
        painter.rect_filled(bar.with_max_x(bar.left() + bar.width() * share), 0.0, colour);
    }
    if rect.width() >= NARROWEST && rect.height() >= LINE + BAR {
        let mut width = rect.width() - 12.0;
        if let Some((sign, colour, _)) = shown.sign(ui, &part.id) {
            width -= 14.0;
            let at = pos2(rect.right() - 16.0, rect.top() + 1.0);
            words(ui, painter, at, sign, (plain(SMALL), colour), 14.0);
        }
        let at = rect.min + vec2(6.0, 0.0);
        words(ui, painter, at, &part.label, (plain(SMALL), t.text.normal), width);
        if rect.height() >= LINE - 1.0 + row(ui) {
            second(ui, painter, rect, part, busy);
        }
    }
    ring(ui, painter, rect, look);
}

/// Returns the height of a row of small words [points].
fn row(ui: &Ui) -> f32 {
    ui.fonts_mut(|fonts| fonts.row_height(&plain(SMALL)))
}

/// Draws what a component can do and how busy it is.
fn second(ui: &Ui, painter: &Painter, rect: Rect, part: &Part, busy: Option<Busy>) {
    let t = theme::tokens(ui.ctx());
    let y = rect.top() + LINE - 1.0;
    let mut right = rect.right() - 6.0;
    if let Some(busy) = busy {
        let colour = if busy.bottleneck { t.status.bad } else { t.text.weak };
        let text = cut(ui, &busy.text(), plain(SMALL), colour, rect.width() / 2.0);
        right -= text.size().x;
        put(painter, pos2(right, y), text, colour);
        right -= 6.0;
    }
    let left = rect.left() + 6.0;
    words(ui, painter, pos2(left, y), &part.limit, (plain(SMALL), t.text.weak), right - left);
}

/// Draws the frame around what has the keyboard.
fn ring(ui: &Ui, painter: &Painter, rect: Rect, look: Look) {
    if look.focus {
        let ring = Stroke::new(FOCUS_WIDTH, theme::tokens(ui.ctx()).focus);
        painter.rect_stroke(rect.expand(1.0), ROUNDING, ring, StrokeKind::Outside);
    }
}

/// Draws the sign of the bottleneck.
fn diamond(painter: &Painter, at: Pos2, colour: Color32) {
    let corner = |x: f32, y: f32| at + Vec2::new(x, y) * DIAMOND;
    let corners = vec![corner(0.0, -1.0), corner(1.0, 0.0), corner(0.0, 1.0), corner(-1.0, 0.0)];
    painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
}

/// Draws a line of words, cut at a width; returns whether there was room for it.
fn words(
    ui: &Ui,
    painter: &Painter,
    at: Pos2,
    text: &str,
    (font, ink): (FontId, Color32),
    width: f32,
) -> bool {
    if width < 8.0 || text.is_empty() {
        return false;
    }
    let galley = cut(ui, text, font, ink, width);
    put(painter, at, galley, ink)
}

/// Draws a line where all of it is seen.
fn put(painter: &Painter, at: Pos2, galley: std::sync::Arc<egui::Galley>, ink: Color32) -> bool {
    let whole = painter.clip_rect().contains_rect(Rect::from_min_size(at, galley.size()));
    if whole {
        painter.galley(at, galley, ink);
    }
    whole
}
