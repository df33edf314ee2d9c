//! `platform-settings.json`, `zoo.cfg` and the configuration of a Connection Server.

use super::{codes, facts, told};
use crate::fleet::cluster::NodeKind;
use crate::fleet::import::{Format, read};

const PLATFORM: &str = include_str!("files/platform-settings.json");
const ZOO: &str = include_str!("files/zoo.cfg");
const CONNECTION: &str = include_str!("files/connection-server.conf");

#[test]
fn settings_of_the_platform_are_read() {
    let imported = told("platform-settings.json", PLATFORM, Format::PlatformSettings);
    assert_eq!(
        facts(&imported),
        [
            "4 mode = \"active-active\"",
            "5 file_root = \"/mnt/shared/plant-a\"",
            "12 platform_id = \"plantA1\"",
            "14 zookeeper_namespace = \"plant-a\"",
            "15 sync_interval_ms = 100",
            "16 max_database_errors = 10",
            "17 max_cache_errors = 200",
            "18 session_timeout_ms = 90000",
            "29 stream_queue = 250000",
        ]
    );
    assert_eq!(imported.lists, [(NodeKind::ZooKeeper, 3, 13)]);
    assert_eq!(codes(&imported), []);
}

#[test]
fn odd_settings_of_the_platform_are_told() {
    let odd = PLATFORM
        .replace("Mode\": true", "Mode\": false")
        .replace("\"10\"", "\"CANARY-7f3a\"")
        .replace("\"plantA1\"", "[1]")
        .replace("90000", "0");
    let imported = told("settings.json", &odd, Format::PlatformSettings);
    assert_eq!(codes(&imported), [("O011", 4), ("O002", 16), ("O002", 18)]);
    let cut: String = PLATFORM.chars().take(PLATFORM.len() / 2).collect();
    let imported = told("platform-settings.json", &cut, Format::PlatformSettings);
    assert_eq!(imported.facts, []);
    assert_eq!(codes(&imported)[0].0, "O001");
    let bare = PLATFORM.replace("\"password\": \"CANARY-7f3a\"", "\"password\": CANARY-7f3a");
    assert_eq!(codes(&told("platform-settings.json", &bare, Format::PlatformSettings)), [("O001", 26)]);
}

#[test]
fn an_ensemble_is_read() {
    let imported = told("zoo.cfg", ZOO, Format::ZooKeeper);
    assert_eq!(facts(&imported), ["9 zookeeper_auth = \"on\"", "2 tick_ms = 2000", "8 session_ticks = 45"]);
    assert_eq!(imported.lists, [(NodeKind::ZooKeeper, 3, 11)]);
    let odd = ZOO.replace("tickTime=2000", "tickTime=CANARY-7f3a").replace("dataDir=/var", "CANARY-7f3a");
    let imported = read(Format::ZooKeeper, &odd);
    assert_eq!(codes(&imported), [("O002", 2), ("O001", 5), ("O001", 8)]);
    assert!(!format!("{imported:?}").contains("CANARY"));
}

#[test]
fn a_connection_server_is_read() {
    let imported = told("cx-server.conf", CONNECTION, Format::ConnectionServer);
    assert_eq!(
        facts(&imported),
        [
            "5 data_ordering = \"on\"",
            "8 io_threads = 16",
            "10 authentication_ms = 10000",
            "15 connection_path = \"/plant-a/services\"",
        ]
    );
    assert_eq!(codes(&imported), []);
    let flat = "cx-server.data-ordering=maybe\ncx-server.a.pingRate=60000\ncx-server.a.idleReadTimeout=60000\nCANARY-7f3a\n}\n";
    let imported = told("x.conf", flat, Format::ConnectionServer);
    assert_eq!(codes(&imported), [("O002", 1), ("O012", 3), ("O001", 4), ("O001", 5)]);
}
