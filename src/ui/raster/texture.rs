//! Textures in memory and the reading of one filtered texel.

use egui::epaint::{ImageData, ImageDelta};
use egui::{Color32, TextureFilter, TextureWrapMode};

/// One texture, premultiplied, row by row.
pub(super) struct Texture {
    pub(super) size: [usize; 2],
    texels: Vec<Color32>,
    nearest: bool,
    wrap: TextureWrapMode,
}

impl Texture {
    /// Returns a texture from a whole image; an image whose size does not fit its pixels becomes empty.
    pub(super) fn new(change: &ImageDelta) -> Self {
        let ImageData::Color(image) = &change.image;
        let [width, height] = image.size;
        let sound = width.checked_mul(height) == Some(image.pixels.len());
        Self {
            size: if sound { image.size } else { [0, 0] },
            texels: if sound { image.pixels.clone() } else { Vec::new() },
            nearest: change.options.magnification == TextureFilter::Nearest,
            wrap: change.options.wrap_mode,
        }
    }

    /// Replaces the part of the texture that begins at `at`; what lies outside is left out.
    pub(super) fn patch(&mut self, change: &ImageDelta, at: [usize; 2]) {
        let ImageData::Color(image) = &change.image;
        let width = image.size[0].min(self.size[0].saturating_sub(at[0]));
        if width == 0 {
            return;
        }
        let rows = image.pixels.chunks_exact(image.size[0]);
        for (row, y) in rows.zip(at[1]..self.size[1]) {
            let start = y * self.size[0] + at[0];
            if let Some(target) = self.texels.get_mut(start..start + width) {
                target.copy_from_slice(&row[..width]);
            }
        }
    }

    /// Returns the texel at `u`, `v` [texels from the top left corner], filtered.
    pub(super) fn sample(&self, u: f32, v: f32) -> [u8; 4] {
        if self.nearest {
            return self.at(u.floor() as i32, v.floor() as i32);
        }
        // Weights of 1/256 are finer than eight-bit colours can show.
        let (x, y) = (((u - 0.5) * 256.0).round() as i32, ((v - 0.5) * 256.0).round() as i32);
        let (column, row) = (x >> 8, y >> 8);
        let (right, below) = ((x & 255) as u32, (y & 255) as u32);
        if right == 0 && below == 0 {
            return self.at(column, row);
        }
        let [a, b] = [self.at(column, row), self.at(column + 1, row)];
        let [c, d] = [self.at(column, row + 1), self.at(column + 1, row + 1)];
        std::array::from_fn(|i| {
            let top = u32::from(a[i]) * (256 - right) + u32::from(b[i]) * right;
            let bottom = u32::from(c[i]) * (256 - right) + u32::from(d[i]) * right;
            ((top * (256 - below) + bottom * below + (1 << 15)) >> 16) as u8
        })
    }

    fn at(&self, x: i32, y: i32) -> [u8; 4] {
        let (x, y) = (self.wrapped(x, self.size[0]), self.wrapped(y, self.size[1]));
        self.texels.get(y * self.size[0] + x).map_or([0; 4], Color32::to_array)
    }

    fn wrapped(&self, at: i32, size: usize) -> usize {
        let most = i32::try_from(size).unwrap_or(i32::MAX / 4).max(1) - 1;
        let at = match self.wrap {
            TextureWrapMode::ClampToEdge => at.clamp(0, most),
            TextureWrapMode::Repeat => at.rem_euclid(most + 1),
            TextureWrapMode::MirroredRepeat => {
                let phase = at.rem_euclid(2 * (most + 1));
                phase.min(2 * most + 1 - phase)
            }
        };
        at as usize
    }
}
