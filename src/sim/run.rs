//! What one run yields: curves per second, times, peaks and totals.
//!
//! Curves have one bin per second of time since the loss of the connections (bin 0 is the first second
//! of the outage), `⌊H / 1 s⌋ + 2` of them, empty ones included; the zero of the axis that people see is
//! [`Run::returned`]. Definitions of *back*, t95 and *stranded* are those of the product: the share is
//! taken of all devices, stranded ones included, so that a time can be *never*.

use crate::base::Micros;

/// Length of a bin [µs].
pub(super) const BIN: u64 = Micros::SECOND.0;

/// Start value of the result hash (FNV-1a's offset basis).
pub(super) const HASH_START: u64 = 0xCBF2_9CE4_8422_2325;
/// Multiplier of the result hash (FNV-1a's prime).
const HASH_PRIME: u64 = 0x0000_0100_0000_01B3;

/// Folds one word into a result hash.
pub(super) fn fold(hash: u64, word: u64) -> u64 {
    (hash ^ word).wrapping_mul(HASH_PRIME)
}

/// Returns the number of bins of a run that ends at `horizon`.
pub(super) fn bins(horizon: Micros) -> u64 {
    horizon.0 / BIN + 2
}

/// What one group did, or the whole fleet, per second of absolute time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    /// Attempts that devices began [attempts/s].
    pub attempts: Vec<u32>,
    /// Devices that came back after the outage, at the end of their sign-in [devices/s].
    pub back: Vec<u32>,
    /// Attempts refused for want of room, or by a limit [attempts/s].
    pub refused: Vec<u32>,
    /// Attempts that the device gave up waiting for, when it did [attempts/s].
    pub timed_out: Vec<u32>,
    /// Services that ended for a device that had given up [services/s].
    pub wasted: Vec<u32>,
    /// Devices that gave up for good, when they did [devices/s].
    pub stranded: Vec<u32>,
    /// Devices that the outage disconnected and that are not back, at the end of the second [devices].
    pub away: Vec<u32>,
    /// Devices with an upgraded connection, signed in or not, at the end of the second [devices].
    pub connected: Vec<u32>,
    /// Devices signed in and bound, at the end of the second [devices].
    pub bound: Vec<u32>,
    /// Values in the stores of devices that are not bound, at the end of the second [values].
    pub stored: Vec<u64>,
}

impl Returns {
    /// Returns empty curves of this many bins.
    pub(super) fn new(bins: usize) -> Self {
        let zeros = || vec![0; bins];
        Self {
            attempts: zeros(),
            back: zeros(),
            refused: zeros(),
            timed_out: zeros(),
            wasted: zeros(),
            stranded: zeros(),
            away: zeros(),
            connected: zeros(),
            bound: zeros(),
            stored: vec![0; bins],
        }
    }

    /// Adds the curves of another population, bin by bin.
    pub(super) fn add(&mut self, other: &Self) {
        let curves = [
            (&mut self.attempts, &other.attempts),
            (&mut self.back, &other.back),
            (&mut self.refused, &other.refused),
            (&mut self.timed_out, &other.timed_out),
            (&mut self.wasted, &other.wasted),
            (&mut self.stranded, &other.stranded),
            (&mut self.away, &other.away),
            (&mut self.connected, &other.connected),
            (&mut self.bound, &other.bound),
        ];
        for (sum, more) in curves {
            for (sum, more) in sum.iter_mut().zip(more) {
                *sum += more;
            }
        }
        for (sum, more) in self.stored.iter_mut().zip(&other.stored) {
            *sum = sum.saturating_add(*more);
        }
    }
}

