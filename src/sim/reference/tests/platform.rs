//! What the platform does to attempts and to values.

use super::{calm, devices, fleet, ms, run, secs, set_timeout};
use crate::base::Micros;
use crate::fleet::{Agent, Purges, ServiceLaw};
use crate::fleet::{
    Balancer, Bounds, Breaking, Fleet, Full, Limit, LimitKind, Meets, Retries, Telemetry, Tier, Touches,
    Writes,
};

const PLAIN: Balancer = Balancer {
    limit: None,
    backlog: 1,
    cores: 0,
    handshake: Micros(100_000),
    resumed_handshake: Micros(100_000),
    resumed_permille: 0,
    held: None,
    idle_timeout: None,
};

#[test]
fn a_dropped_syn_is_sent_again_a_second_later() {
    let mut fleet = fleet(devices(3, secs(4)));
    (fleet.platform.accept_queue, fleet.platform.full) = (1, Full::DropSyn);
    let run = run(&fleet, 1);
    // Attempts at 0, 4, 8 and 12 s; then one is served, one waits, and the SYN of the third is dropped.
    assert_eq!(run.curves.arrivals[10..15], [0, 0, 3, 1, 0]);
    assert_eq!((run.stations[0].queue[12], &run.stations[0].busy[12..14]), (1, &[200_000, 100_000][..]));
    assert_eq!(run.times.all(), [Some(ms(2_200)), Some(ms(3_100)), Some(ms(3_100)), Some(ms(3_100))]);
    let totals = &run.totals;
    assert_eq!((totals.attempts, totals.attempts_in_outage, totals.turned_away), (12, 9, 9));
    assert_eq!((totals.arrivals, totals.refused, totals.second_connects), (4, 0, 3));
    assert_eq!((run.curves.all.away[9], run.curves.all.away[12], run.curves.all.bound[13]), (3, 1, 3));
}

/// Three devices that wait 2 s for a platform that needs 3 s.
fn hopeless() -> Fleet {
    let mut fleet = fleet(devices(3, secs(1)));
    fleet.platform.service_time = secs(3);
    fleet.outage.watch = secs(4);
    set_timeout(&mut fleet, secs(2));
    fleet
}

#[test]
fn work_for_a_device_that_has_given_up_is_wasted() {
    let run = run(&hopeless(), 1);
    // Attempts at 0 to 10 s and, timed out at 12 s, at 13 s: the second request is served until 16 s.
    assert_eq!((run.totals.attempts, run.totals.timed_out), (36, 3));
    assert_eq!((run.totals.wasted, run.totals.wasted_work, run.curves.all.wasted[13]), (1, 3_000_000, 1));
    assert_eq!(run.stations[0].queue[10..], [2, 2, 2, 4, 0, 0]);
    assert_eq!(run.stations[0].busy[10..], [1_000_000, 1_000_000, 1_000_000, 1_000_000, 0, 0]);
}

#[test]
fn patience_and_purging_empty_the_queue() {
    let mut fleet = hopeless();
    fleet.platform.sign_in_timeout = Some(ms(2_500));
    let closed = run(&fleet, 1);
    assert_eq!((closed.totals.closed, closed.curves.closed[12], closed.totals.timed_out), (2, 2, 3));
    assert_eq!(closed.stations[0].queue[10..], [2, 2, 2, 2, 0, 0]);
    (fleet.platform.sign_in_timeout, fleet.platform.purges) = (None, Purges::GivenUp);
    let purged = run(&fleet, 1);
    assert_eq!((purged.totals.closed, purged.totals.wasted), (0, 1));
    assert_eq!(purged.stations[0].queue[10..], [2, 2, 2, 2, 0, 0]);
    // Nothing could end in time, so nothing is ever begun, and nobody waits.
    fleet.platform.purges = Purges::TooLate;
    let idle = run(&fleet, 1);
    assert_eq!((idle.totals.attempts, idle.totals.timed_out, idle.totals.wasted), (36, 3, 0));
    assert!(idle.stations[0].queue.iter().all(|&queue| queue == 0));
    assert!(idle.stations[0].busy.iter().all(|&busy| busy == 0));
    fleet.platform.purges = Purges::GivenUp;
    // Shorter patience than the device's: the attempts end when they are closed, and begin again at 12.5 s.
    fleet.platform.sign_in_timeout = Some(ms(1_500));
    let early = run(&fleet, 1);
    assert_eq!((early.curves.closed[11], early.curves.all.timed_out[12]), (2, 1));
    assert_eq!(early.curves.all.attempts[12..14], [2, 1]);
}

