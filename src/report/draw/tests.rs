use super::plot::dashes;
use super::*;
use crate::report::chart::{Axis, AxisKind, Band, Mark, Role, Scale, Series, Shade, Style};
use proptest::prelude::*;

/// Returns what is wrong with the tags of a document: each must close what opened last, quotes must be closed.
pub(in crate::report) fn unbalanced(text: &str, void: &[&str]) -> Option<String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at + 1..];
        let mut quote = None;
        let end = tag.char_indices().find(|(_, c)| {
            match quote {
                Some(q) if q == *c => quote = None,
                None if matches!(c, '"' | '\'') => quote = Some(*c),
                _ => {}
            }
            quote.is_none() && *c == '>'
        });
        let Some((end, _)) = end else { return Some(format!("no end of <{}", &tag[..tag.len().min(40)])) };
        let inside = &tag[..end];
        rest = &tag[end + 1..];
        let name: String = inside.chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
        if let Some(closed) = inside.strip_prefix('/') {
            match open.pop() {
                Some(opened) if opened == closed => {}
                opened => return Some(format!("</{closed}> closes {opened:?}")),
            }
        } else if !inside.starts_with('!') && !inside.ends_with('/') && !void.contains(&&*name) {
            open.push(name);
        }
    }
    (!open.is_empty()).then(|| format!("left open: {open:?}"))
}

fn axis(scale: Scale, kind: AxisKind, high: f64) -> Axis {
    Axis { title: "Queue".into(), unit: "attempts".into(), range: (0.0, high), scale, kind }
}

fn series(name: &str, role: Role, style: Style, dashed: bool) -> Series {
    let points = (0..2_000).map(|i| {
        let x = f64::from(i) / 2.0 - 100.0;
        [x, if x < 0.0 { 0.0 } else { 100.0 * (1.0 - (-x / 150.0).exp()) }]
    });
    Series { name: name.into(), role, points: points.collect(), style, dashed }
}

fn chart() -> Chart {
    let this = series("this scenario", Role::This, Style::Line, false);
    let points = this.points.iter().map(|p| [p[0], p[1] * 0.9, (p[1] * 1.1).min(100.0)]).collect();
    Chart {
        id: "back".into(),
        title: "Devices <back> & \"more\"".into(),
        x: Axis::time(-90.0, 600.0),
        y: Axis { unit: "%".into(), ..axis(Scale::Linear, AxisKind::Percent, 100.0) },
        series: vec![
            series("baseline", Role::Baseline, Style::Step, true),
            this,
            Series {
                points: vec![[10.0, 20.0], [200.0, 80.0]].into(),
                ..series("measured", Role::Measured, Style::Dots, false)
            },
        ],
        bands: vec![Band { role: Role::This, points }],
        marks: vec![
            Mark::Horizontal { y: 95.0, label: "95 %".into(), role: Role::Neutral },
            Mark::Horizontal { y: 900.0, label: "far".into(), role: Role::Limit },
            Mark::Vertical { x: 300.0, label: "target 5 min".into(), role: Role::Limit },
            Mark::Vertical { x: 430.0, label: "95 % back 7:10".into(), role: Role::This },
        ],
        shades: vec![Shade { from: -900.0, to: 0.0, label: "outage".into() }],
        spoken: "Recovery curve: <95 %> of devices back after 7 min".into(),
    }
}

#[test]
fn an_svg_is_well_formed_has_real_texts_and_no_hostile_names() {
    let text = svg(&chart(), Size::PAGE).unwrap();
    assert_eq!(unbalanced(&text, &[]), None);
    assert!(
        text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"880\" height=\"300\" viewBox")
    );
    assert!(text.contains("Devices &lt;back&gt; &amp; &quot;more&quot;"), "{text}");
    assert!(text.contains("<title>Recovery curve: &lt;95 %&gt; of devices"), "{text}");
    for word in ["this scenario", "baseline", "measured", "95 %", "far ↑", "target 5 min", "outage", "600"]
    {
        assert!(text.contains(&format!("\n{word}\n</text>")), "{word}");
    }
    assert!(text.matches("<polyline").count() > 40, "dashes are lines of their own");
    assert!(text.matches("<circle").count() >= 5);
    assert_eq!(text, svg(&chart(), Size::PAGE).unwrap());
    assert!(!inline(&chart(), Size::PAGE).unwrap().contains("http"));
}

#[test]
fn curves_stay_inside_the_plot_and_are_thin() {
    let text = svg(&chart(), Size::PAGE).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("<pol")).collect();
    for line in &lines {
        let points = line.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        for point in points.split_whitespace() {
            let (x, y) = point.split_once(',').unwrap();
            let (x, y): (u32, u32) = (x.parse().unwrap(), y.parse().unwrap());
            let inside = (61 * FINE..880 * FINE).contains(&x) && (30 * FINE..=257 * FINE).contains(&y);
            assert!(inside, "{x},{y}");
        }
    }
    assert!(text.len() < 120_000, "{}", text.len());
}

