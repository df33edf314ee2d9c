//! `nginx.conf`: each code has a text that triggers it; the whole file triggers none.

use super::{codes, facts, told};
use crate::fleet::import::{Format, Imported, read, recognise};

const FILE: &str = include_str!("files/nginx.conf");

fn of(text: &str) -> Imported {
    read(Format::Nginx, text)
}

/// Reads the file with some of its text replaced; what is replaced must stand in it.
#[track_caller]
fn with(changes: &[(&str, &str)]) -> Imported {
    let mut text = FILE.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    of(&text)
}

#[test]
fn a_whole_file_is_read() {
    let imported = told("nginx.conf", FILE, Format::Nginx);
    assert_eq!(codes(&imported), []);
    assert_eq!(
        facts(&imported),
        [
            "1 product = \"nginx\"",
            "44 max_connections = 90000",
            "4 open_files = 262144",
            "35 tls = \"ends\"",
            "14 limit_per_s = 300",
            "42 idle_timeout_s = 3600",
            "38 routes = \"/Thingworx/WS, /Thingworx/WSTunnelServer, /Thingworx/WSTunnelClient, /Thingworx/VWS\"",
            "20 connection_check = \"on\"",
            "45 check_interval_s = 3",
            "45 check_fall = 3",
            "54 foundation_check = \"/Thingworx/ready\"",
            "54 check_interval_s = 3",
            "54 check_fall = 3",
            "26 stickiness = \"source-address\"",
            "20 device_stickiness = \"off\"",
        ]
    );
}

#[test]
fn workers_hold_half_of_their_connections_in_devices() {
    let imported = with(&[("            limit_conn held 90000;\n", "")]);
    assert!(facts(&imported).contains(&"7 max_connections = 100000".to_owned()), "{:?}", facts(&imported));
    let one = with(&[("            limit_conn held 90000;\n", ""), ("worker_processes 4;\n", "")]);
    assert!(facts(&one).contains(&"6 max_connections = 25000".to_owned()), "{:?}", facts(&one));
    let auto = with(&[("worker_processes 4", "worker_processes auto")]);
    assert_eq!(codes(&auto), [("O006", 7)]);
    assert!(!facts(&auto).iter().any(|fact| fact.contains("open_files")));
    assert_eq!(codes(&with(&[("    worker_connections 50000;\n", "")])), [("O006", 6)]);
    assert_eq!(codes(&with(&[("nofile 65536", "nofile 40000")])), [("O005", 4)]);
}

#[test]
fn quiet_connections_are_cut_by_the_time_between_two_reads() {
    let short = with(&[("proxy_read_timeout 1h", "proxy_read_timeout 50s")]);
    assert_eq!(codes(&short), [("O003", 42)]);
    assert!(
        facts(&with(&[("proxy_read_timeout 1h", "proxy_read_timeout 1h 30m")]))
            .contains(&"42 idle_timeout_s = 5400".to_owned())
    );
    let unsaid = with(&[("            proxy_read_timeout 1h;\n", "")]);
    assert_eq!(codes(&unsaid), [("O004", 38)]);
    assert!(facts(&unsaid).contains(&"38 idle_timeout_s = 60".to_owned()));
    // An outer block says it for all.
    let outer = with(&[
        ("            proxy_read_timeout 1h;\n", ""),
        ("    proxy_http_version 1.1;", "    proxy_http_version 1.1; proxy_read_timeout 2h;"),
    ]);
    assert_eq!(codes(&outer), []);
    assert!(facts(&outer).contains(&"37 idle_timeout_s = 7200".to_owned()), "{:?}", facts(&outer));
}

#[test]
fn limits_by_address_lock_out_devices_behind_one() {
    let each = with(&[
        ("limit_req_zone $server_name", "limit_req_zone $binary_remote_addr"),
        ("limit_conn_zone $server_name", "limit_conn_zone $binary_remote_addr"),
    ]);
    assert_eq!(codes(&each), [("O014", 43), ("O014", 44)]);
    assert!(!facts(&each).iter().any(|fact| fact.contains("limit_per_s")));
    let minute = with(&[("rate=300r/s", "rate=600r/m")]);
    assert!(facts(&minute).contains(&"14 limit_per_s = 10".to_owned()));
}

