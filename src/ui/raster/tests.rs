//! The rasteriser against hand-made meshes: coverage, clipping, blending, filters, odd input.

use std::sync::Arc;

use egui::epaint::{ImageData, ImageDelta, Vertex};
use egui::{ColorImage, Pos2, TextureOptions, pos2};
use proptest::prelude::*;

use super::*;

const SEEN: Rect = Rect::EVERYTHING;

fn texture(raster: &mut Raster, id: u64, image: ColorImage, at: Option<[usize; 2]>, options: TextureOptions) {
    let mut delta = TexturesDelta::default();
    let image = ImageData::Color(Arc::new(image));
    delta.push(TextureId::Managed(id), ImageDelta { image, options, pos: at });
    raster.textures(&mut delta);
}

fn white() -> Raster {
    let mut raster = Raster::default();
    texture(&mut raster, 0, ColorImage::filled([1, 1], Color32::WHITE), None, TextureOptions::LINEAR);
    raster
}

fn triangles(points: &[[f32; 2]], colour: Color32, clip: Rect) -> ClippedPrimitive {
    let vertices = points.iter().map(|p| Vertex::untextured(pos2(p[0], p[1]), colour)).collect();
    let indices = (0..points.len() as u32).collect();
    mesh(Mesh { indices, vertices, ..Mesh::default() }, clip)
}

fn mesh(mesh: Mesh, clip_rect: Rect) -> ClippedPrimitive {
    ClippedPrimitive { clip_rect, primitive: Primitive::Mesh(mesh) }
}

/// Counts how often each pixel is painted, by adding up a faint additive colour.
fn counted(raster: &Raster, shapes: &[ClippedPrimitive], size: [u32; 2]) -> Vec<u8> {
    raster.render(shapes, size, 1.0, Color32::BLACK).pixels().map(|p| p.0[0]).collect()
}

#[test]
fn triangles_that_share_edges_cover_each_pixel_once() {
    let once = Color32::from_rgba_premultiplied(1, 1, 1, 0);
    // A fan around an odd centre: every inner edge is shared by two triangles.
    let rim = [[0.0, 0.0], [7.0, 0.0], [16.0, 0.0], [16.0, 9.0], [16.0, 16.0], [3.0, 16.0], [0.0, 16.0]];
    let mut points = Vec::new();
    for i in 0..rim.len() {
        points.extend([[8.5, 6.5], rim[i], rim[(i + 1) % rim.len()]]);
    }
    let painted = counted(&white(), &[triangles(&points, once, SEEN)], [16, 16]);
    assert_eq!(painted, vec![1; 256]);
}

#[test]
fn a_rectangle_ends_where_it_ends() {
    let red = Color32::from_rgb(200, 0, 0);
    let points = [[1.0, 1.0], [3.0, 1.0], [3.0, 3.0], [1.0, 1.0], [3.0, 3.0], [1.0, 3.0]];
    let picture = white().render(&[triangles(&points, red, SEEN)], [4, 4], 1.0, Color32::BLACK);
    for (x, y, pixel) in picture.enumerate_pixels() {
        let inside = (1..3).contains(&x) && (1..3).contains(&y);
        assert_eq!(pixel.0, if inside { [200, 0, 0, 255] } else { [0, 0, 0, 255] }, "{x},{y}");
    }
    let scaled = white().render(&[triangles(&points, red, SEEN)], [8, 8], 2.0, Color32::BLACK);
    assert_eq!(scaled.pixels().filter(|p| p.0[0] == 200).count(), 16, "points become pixels by the scale");
}

#[test]
fn nothing_is_painted_outside_the_clip_rectangle() {
    let points = [[-50.0, -50.0], [100.0, -50.0], [-50.0, 100.0]];
    let clip = Rect::from_min_max(pos2(2.0, 1.0), pos2(5.0, 3.0));
    let painted = counted(&white(), &[triangles(&points, Color32::WHITE, clip)], [8, 8]);
    assert_eq!(painted.iter().map(|p| usize::from(*p)).sum::<usize>(), 255 * 3 * 2);
    assert_eq!(painted[8 + 2], 255);
    let nowhere = Rect::from_min_max(pos2(f32::NAN, 0.0), pos2(-5.0, f32::INFINITY));
    let painted = counted(&white(), &[triangles(&points, Color32::WHITE, nowhere)], [8, 8]);
    assert!(painted.iter().all(|p| *p == 0));
}

