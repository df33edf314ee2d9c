//! What agents' files say, and that an export is whole or not at all.

use super::*;
use crate::fleet::example::EXAMPLES;
use crate::fleet::{AgentKind, FleetFile};

fn rendered(file: &FleetFile, scenario: Option<&str>) -> Vec<GroupFiles> {
    render(&file.check(scenario).fleet.unwrap(), &file.view(scenario)).unwrap()
}

fn example() -> FleetFile {
    EXAMPLES[0].file().unwrap()
}

#[test]
fn files_hold_the_keys_own_units_and_say_they_are_inferred() {
    let groups = rendered(&example(), None);
    let Part::Files(files) = &groups[0].part else { panic!() };
    assert_eq!(files[0].name, "ws_connection.json");
    assert_eq!(
        files[0].text,
        "{\n  \"max_connect_delay\": 1000,\n  \"connect_timeout\": 10000,\n  \"connect_retries\": 1,\n  \"connect_retry_interval\": 1000\n}\n"
    );
    assert_eq!(files[1].text, "{\n  \"reconnect_random_delay_seconds\": 30\n}\n");
    assert!(files.iter().all(|file| file.certainty == Certainty::Inferred && !file.notes.is_empty()));
    assert_eq!(files[1].rows[0].gets.as_ref().unwrap().human, "30 s");
    let timeout = files[0].rows.iter().find(|row| row.key == "connect_timeout").unwrap();
    assert_eq!(timeout.gets, Some(Shown { file: "10000".into(), human: "10 s".into() }));
}

#[test]
fn the_sdk_itself_gets_what_a_build_needs_and_it_says_so() {
    let groups = rendered(&example(), None);
    let gateways = groups.iter().find(|group| group.kind == AgentKind::CSdk).unwrap();
    let [header, json] = gateways.files() else { panic!() };
    assert_eq!((header.name.as_str(), header.device_name.as_str()), ("twConfig.part.h", "twConfig.h"));
    assert!(header.text.contains("twcfg.connect_retry_interval = 30000;"), "{}", header.text);
    assert!(header.text.contains("twcfg.subscribed_props_queue_size = 65536;"), "{}", header.text);
    assert!(!header.text.contains("duty_cycle"), "nobody gave a period");
    for file in [header, json] {
        assert_eq!(file.delivery, Delivery::Build);
        assert!(file.notes[0].contains("firmware build") && file.notes[0].contains("cannot be pushed"));
    }
    let object: serde_json::Value = serde_json::from_str(&json.text).unwrap();
    assert_eq!(object["connect_retries"], -1);
}

#[test]
fn what_is_unknown_is_never_written() {
    let unknown = serde_json::json!({"unknown": [5_000, 60_000]});
    let file = example().with("/groups/pumps/connect_timeout", &unknown).unwrap();
    let groups = rendered(&file, None);
    let made = &groups[0].files()[0];
    let found = made.findings.iter().find(|finding| finding.blocks()).unwrap();
    assert_eq!((found.code, &*found.pointer), ("A017", "/connect_timeout"));
    assert!(found.what.contains("/groups/pumps/connect_timeout") && !made.text.contains("connect_timeout"));
    assert!(groups[1..].iter().flat_map(GroupFiles::files).all(|file| !file.blocked()), "others are written");
    let has = "{\"connect_timeout\": 7000, \"connect_retries\": 9}";
    let mut collected = Collected::default();
    collected.insert("pumps", "ws_connection.json", has);
    let (fleet, mapping) = (file.check(None).fleet.unwrap(), Mapping::default());
    let writer = Writer { fleet: &fleet, view: &file.view(None), mapping: &mapping, collected: &collected };
    let over = writer.groups()[0].files()[0].clone();
    assert!(
        over.findings.iter().all(|finding| finding.code != "A012" && !finding.blocks()),
        "{:?}",
        over.findings
    );
    let row = over.rows.iter().find(|row| row.key == "connect_timeout").unwrap();
    assert_eq!((row.change, row.gets.clone()), (Change::Kept, None));
    assert!(over.text.contains("\"connect_timeout\": 7000"), "{}", over.text);
}

