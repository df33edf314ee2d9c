//! The native window: options, start, and what to say when no window can be opened.
//!
//! A missing display, library or graphics driver shows itself in many ways, some of them panics inside
//! the windowing library. All of them end in one [`NoWindow`] with a sentence and what to do.

use super::app::Moments;
use eframe::NativeOptions;
use egui::ViewportBuilder;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use thiserror::Error;

/// Why no window could be opened, in words, and what to do.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{what} {fix}")]
pub struct NoWindow {
    /// What is missing.
    pub what: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// Smallest size of the window [points].
const MIN_SIZE: [f32; 2] = [800.0, 500.0];
/// Size of the window when nothing is remembered [points].
const SIZE: [f32; 2] = [1280.0, 800.0];

/// What is missing, by a word in the message of the windowing library.
const CAUSES: &[(&str, &str, &str)] = &[
    (
        "neither WAYLAND_DISPLAY",
        "There is no display.",
        "Run it on a desktop or under `xvfb-run`, or use a subcommand such as `regather simulate FILE`.",
    ),
    ("X server", "The X display does not answer.", "Check DISPLAY, or start a display server."),
    (
        "wayland compositor",
        "The Wayland display does not answer.",
        "Unset WAYLAND_DISPLAY to use X11, or start a compositor.",
    ),
    (
        "xlib",
        "Libraries of the X window system are missing.",
        "On Debian: apt install libx11-6 libx11-xcb1 libxcursor1 libxi6.",
    ),
    ("xkbcommon", "The keyboard library is missing.", "On Debian: apt install libxkbcommon-x11-0."),
    ("XKBNotFound", "Keyboard data is missing.", "On Debian: apt install xkb-data."),
    (
        "glutin",
        "No OpenGL was found.",
        "On Debian: apt install libgl1 libgl1-mesa-dri, or use `regather screenshot`, which needs no graphics.",
    ),
    (
        "OpenGL",
        "OpenGL is too old or missing.",
        "Update the graphics driver, or use `regather screenshot`, which needs no graphics.",
    ),
    (
        "WGPU",
        "No graphics device was found.",
        "Update the graphics driver, or use `regather screenshot`, which needs no graphics.",
    ),
];

/// What is said when the cause is not known.
const UNKNOWN: NoWindow = NoWindow {
    what: "The window could not be opened.",
    fix: "Use a subcommand such as `regather simulate FILE`, which needs no window.",
};

impl NoWindow {
    /// Returns the cause behind a message of the windowing library. The message itself is not shown: it
    /// names source files of other people's machines.
    fn from_message(message: &str) -> Self {
        CAUSES
            .iter()
            .find(|(sign, ..)| message.contains(sign))
            .map_or(UNKNOWN, |&(_, what, fix)| Self { what, fix })
    }
}

/// Opens the window and returns when it is closed.
///
/// `create` makes the application once the window exists; what it is given must be told of the first
/// frame.
///
/// # Errors
/// [`NoWindow`] where the window cannot be opened.
///
/// # Panics
/// Passes on a panic of the application itself once it has drawn a frame.
pub fn open<A: eframe::App + 'static>(
    size: Option<[f32; 2]>,
    create: impl FnOnce(&eframe::CreationContext<'_>, Arc<Moments>) -> A,
) -> Result<Arc<Moments>, NoWindow> {
    let started: Arc<Moments> = Arc::default();
    let moments = Arc::clone(&started);
    let mut viewport = ViewportBuilder::default()
        .with_title("Regather")
        .with_app_id("regather")
        .with_inner_size(size.unwrap_or(SIZE))
        .with_min_inner_size(MIN_SIZE);
    if let Ok(icon) = eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon-256.png")) {
        viewport = viewport.with_icon(icon);
    }
    let options = NativeOptions { viewport, renderer: renderer(), ..NativeOptions::default() };
    let hook = quiet_hook(&started);
    let result = catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native("Regather", options, Box::new(|cc| Ok(Box::new(create(cc, moments)))))
    }));
    std::panic::set_hook(hook);
    match result {
        Ok(Ok(())) => Ok(started),
        Ok(Err(error)) => Err(NoWindow::from_message(&error.to_string())),
        Err(panic) if started.frame().is_some() => resume_unwind(panic),
        Err(panic) => {
            let message = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or_default();
            Err(NoWindow::from_message(message))
        }
    }
}

/// A hook that is told of panics.
type Hook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Sync + Send>;

/// Keeps panics quiet until the first frame: until then they mean that there is no window, and are
/// said in words. Returns the hook to put back.
fn quiet_hook(started: &Arc<Moments>) -> Hook {
    let usual = Arc::new(std::panic::take_hook());
    let (started, loud) = (Arc::clone(started), Arc::clone(&usual));
    std::panic::set_hook(Box::new(move |info| {
        if started.frame().is_some() {
            loud(info);
        }
    }));
    Box::new(move |info| usual(info))
}

/// Returns the renderer of this system: remote desktops on Windows often offer only OpenGL 1.1.
fn renderer() -> eframe::Renderer {
    #[cfg(windows)]
    {
        eframe::Renderer::Wgpu
    }
    #[cfg(not(windows))]
    {
        eframe::Renderer::Glow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_cause_gets_its_own_sentence() {
        let seen = [
            (
                "os error: neither WAYLAND_DISPLAY nor WAYLAND_SOCKET nor DISPLAY is set.",
                "There is no display.",
            ),
            ("Failed to open connection to X server", "The X display does not answer."),
            ("Could not find wayland compositor", "The Wayland display does not answer."),
            (
                "Failed to load one of xlib's shared libraries",
                "Libraries of the X window system are missing.",
            ),
            ("Library libxkbcommon-x11.so could not be loaded.", "The keyboard library is missing."),
            ("called unwrap on an Err value: XKBNotFound", "Keyboard data is missing."),
            ("Found no glutin configs matching the template", "No OpenGL was found."),
            ("WGPU error: Failed to create surface for any enabled backend", "No graphics device was found."),
            ("something new", "The window could not be opened."),
        ];
        for (message, what) in seen {
            assert_eq!(NoWindow::from_message(message).what, what, "{message}");
        }
    }
}
