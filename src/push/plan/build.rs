//! How a plan is made of what people decide and of what is known of each device, and what it must satisfy.

use super::error::PlanError;
use super::request::{Candidate, Expected, Request, Sequence, Way, place_of};
use super::spread::spread;
use super::{Now, Plan, PlannedDevice};
use crate::base::hash::hex;
use crate::config::bundle::Waves;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Most devices of a plan.
pub const MAX_DEVICES: usize = 1_000_000;

/// Fastest pace that is taken seriously \[activations/s\].
const FASTEST: f64 = 100_000.0;

/// Equal texts kept once.
#[derive(Default)]
pub(super) struct Texts(BTreeSet<Arc<str>>);

impl Texts {
    pub(super) fn of(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

impl Plan {
    /// Freezes a list of devices into a plan.
    ///
    /// # Errors
    /// [`PlanError`]: the first thing that is wrong with the decisions or with the list.
    pub fn new(request: Request, candidates: Vec<Candidate>) -> Result<Self, PlanError> {
        check(&request)?;
        let groups = request.places();
        if candidates.is_empty() {
            return Err(PlanError::Nobody);
        }
        let mut texts = Texts::default();
        let mut devices = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let group = place_of(&groups, &candidate.group, &candidate.thing)?;
            devices.push(PlannedDevice {
                group,
                site: texts.of(&candidate.site),
                server: texts.of(&candidate.server),
                zone: candidate.zone.as_deref().map(|zone| texts.of(zone)),
                thing: candidate.thing.into(),
                address: candidate.address.into(),
                wave: None,
                files: candidate
                    .files
                    .into_iter()
                    .map(|file| {
                        let path = texts.of(&file.path);
                        file.planned(path)
                    })
                    .collect(),
            });
        }
        let sizes = arrange(&request, &mut devices)?;
        let mut plan = Self { request, devices, sizes, hash: [0; 32] };
        plan.check_devices()?;
        plan.bind_prediction()?;
        plan.hash = plan.file_hash()?;
        Ok(plan)
    }

    /// Binds the prediction to what it was made for.
    fn bind_prediction(&mut self) -> Result<(), PlanError> {
        let Some(mut prediction) = self.request.prediction.take() else { return Ok(()) };
        prediction.of = self.predicted_hash()?;
        self.request.prediction = Some(prediction);
        Ok(())
    }

    /// Returns the hash of what is predicted: the plan without its prediction, whoever takes it over.
    fn predicted_hash(&mut self) -> Result<String, PlanError> {
        let (prediction, name) = (self.request.prediction.take(), self.request.overload_accepted_by.take());
        let hash = self.file_hash().map(|hash| hex(&hash));
        (self.request.prediction, self.request.overload_accepted_by) = (prediction, name);
        hash
    }

    /// Refuses a prediction that was made for another plan.
    pub(super) fn check_prediction(&mut self) -> Result<(), PlanError> {
        let Some(of) = self.request.prediction.as_ref().map(|known| known.of.clone()) else { return Ok(()) };
        if of == self.predicted_hash()? {
            return Ok(());
        }
        let reason = "it was changed after it was simulated".into();
        Err(PlanError::NotAPlan { reason })
    }

    /// Returns a plan that was read from a file, or what is wrong with it.
    pub(super) fn restored(request: Request, devices: Vec<PlannedDevice>) -> Result<Self, PlanError> {
        check(&request)?;
        let broken = |reason: &str| PlanError::NotAPlan { reason: reason.into() };
        let mut sizes = Vec::<u32>::new();
        for device in &devices {
            match device.wave {
                Some(wave) if wave as usize == sizes.len() => sizes.push(1),
                Some(wave) if wave as usize + 1 == sizes.len() => {
                    sizes[wave as usize] += 1;
                }
                Some(_) => return Err(broken("its devices do not stand in the order of their waves")),
                None => {}
            }
            if device.wave.is_none() != is_equal(device) {
                return Err(broken("a device is in a wave without a change, or has a change and no wave"));
            }
        }
        let served: u32 = sizes.iter().sum();
        if devices.iter().take(served as usize).any(|device| device.wave.is_none()) {
            return Err(broken("a device without a wave stands between the others"));
        }
        let plan = Self { request, devices, sizes, hash: [0; 32] };
        plan.check_devices()?;
        Ok(plan)
    }

    fn check_devices(&self) -> Result<(), PlanError> {
        if self.devices.is_empty() {
            return Err(PlanError::Nobody);
        }
        if self.devices.len() > MAX_DEVICES {
            return Err(PlanError::TooMany { devices: self.devices.len() as u64, limit: MAX_DEVICES as u64 });
        }
        let mut zones = BTreeSet::new();
        for device in &self.devices {
            check_texts(device)?;
            if matches!(self.request.way, Way::Ssh { .. })
                && let Some(port) = device.address.split(" via ").find_map(odd_port)
            {
                return Err(PlanError::Port { port: port.into(), thing: device.thing.to_string() });
            }
            let group = &self.request.groups[usize::from(device.group)];
            let zone = device.zone.as_deref().or(group.zone.as_deref());
            if !group.windows.is_empty() && zones.insert((device.group, zone)) {
                let named = |error| match error {
                    PlanError::NoZone { .. } => PlanError::NoZone { thing: device.thing.to_string() },
                    other => other,
                };
                let calendar = self.calendar(device).map_err(named)?;
                // Windows come back every week, so any week tells.
                calendar.next_open(0).ok_or_else(|| PlanError::NeverOpen(group.id.clone()))?;
            }
        }
        self.check_places()
    }

    /// Returns where a device is, the same for all ways in which its address may be written.
    pub(in crate::push) fn place_of<'a>(&self, device: &'a PlannedDevice) -> Cow<'a, str> {
        match self.request.way {
            Way::Ssh { .. } => host_of(&device.address),
            Way::Folder => folder_of(&device.address),
            Way::Platform { .. } => Cow::Borrowed(&device.address),
        }
    }

    /// Refuses two devices of one name, and one file for two devices.
    fn check_places(&self) -> Result<(), PlanError> {
        let mut things: Vec<&str> = self.devices.iter().map(|device| &*device.thing).collect();
        things.sort_unstable();
        if let Some(pair) = things.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(PlanError::TwiceThing { thing: pair[0].into() });
        }
        let mut places: Vec<(Cow<'_, str>, &str, &str)> = self
            .devices
            .iter()
            .flat_map(|device| {
                let at = self.place_of(device);
                device.files.iter().map(move |file| (at.clone(), &*file.path, &*device.thing))
            })
            .collect();
        places.sort_unstable();
        let twice = places.windows(2).find(|pair| (&pair[0].0, pair[0].1) == (&pair[1].0, pair[1].1));
        match twice {
            None => Ok(()),
            Some(pair) => Err(PlanError::TwicePlace {
                first: pair[0].2.into(),
                second: pair[1].2.into(),
                address: pair[0].0.to_string(),
                path: pair[0].1.into(),
            }),
        }
    }
}

