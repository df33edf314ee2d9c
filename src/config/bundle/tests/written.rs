//! Folders and archives: what is in them, what is left alone, and what an interruption leaves behind.

use super::*;
use crate::base::file;
use crate::base::hash::{hex, sha256};
use std::fs;
use std::io::Read;
use tempfile::tempdir;

const TEXT: &str = r#"{"thing": "${thing}", "app_key": "${app_key}"}"#;

fn devices() -> Rows {
    Rows::new(&["thing", "group", "app_key"], &[&["P-2", "pumps", "env:A"], &["P-1", "pumps", "env:A"]])
}

fn files<'a>() -> Vec<Item<'a>> {
    vec![
        item(TEXT),
        Item { file: "plain.json", ..item("{}") },
        Item { file: "twConfig.h", format: Format::Header, deliverable: false, ..item("#define X 1\n") },
    ]
}

fn read(path: &Path) -> String {
    file::read_text(path, 1 << 20).unwrap()
}

/// Returns the names of the files below a folder, sorted.
fn tree(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = files_below(folder).into_iter().map(|(name, _)| name).collect();
    found.sort();
    found
}

/// Checks a manifest against the bytes of the files, and returns it.
fn check_manifest(text: &str, bytes: &dyn Fn(&str) -> Vec<u8>) -> serde_json::Value {
    let manifest: serde_json::Value = serde_json::from_str(text).unwrap();
    for file in manifest["files"].as_array().unwrap() {
        let bytes = bytes(file["path"].as_str().unwrap());
        let hash = hex(&sha256(&bytes));
        assert_eq!(
            (file["sha256"].as_str(), file["bytes"].as_u64()),
            (Some(&*hash), Some(bytes.len() as u64))
        );
    }
    manifest
}

#[test]
fn what_a_killed_export_left_is_swept() {
    let folder = tempdir().unwrap();
    let (items, devices) = (files(), devices());
    let plan = plan(&items, &devices).unwrap();
    let left = folder.path().join("pumps/P-1/.regather-aB3xYz.tmp");
    fs::create_dir_all(left.parent().unwrap()).unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::create(&left).unwrap().set_modified(long_ago).unwrap();
    write_folder(&plan, folder.path(), &OneSecret("k"), &mut go_on).unwrap();
    assert!(!left.exists(), "it may hold the secret of a file that was never finished");
}

#[test]
fn a_folder_holds_every_file_and_its_manifest() {
    let folder = tempdir().unwrap();
    let (items, devices) = (files(), devices());
    let plan = plan(&items, &devices).unwrap();
    let out = folder.path().join("new/out");
    let done = write_folder(&plan, &out, &OneSecret("k\"ey"), &mut go_on).unwrap();
    let expected = [
        "pumps/P-1/plain.json",
        "pumps/P-1/ws_connection.json",
        "pumps/P-2/plain.json",
        "pumps/P-2/ws_connection.json",
        "pumps/twConfig.h",
        "regather-manifest.json",
    ];
    assert_eq!(tree(&out), expected);
    assert_eq!((done.written.len(), done.unchanged), (6, 0));
    assert_eq!(read(&out.join("pumps/P-1/ws_connection.json")), r#"{"thing": "P-1", "app_key": "k\"ey"}"#);
    let manifest =
        check_manifest(&read(&out.join(FOLDER_MANIFEST)), &|path| fs::read(out.join(path)).unwrap());
    assert_eq!(manifest["fleet_sha256"], "abc123");
    assert_eq!((&manifest["scenario"], &manifest["version"]), (&FACTS.scenario.into(), &"1.2.3".into()));
    let first = &manifest["files"][0];
    assert_eq!(
        (&first["thing"], &first["group"], &first["kind"]),
        (&"P-1".into(), &"pumps".into(), &"example-agent".into())
    );
    assert_eq!(manifest["files"][4]["needs_firmware_build"], true);
    let again = write_folder(&plan, &out, &OneSecret("k\"ey"), &mut go_on).unwrap();
    assert_eq!((again.written.len(), again.unchanged), (0, 6));
    let other = write_folder(&plan, &out, &OneSecret("other"), &mut go_on).unwrap();
    assert_eq!((other.written.len(), other.unchanged), (3, 3), "two files and the manifest");
}

#[cfg(unix)]
#[test]
fn files_with_secrets_are_for_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().unwrap();
    let (items, devices) = (files(), devices());
    let plan = plan(&items, &devices).unwrap();
    write_folder(&plan, folder.path(), &OneSecret("k"), &mut go_on).unwrap();
    write_zip(&plan, &folder.path().join("a.zip"), &OneSecret("k"), &mut go_on).unwrap();
    let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode("pumps/P-1/ws_connection.json"), mode("a.zip")], [0o600, 0o600]);
    assert_ne!(mode("pumps/P-1/plain.json"), 0o600);
}

#[test]
fn what_cannot_be_filled_changes_nothing() {
    let folder = tempdir().unwrap();
    let rows = Rows::new(&["thing", "group", "app_key"], &[&["A", "pumps", "env:A"], &["B", "pumps", ""]]);
    let items = files();
    let plan = plan(&items, &rows).unwrap();
    assert!(write_folder(&plan, folder.path(), &OneSecret("k"), &mut go_on).is_err());
    assert!(write_zip(&plan, &folder.path().join("a.zip"), &OneSecret("k"), &mut go_on).is_err());
    assert_eq!(tree(folder.path()), [""; 0]);
}

