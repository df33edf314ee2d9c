//! One triangle: which pixels of each row it covers, and what it paints on them.
//!
//! Corners are snapped to 1/256 pixel and edges are exact integer functions, so two triangles that share
//! an edge never leave a gap and never paint a pixel twice (a pixel centre on an edge belongs to the
//! triangle below or to the right of it). The covered pixels of a row follow from three divisions, without testing
//! each pixel. Most triangles of a window have one colour or one texel; those take shorter ways.

use egui::epaint::Vertex;

use super::texture::Texture;

/// Steps per pixel of snapped positions, as a shift.
const FINE: u32 = 8;
/// Farthest position taken [pixels]; beyond it edge functions could overflow.
const FAR: f32 = 1_000_000.0;

/// Pixels that may be painted: left ≤ x < right, top ≤ y < bottom.
#[derive(Clone, Copy)]
pub(super) struct Area {
    pub(super) left: i64,
    pub(super) top: i64,
    pub(super) right: i64,
    pub(super) bottom: i64,
}

/// The line through two corners: positive on the inner side.
struct Edge {
    /// Change of the function per pixel to the right, and per pixel down.
    right: i64,
    down: i64,
    /// The function at the centre of pixel (0, 0), less what the edge itself is worth.
    origin: i64,
}

/// A quantity that changes linearly over the triangle: red, green, blue, alpha, u, v.
#[derive(Clone, Copy)]
struct Slope {
    origin: f32,
    right: f32,
    down: f32,
    low: f32,
    high: f32,
}

/// What every pixel of a triangle shares.
enum Paint {
    /// One colour.
    Plain([u8; 4]),
    /// Colours between the corners, one texel.
    Shaded { colour: [Slope; 4], texel: [u8; 4] },
    /// One colour, texels between the corners: text.
    Printed { colour: [u8; 4], at: [Slope; 2] },
    /// Both change.
    Full { colour: [Slope; 4], at: [Slope; 2] },
}

/// A triangle ready to be painted.
pub(super) struct Triangle {
    edges: [Edge; 3],
    /// Covered pixels at most: left, top, right, bottom.
    bounds: Area,
    paint: Paint,
}

impl Triangle {
    /// Returns the triangle between three corners, or `None` where it covers nothing or is not sound.
    pub(super) fn new(corners: [&Vertex; 3], texture: &Texture, ppp: f32) -> Option<Self> {
        let mut v = corners;
        let snap = |v: &Vertex| {
            let (x, y) = (v.pos.x * ppp, v.pos.y * ppp);
            let sound = x.abs() <= FAR && y.abs() <= FAR; // False for NaN, too.
            sound.then(|| [x, y].map(|p| (p * (1 << FINE) as f32).round() as i64))
        };
        let mut p = [snap(v[0])?, snap(v[1])?, snap(v[2])?];
        let mut area = cross(p[0], p[1], p[2]);
        if area < 0 {
            v.swap(1, 2);
            p.swap(1, 2);
            area = -area;
        }
        if area == 0 {
            return None;
        }
        let low = |i: usize| (p[0][i].min(p[1][i]).min(p[2][i])) >> FINE;
        let high = |i: usize| ((p[0][i].max(p[1][i]).max(p[2][i])) >> FINE) + 1;
        Some(Self {
            edges: [Edge::new(p[0], p[1]), Edge::new(p[1], p[2]), Edge::new(p[2], p[0])],
            bounds: Area { left: low(0), top: low(1), right: high(0), bottom: high(1) },
            paint: Paint::new(v, p, area, texture),
        })
    }

    /// Calls `each` with the row and the covered columns (from, to) of every row inside `area`.
    pub(super) fn rows(&self, area: Area, mut each: impl FnMut(usize, usize, usize)) {
        let (top, bottom) = (self.bounds.top.max(area.top), self.bounds.bottom.min(area.bottom));
        for y in top..bottom {
            let (mut from, mut to) = (self.bounds.left.max(area.left), self.bounds.right.min(area.right));
            for edge in &self.edges {
                let start = edge.origin + edge.down * y;
                match edge.right {
                    0 if start < 0 => to = from,
                    0 => {}
                    step if step > 0 => from = from.max(-start.div_euclid(step)),
                    step => to = to.min(start.div_euclid(-step) + 1),
                }
            }
            if from < to {
                each(y as usize, from as usize, to as usize);
            }
        }
    }

