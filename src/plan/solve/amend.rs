//! What has to be repaired beside the one lever: devices that give up for good, and stores that overflow.

use super::super::trial::goal::Aim;
use super::super::trial::lever::{Assignment, Lever};
use super::super::trial::{Goals, Trial};
use crate::base::json;
use crate::fleet::file::{Value, address};
use crate::fleet::{Agent, Fleet, FleetFile, Retries};

/// Room for the time that a device may need longer than the estimate says.
const SPARE: f64 = 1.15;
/// Stores grow by whole steps of this size [B].
const STEP_BYTES: f64 = 1_024.0;

/// Returns an assignment of a value to a group's setting; `None` where the group has no such setting.
fn of_group(
    file: &FleetFile,
    scenario: Option<&str>,
    (group, key): (&str, &str),
    to: Value,
) -> Option<Assignment> {
    let view = file.view(scenario);
    let input = address::resolve(&view, &format!("{}/{key}", json::join("/groups", group)))?;
    let from = view.value(&input.address, input.setting).ok().filter(|from| *from != Value::Nothing);
    let name = file.group_name(group).to_owned();
    (from.as_ref() != Some(&to)).then_some(Assignment { input, group: name, from, to })
}

/// Returns what keeps devices from giving up for good, where they do and a goal is missed for it.
pub(super) fn unstrand(
    (file, scenario): (&FleetFile, Option<&str>),
    fleet: &Fleet,
    now: &Trial,
    goals: &Goals,
) -> Vec<Assignment> {
    let needs_all = |aim: Aim| aim.is_time() || matches!(aim, Aim::Stranded | Aim::NeverBack);
    let misses = goals
        .list
        .iter()
        .any(|goal| needs_all(goal.aim) && now.figures.get(goal.aim).is_some_and(|value| !goal.keeps(value)));
    if !misses || now.figures.get(Aim::Stranded).is_none_or(|stranded| stranded < 1.0) {
        return Vec::new();
    }
    let repair = |group: &crate::fleet::Group| {
        let (key, to) = match group.agent {
            Agent::DotNetSdk(sdk) if !sdk.auto_reconnect => ("auto_reconnect", Value::Word("on".into())),
            Agent::CSdk(_) | Agent::Ems(_) | Agent::Generic(_)
                if matches!(group.agent.retries(), Retries::Times(_)) =>
            {
                ("connect_retries", Value::Number(-1.0))
            }
            _ => return None,
        };
        of_group(file, scenario, (&group.id, key), to)
    };
    fleet.cut_groups().filter_map(repair).collect()
}

/// Returns larger stores for the groups that lose more values than the goals allow, by the time at which the
/// last of their devices is estimated to be back.
pub(super) fn stores(
    (file, scenario): (&FleetFile, Option<&str>),
    fleet: &Fleet,
    trial: &Trial,
    goals: &Goals,
) -> Vec<Assignment> {
    let lost = trial.figures.get(Aim::InStores).unwrap_or(0.0);
    let missed =
        |goal: &crate::plan::Goal| matches!(goal.aim, Aim::Lost | Aim::InStores) && !goal.keeps(lost);
    if !goals.list.iter().any(missed) {
        return Vec::new();
    }
    let last = trial.figures.get(Aim::T100).filter(|t| t.is_finite()).unwrap_or(fleet.outage.watch.secs());
    // Enough for an outage that lasts a tenth longer, as answers are tried with one.
    let away = fleet.outage.length.secs() * 1.1 + last * SPARE;
    let enough = |group: &crate::fleet::Group| {
        if group.store_lasts_s() >= away {
            return None;
        }
        let values = (group.telemetry.values_per_s() * away).ceil();
        let bytes = values * group.store.value_bytes as f64 * 1.02;
        let bytes = (bytes / STEP_BYTES).ceil() * STEP_BYTES;
        of_group(file, scenario, (&group.id, "offline_store/limit_bytes"), Value::Number(bytes))
    };
    fleet.cut_groups().filter_map(enough).collect()
}

/// Returns the inputs that spread the groups of a fleet: of each agent kind the settings that work.
pub(super) fn spreads((file, scenario): (&FleetFile, Option<&str>), fleet: &Fleet) -> Option<Lever> {
    let view = file.view(scenario);
    let mut inputs = Vec::new();
    for group in fleet.cut_groups() {
        let keys: &[&str] = match &group.agent {
            Agent::ExampleAgent { .. } => &["reconnect_random_delay_seconds"],
            Agent::Generic(generic) if generic.backoff.law.spreads() => &["first_delay_ms", "backoff/cap_ms"],
            Agent::Generic(_) => &["first_delay_ms"],
            Agent::CSdk(sdk) | Agent::Ems(sdk) if super::kinds::draws(sdk) => {
                &["max_connect_delay", "connect_retry_interval"]
            }
            Agent::DotNetSdk(dotnet) if super::kinds::draws(&dotnet.sdk) => {
                &["max_connect_delay", "connect_retry_interval"]
            }
            _ => &[],
        };
        let base = json::join("/groups", &group.id);
        inputs.extend(keys.iter().filter_map(|key| address::resolve(&view, &format!("{base}/{key}"))));
    }
    (!inputs.is_empty()).then(|| Lever::of("spread", inputs))
}
