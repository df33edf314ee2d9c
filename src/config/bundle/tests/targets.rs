//! Ansible, Kubernetes, software distribution, and the waves.

use super::*;
use saphyr::{LoadableYamlNode, Yaml};
use std::io::Read;

const SHARED: &str = r#"{"host": "${host}", "port": "${port:number}"}"#;

fn devices() -> Rows {
    Rows::new(
        &["thing", "group", "host", "port", "Site name", "app_key", "address"],
        &[
            &["P-1", "pumps", "h", "443", "a: b # c", "env:K1", "10.0.0.1"],
            &["P[2]", "pumps", "h", "443", "", "keyring:s/u", ""],
            &["P_2", "pumps", "h", "443", "{{ x }}", "", "no"],
        ],
    )
}

fn load(artefact: &Artefact) -> Yaml<'_> {
    let text = std::str::from_utf8(&artefact.bytes).unwrap();
    let mut documents = Yaml::load_from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

fn find<'a>(artefacts: &'a [Artefact], path: &str) -> &'a Artefact {
    let found = artefacts.iter().find(|artefact| artefact.path == path);
    found
        .unwrap_or_else(|| panic!("no {path} in {:?}", artefacts.iter().map(|a| &a.path).collect::<Vec<_>>()))
}

#[test]
fn an_ansible_inventory_reads_back() {
    let devices = devices();
    let items = [item(SHARED), Item { group: "press hall", file: "a.json", ..item("{}") }];
    let plan = plan(&items, &devices).unwrap();
    let waves: Waves = "1,10%,rest".parse().unwrap();
    let options = ansible::Options { waves: Some(&waves), ..ansible::Options::default() };
    let (artefacts, notes) = ansible::artefacts(&plan, &options).unwrap();
    assert_eq!(notes, [""; 0]);
    let inventory = load(find(&artefacts, "inventory.yml"));
    let hosts = &inventory["all"]["children"]["pumps"]["hosts"];
    let text = |host: &str, name: &str| hosts[host][name].as_str().map(str::to_owned);
    assert_eq!(text("P-1", "regather_thing").as_deref(), Some("P-1"));
    assert_eq!(text("P-1", "ansible_host").as_deref(), Some("10.0.0.1"));
    assert_eq!(text("P-1", "regather_port").as_deref(), Some("443"), "quoted, so no number");
    assert_eq!(text("P-1", "regather_site_name").as_deref(), Some("a: b # c"));
    assert_eq!(text("P-1", "regather_app_key_reference").as_deref(), Some("env:K1"));
    assert_eq!(text("P_2", "regather_thing").as_deref(), Some("P[2]"), "a range to Ansible, so renamed");
    assert_eq!(text("P_2_2", "regather_thing").as_deref(), Some("P_2"));
    assert_eq!(text("P_2_2", "ansible_host").as_deref(), Some("no"), "and not the truth value");
    let source = hosts["P_2"]["regather_files"][0]["src"].as_str();
    assert_eq!(source, Some("pumps/P[2]/ws_connection.json"));
    let raw = std::str::from_utf8(&find(&artefacts, "inventory.yml").bytes).unwrap();
    assert!(raw.contains("\"regather_site_name\": !unsafe \"{{ x }}\""), "{raw}");
    let group = load(find(&artefacts, "group_vars/pumps.yml"));
    assert_eq!(group["regather_group_name"].as_str(), Some("Pumps: \"north\""));
    assert!(artefacts.iter().any(|artefact| artefact.path == "group_vars/press_hall.yml"));
    let play = load(find(&artefacts, "playbook.yml"));
    let serial: Vec<_> = play[0]["serial"].as_sequence().unwrap().iter().filter_map(Yaml::as_str).collect();
    assert_eq!(serial, ["1", "10%", "100%"]);
    let names: Vec<_> = (0..7).filter_map(|at| play[0]["tasks"][at]["name"].as_str()).collect();
    assert_eq!(names[3..5], ["Copy the files", "Look whether a restart is due"]);
    assert_eq!(play[0]["tasks"][3]["ansible.builtin.copy"]["src"].as_str(), Some("files/{{ item.src }}"));
    assert_eq!(load(find(&artefacts, "group_vars/all.yml"))["regather_backup"].as_bool(), Some(true));
}

#[test]
fn a_secret_in_a_column_for_references_stops_ansible() {
    let devices = Rows::new(&["thing", "group", "app_key"], &[&["P-1", "pumps", "0f5c-planted"]]);
    let items = [item("{}")];
    let error =
        ansible::artefacts(&plan(&items, &devices).unwrap(), &ansible::Options::default()).unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(said.contains("app_key") && said.contains("P-1") && !said.contains("planted"), "{said}");
}

