//! What the timeline does to devices.

use super::{calm, devices, episode, fleet, ms, run, secs};
use crate::agent::notice;
use crate::base::{Draws, Micros};
use crate::fleet::{DutyCycle, Loss, Meets, Telemetry, Touches, Writes};

#[test]
fn a_device_whose_authentication_is_denied_keeps_its_socket() {
    let mut fleet = fleet(devices(1, secs(1)));
    fleet.outage.events = vec![episode(secs(10), secs(3), Meets::AuthRejected)];
    let run = run(&fleet, 1);
    assert_eq!((run.totals.turned_away, run.totals.attempts), (10 + 3, 14));
    assert_eq!(
        (&run.curves.held[9..12], &run.curves.arrivals[9..14]),
        (&[0, 1, 1][..], &[0, 0, 0, 0, 1][..])
    );
    assert_eq!(run.times.t100, Some(ms(3_100)));
    // Unheard: an attempt takes the message timeout of 10 s, and goes on with its socket.
    fleet.outage.events = vec![episode(secs(10), secs(3), Meets::AuthUnanswered)];
    let run = super::run(&fleet, 1);
    assert_eq!((run.curves.unanswered[20], run.totals.attempts), (1, 12));
    assert_eq!((run.curves.held[15], run.times.t100), (1, Some(ms(11_100))));
    // A loss takes the socket, so the next attempt is turned away by what spares standing sockets.
    fleet.outage.events.push(episode(ms(20_500), secs(2), Meets::TlsFails));
    let run = super::run(&fleet, 1);
    assert_eq!((run.totals.turned_away, run.times.t100), (10, Some(ms(11_100))));
    fleet.outage.events[1].loses = Some(Loss::Reset);
    let run = super::run(&fleet, 1);
    assert_eq!((run.totals.turned_away, run.times.t100), (12, Some(ms(13_100))));
}

#[test]
fn the_platform_protects_a_session_that_it_believes_alive() {
    let mut fleet = fleet(devices(1, secs(10)));
    fleet.platform.sessions.bind_protection = Some(secs(40));
    fleet.outage.platform_down = false;
    (fleet.outage.meets, fleet.outage.loses) = (Meets::Served, Some(Loss::Silence));
    let link = fleet.groups[0].link;
    let since = notice::since_ping(Draws::new(1), 0, 0, &link);
    let noticed = link.ping_rate - since + link.pong_timeout;
    let blocked = secs(40) - since;
    // Sign-ins end 100 ms after each attempt, attempts follow 10 s later.
    let rejected = (blocked.0.saturating_sub((noticed + ms(100)).0)).div_ceil(10_100_000);
    let back = noticed + ms(100) + Micros(10_100_000 * rejected);
    let run = run(&fleet, 1);
    assert_eq!((run.totals.bind_rejected, run.times.t100), (rejected, Some(back - secs(10))));
    fleet.platform.sessions.bind_protection = Some(secs(100));
    let run = super::run(&fleet, 1);
    assert!(run.totals.bind_rejected >= 3 && run.curves.held[60] == 1, "{:?}", run.totals);
    fleet.outage.platform_down = true;
    assert_eq!(super::run(&fleet, 1).totals.bind_rejected, 0);
}

#[test]
fn a_duty_cycle_connects_and_disconnects() {
    let mut fleet = calm(devices(1, secs(1)));
    fleet.outage.watch = secs(20);
    fleet.groups[0].duty = Some(DutyCycle { period: secs(10), on_permille: 300 });
    fleet.groups[0].telemetry = Telemetry { properties: 1, events: 0, services: 0, interval_s: 1.0 };
    fleet.groups[0].store.limit_bytes = 2;
    let run = run(&fleet, 1);
    // Off at 3 s, on at 10 s, bound at 10.1 s, off at 13.1 s, on at 20.1 s, bound at 20.2 s, off at 23.2 s.
    assert_eq!((run.totals.attempts, run.affected, run.totals.second_connects), (2, 0, 0));
    let bound: Vec<usize> = (0..30).filter(|&bin| run.curves.all.bound[bin] == 1).collect();
    assert_eq!(bound, [0, 1, 2, 10, 11, 12, 20, 21, 22]);
    // Room for 2 of 7.1, of 7.1 and, at the end, of 6.8 values.
    assert_eq!(run.totals.lost, 5 + 5 + 4);
}

