//! A secret is planted, every artefact is made, and all of them are searched for it.

use super::*;
use crate::base::file;
use crate::config::secret::{SystemVault, mask};
use std::fs;
use tempfile::tempdir;

const IN_ENV: &str = "7c1e-planted-env";
const IN_FILE: &str = "9d2f-planted-file";
const TEXT: &str = r#"{"thing": "${thing}", "app_key": "${app_key}", "pin": "${pin:secret}"}"#;

fn holds_secret(bytes: &[u8]) -> bool {
    [IN_ENV, IN_FILE].iter().any(|secret| bytes.windows(secret.len()).any(|part| part == secret.as_bytes()))
}

/// Returns the files below a folder that hold a secret.
fn leaks(folder: &Path) -> Vec<PathBuf> {
    let mut found = files_below(folder);
    found.retain(|(_, path)| holds_secret(&fs::read(path).unwrap()));
    found.into_iter().map(|(name, _)| name.into()).collect()
}

#[test]
fn a_planted_secret_is_in_agent_files_and_nowhere_else() {
    let folder = tempdir().unwrap();
    let key = folder.path().join("key");
    file::write_atomic_for(&key, format!("{IN_FILE}\n").as_bytes(), file::Access::Owner).unwrap();
    let env = |name: &str| (name == "PUMP_KEY").then(|| IN_ENV.to_owned());
    let vault = SystemVault::new(&env);
    let pin = format!("file:{}", key.display());
    let devices = Rows::new(
        &["thing", "group", "app_key", "pin"],
        &[&["P-1", "pumps", "env:PUMP_KEY", &pin], &["P-2", "pumps", "env:PUMP_KEY", &pin]],
    );
    let items = [item(TEXT), Item { file: "plain.json", ..item("{}") }];
    let plan = plan(&items, &devices).unwrap();
    let out = folder.path().join("out");

    write_folder(&plan, &out.join("tree"), &vault, &mut go_on).unwrap();
    write_zip_stored(&plan, &out.join("bundle.zip"), &vault, &mut go_on).unwrap();
    let waves: Waves = "1,rest".parse().unwrap();
    let options = ansible::Options { waves: Some(&waves), ..ansible::Options::default() };
    ansible::write(&plan, &out.join("ansible"), &options, &vault, &mut go_on).unwrap();
    let plain = [Item { file: "plain.json", ..item("{}") }];
    let shared = super::plan(&plain, &devices).unwrap();
    write_artefacts(&configmap::artefacts(&shared).unwrap().0, &out.join("kubernetes")).unwrap();
    write_artefacts(&scm::artefacts(&shared, &waves, 1).unwrap().0, &out.join("scm")).unwrap();
    let expected = [
        "ansible/files/pumps/P-1/ws_connection.json",
        "ansible/files/pumps/P-2/ws_connection.json",
        "bundle.zip",
        "tree/pumps/P-1/ws_connection.json",
        "tree/pumps/P-2/ws_connection.json",
    ];
    assert_eq!(leaks(&out), expected.map(PathBuf::from));

    let mut archive = zip::ZipArchive::new(fs::File::open(out.join("bundle.zip")).unwrap()).unwrap();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        let name = entry.name().unwrap();
        assert_eq!(holds_secret(&bytes), name.ends_with("ws_connection.json"), "{name}");
    }
    for at in 0..plan.len() {
        assert!(!holds_secret(plan.preview(at).unwrap().as_bytes()));
    }
    let written = fs::read(out.join("tree/pumps/P-1/ws_connection.json")).unwrap();
    let shown = mask(std::str::from_utf8(&written).unwrap(), Format::Json);
    assert!(holds_secret(&written) && !shown.contains(IN_ENV), "{shown}");
}

#[test]
fn no_error_repeats_a_secret() {
    let folder = tempdir().unwrap();
    let env = |_: &str| Some(IN_ENV.to_owned());
    let vault = SystemVault::new(&env);
    let mut said = Vec::new();
    let mut hear = |result: Result<Written, BundleError>| {
        let error = result.unwrap_err();
        said.push(format!("{error}\n{error:?}\n{error:#?}"));
    };
    // Secrets typed where references belong, missing values behind resolved secrets, places that cannot be written.
    for (app_key, pin, place) in
        [(IN_ENV, "env:A", "a"), ("env:A", IN_FILE, "b"), ("env:A", "", "c"), ("env:A", "env:A", "blocked/x")]
    {
        let devices = Rows::new(&["thing", "group", "app_key", "pin"], &[&["P-1", "pumps", app_key, pin]]);
        let items = [item(TEXT)];
        let plan = plan(&items, &devices).unwrap();
        file::write_atomic(&folder.path().join("blocked"), b"").unwrap();
        let place = folder.path().join(place);
        hear(write_folder(&plan, &place, &vault, &mut go_on));
        if place.ends_with("x") {
            hear(write_zip(&plan, &place, &vault, &mut go_on));
        }
        if app_key == IN_ENV || pin == IN_FILE {
            hear(ansible::write(&plan, &place, &ansible::Options::default(), &vault, &mut go_on));
        }
        hear(configmap::artefacts(&plan).map(|_| Written::default()));
        hear(scm::artefacts(&plan, &"rest".parse().unwrap(), 1).map(|_| Written::default()));
    }
    assert!(said.len() >= 14, "{}", said.len());
    assert!(said.iter().all(|text| !holds_secret(text.as_bytes())), "{said:#?}");
    assert!(leaks(folder.path()).is_empty());
}