/// Returns an address over SSH as it is however it is written: without the user, in small letters, and without the
/// port that is meant anyway. Two users of one host have the same files there.
fn host_of(address: &str) -> Cow<'_, str> {
    let one = |address: &str| {
        let place = address.rsplit_once('@').map_or(address, |(_, place)| place);
        let bare = place.strip_suffix(":22").filter(|host| !host.contains(':') || host.ends_with(']'));
        bare.unwrap_or(place).to_ascii_lowercase()
    };
    let host = address.split(" via ").map(one).collect::<Vec<_>>().join(" via ");
    if host == address { Cow::Borrowed(address) } else { Cow::Owned(host) }
}

/// Returns what stands in the place of a host's port and is none.
fn odd_port(hop: &str) -> Option<&str> {
    let place = hop.rsplit_once('@').map_or(hop, |(_, place)| place);
    let port = match place.rsplit_once(']') {
        Some((_, rest)) => rest.strip_prefix(':')?,
        // More than one colon and no bracket is an address of IPv6 without a port.
        None => place.split_once(':').map(|(_, port)| port).filter(|port| !port.contains(':'))?,
    };
    port.parse().map_or(true, |port: u16| port == 0).then_some(port)
}

/// Returns a folder as it is however it is written: `./a` and `a/` are one. Names that lead through links are not
/// followed.
fn folder_of(address: &str) -> Cow<'_, str> {
    let folder: PathBuf = Path::new(address).components().filter(|part| *part != Component::CurDir).collect();
    match folder.into_os_string().into_string() {
        Ok(folder) if folder.is_empty() => Cow::Borrowed("."),
        Ok(folder) if folder != address => Cow::Owned(folder),
        _ => Cow::Borrowed(address),
    }
}

/// Returns whether every file of a device is as wanted.
fn is_equal(device: &PlannedDevice) -> bool {
    device.files.iter().all(|file| file.now == Now::Is(file.want))
}

fn check_texts(device: &PlannedDevice) -> Result<(), PlanError> {
    let missing = |what| PlanError::Incomplete { what, thing: device.thing.to_string() };
    if device.thing.trim().is_empty() {
        return Err(missing("name"));
    }
    if device.address.trim().is_empty() {
        return Err(missing("address"));
    }
    if device.files.is_empty() || device.files.iter().any(|file| file.path.trim().is_empty()) {
        return Err(missing("file"));
    }
    let control = |what| PlanError::Control { what, thing: device.thing.escape_debug().to_string() };
    let odd = |text: &str| text.chars().any(char::is_control);
    if odd(&device.thing) {
        return Err(control("name"));
    }
    if odd(&device.address) {
        return Err(control("address"));
    }
    if device.files.iter().any(|file| odd(&file.path)) {
        return Err(control("path"));
    }
    Ok(())
}

