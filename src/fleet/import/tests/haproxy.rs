//! `haproxy.cfg`.

use super::{codes, facts, told};
use crate::fleet::import::{Format, Imported, read};

const FILE: &str = include_str!("files/haproxy.cfg");

fn of(text: &str) -> Imported {
    read(Format::Haproxy, text)
}

#[test]
fn a_whole_file_is_read() {
    let imported = told("haproxy.cfg", FILE, Format::Haproxy);
    assert_eq!(
        facts(&imported),
        [
            "1 product = \"haproxy\"",
            "25 routes = \"/Thingworx/WS, /Thingworx/WSTunnelServer, /Thingworx/WSTunnelClient, /Thingworx/VWS\"",
            "22 max_connections = 100000",
            "5 open_files = 250000",
            "21 tls = \"ends\"",
            "14 idle_timeout_s = 3600",
            "43 foundation_check = \"/Thingworx/ready\"",
            "37 connection_check = \"on\"",
            "15 check_interval_s = 3",
            "15 check_fall = 3",
            "42 stickiness = \"cookie\"",
            "34 device_stickiness = \"off\"",
        ]
    );
    assert_eq!(codes(&imported), [("O005", 22)]);
}

#[test]
fn without_a_tunnel_timeout_the_shorter_of_the_others_counts() {
    let imported = of(&FILE.replace("    timeout tunnel 1h\n", "").replace("client 60s", "client 50s"));
    assert!(facts(&imported).contains(&"12 idle_timeout_s = 50".to_owned()), "{:?}", facts(&imported));
    assert_eq!(codes(&imported), [("O003", 12), ("O004", 12), ("O005", 21)]);
}

#[test]
fn values_that_cannot_be_read_are_told_and_the_rest_is_read() {
    let odd = FILE
        .replace("maxconn 120000", "maxconn CANARY-7f3a")
        .replace("timeout tunnel 1h", "timeout tunnel 1w")
        .replace("log /dev/log local0", "log 'CANARY-7f3a");
    let imported = told("haproxy.cfg", &odd, Format::Haproxy);
    assert_eq!(codes(&imported), [("O001", 3), ("O002", 4), ("O004", 12), ("O002", 14)]);
    assert!(facts(&imported).contains(&"22 max_connections = 100000".to_owned()));
}

#[test]
fn tests_that_are_not_understood_give_no_routes() {
    for odd in ["acl devices path_reg ^/Thingworx/WS", "acl devices path_beg -f /etc/paths", "acl devices !x"]
    {
        let imported = of(&FILE.replace("acl devices path_beg /Thingworx/WS", odd));
        assert!(imported.facts.iter().all(|fact| fact.setting.key != "routes"), "{odd}");
        assert!(codes(&imported).contains(&("O001", 25)), "{odd}: {:?}", codes(&imported));
    }
    let some = of(&FILE.replace("    acl devices path_beg /Thingworx/VWS\n", ""));
    let routes = some.facts.iter().find(|fact| fact.setting.key == "routes").unwrap();
    assert!(!routes.value.human(routes.setting).contains("VWS"));
}

#[test]
fn servers_without_a_check_and_other_stickiness_are_seen() {
    let imported = of(&FILE
        .replace("8081\n    server", "8081 no-check\n    server")
        .replace("check port 8081\n", "source 10.0.1.5\n"));
    assert!(codes(&imported).contains(&("O007", 38)), "{:?}", codes(&imported));
    let by_address = of(&FILE
        .replace("cookie SERVERID insert indirect nocache", "stick-table type ip size 1m")
        .replace("balance roundrobin", "balance source")
        .replace("GET /Thingworx/ready", "GET /Thingworx/health"));
    let facts = facts(&by_address);
    assert!(facts.contains(&"41 stickiness = \"source-address\"".to_owned()), "{facts:?}");
    assert!(facts.contains(&"43 foundation_check = \"/Thingworx/health\"".to_owned()), "{facts:?}");
}
