//! The window: what a person sees and touches.
//!
//! Panels draw what the desk holds and answer with commands; they own nothing but the state of their
//! widgets. Nothing here opens a file, a socket or a thread. All colours, sizes and fonts come from
//! [`theme`]; charts are painted from the descriptions in [`crate::report::chart`]; pictures of any screen
//! are made without display or graphics card by [`raster`].

mod app;
mod configs;
mod dialog;
mod fleet;
mod keys;
mod live;
pub mod raster;
mod recommend;
mod report;
pub mod request;
#[cfg(feature = "push")]
mod rollout;
pub mod screenshot;
pub mod setting;
mod shell;
mod simulate;
pub mod theme;
mod topology;
pub mod widget;
pub mod window;

pub use app::{App, Clock, Moments};

use crate::desk::{Desk, Env, Start};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Opens the window on a desk of its own; returns, when it is closed, when its first frames were drawn.
///
/// The desk is opened before the window, so that the first runs are simulated while the system still
/// makes the window.
///
/// # Errors
/// [`window::NoWindow`] where the window cannot be opened; nothing is lost then.
pub fn show(start: Start, clock: impl Fn() -> Duration + 'static) -> Result<Arc<Moments>, window::NoWindow> {
    let context: Arc<OnceLock<egui::Context>> = Arc::default();
    let slot = Arc::clone(&context);
    let wake = move || {
        if let Some(context) = slot.get() {
            context.request_repaint();
        }
    };
    let now = clock();
    let desk = Desk::new(Env::standard(Arc::new(wake), now), start);
    let size = desk.view(now).settings.window;
    window::open(size.map(|(width, height)| [width, height]), move |created, moments| {
        // The slot is empty: this closure runs once.
        let _ = context.set(created.egui_ctx.clone());
        App::new(&created.egui_ctx, desk, Box::new(clock), request::Screen::Simulate).with_moments(moments)
    })
}
