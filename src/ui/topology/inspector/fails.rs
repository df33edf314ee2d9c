//! What happens when what is chosen fails: who disconnects, what remains, and when it happens and for how long.

use super::super::follows::heading;
use crate::base::units;
use crate::desk::View;
use crate::desk::command::{DocumentCommand, TopologyCommand, When};
use crate::fleet::cluster::Topology;
use crate::fleet::cluster::failure::{self, Effect, How};
use crate::fleet::file::{self, address};
use crate::fleet::setting::{Choice, Setting};
use crate::fleet::settings::{Area, ENDS, MEETS, TIERS, WAYS};
use crate::fleet::{Fleet, Loss, Meets, TierName};
use crate::ui::fleet::settings;
use crate::ui::request::Request;
use crate::ui::theme;
use crate::ui::widget::choice;
use crate::ui::widget::quantity::{Lever, Measure, Span, lever};
use egui::{RichText, Role, Ui, WidgetInfo};

/// Longest failure, and latest begin of one [s]: those of the inputs.
const LONGEST: f64 = 2_592_000.0;

/// State of the panel.
#[derive(Default)]
pub struct Fails {
    how: How,
    /// A zone or site that fails instead of what is chosen; empty for what is chosen.
    place: String,
    /// Begin beside an outage, counted from its begin [s].
    at_s: f64,
    /// How long [s]; `None` for as long as the outage.
    length_s: Option<f64>,
}

impl Fails {
    /// Draws the choice of a failure, what follows from it, and the failures of what is chosen in the scenario.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        (topology, seen): (&Topology, &file::View<'_>),
        ids: &[String],
        view: &View<'_>,
        out: &mut Vec<Request>,
    ) {
        heading(ui, "What if it fails");
        self.place(ui, topology, ids);
        let fails = if self.place.is_empty() { ids.join(", ") } else { self.place.clone() };
        let Ok(gone) = failure::taken(topology, &fails) else { return };
        let Some(effect) = failure::effect(topology, seen, &gone, self.how) else { return };
        let help = "What happens to it";
        if let Some(how) =
            choice::ui(ui, "How it fails", help, self.how.word(), WAYS).and_then(How::from_word)
        {
            self.how = how;
        }
        self.times(ui, view);
        let weak = theme::tokens(ui.ctx()).text.weak;
        for (label, words) in rows(&effect, view.fleet.map(|fleet| &**fleet)) {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(label).size(theme::SMALL).color(weak));
                ui.label(RichText::new(words).size(theme::SMALL));
            });
        }
        ui.label(RichText::new(units::capital(&effect.told)).size(theme::SMALL).color(weak));
        let name = self.name(topology, ids);
        ui.horizontal_wrapped(|ui| {
            let mut fail = |when| {
                let (name, fails) = (name.clone(), fails.clone());
                out.push(TopologyCommand::Fail { name, fails, how: self.how, when }.into());
            };
            let tip = "Adds a scenario in which it fails in the place of the outage, and simulates it";
            if ui.button("Add as scenario").on_hover_text(tip).clicked() {
                fail(When::Alone { length_s: self.length_s });
            }
            let tip = "Lets it fail beside the outage of this scenario, at the time above, and simulates it";
            if ui.button("Add to this outage").on_hover_text(tip).clicked() {
                fail(When::Beside {
                    at_s: self.at_s,
                    length_s: self.length_s.unwrap_or_else(|| outage_s(view)),
                });
            }
        });
        planned(ui, seen, ids, view, out);
    }

    /// Draws the choice between what is chosen and the zone or site in which it stands.
    fn place(&mut self, ui: &mut Ui, topology: &Topology, ids: &[String]) {
        let places = places(topology, ids);
        if !places.contains(&self.place) {
            self.place.clear();
        }
        if places.is_empty() {
            return;
        }
        let own = if ids.len() == 1 { "This alone" } else { "These alone" };
        let mut entries = vec![(String::new(), own.to_owned())];
        entries.extend(
            places
                .into_iter()
                .map(|place| (place.clone(), format!("Everything in {}", place.replace(':', " ")))),
        );
        let entries: Vec<(String, &str)> = entries.iter().map(|(id, words)| (id.clone(), &**words)).collect();
        ui.horizontal(|ui| {
            ui.label("What fails");
            let help = "What is chosen, or the whole zone or site in which it stands";
            if let Some(place) = choice::corner(ui, "What fails", help, &self.place, &entries) {
                self.place = place;
            }
        });
    }

    /// Draws when it begins and how long it lasts.
    fn times(&mut self, ui: &mut Ui, view: &View<'_>) {
        let measure = Measure::Duration { file: Span::Seconds, shown: Span::Seconds };
        let length = self.length_s.unwrap_or_else(|| outage_s(view));
        let mut lasts = Lever::new("Failure lasts", length, measure, (1.0, LONGEST));
        lasts.help = "How long it is gone";
        if let Some(change) = lever(ui, &lasts) {
            self.length_s = Some(change.value);
        }
        let mut begins = Lever::new("Failure begins", self.at_s, measure, (0.0, LONGEST));
        begins.help = "Counted from the begin of the outage; in a scenario of its own it begins at once";
        if let Some(change) = lever(ui, &begins) {
            self.at_s = change.value;
        }
    }

    /// Returns what the failure is called.
    fn name(&self, topology: &Topology, ids: &[String]) -> String {
        let names: Vec<&str> =
            ids.iter().map(|id| topology.node(id).map_or(&**id, |node| &*node.name)).collect();
        match (self.place.split_once(':'), names.as_slice()) {
            (Some((key, place)), _) => format!("{} {place} {}", units::capital(key), self.how.verb()),
            (None, [one]) => format!("{one} {}", self.how.verb()),
            (None, many) => format!("{} parts: {}", many.len(), self.how.word()),
        }
    }
}

