//! A rehearsal against a given platform: what was typed, whether it is allowed, and what it takes.

use super::reach::{Reach, To};
use super::rehearse::Plan;
use crate::base::Micros;
use crate::base::units::{count, parse_duration, parse_number};
use crate::fleet::Fleet;
use crate::live::herd::preflight::{Host as Computer, Need};
use crate::live::rehearsal::host::{
    Host, PermitError, Stops, USUAL_AGENTS, USUAL_PER_S, most_agents, most_per_s, permit,
};
use crate::live::rehearsal::{chosen, scale_for_host};

/// What was typed of a rehearsal against a given platform. What is empty is as usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Where to.
    pub to: To,
    /// Names of the things that are bound, `{}` stands for the number of the agent.
    pub thing: String,
    /// Most agents that are allowed.
    pub agents_max: String,
    /// Most connections per second \[1/s\].
    pub rate_max: String,
    /// Share of the attempts that may fail \[%\].
    pub stop_failing: String,
    /// Time that 95 % of the sign-ins may take, with its unit.
    pub stop_connect: String,
    /// The name of the host once more, where it is not this computer.
    pub confirmed: String,
}

/// A rehearsal against a given platform that is allowed, before its secrets are fetched.
pub(super) struct Going {
    reach: Reach,
    thing: Option<String>,
    per_s: Option<u32>,
    stops: Stops,
}

impl Elsewhere {
    /// Returns what is wrong with what was typed, or why it is not allowed for so many agents; nothing where it can
    /// begin.
    pub fn trouble(&self, agents: u64) -> Option<String> {
        self.going(agents).err()
    }

    /// Returns the most agents that are allowed there; nothing where there is no limit, or nobody knows where it is.
    pub(super) fn most_agents(&self) -> Option<u32> {
        most_agents(&Reach::of(&self.to, None).ok()?.target, self.most().ok()?)
    }

    fn most(&self) -> Result<Option<u32>, String> {
        whole(&self.agents_max, "The most agents")
    }

    /// Checks everything that needs no secret.
    pub(super) fn going(&self, agents: u64) -> Result<Going, String> {
        let reach = Reach::of(&self.to, None)?;
        let host = &reach.target.host;
        let typed = Some(self.confirmed.trim()).filter(|typed| !typed.is_empty());
        permit(&reach.target, typed, agents, self.most()?).map_err(|error| match error {
            PermitError::NotConfirmed(_) => format!(
                "{host} is not this computer, and a rehearsal is load that others may feel; type its name \
                 below if you may do that."
            ),
            PermitError::OtherConfirmed { .. } => {
                format!(
                    "The host is {host}, and another name was typed; type it as it stands in the address."
                )
            }
            PermitError::TooMany { agents, most } => format!(
                "{} agents are more than the {} that are allowed there; take fewer, or allow more.",
                count(agents),
                count(u64::from(most))
            ),
        })?;
        let thing = Some(self.thing.trim().to_owned()).filter(|thing| !thing.is_empty());
        if agents > 1 && thing.as_deref().is_some_and(|thing| !thing.contains("{}")) {
            return Err(
                "All agents would bind the same thing; put {} into its name for the number of the agent."
                    .to_owned(),
            );
        }
        let per_s = most_per_s(&reach.target, whole(&self.rate_max, "The most connections per second")?);
        let usual = Stops::default();
        let failing = match self.stop_failing.trim() {
            "" => usual.failing,
            text => parse_number(text.trim_end_matches('%').trim_end())
                .filter(|share| (0.0..=100.0).contains(share))
                .map(|share| share / 100.0)
                .ok_or("The share of attempts that may fail is 0 to 100 %.")?,
        };
        let connect_p95 = match self.stop_connect.trim() {
            "" => usual.connect_p95,
            text => parse_duration(text)
                .filter(|&s| s >= 0.0)
                .and_then(Micros::from_secs_f64)
                .ok_or("The longest time of a sign-in has its unit, such as 5s.")?,
        };
        Ok(Going { reach, thing, per_s, stops: Stops { failing, connect_p95 } })
    }

