//! `nginx.conf`: connections, timeouts, routes, checks, stickiness and what a WebSocket needs of it.
//!
//! A file of `conf.d` is read as well: servers and upstreams without the blocks around them. What `include`
//! brings in is not followed. A device takes two connections of a worker, one to it and one to the server.

mod blocks;
mod sites;

use super::{Imported, short_idle};
use crate::base::Finding;
use crate::base::Severity::{Error, Info};
use crate::fleet::cluster::NodeKind::LoadBalancer;
use blocks::Directive;
use sites::{Place, Site, ends_tls};

/// Directives that begin a line, so that one before them must have ended.
const KNOWN: [&str; 22] = [
    "worker_processes",
    "worker_rlimit_nofile",
    "worker_connections",
    "events",
    "http",
    "stream",
    "server",
    "listen",
    "location",
    "upstream",
    "proxy_pass",
    "proxy_read_timeout",
    "proxy_send_timeout",
    "proxy_set_header",
    "proxy_http_version",
    "proxy_timeout",
    "limit_conn",
    "limit_conn_zone",
    "limit_req",
    "limit_req_zone",
    "least_conn",
    "ip_hash",
];
/// Connections of a worker where nobody says it [nginx documentation].
const USUAL_CONNECTIONS: f64 = 512.0;
/// Connections that wait to be accepted where nobody says it, on Linux [nginx documentation].
const USUAL_BACKLOG: u32 = 511;
/// Backlog below which a storm overflows the queue of the kernel: what Linux itself allows.
const BACKLOG: u32 = 4_096;
/// Times where nobody says them [s]: of HTTP, and of `stream`.
const USUAL_IDLE: (f64, f64) = (60.0, 600.0);

/// Returns whether a text looks like a configuration of nginx.
pub(super) fn looks(text: &str) -> bool {
    let (mut block, mut directive) = (false, false);
    for line in text.lines().take(20_000) {
        let line = line.split('#').next().unwrap_or_default();
        let word = line.split_whitespace().next().unwrap_or_default().trim_end_matches('{');
        block |= matches!(word, "events" | "http" | "stream" | "server" | "upstream") && line.contains('{');
        directive |=
            matches!(word, "listen" | "proxy_pass" | "worker_connections" | "worker_processes" | "server")
                && line.contains(';');
    }
    block && directive
}

/// Reads the text.
pub(super) fn read(text: &str, to: &mut Imported) {
    let file = blocks::file(text, to);
    to.word(LoadBalancer, "product", "nginx", 1, "nginx");
    included(&file, to);
    let site = sites::site(&file, to);
    connections(&file, site.as_ref(), to);
    let Some(site) = site else { return };
    encryption(&site, to);
    backlog(site.server, to);
    limits(&site, to);
    idle(&site, to);
    upgrade(&site, to);
    if !site.routes.is_empty() {
        to.word(LoadBalancer, "routes", &site.routes.join(", "), site.devices.line(), "location");
    }
    checks(&site, to);
    stickiness(&site, to);
}

/// Says what was not read because it stands in another file.
fn included(block: &Directive, to: &mut Imported) {
    for inner in &block.inner {
        if inner.name() == "include" && !inner.word(1).ends_with("mime.types") {
            to.tell(
                Finding::new(
                    Info,
                    "O013",
                    "",
                    "What this `include` brings in stands in another file and was not read.",
                )
                .why("Limits, timeouts and routes may stand there.")
                .fix("Check the whole configuration as `nginx -T` prints it.")
                .at(inner.line, 1),
            );
        }
        included(inner, to);
    }
}

/// Returns the whole number that a directive gives, or says that it is none.
fn number(directive: &Directive, said: &'static str, to: &mut Imported) -> Option<f64> {
    let number = directive.word(1).parse::<u32>().ok().map(f64::from);
    if number.is_none() {
        to.unread(directive.line, said, "a whole number");
    }
    number
}

