//! Curves thinned to the pixels they are drawn on, without losing a peak.
//!
//! A curve of a hundred thousand points on eight hundred pixel columns looks the same when each column
//! keeps its first, lowest, highest and last point: the line enters and leaves every column where it
//! did, and covers the same height inside it. Averages would hide the peak an operator is looking for.

/// Returns the points needed to draw a line over `x_range` on `columns` pixel columns.
///
/// At most four points per column are kept (first, lowest, highest, last), in their order, plus one point
/// on either side of the range so that the line reaches the edges. Points must ascend in x; those that
/// are not finite are left out. Returns nothing for an empty range or zero columns. O(points in range).
pub fn decimate(points: &[[f64; 2]], x_range: (f64, f64), columns: usize) -> Vec<[f64; 2]> {
    let Some(seen) = window(points, x_range, columns, |p| p[0]) else { return Vec::new() };
    let finite = |p: &&[f64; 2]| p[0].is_finite() && p[1].is_finite();
    if seen.len() <= columns {
        return seen.iter().filter(finite).copied().collect();
    }
    let mut kept = Vec::with_capacity(columns * 4 + 2);
    let mut current: Option<(i64, Extremes)> = None;
    for (i, p) in seen.iter().enumerate().filter(|(_, p)| finite(p)) {
        let column = column(p[0], x_range, columns);
        match &mut current {
            Some((at, extremes)) if *at == column => extremes.add(seen, i),
            _ => {
                if let Some((_, extremes)) = current.replace((column, Extremes::new(i))) {
                    extremes.keep(seen, &mut kept);
                }
            }
        }
    }
    if let Some((_, extremes)) = current {
        extremes.keep(seen, &mut kept);
    }
    kept
}

/// Returns the points `[x, lower, upper]` needed to draw a band over `x_range` on `columns` pixel columns.
///
/// Each column keeps one point: its first x, its lowest lower and its highest upper edge. Otherwise as
/// [`decimate`].
pub fn decimate_band(points: &[[f64; 3]], x_range: (f64, f64), columns: usize) -> Vec<[f64; 3]> {
    let Some(seen) = window(points, x_range, columns, |p| p[0]) else { return Vec::new() };
    let finite = seen.iter().filter(|p| p.iter().all(|v| v.is_finite()));
    if seen.len() <= columns {
        return finite.copied().collect();
    }
    let mut kept: Vec<[f64; 3]> = Vec::with_capacity(columns + 2);
    let mut last = None;
    for p in finite {
        let column = column(p[0], x_range, columns);
        match kept.last_mut() {
            Some(k) if last == Some(column) => {
                k[1] = k[1].min(p[1]);
                k[2] = k[2].max(p[2]);
            }
            _ => kept.push(*p),
        }
        last = Some(column);
    }
    kept
}

/// Returns the points inside the range and one more on either side, or `None` where there is nothing to draw.
fn window<P>(points: &[P], range: (f64, f64), columns: usize, x: impl Fn(&P) -> f64) -> Option<&[P]> {
    let sound = range.0 < range.1; // False for NaN, too.
    if !sound || columns == 0 {
        return None;
    }
    let from = points.partition_point(|p| x(p) < range.0).saturating_sub(1);
    let to = (points.partition_point(|p| x(p) <= range.1) + 1).min(points.len());
    points.get(from..to)
}

/// Returns the column `x` falls into; -1 and `columns` stand for the points outside the range.
fn column(x: f64, range: (f64, f64), columns: usize) -> i64 {
    let share = (x - range.0) / (range.1 - range.0);
    (share * columns as f64).floor().clamp(-1.0, columns as f64) as i64
}

/// Indices of the points one column keeps.
struct Extremes {
    first: usize,
    low: usize,
    high: usize,
    last: usize,
}

impl Extremes {
    fn new(i: usize) -> Self {
        Self { first: i, low: i, high: i, last: i }
    }

    fn add(&mut self, points: &[[f64; 2]], i: usize) {
        if points[i][1] < points[self.low][1] {
            self.low = i;
        }
        if points[i][1] > points[self.high][1] {
            self.high = i;
        }
        self.last = i;
    }

