//! Ways that are no single input: the order in which groups are let in again, and what devices store.
//!
//! A group that is held back meets a refusal for a while after the return: an event of the outage that
//! touches only its attempts, as the load balancer in front of it would turn them away. So a fleet is
//! restarted group after group, and the spacing between them is what is solved for. Servers that come back
//! one by one are no such lever: less capacity never helps, and how it grows is an input of the outage.
//!
//! What devices store is a lever in the other direction than a store that keeps everything: less of it is a
//! smaller flood after the return, and lost data. It is tried only where no target forbids that.

use super::{Direction, Ground, Way, round};
use crate::base::json;
use crate::fleet::file::{Value, address};
use crate::fleet::{Fleet, FleetFile, Flush, Group};
use crate::plan::trial::goal::{Aim, capacity_per_s};
use crate::plan::trial::lever::{Assignment, Lever, LeverError};

/// Most groups that are let in one after another.
const MOST_GROUPS: usize = 12;
/// Spacings that are tried, as multiples of the time that the platform needs for a mean group.
const SPACINGS: [f64; 8] = [0.25, 0.5, 0.75, 1.0, 1.3, 1.7, 2.2, 3.0];
/// Shares of what a device would have stored that are tried as a cap; nothing drops all of it.
const KEPT: [f64; 5] = [0.75, 0.5, 0.25, 0.1, 0.0];
/// Multiples of the spacing of a rolling restart that are tried.
const LONGER: [f64; 7] = [1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0];
/// Base of the addresses of the outage's further events.
const EVENTS: &str = "/outage/events";
/// Name of the lever that lets groups in one after another.
pub(in crate::plan::solve) const RESTART: &str = "restart";
/// Name of the lever of what devices store.
pub(in crate::plan::solve) const STORES: &str = "stores";

/// What a direction turns that is no single input.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::plan::solve) enum Made {
    /// Groups with these positions are let in in this order; the value is the spacing [s].
    Order(Vec<usize>),
    /// Every device keeps at most this share of what it would have stored; the value is the share, 0..1.
    Stores,
}

/// Returns the values that a device of a group has stored when the outage ends, where stores are as they are.
pub(super) fn stored(fleet: &Fleet, group: &Group) -> f64 {
    let recorded = group.telemetry.values_per_s() * fleet.outage.length.secs();
    recorded.min(group.store.values() as f64).floor()
}

/// Returns what a direction of this kind is.
fn made(way: Way, values: Vec<f64>, fixed: &[Assignment], made: Made) -> Direction {
    Direction {
        way,
        lever: None,
        values,
        fixed: fixed.to_vec(),
        estimated: false,
        queue_s: None,
        made: Some(made),
    }
}

