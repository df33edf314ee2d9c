//! Charts in a window: names, keyboard, pointer, and words that neither overlap nor are cut.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use egui::{Key, Modifiers, PointerButton, Rect, Theme, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::report::chart::{Axis, AxisKind, Band, Chart, Mark, Role, Scale, Series, Shade, Style};
use regather::ui::theme;
use regather::ui::widget::chart::{Set, TimeView, read_out, stack};

use crate::renderer::Renderer;

const SPOKEN: &str = "Devices back: 95 % after 3 min 10 s, target 5 min";

fn axis(unit: &str, high: f64, kind: AxisKind, scale: Scale) -> Axis {
    Axis { title: unit.into(), unit: unit.into(), range: (0.0, high), scale, kind }
}

/// Three charts of a recovery; all curves and hairlines end close to each other, where labels crowd.
fn recovery() -> Vec<Chart> {
    let curve = |end: f64, high: f64| -> Arc<[[f64; 2]]> {
        (-60..=600).map(|t| [f64::from(t), (f64::from(t) / end).clamp(0.0, 1.0) * high]).collect()
    };
    let series = |name: &str, role, end, high| Series {
        name: name.into(),
        role,
        points: curve(end, high),
        style: if role == Role::Third { Style::Step } else { Style::Line },
        dashed: role == Role::Baseline,
    };
    let chart = |id: &str, title: &str, y: Axis, high: f64, marks: Vec<Mark>| Chart {
        id: id.into(),
        title: title.into(),
        x: Axis::time(-60.0, 600.0),
        series: vec![
            series("two waves", Role::Third, 400.0, high),
            series("baseline", Role::Baseline, 250.0, high),
            series("this scenario", Role::This, 200.0, high),
        ],
        bands: vec![Band {
            role: Role::This,
            points: curve(200.0, high).iter().map(|p| [p[0], p[1] * 0.9, p[1]]).collect(),
        }],
        marks,
        shades: vec![Shade { from: -60.0, to: 0.0, label: "outage".into() }],
        spoken: if id == "back" { SPOKEN.into() } else { format!("{title}: peak {}", y.text(high)) },
        y,
    };
    let at = |x: f64, label: &str, role| Mark::Vertical { x, label: label.into(), role };
    let level = |y: f64, label: &str| Mark::Horizontal { y, label: label.into(), role: Role::Limit };
    vec![
        chart(
            "back",
            "Devices back",
            axis("%", 100.0, AxisKind::Percent, Scale::Linear),
            100.0,
            vec![
                at(0.0, "platform back", Role::Neutral),
                at(190.0, "95 % back after 3 min 10 s", Role::This),
                level(95.0, "target 95 %"),
            ],
        ),
        chart(
            "attempts",
            "Attempts",
            axis("/s", 500.0, AxisKind::Rate, Scale::Linear),
            212.0,
            vec![level(200.0, "capacity 200/s")],
        ),
        chart("queue", "Queue", axis("waiting", 10_000.0, AxisKind::Count, Scale::Log10), 9_450.0, vec![]),
    ]
}

fn window(size: [f32; 2], theme: Theme) -> (Harness<'static>, Rc<RefCell<TimeView>>) {
    let view = Rc::new(RefCell::new(TimeView::default()));
    let charts = recovery();
    let shared = view.clone();
    let harness = Harness::builder()
        .with_size(vec2(size[0], size[1]))
        .with_theme(theme)
        .with_step_dt(1.0 / 60.0)
        .with_context_setup(theme::install)
        .renderer(Renderer::default())
        .build_ui(move |ui| {
            let charts: Vec<&Chart> = charts.iter().collect();
            read_out(ui, &charts, &shared.borrow());
            let height = ui.available_height();
            let mut view = shared.borrow_mut();
            stack(ui, Set { charts: &charts, view: &mut view, height, corner: &mut |_, _| () });
        });
    (harness, view)
}

fn plot(harness: &Harness<'_>) -> Rect {
    harness.get_by_label(SPOKEN).rect()
}

#[test]
fn a_chart_speaks_its_result_and_the_values_under_the_crosshair() {
    let (mut harness, view) = window([900.0, 600.0], Theme::Dark);
    let figure = harness.get_by_role_and_label(egui::Role::Figure, SPOKEN);
    assert_eq!(figure.accesskit_node().value(), None);
    view.borrow_mut().frozen = Some(100.0);
    harness.run();
    let value = harness.get_by_label(SPOKEN).accesskit_node().value();
    assert_eq!(value.as_deref(), Some("1 min 40 s: this scenario 50 %, baseline 40 %, two waves 25 %"));
}

