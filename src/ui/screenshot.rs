//! Pictures of any screen without a display, a graphics card or the libraries of a window system.
//!
//! The application is drawn a few times into memory, as often as layout needs to settle, and the last
//! frame is painted by [`super::raster`]. Equal inputs give equal bytes on one build and processor.

use super::app::App;
use super::raster::Raster;
use super::request::Screen;
use super::theme;
use crate::desk::command::{FileCommand, SettingsCommand};
use crate::desk::{Desk, Env, Start, Theme};
use egui::{Context, Pos2, RawInput, Rect, Vec2, ViewportId};
use image::{ImageFormat, RgbaImage};
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// Frames that are drawn before the picture is taken: panels and labels need a few to find their size.
const FRAMES: u32 = 6;
/// Time between two frames [s].
const FRAME: f64 = 1.0 / 60.0;
/// Most pixels of a picture on one side.
const MOST: f32 = 16_384.0;

/// What a picture shows.
#[derive(Clone, Debug)]
pub struct Shot {
    /// What is opened.
    pub start: Start,
    /// Screen of the window.
    pub screen: Screen,
    /// Width and height of the window [points].
    pub size: [f32; 2],
    /// Pixels per point.
    pub scale: f32,
    /// Dark or light; as the system has it means dark.
    pub theme: Theme,
}

/// Why no picture was made.
#[derive(Debug, Error)]
pub enum ShotError {
    /// The picture would be empty or larger than 16 384 pixels on a side.
    #[error("A picture of {0} by {1} pixels cannot be made. Choose sides from 16 to 16384 pixels.")]
    Size(f32, f32),
    /// The picture could not be encoded.
    #[error("The picture could not be encoded as PNG: {0}")]
    Encode(#[from] image::ImageError),
}

/// Returns the picture as a PNG file.
///
/// # Errors
/// [`ShotError::Size`] for sizes that cannot be drawn, [`ShotError::Encode`] where encoding fails.
pub fn png(shot: Shot) -> Result<Vec<u8>, ShotError> {
    let mut bytes = Cursor::new(Vec::new());
    picture(shot)?.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// Returns the picture.
///
/// # Errors
/// [`ShotError::Size`] for sizes that cannot be drawn.
pub fn picture(shot: Shot) -> Result<RgbaImage, ShotError> {
    let (width, height) = (shot.size[0] * shot.scale, shot.size[1] * shot.scale);
    if !(16.0..=MOST).contains(&width) || !(16.0..=MOST).contains(&height) {
        return Err(ShotError::Size(width, height));
    }
    let now = Duration::ZERO;
    let mut desk = Desk::new(Env::isolated(Arc::new(|| {}), now), shot.start);
    let theme = if shot.theme == Theme::Light { Theme::Light } else { Theme::Dark };
    desk.apply(SettingsCommand::Theme(theme).into(), now);
    desk.apply(FileCommand::DismissHint.into(), now);
    desk.finish(now);
    let ctx = Context::default();
    let mut app = App::new(&ctx, desk, Box::new(|| Duration::ZERO), shot.screen);
    ctx.all_styles_mut(|style| style.animation_time = 0.0);

    let mut raster = Raster::default();
    let mut last = None;
    for frame in 0..FRAMES {
        // What the frame before asked for is waited for: a picture shows what is found, not the search.
        app.desk_mut().finish(now);
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::from(shot.size))),
            time: Some(f64::from(frame) * FRAME),
            ..RawInput::default()
        };
        if let Some(viewport) = input.viewports.get_mut(&ViewportId::ROOT) {
            viewport.native_pixels_per_point = Some(shot.scale);
        }
        let mut output = ctx.run_ui(input, |ui| {
            app.logic(ui.ctx());
            app.draw(ui);
        });
        raster.textures(&mut output.textures_delta);
        last = Some(output);
    }
    let Some(output) = last else { return Err(ShotError::Size(width, height)) };
    let shapes = ctx.tessellate(output.shapes, output.pixels_per_point);
    let ground = theme::tokens(&ctx).surface.panel;
    let size = [width.round() as u32, height.round() as u32];
    Ok(raster.render(&shapes, size, output.pixels_per_point, ground))
}