    fn keep(&self, points: &[[f64; 2]], kept: &mut Vec<[f64; 2]>) {
        let mut order = [self.first, self.low, self.high, self.last];
        order.sort_unstable();
        let mut before = None;
        for i in order {
            if before != Some(i) {
                kept.push(points[i]);
            }
            before = Some(i);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wave(n: usize) -> Vec<[f64; 2]> {
        (0..n).map(|i| [i as f64, (i * 7_919 % 1_000) as f64]).collect()
    }

    #[test]
    fn a_single_peak_among_a_hundred_thousand_points_stays() {
        let mut points: Vec<[f64; 2]> = (0..100_000).map(|i| [f64::from(i), 1.0]).collect();
        points[54_321][1] = 9_450.0;
        points[54_322][1] = -3.0;
        let kept = decimate(&points, (0.0, 100_000.0), 700);
        assert!(kept.contains(&[54_321.0, 9_450.0]));
        assert!(kept.contains(&[54_322.0, -3.0]));
        assert!(kept.len() <= 4 * 700, "{}", kept.len());
        assert!(kept.windows(2).all(|w| w[0][0] < w[1][0]), "order is kept");
    }

    #[test]
    fn the_line_reaches_both_edges_of_a_zoomed_view() {
        let kept = decimate(&wave(1_000), (100.5, 200.5), 50);
        assert_eq!(kept.first().map(|p| p[0]), Some(100.0));
        assert_eq!(kept.last().map(|p| p[0]), Some(201.0));
        let between = decimate(&[[0.0, 1.0], [100.0, 2.0]], (40.0, 60.0), 50);
        assert_eq!(between, [[0.0, 1.0], [100.0, 2.0]], "a view between two points still has a line");
    }

    #[test]
    fn few_points_stay_as_they_are() {
        let points = wave(40);
        assert_eq!(decimate(&points, (0.0, 39.0), 300), points);
    }

    #[test]
    fn empty_views_draw_nothing() {
        let points = wave(10);
        assert!(decimate(&points, (5.0, 5.0), 100).is_empty());
        assert!(decimate(&points, (f64::NAN, 5.0), 100).is_empty());
        assert!(decimate(&points, (0.0, 5.0), 0).is_empty());
        assert!(decimate(&[], (0.0, 5.0), 10).is_empty());
        assert!(decimate(&[[1.0, f64::NAN]], (0.0, 5.0), 10).is_empty());
    }

    #[test]
    fn a_band_never_gets_narrower() {
        let points: Vec<[f64; 3]> = wave(5_000).iter().map(|p| [p[0], p[1], p[1] + 10.0]).collect();
        let kept = decimate_band(&points, (0.0, 5_000.0), 100);
        assert!(kept.len() <= 101, "{}", kept.len());
        let widest = |points: &[[f64; 3]]| {
            points.iter().fold((f64::MAX, f64::MIN), |a, p| (a.0.min(p[1]), a.1.max(p[2])))
        };
        assert_eq!(widest(&kept), widest(&points));
    }

    proptest! {
        #[test]
        fn extremes_of_the_view_survive(ys in prop::collection::vec(-1e6..1e6_f64, 1..3_000), columns in 1_usize..200) {
            let points: Vec<[f64; 2]> = ys.iter().enumerate().map(|(i, y)| [i as f64, *y]).collect();
            let kept = decimate(&points, (0.0, ys.len() as f64), columns);
            let range = |p: &[[f64; 2]]| p.iter().fold((f64::MAX, f64::MIN), |a, p| (a.0.min(p[1]), a.1.max(p[1])));
            prop_assert_eq!(range(&kept), range(&points));
            prop_assert!(kept.len() <= (4 * columns + 2).max(columns));
        }

        #[test]
        fn hostile_points_never_panic(points in prop::collection::vec(any::<(f64, f64)>(), 0..200), a in any::<f64>(), b in any::<f64>()) {
            let points: Vec<[f64; 2]> = points.into_iter().map(|(x, y)| [x, y]).collect();
            let _ = decimate(&points, (a, b), 20);
        }
    }
}
