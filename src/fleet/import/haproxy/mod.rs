//! `haproxy.cfg`: limits, timeouts, routes, checks and stickiness of a load balancer.
//!
//! Sections are read with what `defaults` gives them. The backend of the Connection Servers is the one that
//! gets a path of devices; the other one is Foundation's.

mod proxy;
mod routes;
mod words;

use super::{Imported, short_idle};
use crate::base::Finding;
use crate::fleet::cluster::NodeKind::LoadBalancer;
use proxy::{Given, Proxy, Section};
use std::collections::BTreeSet;

/// Returns whether a text looks like a configuration of HAProxy.
pub(super) fn looks(text: &str) -> bool {
    let mut sections = BTreeSet::new();
    for line in text.lines().take(20_000) {
        if let Some(word) = line.split_whitespace().next()
            && matches!(word, "global" | "defaults" | "frontend" | "backend" | "listen")
            && !line.contains(['{', '=', ';'])
        {
            sections.insert(word);
        }
    }
    sections.len() >= 2
}

/// Reads the text.
pub(super) fn read(text: &str, to: &mut Imported) {
    let file = proxy::file(text, to);
    to.word(LoadBalancer, "product", "haproxy", 1, "haproxy");
    let routed = routes::routed(&file.proxies, to);
    let fronts: Vec<&Proxy> = file.proxies.iter().filter(|proxy| proxy.takes_devices()).collect();
    limits(file.global, &fronts, to);
    if let Some(files) = file.open_files {
        to.number(LoadBalancer, "open_files", files.value, files.line, "ulimit-n");
    }
    encryption(&fronts, to);
    let behind: Vec<&Proxy> = file.proxies.iter().filter(|proxy| !proxy.servers.is_empty()).collect();
    let (connection, foundation): (Vec<&Proxy>, Vec<&Proxy>) =
        behind.into_iter().partition(|proxy| routed.contains(&proxy.name));
    timeouts(&fronts, if connection.is_empty() { &foundation } else { &connection }, to);
    checks(&connection, &foundation, to);
    stickiness(&connection, &foundation, to);
}

/// Takes the most connections, and says where an inner limit is below the outer one.
fn limits(global: Option<Given<f64>>, fronts: &[&Proxy], to: &mut Imported) {
    let own = fronts.iter().filter_map(|front| front.maxconn).min_by(|a, b| a.value.total_cmp(&b.value));
    if let (Some(inner), Some(outer)) = (own, global)
        && inner.value < outer.value
    {
        to.tell(
            Finding::warning(
                "O005",
                "",
                format!(
                    "`maxconn` is {} here and {} in `global`: the smaller one counts.",
                    inner.value, outer.value
                ),
            )
            .why("Connections beyond the smaller limit wait in the kernel until devices time out.")
            .fix("Give both the number of devices that must be held.")
            .at(inner.line, 1),
        );
    }
    match [own, global].into_iter().flatten().min_by(|a, b| a.value.total_cmp(&b.value)) {
        Some(limit) => to.number(LoadBalancer, "max_connections", limit.value, limit.line, "maxconn"),
        None => to.tell(
            Finding::new(crate::base::Severity::Info, "O006", "", "The file does not say `maxconn`.")
                .why("HAProxy then takes it from the limit of open files at its start, and nobody knows how many devices it holds.")
                .fix("Say `maxconn` in `global`.")
                .at(1, 1),
        ),
    }
    if let Some(rate) = fronts.iter().find_map(|front| front.rate) {
        to.number(LoadBalancer, "limit_per_s", rate.value, rate.line, "rate-limit sessions");
    }
}

/// Takes where TLS ends.
fn encryption(fronts: &[&Proxy], to: &mut Imported) {
    let Some(first) = fronts.iter().find_map(|front| front.bind) else { return };
    let ends = fronts.iter().filter_map(|front| front.bind).find(|bind| bind.value);
    let passes = fronts.iter().any(|front| front.tcp);
    let (word, line) = match ends {
        Some(bind) => ("ends", bind.line),
        None if passes => ("passes", first.line),
        None => ("none", first.line),
    };
    to.word(LoadBalancer, "tls", word, line, "bind");
}