/// Returns the files of the example's gateways as agents of another kind.
fn as_kind(kind: AgentKind) -> GroupFiles {
    let mut file = example().with("/groups/gateways/agent", &kind.word().into()).unwrap();
    if kind == AgentKind::ExampleAgent {
        file = file.with("/groups/gateways/reconnect_random_delay_seconds", &60.into()).unwrap();
    }
    rendered(&file, None).into_iter().find(|group| group.group == "gateways").unwrap()
}

#[test]
fn every_kind_has_files_or_a_reason() {
    for kind in AgentKind::ALL {
        let group = as_kind(kind);
        match &group.part {
            Part::None(reason) => {
                assert_eq!(kind, AgentKind::Generic);
                assert!(reason.contains("nothing is known"), "{reason}");
            }
            Part::Files(files) => assert!(files.iter().all(|file| !file.text.is_empty() && !file.blocked())),
        }
    }
}

#[test]
fn a_part_of_the_ems_file_is_not_the_file() {
    let group = as_kind(AgentKind::Ems);
    let [file] = group.files() else { panic!() };
    assert_eq!(file.name, "config.part.json");
    let object: serde_json::Value = serde_json::from_str(&file.text).unwrap();
    assert_eq!(
        object,
        serde_json::json!({
            "ws_connection": {
                "max_connect_delay": 60_000,
                "connect_timeout": 10_000,
                "connect_retries": -1,
                "connect_retry_interval": 30_000,
                "ping_rate": 55_000,
                "pingpong_timeout": 10_000,
                "msg_timeout": 10_000,
            },
            "offline_msg_store": { "max_size": 65_536 },
        })
    );
    assert!(file.notes.iter().any(|note| note.contains("not the whole file")));
}

#[test]
fn applications_on_an_sdk_get_a_file_and_lines_of_source() {
    let java = as_kind(AgentKind::JavaSdk);
    assert!(java.files()[0].text.contains("reconnectInterval=15"), "{}", java.files()[0].text);
    assert_eq!(
        java.files()[1].text,
        "config.setReconnectInterval(15); // 15 s\nconfig.setIdlePingRate(55); // 55 s\n"
    );
    let dotnet = as_kind(AgentKind::DotNetSdk);
    let object: serde_json::Value = serde_json::from_str(&dotnet.files()[0].text).unwrap();
    assert_eq!((&object["AutoReconnect"], &object["ConnectTimeout"]), (&false.into(), &"10000".into()));
    assert!(dotnet.files()[1].text.contains("config.ConnectRetries = \"-1\"; // for ever"));
    assert!(dotnet.files()[1].text.starts_with("config.AutoReconnect = false; // Off\n"));
}

#[test]
fn every_file_that_is_written_reads_as_what_was_written() {
    for kind in AgentKind::ALL {
        let group = as_kind(kind);
        let layout = Layout::of(kind, &Mapping::default());
        for (file, layout) in group.files().iter().zip(&layout.files).filter(|(_, layout)| layout.is_read()) {
            let read = read::read(layout, file.text.as_str()).unwrap();
            assert_eq!(read.findings, [], "{kind:?} {}", file.name);
            assert_eq!(read.kept, [""; 0]);
            assert_eq!(read.readings.len(), file.rows.len());
            for (reading, row) in read.readings.iter().zip(&file.rows) {
                assert_eq!(reading.path, row.key);
                assert_eq!(
                    reading.value.human(reading.setting).split(' ').next(),
                    row.gets.as_ref().unwrap().human.split(' ').next()
                );
            }
        }
    }
}

const DEVICE: &str = "{\r\n\t// site 7\r\n\t\"ws_servers\": [{ \"host\": \"a\", \"port\": 443 }],\r\n\t\"appKey\": \"secret\",\r\n\t\"ws_connection\": {\r\n\t\t\"connect_retries\": 3,\r\n\t\t\"ping_rate\": 3e4,\r\n\t\t\"connect_timeout\": 1e4\r\n\t}\r\n}\r\n";

