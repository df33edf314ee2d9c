//! Charts as files: SVG text, PNG bytes, CSV rows.
//!
//! The same description that the window paints is drawn here on paper: the same ticks, the same words and
//! the same thinning, in the colours of daylight. Curves differ by more than colour, so that a
//! black-and-white print can be read. The same chart gives the same bytes on every run and every machine.
//!
//! Nothing is written to the disk here, and nothing of the window is known.

mod canvas;
mod csv;
mod graphic;
mod labels;
mod lanes;
pub(crate) mod palette;
mod plot;
mod png;

#[cfg(test)]
pub(in crate::report) mod tests;

pub use self::csv::csv;
pub use self::graphic::Graphic;

use self::canvas::Canvas;
use super::chart::Chart;
use super::lanes::Lanes;
use plotters::backend::{BitMapBackend, DrawingBackend, RGBPixel, SVGBackend};

/// How large a chart is drawn [points].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width [points], 240 to 4000.
    pub width: u32,
    /// Height [points], 140 to 4000.
    pub height: u32,
}

/// Why a chart could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// There is no room for axes, or more dots than a picture should have.
    #[error(
        "A chart of {width} × {height} points cannot be drawn: axes need room, and memory has an end. Choose 240 × 140 to 4000 × 4000."
    )]
    Size {
        /// Width that was asked for [points].
        width: u32,
        /// Height that was asked for [points].
        height: u32,
    },
    /// The embedded font is damaged.
    #[error(
        "The embedded font cannot be read, so no chart has labels. This is a mistake in the program; please report it."
    )]
    Font,
    /// The drawing library gave up.
    #[error(
        "The chart could not be drawn, so the file is missing. Choose another format, and please report it: {0}."
    )]
    Drawing(String),
}

/// What can be drawn.
#[derive(Clone, Copy, Debug)]
pub enum Drawing<'a> {
    /// Curves over time.
    Chart(&'a Chart),
    /// Timelines side by side.
    Lanes(&'a Lanes),
}

impl<'a> From<&'a Chart> for Drawing<'a> {
    fn from(chart: &'a Chart) -> Self {
        Self::Chart(chart)
    }
}

impl<'a> From<&'a Lanes> for Drawing<'a> {
    fn from(lanes: &'a Lanes) -> Self {
        Self::Lanes(lanes)
    }
}

impl Drawing<'_> {
    /// Returns the sentence that speaks it.
    fn spoken(&self) -> &str {
        match self {
            Self::Chart(chart) => &chart.spoken,
            Self::Lanes(lanes) => &lanes.spoken,
        }
    }

    fn draw<B: DrawingBackend>(self, canvas: &mut Canvas<B>, size: Size) -> Result<(), DrawError> {
        match self {
            Self::Chart(chart) => plot::draw(canvas, chart, size),
            Self::Lanes(lanes) => lanes::draw(canvas, lanes, size),
        }
    }
}

/// Dots per point in SVG text: positions are whole numbers there.
const FINE: u32 = 4;
/// Dots per dot of a picture, in each direction, from which its dots are mixed.
const MIXED: u32 = 2;

impl Size {
    /// Three charts of this size fill a page.
    pub const PAGE: Self = Self { width: 880, height: 300 };

    /// Returns as much of a page as timelines need.
    pub fn of_lanes(lanes: &Lanes) -> Self {
        let rows = u32::try_from(lanes.rows.len().max(3)).unwrap_or(u32::MAX);
        Self { height: rows.saturating_mul(lanes::ROW as u32).saturating_add(96), ..Self::PAGE }
    }

    fn checked(self) -> Result<Self, DrawError> {
        let Self { width, height } = self;
        if (240..=4_000).contains(&width) && (140..=4_000).contains(&height) {
            Ok(self)
        } else {
            Err(DrawError::Size { width, height })
        }
    }
}