/// Takes the time after which a quiet connection is cut.
fn timeouts(fronts: &[&Proxy], behind: &[&Proxy], to: &mut Imported) {
    let shortest = |found: Vec<Given<f64>>| found.into_iter().min_by(|a, b| a.value.total_cmp(&b.value));
    let tunnel = shortest(behind.iter().filter_map(|proxy| proxy.tunnel).collect());
    let server = behind.iter().filter_map(|proxy| proxy.server);
    let client = fronts.iter().filter_map(|proxy| proxy.client);
    let both = shortest(client.chain(server).collect());
    let Some((idle, said)) =
        tunnel.map(|idle| (idle, "timeout tunnel")).or(both.map(|idle| (idle, "timeout client")))
    else {
        return;
    };
    to.number(LoadBalancer, "idle_timeout_s", idle.value, idle.line, said);
    if let Some(finding) = short_idle(idle.value, idle.line, said) {
        to.tell(finding);
    }
    if tunnel.is_none() {
        to.tell(
            Finding::warning("O004", "", "There is no `timeout tunnel`, so connections of devices have the timeouts of HTTP requests.")
                .why("A quiet device is cut as soon as the shorter one of `timeout client` and `timeout server` is over.")
                .fix("Add `timeout tunnel 1h`.")
                .at(idle.line, 1),
        );
    }
}

/// Takes what is asked of servers, and how often.
fn checks(connection: &[&Proxy], foundation: &[&Proxy], to: &mut Imported) {
    if let Some(proxy) = foundation.first() {
        let checked = proxy.servers.iter().find(|server| server.checked);
        match (&proxy.asks, checked) {
            (Some(path), Some(_)) => {
                to.word(LoadBalancer, "foundation_check", &path.value, path.line, "option httpchk");
            }
            (None, Some(server)) => {
                to.word(LoadBalancer, "foundation_check", "tcp", server.line, "server … check");
            }
            (_, None) => {}
        }
    }
    if let Some(server) = connection.iter().flat_map(|proxy| &proxy.servers).next() {
        let all = connection.iter().flat_map(|proxy| &proxy.servers).all(|server| server.checked);
        let word = if all { "on" } else { "off" };
        to.word(LoadBalancer, "connection_check", word, server.line, "server … check");
    }
    let every = connection.iter().chain(foundation).flat_map(|proxy| &proxy.servers);
    let unchecked: Vec<usize> =
        every.clone().filter(|server| !server.checked).map(|server| server.line).collect();
    for line in unchecked {
        to.tell(
            Finding::warning("O007", "", "This server is not checked.")
                .why("When it is dead it keeps getting its share of the devices.")
                .fix("Add `check` to the line.")
                .at(line, 1),
        );
    }
    let slowest = every
        .filter(|server| server.checked)
        .max_by(|a, b| (a.inter * a.fall).total_cmp(&(b.inter * b.fall)));
    if let Some(server) = slowest {
        to.number(LoadBalancer, "check_interval_s", server.inter, server.timed, "inter");
        to.number(LoadBalancer, "check_fall", server.fall, server.timed, "fall");
    }
}

/// Takes how clients stay with a server.
fn stickiness(connection: &[&Proxy], foundation: &[&Proxy], to: &mut Imported) {
    if let Some(proxy) = foundation.first() {
        let (word, line) = match (&proxy.cookie, &proxy.by_address) {
            (Some(line), _) => ("cookie", *line),
            (None, Some(line)) => ("source-address", *line),
            (None, None) => ("none", proxy.line),
        };
        to.word(LoadBalancer, "stickiness", word, line, "cookie, balance, stick");
    }
    if let Some(proxy) = connection.first() {
        let stays = proxy.cookie.or(proxy.by_address);
        let word = if stays.is_some() { "on" } else { "off" };
        to.word(
            LoadBalancer,
            "device_stickiness",
            word,
            stays.unwrap_or(proxy.line),
            "cookie, balance, stick",
        );
    }
    let sources: BTreeSet<&str> =
        connection.iter().flat_map(|proxy| proxy.sources.iter().map(|(source, _)| source.as_str())).collect();
    if let Some((_, line)) = connection.iter().flat_map(|proxy| &proxy.sources).next() {
        to.number(LoadBalancer, "source_addresses", sources.len() as f64, *line, "source");
    }
}

/// Returns whether a section takes connections.
fn is_front(section: Section) -> bool {
    matches!(section, Section::Frontend | Section::Listen)
}
