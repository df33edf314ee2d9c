//! References, the vault, and what is hidden where.

use super::*;
use crate::base::file;
use crate::fleet::settings::files::FileFormat as Format;
use proptest::prelude::*;
use tempfile::tempdir;

#[test]
fn references_are_read_and_written_back() {
    let good = [
        "env:APP_KEY",
        "file:/run/keys/pumps",
        "file:C:\\keys\\a",
        "keyring:regather/pumps",
        "keyring:a/b/c",
    ];
    for text in good {
        assert_eq!(text.parse::<SecretRef>().unwrap().to_string(), text);
    }
    let ring = "keyring:a/b/c".parse::<SecretRef>().unwrap();
    assert_eq!(ring, SecretRef::KeyRing { service: "a".into(), user: "b/c".into() });
    for text in [
        "",
        "env:",
        "env:A B",
        "env:1A",
        "file: ",
        "keyring:a",
        "keyring:/b",
        "keyring:a/",
        "vault:x",
        "0f5c-planted",
    ] {
        let error = text.parse::<SecretRef>().unwrap_err();
        assert!(matches!(error, SecretError::NoReference), "{text}");
        assert!(!format!("{error} {error:?}").contains("planted"));
    }
}

#[test]
fn the_vault_looks_into_the_environment_and_files() {
    let folder = tempdir().unwrap();
    let env = |name: &str| match name {
        "APP_KEY" => Some("planted".to_owned()),
        "NOTHING" => Some(String::new()),
        _ => None,
    };
    let vault = SystemVault::new(&env);
    let get = |text: &str| vault.resolve(&text.parse().unwrap());
    assert_eq!(get("env:APP_KEY").unwrap().expose(), "planted");
    assert!(matches!(get("env:MISSING").unwrap_err(), SecretError::NoVariable { name } if name == "MISSING"));
    assert!(matches!(get("env:NOTHING").unwrap_err(), SecretError::Empty { .. }));
    for (content, secret) in [("key\n", "key"), ("key\r\n", "key"), ("key", "key"), (" k y \n\n", " k y \n")]
    {
        let path = folder.path().join("key");
        file::write_atomic_for(&path, content.as_bytes(), file::Access::Owner).unwrap();
        assert_eq!(get(&format!("file:{}", path.display())).unwrap().expose(), secret);
    }
    assert!(vault.warnings().is_empty(), "{:?}", vault.warnings());
    let missing = get(&format!("file:{}", folder.path().join("no").display())).unwrap_err();
    assert!(matches!(missing, SecretError::File(FileError::NotFound { .. })));
    assert_eq!(format!("{:?}", get("env:APP_KEY").unwrap()), "Secret(••••)");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().unwrap();
    let path = folder.path().join("key");
    file::write_atomic(&path, b"planted\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let vault = SystemVault::new(&|_| None);
    let reference = SecretRef::File(path.clone());
    assert_eq!(
        vault.resolve(&reference).and_then(|_| vault.resolve(&reference)).unwrap().expose(),
        "planted"
    );
    let warnings = vault.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains(&path.display().to_string()), "{warnings:?}");
    assert!(!warnings[0].contains("planted"));
}

#[cfg(feature = "keyring")]
#[test]
fn a_key_ring_that_shows_nothing_may_be_locked() {
    use keyring::ring::explain;
    use keyring_core::Error;
    let said = |error| explain(error, "regather", "pumps").to_string();
    assert!(said(Error::NoEntry).contains("It may be locked"));
    assert!(said(Error::NoStorageAccess("no prompt".into())).contains("locked or closed"));
    assert!(said(Error::PlatformFailure("no bus".into())).contains("no bus"));
    for error in
        [Error::BadEncoding(b"planted".to_vec()), Error::BadDataFormat(b"planted".to_vec(), "x".into())]
    {
        let error = explain(error, "regather", "pumps");
        let said = format!("{error} {error:?}");
        assert!(!said.contains("planted") && !said.contains("112, 108"), "{said}");
    }
}

#[cfg(not(feature = "keyring"))]
#[test]
fn without_key_ring_the_error_says_so() {
    let vault = SystemVault::new(&|_| None);
    let error = vault.resolve(&"keyring:a/b".parse().unwrap()).unwrap_err();
    assert!(matches!(error, SecretError::NoKeyRing));
}

