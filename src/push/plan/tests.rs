//! Plans: frozen, spread, the same again from their files, and refused when nobody could follow them.

use super::*;
use crate::base::hash::sha256;
use proptest::prelude::*;

pub(crate) fn request(waves: &str) -> Request {
    Request {
        project_sha256: "00".repeat(32),
        scenario: "slow return".into(),
        seed: 7,
        waves: waves.into(),
        sequence: Sequence::Together,
        staging: Staging::Wave,
        gate: Gate { confirmed_pct_x100: 9_000, observe_s: 60 },
        budgets: Budgets { failed: 2, unreachable: 5, unknown: 1, drifted: 1 },
        pauses: Pauses::After(vec![1]),
        pace: Pace { activations_per_s: 2.0, burst: 1, at_once: 16, verify_after_s: 5, restart_s: 30 },
        approvals: 0,
        groups: vec![GroupTerms { id: "pumps".into(), ..GroupTerms::default() }],
        way: Way::default(),
        inputs: Inputs::default(),
        prediction: Some(Prediction::default()),
        confirm_at: None,
        overload_accepted_by: None,
    }
}

pub(crate) fn candidate(at: usize) -> Candidate {
    Candidate {
        thing: format!("P-{at}"),
        group: "pumps".into(),
        site: format!("site-{}", at % 5),
        server: format!("cxs-{}", at % 2),
        address: format!("10.0.{}.{}:22", at / 250, at % 250),
        zone: None,
        files: vec![CandidateFile {
            path: "/opt/agent/ws_connection.json".into(),
            now: Now::Is(sha256(b"old")),
            want: sha256(format!("new {at}").as_bytes()),
        }],
    }
}

