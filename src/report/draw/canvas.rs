//! A surface of points on which charts are drawn, whatever stands behind it.
//!
//! Positions are points, as in a style sheet; what is behind works in whole dots, several to a point, so
//! that curves are smooth. Lines of a picture are drawn piece by piece: where the curve touches itself,
//! one outline of it would have holes.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle, register_font};
use std::sync::OnceLock;

use super::DrawError;

/// The families that a text is set in, the embedded one first.
const FAMILY: &str = "Inter, Segoe UI, Helvetica, Arial, sans-serif";
/// Size that the drawing library takes for a text of one point [per point].
const EM: f64 = 1.24;

static FONTS: OnceLock<bool> = OnceLock::new();

/// Makes the embedded fonts known: texts are measured with them, and painted where there are no others.
fn fonts() -> Result<(), DrawError> {
    let known = FONTS.get_or_init(|| {
        let regular = include_bytes!("../../../assets/fonts/inter-tabular-regular.otf");
        let semi_bold = include_bytes!("../../../assets/fonts/inter-tabular-semibold.otf");
        register_font(FAMILY, FontStyle::Normal, regular).is_ok()
            && register_font(FAMILY, FontStyle::Bold, semi_bold).is_ok()
    });
    if *known { Ok(()) } else { Err(DrawError::Font) }
}

/// A position [points].
pub(super) type At = (f64, f64);

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    /// Size of the font [points].
    pub(super) size: f64,
    pub(super) strong: bool,
    pub(super) colour: u32,
    /// Which end of the text stands at its position.
    pub(super) end: HPos,
}

/// What is drawn on.
pub(super) struct Canvas<B: DrawingBackend> {
    backend: B,
    /// Dots per point.
    scale: f64,
    /// Whether it keeps outlines, rather than dots.
    vector: bool,
}

fn ink(colour: u32, alpha: f64) -> RGBAColor {
    RGBAColor((colour >> 16) as u8, (colour >> 8) as u8, colour as u8, alpha)
}

fn filled(colour: u32, alpha: f64) -> ShapeStyle {
    ShapeStyle { color: ink(colour, alpha), filled: true, stroke_width: 0 }
}

impl<B: DrawingBackend> Canvas<B> {
    /// Returns a canvas with this many dots per point.
    pub(super) fn new(backend: B, scale: f64, vector: bool) -> Result<Self, DrawError> {
        fonts()?;
        Ok(Self { backend, scale, vector })
    }

    fn dots(&self, (x, y): At) -> (i32, i32) {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn done<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, DrawError> {
        result.map_err(|error| DrawError::Drawing(error.to_string()))
    }

    /// Fills a rectangle.
    pub(super) fn rect(&mut self, from: At, to: At, colour: u32, alpha: f64) -> Result<(), DrawError> {
        let (from, to) = (self.dots(from), self.dots(to));
        if from.0 >= to.0 || from.1 >= to.1 {
            return Ok(());
        }
        Self::done(self.backend.draw_rect(from, to, &filled(colour, alpha), true))
    }

    /// Fills the area inside a line that ends where it begins.
    pub(super) fn area(&mut self, edge: &[At], colour: u32, alpha: f64) -> Result<(), DrawError> {
        let edge: Vec<(i32, i32)> = edge.iter().map(|at| self.dots(*at)).collect();
        if edge.len() < 3 {
            return Ok(());
        }
        Self::done(self.backend.fill_polygon(edge, &filled(colour, alpha)))
    }

    /// Draws a line through all positions, `width` wide [points].
    pub(super) fn line(&mut self, through: &[At], width: f64, colour: u32) -> Result<(), DrawError> {
        let thick = (width * self.scale).round().max(1.0) as u32;
        let style = ShapeStyle { color: ink(colour, 1.0), filled: false, stroke_width: thick };
        let mut dots: Vec<(i32, i32)> = through.iter().map(|at| self.dots(*at)).collect();
        dots.dedup();
        if dots.len() < 2 {
            return Ok(());
        }
        if self.vector {
            return Self::done(self.backend.draw_path(dots, &style));
        }
        for pair in dots.windows(2) {
            self.stroke(pair[0], pair[1], thick, &style)?;
        }
        // A disc has its radius on all sides of its middle dot: a little less than half stays inside the line.
        let radius = thick.saturating_sub(1) / 2;
        for joint in &dots[1..dots.len() - 1] {
            Self::done(self.backend.draw_circle(*joint, radius, &filled(colour, 1.0), true))?;
        }
        Ok(())
    }

    /// Draws one straight piece of a line; upright and level ones to the dot.
    fn stroke(
        &mut self,
        from: (i32, i32),
        to: (i32, i32),
        thick: u32,
        style: &ShapeStyle,
    ) -> Result<(), DrawError> {
        if from.0 != to.0 && from.1 != to.1 {
            return Self::done(self.backend.draw_path([from, to], style));
        }
        let (before, after) = ((thick / 2).cast_signed(), (thick - thick / 2).cast_signed());
        let across = i32::from(from.0 == to.0);
        let (low, high) = ((from.0.min(to.0), from.1.min(to.1)), (from.0.max(to.0), from.1.max(to.1)));
        let low = (low.0 - before * across, low.1 - before * (1 - across));
        let high = (high.0 + after * across, high.1 + after * (1 - across));
        let fill = ShapeStyle { filled: true, ..*style };
        Self::done(self.backend.draw_rect(low, high, &fill, true))
    }

    /// Draws a dot.
    pub(super) fn dot(&mut self, at: At, radius: f64, colour: u32) -> Result<(), DrawError> {
        let radius = (radius * self.scale).round().max(1.0) as u32;
        let at = self.dots(at);
        Self::done(self.backend.draw_circle(at, radius, &filled(colour, 1.0), true))
    }

    fn style(&self, set: &Setting) -> TextStyle<'static> {
        let weight = if set.strong { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name(FAMILY), set.size * EM * self.scale, weight);
        let color = plotters::style::Color::to_backend_color(&ink(set.colour, 1.0));
        TextStyle { font, color, pos: Pos::new(set.end, VPos::Center) }
    }

    /// Returns how wide a text is [points].
    pub(super) fn width(&self, text: &str, set: &Setting) -> Result<f64, DrawError> {
        let (width, _) = Self::done(self.style(set).font.box_size(text))?;
        Ok(f64::from(width) / self.scale)
    }

    /// Writes a text whose middle is at the height of `at`.
    pub(super) fn text(&mut self, text: &str, at: At, set: &Setting) -> Result<(), DrawError> {
        // A picture's letters stand on a line that is measured from their top, and so come out too high.
        let low = if self.vector { 0.0 } else { set.size * EM * 0.2 };
        let (at, style) = (self.dots((at.0, at.1 + low)), self.style(set));
        Self::done(self.backend.draw_text(text, &style, at))
    }

    /// Completes the drawing.
    pub(super) fn finish(mut self) -> Result<(), DrawError> {
        Self::done(self.backend.present())
    }
}