#[test]
fn a_configmap_holds_the_text_of_its_group() {
    let devices = devices();
    let weird = "a\tb: \"c\"\n# d\u{85}\u{2028}\u{feff}é\u{1F600}\n";
    let items = [item(SHARED), Item { file: "odd name!.txt", format: Format::Code, ..item(weird) }];
    let (artefacts, notes) = configmap::artefacts(&plan(&items, &devices).unwrap()).unwrap();
    assert_eq!((artefacts.len(), notes.len()), (1, 0));
    let map = load(find(&artefacts, "regather-pumps.configmap.yaml"));
    assert_eq!(map["kind"].as_str(), Some("ConfigMap"));
    assert_eq!(map["metadata"]["name"].as_str(), Some("regather-pumps"));
    assert_eq!(map["metadata"]["annotations"]["regather/scenario"].as_str(), Some(FACTS.scenario));
    assert_eq!(map["data"]["ws_connection.json"].as_str(), Some(r#"{"host": "h", "port": 443}"#));
    assert_eq!(map["data"]["odd_name_.txt"].as_str(), Some(weird));
}

#[test]
fn what_a_configmap_cannot_hold_is_refused() {
    let devices = devices();
    let refused = |text: &str| {
        let items = [item(text)];
        configmap::artefacts(&plan(&items, &devices).unwrap()).map(drop).unwrap_err()
    };
    let secret = refused(r#"{"k": "${app_key}"}"#);
    assert!(
        matches!(&secret, BundleError::SecretNotAllowed { .. })
            && secret.to_string().contains("Secret of the"),
        "{secret}"
    );
    let differs = refused(r#"{"k": "${thing}"}"#).to_string();
    assert!(differs.contains("P-1") && differs.contains("P[2]"), "{differs}");
    let large = refused(&format!("\"{}\"", "x".repeat(1 << 20)));
    assert!(matches!(large, BundleError::TooLarge { bytes: 1_048_596, .. }), "{large:?}");
    let items = [Item { deliverable: false, ..item("x") }];
    let error = configmap::artefacts(&plan(&items, &devices).unwrap()).unwrap_err();
    assert!(matches!(error, BundleError::Nothing(_)), "{error}");
}

#[test]
fn packages_and_lists_for_software_distribution() {
    let things: Vec<String> = (0..100).map(|n| format!("P-{n}")).chain(["a,\"b".to_owned()]).collect();
    let devices = Rows::named(
        &things.iter().map(String::as_str).filter(|thing| !thing.contains('"')).collect::<Vec<_>>(),
    );
    let items = [
        item("{}"),
        Item { file: "b.json", ..item("[]") },
        Item { deliverable: false, file: "x.h", ..item("x") },
    ];
    let plan = plan(&items, &devices).unwrap();
    let waves: Waves = "3,10%,rest".parse().unwrap();
    let (artefacts, notes) = scm::artefacts(&plan, &waves, 7).unwrap();
    assert!(notes.len() == 1 && notes[0].contains("x.h"), "{notes:?}");
    let paths: Vec<&str> = artefacts.iter().map(|artefact| artefact.path.as_str()).collect();
    assert_eq!(
        paths,
        ["packages/pumps.zip", "waves/01/pumps.csv", "waves/02/pumps.csv", "waves/03/pumps.csv"]
    );
    let lists: Vec<Vec<&str>> = artefacts[1..]
        .iter()
        .map(|artefact| std::str::from_utf8(&artefact.bytes).unwrap().lines().collect())
        .collect();
    assert!(lists.iter().all(|list| list[0] == "thing"));
    assert_eq!(lists.iter().map(|list| list.len() - 1).collect::<Vec<_>>(), [3, 10, 87]);
    let mut all: Vec<&str> = lists.iter().flat_map(|list| &list[1..]).copied().collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 100);
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(&artefacts[0].bytes)).unwrap();
    let names: Vec<_> =
        (0..package.len()).map(|at| package.name_for_index(at).unwrap().unwrap().into_owned()).collect();
    assert_eq!(names, ["b.json", "ws_connection.json", "manifest.json"]);
    let mut manifest = String::new();
    package.by_name("manifest.json").unwrap().read_to_string(&mut manifest).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!((&manifest["group"], &manifest["files"][0]["bytes"]), (&"pumps".into(), &2.into()));
    let secret = [item(r#"{"k": "${app_key}"}"#)];
    let error = scm::artefacts(&super::plan(&secret, &devices).unwrap(), &waves, 7).unwrap_err();
    assert!(matches!(error, BundleError::SecretNotAllowed { .. }), "{error}");
}

#[test]
fn waves_are_read_or_refused() {
    let read = |text: &str| text.parse::<Waves>().map(|waves| waves.waves().to_vec());
    let expected = [Wave::Devices(10), Wave::Share(1_000), Wave::Share(4_025), Wave::Rest];
    assert_eq!(read(" 10, 10% ,40.25%,REST").unwrap(), expected);
    for (text, part) in [
        ("", "empty"),
        ("10,,rest", "empty"),
        ("ten", "ten"),
        ("-1", "-1"),
        ("+1", "+1"),
        ("1.5", "1.5"),
        ("1.555%", "1.555%"),
        ("%", "%"),
        (".5%", ".5%"),
        ("0", "without devices"),
        ("0.00%", "without devices"),
        ("rest,5", "\u{201c}5\u{201d}"),
        ("60%,40.01%", "100.01"),
        ("99999999999999999999", "no wave"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let sizes = |text: &str, devices| text.parse::<Waves>().unwrap().sizes(devices);
    assert_eq!(sizes("10,10%,40%,rest", 1_000).unwrap(), [10, 100, 400, 490]);
    assert_eq!(sizes("10,10%,40%,rest", 8).unwrap(), [8]);
    assert_eq!(sizes("1,0.01%,rest", 50).unwrap(), [1, 1, 48]);
    assert_eq!(sizes("rest", 0).unwrap(), [0; 0]);
    assert_eq!(sizes("10,10%", 100).unwrap_err(), WaveError::LeftOver { held: 20, all: 100 });
}

#[test]
fn the_order_is_of_names_and_not_of_lists() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let order = |names: &[&'static str], seed| -> Vec<&str> {
        waves::order(names.iter().copied(), seed).into_iter().map(|at| names[at]).collect()
    };
    let mut turned = names;
    turned.reverse();
    assert_eq!(order(&names, 1), order(&turned, 1));
    assert_ne!(order(&names, 1), order(&names, 2));
    let fewer: Vec<&str> = order(&names, 1).into_iter().filter(|name| *name != "c").collect();
    assert_eq!(order(&["f", "e", "d", "b", "a"], 1), fewer, "the others keep their places");
}
