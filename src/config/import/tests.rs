//! What a collection of files says, from folders and archives.

use super::*;
use crate::config::Mapping;
use crate::fleet::{AgentKind, FleetFile};
use std::io::Write;
use std::path::Path;

fn ems(retries: i32, ping: u32) -> String {
    format!(
        "{{ \"ws_servers\": [{{ \"host\": \"a\" }}], \"ws_connection\": {{ \"connect_retries\": {retries}, \"ping_rate\": {ping} }} }}"
    )
}

/// The files of 60 gateways, one of which differs, two pumps in places of the same name, and what is no file.
fn files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = (0..60)
        .map(|at| (format!("line/gw-{at:02}/config.json"), ems(if at == 7 { 3 } else { -1 }, 55_000)))
        .collect();
    for site in ["north", "south"] {
        files.push((format!("{site}/pump/ws_connection.json"), "{ \"connect_retries\": 1 }".into()));
        files.push((
            format!("{site}/pump/agent_config.json"),
            "{ \"reconnect_random_delay_seconds\": 30 }".into(),
        ));
    }
    files.push(("line/readme.txt".into(), "hello".into()));
    files.push(("flat/press-1_config.json".into(), ems(-1, 55_000)));
    files.push(("line/broken/config.json".into(), "{ \"ws_connection\": ".into()));
    files
}

fn put(folder: &Path) {
    for (name, text) in files() {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
    }
}

fn check(found: &Found) -> Imported {
    assert_eq!(found.skipped.len(), 1, "{:?}", found.skipped);
    assert!(found.skipped[0].name.ends_with("line/readme.txt"));
    let imported = group(&found.collected, &Mapping::default());
    let sizes: Vec<(&str, usize)> =
        imported.groups.iter().map(|group| (group.id.as_str(), group.devices.len())).collect();
    assert_eq!(sizes, [("ems-1", 60), ("example-agent-1", 2), ("ems-2", 1)]);
    assert_eq!(imported.groups[1].devices, ["north/pump", "south/pump"], "told apart by their place");
    assert!(imported.groups[0].devices.contains(&"press-1".to_owned()), "named by the file itself");
    let outlier = imported.groups[2].outlier.as_ref().unwrap();
    assert_eq!((imported.groups[2].devices.as_slice(), outlier.like), (["gw-07".to_owned()].as_slice(), 0));
    assert_eq!(outlier.differs, [("connect_retries", "3".to_owned(), "for ever".to_owned())]);
    assert_eq!((imported.unread.len(), imported.unread[0].device.as_str()), (1, "broken"));
    assert!(imported.groups[0].missing(&Mapping::default()).contains(&"max_connect_delay"));
    imported
}

#[test]
fn a_folder_becomes_groups_of_equal_settings_and_outliers() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path());
    let imported = check(&collect(folder.path(), &Mapping::default()).unwrap());
    let file = FleetFile::parse(&imported.project("Line")).unwrap();
    let checked = file.check(None);
    assert!(!checked.blocked(), "{:?}", checked.findings);
    let fleet = checked.fleet.unwrap();
    assert_eq!((fleet.devices(), fleet.groups[1].agent.kind()), (63, AgentKind::ExampleAgent));
    let list = imported.inventory();
    assert!(list.starts_with("thing,group\ngw-00,ems-1\n") && list.lines().count() == 64);
    let again = imported.into_project(&file).unwrap();
    assert_eq!(again.text(), file.text(), "the same import changes nothing");
}

#[test]
fn archives_say_the_same_as_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let zipped = folder.path().join("all.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&zipped).unwrap());
    for (name, text) in files() {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    check(&collect(&zipped, &Mapping::default()).unwrap());

    let mut archive = Vec::new();
    {
        let mut tar = tar::Builder::new(&mut archive);
        for (name, text) in files() {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_cksum();
            tar.append_data(&mut header, format!("./{name}"), text.as_bytes()).unwrap();
        }
        tar.finish().unwrap();
    }
    let tarred = folder.path().join("all.tar");
    std::fs::File::create(&tarred).unwrap().write_all(&archive).unwrap();
    check(&collect(&tarred, &Mapping::default()).unwrap());
    let packed = folder.path().join("all.tar.gz");
    let mut gz =
        flate2::write::GzEncoder::new(std::fs::File::create(&packed).unwrap(), flate2::Compression::fast());
    gz.write_all(&archive).unwrap();
    gz.finish().unwrap();
    check(&collect(&packed, &Mapping::default()).unwrap());
}

#[test]
fn what_is_no_archive_is_a_sentence_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("a.zip", b"no".as_slice()), ("a.tgz", b"\x1f\x8b\x08\x00"), ("a.tar", &[7; 1024])]
    {
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
        let error = collect(&path, &Mapping::default()).unwrap_err().to_string();
        assert!(error.contains("cannot be read") && error.ends_with(name), "{error}");
    }
    assert!(collect(&folder.path().join("none"), &Mapping::default()).is_err());
}

#[test]
fn what_devices_need_and_no_file_holds_is_unknown() {
    let mut collected = crate::config::Collected::default();
    collected.insert("pump", "ws_connection.json", "{\"connect_timeout\": 9000, \"connect_retries\": 1}");
    let imported = group(&collected, &Mapping::default());
    let file = FleetFile::parse(&imported.project("Line")).unwrap();
    let fleet = file.check(None).fleet.unwrap();
    let unknowns: Vec<String> = fleet.unknowns.list().iter().map(|one| one.input.address.clone()).collect();
    assert_eq!(
        unknowns,
        imported.groups[0]
            .unknowns()
            .iter()
            .map(|(row, _)| { format!("/groups/{}/{}", imported.groups[0].id, row.key) })
            .collect::<Vec<_>>()
    );
    let sources: Vec<String> = file.provenance().into_iter().map(|source| source.address).collect();
    assert_eq!(sources, unknowns);
}
