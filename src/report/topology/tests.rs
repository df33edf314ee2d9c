//! Every pattern is drawn; what is drawn can be read again.

use super::*;
use crate::fleet::FleetFile;
use crate::fleet::cluster::pattern::PATTERNS;

/// Names that would break a picture if they were not escaped.
const NASTY: &str = "a\"]; end %% <b>&amp;\\ `x` #\n--> ü";

/// Returns the project of each pattern, and one with nasty names.
fn projects() -> Vec<FleetFile> {
    let mut files: Vec<FleetFile> = PATTERNS
        .iter()
        .map(|pattern| FleetFile::parse(&serde_json::to_string_pretty(&pattern.project()).unwrap()).unwrap())
        .collect();
    let mut nasty = files[3].clone();
    let ids: Vec<String> =
        nasty.view(None).topology().unwrap().nodes().iter().map(|n| n.id.clone()).collect();
    for id in ids {
        nasty = nasty.with(&format!("/cluster/{id}/name"), &NASTY.into()).unwrap();
    }
    let link = serde_json::json!({"kind": "link", "from": "tenant-a", "to": "tenant-b", "name": NASTY});
    files.push(nasty.with("/cluster/fed", &link).unwrap());
    files
}

#[test]
fn mermaid_opens_and_closes_and_names_every_thing_once() {
    for file in projects() {
        let view = file.view(None);
        let topology = view.topology().unwrap();
        let text = mermaid(topology);
        assert_eq!(text, mermaid(topology));
        let mut depth = 0;
        let mut seen = std::collections::BTreeSet::new();
        for line in text.lines().skip(1).map(str::trim) {
            if line == "end" {
                depth -= 1;
                assert!(depth >= 0);
                continue;
            }
            let opens = line.strip_prefix("subgraph ");
            depth += i32::from(opens.is_some());
            let rest = opens.unwrap_or(line);
            let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(name.starts_with('n') && name[1..].parse::<usize>().is_ok(), "{line}");
            // A label is one pair of quotes, and nothing else is quoted.
            assert!(matches!(line.matches('"').count(), 0 | 2), "{line}");
            if rest[name.len()..].starts_with("[\"") {
                assert!(rest.ends_with("\"]"), "{line}");
                assert!(seen.insert(name), "{line}");
            } else {
                assert!(rest.contains("->"), "{line}");
                let target: String = rest.chars().rev().take_while(char::is_ascii_alphanumeric).collect();
                assert!(target.ends_with('n'), "{line}");
            }
        }
        assert_eq!(depth, 0);
        assert_eq!(seen.len(), topology.nodes().iter().filter(|n| n.kind != NodeKind::Link).count());
    }
}

/// Cuts a graph into its tokens; quoted texts become one token each.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '"' => {
                let mut quoted = String::from("\"");
                loop {
                    match chars.next().unwrap() {
                        '\\' => quoted.push(chars.next().unwrap()),
                        '"' => break,
                        other => quoted.push(other),
                    }
                }
                tokens.push(quoted);
            }
            '-' => {
                assert_eq!(chars.next(), Some('>'));
                tokens.push("->".to_owned());
            }
            c if c.is_ascii_alphanumeric() => {
                let mut name = c.to_string();
                while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    name.push(c);
                }
                tokens.push(name);
            }
            c => tokens.push(c.to_string()),
        }
    }
    tokens
}

#[test]
fn graphviz_is_balanced_and_keeps_names() {
    for file in projects() {
        let view = file.view(None);
        let topology = view.topology().unwrap();
        let tokens = tokens(&dot(topology));
        let count = |wanted: &str| tokens.iter().filter(|token| *token == wanted).count();
        assert_eq!((count("{"), count("[")), (count("}"), count("]")));
        assert_eq!(tokens[0], "digraph");
        for node in topology.nodes().iter().filter(|node| node.kind.is_component()) {
            let label = format!("\"{}", printable(&component_label(node)));
            assert!(tokens.contains(&label), "{label}");
        }
        assert!(tokens.iter().all(|token| !token.chars().any(char::is_control)));
    }
}

/// Returns how deep the tags of a picture are open in the end; every attribute and text is looked at.
fn well_formed(svg: &str) -> Vec<String> {
    let (mut open, mut rest, mut texts) = (Vec::new(), svg, Vec::new());
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        assert!(!text.contains('>'), "{text}");
        for entity in text.split('&').skip(1) {
            assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|known| entity.starts_with(known)), "{text}");
        }
        if !text.trim().is_empty() {
            texts.push(text.to_owned());
        }
        let end = rest[at..].find('>').unwrap() + at;
        let tag = &rest[at + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name.to_owned())),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap().to_owned()),
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?}");
    texts
}