/// Returns a chart as an SVG file.
///
/// # Errors
/// [`DrawError`], for a size without room first of all.
pub fn svg<'a>(drawing: impl Into<Drawing<'a>>, size: Size) -> Result<String, DrawError> {
    let chart = drawing.into();
    let body = drawn(chart, size)?;
    let Size { width, height } = size;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" {}{body}",
        opening(chart, size)
    ))
}

/// Returns a chart as an `svg` element of an HTML page; it is as wide as its place there.
///
/// # Errors
/// As [`svg`].
pub fn inline<'a>(drawing: impl Into<Drawing<'a>>, size: Size) -> Result<String, DrawError> {
    let chart = drawing.into();
    let body = drawn(chart, size)?;
    Ok(format!("<svg {}{body}", opening(chart, size)))
}

/// Returns the rest of the opening tag, and the sentence that speaks the chart.
fn opening(chart: Drawing<'_>, size: Size) -> String {
    let mut spoken = String::new();
    escape(chart.spoken(), &mut spoken);
    let (width, height) = (size.width * FINE, size.height * FINE);
    format!("viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{spoken}</title>\n")
}

/// Returns the elements of a chart, with the closing tag.
fn drawn(chart: Drawing<'_>, size: Size) -> Result<String, DrawError> {
    let size = size.checked()?;
    let mut text = String::new();
    let backend = SVGBackend::with_string(&mut text, (size.width * FINE, size.height * FINE));
    let mut canvas = Canvas::new(backend, f64::from(FINE), true)?;
    chart.draw(&mut canvas, size)?;
    canvas.finish()?;
    // The library opens the element with a size in dots: everything but that is kept.
    let (_, body) = text.split_once(">\n").unwrap_or_default();
    Ok(body.to_owned())
}

/// A chart as dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Dots beside each other.
    pub width: u32,
    /// Dots above each other.
    pub height: u32,
    /// Red, green and blue of each dot, row by row from the top.
    pub rgb: Vec<u8>,
}

/// Returns a chart as a PNG file with `ratio` dots per point (1 to 4).
///
/// # Errors
/// As [`svg`]; the size counts in dots here.
pub fn png<'a>(drawing: impl Into<Drawing<'a>>, size: Size, ratio: u32) -> Result<Vec<u8>, DrawError> {
    let Picture { width, height, rgb } = picture(drawing, size, ratio)?;
    png::file(&rgb, (width, height))
}

/// Returns a chart as dots, `ratio` of them per point (1 to 4).
///
/// # Errors
/// As [`png`].
pub fn picture<'a>(drawing: impl Into<Drawing<'a>>, size: Size, ratio: u32) -> Result<Picture, DrawError> {
    let chart = drawing.into();
    let size = size.checked()?;
    let ratio = ratio.max(1);
    let dots = Size { width: size.width.saturating_mul(ratio), height: size.height.saturating_mul(ratio) }
        .checked()?;
    let (wide, high) = (dots.width * MIXED, dots.height * MIXED);
    let mut buffer = vec![0_u8; wide as usize * high as usize * 3];
    let backend = BitMapBackend::<RGBPixel>::with_buffer_and_format(&mut buffer, (wide, high))
        .map_err(|error| DrawError::Drawing(error.to_string()))?;
    let mut canvas = Canvas::new(backend, f64::from(ratio * MIXED), false)?;
    chart.draw(&mut canvas, size)?;
    canvas.finish()?;
    let rgb = png::shrunk(&buffer, (dots.width, dots.height), MIXED);
    Ok(Picture { width: dots.width, height: dots.height, rgb })
}

/// Adds a text so that no character of it is markup, in HTML and in XML, in elements and in attributes.
///
/// Characters that XML does not allow at all are shown as `�`.
pub(crate) fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '&' => into.push_str("&amp;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            '\t' | '\n' | '\r' => into.push(' '),
            // The last ones would change the order in which others are read.
            '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => into.push('\u{fffd}'),
            other => into.push(other),
        }
    }
}
