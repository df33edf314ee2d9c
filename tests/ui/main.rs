//! Window tests.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod alone;
mod calm;
mod chart;
mod checks;
mod comparing;
mod devices;
mod exports;
mod fixture;
mod journey;
#[cfg(feature = "live")]
mod live;
mod pictures;
mod quantity;
mod recommend;
mod renderer;
mod reports;
#[cfg(feature = "push")]
mod rollout;
mod shown;
mod topology;
mod walk;

#[test]
fn a_label_leaves_ink() {
    let mut harness = egui_kittest::Harness::builder()
        .with_size(egui::vec2(80.0, 40.0))
        .renderer(renderer::Renderer::default())
        .build_ui(|ui| {
            ui.label("back");
        });
    let first = harness.render().unwrap();
    assert_eq!(first.dimensions(), (80, 40));
    let background = first.get_pixel(79, 39);
    let ink = first.pixels().filter(|p| *p != background).count();
    assert!((20..600).contains(&ink), "{ink}");
}