/// Takes how many devices and files the workers hold together.
fn connections(file: &Directive, site: Option<&Site<'_>>, to: &mut Imported) {
    let (workers, events) = (file.last("worker_processes"), file.last("events"));
    let files = file.last("worker_rlimit_nofile");
    let each = events.and_then(|events| events.last("worker_connections"));
    let given = each.and_then(|each| number(each, "worker_connections", to));
    let files = files.and_then(|files| Some((number(files, "worker_rlimit_nofile", to)?, files.line)));
    let count = match workers {
        Some(workers) if workers.word(1) == "auto" => None,
        Some(workers) => number(workers, "worker_processes", to),
        None => Some(1.0),
    };
    let Some(main) = events.or(workers) else { return };
    let line = each.map_or(main.line, |each| each.line);
    if given.is_none() || count.is_none() {
        let what = match (given, count) {
            (None, _) => format!("The file does not say `worker_connections`: {USUAL_CONNECTIONS} for each worker."),
            _ => "`worker_processes auto` starts a worker for each core, so how many devices it holds depends on the machine.".to_owned(),
        };
        to.tell(
            Finding::new(Info, "O006", "", what)
                .why("A device takes two connections of a worker; when they are used up, devices are turned away.")
                .fix("Say both, or the number of held devices in the project: `max_connections`.")
                .at(line, 1),
        );
    }
    if let (Some((files, at)), Some(given)) = (files, given)
        && files < given
    {
        to.tell(
            Finding::warning("O005", "", format!("`worker_rlimit_nofile` is {files}, `worker_connections` {given}: the smaller one counts."))
                .why("Every connection is an open file of its worker, so the limit of connections is never reached.")
                .fix("Let a worker open at least as many files as connections.")
                .at(at, 1),
        );
    }
    let own = count.map(|count| count * (given.unwrap_or(USUAL_CONNECTIONS) / 2.0).floor());
    // A limit for all devices together holds too.
    let all = site.and_then(|site| held(site, to));
    let least =
        [own.map(|own| (own, line, "worker_connections")), all.map(|(limit, at)| (limit, at, "limit_conn"))];
    if let Some((held, line, said)) = least.into_iter().flatten().min_by(|a, b| a.0.total_cmp(&b.0)) {
        to.number(LoadBalancer, "max_connections", held, line, said);
    }
    if let (Some((files, line)), Some(count)) = (files, count) {
        to.number(LoadBalancer, "open_files", files * count, line, "worker_rlimit_nofile");
    }
}

/// Returns the zone with a name: what it counts by, and the directive.
fn zone<'d>(place: &Place<'d>, directive: &'static str, name: &str) -> Option<&'d Directive> {
    let named = |zone: &&Directive| {
        zone.words
            .iter()
            .any(|word| word.strip_prefix("zone=").and_then(|zone| zone.split(':').next()) == Some(name))
    };
    place.around.iter().find_map(|block| block.all(directive).find(named))
}

/// Returns whether a zone counts each address, or each device, by itself.
fn by_address(zone: &Directive) -> bool {
    zone.word(1).contains("remote_addr") || zone.word(1).contains("forwarded_for")
}

/// Says that a limit counts each address by itself.
fn each_address(line: usize, said: &str, to: &mut Imported) {
    to.tell(
        Finding::warning("O014", "", format!("This `{said}` counts each address by itself."))
            .why("All devices behind one address share the limit and lock each other out, while a storm from many addresses passes.")
            .fix("Count all devices together, by `$server_name`.")
            .at(line, 1),
    );
}

/// Returns the most connections of all devices together that `limit_conn` allows, and its line.
fn held(site: &Site<'_>, to: &mut Imported) -> Option<(f64, usize)> {
    let mut least: Option<(f64, usize)> = None;
    for limit in site.devices.all("limit_conn") {
        let Some(zone) = zone(&site.devices, "limit_conn_zone", limit.word(1)) else { continue };
        if by_address(zone) {
            each_address(limit.line, "limit_conn", to);
            continue;
        }
        match limit.word(2).parse::<u32>() {
            Ok(number) if least.is_none_or(|(least, _)| f64::from(number) < least) => {
                least = Some((f64::from(number), limit.line));
            }
            Ok(_) => {}
            Err(_) => to.unread(limit.line, "limit_conn", "a whole number"),
        }
    }
    least
}

/// Takes the limit of new connections.
fn limits(site: &Site<'_>, to: &mut Imported) {
    for limit in site.devices.all("limit_req") {
        let name = limit.words.iter().find_map(|word| word.strip_prefix("zone=")).unwrap_or_default();
        let Some(zone) = zone(&site.devices, "limit_req_zone", name) else { continue };
        if by_address(zone) {
            each_address(limit.line, "limit_req", to);
            continue;
        }
        let rate = zone.words.iter().find_map(|word| word.strip_prefix("rate=")).unwrap_or_default();
        let per_s = match (rate.strip_suffix("r/s"), rate.strip_suffix("r/m")) {
            (Some(rate), _) => rate.parse::<u32>().ok().map(f64::from),
            (_, Some(rate)) => rate.parse::<u32>().ok().map(|rate| f64::from(rate) / 60.0),
            _ => None,
        };
        match per_s {
            Some(per_s) => to.number(LoadBalancer, "limit_per_s", per_s, zone.line, "limit_req_zone"),
            None => to.unread(zone.line, "limit_req_zone", "a rate such as 100r/s"),
        }
    }
}

