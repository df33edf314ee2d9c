//! A drawing that is handed on to be copied or written, whatever it shows.

use super::csv::{csv, of_lanes};
use super::{Drawing, Size};
use crate::report::chart::Chart;
use crate::report::lanes::Lanes;
use std::sync::Arc;

/// A drawing that is shared.
#[derive(Clone, Debug, PartialEq)]
pub enum Graphic {
    /// Curves over time.
    Chart(Arc<Chart>),
    /// Timelines side by side.
    Lanes(Arc<Lanes>),
}

impl Graphic {
    /// Returns its stable name.
    pub fn id(&self) -> &str {
        match self {
            Self::Chart(chart) => &chart.id,
            Self::Lanes(lanes) => &lanes.id,
        }
    }

    /// Returns its heading.
    pub fn title(&self) -> &str {
        match self {
            Self::Chart(chart) => &chart.title,
            Self::Lanes(lanes) => &lanes.title,
        }
    }

    /// Returns the sentence that speaks it.
    pub fn spoken(&self) -> &str {
        match self {
            Self::Chart(chart) => &chart.spoken,
            Self::Lanes(lanes) => &lanes.spoken,
        }
    }

    /// Returns how large it is drawn where nobody says how large.
    pub fn usual_size(&self) -> Size {
        match self {
            Self::Chart(_) => Size::PAGE,
            Self::Lanes(lanes) => Size::of_lanes(lanes),
        }
    }

    /// Returns it as rows of numbers.
    pub fn csv(&self) -> String {
        match self {
            Self::Chart(chart) => csv(chart),
            Self::Lanes(lanes) => of_lanes(lanes),
        }
    }
}

impl From<Chart> for Graphic {
    fn from(chart: Chart) -> Self {
        Self::Chart(Arc::new(chart))
    }
}

impl From<Arc<Chart>> for Graphic {
    fn from(chart: Arc<Chart>) -> Self {
        Self::Chart(chart)
    }
}

impl From<Lanes> for Graphic {
    fn from(lanes: Lanes) -> Self {
        Self::Lanes(Arc::new(lanes))
    }
}

impl From<Arc<Lanes>> for Graphic {
    fn from(lanes: Arc<Lanes>) -> Self {
        Self::Lanes(lanes)
    }
}

impl<'a> From<&'a Graphic> for Drawing<'a> {
    fn from(graphic: &'a Graphic) -> Self {
        match graphic {
            Graphic::Chart(chart) => Self::Chart(chart),
            Graphic::Lanes(lanes) => Self::Lanes(lanes),
        }
    }
}