#[test]
fn the_picture_is_well_formed_and_shows_everything() {
    for file in projects() {
        let view = file.view(None);
        let topology = view.topology().unwrap();
        let picture = svg(topology);
        assert_eq!(picture, svg(topology));
        let texts = well_formed(&picture).join("\n");
        for node in topology.nodes().iter().filter(|node| node.kind.is_component()) {
            let label = printable(&component_label(node)).replace('&', "&amp;").replace('<', "&lt;");
            let label = label.replace('>', "&gt;").replace('"', "&quot;");
            assert!(texts.contains(&label), "{label}");
        }
    }
}

#[test]
fn text_and_json_say_what_follows() {
    for file in projects() {
        let view = file.view(None);
        let topology = view.topology().unwrap();
        let text = text(topology, &view);
        assert!(text.contains("What follows for the simulation") && text.contains("can do:"), "{text}");
        assert!(text.contains("Override: /platform/workers"), "{text}");
        let json = json(topology, &view);
        assert_eq!(json["things"].as_array().unwrap().len(), topology.nodes().len());
        assert_eq!(json["derived"].as_array().unwrap().len(), view.derivation().numbers.len());
    }
}

/// Returns the layout of a project.
fn board(file: &FleetFile) -> Board {
    let view = file.view(None);
    Board::of(view.topology().unwrap(), &view)
}

fn inside(inner: Rect, outer: Rect) -> bool {
    outer.with(inner) == outer
}

#[test]
fn a_board_has_everything_once_and_each_in_its_place() {
    for file in projects() {
        let board = board(&file);
        let view = file.view(None);
        let topology = view.topology().unwrap();
        let drawn: Vec<&str> =
            board.order().map(|(id, _)| id).chain(board.frameless.iter().map(|f| &*f.id)).collect();
        let unique: std::collections::BTreeSet<&str> = drawn.iter().copied().collect();
        assert_eq!((unique.len(), drawn.len()), (topology.nodes().len(), topology.nodes().len()));
        assert!(topology.nodes().iter().all(|node| board.has(&node.id)) && !board.has("nobody"));
        for machine in &board.machines {
            assert!(inside(machine.rect, board.whole));
            assert!(machine.slots.iter().all(|slot| inside(slot.rect, machine.rect)), "{}", machine.id);
            let below =
                machine.slots.windows(2).all(|pair| pair[0].rect.y + pair[0].rect.height <= pair[1].rect.y);
            assert!(below, "{}", machine.id);
        }
        assert!(board.ways.iter().all(|(from, to)| from < to && *to < board.machines.len()));
        assert_eq!(board.played, topology.played().unwrap().node.id);
        assert!(board.failures.len() >= 5);
    }
}

#[test]
fn a_board_counts_what_the_simulated_cluster_can_do() {
    let oem = &projects()[PATTERNS.iter().position(|pattern| pattern.id == "oem").unwrap()];
    let of = |board: &Board| {
        let simulated = board.parts().filter(|part| part.simulated && part.kind == NodeKind::Foundation);
        simulated.map(|part| part.users.clone()).collect::<Vec<_>>()
    };
    let first = board(oem);
    let (before, clusters) = (of(&first), first.clusters().map(|part| part.id.clone()).collect::<Vec<_>>());
    let other = clusters.iter().find(|id| **id != first.played).unwrap();
    let second = board(&oem.with("/platform/cluster", &other.as_str().into()).unwrap());
    assert_eq!(&second.played, other);
    assert!(!before.is_empty() && of(&second) != before, "other servers are simulated");
    assert!(first.together[&NodeKind::Foundation] > 0.0);
}

#[test]
fn the_load_of_a_result_is_a_share_and_at_most_the_highest() {
    use crate::plan::Outcome;
    use crate::sim::{self, Study};
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    let file = projects().swap_remove(1);
    let group = file.group_ids().next().unwrap().to_owned();
    let file = file.with(&format!("/groups/{group}/devices"), &300.into()).unwrap();
    let fleet = file.check(None).fleet.unwrap();
    let runs = sim::replicate(&fleet, 1, 0..2, 1, &AtomicBool::new(false), &|_| {}).unwrap();
    let study = Study::of(&fleet, 1, runs.into_iter().map(Arc::new).collect());
    let outcome = Outcome::of("a".into(), Arc::new(fleet), study, 2);
    let load = Load::of(&outcome).unwrap();
    let highest = load.highest();
    assert!(
        highest.held > 0.0 && highest.held <= 300.0 && highest.busy[&NodeKind::Foundation] > 0.0,
        "{highest:?}"
    );
    for second in [0.0, load.returned_s, load.returned_s + 5.0, 1e9, -1.0] {
        let now = load.at(second);
        assert!(now.held <= highest.held);
        for (kind, share) in &now.busy {
            assert!((0.0..=1.0).contains(share) && *share <= highest.busy[kind], "{kind:?} {share}");
        }
    }
    assert_eq!(load.at(1e9), load.at(load.end_s()));
    assert_eq!(load.at(load.returned_s - 1.0).held, 0.0, "nobody is connected while the platform is away");
    let study = Study::of(&outcome.fleet, 1, Vec::new());
    assert!(Load::of(&Outcome::of("b".into(), Arc::clone(&outcome.fleet), study, 0)).is_none());
}