#[test]
fn attempts_pass_gate_tls_connection_servers_and_sign_in_tier() {
    let mut fleet = fleet(devices(3, secs(10)));
    let limit = Some(Limit { per_s: 2, kind: LimitKind::DelayAccept });
    fleet.platform.balancer = Some(Balancer { limit, cores: 1, ..PLAIN });
    fleet.platform.connection = Some(Tier { service_time: ms(200), ..fleet.platform.sign_in() });
    fleet.platform.service_time = ms(300);
    let run = run(&fleet, 1);
    // Through the gate at 10, 10.5 and, with its second SYN, 11 s; 100 ms + 200 ms + 300 ms behind it.
    assert_eq!(run.times.all(), [1_100, 1_600, 1_600, 1_600].map(|t| Some(ms(t))));
    assert_eq!((run.curves.all.connected[10], run.curves.all.bound[10], run.curves.held[10]), (2, 1, 2));
    assert_eq!(
        run.stations.iter().map(|station| station.busy[10]).collect::<Vec<_>>(),
        [1_000_000, 200_000, 400_000, 500_000]
    );
    assert_eq!((run.curves.arrivals[10], run.curves.arrivals[11]), (3, 1));
}

#[test]
fn without_tls_the_wait_to_be_accepted_counts() {
    let mut fleet = fleet(devices(3, secs(10)));
    let limit = Some(Limit { per_s: 1, kind: LimitKind::DelayAccept });
    fleet.platform.balancer = Some(Balancer { limit, backlog: 10, ..PLAIN });
    set_timeout(&mut fleet, ms(1_500));
    let encrypted = run(&fleet, 1);
    // Accepted at 10, 11 and 12 s, and 100 ms behind it.
    assert_eq!(encrypted.times.all(), [1_100, 2_100, 2_100, 2_100].map(|t| Some(ms(t))));
    assert_eq!((encrypted.totals.timed_out, encrypted.totals.wasted), (0, 0));
    fleet.groups[0].link.tls = false;
    let plain = run(&fleet, 1);
    // The third has given up at 11.5 s, and comes again 10 s later.
    assert_eq!(plain.times.all(), [1_100, 11_600, 11_600, 11_600].map(|t| Some(ms(t))));
    assert_eq!((plain.totals.timed_out, plain.totals.wasted), (1, 0));
    // What was accepted after 1 s has half a second left: served in vain at 11 s and at 22.5 s.
    fleet.platform.service_time = ms(600);
    let late = run(&fleet, 1);
    assert_eq!(late.times.all(), [12_100, 23_600, 23_600, 23_600].map(|t| Some(ms(t))));
    assert_eq!((late.totals.timed_out, late.totals.wasted), (3, 2));
}

#[test]
fn a_limiter_weighs_the_second_before() {
    let mut fleet = fleet(devices(4, ms(500)));
    let limit = |kind| Some(Balancer { limit: Some(Limit { per_s: 2, kind }), ..PLAIN });
    fleet.platform.balancer = limit(LimitKind::Reset);
    let reset = run(&fleet, 1);
    // Two pass at 10 s, one at 11.5 s (half of the second before counts), one at 12 s.
    assert_eq!((&reset.curves.all.back[10..13], reset.totals.refused), (&[2, 1, 1][..], 2 + 2 + 2 + 1));
    fleet.platform.balancer = limit(LimitKind::Http503);
    assert_eq!(run(&fleet, 1), reset);
    fleet.platform.balancer = limit(LimitKind::Http503CountsAll);
    let all = run(&fleet, 1);
    assert_eq!((all.totals.back, all.totals.refused), (2, 2 + 119 * 2));
}