/// Returns the gateways' file over what their device has.
fn over(device: &str) -> AgentFile {
    let file = example().with("/groups/gateways/agent", &"ems".into()).unwrap();
    let fleet = file.check(None).fleet.unwrap();
    let mut collected = Collected::default();
    collected.insert("gateways", "config.json", device);
    let writer =
        Writer { fleet: &fleet, view: &file.view(None), mapping: &Mapping::default(), collected: &collected };
    let group = writer.groups().into_iter().find(|group| group.group == "gateways").unwrap();
    group.files()[0].clone()
}

#[test]
fn a_devices_own_file_keeps_everything_that_nobody_planned() {
    let file = over(DEVICE);
    assert_eq!(file.name, "config.json");
    assert!(file.text.contains("\"connect_retries\": -1,\r\n"));
    assert!(file.text.contains("\"connect_timeout\": 1e4"), "equal values are not touched");
    assert!(file.text.contains("\"ping_rate\": 3e4"), "the project does not give it");
    assert!(file.text.contains("// site 7\r\n") && file.text.contains("\"appKey\": \"secret\""));
    assert!(!file.text.replace("\r\n", "").contains('\n'), "line ends stay");
    let of = |key: &str| file.rows.iter().find(|row| row.key == key).unwrap();
    assert_eq!(of("ws_connection/connect_retries").change, Change::Changed);
    assert_eq!(of("ws_connection/connect_retries").has.as_ref().unwrap().human, "3 attempts");
    assert_eq!(of("ws_connection/connect_timeout").change, Change::Same);
    assert_eq!(of("ws_connection/ping_rate").change, Change::Kept);
    assert_eq!(of("ws_connection/max_connect_delay").change, Change::Added);
    assert!(file.kept.iter().any(|path| path == "appKey"));
    let [finding] = file.findings.as_slice() else { panic!("{:?}", file.findings) };
    assert_eq!((finding.code, finding.line), ("A012", 7));
    assert!(
        finding.what.contains("stays at 30 s") && finding.what.contains("assumes 55 s"),
        "{}",
        finding.what
    );
}

#[test]
fn a_file_that_has_everything_comes_back_byte_for_byte() {
    let once = over(DEVICE);
    let again = over(&once.text);
    assert!(again.is_unchanged() && !once.is_unchanged());
}

#[test]
fn a_file_that_cannot_be_read_is_not_replaced() {
    let file = over("{ \"ws_connection\": ");
    assert!(file.blocked() && file.is_unchanged());
}

#[test]
fn a_mapping_moves_keys_and_says_that_the_user_knows() {
    let text = r#"{ "example-agent": { "reconnect_random_delay_seconds": { "file": "agent.json", "path": "connection/random_delay" }, "max_connect_delay": null } }"#;
    let (mapping, findings) = Mapping::read(&crate::base::json::Tree::parse(text).unwrap(), "");
    assert_eq!(findings, []);
    let layout = Layout::of(AgentKind::ExampleAgent, &mapping);
    assert!(layout.file("agent_config.json").is_none(), "nothing is left in it");
    let moved = layout.file("agent.json").unwrap();
    assert_eq!(
        (moved.keys[0].path.as_str(), moved.certainty),
        ("connection/random_delay", Certainty::Documented)
    );
    assert!(layout.file("ws_connection.json").unwrap().key("max_connect_delay").is_none());

    let wrong = r#"{ "example-agent": { "nope": null, "connect_timeout": 5 }, "robot": {} }"#;
    let (_, findings) = Mapping::read(&crate::base::json::Tree::parse(wrong).unwrap(), "");
    assert_eq!(findings.len(), 3);
}