fn text(plan: &Plan) -> String {
    let mut bytes = Vec::new();
    plan.write_to(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_plan_is_frozen_into_waves_and_the_equal_ones_are_left_alone() {
    let mut candidates: Vec<Candidate> = (0..100).map(candidate).collect();
    for candidate in candidates.iter_mut().take(10) {
        candidate.files[0].now = Now::Is(candidate.files[0].want);
    }
    let plan = Plan::new(request("5,20%,rest"), candidates).unwrap();
    assert_eq!(plan.sizes(), [5, 18, 67]);
    assert_eq!(plan.equal(), 10);
    assert!(plan.devices()[..90].iter().all(|device| device.wave.is_some()));
    let canary: std::collections::BTreeSet<_> = plan.devices()[..5].iter().map(|d| d.site.clone()).collect();
    assert!(canary.len() >= 3, "five devices of five equal sites come from several: {canary:?}");
}

#[test]
fn who_confirms_is_part_of_what_is_approved() {
    let by = |confirm_at: Option<&str>| Request {
        confirm_at: confirm_at.map(str::to_owned),
        ..request("10,rest")
    };
    let plan = |request| Plan::new(request, (0..30).map(candidate).collect());
    let (alone, asked) = (plan(by(None)).unwrap(), plan(by(Some("https://plant.example"))).unwrap());
    assert_ne!(alone.hash(), asked.hash());
    assert_eq!(Plan::parse(&text(&asked)).unwrap(), asked);
    let mut at_once = by(Some("https://plant.example"));
    at_once.pace.verify_after_s = 0;
    assert!(matches!(plan(at_once), Err(PlanError::Number { .. })), "nobody connects in no time");
}

#[test]
fn a_file_gives_the_same_plan_with_the_same_hash() {
    let mut candidates: Vec<Candidate> = (0..30).map(candidate).collect();
    candidates[1].files[0].now = Now::Unknown;
    candidates[2].files[0].now = Now::Absent;
    candidates[3].zone = Some("Asia/Tokyo".into());
    let plan = Plan::new(request("10,rest"), candidates).unwrap();
    let written = text(&plan);
    let read = Plan::parse(&written).unwrap();
    assert_eq!(read, plan);
    assert_eq!(*plan.hash(), sha256(written.as_bytes()));
    assert_eq!(plan.name().len(), 16);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    plan.write(&path).unwrap();
    assert_eq!(Plan::read(&path).unwrap(), plan);
}

#[test]
fn every_change_of_the_file_changes_the_hash_or_is_refused() {
    let plan = Plan::new(request("10,rest"), (0..12).map(candidate).collect()).unwrap();
    let written = text(&plan);
    for (from, to) in [
        ("\"wave\":1,", "\"wave\":2,"),
        ("\"format\":\"regather-rollout/1\"", "\"format\":\"regather-rollout/2\""),
        ("\"thing\":\"P-1\"", "\"thing\":\"P-2\""),
        ("\"wave\":2,", ""),
        ("\"activations_per_s\":2.0", "\"activations_per_s\":0.0"),
        ("\"seed\":7", "\"seed\":7,\"sed\":8"),
        ("\"group\":\"pumps\",\"site\"", "\"group\":\"pump\",\"site\""),
    ] {
        let changed = written.replacen(from, to, 1);
        assert_ne!(changed, written, "{from}");
        let read = Plan::parse(&changed);
        assert!(read.is_err(), "{from} -> {to}");
    }
    let faster = Plan::parse(&written.replacen("\"activations_per_s\":2.0", "\"activations_per_s\":9.0", 1));
    let error = faster.unwrap_err();
    assert!(error.to_string().contains("changed after it was simulated"), "{error}");
    let unknown = Plan::new(Request { prediction: None, ..request("rest") }, (0..3).map(candidate).collect());
    assert!(matches!(unknown.unwrap().may_start(), Err(PlanError::NotSimulated)));
}

#[test]
fn a_folder_is_one_however_it_is_written() {
    let twice = |first: &str, second: &str| {
        let mut candidates = vec![candidate(0), candidate(1)];
        (candidates[0].address, candidates[1].address) = (first.into(), second.into());
        candidates[1].files[0].path = candidates[0].files[0].path.clone();
        Plan::new(request("rest"), candidates)
    };
    for (first, second) in [("./a", "a/"), ("a//b", "a/b"), ("/srv/./a", "/srv/a"), (".", "./")] {
        assert!(matches!(twice(first, second), Err(PlanError::TwicePlace { .. })), "{first} {second}");
    }
    for (first, second) in [("a", "b"), ("/a", "a"), ("a", "../a")] {
        twice(first, second).unwrap();
    }
}

#[test]
fn a_port_is_a_number() {
    let plan = |address: &str| {
        let mut request = request("rest");
        request.way = Way::Ssh { user: "root".into(), restart: "true".into(), per_host: 1 };
        Plan::new(request, vec![Candidate { address: address.into(), ..candidate(0) }])
    };
    for address in ["host:x", "host:0", "host:70000", "a@host: via gate:22", "host via gate:ssh", "[::1]:x"] {
        assert!(matches!(plan(address), Err(PlanError::Port { .. })), "{address}");
    }
    for address in ["host", "host:22", "a@host:2222 via ops@gate:22", "[::1]:22", "[::1]", "fe80::1"] {
        plan(address).unwrap();
    }
}

#[test]
fn groups_come_one_after_another_where_asked() {
    let mut request = request("1,rest");
    request.sequence = Sequence::GroupAfterGroup;
    request.groups.push(GroupTerms { id: "fans".into(), ..GroupTerms::default() });
    let mut candidates: Vec<Candidate> = (0..10).map(candidate).collect();
    candidates.iter_mut().skip(6).for_each(|candidate| candidate.group = "fans".into());
    let plan = Plan::new(request, candidates).unwrap();
    assert_eq!(plan.sizes(), [1, 5, 1, 3]);
    assert!(plan.devices()[..6].iter().all(|device| device.group == 0));
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let refused = |request: Request, candidates: Vec<Candidate>| Plan::new(request, candidates).unwrap_err();
    let list = || (0..3).map(candidate).collect::<Vec<_>>();
    assert!(matches!(refused(request("rest"), Vec::new()), PlanError::Nobody));
    assert!(matches!(refused(request("10%"), list()), PlanError::Waves(_)));
    let mut twice = list();
    twice[1].thing = "P-0".into();
    assert!(matches!(refused(request("rest"), twice), PlanError::TwiceThing { thing } if thing == "P-0"));
    let mut twice = list();
    twice[1].address = twice[0].address.clone();
    let error = refused(request("rest"), twice);
    assert!(
        matches!(&error, PlanError::TwicePlace { first, second, .. } if first == "P-0" && second == "P-1")
    );
    let over_ssh = || {
        let way = Way::Ssh { user: "root".into(), restart: String::new(), per_host: 1 };
        Request { way, ..request("rest") }
    };
    for (one, other, same) in [
        ("10.0.0.1:22", "pi@10.0.0.1", true),
        ("Gate.example", "root@gate.example:22", true),
        ("[fe80::1]:22", "[FE80::1]", true),
        ("10.0.0.1 via a", "x@10.0.0.1:22 via a", true),
        ("10.0.0.1:22", "10.0.0.1:2222", false),
        ("fe80::22", "fe80::22:22", false),
        // Private addresses mean another device behind another jump host.
        ("10.0.0.1 via a", "10.0.0.1 via b", false),
    ] {
        let mut twice = list();
        (twice[0].address, twice[1].address) = (one.into(), other.into());
        let made = Plan::new(over_ssh(), twice);
        assert_eq!(matches!(made, Err(PlanError::TwicePlace { .. })), same, "{one} {other}");
    }
    let mut odd = list();
    odd[0].files[0].path = "/opt/a\n; reboot".into();
    assert!(matches!(refused(request("rest"), odd), PlanError::Control { what: "path", .. }));
    let mut nameless = list();
    nameless[0].address = " ".into();
    assert!(matches!(refused(request("rest"), nameless), PlanError::Incomplete { what: "address", .. }));
    let mut strange = list();
    strange[0].group = "fans".into();
    assert!(matches!(refused(request("rest"), strange), PlanError::UnknownGroup { .. }));
    let mut windows = request("rest");
    let clock = |hour| Clock { hour, minute: 0 };
    windows.groups[0].windows = vec![Window { days: Vec::new(), from: clock(22), to: clock(4) }];
    assert!(
        matches!(refused(windows.clone(), list()), PlanError::NoZone { thing } if thing.starts_with("P-"))
    );
    windows.groups[0].zone = Some("Europe/Berlin".into());
    assert!(Plan::new(windows, list()).is_ok());
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut request = request("rest");
        request.pace.activations_per_s = rate;
        assert!(matches!(refused(request, list()), PlanError::Number { .. }), "{rate}");
    }
}

#[test]
fn an_overload_starts_only_by_name() {
    let mut overload = request("rest");
    overload.prediction = Some(Prediction {
        overload: Some("12 sign-ins/s, and the platform takes 10".into()),
        ..Prediction::default()
    });
    let plan = Plan::new(overload.clone(), vec![candidate(0)]).unwrap();
    assert!(matches!(plan.may_start(), Err(PlanError::Overload { .. })));
    let before = *plan.hash();
    let taken = plan.taken_over_by("m.okafor").unwrap();
    assert!(taken.may_start().is_ok() && *taken.hash() != before);
    overload.overload_accepted_by = Some("m.okafor".into());
    assert_eq!(Plan::new(overload, vec![candidate(0)]).unwrap(), taken);
}

/// Numbers as simulations bring them: of any size, with all their digits.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        0.0..1e5_f64,
        (0_u64..1 << 62).prop_map(f64::from_bits).prop_filter("finite", |x| x.is_finite())
    ]
}