/// Returns width, height and the dots of a PNG file as it is written here.
fn decoded(file: &[u8]) -> (usize, usize, Vec<u8>) {
    let word = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let (mut at, mut packed, mut names) = (8, Vec::new(), Vec::new());
    while at < file.len() {
        let (length, name) = (word(at), &file[at + 4..at + 8]);
        let content = &file[at + 8..at + 8 + length];
        assert_eq!(word(at + 8 + length), crc32fast::hash(&file[at + 4..at + 8 + length]) as usize);
        if name == b"IDAT" {
            packed.extend_from_slice(content);
        }
        names.push(name);
        at += length + 12;
    }
    assert_eq!(names, [b"IHDR", b"IDAT", b"IEND"]);
    let (width, height) = (word(16), word(20));
    let lines = miniz_oxide::inflate::decompress_to_vec_zlib(&packed).unwrap();
    let mut dots = vec![0_u8; width * 3];
    for line in lines.chunks_exact(width * 3 + 1) {
        assert_eq!(line[0], 2);
        let above = dots[dots.len() - width * 3..].to_vec();
        dots.extend(line[1..].iter().zip(above).map(|(dot, up)| dot.wrapping_add(up)));
    }
    (width, height, dots[width * 3..].to_vec())
}

#[test]
fn a_png_has_the_size_that_was_asked_for_and_the_curve_in_its_colour() {
    let size = Size { width: 400, height: 200 };
    let file = png(&chart(), size, 2).unwrap();
    let (width, height, dots) = decoded(&file);
    assert_eq!((width, height, dots.len()), (800, 400, 800 * 400 * 3));
    let has = |colour: [u8; 3]| dots.chunks_exact(3).filter(|dot| *dot == colour).count();
    assert!(has([0x00, 0x72, 0xb2]) > 300, "the curve");
    assert!(has([0xc8, 0x10, 0x2e]) > 100, "the target");
    assert!(has([0xff, 0xff, 0xff]) > 100_000, "the paper");
    assert_eq!(png(&chart(), size, 2).unwrap(), file);
}

#[test]
fn sizes_without_room_or_end_are_refused() {
    for (width, height) in [(0, 0), (239, 300), (880, 139), (4_001, 300), (880, u32::MAX)] {
        let error = svg(&chart(), Size { width, height }).unwrap_err();
        assert_eq!(error, DrawError::Size { width, height });
    }
    assert!(matches!(png(&chart(), Size::PAGE, 5), Err(DrawError::Size { width: 4_400, .. })));
}

#[test]
fn csv_gives_the_same_numbers_again() {
    let mut chart = chart();
    chart.series[0].name = "=cmd(), \"x\"".into();
    let text = csv(&chart);
    let mut lines = text.split("\r\n");
    assert_eq!(lines.next(), Some("curve,time_s,value_pct,lower_pct,upper_pct"));
    assert!(lines.next().unwrap().starts_with("\"'=cmd(), \"\"x\"\"\",-100,0,,"));
    let own: Vec<Vec<f64>> = text
        .split("\r\n")
        .filter_map(|line| line.strip_prefix("this scenario,"))
        .map(|line| line.split(',').map(|number| number.parse().unwrap()).collect())
        .collect();
    let series = &chart.series[1];
    assert_eq!(own.len(), series.points.len());
    for (row, (point, band)) in own.iter().zip(series.points.iter().zip(chart.bands[0].points.iter())) {
        assert_eq!(row[..], [point[0], point[1], band[1], band[2]]);
    }
}

#[test]
fn dashes_are_equally_long() {
    let even = [6.0, 4.0, 6.0, 4.0];
    for pieces in [1_u16, 7, 1_000] {
        let points: Vec<(f64, f64)> =
            (0..=pieces).map(|i| (f64::from(i) * 100.0 / f64::from(pieces), 5.0)).collect();
        assert_eq!(dashes(&points, even).len(), 10, "{pieces}");
    }
    assert!(dashes(&[], even).is_empty() && dashes(&[(1.0, 1.0)], even).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn hostile_charts_are_drawn_or_refused(
        points in prop::collection::vec(any::<(f64, f64)>(), 0..60),
        name in any::<String>(),
        range in any::<(f64, f64)>(),
        log in any::<bool>(),
    ) {
        let mut chart = chart();
        let scale = if log { Scale::Log10 } else { Scale::Linear };
        chart.y = axis(scale, AxisKind::Count, range.1);
        chart.x = Axis::time(range.0, range.1);
        chart.title.clone_from(&name);
        let points: Vec<[f64; 2]> = points.into_iter().map(|(x, y)| [x, y]).collect();
        for (series, style) in chart.series.iter_mut().zip([Style::Line, Style::Step, Style::Dots]) {
            series.name.clone_from(&name);
            series.points = points.clone().into();
            series.style = style;
        }
        chart.spoken = name;
        let text = svg(&chart, Size { width: 300, height: 150 }).unwrap();
        prop_assert_eq!(unbalanced(&text, &[]), None);
        let _ = png(&chart, Size { width: 300, height: 150 }, 1).unwrap();
        let _ = csv(&chart);
    }
}
