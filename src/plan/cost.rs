//! What an outage costs where the project has prices.
//!
//! **Downtime**: every device counts for each whole second since the begin of the outage at whose end it is away,
//! that is disconnected by the outage and not back, up to the end of the watched time. The sum over the run is
//! the area under its curve of devices that are away, in device-seconds; 3600 of them are a device-hour. Stranded
//! devices count to the end of the watched time, so a longer watch makes them dearer.
//! **Lost data**: every value that is dropped in a device's store, rejected by a full write queue, or lost in a
//! crash, while the platform is watched.
//! Both are exact sums of each run; the figure is the median over the runs, as of all key figures. Nothing is
//! said of what has no price.

use super::figure::{Figure, FigureUnit};
use super::outcome::bounds;
use crate::base::units;
use crate::fleet::{Fleet, Prices};
use crate::sim::{Measure, Metric, Run, Study};

/// Seconds of an hour.
const HOUR: f64 = 3_600.0;

/// What a scenario costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// The prices.
    pub prices: Prices,
    /// Device-hours that were not back [h].
    pub device_hours: Metric,
    /// Values lost for any cause [values].
    pub lost_values: Metric,
    /// The costs that have a price, in the order in which they are shown; of two the sum comes last.
    pub figures: Vec<Figure>,
    /// The same over all runs, one for each figure [currency].
    pub metrics: Vec<Metric>,
}

impl Costs {
    /// Returns what the runs of a fleet cost; `None` where nothing has a price or nothing has run.
    pub fn of(fleet: &Fleet, study: &Study) -> Option<Self> {
        let prices = fleet.prices;
        if !prices.any() || study.runs.is_empty() {
            return None;
        }
        let over = |of: &dyn Fn(&Run) -> f64| Metric::of(study.runs.iter().map(|run| of(run)).collect());
        let device_hours = over(&|run| device_seconds(run) as f64 / HOUR);
        let lost_values = over(&|run| Measure::LostData.of(run));
        let downtime = prices.downtime_per_device_hour;
        let per_value = prices.per_lost_value;
        let unit = FigureUnit::Money(prices.currency);
        let of_downtime = |run: &Run| downtime.map_or(0.0, |price| device_seconds(run) as f64 / HOUR * price);
        let of_lost = |run: &Run| per_value.map_or(0.0, |price| Measure::LostData.of(run) * price);
        let mut priced: Vec<(&'static str, &'static str, Metric)> = Vec::new();
        if downtime.is_some() {
            priced.push(("cost_of_downtime", "Cost of downtime", over(&of_downtime)));
        }
        if per_value.is_some() {
            priced.push(("cost_of_lost_data", "Cost of lost data", over(&of_lost)));
        }
        if priced.len() > 1 {
            priced.push(("cost", "Cost of both", over(&|run| of_downtime(run) + of_lost(run))));
        }
        let figure = |(key, label, metric): &(&'static str, &'static str, Metric)| Figure {
            key,
            label,
            unit,
            median: metric.median,
            ci: bounds(metric),
        };
        let figures = priced.iter().map(figure).collect();
        let metrics = priced.into_iter().map(|(.., metric)| metric).collect();
        Some(Self { prices, device_hours, lost_values, figures, metrics })
    }

    /// Returns what the costs are made of, in a sentence: `Downtime is 12.5 device-hours at 30 EUR, …`.
    pub fn sentence(&self) -> String {
        let amount = |price: f64| FigureUnit::Money(self.prices.currency).amount(price);
        let downtime = self.prices.downtime_per_device_hour.map(|price| {
            let hours = units::significant(self.device_hours.median);
            format!(
                "downtime is {hours} device-hours not back, from the begin of the outage to the end of the watched \
                 time, at {} each",
                amount(price)
            )
        });
        let lost = self.prices.per_lost_value.map(|price| {
            let values = units::count(self.lost_values.median.round().max(0.0) as u64);
            format!("lost data is {values} values at {} each", amount(price))
        });
        let parts: Vec<String> = downtime.into_iter().chain(lost).collect();
        let text = parts.join("; ");
        let mut letters = text.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).chain(['.']).collect()
    }
}