/// Takes where TLS ends.
fn encryption(site: &Site<'_>, to: &mut Imported) {
    let ends = ends_tls(site.server);
    let listen =
        site.server.all("listen").find(|listen| !ends || listen.words.iter().any(|word| word == "ssl"));
    let word = if ends {
        "ends"
    } else if site.stream {
        "passes"
    } else {
        "none"
    };
    to.word(LoadBalancer, "tls", word, listen.map_or(site.server.line, |listen| listen.line), "listen");
}

/// Says where a storm overflows the connections that wait to be accepted.
fn backlog(server: &Directive, to: &mut Imported) {
    for listen in server.all("listen") {
        let given = listen.words.iter().find_map(|word| word.strip_prefix("backlog="));
        let backlog = match given.map(str::parse::<u32>) {
            None => USUAL_BACKLOG,
            Some(Ok(backlog)) => backlog,
            Some(Err(_)) => {
                to.unread(listen.line, "backlog", "a whole number");
                continue;
            }
        };
        if backlog < BACKLOG {
            let said = if given.is_some() { "here" } else { "by default" };
            to.tell(
                Finding::new(Info, "O015", "", format!("{backlog} connections wait to be accepted {said}; the system allows {BACKLOG}."))
                    .why("Of a storm of devices those beyond it get no answer to their first packet and wait for seconds before they send it again.")
                    .fix("Add `backlog=4096` to this `listen`, and see that net.core.somaxconn is as large.")
                    .at(listen.line, 1),
            );
        }
    }
}

/// Returns a time [s]: a number of seconds, or numbers with `ms`, `s`, `m`, `h`, `d` or `w`.
fn time(words: &[String]) -> Option<f64> {
    let parts = words.iter().flat_map(|word| word.split_whitespace());
    let text: String = parts.collect();
    let (mut rest, mut sum) = (text.as_str(), 0.0);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, behind) = rest.split_at(digits);
        let letters = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (unit, behind) = behind.split_at(letters);
        let seconds = match unit {
            "ms" => 1e-3,
            "" | "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            _ => return None,
        };
        sum += f64::from(number.parse::<u32>().ok()?) * seconds;
        rest = behind;
    }
    Some(sum)
}

/// Takes the time after which a quiet connection is cut.
fn idle(site: &Site<'_>, to: &mut Imported) {
    let (said, usual) =
        if site.stream { ("proxy_timeout", USUAL_IDLE.1) } else { ("proxy_read_timeout", USUAL_IDLE.0) };
    let given = site.devices.last(said);
    let (seconds, line) =
        match given.map(|given| (time(given.words.get(1..).unwrap_or_default()), given.line)) {
            Some((Some(seconds), line)) => (seconds, line),
            Some((None, line)) => return to.unread(line, said, "a time such as 60s or 1h"),
            None => (usual, site.devices.line()),
        };
    to.number(LoadBalancer, "idle_timeout_s", seconds, line, said);
    if let Some(finding) = short_idle(seconds, line, said) {
        to.tell(finding);
    }
    if given.is_none() && !site.stream {
        to.tell(
            Finding::warning("O004", "", "There is no `proxy_read_timeout`, so connections of devices have the 60 s of HTTP requests.")
                .why("A device whose ping is answered later than that is cut, hardly slower than the agents' usual ping.")
                .fix("Add `proxy_read_timeout 1h` to this location.")
                .at(line, 1),
        );
    }
}

/// Says where a WebSocket cannot be opened because its headers are not passed on.
fn upgrade(site: &Site<'_>, to: &mut Imported) {
    if site.stream {
        return;
    }
    let headers = site.devices.all("proxy_set_header");
    let sets = |name: &str| {
        headers.iter().any(|header| header.word(1).eq_ignore_ascii_case(name) && !header.word(2).is_empty())
    };
    let mut lacks = Vec::new();
    if !sets("Upgrade") {
        lacks.push("`proxy_set_header Upgrade $http_upgrade`");
    }
    if !sets("Connection") {
        lacks.push("`proxy_set_header Connection \"upgrade\"`");
    }
    // Newer versions speak 1.1 of themselves; 1.0 is a mistake in all of them.
    let version = site.devices.last("proxy_http_version");
    if version.is_some_and(|version| version.word(1) == "1.0") || version.is_none() && !lacks.is_empty() {
        lacks.push("`proxy_http_version 1.1`");
    }
    if !lacks.is_empty() {
        to.tell(
            Finding::new(Error, "O016", "", format!("The location of the devices lacks {}.", lacks.join(" and ")))
                .why("nginx passes an upgrade on only where it is told to, so no device can open its WebSocket.")
                .fix("Add them to the location: headers of an outer block do not count where a location sets its own.")
                .at(site.devices.line(), 1),
        );
    }
}

