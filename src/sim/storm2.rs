//! `storm-2`: the full model, as a text that anybody can implement.
//!
//! [`super::reference`] implements it slowly and plainly, the engine fast; both agree bit for bit. With
//! one tier, one kind of agent and everything else switched off it is [`storm-1`](super::storm1).
//!
//! # Numbers
//!
//! Time is whole microseconds since the begin of the main outage. Sums of times saturate at 2^64 − 1.
//! Only what happens before the horizon H = length + watch counts; an event at or after H does not take
//! place. `bin(t)` is ⌊t / 1 s⌋; each curve has `bin(H) + 2` bins.
//! Levels in a bin that ends after H are those at H. Devices are numbered from 0 through
//! the groups in the order of the file. All divisions of whole numbers round down unless it says otherwise.
//! Draws are those of [`crate::base::draws`], keyed by device and the number given here; `attempts` is the
//! number of attempts that the device has begun so far in its life.
//!
//! # The device
//!
//! When a device attempts is the business of [`crate::agent`]: this text gives its machine the events
//! *lost*, *failed*, *failed with the socket open* and *connected*, and gets the time of the next attempt,
//! or that the device is stranded. At any moment a device is *bound*, *waiting* (for a known time),
//! *under way* (an attempt has begun and not ended), *off* (duty cycle), *unaware* (its connection is gone
//! and it has not noticed) or *stranded*; it has at most one pending event. At time 0 every device is bound, as if
//! it had just been bound, before anything else happens.
//!
//! # Order
//!
//! The next event is always the pending one with the smallest (time, rank, device); an event that is
//! scheduled for the current tick takes part at once. Ranks:
//!
//! | rank | event | of |
//! |---|---|---|
//! | 0 | an episode begins | episode, in the order of [`Outage::episodes`](crate::fleet::Outage::episodes) |
//! | ½ | services end, waiting requests are taken up, then those whose patience is over are closed | station |
//! | 1 | the platform checks itself | every whole second ≥ 1 s, if it has a breaking point |
//! | 2 | an attempt ends without success | device |
//! | 3 | a bound session ends, or its device pings (see Signing in) | device |
//! | 4 | a device notices that its connection is gone (or the duty cycle calls) | device |
//! | 5 | a sign-in ends in time | device |
//! | 6 | an attempt reaches its next station | device |
//! | 7 | an attempt begins, or its SYN is sent again | device |
//!
//! A device whose machine is stranded at a time t < H counts as stranded in bin(t); nothing else
//! happens then. If its group has a duty cycle and its agent makes attempts at all
//! ([`Agent::reconnects`](crate::fleet::Agent::reconnects)) it does not count: it *notices* again (rank 4, never a
//! second connect) at t + period − on, with `on = period · on_permille / 1000`.
//!
//! # Episodes
//!
//! An episode is *in force* at t if at ≤ t < at + length. It touches a device by its group, or by its part
//! `(word(Share, device, deal) · of) >> 32` being in from..to, or always.
//!
//! When one begins (rank 0, in order of the list), before H:
//! 1. If the platform is down: all stations are emptied (what is served stops at once: it counts neither as
//!    worked on from here on nor as wasted; what waits is gone; all workers are idle), the platform forgets all blocks (below), and
//!    what waits to be written is lost: `lost_in_crash += level / U`, level = 0. Every device, touched or not, that is under way or waits with an
//!    open socket fares as in 2 (without becoming affected): nobody is left who would answer it.
//! 2. If `loses` is given, for each touched device in order: it is *affected* from now on, and *away*.
//!    * Bound: the session ends now as below with this loss.
//!    * Under way, except while its SYN is not answered yet (waiting for the next repetition or for its
//!      kernel to give up): its pending event is replaced by *attempt ends* (rank 2) at this time,
//!      counted as *cut*, the socket closed. Its request stays in the station where it is (unless the platform is down), with its deadline and
//!      patience as they were, and is dealt with as if nothing had happened; only the device does not follow it. It is
//!      wasted only if it ends after that deadline.
//!    * Waiting with an open socket: the socket is gone; the next attempt needs a new one.
//!    * Otherwise nothing changes for it.
//!
//! *Capacity* of a tier at t [‰]: the smallest over all episodes of that tier (those of the timeline whether
//! begun or not, dynamic ones once they began) of: `capacity_permille` while in force;
//! for 0 ≤ x = t − (at + length) < ramp: `from + (1000 − from) · x / ramp`; else 1000. Episodes of the *database* change the sign-in tier
//! as if they were its own, and the write queue (see Values), whose capacity w(t) is that of the database at the begin of the second of t.
//!
//! *Check* (rank 1): if no episode with the platform down is in force, and there is a write queue and its level is at
//! least `values` values (`level / U`), or at least `waiting` requests wait in the sign-in tier (their service
//! has not begun: start > now), a dynamic episode begins at once: it
//! lasts `down`, touches all, loses by close frame, the platform is down, attempts meet Refused (Http503
//! where there is a balancer), ramp and its start are those of the main outage. It is appended to the list.
//!
//! # Losing and noticing
//!
//! A session ends at t by a loss: the device is unaware; it holds no connection any more; away-time
//! starts (`lost_at = t`); its ordinary values stop. `since_ping` = [`crate::agent::notice::since_ping`] keyed by
//! `attempts`. If the loss is a silence and no episode with the platform down is in force (the one that
//! begins now included), and the platform has bind protection p: the device is *blocked* until t − `since_ping` + p
//! (or 0 if that is negative); otherwise it is not blocked. It notices (rank 4) at t + `notice(link, loss, since_ping)`.
//!
//! A late pong and the duty cycle's *off* (see Signing in) are no losses: they need no `since_ping`, block nothing and lead to no second
//! connect.
//!
//! When it notices: an agent of the C SDK family ([`AgentKind::is_c_sdk_family`](crate::fleet::AgentKind::is_c_sdk_family)) whose loss it
//! saw as an error of the socket (a reset, or a FIN with TLS) connects once more at once, counted as `second_connects` in this bin's time:
//! if the first episode in force that touches it and meets something other than Served exists, nothing more; else, if there is a balancer,
//! the connection passes limiter, gate and TLS as below, all offered at this very time (TLS too, where the gate makes it wait), without a
//! held connection and without any consequence for the device: it counts in the limiter like any other, and occupies room and workers;
//! refused or dropped it comes to nothing and counts nowhere else, it has no deadline (it is never wasted), and its handshake is keyed by
//! `attempts` as it is. Then the machine gets *lost*.
//!
//! # Attempts
//!
//! An attempt begins at a (rank 7), counts in `attempts` and, if the platform has not returned from the main outage (a < length), in
//! `attempts_in_outage`. Let e be the first episode in force that touches the device and
//! meets something other than Served (for a SYN that is sent again: at that time).
//!
//! *On a new socket*, if e exists:
//! * Refused, Http503, `DnsFails`, `TlsFails`, `AcceptThenClose`: counts as *turned away*; *failed* at once.
//! * `BlackHole`: the SYN is sent again, see below.
//! * `AuthUnanswered`: ends at now + `message_timeout`, counted as *unanswered* then, socket open.
//! * `AuthRejected`, `BindRejected`: counts as turned away; *failed with the socket open* at once.
//!
//! With `AuthUnanswered`, `AuthRejected` and `BindRejected` the socket stands: the device holds a connection from now on (no limit is
//! asked, no station passed), and is *connected* where there are Connection Servers.
//!
//! *On a standing socket* (the machine says so when the attempt begins) only these three apply, with the same e (if e is another one,
//! nothing is in the way); otherwise the attempt goes straight to the sign-in tier, and counts in `arrivals` too.
//!
//! *Failed with the socket open*: where the machine does not go on with the socket (it strands, or is not of the C SDK family) it
//! is closed at once.
//!
//! *SYN again*: of the repetitions a + [`SYN_RETRANSMISSIONS`](crate::fleet::outage::SYN_RETRANSMISSIONS) the next one later than now is
//! its next event (rank 7). If none is left the attempt ends at a + [`SYN_GIVES_UP`](crate::fleet::outage::SYN_GIVES_UP). a is always the
//! first SYN. Where `connect_timeout` bounds the attempt, it ends at a + `connect_timeout` if that is earlier than the next repetition (or
//! the giving up). Such ends count as *unanswered*, socket closed.
//!
//! If nothing is in its way the attempt *arrives* (counted in `arrivals`, each time that a SYN of it does) at the door:
//! 1. *Limiter* (kinds Reset, Http503, Http503CountsAll): with c connections counted in this second (bin) and p in
//!    the one before, and x = 1 s − (now mod 1 s): if c + ⌊p · x / 1 s⌋ ≥ `per_s` it is refused: it counts in c only with
//!    `Http503CountsAll`. Otherwise it counts in c, whatever becomes of it. A crash does not reset it.
//! 2. *Held*: if the smallest `held` of balancer, Connection Servers and sign-in tier is not above the number of
//!    connections held, it is refused.
//! 3. *Gate* (kind DelayAccept): a station of one worker, service ⌈1 s / `per_s`⌉, room `backlog`, that drops SYNs.
//!    The attempt goes on when its service *starts*, if that is not after its deadline. A service of the gate is never wasted.
//! 4. *TLS*, if there is a balancer with cores > 0 and the link has TLS: a station of `cores` workers, endless room. Service: `resumed_handshake` if
//!    `word(Handshake, device, attempts) < resumed_permille · 2^32 / 1000`, else `handshake` (at least 1 µs).
//! 5. *Connection Servers*, if modelled: the upgrade.
//! 6. *Sign-in tier*.
//!
//! From the moment it passed the limits of 1 and 2 and found room in its first station, the device holds a connection until its attempt ends
//! with the socket closed or its session ends. Refused: counted, and the machine gets *failed* at once (refused by
//! the sign-in tier on a standing socket: *failed with the socket open*).
//!
//! *Deadline* of a visit, with T = `connect_timeout`, M = `message_timeout`, s the time at which the attempt arrives at this station, a
//! its begin (the first SYN) and g the time at which its *request* was sent: where there is a gate and the link has no TLS, when the
//! attempt arrived at the gate (the kernel has completed the connection, and the device waits for the answer while the connection
//! waits to be accepted), else s. With TLS a device waits at the gate for the handshake, which nothing bounds (02-agents A1).
//!
//! | visit | `Answer` | `Attempt` |
//! |---|---|---|
//! | gate | g + T without TLS, none with TLS | a + T |
//! | TLS | none | a + T |
//! | Connection Servers | g + T | a + T |
//! | sign-in, if there are no Connection Servers and the socket is new | g + T | a + T |
//! | sign-in otherwise | s + M | s + M |
//!
//! At its deadline the attempt ends, counted as *timed out*; socket open if it was a sign-in with deadline s + M, else closed. Where it
//! goes to the next station the visit is over. An attempt that arrives at a station after its deadline (a + T, or g + T behind a gate) does not exist: it
//! ended before.
//!
//! # Stations
//!
//! A station has workers, a first-in-first-out queue with room, a law of service, patience and may purge. A request that arrives at s:
//! starts at once if a worker is idle; else, if fewer than `room` wait, it waits; else it is refused, or, if the station drops SYNs and is
//! the first of the chain (the gate always; Connection Servers or sign-in tier only without a balancer) and the socket is new, its SYN is
//! sent again (see above). Services that end at s and requests that leave the queue at s are gone. A request that waits leaves the queue
//! when its service starts, or at s + patience if its turn has not come by then (s + patience < start): *closed* (counted at that time if
//! before H, whether or not the device still waits for it); if the deadline is not earlier the attempt ends then (rank 2), socket closed,
//! else it has ended at its deadline as any other, and the closing does nothing to the device or to a socket that it goes on with. A
//! station that purges may drop a request, without work, when its turn comes, which is when its service would start (at s too): one that
//! purges what is *given up* if the deadline is earlier than the start t, one that purges what is *too late* if the deadline is earlier than
//! t plus the service time of a start at t. The request leaves the queue at t, the worker stays idle for the next at once, and the attempt
//! ends at its deadline as any other. (Where s + patience < t it is closed, and its turn never comes.)
//!
//! Service time of a request that starts at t: its draw b (law below), made slower by the capacity c(t) of its tier: `max(1, b · 1000 /
//! c(t))`; the gate always has full capacity. Fixed: b = mean. Exponential: `max(1, round(−ln(u) · mean))`, u = `unit(stream, device,
//! number)`. Lognormal: `max(1, round(mean · exp(z − 1/2)))`, z = [`quantile(u)`](crate::base::normal::quantile) with the same u.
//! number = attempts − 1; streams: Upgrade for Connection Servers, Service for the sign-in tier. Logarithm, exponential and square root
//! are those of `libm`.
//!
//! A visit without a deadline never misses it.
//!
//! A service that ends at e ≤ deadline takes the attempt on at e (rank 6 to the next station, rank 5 from the sign-in tier). Otherwise the
//! service is done in full and counts as *wasted* when it ends (if before H), with all of its time in `wasted_work`. Nobody follows an
//! attempt that has ended: the next station never sees it.
//!
//! # Signing in
//!
//! At the end of the sign-in (rank 5), now = c:
//! 1. With `BeforeBind` the stored values arrive (below).
//! 2. If the device is blocked until later than c: *bind rejected*, counted; *failed with the socket open* at once.
//! 3. The device is bound: machine *connected*; counts in `bound`. With `AfterBind` the stored values arrive. Its ordinary values start.
//!    If it was away it is *back*: counted in `back` of bin(c), and away no more.
//! 4. Its session will end (rank 3) at the earliest of (ties in this order):
//!    * c + `idle_timeout` of the balancer, if that is less than the quiet time of the link (`ping_rate`, or the recording interval, rounded to
//!      a microsecond, if that is shorter and the group records anything: properties, events or services): by FIN;
//!    * c + on, if it has a duty cycle: off;
//!    * c + `max(1, round(−ln(u) · 86 400 000 000 / drops_per_day))`, u = unit(Trouble, device, attempts), if `drops_per_day` > 0: by silence;
//!    * p + `pong_timeout`, where p is its first *late* ping: by a late pong, which the device notices at once.
//!
//!    *Pings* matter only where pongs wait. The device pings at c, c + `ping_rate`, c + 2 · `ping_rate` and so on (only at c if `ping_rate`
//!    is 0), until its session ends or a ping is late. A ping is late if a request that arrived at its time at the first of Connection
//!    Servers and sign-in tier would wait longer than `pong_timeout` for the start of its service (it is given room and endless patience,
//!    and stands behind all that wait; nothing more arrives and no more relapse happens). The ping at c looks there and then (at time 0
//!    before anything else happens); each later one is an event of the device at rank 3: after all that ends, starts or leaves the queue at this
//!    time, and before any attempt reaches a station or begins. Where the session ends by something else at the time of a ping there is none.
//!
//!    The same is scheduled for every device at time 0 (with attempts = 0).
//!
//! *Off*: the device holds no connection; away-time starts; it notices (rank 4, never a second connect) at t + period − on.
//!
//! # Values
//!
//! A device records rate = properties / `interval_s` values per second. When its stored values arrive, or at H if it is not bound then, with
//! A = (now or H − `lost_at`) in seconds: `recorded = rate · A` in double precision, room = `limit_bytes` / max(1, `value_bytes`), stored =
//! ⌊min(recorded, room)⌋, dropped = ⌊max(0, recorded − room)⌋, which counts as *lost* for its group; then `lost_at` = now. All that holds for
//! every platform; only where it has a write queue the stored values also arrive there. `rate` is `properties as f64 / interval_s`, A is
//! `(now − lost_at) as f64 / 10^6`.
//!
//! *Stored* of a group at the end of a second, T (or H, as for levels): `rate · (S as f64) / 10^6`, rounded down, in double precision, where
//! S is the sum over its devices that are not bound of `min(T − lost_at, φ)`, and φ = ⌊room · 10^6 / rate⌋ is the time that fills a store;
//! 0 where rate is 0. Numbers that do not fit 64 bits are the largest one that does.
//!
//! *Write queue*: level in units of U = 10^12 per value. Work of one value of a group: `w = 10^6 · (1000 · P + events · event_permille +
//! services · service_permille) / (1000 · P)` (P = properties ≥ 1, events and services per recording; 10^6 stands for one value). Stored
//! values v add v · w · 10^6. If the group's agents resend and level · 1000 / (`per_s` · w(t)) > `message_timeout` · 10^6 (the wait of a value that arrives
//! now, before adding), they add the same once more, counted as *resent* (v values; `arrived` counts both). Beyond queue · U the excess is
//! *rejected*: level = queue · U. With R(t) units rejected until t, `rejected` of a bin is ⌊R(its end) / U⌋ − ⌊R(its begin) / U⌋, and the
//! total is the sum of the bins. (The wait is rounded down.) Each bound device adds `round(P / interval_s · w)` units per
//! microsecond each (ordinary values; in double precision, half away from zero); the queue works off `per_s` · 10^3 · w(t) units per microsecond.
//! Between events the level changes linearly, never below 0 and never above queue · U; what would go above is rejected. While the platform
//! is down nothing is worked off.
//!
//! # Result
//!
//! *Back*: at any time, of the `affected` devices so far all that are not away are back. `t_q` is the earliest time from which on, until H,
//! at least ⌈q · affected⌉ devices are back (affected as it is at that time), as time after the return from the main outage (0 if it is
//! earlier); never if there is none. It is judged after every event of the order above, an episode as one: a tick in which it did not hold
//! for a moment is a new beginning. If nobody is affected at H all are never. The same for each group with its own devices.
//!
//! `t_drained`: the earliest time from which on all affected devices are back until H, or later, at which the level is 0 (rounded up to a
//! microsecond, before H), as time after the return (0 if it is earlier); judged after events in the same way, and between them. Values
//! that come later (of devices with local trouble, say) do not matter. If nobody is affected: never.
//!
//! `back` of totals and groups are the affected devices that are not away at H; a device can count several times in the curve. `peak_up` is the
//! largest `arrivals` from bin(length) on.
//!
//! Levels (bound, connected, away, held, level of the write queue) are taken at the end of each second, after all events before the next
//! whole second. A device is *connected* from the end of its upgrade (without Connection Servers: from the moment it is bound) until its
//! socket closes. The queue of a station in a bin is the most requests that wait at the end of any tick t < H of that second, also one in
//! which nothing happens; its busy time is counted tick by tick up to H.