#[test]
fn connections_are_held_until_their_socket_closes() {
    let mut fleet = fleet(devices(3, secs(1)));
    fleet.platform.held = Some(2);
    let run = run(&fleet, 1);
    assert_eq!((run.totals.back, run.curves.held[9], run.curves.held[10], run.totals.refused), (2, 0, 2, 60));
}

#[test]
fn an_idle_connection_is_cut_and_connects_twice() {
    let mut fleet = calm(devices(1, secs(1)));
    fleet.outage.watch = secs(5);
    fleet.platform.balancer = Some(Balancer { cores: 1, idle_timeout: Some(secs(5)), ..PLAIN });
    let run = run(&fleet, 1);
    // Cut at 5 s; the handshake of the second connect stands in the way of the attempt: bound at 5.3 s.
    assert_eq!((run.curves.second_connects[5], run.curves.second_connects[10]), (1, 1));
    assert_eq!((run.totals.attempts, run.totals.wasted, run.affected, run.times.t50), (2, 0, 0, None));
    assert_eq!(run.stations[0].busy[5], 200_000);
    fleet.groups[0].telemetry = Telemetry { properties: 1, events: 0, services: 0, interval_s: 5.0 };
    assert_eq!(super::run(&fleet, 1).totals.attempts, 0);
}

#[test]
fn late_pongs_make_bound_devices_drop() {
    let mut fleet = fleet(devices(3, secs(10)));
    fleet.platform.service_time = secs(1);
    fleet.platform.sessions.pongs_wait = true;
    fleet.groups[0].link.pong_timeout = secs(1);
    let run = run(&fleet, 1);
    // Bound at 11, 12 and 13 s. At 11 s a pong would wait until 13 s, so the first drops at 12 s and is
    // bound again at 14 s.
    assert_eq!(run.curves.all.bound[9..15], [0, 0, 1, 1, 2, 3]);
    assert_eq!((run.totals.second_connects, run.times.t100), (3, Some(secs(3))));
}

#[test]
fn a_later_ping_can_be_the_late_one() {
    let mut fleet = fleet(devices(1, secs(10)));
    fleet.groups.push(devices(4, secs(10)));
    fleet.outage.touches = Touches::Groups(vec![1]);
    fleet.platform.service_time = secs(1);
    fleet.platform.sessions.pongs_wait = true;
    (fleet.groups[0].link.ping_rate, fleet.groups[0].link.pong_timeout) = (secs(4), secs(1));
    let run = run(&fleet, 1);
    // Served from 10 to 14 s. The pings at 0, 4 and 8 s are answered at once, that at 12 s would be at 14 s: the
    // device drops at 13 s, is served behind the fourth and bound again at 15 s.
    assert_eq!(run.groups[0].curves.bound[11..16], [1, 1, 0, 0, 1]);
    assert_eq!((run.groups[0].curves.attempts[13], run.totals.attempts), (1, 9));
    assert_eq!((run.affected, run.times.t100), (4, Some(secs(4))));
    // With a second more of patience no ping is late.
    fleet.groups[0].link.pong_timeout = secs(2);
    assert_eq!(super::run(&fleet, 1).totals.attempts, 8);
}

#[test]
fn overload_takes_the_platform_down_again() {
    let mut fleet = fleet(devices(4, secs(10)));
    fleet.platform.service_time = secs(1);
    fleet.platform.breaking = Some(Breaking { values: None, waiting: Some(2), down: secs(5) });
    fleet.outage.watch = secs(15);
    let run = run(&fleet, 1);
    // At 11 s the first sign-in has ended but is cut like the other three; the same at 22 s.
    assert_eq!(run.relapses, [secs(11), secs(22)]);
    assert_eq!((run.totals.cut, run.totals.back, run.totals.attempts), (8, 0, 12));
    assert_eq!(run.stations[0].busy[10..13], [1_000_000, 0, 0]);
    fleet.platform.breaking = Some(Breaking { values: None, waiting: Some(3), down: secs(5) });
    assert_eq!(super::run(&fleet, 1).times.t100, Some(secs(4)));
}

