//! What devices see of every failure in the catalogue, in the layouts that people start from.

use super::super::failure::{self, How, ready};
use super::super::pattern::find;
use super::reading::file;
use crate::fleet::FleetFile;
use crate::fleet::cluster::NodeKind;
use crate::fleet::outage::{Loss, Meets, TierName, Touches};

fn project(id: &str, fails: &str, how: How) -> FleetFile {
    let file = file(&serde_json::to_string_pretty(&find(id).unwrap().project()).unwrap());
    let file = file.without("/outage/kind").unwrap();
    let file = file.with("/outage/fails", &fails.into()).unwrap();
    file.with("/outage/fails_by", &how.word().into()).unwrap()
}

/// Returns the outage of a failure.
fn outage(id: &str, fails: &str, how: How) -> crate::fleet::outage::Outage {
    let checked = project(id, fails, how).check(None);
    let findings: Vec<String> =
        checked.findings.iter().filter(|f| f.blocks()).map(ToString::to_string).collect();
    assert_eq!(findings, Vec::<String>::new(), "{fails}");
    checked.fleet.unwrap().outage
}

#[test]
fn a_connection_server_takes_its_devices_only() {
    let outage = outage("three-boxes", "cxs-1", How::Crash);
    assert_eq!(outage.loses, Some(Loss::Reset));
    assert_eq!(outage.meets, Meets::Served);
    assert!(!outage.platform_down);
    assert_eq!(outage.touches, Touches::Parts { of: 1_000, from: 0, to: 333, deal: 0 });
    assert_eq!((outage.tier, outage.capacity_permille), (TierName::Connection, 667));
}

#[test]
fn a_stop_is_clean_and_a_partition_is_silent() {
    assert_eq!(outage("three-boxes", "cxs-1", How::Stop).loses, Some(Loss::CloseFrame));
    assert_eq!(outage("three-boxes", "cxs-1", How::Partition).loses, Some(Loss::Silence));
}

#[test]
fn behind_connection_servers_a_foundation_server_costs_capacity_only() {
    let one = outage("separate-tiers", "fnd-2", How::Crash);
    assert_eq!((one.loses, one.meets, one.platform_down), (None, Meets::Served, false));
    assert_eq!((one.tier, one.capacity_permille), (TierName::SignIn, 667));
    let all = outage("separate-tiers", "fnd-1, fnd-2, fnd-3", How::Crash);
    assert_eq!((all.loses, all.meets), (Some(Loss::CloseFrame), Meets::AcceptThenClose));
    assert!(all.platform_down);
    // Without Connection Servers devices are refused by what is gone.
    let direct = outage("single-server", "fnd", How::Crash);
    assert_eq!((direct.loses, direct.meets), (Some(Loss::Reset), Meets::Refused));
}

#[test]
fn a_machine_takes_everything_on_it() {
    let machine = outage("three-boxes", "box-1", How::Crash);
    let parts = outage("three-boxes", "cxs-1, fnd-1, zk-1", How::Crash);
    assert_eq!(machine, parts);
    assert!(machine.capacity_permille < 700);
    let cluster = outage("three-boxes", "main", How::Crash);
    assert_eq!((cluster.meets, cluster.touches), (Meets::Refused, Touches::All));
}

#[test]
fn a_database_stops_servers_that_tolerate_less_than_its_failover() {
    let patient = outage("separate-tiers", "db", How::Crash);
    assert_eq!((patient.loses, patient.meets), (None, Meets::AuthUnanswered));
    let file = project("separate-tiers", "db", How::Crash);
    let file = file.with("/cluster/main/max_database_errors", &10.into()).unwrap();
    let impatient = file.check(None).fleet.unwrap().outage;
    assert!(impatient.platform_down && impatient.loses == Some(Loss::CloseFrame));
    assert_eq!(outage("separate-tiers", "db-standby", How::Crash).loses, None);
}

#[test]
fn what_the_file_says_itself_wins_over_the_failure() {
    let file = project("three-boxes", "cxs-1", How::Crash);
    let file = file.with("/outage/attempts_meet", &"black-hole".into()).unwrap();
    assert_eq!(file.check(None).fleet.unwrap().outage.meets, Meets::BlackHole);
}

