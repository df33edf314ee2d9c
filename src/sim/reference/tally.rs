//! Everything that is counted, and the result that is made of it.

use super::World;
use super::device::Doing;
use super::station::Request;
use crate::base::Micros;
use crate::sim::run::BIN;
use crate::sim::{Curves, GroupRun, Returns, Run, StationRun, Times, Totals};

/// Affected devices of the fleet or of a group, and since when enough of them are back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    pub(super) affected: u64,
    pub(super) away: u64,
    since: [Option<u64>; 4],
}

impl Standing {
    /// Looks after an event at `now` which shares are back.
    pub(super) fn judge(&mut self, now: u64) {
        let back = self.affected - self.away;
        for (since, percent) in self.since.iter_mut().zip(Times::PERCENT) {
            let needed = (u64::from(percent) * self.affected).div_ceil(100);
            *since = if back >= needed { since.or(Some(now)) } else { None };
        }
    }

    fn times(&self, returned: u64) -> Times {
        let time = |since: Option<u64>| {
            since.filter(|_| self.affected > 0).map(|at| Micros(at.saturating_sub(returned)))
        };
        let [t50, t95, t99, t100] = self.since.map(time);
        Times { t50, t95, t99, t100 }
    }
}

/// Counts of a run.
pub(super) struct Tally {
    /// What belongs to groups; that of the whole fleet is their sum.
    pub(super) groups: Vec<Returns>,
    /// What only the fleet has.
    pub(super) curves: Curves,
    pub(super) stations: Vec<StationRun>,
    /// The groups, and the fleet as the last.
    pub(super) standing: Vec<Standing>,
    pub(super) attempts_in_outage: u64,
    pub(super) wasted_work: u64,
    /// Values lost in stores, of each group.
    pub(super) lost: Vec<u64>,
    pub(super) relapses: Vec<Micros>,
}

impl Tally {
    pub(super) fn new(groups: usize, bins: usize, stations: Vec<StationRun>) -> Self {
        Self {
            groups: vec![Returns::new(bins); groups],
            curves: Curves::new(bins),
            stations,
            standing: vec![Standing::default(); groups + 1],
            attempts_in_outage: 0,
            wasted_work: 0,
            lost: vec![0; groups],
            relapses: Vec::new(),
        }
    }

    /// Adds the time that a worker spent on a request, second by second.
    pub(super) fn worked(&mut self, station: usize, request: &Request, until: u64) {
        let mut at = request.started;
        while at < until {
            let next = ((at / BIN + 1) * BIN).min(until);
            self.stations[station].busy[(at / BIN) as usize] += next - at;
            at = next;
        }
    }
}

/// Returns the sum of a curve.
fn sum(curve: &[u32]) -> u64 {
    curve.iter().map(|&count| u64::from(count)).sum()
}