/// Takes what is asked of servers.
fn checks(site: &Site<'_>, to: &mut Imported) {
    let upstream =
        |place: &Place<'_>| place.target.upstream.map_or(place.target.line, |upstream| upstream.line);
    // Without routes of their own devices meet Foundation.
    let (connection, foundation) = match &site.others {
        Some(others) => (Some(&site.devices), Some(others)),
        None if site.routes.is_empty() => (None, Some(&site.devices)),
        None => (Some(&site.devices), None),
    };
    if let Some(place) = connection {
        let word = if place.last("health_check").is_some() { "on" } else { "off" };
        to.word(LoadBalancer, "connection_check", word, upstream(place), "health_check");
    }
    for place in [connection, foundation].into_iter().flatten() {
        let Some(check) = place.last("health_check") else {
            to.tell(
                Finding::warning("O007", "", "Servers of this upstream are not asked whether they work.")
                    .why("A dead server is noticed only by attempts of devices that fail, and gets devices again after every fail_timeout.")
                    .fix("Add `health_check` where the version has it; else keep max_fails and fail_timeout at their defaults or lower.")
                    .at(upstream(place), 1),
            );
            continue;
        };
        let given =
            |name: &str| check.words.iter().find_map(|word| word.strip_prefix(name)).map(str::to_owned);
        if foundation.is_some_and(|own| std::ptr::eq(own, place)) {
            let path = given("uri=").unwrap_or_else(|| "/".to_owned());
            to.word(LoadBalancer, "foundation_check", &path, check.line, "health_check");
        }
        let interval = given("interval=").map_or(Some(5.0), |given| time(&[given]));
        match interval {
            Some(seconds) => to.number(LoadBalancer, "check_interval_s", seconds, check.line, "health_check"),
            None => to.unread(check.line, "health_check", "an interval such as 5s"),
        }
        match given("fails=").map_or(Ok(1), |given| given.parse::<u32>()) {
            Ok(fails) => to.number(LoadBalancer, "check_fall", f64::from(fails), check.line, "health_check"),
            Err(_) => to.unread(check.line, "health_check", "a whole number of fails"),
        }
    }
}

/// Takes how clients stay with a server.
fn stickiness(site: &Site<'_>, to: &mut Imported) {
    let stays = |upstream: &Directive| {
        let by = upstream
            .last("ip_hash")
            .or_else(|| upstream.last("hash").filter(|hash| hash.word(1).contains("remote_addr")));
        let cookie = upstream.last("sticky");
        cookie.map(|cookie| ("cookie", cookie.line)).or(by.map(|by| ("source-address", by.line)))
    };
    let foundation = site.others.as_ref().or(site.routes.is_empty().then_some(&site.devices));
    if let Some(upstream) = foundation.and_then(|place| place.target.upstream) {
        let (word, line) = stays(upstream).unwrap_or(("none", upstream.line));
        to.word(LoadBalancer, "stickiness", word, line, "ip_hash, hash, sticky");
    }
    let Some(upstream) = site.devices.target.upstream else { return };
    if !site.routes.is_empty() {
        let own = stays(upstream);
        let word = if own.is_some() { "on" } else { "off" };
        to.word(
            LoadBalancer,
            "device_stickiness",
            word,
            own.map_or(upstream.line, |own| own.1),
            "ip_hash, hash, sticky",
        );
    }
    let uneven = match (upstream.last("ip_hash"), upstream.last("least_conn")) {
        (Some(by), _) => Some((by.line, "`ip_hash` gives all devices of one network to one server.")),
        (None, None) if stays(upstream).is_none() && !site.routes.is_empty() => {
            Some((upstream.line, "Devices go to the servers in turn, however many each holds."))
        }
        _ => None,
    };
    if let Some((line, what)) = uneven {
        to.tell(
            Finding::warning("O017", "", what)
                .why("Connections of devices stay for weeks: after a restart one server holds far more of them than another, and its loss costs more.")
                .fix("Say `least_conn` in this upstream.")
                .at(line, 1),
        );
    }
}
