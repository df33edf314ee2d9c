//! What is remembered between starts.

use crate::base::{Severity, units};
use crate::desk::Desk;
use crate::desk::command::SettingsCommand;
use crate::desk::settings::{MAX_ZOOM, MIN_ZOOM, window_fits, zoom_fits};

impl Desk {
    pub(super) fn apply_settings(&mut self, command: SettingsCommand) {
        match command {
            SettingsCommand::Theme(theme) => self.settings.theme = theme,
            SettingsCommand::Zoom(zoom) if zoom_fits(zoom) => self.settings.zoom = zoom,
            SettingsCommand::Zoom(zoom) => {
                let [low, high, now] =
                    [MIN_ZOOM, MAX_ZOOM, self.settings.zoom].map(f64::from).map(units::percent);
                let text = format!("The zoom goes from {low} to {high}, so it stays at {now}: `{zoom}`");
                self.say(Severity::Warning, text, None);
            }
            SettingsCommand::Window { width, height } => {
                // A window that is minimised or not on a screen yet has no size worth remembering.
                if window_fits((width, height)) {
                    self.settings.window = Some((width, height));
                }
            }
        }
    }
}