impl World<'_> {
    /// Lets time pass in which nothing happens.
    pub(super) fn advance(&mut self, to: u64) {
        while self.now < to {
            let second_ends = (self.now / BIN + 1) * BIN;
            let next = to.min(second_ends).min(self.laws.next_change(self.now));
            for (station, run) in self.stations.iter().zip(&mut self.tally.stations) {
                let most = &mut run.queue[(self.now / BIN) as usize];
                *most = (*most).max(station.queue.len() as u32);
            }
            if let Some(writes) = &mut self.writes {
                let down = self.laws.is_down(self.now);
                writes.pass(self.now, next, if down { 0 } else { self.laws.writes_permille(self.now) });
            }
            self.now = next;
            if next == second_ends {
                self.note_levels((next / BIN - 1) as usize);
            }
        }
    }

    /// Notes what stands at the end of a second.
    fn note_levels(&mut self, bin: usize) {
        for device in &self.devices {
            let curves = &mut self.tally.groups[device.group];
            curves.away[bin] += u32::from(device.away);
            curves.connected[bin] += u32::from(device.connected);
            curves.bound[bin] += u32::from(matches!(device.doing, Doing::Bound(_)));
            self.tally.curves.held[bin] += u32::from(device.holds);
        }
        for group in 0..self.fleet.groups.len() {
            self.tally.groups[group].stored[bin] = self.stored(group);
        }
        if let Some(writes) = &mut self.writes {
            writes.note(bin);
        }
    }

    /// Returns the values that the devices of a group have in store now.
    fn stored(&self, group: usize) -> u64 {
        let of = &self.fleet.groups[group];
        let rate = of.telemetry.values_per_s();
        if rate == 0.0 {
            return 0;
        }
        let fills = (of.store.values() as f64 * 1e6 / rate) as u64;
        let away = self.devices.iter().filter(|device| device.group == group);
        let away = away.filter(|device| !matches!(device.doing, Doing::Bound(_)));
        let times = away.map(|device| u128::from((self.now - device.lost_at).min(fills)));
        (rate * times.sum::<u128>() as f64 / 1e6) as u64
    }

    /// Closes the books at the horizon.
    pub(super) fn finish(mut self, seed: u64) -> (Run, super::Seen) {
        self.advance(self.horizon);
        let bins = self.tally.curves.held.len();
        for bin in (self.horizon / BIN) as usize..bins {
            self.note_levels(bin);
        }
        for station in 0..self.stations.len() {
            for request in self.stations[station].empty() {
                self.tally.worked(station, &request, self.horizon);
            }
        }
        for index in 0..self.devices.len() {
            if !matches!(self.devices[index].doing, Doing::Bound(_)) {
                self.empty_store(index);
            }
        }
        self.result(seed)
    }

    fn group_runs(&self) -> Vec<GroupRun> {
        let returned = self.fleet.outage.length.0;
        let groups = self.fleet.groups.iter().zip(&self.tally.groups).enumerate();
        let run = groups.map(|(index, (group, curves))| {
            let standing = self.tally.standing[index];
            GroupRun {
                devices: group.devices,
                affected: standing.affected as u32,
                curves: curves.clone(),
                times: standing.times(returned),
                returned: standing.affected - standing.away,
                stranded: sum(&curves.stranded),
                lost: self.tally.lost[index],
            }
        });
        run.collect()
    }

    fn result(self, seed: u64) -> (Run, super::Seen) {
        let returned = self.fleet.outage.length;
        let groups = self.group_runs();
        let fleet = self.tally.standing.last().copied().unwrap_or_default();
        let mut curves = self.tally.curves;
        for group in &groups {
            curves.all.add(&group.curves);
        }
        let writes = self.writes.map(|writes| writes.finish(returned.0, self.horizon, fleet.affected > 0));
        let totals = Totals {
            attempts: sum(&curves.all.attempts),
            attempts_in_outage: self.tally.attempts_in_outage,
            arrivals: sum(&curves.arrivals),
            back: fleet.affected - fleet.away,
            refused: sum(&curves.all.refused),
            timed_out: sum(&curves.all.timed_out),
            turned_away: sum(&curves.turned_away),
            unanswered: sum(&curves.unanswered),
            wasted: sum(&curves.all.wasted),
            wasted_work: self.tally.wasted_work,
            closed: sum(&curves.closed),
            stranded: sum(&curves.all.stranded),
            cut: sum(&curves.cut),
            bind_rejected: sum(&curves.bind_rejected),
            second_connects: sum(&curves.second_connects),
            lost: groups.iter().map(|group| group.lost).sum(),
            rejected: writes.iter().flat_map(|writes| &writes.rejected).sum(),
            lost_in_crash: writes.as_ref().map_or(0, |writes| writes.lost_in_crash),
        };
        let most = |curve: &[u32]| curve.iter().copied().max().unwrap_or(0);
        let return_bin = (returned.0 / BIN) as usize;
        let run = Run {
            seed,
            returned,
            horizon: Micros(self.horizon),
            devices: self.fleet.devices(),
            affected: fleet.affected,
            stations: self.tally.stations,
            writes,
            relapses: self.tally.relapses,
            times: fleet.times(returned.0),
            groups,
            totals,
            peak: most(&curves.all.attempts),
            peak_up: most(&curves.arrivals[return_bin..]),
            curves,
        };
        (run, self.seen)
    }
}