use crate::base::Micros;
use crate::fleet::{
    Agent, Backoff, BackoffLaw, Balancer, CSdk, DelayLaw, Fleet, Full, Generic, Group, Link, Meets,
    OfflineStore, Outage, Platform, Prices, Purges, Retries, ServiceLaw, Targets, Telemetry, Tier, Unknowns,
    Writes,
};

/// Returns the fleet that measures speed: mixed agents in four groups, a balancer with TLS, two tiers and
/// the flood of stored values, with this many devices and a platform that grows with them.
///
/// Four tenths run the sample agent (30 s before every attempt), three C SDK (10 s once, then every 10 s), two
/// EMS with its defaults and one generic agents with full jitter (1 s to 60 s). The outage lasts 120 s.
pub fn mixed(devices: u32, law: ServiceLaw) -> Fleet {
    let scaled = |per_10k: u64| ((per_10k * u64::from(devices)).div_ceil(10_000)).max(1) as u32;
    let sdk = |delay_s, interval_s, retries| CSdk {
        max_connect_delay: Micros::from_secs(delay_s),
        connect_timeout: Micros::from_secs(10),
        connect_retries: retries,
        connect_retry_interval: Micros::from_secs(interval_s),
        delay_law: DelayLaw::Documented,
    };
    let manager = Agent::ExampleAgent {
        reconnect_random_delay: Micros::from_secs(30),
        sdk: sdk(0, 0, Retries::Times(1)),
    };
    let generic = Generic {
        first_delay: Micros::from_secs(10),
        connect_timeout: Micros::from_secs(10),
        connect_retries: Retries::Forever,
        backoff: Backoff {
            law: BackoffLaw::FullJitter,
            base: Micros::from_secs(1),
            cap: Micros::from_secs(60),
        },
    };
    let group = |id: &str, per_10k, agent| Group {
        id: id.into(),
        name: id.into(),
        devices: scaled(per_10k),
        agent,
        telemetry: Telemetry::new(20, 300.0),
        store: OfflineStore::default(),
        link: Link::default(),
        duty: None,
        drops_per_day: 0.0,
    };
    let tier = |workers, ms| Tier {
        workers: scaled(workers),
        service_time: Micros::from_millis(ms),
        service_law: law,
        room: scaled(1_000),
        full: Full::Refuse,
        patience: None,
        purges: Purges::Never,
        held: None,
    };
    Fleet {
        name: "storm-2 mixed".into(),
        groups: vec![
            group("managers", 4_000, manager),
            group("sdk", 3_000, Agent::CSdk(sdk(10, 10, Retries::Forever))),
            group("ems", 2_000, Agent::Ems(sdk(10, 10, Retries::Forever))),
            group("generic", 1_000, Agent::Generic(generic)),
        ],
        platform: Platform {
            balancer: Some(Balancer {
                limit: None,
                backlog: 4_096,
                cores: scaled(1),
                handshake: Micros(490),
                resumed_handshake: Micros(105),
                resumed_permille: 500,
                held: None,
                idle_timeout: None,
            }),
            connection: Some(tier(8, 10)),
            writes: Some(Writes {
                per_s: u64::from(scaled(2_000)),
                queue: 250_000,
                event_permille: 1_000,
                service_permille: 1_000,
            }),
            ..Platform::one_tier(scaled(4), Micros::from_millis(15), law, scaled(200))
        },
        outage: Outage::total(Micros::from_secs(120), Meets::Refused, Micros::from_secs(1_200)),
        targets: Targets::default(),
        prices: Prices::default(),
        unknowns: Unknowns::default(),
        cluster: None,
        elsewhere: Vec::new(),
    }
}