/// One device that records two values a second before a queue that writes so many.
fn recording(per_s: u64, queue: u64) -> Fleet {
    let mut fleet = fleet(devices(1, secs(10)));
    fleet.groups[0].telemetry = Telemetry { properties: 2, events: 0, services: 0, interval_s: 1.0 };
    fleet.platform.writes = Some(Writes { per_s, queue, event_permille: 500, service_permille: 2_000 });
    fleet
}

#[test]
fn stored_values_are_drained_beside_the_ordinary_ones() {
    let run = run(&recording(7, 100), 1);
    // 20 values at 10.1 s, and five a second less from then on.
    let writes = run.writes.unwrap();
    assert_eq!((writes.arrived[10], writes.drained), (20, Some(ms(4_100))));
    assert_eq!(writes.level[9..16], [0, 15, 10, 5, 0, 0, 0]);
    // An event for two values makes each of them a quarter heavier: 25 and 2.5 a second.
    let mut fleet = recording(7, 100);
    fleet.groups[0].telemetry.events = 1;
    let heavier = super::run(&fleet, 1).writes.unwrap();
    assert_eq!(heavier.drained, Some(Micros(100_000 + 5_555_556)));
}

#[test]
fn what_finds_no_room_in_the_write_queue_is_rejected() {
    let run = run(&recording(1, 15), 1);
    let writes = run.writes.unwrap();
    // 5 of the 20 stored ones, then one a second.
    assert_eq!(
        (writes.rejected[10..13].to_vec(), writes.level[10], writes.drained),
        (vec![5, 1, 1], 15, None)
    );
    assert_eq!(run.totals.rejected, 5 + 59);
    // What the device has no room for is lost before.
    let mut fleet = recording(7, 100);
    fleet.groups[0].store.limit_bytes = 12;
    let run = super::run(&fleet, 1);
    assert_eq!((run.totals.lost, run.writes.unwrap().arrived[10]), (8, 12));
}

#[test]
fn slow_writing_doubles_what_is_stored() {
    let mut fleet = recording(1, 1_000);
    fleet.groups[0].devices = 2;
    fleet.groups[0].store.resends = true;
    let run = run(&fleet, 1);
    // The first 20 at 10.1 s find an empty queue, the second 20 at 10.2 s one of 20.1 s.
    let writes = run.writes.unwrap();
    assert_eq!((writes.arrived[10], writes.resent), (60, 20));
}

#[test]
fn a_timeout_that_bounds_the_attempt_ends_it_in_a_black_hole() {
    let mut fleet = fleet(devices(1, secs(5)));
    (fleet.outage.meets, fleet.outage.length) = (Meets::BlackHole, secs(8));
    fleet.groups[0].link.bounds = Bounds::Attempt;
    set_timeout(&mut fleet, secs(2));
    let run = run(&fleet, 1);
    // SYNs at 0, 1, 7 and 8 s; the attempt of 0 s ends at 2 s, that of 7 s gets through at 8 s.
    assert_eq!((run.curves.unanswered[2], run.totals.unanswered, run.totals.attempts), (1, 1, 2));
    assert_eq!((run.totals.attempts_in_outage, run.times.t100), (2, Some(ms(100))));
}

#[test]
fn used_up_attempts_strand_and_lognormal_services_vary() {
    let mut fleet = fleet(devices(1, secs(1)));
    if let Agent::CSdk(sdk) = &mut fleet.groups[0].agent {
        sdk.connect_retries = Retries::Times(3);
    }
    let run = run(&fleet, 1);
    assert_eq!((run.curves.all.stranded[3], run.totals.stranded, run.never_back()), (1, 1, 1));
    let mut fleet = super::fleet(devices(400, secs(10)));
    (fleet.platform.workers, fleet.platform.service_law) = (400, ServiceLaw::Lognormal);
    let run = super::run(&fleet, 1);
    // Median e^(-1/2) of the mean; the 95th percentile e^1.645 above that.
    let [t50, t95, ..] = run.times.all().map(|time| time.unwrap().secs());
    assert!((t50 - 0.060_65).abs() < 0.006 && (t95 - 0.314).abs() < 0.06, "{t50} {t95}");
}
