//! `regather screenshot`: asks for a picture of a screen, drawn without display or graphics card.
//!
//! This module reads the project and the wishes; the picture itself is the business of the window's
//! module, to which the binary hands the [`ScreenshotArgs`].

use super::Action;
use crate::cli::error::{CommandError, Kind};
use crate::cli::source::{Project, Source};
use crate::fleet::FleetFile;
use crate::fleet::example::EXAMPLES;
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

/// Longest side of a picture [pixels].
const LONGEST_SIDE: f64 = 16_384.0;

/// Arguments of `regather screenshot`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather screenshot -o simulate.png
  regather screenshot fleet.json --screen fleet --theme light -o fleet.png")]
pub struct Args {
    /// Project file; `-` is stdin, `example:NAME` a shipped one; without it the first example
    file: Option<OsString>,
    /// Screen to show
    #[arg(long, value_enum, default_value = "simulate")]
    screen: Screen,
    /// Size of the window in points
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1280x720")]
    size: Size,
    /// Pixels per point
    #[arg(long, default_value = "1", value_parser = scale)]
    scale: f32,
    /// Colours
    #[arg(long, value_enum, default_value = "dark")]
    theme: Theme,
    /// PNG file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Print errors as JSON
    #[arg(long)]
    json: bool,
}

/// A screen of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Screen {
    /// What-if, curves and result
    Simulate,
    /// Groups and their settings
    Fleet,
    /// Machines of the cluster
    Topology,
    /// What it takes to meet the targets
    Recommend,
    /// Files of the agents
    Configs,
    /// Files on their way to devices, in waves
    #[cfg(feature = "push")]
    #[value(name = "roll-out")]
    Rollout,
    /// Real agents and their rehearsal
    Live,
    /// What a report holds
    Report,
}

impl Screen {
    /// Returns the word on the command line, which is also the screen's name in lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Simulate => "simulate",
            Self::Fleet => "fleet",
            Self::Topology => "topology",
            Self::Recommend => "recommend",
            Self::Configs => "configs",
            #[cfg(feature = "push")]
            Self::Rollout => "roll-out",
            Self::Live => "live",
            Self::Report => "report",
        }
    }
}

/// Colours of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Theme {
    /// Light on dark
    Dark,
    /// Dark on light
    Light,
}

/// Size of the window [points].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width [points].
    pub width: u32,
    /// Height [points].
    pub height: u32,
}

impl Size {
    /// Returns width and height [points].
    pub fn points(self) -> [f32; 2] {
        [self.width as f32, self.height as f32]
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |text: &str| text.trim().parse().ok().filter(|side| (100..=16_384).contains(side));
        let sides =
            text.split_once(['x', '×']).and_then(|(width, height)| Some((side(width)?, side(height)?)));
        match sides {
            Some((width, height)) => Ok(Self { width, height }),
            None => Err("write width and height in points, 100 to 16384 each, such as `1280x720`".to_owned()),
        }
    }
}

/// Reads a scale.
fn scale(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|scale| (0.25..=8.0).contains(scale))
        .ok_or_else(|| "write a number from 0.25 to 8, such as `1` or `2`".to_owned())
}

/// A picture that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ScreenshotArgs {
    /// How the project is named in the window's title.
    pub name: String,
    /// Its own file, beside which its list of devices lies; `None` for stdin and shipped examples.
    pub path: Option<PathBuf>,
    /// The project.
    pub file: FleetFile,
    /// Screen to show.
    pub screen: Screen,
    /// Size of the window.
    pub size: Size,
    /// Pixels per point, 0.25..=8.
    pub scale: f32,
    /// Colours.
    pub theme: Theme,
    /// PNG file to write.
    pub output: PathBuf,
    /// Whether errors are written as JSON.
    pub json: bool,
}

/// Runs the subcommand: reads the project and passes the wish on.
pub(super) fn run(args: &Args) -> Result<Action, CommandError> {
    if !cfg!(feature = "gui") {
        return Err(CommandError::new(
            Kind::NoWindow,
            "This program was built without its window, so it cannot draw one either.",
        )
        .hint("Build it with the feature `gui`, which is on by default."));
    }
    let longest = f64::from(args.size.width.max(args.size.height)) * f64::from(args.scale);
    if longest > LONGEST_SIDE {
        return Err(CommandError::usage(format!(
            "The picture would be {longest:.0} pixels long; {LONGEST_SIDE:.0} is the most that is drawn."
        ))
        .hint("Ask for a smaller --size or --scale."));
    }
    let example = OsString::from(format!("example:{}", EXAMPLES[0].name));
    let named = args.file.as_ref().unwrap_or(&example);
    let project = Project::load(named)?;
    let path = match Source::of(named)? {
        Source::Path(path) => Some(path.into()),
        Source::Stdin | Source::Example(_) => None,
    };
    Ok(Action::Screenshot(ScreenshotArgs {
        name: project.shown,
        path,
        file: project.file,
        screen: args.screen,
        size: args.size,
        scale: args.scale,
        theme: args.theme,
        output: args.output.clone(),
        json: args.json,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_scales_are_checked() {
        assert_eq!("1280x720".parse(), Ok(Size { width: 1280, height: 720 }));
        for text in ["", "1280", "0x720", "1280x99999", "-1x5", "axb"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
        assert_eq!(scale("2"), Ok(2.0));
        assert!(scale("NaN").is_err() && scale("0").is_err() && scale("99").is_err());
    }
}
