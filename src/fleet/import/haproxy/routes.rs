//! Which paths of devices go to which backend.

use super::super::Imported;
use super::proxy::Proxy;
use crate::fleet::cluster::NodeKind::LoadBalancer;
use std::collections::{BTreeMap, BTreeSet};

/// Paths of devices.
const PATHS: [&str; 4] =
    ["/Thingworx/WS", "/Thingworx/WSTunnelServer", "/Thingworx/WSTunnelClient", "/Thingworx/VWS"];

/// Paths that a condition lets through, by position; `None` where that cannot be told.
type Covers = Option<[bool; 4]>;

/// Returns the names of the backends that get a path of devices, and takes the paths.
pub(super) fn routed(proxies: &[Proxy], to: &mut Imported) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let (mut all, mut first, mut opaque) = ([false; 4], None, None);
    for proxy in proxies {
        let mut tests: BTreeMap<&str, Covers> = BTreeMap::new();
        for (name, test) in &proxy.acls {
            let covers = covered(test);
            // Several lines of one name are alternatives.
            let known = tests.entry(name).or_insert(Some([false; 4]));
            *known = either(*known, covers);
        }
        for chosen in &proxy.uses {
            match condition(&chosen.condition, &tests) {
                Some(covers) if covers.contains(&true) => {
                    all = either(Some(all), Some(covers)).unwrap_or(all);
                    first.get_or_insert(chosen.line);
                    names.insert(chosen.backend.clone());
                }
                Some(_) => {}
                None => {
                    opaque.get_or_insert(chosen.line);
                }
            }
        }
    }
    match (first, opaque) {
        (_, Some(line)) => to.lost(
            line,
            "Which paths this `use_backend` sends on cannot be told: only tests of paths and of `Upgrade` are understood.",
        ),
        (Some(line), None) => {
            let sent: Vec<&str> = PATHS.into_iter().zip(all).filter(|(_, sent)| *sent).map(|(path, _)| path).collect();
            to.word(LoadBalancer, "routes", &sent.join(", "), line, "use_backend");
        }
        (None, None) => {}
    }
    names
}

/// Returns what one of two lets through.
fn either(a: Covers, b: Covers) -> Covers {
    let (a, b) = (a?, b?);
    Some(std::array::from_fn(|at| a[at] || b[at]))
}

/// Returns what both of two let through.
fn both(a: Covers, b: Covers) -> Covers {
    let (a, b) = (a?, b?);
    Some(std::array::from_fn(|at| a[at] && b[at]))
}

/// Returns what a test lets through.
fn covered(test: &[String]) -> Covers {
    let (what, rest) = test.split_first()?;
    let fold = rest.iter().any(|word| word == "-i");
    let values: Vec<&String> = rest.iter().filter(|word| !word.starts_with('-')).collect();
    let matches = |path: &str| {
        values.iter().any(|value| {
            let (path, value) = if fold {
                (path.to_ascii_lowercase(), value.to_ascii_lowercase())
            } else {
                (path.to_owned(), (*value).clone())
            };
            match what.as_str() {
                "path_beg" => path.starts_with(&value),
                "path" => path == value,
                "path_sub" => path.contains(&value),
                "path_end" => path.ends_with(&value),
                _ => {
                    let value = value.trim_matches('/');
                    path.split('/').any(|part| part == value)
                        || path.contains(&format!("/{value}/"))
                        || path.ends_with(&format!("/{value}"))
                }
            }
        })
    };
    let lowered = what.to_ascii_lowercase();
    match what.as_str() {
        // A test with values from a file, or with a flag that changes the comparison, cannot be told.
        _ if rest.iter().any(|word| word.starts_with('-') && word != "-i" && word != "--") => None,
        "path_beg" | "path" | "path_sub" | "path_end" | "path_dir" => {
            Some(std::array::from_fn(|at| matches(PATHS[at])))
        }
        _ if lowered.contains("upgrade") => Some([true; 4]),
        // Hosts and the like do not tell paths apart.
        _ if lowered.starts_with("hdr") || lowered.starts_with("ssl_fc") || lowered.starts_with("src") => {
            Some([true; 4])
        }
        _ => None,
    }
}

/// Returns what the condition of a `use_backend` lets through.
fn condition(words: &[String], tests: &BTreeMap<&str, Covers>) -> Covers {
    let Some((first, rest)) = words.split_first() else { return Some([true; 4]) };
    if first != "if" {
        return None;
    }
    let mut all: Covers = Some([false; 4]);
    for term in rest.split(|word| word == "or" || word == "||") {
        let mut own: Covers = Some([true; 4]);
        let mut words = term.iter();
        while let Some(word) = words.next() {
            let covers = if word == "{" {
                let inner: Vec<String> = words.by_ref().take_while(|word| *word != "}").cloned().collect();
                covered(&inner)
            } else {
                tests.get(word.as_str()).copied().flatten()
            };
            own = both(own, covers);
        }
        all = either(all, own);
    }
    all
}