impl Ground<'_> {
    /// Returns the directions that let groups in one after another: the largest first, then the smallest
    /// first; none where fewer than two groups come back.
    pub(in crate::plan::solve) fn orders(&self, fixed: &[Assignment]) -> Vec<Direction> {
        let groups = &self.fleet.groups;
        let mut order: Vec<usize> = (0..groups.len()).filter(|at| self.fleet.outage.cuts(*at)).collect();
        if !(2..=MOST_GROUPS).contains(&order.len()) {
            return Vec::new();
        }
        order.sort_by_key(|at| std::cmp::Reverse(groups[*at].devices));
        let devices: f64 = order.iter().map(|at| f64::from(groups[*at].devices)).sum();
        let mean_s = devices / order.len() as f64 / capacity_per_s(self.fleet);
        let held = (order.len() - 1) as f64;
        let asked = self.goals.list.iter().filter(|goal| goal.aim.is_time()).map(|goal| goal.limit);
        let longest_s = asked.fold(self.fleet.outage.watch.secs(), f64::min);
        let each = SPACINGS.iter().map(|times| round(times * mean_s).max(1.0));
        let mut values: Vec<f64> = each.filter(|spacing_s| held * spacing_s < longest_s).collect();
        values.dedup();
        if values.is_empty() {
            return Vec::new();
        }
        let turned: Vec<usize> = order.iter().rev().copied().collect();
        [order, turned]
            .into_iter()
            .map(|order| made(Way::Restart, values.clone(), fixed, Made::Order(order)))
            .collect()
    }

    /// Returns the direction of the spacing of an outage that touches one part of the fleet after another, as a
    /// rolling restart does: its length is longer for the same parts. `None` for any other outage.
    pub(in crate::plan::solve) fn spacing(&self, fixed: &[Assignment]) -> Option<Direction> {
        let parts = parts(self.file, self.scenario)?;
        let lever = Lever::find(self.file, self.scenario, "/outage/length_s").ok()?;
        let (now, (_, longest)) = (lever.now(self.file, self.scenario)?, lever.range());
        let whole = |times: &f64| round(times * now / parts) * parts;
        let mut values: Vec<f64> = LONGER.iter().map(whole).filter(|s| *s > now && *s <= longest).collect();
        values.dedup();
        let way = Way::Restart;
        let fixed = fixed.to_vec();
        Some(Direction {
            way,
            lever: Some(lever),
            values,
            fixed,
            estimated: false,
            queue_s: None,
            made: None,
        })
    }

    /// Returns the direction of what devices store, where no target forbids lost data and less of it is less
    /// work for the platform.
    pub(in crate::plan::solve) fn stores(&self, fixed: &[Assignment]) -> Option<Direction> {
        let forbidden = self
            .goals
            .list
            .iter()
            .any(|goal| matches!(goal.aim, Aim::Lost | Aim::InStores) && goal.limit < 1.0);
        let stores = |group: &Group| stored(self.fleet, group) >= 1.0;
        let floods = self.fleet.platform.writes.is_some()
            || self.fleet.cut_groups().any(|group| stores(group) && group.store.flush == Flush::BeforeBind);
        let some = self.fleet.cut_groups().any(stores);
        (!forbidden && floods && some).then(|| made(Way::Stores, KEPT.to_vec(), fixed, Made::Stores))
    }

    /// Returns what a value of a made direction assigns.
    pub(in crate::plan::solve) fn make(&self, made: &Made, value: f64) -> Vec<Assignment> {
        match made {
            Made::Order(order) => {
                let held = order.iter().enumerate().skip(1);
                held.flat_map(|(turn, at)| self.hold(&self.fleet.groups[*at], turn as f64 * value)).collect()
            }
            Made::Stores => {
                self.fleet.cut_groups().filter_map(|group| self.keep_at_most(group, value)).collect()
            }
        }
    }

    /// Returns the event that turns a group away for so long after the return [s].
    fn hold(&self, group: &Group, held_s: f64) -> Vec<Assignment> {
        let plain = group.id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let position = self.fleet.groups.iter().position(|other| other.id == group.id).unwrap_or(0);
        let id =
            if plain && group.id.len() <= 48 { group.id.clone() } else { format!("group-{}", position + 1) };
        let base = format!("{EVENTS}/hold-{id}");
        let meets = if self.fleet.platform.balancer.is_some() { "http-503" } else { "refused" };
        let word = |word: &str| Value::Word(word.to_owned());
        let set = [
            ("at_s", Value::Number(self.fleet.outage.length.secs())),
            ("length_s", Value::Number(held_s)),
            ("groups", Value::Word(group.id.clone())),
            ("attempts_meet", word(meets)),
            ("connections_end", word(crate::fleet::Loss::STAY)),
            ("platform_down", word("off")),
        ];
        set.into_iter().filter_map(|(key, to)| self.set(&format!("{base}/{key}"), to)).collect()
    }

    /// Returns the store that keeps this share of what a device of a group would have stored; `None` where
    /// that changes nothing.
    fn keep_at_most(&self, group: &Group, share: f64) -> Option<Assignment> {
        let values = stored(self.fleet, group);
        if values < 1.0 {
            return None;
        }
        let bytes = (values * share).floor() * group.store.value_bytes as f64;
        let address = format!("{}/offline_store/limit_bytes", json::join("/groups", &group.id));
        let set = self.set(&address, Value::Number(bytes))?;
        let group = self.file.group_name(&group.id).to_owned();
        Some(Assignment { group, ..set })
    }

    /// Returns the directions of a lever of this kind that was named; `None` for any other name.
    ///
    /// # Errors
    /// [`LeverError::Idle`] where it has nothing to turn.
    pub(in crate::plan::solve) fn named_made(
        &self,
        name: &str,
        fixed: &[Assignment],
    ) -> Option<Result<Vec<Direction>, LeverError>> {
        let (all, reason) = match name {
            RESTART => (
                self.spacing(fixed).map_or_else(|| self.orders(fixed), |spacing| vec![spacing]),
                "an order needs 2 to 12 groups that come back, and a spacing that the target leaves time for",
            ),
            STORES => (
                self.stores(fixed).into_iter().collect(),
                "a smaller store helps only where devices store data, the platform has to write it, and no target \
                 forbids that data is lost",
            ),
            _ => return None,
        };
        let idle = || LeverError::Idle { name: name.to_owned(), reason: reason.to_owned() };
        Some(if all.is_empty() { Err(idle()) } else { Ok(all) })
    }

    /// Returns the names of the groups in an order.
    pub(in crate::plan::solve) fn names(&self, order: &[usize]) -> Vec<&str> {
        order.iter().map(|at| self.fleet.groups[*at].name.as_str()).collect()
    }
}

/// Returns into how many parts an outage divides the fleet that it touches one after another; `None` where it
/// touches everybody at once.
pub(in crate::plan::solve) fn parts(file: &FleetFile, scenario: Option<&str>) -> Option<f64> {
    let view = file.view(scenario);
    let input = address::resolve(&view, "/outage/steps")?;
    view.value(&input.address, input.setting).ok()?.number().filter(|parts| *parts > 1.0)
}

/// Returns whether an address belongs to an event that holds a group back.
pub(in crate::plan::solve) fn holds(address: &str) -> bool {
    address::event_of(address).is_some_and(|id| id.starts_with("hold-"))
}