/// What only the whole fleet has, per second of absolute time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Curves {
    /// What the groups have too, summed over all of them.
    pub all: Returns,
    /// Attempts that reached the platform's door [attempts/s]; an attempt of the outage whose SYN got
    /// through late counts when it arrives.
    pub arrivals: Vec<u32>,
    /// Attempts that failed at once because the platform was down or denied them [attempts/s].
    pub turned_away: Vec<u32>,
    /// Attempts that nobody answered, when the device or its kernel gave up [attempts/s].
    pub unanswered: Vec<u32>,
    /// Attempts that the platform closed in its queue [attempts/s].
    pub closed: Vec<u32>,
    /// Attempts cut by an event under way [attempts/s].
    pub cut: Vec<u32>,
    /// Sign-ins denied because the device's old session was still believed alive [attempts/s].
    pub bind_rejected: Vec<u32>,
    /// Second connections that agents of the C SDK family open at once when a socket breaks [connections/s].
    pub second_connects: Vec<u32>,
    /// Connections held by the platform at the end of the second [connections].
    pub held: Vec<u32>,
}

impl Curves {
    /// Returns empty curves of this many bins.
    pub(super) fn new(bins: usize) -> Self {
        let zeros = || vec![0; bins];
        Self {
            all: Returns::new(bins),
            arrivals: zeros(),
            turned_away: zeros(),
            unanswered: zeros(),
            closed: zeros(),
            cut: zeros(),
            bind_rejected: zeros(),
            second_connects: zeros(),
            held: zeros(),
        }
    }
}

/// A station that attempts pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StationName {
    /// Connections that wait to be accepted by a limited balancer.
    Gate,
    /// TLS handshakes at the balancer.
    Tls,
    /// Connection Servers.
    Connection,
    /// Sign-in tier (Foundation).
    SignIn,
}

/// How busy one station was, per second of absolute time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationRun {
    /// Which one.
    pub name: StationName,
    /// Its workers.
    pub workers: u32,
    /// Most requests waiting at the end of any tick of the second [requests].
    pub queue: Vec<u32>,
    /// Time that workers were busy [µs per s], at most workers · 10^6.
    pub busy: Vec<u64>,
}

impl StationRun {
    /// Returns the share of workers that were busy in a second, 0..1.
    pub fn utilisation(&self, bin: usize) -> f64 {
        let busy = self.busy.get(bin).copied().unwrap_or(0);
        busy as f64 / (f64::from(self.workers.max(1)) * BIN as f64)
    }

    /// Returns the most requests that waited at the same time.
    pub fn largest_queue(&self) -> u32 {
        self.queue.iter().copied().max().unwrap_or(0)
    }
}

/// The write queue, per second of absolute time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WritesRun {
    /// Stored values that arrived, repetitions included [values/s].
    pub arrived: Vec<u64>,
    /// Values rejected because the queue was full, ordinary and stored [values/s].
    pub rejected: Vec<u64>,
    /// Values waiting at the end of the second [values].
    pub level: Vec<u64>,
    /// Of the stored values that arrived, those sent a second time [values].
    pub resent: u64,
    /// Values that waited when the platform went down [values].
    pub lost_in_crash: u64,
    /// Time after the return until all stored data has arrived and been written; `None` is *never*.
    pub drained: Option<Micros>,
}

/// Times from the platform's return until a share of the devices is back; `None` is *never*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// 50 % of the devices.
    pub t50: Option<Micros>,
    /// 95 % of the devices.
    pub t95: Option<Micros>,
    /// 99 % of the devices.
    pub t99: Option<Micros>,
    /// All devices.
    pub t100: Option<Micros>,
}

impl Times {
    /// The shares [%], in the order of the fields.
    pub const PERCENT: [u32; 4] = [50, 95, 99, 100];

    /// Returns the four times in the order of [`Self::PERCENT`].
    pub fn all(&self) -> [Option<Micros>; 4] {
        [self.t50, self.t95, self.t99, self.t100]
    }
}

