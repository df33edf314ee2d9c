//! The chart of a rehearsal as a file: dots as measured on the band as simulated.

use crate::base::Micros;
use crate::cli::error::CommandError;
use crate::cli::output::{Output, write_file};
use crate::live::herd;
use crate::plan::Outcome;
use crate::report::draw::Graphic;
use crate::report::files::{self, Format};
use crate::report::recovery::{Measured, rehearsed};
use std::ffi::OsStr;
use std::path::Path;

/// Where a chart goes, and as what.
pub(super) struct Picture<'a> {
    path: &'a Path,
    format: Format,
}

impl<'a> Picture<'a> {
    /// Reads what the ending of a file says.
    ///
    /// # Errors
    /// It says nothing that a chart can be written as, or the file is the project.
    pub(super) fn of(file: &'a OsStr, project: &OsStr) -> Result<Self, CommandError> {
        Output::of(Some(file)).differs_from(project)?;
        let path = Path::new(file);
        let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        let format = Format::CHARTS.into_iter().find(|format| format.word().eq_ignore_ascii_case(ending));
        let Some(format) = format else {
            return Err(CommandError::usage(format!(
                "The ending of the picture says nothing about its format, so nothing was begun: {}.",
                path.display()
            ))
            .hint("Let it end with .png, .svg or .csv."));
        };
        Ok(Self { path, format })
    }

    /// Writes the chart of a rehearsal in which so many agents were away.
    ///
    /// # Errors
    /// It cannot be drawn or written.
    pub(super) fn write(
        &self,
        band: &Outcome,
        agents: &herd::Outcome,
        away: u64,
    ) -> Result<(), CommandError> {
        let until = match agents.back_at.last() {
            // A curve ends where the last agent that came back was back, or where the watch ended.
            Some(last) if agents.account.abandoned == 0 => *last + Micros::SECOND,
            _ => Micros::from_secs(agents.curve.len() as u64),
        };
        let chart = rehearsed(band, Measured { back_at: &agents.back_at, away, until });
        let bytes = files::chart(self.format, &Graphic::from(chart), None);
        write_file(self.path, &bytes.map_err(|error| CommandError::drawing(&error))?)
    }
}
