//! The end of a run: what was counted becomes the result.

use super::tally::bin;
use super::{BOUND, Halt, World, look};
use crate::base::Micros;
use crate::sim::run::{GroupRun, Run, Totals};

impl World<'_> {
    pub(super) fn finish(mut self, seed: u64) -> Result<Run, Halt> {
        look(self.stop, self.attempts)?;
        let returned = self.fleet.outage.length;
        self.stores_overflow()?;
        let (times, all) = self.tally.finish(returned);
        let writes = self.flood.map(|flood| flood.finish(returned));
        let levels = self.tally.levels;
        let groups =
            self.fleet.groups.iter().zip(self.tally.groups).enumerate().map(|(index, (group, curves))| {
                let levels = levels[index];
                GroupRun {
                    devices: group.devices,
                    affected: levels.affected,
                    times: times[index],
                    returned: u64::from(levels.affected - levels.away),
                    stranded: sum(&curves.stranded),
                    lost: self.lost[index],
                    curves,
                }
            });
        let groups: Vec<GroupRun> = groups.collect();
        let curves = self.tally.curves;
        let totals = Totals {
            attempts: self.attempts + self.unlooked,
            attempts_in_outage: self.attempts_in_outage,
            arrivals: sum(&curves.arrivals),
            back: groups.iter().map(|group| group.returned).sum(),
            refused: sum(&curves.all.refused),
            timed_out: sum(&curves.all.timed_out),
            turned_away: sum(&curves.turned_away),
            unanswered: sum(&curves.unanswered),
            wasted: sum(&curves.all.wasted),
            wasted_work: self.wasted_work,
            closed: sum(&curves.closed),
            stranded: sum(&curves.all.stranded),
            cut: sum(&curves.cut),
            bind_rejected: sum(&curves.bind_rejected),
            second_connects: sum(&curves.second_connects),
            lost: groups.iter().fold(0, |sum, group| sum.saturating_add(group.lost)),
            rejected: writes.as_ref().map_or(0, |writes| writes.rejected.iter().sum()),
            lost_in_crash: writes.as_ref().map_or(0, |writes| writes.lost_in_crash),
        };
        let most = |curve: &[u32]| curve.iter().copied().max().unwrap_or(0);
        Ok(Run {
            seed,
            returned,
            horizon: Micros(self.horizon),
            devices: self.fleet.devices(),
            affected: groups.iter().map(|group| u64::from(group.affected)).sum(),
            stations: self.line.finish(),
            writes,
            relapses: self.timeline.relapses(),
            times: all,
            groups,
            totals,
            peak: most(&curves.all.attempts),
            peak_up: most(&curves.arrivals[bin(returned.0)..]),
            curves,
        })
    }

    /// Devices that are not bound at the end have recorded until then.
    fn stores_overflow(&mut self) -> Result<(), Halt> {
        for (index, habits) in self.habits.iter().enumerate() {
            look(self.stop, 0)?;
            for device in self.starts[index]..self.starts[index + 1] {
                if !self.devices[device as usize].state.has(BOUND) {
                    let away = self.horizon - self.devices[device as usize].lost_at();
                    let (_, dropped) = habits.store.recorded(away);
                    self.lost[index] = self.lost[index].saturating_add(dropped);
                }
            }
        }
        Ok(())
    }
}

fn sum(curve: &[u32]) -> u64 {
    curve.iter().map(|&count| u64::from(count)).sum()
}
