//! Pictures of the window without display, graphics card or driver.
//!
//! egui turns a frame into coloured, textured triangles; this module fills them on the processor. It
//! serves the headless `screenshot` command, the pictures of the README, bug reports from machines
//! without OpenGL, and the picture tests. Blending is in gamma space with premultiplied alpha and
//! textures are filtered with four taps, as egui's own painters do, so pictures match the window.
//!
//! Positions are fixed-point integers and the rest is plain `f32` and integer arithmetic in a fixed
//! order: the same frame gives the same bytes. Odd input (indices out of range, positions that are not
//! numbers, unknown textures) draws nothing instead of failing. Paint callbacks cannot be drawn, as they
//! talk to a graphics card; nothing in this program uses one.

mod span;
mod texture;

use std::collections::BTreeMap;

use crate::report::draw::Picture;
use egui::epaint::{ClippedPrimitive, Mesh, Primitive};
use egui::{Color32, ColorImage, Rect, TextureId, TexturesDelta};
use image::RgbaImage;

use span::{Area, Triangle};
use texture::Texture;

/// Returns a finished drawing as egui takes it, for the clipboard.
pub fn image(drawing: &Picture) -> ColorImage {
    ColorImage::from_rgb([drawing.width as usize, drawing.height as usize], &drawing.rgb)
}

/// Largest picture drawn [pixels]: 16 k by 16 k.
const MOST_PIXELS: u64 = 1 << 28;

/// Draws egui's output on the processor; keeps the textures between frames.
#[derive(Default)]
pub struct Raster {
    textures: BTreeMap<TextureId, Texture>,
    /// Textures to forget before the next frame: the frame that freed them may still show them.
    doomed: Vec<TextureId>,
}

/// A picture being drawn, premultiplied, row by row.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
}

impl Raster {
    /// Takes over what a frame changed about its textures, leaving `delta` empty.
    ///
    /// Call it for every frame, before [`Self::render`], also for frames that are not rendered.
    pub fn textures(&mut self, delta: &mut TexturesDelta) {
        for id in self.doomed.drain(..) {
            self.textures.remove(&id);
        }
        let changed: BTreeMap<TextureId, _> = delta.set.drain().collect();
        for (id, changes) in changed {
            for change in &changes {
                match change.pos {
                    None => {
                        self.textures.insert(id, Texture::new(change));
                    }
                    Some(at) => {
                        if let Some(texture) = self.textures.get_mut(&id) {
                            texture.patch(change, at);
                        }
                    }
                }
            }
        }
        self.doomed.extend(delta.free.drain());
    }

    /// Draws tessellated shapes on a picture of `size_px` [pixels] filled with `background`.
    ///
    /// `ppp` is the scale the shapes were tessellated for [pixels per point]. Returns an empty picture where
    /// more than 2^28 pixels are asked for. About 20 ns per covered pixel at worst.
    pub fn render(
        &self,
        primitives: &[ClippedPrimitive],
        size_px: [u32; 2],
        ppp: f32,
        background: Color32,
    ) -> RgbaImage {
        if u64::from(size_px[0]) * u64::from(size_px[1]) > MOST_PIXELS {
            return RgbaImage::new(0, 0);
        }
        let (width, height) = (size_px[0] as usize, size_px[1] as usize);
        let mut canvas = Canvas { width, height, pixels: vec![background.to_array(); width * height] };
        for ClippedPrimitive { clip_rect, primitive } in primitives {
            if let Primitive::Mesh(mesh) = primitive
                && let Some(texture) = self.textures.get(&mesh.texture_id)
            {
                canvas.mesh(mesh, texture, canvas.area(*clip_rect, ppp), ppp);
            }
        }
        canvas.finish(background.is_opaque())
    }
}

impl Canvas {
    /// Returns the pixels inside a clip rectangle [points], rounded as egui's own painters round.
    fn area(&self, clip: Rect, ppp: f32) -> Area {
        // Casting saturates and turns NaN into 0, so an odd rectangle is an empty one.
        let edge = |v: f32, most: usize| i64::from(((v * ppp).round() as u32).min(most as u32));
        Area {
            left: edge(clip.min.x, self.width),
            top: edge(clip.min.y, self.height),
            right: edge(clip.max.x, self.width),
            bottom: edge(clip.max.y, self.height),
        }
    }

    fn mesh(&mut self, mesh: &Mesh, texture: &Texture, area: Area, ppp: f32) {
        let corner = |i: u32| mesh.vertices.get(i as usize);
        for chosen in mesh.indices.chunks_exact(3) {
            if let (Some(a), Some(b), Some(c)) = (corner(chosen[0]), corner(chosen[1]), corner(chosen[2]))
                && let Some(triangle) = Triangle::new([a, b, c], texture, ppp)
            {
                triangle.rows(area, |y, from, to| {
                    let start = y * self.width;
                    if let Some(row) = self.pixels.get_mut(start + from..start + to) {
                        triangle.paint(texture, row, from, y);
                    }
                });
            }
        }
    }

    /// Returns the finished picture; straight alpha where the background was not opaque.
    fn finish(mut self, opaque: bool) -> RgbaImage {
        if !opaque {
            for pixel in &mut self.pixels {
                *pixel = Color32::from_rgba_premultiplied(pixel[0], pixel[1], pixel[2], pixel[3])
                    .to_srgba_unmultiplied();
            }
        }
        let size = (self.width as u32, self.height as u32);
        RgbaImage::from_raw(size.0, size.1, self.pixels.into_flattened()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
