//! Servers with their locations: which of them devices meet, and to which upstream each path goes.

use super::super::Imported;
use super::blocks::Directive;

/// Paths of devices.
pub(super) const PATHS: [&str; 4] =
    ["/Thingworx/WS", "/Thingworx/WSTunnelServer", "/Thingworx/WSTunnelClient", "/Thingworx/VWS"];
/// A path that only browsers and integrations ask for.
const OTHER: &str = "/Thingworx/Home";

/// A place that passes connections on, with the blocks around it, the innermost first.
#[derive(Clone)]
pub(super) struct Place<'d> {
    /// `location`, `server`, `http` or `stream`.
    pub around: Vec<&'d Directive>,
    /// Where it passes them to.
    pub target: Target<'d>,
}

/// Where connections are passed to.
#[derive(Clone)]
pub(super) struct Target<'d> {
    /// Name of the upstream, or the address.
    pub name: String,
    /// The upstream, where it is one.
    pub upstream: Option<&'d Directive>,
    /// Line that says so.
    pub line: usize,
}

impl<'d> Place<'d> {
    /// Returns the directive of the innermost block that has it.
    pub(super) fn last(&self, name: &str) -> Option<&'d Directive> {
        self.around.iter().find_map(|block| block.last(name))
    }

    /// Returns all directives with this name of the innermost block that has any: lists are inherited whole.
    pub(super) fn all(&self, name: &'static str) -> Vec<&'d Directive> {
        let own = self.around.iter().map(|block| block.all(name).collect::<Vec<_>>());
        own.into_iter().find(|own| !own.is_empty()).unwrap_or_default()
    }

    /// Returns the line at which it begins.
    pub(super) fn line(&self) -> usize {
        self.around.first().map_or(1, |block| block.line)
    }
}

/// What devices meet.
pub(super) struct Site<'d> {
    /// The block `server`.
    pub server: &'d Directive,
    /// Whether it passes bytes on, without HTTP.
    pub stream: bool,
    /// Where devices are passed on.
    pub devices: Place<'d>,
    /// Where everything else is passed on; `None` where it is the same upstream.
    pub others: Option<Place<'d>>,
    /// Paths that go elsewhere than everything else.
    pub routes: Vec<&'static str>,
}

/// Returns the site that devices meet: of several the one that knows most of their paths, then one with TLS.
pub(super) fn site<'d>(file: &'d Directive, to: &mut Imported) -> Option<Site<'d>> {
    let mut sites = Vec::new();
    let outer = ["http", "stream"].into_iter().flat_map(|name| file.all(name));
    // A file of `conf.d` has servers and upstreams without the block around them.
    for block in outer.chain([file]) {
        for server in block.all("server") {
            let found = if block.name() == "stream" { tcp(block, server) } else { http(block, server, to) };
            sites.extend(found);
        }
    }
    let weight = |site: &Site<'_>| (site.routes.len(), ends_tls(site.server));
    // The first of equals.
    sites.into_iter().rev().max_by_key(weight)
}

/// Returns whether TLS ends at a server.
pub(super) fn ends_tls(server: &Directive) -> bool {
    server.all("listen").any(|listen| listen.words.iter().any(|word| word == "ssl" || word == "quic"))
}

/// Returns the upstream of a `proxy_pass`, or says that it cannot be told.
fn target<'d>(block: &'d Directive, pass: &Directive, to: Option<&mut Imported>) -> Option<Target<'d>> {
    let address = pass.word(1);
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    if host.is_empty() || host.contains('$') {
        if let Some(to) = to {
            to.lost(pass.line, "Where this `proxy_pass` leads cannot be told: it has a variable in it.");
        }
        return None;
    }
    let upstream = block.all("upstream").find(|upstream| upstream.word(1) == host);
    Some(Target { name: host.to_owned(), upstream, line: pass.line })
}

/// Returns the site of a server that passes bytes on.
fn tcp<'d>(stream: &'d Directive, server: &'d Directive) -> Option<Site<'d>> {
    let target = target(stream, server.last("proxy_pass")?, None)?;
    let devices = Place { around: vec![server, stream], target };
    Some(Site { server, stream: true, devices, others: None, routes: Vec::new() })
}

/// Returns the site of a server of HTTP that passes anything on.
fn http<'d>(block: &'d Directive, server: &'d Directive, to: &mut Imported) -> Option<Site<'d>> {
    for location in server.all("location").filter(|location| location.word(1).starts_with('~')) {
        to.lost(
            location.line,
            "Which paths this `location` takes cannot be told: regular expressions are not understood.",
        );
    }
    let place = |path: &str| {
        let location = location(server, path)?;
        let target = target(block, location.last("proxy_pass")?, None)?;
        Some(Place { around: vec![location, server, block], target })
    };
    for location in server.all("location") {
        if let Some(pass) = location.last("proxy_pass") {
            let _known = target(block, pass, Some(to));
        }
    }
    let others = place(OTHER);
    let elsewhere =
        |place: &Place<'_>| others.as_ref().is_none_or(|other| other.target.name != place.target.name);
    let routed: Vec<(&'static str, Place<'d>)> = PATHS
        .into_iter()
        .filter_map(|path| Some((path, place(path)?)))
        .filter(|(_, place)| elsewhere(place))
        .collect();
    let routes = routed.iter().map(|(path, _)| *path).collect();
    match routed.into_iter().next() {
        Some((_, devices)) => Some(Site { server, stream: false, devices, others, routes }),
        None => place(PATHS[0]).or(others).map(|devices| Site {
            server,
            stream: false,
            devices,
            others: None,
            routes: Vec::new(),
        }),
    }
}

/// Returns the location that takes a path: the one with exactly this path, else with its longest beginning.
fn location<'d>(server: &'d Directive, path: &str) -> Option<&'d Directive> {
    let taken = |location: &&Directive| match location.word(1) {
        "=" => location.word(2) == path,
        "^~" => path.starts_with(location.word(2)),
        word => !word.starts_with(['~', '@']) && path.starts_with(word),
    };
    let length = |location: &&Directive| match location.word(1) {
        "=" => usize::MAX,
        "^~" => location.word(2).len(),
        word => word.len(),
    };
    server.all("location").filter(taken).max_by_key(length)
}