    /// Paints the covered pixels of row `y`, of which `row[0]` is column `x`.
    pub(super) fn paint(&self, texture: &Texture, row: &mut [[u8; 4]], x: usize, y: usize) {
        match &self.paint {
            Paint::Plain(colour) if colour[3] == 255 => row.fill(*colour),
            Paint::Plain([0, 0, 0, 0]) => {}
            Paint::Plain(colour) => row.iter_mut().for_each(|under| blend(under, *colour)),
            Paint::Shaded { colour, texel } => {
                let ramps = colour.map(|c| c.ramp(x, y, row.len()));
                for (i, under) in row.iter_mut().enumerate() {
                    blend(under, tinted(ramps.map(|r| r.byte(i)), *texel));
                }
            }
            Paint::Printed { colour, at } => {
                let [u, v] = at.map(|a| a.ramp(x, y, row.len()));
                for (i, under) in row.iter_mut().enumerate() {
                    let texel = texture.sample(u.value(i), v.value(i));
                    if texel != [0; 4] {
                        blend(under, tinted(*colour, texel));
                    }
                }
            }
            Paint::Full { colour, at } => {
                let ramps = colour.map(|c| c.ramp(x, y, row.len()));
                let [u, v] = at.map(|a| a.ramp(x, y, row.len()));
                for (i, under) in row.iter_mut().enumerate() {
                    let texel = texture.sample(u.value(i), v.value(i));
                    blend(under, tinted(ramps.map(|r| r.byte(i)), texel));
                }
            }
        }
    }
}

impl Edge {
    fn new(a: [i64; 2], b: [i64; 2]) -> Self {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        // Top and left edges own the pixel centres that lie on them.
        let owns = dy < 0 || (dy == 0 && dx > 0);
        let half = 1 << (FINE - 1);
        let origin = dx * (half - a[1]) - dy * (half - a[0]);
        Self { right: -(dy << FINE), down: dx << FINE, origin: origin - i64::from(!owns) }
    }
}

impl Paint {
    fn new(v: [&Vertex; 3], p: [[i64; 2]; 3], area: i64, texture: &Texture) -> Self {
        let slope = |values: [f32; 3]| Slope::new(values, p, area);
        let flat = v[0].color == v[1].color && v[1].color == v[2].color;
        let still = v[0].uv == v[1].uv && v[1].uv == v[2].uv;
        let size = texture.size.map(|s| s as f32);
        let texel = || texture.sample(v[0].uv.x * size[0], v[0].uv.y * size[1]);
        let colour = || std::array::from_fn(|i| slope(v.map(|v| f32::from(v.color.to_array()[i]))));
        let at = || [slope(v.map(|v| v.uv.x * size[0])), slope(v.map(|v| v.uv.y * size[1]))];
        match (flat, still) {
            (true, true) => Self::Plain(tinted(v[0].color.to_array(), texel())),
            (false, true) => Self::Shaded { colour: colour(), texel: texel() },
            (true, false) => Self::Printed { colour: v[0].color.to_array(), at: at() },
            (false, false) => Self::Full { colour: colour(), at: at() },
        }
    }
}

/// The values of a slope along one row.
#[derive(Clone, Copy)]
struct Ramp {
    start: f32,
    step: f32,
}

impl Slope {
    fn new(values: [f32; 3], p: [[i64; 2]; 3], area: i64) -> Self {
        // Differences are exact integers; one division each.
        let side = |a: usize, b: usize, i: usize| (p[b][i] - p[a][i]) as f32;
        let (d1, d2) = (values[1] - values[0], values[2] - values[0]);
        let scale = (1 << FINE) as f32 / area as f32;
        let right = (d1 * side(0, 2, 1) - d2 * side(0, 1, 1)) * scale;
        let down = (d2 * side(0, 1, 0) - d1 * side(0, 2, 0)) * scale;
        let first = p[0].map(|p| p as f32 / (1 << FINE) as f32 - 0.5);
        Self {
            origin: values[0] - right * first[0] - down * first[1],
            right,
            down,
            low: values[0].min(values[1]).min(values[2]),
            high: values[0].max(values[1]).max(values[2]),
        }
    }

    /// Returns the values along `count` pixels from column `x` of row `y`, kept between those of the corners.
    fn ramp(self, x: usize, y: usize, count: usize) -> Ramp {
        let at = |x: usize| {
            let value = self.origin + self.right * x as f32 + self.down * y as f32;
            value.max(self.low).min(self.high)
        };
        let start = at(x);
        let last = count.saturating_sub(1);
        let step = if last == 0 { 0.0 } else { (at(x + last) - start) / last as f32 };
        Ramp { start, step }
    }
}

impl Ramp {
    fn value(self, i: usize) -> f32 {
        self.start + self.step * i as f32
    }

    fn byte(self, i: usize) -> u8 {
        (self.value(i) + 0.5) as u8
    }
}

/// Returns twice the signed area between three points.
fn cross(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Returns `a·b/255`, rounded, for all bytes.
fn scaled(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    ((product + (product >> 8)) >> 8) as u8
}

fn tinted(colour: [u8; 4], texel: [u8; 4]) -> [u8; 4] {
    if texel == [255; 4] { colour } else { std::array::from_fn(|i| scaled(colour[i], texel[i])) }
}

/// Lays a premultiplied colour over a pixel.
fn blend(under: &mut [u8; 4], over: [u8; 4]) {
    let through = 255 - over[3];
    *under = std::array::from_fn(|i| over[i].saturating_add(scaled(under[i], through)));
}