#[test]
fn names_of_secrets_are_known() {
    let secrets = [
        "app_key",
        "appKey",
        "AppKey",
        "TW_APP_KEY",
        "application_key",
        "applicationKey",
        "password",
        "setPassword",
        "passphrase",
        "key_passphrase",
        "proxy_pass",
        "proxyPass",
        "x.keystore.password",
        "client-secret",
        "apiKey",
        "app_key2",
        "appKeys",
        "appkey",
        "HTTPPassword",
        "DB_PWD",
        "accessToken",
        "privateKey",
        "pass",
    ];
    let others = [
        "key",
        "app_key_file",
        "passwordFile",
        "bypass",
        "compass",
        "max_tokens_per_s",
        "token_limit",
        "keyboard",
        "app",
        "host",
        "connect_retries",
        "",
        "passive",
        "key_store",
    ];
    assert_eq!(secrets.iter().find(|name| !is_secret_name(name)), None);
    assert_eq!(others.iter().find(|name| is_secret_name(name)), None);
}

#[test]
fn json_is_masked() {
    let cases = [
        (r#"{"appKey": "planted", "host": "a"}"#, r#"{"appKey": "••••", "host": "a"}"#),
        (r#"{"password":"a\"planted","x":1}"#, r#"{"password":"••••","x":1}"#),
        (r#"{"pwd": 12345, "n": 5, "pass": null}"#, r#"{"pwd": "••••", "n": 5, "pass": null}"#),
        (r#"{"app_keys": ["planted", "b"], "l": ["a"]}"#, r#"{"app_keys": ["••••", "••••"], "l": ["a"]}"#),
        (r#"{"passwords": {"eve": "planted"}, "a": "b"}"#, r#"{"passwords": {"eve": "••••"}, "a": "b"}"#),
        (r#"{"app_key": "${app_key}", "x": "${thing}"}"#, r#"{"app_key": "${app_key}", "x": "${thing}"}"#),
        (r#"{"app_key": ""}"#, r#"{"app_key": ""}"#),
        ("{\"a\": {\"appKey\": \"planted", "{\"a\": {\"appKey\": \"••••\""),
        ("// \"appKey\": \"planted\"\n{}", "// \"appKey\": \"••••\"\n{}"),
        (r#"{"proxy": "http://eve:planted@host:1/x"}"#, r#"{"proxy": "http://eve:••••@host:1/x"}"#),
    ];
    for (text, masked) in cases {
        assert_eq!(mask(text, Format::Json), masked);
    }
}

#[test]
fn properties_and_programs_are_masked() {
    let text =
        "a=b\ncom.x.appKey = planted\n#password=planted\npass: pl\\\n  planted\nhost=h\nproxy.pass planted\n";
    let masked = "a=b\ncom.x.appKey = ••••\n#password=••••\npass: ••••\nhost=h\nproxy.pass ••••\n";
    let lines: Vec<String> = mask(text, Format::Properties).lines().map(str::to_owned).collect();
    assert_eq!(lines.join("\n") + "\n", masked);
    let cases = [
        (
            "#define TW_APP_KEY \"planted\"\n#define TW_HOST \"h\"\n",
            "#define TW_APP_KEY \"••••\"\n#define TW_HOST \"h\"\n",
        ),
        ("config.setAppKey(\"planted\"); c.setUri(\"u\");", "config.setAppKey(\"••••\"); c.setUri(\"u\");"),
        (".uri(\"u\").appKey(\n  \"planted\").name(\"n\")", ".uri(\"u\").appKey(\n  \"••••\").name(\"n\")"),
        (
            "p.put(\"password\", \"planted\"); q(\"x\", \"y\")",
            "p.put(\"password\", \"••••\"); q(\"x\", \"y\")",
        ),
        ("AppKey = \"plan\" + \"ted\";", "AppKey = \"••••\" + \"••••\";"),
        ("// appKey(\"planted\")\nx(\"y\");", "// appKey(\"••••\")\nx(\"y\");"),
    ];
    for (text, masked) in cases {
        assert_eq!(mask(text, Format::Code), masked);
    }
}

proptest! {
    #[test]
    fn a_masked_file_never_holds_its_secret(before in "[a-z{}\\[\\],:\"0-9 \\n/*]{0,30}", name in "appKey|password|x_pass") {
        // Whatever stands before it on lines of its own.
        let text = format!("{before}\n\"{name}\": \"PLANTED\"");
        let masked = mask(&text, Format::Json);
        let quotes = before.matches("/*").count() == 0;
        prop_assert!(!masked.contains("PLANTED") || !quotes, "{masked}");
        prop_assert_eq!(mask(&masked, Format::Json), masked.clone());
        let line = format!("{name}=PLANTED");
        prop_assert!(!mask(&line, Format::Properties).contains("PLANTED"));
    }
}