#[test]
fn half_transparent_colours_mix_and_ramps_are_monotone() {
    let half = Color32::from_rgba_premultiplied(100, 0, 0, 128);
    let points = [[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]];
    let picture = white().render(&[triangles(&points, half, SEEN)], [2, 2], 1.0, Color32::from_gray(200));
    assert_eq!(picture.get_pixel(0, 0).0, [200, 100, 100, 255]);

    let corner = |x: f32, y: f32, grey: u8| Vertex::untextured(pos2(x, y), Color32::from_gray(grey));
    let vertices = vec![corner(0.0, 0.0, 0), corner(64.0, 0.0, 255), corner(0.0, 64.0, 0)];
    let ramp = mesh(Mesh { indices: vec![0, 1, 2], vertices, ..Mesh::default() }, SEEN);
    let row = &counted(&white(), &[ramp], [64, 1])[..60];
    assert!(row.windows(2).all(|w| w[0] < w[1]), "{row:?}");
}

#[test]
fn textures_are_filtered_patched_and_wrapped() {
    let mut raster = Raster::default();
    let black = ColorImage::filled([2, 1], Color32::BLACK);
    texture(&mut raster, 7, black.clone(), None, TextureOptions::LINEAR);
    let lit = ColorImage::filled([1, 1], Color32::WHITE);
    texture(&mut raster, 7, lit.clone(), Some([1, 0]), TextureOptions::LINEAR);
    texture(&mut raster, 7, lit.clone(), Some([9, 9]), TextureOptions::LINEAR);
    texture(&mut raster, 8, black, None, TextureOptions::NEAREST_REPEAT);
    texture(&mut raster, 8, lit, Some([1, 0]), TextureOptions::NEAREST_REPEAT);
    let strip = |id: u64, far: f32| {
        let corner = |x: f32, y: f32, u: f32, v: f32| Vertex {
            pos: pos2(x, y),
            uv: pos2(u, v),
            color: Color32::WHITE,
        };
        let vertices =
            vec![corner(0.0, 0.0, 0.0, 0.0), corner(16.0, 0.0, far, 0.0), corner(0.0, 8.0, 0.0, 1.0)];
        mesh(Mesh { indices: vec![0, 1, 2], vertices, texture_id: TextureId::Managed(id) }, SEEN)
    };
    let linear = counted(&raster, &[strip(7, 1.0)], [8, 1]);
    assert_eq!(linear[..4], [0; 4], "the first quarter is the first texel's own half");
    assert!(linear[4..].windows(2).all(|w| w[0] < w[1]), "{linear:?}");
    let nearest = counted(&raster, &[strip(8, 2.0)], [12, 1]);
    assert_eq!(nearest, [0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0], "repeats from the second copy on");
}

#[test]
fn a_freed_texture_lives_to_the_end_of_its_frame() {
    let mut raster = white();
    let square = triangles(&[[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]], Color32::WHITE, SEEN);
    let mut delta = TexturesDelta::default();
    delta.free(TextureId::Managed(0));
    raster.textures(&mut delta);
    assert_eq!(counted(&raster, std::slice::from_ref(&square), [1, 1]), [255]);
    raster.textures(&mut delta);
    assert_eq!(counted(&raster, &[square], [1, 1]), [0]);
}

#[test]
fn odd_meshes_and_sizes_draw_nothing() {
    let raster = white();
    let broken = Mesh { indices: vec![0, 1, 99, 5], ..Mesh::default() };
    let unknown = Mesh { texture_id: TextureId::User(3), ..Mesh::default() };
    let shapes = [mesh(broken, SEEN), mesh(unknown, SEEN)];
    assert!(counted(&raster, &shapes, [4, 4]).iter().all(|p| *p == 0));
    assert_eq!(raster.render(&shapes, [0, 7], 1.0, Color32::BLACK).dimensions(), (0, 7));
    assert_eq!(raster.render(&shapes, [u32::MAX, u32::MAX], 1.0, Color32::BLACK).dimensions(), (0, 0));
    let see_through = raster.render(&[], [1, 1], 1.0, Color32::from_rgba_premultiplied(50, 0, 0, 100));
    assert_eq!(see_through.get_pixel(0, 0).0[3], 100);
    assert!(see_through.get_pixel(0, 0).0[0] > 100, "files hold straight alpha");
}

proptest! {
    #[test]
    fn any_triangle_is_drawn_alike_twice(
        v in prop::collection::vec((any::<f32>(), any::<f32>(), -2.0..2.0_f32, any::<u32>()), 3..12),
        near in any::<bool>(),
        ppp in 0.1..4.0_f32,
    ) {
        let vertices = v.iter().map(|(x, y, u, c)| {
            let [r, g, b, a] = c.to_le_bytes();
            let pos = if near { pos2(x % 20.0, y % 20.0) } else { Pos2::new(*x, *y) };
            Vertex { pos, uv: pos2(*u, -*u), color: Color32::from_rgba_premultiplied(r, g, b, a) }
        }).collect();
        let shapes = [mesh(Mesh { indices: (0..v.len() as u32).collect(), vertices, ..Mesh::default() }, SEEN)];
        let raster = white();
        let first = raster.render(&shapes, [16, 16], ppp, Color32::BLACK);
        prop_assert_eq!(first, raster.render(&shapes, [16, 16], ppp, Color32::BLACK));
    }
}
