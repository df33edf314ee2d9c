//! From the values of the outage and its further events to the [`Outage`].
//!
//! What repeats, or touches one part of the fleet after another, becomes one episode each. An outage in
//! several steps has no begin that touches everybody: the main outage is then the frame around the steps,
//! in which nothing happens by itself, so that zero of the axis is still the end of the whole.

use super::read::{Reader, Values, nearest, number, word};
use super::read_platform::permille;
use super::supplied::EVENTS;
use super::{FleetFile, Value, address};
use crate::base::json::{self, Kind, Node};
use crate::base::{Finding, Micros, units};
use crate::fleet::cluster::failure::{self, Unnoticed};
use crate::fleet::group::Group;
use crate::fleet::outage::{Episode, Loss, Meets, Outage, TierName, Touches};
use crate::fleet::settings::Area;

/// Parts into which the fleet is dealt to touch a share of it.
const PARTS: u32 = 1_000;
/// Added to the number of a dealing for one that is independent of it.
const OTHERS: u32 = 1_000_000;

/// What happens, once or several times.
struct Happening {
    /// Base of its addresses.
    base: String,
    /// First time, one step; name, begin and length are those of the first.
    first: Episode,
    /// Parts of the fleet that are touched one after another.
    steps: u32,
    /// How often it happens.
    repeats: u32,
    /// Time from one begin to the next.
    every: Micros,
    /// Number of the dealing.
    deal: u32,
    /// What attempts meet until a load balancer notices a failure.
    unnoticed: Option<Unnoticed>,
}

impl Happening {
    /// Returns the length of all steps together.
    fn length(&self) -> Micros {
        self.first.length
    }

    /// Returns the begin of a repetition, counted from 0.
    fn begin(&self, repeat: u32) -> Micros {
        self.first.at + Micros(self.every.0.saturating_mul(u64::from(repeat)))
    }

    /// Returns the begin of an episode in which a load balancer still sends attempts to what is gone.
    fn still_sent(&self, episode: &Episode, unnoticed: Unnoticed) -> Option<Episode> {
        let noticed = Micros::from_secs_f64(unnoticed.length_s).unwrap_or(episode.length);
        let to = permille(unnoticed.share_pct);
        let length = noticed.min(episode.length);
        (length > Micros::ZERO).then(|| Episode {
            name: format!("{}, not noticed yet", episode.name),
            length,
            touches: if unnoticed.sticky || matches!(episode.touches, Touches::Groups(_)) {
                episode.touches.clone()
            } else {
                Touches::Parts { of: PARTS, from: 0, to, deal: OTHERS + self.deal }
            },
            loses: None,
            meets: unnoticed.meets,
            platform_down: false,
            capacity_permille: 1_000,
            ramp_from_permille: 1_000,
            ramp: Micros::ZERO,
            ..episode.clone()
        })
    }

    /// Returns the episodes that begin before the horizon.
    fn episodes(&self, horizon: Micros) -> Vec<Episode> {
        let mut episodes = Vec::new();
        for repeat in 0..self.repeats {
            let begin = self.begin(repeat);
            let times = match self.repeats {
                1 => String::new(),
                repeats => format!(" {} of {repeats}", repeat + 1),
            };
            for step in 0..self.steps {
                let mut episode = self.first.clone();
                if self.steps > 1 {
                    // Begins and ends are divided, not lengths, so that nothing is lost by rounding.
                    let from = self.length().0 * u64::from(step) / u64::from(self.steps);
                    let to = self.length().0 * u64::from(step + 1) / u64::from(self.steps);
                    (episode.at, episode.length) = (begin + Micros(from), Micros(to - from));
                    episode.touches =
                        Touches::Parts { of: self.steps, from: step, to: step + 1, deal: self.deal };
                    episode.name = format!("{}{times}, part {} of {}", self.first.name, step + 1, self.steps);
                } else {
                    episode.at = begin;
                    episode.name = format!("{}{times}", self.first.name);
                }
                if episode.at < horizon {
                    let unnoticed = self.unnoticed.and_then(|unnoticed| self.still_sent(&episode, unnoticed));
                    episodes.push(episode);
                    episodes.extend(unnoticed);
                }
            }
        }
        episodes
    }
}