/// Returns how long the outage of the scenario lasts [s].
fn outage_s(view: &View<'_>) -> f64 {
    view.fleet.map_or(600.0, |fleet| fleet.outage.length.secs()).clamp(1.0, LONGEST)
}

/// Returns the zones and sites of the machines among these, as an outage names them.
fn places(topology: &Topology, ids: &[String]) -> Vec<String> {
    let machines: Vec<_> =
        ids.iter().filter_map(|id| topology.node(id)).filter(|node| node.kind.is_machine()).collect();
    let mut places = Vec::new();
    for key in ["zone", "site"] {
        for place in machines.iter().map(|machine| machine.word(key)).filter(|place| !place.is_empty()) {
            let place = format!("{key}:{place}");
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

/// Returns the label of a word.
fn label(choices: &[Choice], word: &str) -> &'static str {
    choices.iter().find(|choice| choice.value == word).map_or("", |choice| choice.label)
}

/// Returns what devices see of a failure, as labels with words.
fn rows(effect: &Effect, fleet: Option<&Fleet>) -> Vec<(&'static str, String)> {
    let devices = fleet.map_or(0, Fleet::devices);
    let disconnects = match effect.loses {
        None => "nobody".to_owned(),
        Some(loss) => {
            let share = effect.share_pct / 100.0;
            let number = units::count((devices as f64 * share).round() as u64);
            let how = label(ENDS, Loss::word(loss)).to_lowercase();
            format!(
                "{} of the devices, about {number} of {}, {how}",
                units::percent(share),
                units::count(devices)
            )
        }
    };
    let mut attempts = match effect.meets {
        Meets::Served => "served by what is left".to_owned(),
        meets => label(MEETS, meets.word()).to_lowercase(),
    };
    if let Some(unnoticed) = effect.unnoticed {
        let time = if unnoticed.length_s.is_finite() {
            format!("for the first {}", units::duration(unnoticed.length_s))
        } else {
            "all the time".to_owned()
        };
        let share = units::percent(unnoticed.share_pct / 100.0);
        attempts = format!("{attempts}; {time} {share} meet {}", label(MEETS, unnoticed.meets.word()));
    }
    let left = effect.capacity_pct / 100.0;
    let remains = if effect.platform_down {
        "nothing: the platform is down".to_owned()
    } else if left >= 1.0 {
        "the whole capacity".to_owned()
    } else {
        let tier = label(TIERS, effect.tier.word()).to_lowercase();
        let whole =
            fleet.filter(|_| effect.tier == TierName::SignIn).map(|fleet| fleet.platform.capacity_per_s());
        let rate = whole.map_or_else(String::new, |whole| {
            let (left, whole) = (units::significant(whole * left), units::significant(whole));
            format!(", {left} of {whole} sign-ins/s")
        });
        format!("{} of the {tier}{rate}", units::percent(left))
    };
    vec![("Disconnects", disconnects), ("Attempts", attempts), ("Remains", remains)]
}

/// Returns the bases of the outage and events of a scenario in which one of these things fails.
fn failing(seen: &file::View<'_>, ids: &[String]) -> Vec<String> {
    let events = seen.event_ids().into_iter().map(|id| address::event_base(&id));
    let names = |base: &String| {
        let named = seen.lookup(&format!("{base}/fails")).and_then(|(node, _)| node.as_str());
        named.is_some_and(|named| named.split(',').any(|name| ids.iter().any(|id| id == name.trim())))
    };
    std::iter::once("/outage".to_owned()).chain(events).filter(names).collect()
}

/// Draws when what is chosen fails in the active scenario, and for how long.
fn planned(ui: &mut Ui, seen: &file::View<'_>, ids: &[String], view: &View<'_>, out: &mut Vec<Request>) {
    for base in failing(seen, ids) {
        let event = base.strip_prefix("/outage/events/");
        let area = if event.is_some() { Area::Event } else { Area::Outage };
        let rows: Vec<&'static Setting> =
            area.settings().iter().filter(|row| matches!(row.key, "at_s" | "length_s")).collect();
        let title =
            event.map_or_else(|| "It fails in this outage".to_owned(), |id| format!("It fails: event {id}"));
        heading(ui, &title);
        settings(ui, &base, &rows, view, out);
        if let Some(id) = event {
            let button = ui.button("Remove failure");
            let spoken = format!("Remove failure {id}");
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
            if button.clicked() {
                out.push(DocumentCommand::RemoveEvent(id.to_owned()).into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::FleetFile;
    use crate::fleet::cluster::pattern;

    fn file() -> FleetFile {
        let file = pattern::find("separate-tiers").unwrap().project().to_string();
        FleetFile::parse(&file).unwrap()
    }

    fn told(file: &FleetFile, fails: &str, how: How) -> Vec<(&'static str, String)> {
        let view = file.view(None);
        let topology = view.topology().unwrap();
        let gone = failure::taken(topology, fails).unwrap();
        rows(&failure::effect(topology, &view, &gone, how).unwrap(), file.check(None).fleet.as_ref())
    }

    #[test]
    fn who_disconnects_and_what_remains_is_said() {
        let file = file();
        let crash = told(&file, "cxs-1", How::Crash);
        assert!(crash[0].1.contains(" of the devices, about ") && crash[0].1.ends_with("reset"), "{crash:?}");
        assert!(crash[1].1.contains("for the first 6 s") && crash[1].1.contains("HTTP 503"), "{crash:?}");
        let stop = told(&file, "cxs-1", How::Stop);
        assert_eq!(stop[1].1, "served by what is left");
        let slow = told(&file, "fnd-1", How::Slow);
        assert_eq!(slow[0].1, "nobody");
        assert!(slow[2].1.contains("sign-in tier, ") && slow[2].1.ends_with(" sign-ins/s"), "{slow:?}");
        let down = told(&file, "main", How::Crash);
        assert!(down[0].1.starts_with("100"), "{down:?}");
    }

    #[test]
    fn the_failures_of_a_thing_are_found_in_outage_and_events() {
        let set = |file: FleetFile, address: &str, value: &str| file.with(address, &value.into()).unwrap();
        let file = set(file(), "/outage/events/e/fails", "fnd-1, cxs-1");
        let ids = ["cxs-1".to_owned()];
        assert_eq!(failing(&file.view(None), &ids), ["/outage/events/e"]);
        let file = set(file, "/outage/fails", "cxs-1");
        assert_eq!(failing(&file.view(None), &ids), ["/outage", "/outage/events/e"]);
        assert!(failing(&file.view(None), &["cxs-2".to_owned()]).is_empty());
    }
}