/// Sums over a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Attempts begun.
    pub attempts: u64,
    /// Of these, begun before the platform's return.
    pub attempts_in_outage: u64,
    /// Attempts that reached the platform: refused, queued or served at once.
    pub arrivals: u64,
    /// Affected devices that are back at the end.
    pub back: u64,
    /// Attempts refused by a full queue.
    pub refused: u64,
    /// Attempts that the device gave up waiting for.
    pub timed_out: u64,
    /// Attempts that failed at once because the platform was down.
    pub turned_away: u64,
    /// Attempts into a black hole that the device's kernel gave up.
    pub unanswered: u64,
    /// Services that ended for a device that had given up.
    pub wasted: u64,
    /// Working time of those services [µs].
    pub wasted_work: u64,
    /// Attempts that the platform closed in its queue.
    pub closed: u64,
    /// Devices that gave up for good.
    pub stranded: u64,
    /// Attempts cut by an event while they were under way.
    pub cut: u64,
    /// Sign-ins denied because the device's old session was still believed alive.
    pub bind_rejected: u64,
    /// Second connections of the C SDK family.
    pub second_connects: u64,
    /// Values lost because a device's store was full [values].
    pub lost: u64,
    /// Values lost because the write queue was full [values].
    pub rejected: u64,
    /// Values lost because the platform went down with its write queue [values].
    pub lost_in_crash: u64,
}

/// What one group of devices did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRun {
    /// Devices in the group.
    pub devices: u32,
    /// Of these, devices that the outage disconnected.
    pub affected: u32,
    /// Its curves.
    pub curves: Returns,
    /// Times until a share of its affected devices is back.
    pub times: Times,
    /// Affected devices that are back at the end.
    pub returned: u64,
    /// Devices that gave up for good.
    pub stranded: u64,
    /// Values lost because a device's store was full [values].
    pub lost: u64,
}

/// One replication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Seed of its draws.
    pub seed: u64,
    /// When the platform can be reached again, since the loss; the zero of the axis that people see.
    pub returned: Micros,
    /// End of the simulation, since the loss.
    pub horizon: Micros,
    /// Devices in all groups.
    pub devices: u64,
    /// Of these, devices that the outage, or what followed it, disconnected.
    pub affected: u64,
    /// Curves over all groups.
    pub curves: Curves,
    /// The stations in the order in which attempts pass them; the sign-in tier is the last.
    pub stations: Vec<StationRun>,
    /// The write queue, where it is modelled.
    pub writes: Option<WritesRun>,
    /// When overload took the platform down again, since the loss.
    pub relapses: Vec<Micros>,
    /// Times over all groups.
    pub times: Times,
    /// The groups, in the order of the file.
    pub groups: Vec<GroupRun>,
    /// Sums over all groups.
    pub totals: Totals,
    /// Most attempts in one second [attempts/s].
    pub peak: u32,
    /// Most attempts that reached the platform in one second after its return [attempts/s].
    pub peak_up: u32,
}

impl Run {
    /// Returns the number of affected devices that were not back at the end, stranded ones included.
    pub fn never_back(&self) -> u64 {
        self.affected - self.totals.back
    }

    /// Returns the sign-in tier; every platform has one.
    pub fn sign_in(&self) -> Option<&StationRun> {
        self.stations.last()
    }

    /// Returns the most requests that waited in one station at the same time.
    pub fn largest_queue(&self) -> u32 {
        self.stations.iter().map(StationRun::largest_queue).max().unwrap_or(0)
    }

    /// Returns the result hash. Its beginning is that of `storm-1`: the curves attempts, back, refused
    /// and timed out, folded one 64-bit word per bin; what `storm-1` does not have follows only where it
    /// is modelled. Equal inputs give equal hashes on every machine.
    pub fn hash(&self) -> u64 {
        let curves = &self.curves.all;
        let hash = [&curves.attempts, &curves.back, &curves.refused, &curves.timed_out]
            .into_iter()
            .flatten()
            .fold(HASH_START, |hash, &count| fold(hash, u64::from(count)));
        let fronts = self.stations.len().saturating_sub(1);
        let hash =
            self.stations[..fronts].iter().flat_map(|station| &station.busy).fold(hash, |h, &x| fold(h, x));
        let writes = self.writes.iter().flat_map(|writes| writes.level.iter().chain(&writes.rejected));
        writes.fold(hash, |hash, &values| fold(hash, values))
    }
}
