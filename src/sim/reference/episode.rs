//! Episodes: what begins on the timeline, and what overload begins.

use super::World;
use super::device::Doing;
use super::laws::in_force;
use crate::agent::Event;
use crate::base::Micros;
use crate::fleet::{Episode, Loss, Meets, TierName, Touches};
use crate::sim::run::BIN;

impl World<'_> {
    /// An episode begins.
    pub(super) fn episode_begins(&mut self, index: usize) {
        let episode = self.laws.episodes[index].clone();
        if episode.platform_down {
            self.crash();
        }
        let Some(loss) = episode.loses else { return };
        for device in 0..self.devices.len() {
            if self.laws.touches(&episode, device, self.devices[device].group) {
                self.affect(device);
                self.disconnect(device, loss, episode.platform_down);
            }
        }
    }

    /// The platform goes down: nobody is served, nobody waits, nothing is known.
    fn crash(&mut self) {
        for station in 0..self.stations.len() {
            for request in self.stations[station].empty() {
                self.tally.worked(station, &request, self.now);
                self.see("work stopped by a crash");
            }
        }
        for device in 0..self.devices.len() {
            self.devices[device].blocked_until = 0;
            self.break_off(device);
        }
        if let Some(writes) = &mut self.writes
            && writes.crash() > 0
        {
            self.see("values lost in a crash");
        }
    }

    /// The device counts as affected, and as away.
    fn affect(&mut self, device: usize) {
        let this = &mut self.devices[device];
        let (newly_affected, newly_away) = (!this.affected, !this.away);
        (this.affected, this.away) = (true, true);
        let fleet = self.fleet.groups.len();
        for standing in [this.group, fleet] {
            self.tally.standing[standing].affected += u64::from(newly_affected);
            self.tally.standing[standing].away += u64::from(newly_away);
        }
        if !newly_affected && newly_away {
            self.see("lost again after it was back");
        }
    }

    /// An episode ends the device's connection, whatever it is.
    fn disconnect(&mut self, device: usize, loss: Loss, down: bool) {
        if let Doing::Bound(_) = self.devices[device].doing {
            self.see(match loss {
                Loss::Reset => "lost by reset",
                Loss::CloseFrame => "lost by close frame",
                Loss::Fin => "lost by FIN",
                Loss::Silence => "lost in silence",
            });
            return self.lose(device, loss, down);
        }
        self.break_off(device);
    }

    /// Ends what the device has begun with the platform: its attempt, or a socket that stands.
    fn break_off(&mut self, device: usize) {
        match self.devices[device].doing {
            Doing::UnderWay(_) => self.cut(device),
            Doing::Waiting if self.devices[device].machine.same_socket() => {
                self.see("standing socket lost");
                self.tell(device, Event::Lost);
                self.close_socket(device);
            }
            _ => {}
        }
    }

    /// Looks whether overload takes the platform down.
    pub(super) fn check(&mut self) {
        self.schedule_check(self.now + BIN);
        let platform = &self.fleet.platform;
        let Some(breaking) = platform.breaking.filter(|_| !self.laws.is_down(self.now)) else { return };
        let values = self.writes.as_ref().map(super::writes::WriteQueue::values);
        let by_values = breaking.values.zip(values).is_some_and(|(limit, values)| values >= limit);
        let waiting = self.stations.last().map_or(0, |sign_in| sign_in.queue.len());
        let by_waiting = breaking.waiting.is_some_and(|limit| waiting >= limit as usize);
        if !by_values && !by_waiting {
            return;
        }
        self.see(if by_values { "relapse by values" } else { "relapse by sign-ins" });
        self.tally.relapses.push(Micros(self.now));
        let refuses = if platform.balancer.is_some() { Meets::Http503 } else { Meets::Refused };
        self.laws.episodes.push(Episode {
            name: "Relapse".into(),
            at: Micros(self.now),
            length: breaking.down,
            touches: Touches::All,
            loses: Some(Loss::CloseFrame),
            meets: refuses,
            platform_down: true,
            tier: TierName::SignIn,
            capacity_permille: 1_000,
            ramp_from_permille: self.fleet.outage.ramp_from_permille,
            ramp: self.fleet.outage.ramp,
        });
        let index = self.laws.episodes.len() - 1;
        debug_assert!(in_force(&self.laws.episodes[index], self.now) || breaking.down == Micros::ZERO);
        self.episode_begins(index);
    }
}