proptest! {
    #[test]
    fn every_number_comes_back_from_a_file_as_it_was(numbers in prop::collection::vec(number(), 6)) {
        let storm = Storm { lasts_s: numbers[0], peak_sign_ins_per_s: numbers[1], utilisation: numbers[2], back_s: Some(numbers[3]), ..Storm::default() };
        let prediction = Prediction { lasts_s: numbers[4], roll_back_lasts_s: numbers[5], storms: vec![storm], ..Prediction::default() };
        let mut request = Request { prediction: Some(prediction), ..request("10,rest") };
        request.pace.activations_per_s = numbers[0].clamp(1e-9, 1e5);
        let plan = Plan::new(request, (0..3).map(candidate).collect()).unwrap();
        let read = Plan::parse(&text(&plan)).unwrap();
        prop_assert_eq!(read.hash(), plan.hash());
        prop_assert_eq!(read, plan);
    }
}

#[test]
fn a_plan_that_is_written_otherwise_is_refused() {
    let plan = Plan::new(request("10,rest"), (0..30).map(candidate).collect()).unwrap();
    let spaced = text(&plan).replace("\"seed\":7", "\"seed\": 7");
    let error = Plan::parse(&spaced).unwrap_err();
    assert!(matches!(&error, PlanError::NotAPlan { reason } if reason.contains("byte by byte")), "{error}");
}