#[test]
fn a_websocket_needs_its_headers_where_other_headers_are_set() {
    assert_eq!(
        codes(&with(&[("            proxy_set_header Upgrade $http_upgrade;\n", "")])),
        [("O016", 38)]
    );
    assert_eq!(codes(&with(&[("Connection $connection_upgrade", "Connection ''")])), [("O016", 38)]);
    assert_eq!(codes(&with(&[("http_version 1.1", "http_version 1.0")])), [("O016", 38)]);
    assert_eq!(codes(&with(&[("        proxy_http_version 1.1;\n", "")])), []);
}

#[test]
fn backlog_spread_checks_and_includes_are_told() {
    assert_eq!(codes(&with(&[(" backlog=8192", "")])), [("O015", 35)]);
    assert_eq!(codes(&with(&[("backlog=8192", "backlog=1024")])), [("O015", 35)]);
    assert_eq!(codes(&with(&[("        least_conn;\n", "")])), [("O017", 20)]);
    assert_eq!(codes(&with(&[("        least_conn;\n", "        ip_hash;\n")])), [("O017", 21)]);
    assert_eq!(codes(&with(&[("            health_check interval=3s fails=3;\n", "")])), [("O007", 20)]);
    assert_eq!(codes(&with(&[("include mime.types", "include conf.d/*.conf")])), [("O013", 12)]);
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_the_rest_is_read() {
    let odd = with(&[
        ("worker_connections 50000;", "worker_connections CANARY-7f3a;"),
        ("user www-data;", "user 'CANARY-7f3a;"),
        ("multi_accept on;", "multi_accept on"),
        ("    map $http_upgrade", "    }\n    location ~ ^/a$ {\n    map $http_upgrade"),
    ]);
    assert!(codes(&odd).starts_with(&[("O001", 2), ("O002", 7)]), "{:?}", codes(&odd));
    let some = with(&[("multi_accept on;", "multi_accept on"), ("user www-data;", "user 'x;")]);
    assert_eq!(codes(&some), [("O001", 2), ("O001", 8)]);
    assert_eq!(facts(&some), facts(&of(FILE)));
    let missing = with(&[("proxy_pass http://connection;", "proxy_pass http://connection")]);
    assert_eq!(codes(&missing).first(), Some(&("O001", 39)));
    let regex = with(&[("location /Thingworx/VWS", "location ~ ^/Thingworx/VWS")]);
    assert_eq!(codes(&regex), [("O001", 47)]);
    let variable = with(&[("proxy_pass https://platform", "proxy_pass https://$backend")]);
    assert!(codes(&variable).contains(&("O001", 52)), "{:?}", codes(&variable));
    let open = of(&FILE[..FILE.len() - 10]);
    assert!(codes(&open).iter().all(|(code, _)| *code == "O001") && !codes(&open).is_empty());
    let deep = format!("{FILE}{}{}", "a {".repeat(100_000), "}".repeat(100_000));
    assert_eq!(codes(&of(&deep)), [("O001", 58)]);
}

#[test]
fn bytes_that_are_passed_on_have_their_own_timeout() {
    let stream = "worker_processes 2;\nevents { worker_connections 1000; }\nstream {\n  upstream c { least_conn; server a:1; }\n  \
        server { listen 443 backlog=4096; proxy_pass c; }\n}\n";
    assert_eq!(recognise("x", stream), Some(Format::Nginx));
    let facts = facts(&of(stream));
    for fact in ["2 max_connections = 1000", "5 tls = \"passes\"", "5 idle_timeout_s = 600"] {
        assert!(facts.contains(&fact.to_owned()), "{fact} not in {facts:?}");
    }
}

#[test]
fn a_file_of_one_site_says_nothing_about_workers() {
    let site = "upstream c { server a:1; }\nserver { listen 80; location / { proxy_pass http://c; proxy_read_timeout 1h; } }\n";
    assert_eq!(recognise("site.conf", site), Some(Format::Nginx));
    let imported = of(site);
    assert!(!facts(&imported).iter().any(|fact| fact.contains("max_connections")));
    assert_eq!(codes(&imported), [("O007", 1), ("O015", 2), ("O016", 2)]);
}