    /// Works out what it takes, and how it goes.
    pub(super) fn plan(
        &self,
        fleet: &Fleet,
        wanted: Option<u32>,
        computer: &Computer,
    ) -> Result<(Plan, Going), String> {
        let suits = || chosen(fleet).min(self.most_agents().unwrap_or(u32::MAX));
        let agents = wanted.unwrap_or_else(suits);
        let going = self.going(u64::from(agents))?;
        let tls = going.reach.encrypted;
        let scaled = scale_for_host(fleet, agents, tls).map_err(|error| format!("{error}."))?;
        Ok((Plan::scaled(scaled, computer.check(Need { embedded: false, tls })), going))
    }
}

impl Going {
    /// Returns the name of the host.
    pub(super) fn name(&self) -> &str {
        &self.reach.target.host
    }

    /// Fetches the secrets. May take its time.
    pub(super) fn host(self) -> Result<Host, String> {
        let Self { reach, thing, per_s, stops } = self;
        let profile = reach.profile(None)?;
        Ok(Host { target: profile.target, tls: profile.tls, key: profile.key, thing, per_s, stops })
    }
}

/// Reads a whole number that is at least 1; nothing of an empty text.
fn whole(text: &str, what: &str) -> Result<Option<u32>, String> {
    match text.trim() {
        "" => Ok(None),
        text => {
            let number = text.parse().ok().filter(|&number: &u32| number > 0);
            number.map(Some).ok_or_else(|| format!("{what} is a whole number from 1."))
        }
    }
}

/// Returns in words what is usual against another computer.
pub fn usual_limits() -> String {
    format!("{USUAL_AGENTS} agents, {USUAL_PER_S} connections/s")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(address: &str) -> Elsewhere {
        let to = To::Other { address: address.into(), key: "env:APP_KEY".into(), access: Box::default() };
        let none = String::new;
        Elsewhere {
            to,
            thing: none(),
            agents_max: none(),
            rate_max: none(),
            stop_failing: none(),
            stop_connect: none(),
            confirmed: none(),
        }
    }

    #[test]
    fn another_computer_takes_its_name_and_few_agents() {
        assert_eq!(typed("ws://127.0.0.1:8443").trouble(5_000), None);
        let away = typed("wss://plant.example");
        assert!(away.trouble(1).is_some_and(|words| words.contains("type its name")));
        let wrong = Elsewhere { confirmed: "plant".into(), ..away.clone() };
        assert!(wrong.trouble(1).is_some_and(|words| words.contains("another name")));
        let right = Elsewhere { confirmed: " plant.example ".into(), ..away };
        assert_eq!(right.trouble(10), None);
        assert!(right.trouble(11).is_some_and(|words| words.contains("more than the 10")));
        assert_eq!(Elsewhere { agents_max: "20".into(), ..right.clone() }.trouble(11), None);
        let going = right.going(1).ok().unwrap();
        assert_eq!((going.per_s, going.stops, going.name()), (Some(2), Stops::default(), "plant.example"));
    }

    #[test]
    fn what_is_typed_is_read_or_named() {
        let here = typed("ws://127.0.0.1:8443");
        let stops = Elsewhere { stop_failing: "25 %".into(), stop_connect: "500ms".into(), ..here.clone() };
        let stops = stops.going(2).ok().unwrap().stops;
        assert_eq!(stops, Stops { failing: 0.25, connect_p95: Micros::from_millis(500) });
        for (wrong, part) in [
            (typed("plant.example"), "encrypted"),
            (Elsewhere { thing: "pump".into(), ..here.clone() }, "same thing"),
            (Elsewhere { agents_max: "many".into(), ..here.clone() }, "whole number"),
            (Elsewhere { rate_max: "0".into(), ..here.clone() }, "whole number"),
            (Elsewhere { stop_failing: "101".into(), ..here.clone() }, "0 to 100"),
            (Elsewhere { stop_connect: "5".into(), ..here }, "unit"),
        ] {
            assert!(wrong.trouble(2).is_some_and(|words| words.contains(part)), "{part}");
        }
    }
}