#[test]
fn every_ready_failure_can_be_simulated_and_is_told() {
    for pattern in ["single-server", "separate-tiers", "three-boxes", "oem", "cloud-native", "active-passive"]
    {
        let whole = project(pattern, "main", How::Crash);
        let whole = if pattern == "oem" { project(pattern, "tenant-a", How::Crash) } else { whole };
        let view = whole.view(None);
        let list = ready(view.topology().unwrap());
        assert!(list.len() >= 5, "{pattern}: {list:?}");
        for failure in list {
            outage(pattern, &failure.fails, failure.how);
            let gone = failure::taken(view.topology().unwrap(), &failure.fails).unwrap();
            let effect = failure::effect(view.topology().unwrap(), &view, &gone, failure.how).unwrap();
            assert!(effect.told.len() > 20 && !effect.told.ends_with('.'), "{}", effect.told);
        }
    }
}

#[test]
fn what_is_not_there_is_a_finding() {
    for (fails, near) in [("cxs-9", "cxs-"), ("zone:moon", "zone:"), ("cxs-1, nobody", "id of the topology")]
    {
        let checked = project("three-boxes", fails, How::Crash).check(None);
        let finding = checked.findings.iter().find(|finding| finding.code == "F061").unwrap();
        assert!(finding.to_string().contains(near), "{finding}");
        assert!(checked.fleet.is_none());
    }
}

#[test]
fn every_way_is_a_word_of_its_row() {
    let words: Vec<&str> = crate::fleet::settings::WAYS.iter().map(|choice| choice.value).collect();
    let own: Vec<&str> = How::ALL.iter().map(|how| how.word()).collect();
    assert_eq!(words, own);
    assert!(How::ALL.iter().all(|how| How::from_word(how.word()) == Some(*how)));
}

#[test]
fn a_load_balancer_sends_devices_to_a_dead_server_until_it_notices() {
    let sent = |file: &FleetFile| {
        let outage = file.check(None).fleet.unwrap().outage;
        let events: Vec<_> = outage
            .events
            .into_iter()
            .map(|event| (event.length.secs(), event.meets, event.touches))
            .collect();
        (outage.touches, events)
    };
    let crash = project("separate-tiers", "cxs-1", How::Crash);
    let (cut, events) = sent(&crash);
    let [(length, meets, touches)] = &*events else { panic!("{events:?}") };
    assert_eq!((*length, *meets), (6.0, Meets::Http503));
    // Any of the devices, not only those that were connected there.
    let (Touches::Parts { to, deal, .. }, Touches::Parts { to: lost, deal: own, .. }) = (touches, &cut)
    else {
        panic!()
    };
    assert!(to == lost && deal != own);
    let lb = crash
        .view(None)
        .topology()
        .unwrap()
        .played()
        .unwrap()
        .of(NodeKind::LoadBalancer)
        .next()
        .unwrap()
        .id
        .clone();
    let sticky = crash.with(&format!("/cluster/{lb}/device_stickiness"), &"on".into()).unwrap();
    let (cut, events) = sent(&sticky);
    assert_eq!(events[0].2, cut);
    let blind = crash.with(&format!("/cluster/{lb}/connection_check"), &"off".into()).unwrap();
    let length = blind.check(None).fleet.unwrap().outage.length.secs();
    assert_eq!(sent(&blind).1[0].0, length);
    assert_eq!(sent(&project("separate-tiers", "cxs-1", How::Partition)).1[0].1, Meets::AuthUnanswered);
    assert_eq!(sent(&project("separate-tiers", "cxs-1", How::Stop)).1, []);
    // What the file says itself about attempts wins.
    let said = crash.with("/outage/attempts_meet", &"refused".into()).unwrap();
    assert_eq!(sent(&said).1, []);
}

#[test]
fn a_link_takes_nobody_away_and_says_what_waits() {
    let text = super::reading::BOXES.replace(
        "\"main\": {",
        "\"shore\": { \"kind\": \"cluster\" }, \"sea\": { \"kind\": \"link\", \"from\": \"main\", \"to\": \"shore\", \"values_per_s\": 50 }, \"main\": {",
    );
    let text = text
        .replace("\"on\": \"box-1\" }", "\"on\": \"box-1\", \"clusters\": \"main\" }")
        .replace("\"on\": \"box-1\", \"name\"", "\"on\": \"box-1\", \"clusters\": \"main\", \"name\"");
    let file = file(&text);
    let view = file.view(None);
    let topology = view.topology().unwrap_or_else(|| panic!("{:?}", file.check(None).findings));
    let gone = failure::taken(topology, "sea").unwrap();
    let effect = failure::effect(topology, &view, &gone, How::Partition).unwrap();
    assert_eq!((effect.loses, effect.capacity_pct), (None, 100.0));
    assert!(
        effect.told.starts_with("sea is cut off: 50 values/s") && effect.told.contains("wait at main"),
        "{}",
        effect.told
    );
}