#[test]
fn a_file_alone_is_checked_by_the_rules_of_every_fleet() {
    let text = "{\n  \"ws_connection\": {\n    \"connect_retries\": 2,\n    \"connect_timeout\": 10\n  }\n}";
    let linted = lint::lint("config.json", &text.into(), None, &Mapping::default()).unwrap().unwrap();
    assert_eq!(linted.kind, AgentKind::Ems);
    let of = |code: &str| linted.findings.iter().find(|finding| finding.code == code);
    assert_eq!(of("D001").unwrap().line, 3, "{:?}", linted.findings);
    let odd = of("A015").unwrap();
    assert_eq!((odd.line, odd.pointer.as_str()), (4, "/ws_connection/connect_timeout"));
    assert_eq!(odd.patch.as_ref().unwrap().value, 10_000);
    assert!(lint::lint("x.json", &"{\"a\": 1}".into(), None, &Mapping::default()).unwrap().is_none());
}

/// Writes the groups' files to a folder.
fn export(groups: &[GroupFiles], folder: &std::path::Path) -> Result<bundle::Written, bundle::BundleError> {
    let (items, _) = bundle::items(groups);
    let paths = bundle::Paths::default();
    let facts = bundle::Facts::default();
    let order = bundle::Order { target: bundle::Target::Folder, paths: &paths, waves: None, seed: 0, facts };
    let vault = secret::SystemVault::new(&|_| None);
    bundle::deliver(&items, &bundle::NoInventory, &order, folder, &vault, &mut |_, _| true)
}

#[test]
fn an_export_writes_once_and_leaves_equal_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    let groups = rendered(&example(), None);
    let first = export(&groups, folder.path()).unwrap();
    assert_eq!((first.written.len(), first.unchanged), (9, 0), "eight files and the manifest");
    let again = export(&groups, folder.path()).unwrap();
    assert_eq!((again.written.len(), again.unchanged), (0, 9));
}

#[test]
fn a_fleet_without_files_says_so_before_anything_is_touched() {
    let groups = [as_kind(AgentKind::Generic)];
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("never");
    assert!(matches!(export(&groups, &missing), Err(bundle::BundleError::Nothing(_))));
    assert!(!missing.exists());
}

#[test]
fn a_folder_that_is_a_file_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("taken");
    std::fs::File::create(&blocked).unwrap();
    let error = export(&rendered(&example(), None), &blocked).unwrap_err().to_string();
    assert!(error.starts_with("0 of 9 files were written"), "{error}");
}

#[test]
fn devices_that_differ_get_files_of_their_own() {
    let project = example().with("/groups/gateways/agent", &"ems".into()).unwrap();
    let list = "thing,group,connect_retry_interval\ngw-1,gateways,\ngw-2,gateways,90000\ngw-3,gateways,\n";
    let inventory =
        crate::fleet::inventory::read(list, &crate::fleet::inventory::Options::default()).unwrap().inventory;
    let fleet = project.check(None).fleet.unwrap();
    let view = project.view(None);
    let mut collected = Collected::default();
    collected.insert("gw-3", "config.json", "{ \"site\": 7 }");
    let writer = Writer { fleet: &fleet, view: &view, mapping: &Mapping::default(), collected: &collected };
    let (groups, own) = (writer.groups(), OwnFiles::of(&writer, &inventory));
    let (mut items, _) = bundle::items(&groups);
    items.retain(|item| item.group == "gateways");
    items.extend(own.items());
    let listed = Listed::of(&inventory);
    let paths = bundle::Paths::default();
    let plan = bundle::Plan::new(&items, &listed, bundle::Facts::default(), &paths).unwrap();
    let texts: Vec<(&str, String)> =
        (0..plan.len()).map(|at| (plan.path(at).unwrap(), plan.preview(at).unwrap())).collect();
    let [(one, usual), (two, slow), (three, kept)] = texts.as_slice() else { panic!("{texts:?}") };
    assert_eq!((*one, *two), ("gateways/gw-1/config.part.json", "gateways/gw-2/config.part.json"));
    assert!(usual.contains("30000") && slow.contains("\"connect_retry_interval\": 90000"));
    assert_eq!(*three, "gateways/gw-3/config.json");
    assert!(kept.contains("\"site\": 7") && kept.contains("\"connect_retries\": -1"), "{kept}");
}