impl Reader<'_> {
    /// Reads the outage.
    pub(super) fn outage(&mut self, file: &FleetFile) -> Option<Outage> {
        let area = Area::Outage;
        let base = area.base();
        let keys: Vec<&str> = area.settings().iter().map(|row| row.key).chain(["events"]).collect();
        self.unknown_keys(base, &keys);
        let values = self.values(base, area.settings().iter());
        self.inert(base, area.settings());
        let main = values.as_ref().and_then(|values| {
            let length = Micros::from_secs_f64(number(values, "length_s"))?;
            self.happening(file, base, values, ("Outage".into(), Micros::ZERO, length))
        });
        let events = self.events(file);
        let (values, main, events) = (values?, main?, events?);
        let watch = Micros::from_secs_f64(number(&values, "watch_s"))?;
        let horizon = main.length() + watch;
        for event in std::iter::once(&main).chain(&events) {
            self.is_watched(event, main.length(), horizon);
        }
        let mut happened = main.episodes(horizon);
        // Steps stand beside the frame; otherwise the first time is the main outage itself.
        let first = if main.steps == 1 && !happened.is_empty() { Some(happened.remove(0)) } else { None };
        happened.extend(events.iter().flat_map(|event| event.episodes(horizon)));
        let mut outage = Outage::total(main.length(), Meets::Served, watch);
        (outage.loses, outage.platform_down) = (None, false);
        if let Some(first) = first {
            (outage.meets, outage.loses, outage.touches) = (first.meets, first.loses, first.touches);
            (outage.tier, outage.capacity_permille) = (first.tier, first.capacity_permille);
            (outage.ramp, outage.ramp_from_permille) = (first.ramp, first.ramp_from_permille);
            outage.platform_down = first.platform_down;
        }
        outage.events = happened;
        outage.start = super::moment(word(&values, "start"));
        Some(outage)
    }

    /// Reads the further events.
    fn events(&mut self, file: &FleetFile) -> Option<Vec<Happening>> {
        if let Some(node) = self.view.tree().get(EVENTS)
            && !matches!(node.kind, Kind::Object(_))
        {
            let what = format!("`{EVENTS}` is {}, not an object.", node.type_word());
            let fix = "Write an object of events by id: {\"second\": {\"kind\": \"balancer-failover\", \"at_s\": 1200}}.";
            self.at(node, Finding::error("F013", EVENTS, what).why("It would have no effect.").fix(fix));
            return None;
        }
        let ids = self.view.event_ids();
        let events: Vec<Option<Happening>> = ids.iter().map(|id| self.event(file, id)).collect();
        let mut events: Vec<Happening> = events.into_iter().collect::<Option<_>>()?;
        for (deal, event) in (1..).zip(&mut events) {
            event.deal = deal;
            if let Touches::Parts { deal: own, .. } = &mut event.first.touches {
                *own = deal;
            }
        }
        Some(events)
    }

    /// Reads one event.
    fn event(&mut self, file: &FleetFile, id: &str) -> Option<Happening> {
        let base = address::event_base(id);
        if !address::is_event_id(id) {
            let (line, column) = self.view.tree().place_of(&base);
            let what = format!("`{id}` cannot be the id of an event.");
            self.findings.push(
                Finding::error("F022", base, what)
                    .why("The id is a part of the addresses that are typed on the command line.")
                    .fix("Use 1 to 64 letters, digits, `-` and `_`, and say the rest in `name`.")
                    .at(line, column),
            );
            return None;
        }
        let rows = Area::Event.settings();
        let keys: Vec<&str> = rows.iter().map(|row| row.key).collect();
        self.unknown_keys(&base, &keys);
        let values = self.values(&base, rows.iter());
        self.inert(&base, rows);
        let values = values?;
        let name = self.view.tree().get(&json::join(&base, "name")).and_then(Node::as_str).unwrap_or(id);
        let (at, length) = (number(&values, "at_s"), number(&values, "length_s"));
        let (at, length) = (Micros::from_secs_f64(at)?, Micros::from_secs_f64(length)?);
        self.happening(file, &base, &values, (name.to_owned(), at, length))
    }

    /// Reads what happens in the outage or an event.
    fn happening(
        &mut self,
        file: &FleetFile,
        base: &str,
        values: &Values,
        (name, at, length): (String, Micros, Micros),
    ) -> Option<Happening> {
        let touches = self.touches(file, base, values)?;
        self.fails(base, values)?;
        // What the file itself says that attempts meet wins.
        let told = self.view.lookup(&format!("{base}/attempts_meet")).is_some();
        let unnoticed = if told { None } else { self.view.failure(base).and_then(|effect| effect.unnoticed) };
        let repeats = number(values, "repeats") as u32;
        let every = self.every(base, values, repeats, length)?;
        let ramp = Micros::from_secs_f64(number(values, "ramp_s"))?;
        let ramped = ramp > Micros::ZERO;
        Some(Happening {
            base: base.to_owned(),
            first: Episode {
                name,
                at,
                length,
                touches,
                loses: Loss::from_word(word(values, "connections_end")),
                meets: Meets::from_word(word(values, "attempts_meet")).unwrap_or(Meets::Refused),
                platform_down: word(values, "platform_down") == "on",
                tier: TierName::from_word(word(values, "tier")).unwrap_or(TierName::SignIn),
                capacity_permille: permille(number(values, "capacity_pct")),
                ramp_from_permille: if ramped { permille(number(values, "ramp_from_pct")) } else { 1_000 },
                ramp,
            },
            steps: number(values, "steps") as u32,
            repeats,
            every,
            deal: 0,
            unnoticed,
        })
    }

    /// Returns whom it touches.
    fn touches(&mut self, file: &FleetFile, base: &str, values: &Values) -> Option<Touches> {
        let Some(Value::Word(named)) = values.get("groups") else {
            let to = permille(number(values, "share_pct"));
            let all = to >= PARTS;
            return Some(if all { Touches::All } else { Touches::Parts { of: PARTS, from: 0, to, deal: 0 } });
        };
        let ids: Vec<&str> = file.group_ids().collect();
        let mut positions = Vec::new();
        let mut unknown = None;
        for name in named.split(',') {
            match ids.iter().position(|id| *id == name) {
                Some(position) => positions.push(position),
                None => unknown = Some(name),
            }
        }
        let Some(name) = unknown else {
            positions.sort_unstable();
            positions.dedup();
            return Some(Touches::Groups(positions));
        };
        let pointer = format!("{base}/groups");
        let (line, column) = self.view.tree().place_of(&pointer);
        let finding = Finding::error("F028", pointer.clone(), format!("There is no group `{name}`."))
            .why("Whom it touches decides who has to come back.");
        let finding = match nearest(name, &ids) {
            Some(near) => {
                let right: Vec<&str> =
                    named.split(',').map(|id| if id == name { near } else { id }).collect();
                finding.fix(format!("Did you mean `{near}`?")).patch(pointer, right, format!("Say {near}"))
            }
            None => finding.fix(format!("The groups are {}.", ids.join(", "))),
        };
        self.findings.push(finding.at(line, column));
        None
    }

    /// Finds what fails but is not there.
    fn fails(&mut self, base: &str, values: &Values) -> Option<()> {
        let named = match values.get("fails") {
            Some(Value::Word(named)) => named.as_str(),
            _ => return Some(()),
        };
        let pointer = format!("{base}/fails");
        let (node, pointer) = match self.view.lookup(&pointer) {
            Some((node, pointer)) => (self.view.tree().place(node), pointer),
            None => (self.view.tree().place_of(&pointer), pointer),
        };
        let finding = match self.view.topology() {
            None => {
                Finding::error("F061", pointer, format!("`{named}` fails, but there is no topology with it."))
                    .fix("Add the section `cluster`, or say by `kind` what happens.")
            }
            Some(topology) => match failure::taken(topology, named) {
                Ok(_) => return Some(()),
                Err(name) => {
                    let ids: Vec<&str> = topology.nodes().iter().map(|node| &*node.id).collect();
                    let finding = Finding::error(
                        "F061",
                        pointer,
                        format!("Nothing in the topology is called `{name}`."),
                    );
                    match nearest(&name, &ids) {
                        Some(near) => finding.fix(format!("Did you mean `{near}`?")),
                        None => finding
                            .fix("Name an id of the topology, or `zone:` or `site:` with a name of one."),
                    }
                }
            },
        };
        let why = "Who disconnects and what is left follow from what fails.";
        self.findings.push(finding.why(why).at(node.0, node.1));
        None
    }

    /// Returns the time from one begin to the next.
    fn every(&mut self, base: &str, values: &Values, repeats: u32, length: Micros) -> Option<Micros> {
        if repeats == 1 {
            return Some(Micros::ZERO);
        }
        let every = values["repeat_every_s"].number().and_then(Micros::from_secs_f64);
        if let Some(every) = every.filter(|every| *every >= length) {
            return Some(every);
        }
        let pointer = format!("{base}/repeat_every_s");
        let (line, column) = self.view.tree().place_of(&pointer);
        let what = match every {
            Some(every) => format!("It begins again after {every}, but lasts {length}."),
            None => format!("It happens {repeats} times, but nothing says how far apart."),
        };
        let proposed = (length.secs() * 2.0).ceil().clamp(1.0, 2_592_000.0);
        self.findings.push(
            Finding::error("F029", pointer.clone(), what)
                .why("The next time can only begin when the last one is over.")
                .fix("Give the time from one begin to the next.")
                .patch(pointer, proposed as u64, format!("Set {}", units::duration(proposed)))
                .at(line, column),
        );
        None
    }

    /// Finds what begins or ends after the end of the simulation.
    fn is_watched(&mut self, event: &Happening, outage: Micros, horizon: Micros) {
        let last = event.begin(event.repeats - 1);
        let end = last + event.length();
        let key = if event.repeats > 1 { "repeats" } else { "at_s" };
        let what = if event.first.at >= horizon {
            format!("{} begins at {}, after the end of the simulation.", event.first.name, event.first.at)
        } else if last >= horizon {
            let seen = (0..event.repeats).filter(|repeat| event.begin(*repeat) < horizon).count();
            format!("{} happens only {seen} of {} times.", event.first.name, event.repeats)
        } else if end > horizon {
            format!("{} lasts longer than the simulation.", event.first.name)
        } else {
            return;
        };
        let pointer = format!("{}/{key}", event.base);
        let (node, pointer) = match self.view.lookup(&pointer) {
            Some((node, pointer)) => (self.view.tree().place(node), pointer),
            None => (self.view.tree().place_of(&pointer), pointer),
        };
        let watch = (end.since(outage).secs() + 900.0).ceil();
        let finding = Finding::warning("F027", pointer, what)
            .why(format!(
                "The simulation ends {horizon} after the begin of the outage; what comes later has no effect."
            ))
            .fix("Watch for longer (`/outage/watch_s`), or begin earlier.");
        let finding = if watch <= 604_800.0 {
            let label = format!("Watch for {}", units::duration(watch));
            finding.patch("/outage/watch_s", watch as u64, label)
        } else {
            finding
        };
        self.findings.push(finding.at(node.0, node.1));
    }

    /// Finds an outage in which nobody loses a connection.
    pub(super) fn somebody_is_cut(&mut self, outage: &Outage, groups: &[&Group]) {
        let cut = outage.episodes().iter().any(|episode| episode.loses.is_some());
        let by_itself = groups.iter().any(|group| group.drops_per_day > 0.0 || group.duty.is_some());
        if cut || by_itself {
            return;
        }
        let address = "/outage/connections_end";
        let (line, column) = match self.view.lookup("/outage/kind") {
            Some((node, _)) => self.view.tree().place(node),
            None => self.view.tree().place_of(address),
        };
        self.findings.push(
            Finding::warning("F030", address, "No device loses its connection, so nobody has to come back.")
                .why("Every result is about devices that return.")
                .fix("Say how connections end, add an event, or give groups some local trouble.")
                .patch(address, Loss::Reset.word(), "Reset the connections")
                .at(line, column),
        );
    }
}
