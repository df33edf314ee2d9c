//! Pictures in window tests come from the same rasteriser as the `screenshot` command.

use egui_kittest::TestRenderer;
use regather::ui::raster::Raster;

/// The crate's own rasteriser behind the test harness' trait.
#[derive(Default)]
pub struct Renderer(Raster);

impl TestRenderer for Renderer {
    fn handle_delta(&mut self, delta: &mut egui::TexturesDelta) {
        self.0.textures(delta);
    }

    fn render(&mut self, ctx: &egui::Context, output: &egui::FullOutput) -> Result<image::RgbaImage, String> {
        let ppp = output.pixels_per_point;
        let size = ctx.viewport_rect().size() * ppp;
        let shapes = ctx.tessellate(output.shapes.clone(), ppp);
        let size = [size.x.round() as u32, size.y.round() as u32];
        Ok(self.0.render(&shapes, size, ppp, ctx.global_style().visuals.panel_fill))
    }
}
