//! What the program remembers between starts: theme, zoom, recent files, runs, the size of the window.
//!
//! The file is forgiving: a field that is missing or not readable takes its default and the others
//! stay; fields that this version does not know are kept. Of a project it holds the path
//! and which of its scenarios are shown, nothing else.

use super::recent;
use crate::base::file::{self, FileError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Name of the file in the folder of settings.
pub(super) const FILE: &str = "settings.json";
/// Longest settings file that is read [bytes].
const BYTES: u64 = 1 << 20;
/// Runs of a simulation until somebody changes it.
pub const DEFAULT_RUNS: u32 = 50;
/// Most runs of a simulation; more would not narrow an interval that anybody could act upon.
pub const MAX_RUNS: u32 = 1_000;
/// Seed of the draws until somebody changes it.
pub const DEFAULT_SEED: u64 = 42;
/// Smallest zoom, a factor.
pub const MIN_ZOOM: f32 = 0.5;
/// Largest zoom, a factor.
pub const MAX_ZOOM: f32 = 3.0;
/// Factors offered by zoom in and zoom out.
const ZOOMS: [f32; 13] = [0.5, 0.67, 0.75, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0];

/// Dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop has it.
    #[default]
    System,
    /// Light text on a dark ground.
    Dark,
    /// Dark text on a light ground.
    Light,
}

/// What is remembered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// Dark, light, or as the desktop has it.
    pub theme: Theme,
    /// Zoom, a factor from [`MIN_ZOOM`] to [`MAX_ZOOM`].
    pub zoom: f32,
    /// Project files opened or saved last, newest first, at most [`recent::MOST`].
    pub recent: Vec<PathBuf>,
    /// How the results of projects were looked at, newest first, at most [`recent::MOST`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<recent::Look>,
    /// Runs of a simulation, 1 to [`MAX_RUNS`].
    pub runs: u32,
    /// Whether the hint of the first start was dismissed.
    pub hint_dismissed: bool,
    /// Width and height of the window when it was closed [points].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<(f32, f32)>,
    /// Plan or journal of the roll-out that was open, to be shown again.
    #[cfg(feature = "push")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollout: Option<PathBuf>,
    /// Fields of other versions, kept as they are.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            zoom: 1.0,
            recent: Vec::new(),
            looks: Vec::new(),
            runs: DEFAULT_RUNS,
            hint_dismissed: false,
            window: None,
            #[cfg(feature = "push")]
            rollout: None,
            unknown: Map::new(),
        }
    }
}

impl Settings {
    /// Reads settings; `None` where the text is no JSON object.
    pub fn parse(text: &str) -> Option<Self> {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(text) else { return None };
        let blank = Self::default();
        let mut settings = Self {
            theme: take(&mut fields, "theme").unwrap_or(blank.theme),
            zoom: take(&mut fields, "zoom").filter(|zoom| zoom_fits(*zoom)).unwrap_or(blank.zoom),
            recent: take(&mut fields, "recent").unwrap_or_default(),
            looks: take(&mut fields, "looks").unwrap_or_default(),
            runs: take(&mut fields, "runs").filter(|runs| runs_fit(*runs)).unwrap_or(blank.runs),
            hint_dismissed: take(&mut fields, "hint_dismissed").unwrap_or(blank.hint_dismissed),
            window: take(&mut fields, "window").filter(|size| window_fits(*size)),
            #[cfg(feature = "push")]
            rollout: take(&mut fields, "rollout"),
            unknown: fields,
        };
        recent::tidy(&mut settings.recent);
        settings.looks.truncate(recent::MOST);
        Some(settings)
    }

    /// Returns the text of the settings file.
    pub fn text(&self) -> String {
        // Plain data with text keys always has a text; an empty object is read as all defaults.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_else(|_| "{}".to_owned());
        text.push('\n');
        text
    }

    /// Returns the next larger zoom, the same where there is none.
    pub fn zoom_in(&self) -> f32 {
        ZOOMS.into_iter().find(|zoom| *zoom > self.zoom + 0.005).unwrap_or(self.zoom)
    }

    /// Returns the next smaller zoom, the same where there is none.
    pub fn zoom_out(&self) -> f32 {
        ZOOMS.into_iter().rev().find(|zoom| *zoom < self.zoom - 0.005).unwrap_or(self.zoom)
    }
}

/// Returns the settings of a folder, and what is to be said where they could not be read.
pub(super) fn load(folder: Option<&Path>) -> (Settings, Option<String>) {
    let Some(path) = folder.map(|folder| folder.join(FILE)) else { return (Settings::default(), None) };
    let trouble = match file::read_text(&path, BYTES) {
        Ok(text) => match Settings::parse(&text) {
            Some(settings) => return (settings, None),
            None => {
                format!("The settings are not readable, so their defaults are used: `{}`", path.display())
            }
        },
        Err(FileError::NotFound { .. }) => return (Settings::default(), None),
        Err(error) => format!("The settings could not be read, so their defaults are used. {error}"),
    };
    (Settings::default(), Some(trouble))
}

/// Takes a field out; `None` where it is missing or something else than expected.
fn take<T: for<'de> Deserialize<'de>>(fields: &mut Map<String, Value>, key: &str) -> Option<T> {
    serde_json::from_value(fields.shift_remove(key)?).ok()
}

/// Returns whether a zoom can be shown.
pub(super) fn zoom_fits(zoom: f32) -> bool {
    (MIN_ZOOM..=MAX_ZOOM).contains(&zoom)
}

/// Returns whether a simulation can have that many runs.
pub(super) fn runs_fit(runs: u32) -> bool {
    (1..=MAX_RUNS).contains(&runs)
}

/// Returns whether a window can have that size [points].
pub(super) fn window_fits((width, height): (f32, f32)) -> bool {
    [width, height].into_iter().all(|side| (100.0..=100_000.0).contains(&side))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_its_own_text_and_keeps_strangers() {
        let text = r#"{"theme": "dark", "zoom": 1.25, "recent": ["/a.json"], "runs": 20, "hint_dismissed": true,
            "window": [1280.0, 720.0], "from_the_future": {"a": [1, 2]}}"#;
        let settings = Settings::parse(text).unwrap();
        assert_eq!((settings.theme, settings.zoom, settings.runs), (Theme::Dark, 1.25, 20));
        assert_eq!(settings.window, Some((1280.0, 720.0)));
        assert!(settings.text().contains("from_the_future"));
        assert_eq!(Settings::parse(&settings.text()).unwrap(), settings);
    }

    #[test]
    fn a_broken_field_costs_itself_only() {
        let text = r#"{"theme": "pink", "zoom": 40, "recent": 7, "runs": 0, "window": [1e9, -1], "hint_dismissed": true}"#;
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings, Settings { hint_dismissed: true, ..Settings::default() });
        assert_eq!(Settings::parse("{}").unwrap(), Settings::default());
        for text in ["", "[]", "{\"theme\":", "null"] {
            assert_eq!(Settings::parse(text), None, "{text}");
        }
    }

    #[test]
    fn zoom_steps_end_at_both_ends() {
        let mut settings = Settings::default();
        for _ in 0..30 {
            settings.zoom = settings.zoom_in();
        }
        assert_eq!(settings.zoom, MAX_ZOOM);
        for _ in 0..30 {
            settings.zoom = settings.zoom_out();
        }
        assert_eq!(settings.zoom, MIN_ZOOM);
    }
}