#[test]
fn a_loss_cuts_an_attempt_and_its_request_is_served_all_the_same() {
    let mut fleet = fleet(devices(1, secs(1)));
    let mut reset = episode(ms(10_050), ms(10), Meets::Served);
    reset.loses = Some(Loss::Reset);
    fleet.outage.events = vec![reset];
    let cut = run(&fleet, 1);
    assert_eq!((cut.totals.cut, cut.totals.wasted, cut.times.t100), (1, 0, Some(ms(1_150))));
    assert_eq!(cut.stations[0].busy[10], 100_000);
    fleet.outage.events[0].platform_down = true;
    let stopped = run(&fleet, 1);
    assert_eq!((stopped.stations[0].busy[10], stopped.totals.cut), (50_000, 1));
    // At the very end of the sign-in the episode is first.
    fleet.outage.events[0].at = ms(10_100);
    assert_eq!(run(&fleet, 1).totals.cut, 1);
    // A platform that goes down has nobody left who answers, whomever the episode touches.
    fleet.outage.events[0].touches = Touches::Groups(Vec::new());
    let untouched = run(&fleet, 1);
    assert_eq!((untouched.totals.cut, untouched.times.t100), (1, Some(ms(1_200))));
}

#[test]
fn capacity_returns_on_a_ramp() {
    let mut fleet = fleet(devices(2, secs(10)));
    (fleet.outage.ramp_from_permille, fleet.outage.ramp) = (500, secs(10));
    let run = run(&fleet, 1);
    // 100 ms at 500 ‰, then at 510 ‰.
    assert_eq!((run.times.t50, run.times.t100), (Some(ms(200)), Some(Micros(396_078))));
}

#[test]
fn a_second_loss_begins_the_recovery_anew() {
    let mut fleet = fleet(devices(4, secs(1)));
    let mut again = episode(secs(20), secs(2), Meets::Http503);
    (again.loses, again.platform_down) = (Some(Loss::CloseFrame), true);
    fleet.outage.events = vec![again];
    fleet.groups[0].telemetry = Telemetry { properties: 100, events: 0, services: 0, interval_s: 1.0 };
    fleet.platform.writes =
        Some(Writes { per_s: 450, queue: 10_000, event_permille: 0, service_permille: 0 });
    let run = run(&fleet, 1);
    assert_eq!((run.totals.back, run.totals.turned_away, run.times.t50), (4, 40 + 8, Some(ms(12_200))));
    // 4 · 1000 and some values at about 10 s, 50 a second less until 20 s, and gone with the platform.
    let writes = run.writes.unwrap();
    assert!((3_400..3_700).contains(&writes.lost_in_crash), "{}", writes.lost_in_crash);
    // Back at 22.1 to 22.4 s with 210 to 240 values each: 900 less what was written on the way.
    let drained = writes.drained.unwrap();
    assert!(drained > secs(12) + secs(10) && drained < secs(12) + secs(20), "{drained}");
}

#[test]
fn parts_of_one_dealing_are_disjoint_and_groups_are_told_apart() {
    let mut fleet = fleet(devices(200, secs(1)));
    fleet.platform.workers = 200;
    fleet.groups.push(fleet.groups[0].clone());
    fleet.outage.touches = Touches::Groups(vec![1]);
    let part = |from| {
        let mut part = episode(secs(20), secs(1), Meets::Refused);
        part.touches = Touches::Parts { of: 4, from, to: from + 1, deal: 7 };
        part.loses = Some(Loss::Reset);
        part
    };
    let groups = run(&fleet, 1);
    assert_eq!((groups.groups[0].affected, groups.groups[1].affected), (0, 200));
    assert_eq!((groups.groups[0].times.t50, groups.groups[1].times.t50), (None, Some(ms(100))));
    fleet.outage.touches = Touches::Groups(Vec::new());
    fleet.outage.events = vec![part(0)];
    let one = run(&fleet, 1).affected;
    assert!((70..130).contains(&one), "{one}");
    fleet.outage.events = (0..4).map(part).collect();
    let all = run(&fleet, 1);
    assert_eq!((all.affected, all.totals.second_connects), (400, 400));
}