/// Returns the area under the curve of devices that are away, to the last whole second of the run [device-seconds].
pub fn device_seconds(run: &Run) -> u64 {
    let whole = (run.horizon.0 / 1_000_000) as usize;
    run.curves.all.away.iter().take(whole).map(|&away| u64::from(away)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Micros;
    use crate::fleet::{Agent, CSdk, DelayLaw, FleetFile, Loss, Meets, Retries};
    use crate::plan::{FigureUnit, Outcome};
    use crate::sim;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    /// Four devices that attempt every 10 s from the begin of an outage of 60 s on, in front of a platform that
    /// takes 100 ms for each of many at once.
    fn fleet(costs: &str) -> Fleet {
        let text = format!(
            r#"{{"regather": 1, "groups": {{"a": {{"devices": 4, "agent": "c-sdk", "connect_retries": -1,
            "telemetry": {{"properties": 5, "interval_s": 1}}, "offline_store": {{"limit_bytes": 390, "value_bytes": 39}}}}}},
            "platform": {{"workers": 100, "service_time_ms": 100, "service_law": "fixed"}},
            "outage": {{"length_s": 60, "watch_s": 600, "ramp_s": 0}}{costs}}}"#
        );
        let checked = FleetFile::parse(&text).unwrap().check(None);
        let mut fleet = checked.fleet.unwrap_or_else(|| panic!("{:?}", checked.findings));
        fleet.groups[0].agent = Agent::CSdk(CSdk {
            max_connect_delay: Micros::ZERO,
            connect_timeout: Micros::from_secs(10),
            connect_retries: Retries::Forever,
            connect_retry_interval: Micros::from_secs(10),
            delay_law: DelayLaw::Documented,
        });
        (fleet.outage.meets, fleet.outage.loses) = (Meets::Refused, Some(Loss::Reset));
        fleet
    }

    fn outcome(fleet: Fleet) -> Outcome {
        let runs = sim::replicate(&fleet, 1, 0..8, 2, &AtomicBool::new(false), &|_| {}).unwrap();
        let study = Study::of(&fleet, 1, runs.into_iter().map(Arc::new).collect());
        Outcome::of("A".into(), Arc::new(fleet), study, 8)
    }

    #[test]
    fn downtime_is_the_area_under_the_curve_of_devices_that_are_away() {
        // The attempt at 60 s is served within the second: each device is away at the end of 60 seconds.
        let prices =
            r#", "costs": {"currency": "USD", "downtime_per_device_hour": 30, "per_lost_value": 0.5}"#;
        let outcome = outcome(fleet(prices));
        let costs = outcome.costs.as_ref().unwrap();
        assert_eq!(device_seconds(&outcome.study.runs[0]), 4 * 60);
        assert!(costs.device_hours.values.iter().all(|hours| (hours - 240.0 / 3_600.0).abs() < 1e-12));
        let value = |key: &str| outcome.figures().into_iter().find(|figure| figure.key == key).unwrap();
        assert!((value("cost_of_downtime").median - 2.0).abs() < 1e-9);
        // 5 values/s for a minute and the sign-in, of which 10 fit.
        let lost = outcome.study.runs[0].totals.lost;
        assert!((4 * 289..=4 * 292).contains(&lost), "{lost}");
        assert!((value("cost_of_lost_data").median - lost as f64 * 0.5).abs() < 1e-9);
        assert!((value("cost").median - 2.0 - lost as f64 * 0.5).abs() < 1e-9);
        assert_eq!(value("cost_of_downtime").unit, FigureUnit::Money("USD"));
        assert_eq!(value("cost_of_downtime").text(2.0), "2 USD");
        let sentence = costs.sentence();
        assert!(sentence.starts_with("Downtime is 0.0667 device-hours not back, "), "{sentence}");
        assert!(sentence.ends_with("values at 0.5 USD each."), "{sentence}");
    }

    #[test]
    fn who_never_comes_back_costs_until_the_end_of_the_watched_time() {
        let mut stuck = fleet(r#", "costs": {"downtime_per_device_hour": 3600}"#);
        let Agent::CSdk(sdk) = &mut stuck.groups[0].agent else { unreachable!("made above") };
        sdk.connect_retries = Retries::Times(1);
        let outcome = outcome(stuck);
        assert_eq!(device_seconds(&outcome.study.runs[0]), 4 * 660);
        assert_eq!(outcome.costs.as_ref().unwrap().figures.len(), 1, "data has no price");
        assert!((outcome.figures().last().unwrap().median - 2_640.0).abs() < 1e-6);
    }

    #[test]
    fn without_a_price_nothing_is_said() {
        let outcome = outcome(fleet(""));
        assert_eq!(outcome.costs, None);
        assert!(outcome.figures().iter().all(|figure| !figure.key.starts_with("cost")));
    }
}