#[test]
fn an_interruption_leaves_the_old_files_and_the_old_archive() {
    let folder = tempdir().unwrap();
    let (items, devices) = (files(), devices());
    let plan = plan(&items, &devices).unwrap();
    let error = write_folder(&plan, folder.path(), &OneSecret("k"), &mut |done, _| done < 2).unwrap_err();
    assert!(matches!(error, BundleError::Stopped { written: 0, planned: 6 }), "{error}");
    assert_eq!(tree(folder.path()), [""; 0]);
    let zip = folder.path().join("a.zip");
    file::write_atomic(&zip, b"old").unwrap();
    let error = write_zip(&plan, &zip, &OneSecret("k"), &mut |done, _| done < 2).unwrap_err();
    assert!(matches!(error, BundleError::Stopped { written: 0, .. }), "{error}");
    assert_eq!((read(&zip).as_str(), tree(folder.path()).len()), ("old", 1));
}

#[test]
fn a_file_in_the_way_leaves_everything_as_it_was() {
    let folder = tempdir().unwrap();
    let (items, devices) = (files(), devices());
    let plan = plan(&items, &devices).unwrap();
    file::create_dir_all(&folder.path().join("pumps")).unwrap();
    file::write_atomic(&folder.path().join("pumps/P-2"), b"x").unwrap();
    let error = write_folder(&plan, folder.path(), &OneSecret("k"), &mut go_on).unwrap_err();
    assert!(matches!(error, BundleError::Write { written: 0, planned: 6, .. }), "{error}");
    assert_eq!(tree(folder.path()), ["pumps/P-2"]);
    assert_eq!(read(&folder.path().join("pumps/P-2")), "x");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let (items, devices) = (files(), devices());
    let plan = plan(&items, &devices).unwrap();
    let mut archive =
        target::zip::Archive::new(fs::OpenOptions::new().write(true).open("/dev/full").unwrap(), true);
    let error = archive.add("a", b"x", false).and_then(|()| archive.finish().map(drop)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    let error = write_zip(&plan, Path::new("/dev/full"), &OneSecret("k"), &mut go_on).unwrap_err();
    assert!(matches!(error, BundleError::Write { written: 0, .. }), "{error}");
}

#[test]
fn an_archive_reads_back_and_has_the_same_bytes_each_time() {
    let folder = tempdir().unwrap();
    let (items, devices) = (files(), devices());
    let plan = plan(&items, &devices).unwrap();
    let bytes = ["a.zip", "b.zip", "stored.zip"].map(|name| {
        let path = folder.path().join(name);
        let write = if name == "stored.zip" { write_zip_stored } else { write_zip };
        write(&plan, &path, &OneSecret("k"), &mut go_on).unwrap();
        fs::read(path).unwrap()
    });
    assert_eq!(bytes[0], bytes[1]);
    let turned = Rows { rows: devices.rows.iter().rev().cloned().collect(), ..devices.clone() };
    let path = folder.path().join("turned.zip");
    write_zip(&super::plan(&items, &turned).unwrap(), &path, &OneSecret("k"), &mut go_on).unwrap();
    assert_eq!(fs::read(path).unwrap(), bytes[0], "the order of the inventory does not matter");
    for bytes in [&bytes[0], &bytes[2]] {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let names: Vec<String> =
            (0..archive.len()).map(|at| archive.name_for_index(at).unwrap().unwrap().into_owned()).collect();
        assert_eq!(names.last().map(String::as_str), Some(ZIP_MANIFEST));
        assert_eq!(names.len(), 6);
        let archive = std::cell::RefCell::new(&mut archive);
        let content = |name: &str| {
            let mut bytes = Vec::new();
            archive.borrow_mut().by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        };
        check_manifest(&String::from_utf8(content(ZIP_MANIFEST)).unwrap(), &content);
        assert_eq!(content("pumps/P-2/ws_connection.json"), br#"{"thing": "P-2", "app_key": "k"}"#);
        assert_eq!(
            archive.borrow_mut().by_name("pumps/P-1/plain.json").unwrap().unix_mode(),
            Some(0o100_644)
        );
        let private = archive.borrow_mut().by_name("pumps/P-1/ws_connection.json").unwrap().unix_mode();
        assert_eq!(private, Some(0o100_600));
    }
}

#[test]
fn more_files_than_the_old_list_takes() {
    let mut archive = target::zip::Archive::new(Vec::new(), false);
    for number in 0..65_600_u32 {
        archive.add(&format!("f/{number}"), b"x", false).unwrap();
    }
    let bytes = archive.finish().unwrap();
    let mut read = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(read.len(), 65_600);
    let mut last = String::new();
    read.by_name("f/65599").unwrap().read_to_string(&mut last).unwrap();
    assert_eq!(last, "x");
}

#[test]
fn long_streams_read_back() {
    let lines: String =
        (0..40_000).map(|n| format!("{n} {}\n", n * 7919 % 1000)).collect::<Vec<_>>().concat();
    let mut archive = target::zip::Archive::new(Vec::new(), true);
    archive.add("small", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false).unwrap();
    archive
        .stream("long", |out| lines.as_bytes().chunks(1_000).try_for_each(|piece| out.write_all(piece)))
        .unwrap();
    archive.add("empty", b"", false).unwrap();
    let mut read = zip::ZipArchive::new(std::io::Cursor::new(archive.finish().unwrap())).unwrap();
    let mut text = String::new();
    read.by_name("long").unwrap().read_to_string(&mut text).unwrap();
    assert!(text == lines);
    assert_eq!(read.by_name("empty").unwrap().size(), 0);
    assert!(read.by_name("small").unwrap().compressed_size() < 20);
}
