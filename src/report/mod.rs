//! What a result looks like before anybody draws it.
//!
//! A chart is described here once: series, bands, marks, axes and the sentence that speaks it. The
//! window paints the description on its canvas, files are drawn from the same description, and the
//! command line prints it as text, so that what is on the screen and what is in the report agree.
//!
//! Nothing here knows a toolkit, a pixel format or a colour: a [`chart::Role`] names what a curve *is*,
//! and whoever draws decides what that looks like in a dark room or on paper.

pub mod answers;
pub mod assumptions;
pub mod chart;
pub mod clusters;
pub mod compared;
pub mod decimate;
pub mod draw;
pub mod files;
mod head;
pub mod page;
pub mod recovery;
pub mod result;
pub mod terminal;
pub mod text;
pub mod text_chart;
pub mod ticks;
pub mod timeline;
pub mod topology;

pub use timeline::lanes;
