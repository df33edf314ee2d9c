//! A report as files: which formats there are, what each holds, and the command line that makes it again.
//!
//! The command line and the window write their reports with this, so that the same project, seed and version give
//! the same bytes in both.

use super::draw::{self, DrawError, Graphic, Size};
use super::lanes::lanes;
use super::page::{self, Sheet};
use super::result::{Origin, ResultFile, Source};
use super::text::Told;
use crate::plan::Outcome;
use crate::plan::timeline::{timeline, usual_group};

/// Dots per point of a picture: sharp on paper and on fine screens.
pub const RATIO: u32 = 2;

/// What a report is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One page with everything in it.
    #[default]
    Html,
    /// Markdown for the board that decides on a change.
    Md,
    /// The result as `regather simulate --json` prints it.
    Json,
    /// Charts as vector graphics.
    Svg,
    /// Charts as pictures.
    Png,
    /// Charts as numbers.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Html, Self::Md, Self::Json, Self::Svg, Self::Png, Self::Csv];

    /// Those of charts, in the order in which they are offered for a single one.
    pub const CHARTS: [Self; 3] = [Self::Png, Self::Svg, Self::Csv];

    /// The word on the command line, which is the ending of its files too.
    pub fn word(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Md => "md",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Html => "HTML page",
            Self::Md => "Markdown for the change board",
            Self::Json => "JSON",
            Self::Svg => "Charts as SVG",
            Self::Png => "Charts as PNG",
            Self::Csv => "Charts as CSV",
        }
    }

    /// Returns whether it is one file per chart, which needs a folder.
    pub fn per_chart(self) -> bool {
        Self::CHARTS.contains(&self)
    }

    /// Returns whether it shows the safe region.
    pub fn has_region(self) -> bool {
        self == Self::Html
    }

    /// Returns whether its head has the number of a change.
    pub fn has_ticket(self) -> bool {
        matches!(self, Self::Html | Self::Md)
    }
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A chart could not be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The result could not be written as JSON.
    #[error("The result could not be written as JSON: {0}.")]
    Json(#[from] serde_json::Error),
}

/// Returns a report of one file; of a format with one file per chart, the page.
///
/// # Errors
/// [`FilesError`].
pub fn text(format: Format, sheet: &Sheet<'_>) -> Result<String, FilesError> {
    match format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(&ResultFile::of(
                &origin(&sheet.told, (sheet.file, sheet.text)),
                sheet.told.outcome,
                false,
            ))?;
            text.push('\n');
            Ok(text)
        }
        Format::Md => Ok(page::board(sheet)),
        _ => Ok(page::page(sheet)?),
    }
}

/// Returns where a result comes from.
fn origin<'a>(told: &Told<'a>, (name, text): (&'a str, &'a str)) -> Origin<'a> {
    Origin {
        source: Source { name, text, scenario: told.scenario, set: told.set },
        file: told.file,
        findings: told.findings,
    }
}

/// Returns the drawings of a report that has one file for each, with the names of the files: the charts, and one
/// device under each agent.
pub fn charts(format: Format, outcome: &Outcome, baseline: Option<&Outcome>) -> Vec<(String, Graphic)> {
    let fleet = &outcome.fleet;
    let alone = timeline(fleet, usual_group(fleet), outcome.study.seed);
    let alone = alone.map(|timeline| Graphic::from(lanes(&timeline)));
    let charts = page::charts(outcome, baseline).into_iter().map(Graphic::from);
    charts.chain(alone).map(|graphic| (format!("{}.{}", graphic.id(), format.word()), graphic)).collect()
}

/// Returns a drawing as a file of this size, or of its usual one; numbers have none.
///
/// # Errors
/// [`DrawError`] where it cannot be drawn.
pub fn chart(format: Format, graphic: &Graphic, size: Option<Size>) -> Result<Vec<u8>, DrawError> {
    let size = size.unwrap_or_else(|| graphic.usual_size());
    match format {
        Format::Png => draw::png(graphic, size, RATIO),
        Format::Csv => Ok(graphic.csv().into_bytes()),
        _ => draw::svg(graphic, size).map(String::into_bytes),
    }
}

/// Everything that the content of a report depends on, as it is said on the command line.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The project: a file, `-` or `example:NAME`.
    pub file: &'a str,
    /// Scenario, by id or name; `None` for the baseline.
    pub scenario: Option<&'a str>,
    /// What was set: name and value.
    pub set: &'a [(String, String)],
    /// Number of runs.
    pub runs: u32,
    /// Seed of the draws.
    pub seed: u64,
    /// What is written.
    pub format: Format,
    /// Number of the change.
    pub ticket: Option<&'a str>,
    /// How long is watched, where that was said.
    pub until: Option<&'a str>,
    /// Size of charts, where that was said.
    pub size: Option<Size>,
}

impl<'a> Said<'a> {
    /// Returns what is said of a report of the project as it is, in the window: nothing is set for it, and it
    /// shows all of the time in the usual size.
    pub fn plain(
        (file, scenario): (&'a str, Option<&'a str>),
        (runs, seed): (u32, u64),
        (format, ticket): (Format, Option<&'a str>),
    ) -> Self {
        Self { file, scenario, set: &[], runs, seed, format, ticket, until: None, size: None }
    }

    /// Returns the command line that makes the report again.
    pub fn command(&self) -> String {
        let mut words = vec!["regather".to_owned(), "report".to_owned(), quoted(self.file)];
        let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
        if let Some(scenario) = self.scenario {
            option("--scenario", scenario);
        }
        for (name, value) in self.set {
            option("--set", &format!("{name}={value}"));
        }
        if let Some(until) = self.until {
            option("--until", until);
        }
        option("--runs", &self.runs.to_string());
        option("--seed", &self.seed.to_string());
        option("--format", self.format.word());
        if let Some(size) = self.size {
            option("--size", &format!("{}x{}", size.width, size.height));
        }
        if let Some(ticket) = self.ticket {
            option("--ticket", ticket);
        }
        words.join(" ")
    }
}

/// Returns a word as a shell reads it as one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=%+,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words_in_a_shell() {
        assert_eq!(quoted("random_delay=5min"), "random_delay=5min");
        assert_eq!(quoted("night shift"), "'night shift'");
        assert_eq!(quoted("it's; rm"), "'it'\\''s; rm'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn the_command_says_everything_that_the_content_depends_on() {
        let said = Said {
            file: "my fleet.json",
            scenario: Some("what-if"),
            set: &[("random_delay".to_owned(), "5min".to_owned())],
            runs: 20,
            seed: 7,
            format: Format::Md,
            ticket: Some("CHG-1"),
            until: Some("30min"),
            size: None,
        };
        assert_eq!(
            said.command(),
            "regather report 'my fleet.json' --scenario what-if --set random_delay=5min --until 30min --runs 20 \
             --seed 7 --format md --ticket CHG-1"
        );
    }
}