fn check(request: &Request) -> Result<(), PlanError> {
    let pace = &request.pace;
    let number = |what, value: String, fix| Err(PlanError::Number { what, value, fix });
    if !(pace.activations_per_s > 0.0 && pace.activations_per_s <= FASTEST) {
        let value = format!("{}/s", pace.activations_per_s);
        return number("The activation rate", value, "Choose a rate above 0 that the platform bears");
    }
    if pace.burst == 0 {
        return number("The burst", "0".into(), "At least one activation must be allowed at a time");
    }
    if pace.restart_s == 0 {
        return number("The time for a restart", "0 s".into(), "Give a restart at least 1 s");
    }
    if pace.at_once == 0 {
        return number("The number of devices at once", "0".into(), "Work on at least one device at a time");
    }
    if request.confirm_at.is_some() && pace.verify_after_s == 0 {
        let fix = "A platform cannot have seen a device connect at once. Give it a time such as 30 s";
        return number("The time before a device is looked at again", "0 s".into(), fix);
    }
    if request.gate.confirmed_pct_x100 > 10_000 {
        let value = format!("{} %", f64::from(request.gate.confirmed_pct_x100) / 100.0);
        return number("The share that must be confirmed", value, "Ask for at most 100 %");
    }
    let mut curves = request
        .prediction
        .iter()
        .flat_map(|known| std::iter::once(&known.back).chain(known.storms.iter().map(|storm| &storm.least)));
    if !curves.all(|curve| rises(curve)) {
        return number("The predicted curve", "not rising".into(), "Simulate the plan again");
    }
    request.waves.parse::<Waves>()?;
    let mut ids = BTreeSet::new();
    match request.groups.iter().find(|group| !ids.insert(group.id.as_str())) {
        Some(twice) => Err(PlanError::TwiceGroup(twice.id.clone())),
        None => Ok(()),
    }
}

/// Returns whether a predicted curve rises, to the whole at most.
fn rises(curve: &[Expected]) -> bool {
    let rising = |pair: &[Expected]| {
        pair[0].after_s < pair[1].after_s && pair[0].least_pct_x100 <= pair[1].least_pct_x100
    };
    curve.windows(2).all(rising) && curve.iter().all(|point| point.least_pct_x100 <= 10_000)
}

/// Puts the devices into their order and their waves; returns the size of each wave.
fn arrange(request: &Request, devices: &mut Vec<PlannedDevice>) -> Result<Vec<u32>, PlanError> {
    let waves: Waves = request.waves.parse()?;
    let (equal, changed): (Vec<_>, Vec<_>) = std::mem::take(devices).into_iter().partition(is_equal);
    let parts: Vec<Vec<PlannedDevice>> = match request.sequence {
        Sequence::Together => vec![changed],
        Sequence::GroupAfterGroup => {
            let mut parts = vec![Vec::new(); request.groups.len()];
            for device in changed {
                parts[usize::from(device.group)].push(device);
            }
            parts
        }
    };
    let mut sizes = Vec::new();
    for part in parts {
        if part.is_empty() {
            continue;
        }
        let order = spread(part.iter().map(|device| &*device.thing), &strata(&part), request.seed);
        let mut part: Vec<Option<PlannedDevice>> = part.into_iter().map(Some).collect();
        let mut order = order.into_iter();
        for size in waves.sizes(part.len())? {
            let wave = sizes.len() as u32;
            for at in order.by_ref().take(size) {
                devices.extend(part[at].take().map(|device| PlannedDevice { wave: Some(wave), ..device }));
            }
            sizes.push(size as u32);
        }
    }
    let mut equal = equal;
    equal.sort_by(|a, b| a.thing.cmp(&b.thing));
    devices.extend(equal);
    Ok(sizes)
}

/// Returns the stratum of each device: its site, Connection Server and group.
fn strata(devices: &[PlannedDevice]) -> Vec<u32> {
    let key = |device: &PlannedDevice| (Arc::clone(&device.site), Arc::clone(&device.server), device.group);
    let sorted: BTreeSet<_> = devices.iter().map(key).collect();
    let numbers: BTreeMap<_, u32> = sorted.into_iter().zip(0..).collect();
    devices.iter().map(|device| numbers.get(&key(device)).copied().unwrap_or_default()).collect()
}