#[test]
fn arrows_move_the_crosshair_and_keys_zoom() {
    let (mut harness, view) = window([900.0, 600.0], Theme::Dark);
    harness.get_by_label(SPOKEN).focus();
    harness.run();
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert_eq!(view.borrow().frozen, Some(190.0), "the crosshair begins at t95");
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert_eq!(view.borrow().frozen, Some(192.0));
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
    harness.run();
    assert_eq!(view.borrow().frozen, Some(172.0));
    harness.key_press(Key::Plus);
    harness.run();
    let (low, high) = view.borrow().x_range.expect("zoomed");
    assert!((high - low - 330.0).abs() < 1e-6 && low < 172.0 && 172.0 < high);
    harness.key_press(Key::Home);
    harness.run();
    assert_eq!(view.borrow().x_range, None);
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(view.borrow().frozen, None);
    assert!(harness.get_by_label(SPOKEN).is_focused(), "the first Escape only lets the crosshair go");
}

#[test]
fn hovering_one_chart_reads_all_and_clicks_hold() {
    let (mut harness, view) = window([900.0, 600.0], Theme::Dark);
    let back = plot(&harness);
    let queue = harness.get_by_label_contains("Queue: peak").rect();
    assert_eq!((back.left(), back.right()), (queue.left(), queue.right()), "edges agree to the pixel");
    let third = pos2(back.left() + back.width() / 3.0, queue.center().y);
    harness.hover_at(third);
    harness.run();
    assert!((view.borrow().hover.expect("hovered") - 160.0).abs() < 1.0);
    assert!(harness.query_by_label_contains("80 %").is_some(), "the read-out follows");
    harness.drag_at(third);
    harness.drop_at(third);
    harness.run();
    harness.hover_at(back.center());
    harness.run();
    assert!((view.borrow().frozen.expect("held") - 160.0).abs() < 1.0, "a click holds the crosshair");
}

#[test]
fn dragging_zooms_and_a_double_click_fits() {
    let (mut harness, view) = window([900.0, 600.0], Theme::Dark);
    let back = plot(&harness);
    let at = |share: f32| pos2(back.left() + share * back.width(), back.center().y);
    harness.drag_at(at(0.25));
    harness.run();
    harness.hover_at(at(0.5));
    harness.run();
    harness.drop_at(at(0.5));
    harness.run();
    let (low, high) = view.borrow().x_range.expect("zoomed");
    assert!((low - 105.0).abs() < 2.0 && (high - 270.0).abs() < 2.0, "{low} {high}");
    for pressed in [true, false, true, false] {
        harness.event(egui::Event::PointerButton {
            pos: at(0.5),
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
    harness.run();
    assert_eq!(view.borrow().x_range, None);
    assert_eq!(view.borrow().frozen, None);
}

#[test]
fn words_neither_overlap_nor_are_cut_at_any_size() {
    for size in [[1280.0, 720.0], [1024.0, 640.0], [800.0, 500.0], [420.0, 460.0]] {
        for hover in [false, true] {
            let (mut harness, _) = window(size, Theme::Light);
            if hover {
                let at = plot(&harness).center();
                harness.hover_at(at);
                harness.run();
            }
            let mut words: Vec<(Rect, String)> = Vec::new();
            for clipped in &harness.output().shapes {
                if let egui::Shape::Text(text) = &clipped.shape {
                    let seen = text.galley.rect.translate(text.pos.to_vec2());
                    let words_in = text.galley.text().to_owned();
                    assert!(clipped.clip_rect.expand(0.5).contains_rect(seen), "{size:?} cut: {words_in}");
                    words.push((seen.shrink(1.0), words_in));
                }
            }
            for (i, (a, one)) in words.iter().enumerate() {
                for (b, other) in &words[i + 1..] {
                    assert!(!a.intersects(*b), "{size:?} hover {hover}: `{one}` overlaps `{other}`");
                }
            }
            let numbers = words.iter().filter(|(_, w)| w.chars().all(|c| c.is_ascii_digit())).count();
            assert!(numbers >= 2 * 3, "every axis has two labels or more");
        }
    }
}

#[test]
fn charts_without_points_or_sound_axes_are_drawn_as_frames() {
    let mut charts = recovery();
    for series in charts.iter_mut().flat_map(|chart| &mut chart.series) {
        series.points = Arc::new([]);
    }
    charts[0].x.range = (f64::NAN, f64::INFINITY);
    charts[1].x.range = (5.0, 5.0);
    charts[1].y.range = (0.0, f64::INFINITY);
    charts[2].series[0].points = Arc::new([[0.0, f64::NAN], [1.0, 1e300]]);
    let mut view = TimeView::default();
    view.frozen = Some(0.5);
    view.x_range = Some((f64::NAN, 1.0));
    let mut harness = Harness::builder()
        .with_context_setup(theme::install)
        .renderer(Renderer::default())
        .build_ui(move |ui| {
            let charts: Vec<&Chart> = charts.iter().collect();
            read_out(ui, &charts, &view);
            stack(ui, Set { charts: &charts, view: &mut view, height: 400.0, corner: &mut |_, _| () });
        });
    assert!(harness.render().is_ok());
    assert_eq!(harness.query_all_by_role(egui::Role::Figure).count(), 3);
}

#[test]
fn a_frame_is_the_same_picture_twice() {
    let picture = || window([420.0, 460.0], Theme::Dark).0.render().unwrap();
    assert_eq!(picture(), picture());
}
