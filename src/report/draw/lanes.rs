//! Draws timelines side by side: a row each, with its name before and its end behind it.
//!
//! What happens differs by shape and not only by colour: waiting is a thin line, an attempt that fails an upright
//! stroke, being connected a thick bar, giving up a cross.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::canvas::{At, Canvas, Setting};
use super::palette::LIGHT;
use super::plot::{SMALL, TITLE};
use super::{DrawError, Size, labels};
use crate::report::chart::Role;
use crate::report::lanes::{Lanes, Look, Row};
use crate::report::ticks::ticks;

/// Room above, for the title and the legend, and below, for the axis [points].
const ROOM: (f64, f64) = (52.0, 44.0);
/// Height of a row [points].
pub(super) const ROW: f64 = 24.0;
/// Half the height of the stroke of an attempt, of a bar, and of a cross [points].
const STROKE: f64 = 7.0;
const BAR: f64 = 4.0;
const CROSS: f64 = 4.5;
/// Least distance of two strokes: more of them are a bar anyway [points].
const APART: f64 = 1.5;
/// Length of a sample in the legend, and the room beside it [points].
const SAMPLE: f64 = 18.0;
const AIR: f64 = 6.0;

/// The colour of what happens.
fn colour(look: Look) -> u32 {
    LIGHT.of(match look {
        Look::Connected | Look::Succeeds => Role::This,
        Look::Waits => Role::Neutral,
        Look::Fails | Look::GivenUp => Role::Limit,
    })
}

/// Draws timelines.
pub(super) fn draw<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    lanes: &Lanes,
    size: Size,
) -> Result<(), DrawError> {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    canvas.rect((0.0, 0.0), (width, height), LIGHT.plot, 1.0)?;
    let (mut names, mut endings) = (60.0_f64, 60.0_f64);
    for row in &lanes.rows {
        names = names.max(canvas.width(&row.name, &set(row.own, LIGHT.strong, HPos::Right))?);
        endings = endings.max(canvas.width(&row.ending, &set(false, LIGHT.weak, HPos::Left))?);
    }
    // Longer ones are cut: two thirds stay for what happens.
    let (names, endings) = (names.min(width / 5.0), endings.min(width / 4.0));
    let (left, right) = (names + AIR * 3.0, width - endings - AIR * 3.0);
    let (top, bottom) = (ROOM.0, height - ROOM.1);
    let x = |at: f64| left + lanes.x.position(at).clamp(0.0, 1.0) * (right - left);
    for shade in &lanes.shades {
        canvas.rect((x(shade.from), top), (x(shade.to), bottom), LIGHT.outage, 1.0)?;
    }
    let title = Setting { size: TITLE, strong: true, colour: LIGHT.strong, end: HPos::Left };
    let heading = labels::cut(canvas, &lanes.title, &title, width - AIR * 4.0)?;
    canvas.text(&heading, (AIR * 2.0, 16.0), &title)?;
    legend(canvas, (left, 38.0))?;
    let columns = ticks(&lanes.x, lanes.x.range, ((right - left) / 56.0) as usize);
    for tick in &columns.ticks {
        canvas.line(&[(x(tick.at), top), (x(tick.at), bottom)], 1.0, LIGHT.grid)?;
        canvas.text(&tick.label, (x(tick.at), bottom + 13.0), &set(false, LIGHT.weak, HPos::Center))?;
    }
    canvas.line(&[(left, bottom), (right, bottom)], 1.0, LIGHT.axis)?;
    let middle = (f64::midpoint(left, right), bottom + 31.0);
    canvas.text(&lanes.x.heading(&columns.unit), middle, &set(false, LIGHT.weak, HPos::Center))?;
    let step = (bottom - top) / lanes.rows.len().max(1) as f64;
    for (number, row) in lanes.rows.iter().enumerate() {
        let y = top + (number as f64 + 0.5) * step;
        let name = labels::cut(canvas, &row.name, &set(row.own, LIGHT.strong, HPos::Right), names)?;
        canvas.text(&name, (left - AIR, y), &set(row.own, LIGHT.strong, HPos::Right))?;
        pieces(canvas, row, &x, y)?;
        let ending = labels::cut(canvas, &row.ending, &set(false, LIGHT.weak, HPos::Left), endings)?;
        canvas.text(&ending, (right + AIR, y), &set(false, LIGHT.weak, HPos::Left))?;
    }
    Ok(())
}

fn set(strong: bool, colour: u32, end: HPos) -> Setting {
    Setting { size: SMALL, strong, colour, end }
}

/// Draws what happens in a row.
fn pieces<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    row: &Row,
    x: &dyn Fn(f64) -> f64,
    y: f64,
) -> Result<(), DrawError> {
    let mut last_stroke = f64::NEG_INFINITY;
    for piece in &row.pieces {
        let (from, to) = (x(piece.from), x(piece.to));
        let is_stroke = matches!(piece.look, Look::Fails | Look::Succeeds) && to - from < APART;
        if is_stroke && from - last_stroke < APART {
            continue;
        }
        if is_stroke {
            last_stroke = from;
        }
        sample(canvas, piece.look, (from, y), to)?;
    }
    Ok(())
}

/// Draws one thing that happens, from a place to the right.
fn sample<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    look: Look,
    (from, y): At,
    to: f64,
) -> Result<(), DrawError> {
    let ink = colour(look);
    match look {
        Look::Connected => canvas.rect((from, y - BAR), (to, y + BAR), ink, 1.0),
        Look::Waits => canvas.line(&[(from, y), (to, y)], 1.0, ink),
        Look::Fails | Look::Succeeds => {
            canvas.line(&[(from, y), (to, y)], 3.0, ink)?;
            canvas.line(&[(from, y - STROKE), (from, y + STROKE)], 1.0, ink)
        }
        Look::GivenUp => {
            canvas.line(&[(from - CROSS, y - CROSS), (from + CROSS, y + CROSS)], 2.0, ink)?;
            canvas.line(&[(from - CROSS, y + CROSS), (from + CROSS, y - CROSS)], 2.0, ink)
        }
    }
}

/// Explains the shapes.
fn legend<B: DrawingBackend>(canvas: &mut Canvas<B>, (mut x, y): At) -> Result<(), DrawError> {
    for (look, words) in Look::LEGEND {
        let from = if matches!(look, Look::Fails | Look::GivenUp) { x + SAMPLE / 2.0 } else { x };
        sample(canvas, look, (from, y), if from > x { from } else { x + SAMPLE })?;
        let text = set(false, LIGHT.weak, HPos::Left);
        canvas.text(words, (x + SAMPLE + AIR, y), &text)?;
        x += SAMPLE + AIR * 4.0 + canvas.width(words, &text)?;
    }
    Ok(())
}
