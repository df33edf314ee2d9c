//! Timelines as they are written and drawn.

use super::{render, timeline_json, timeline_schema};
use crate::fleet::example;
use crate::plan::timeline::{Timeline, timeline, usual_group};
use crate::report::draw::{self, Size};
use crate::report::head::{Asked, Source};
use crate::report::lanes::lanes;
use crate::report::terminal::{Charset, WIDTH};

fn made() -> Timeline {
    let fleet = example::EXAMPLES[0].file().unwrap().check(None).fleet.unwrap();
    timeline(&fleet, usual_group(&fleet), 42).unwrap()
}

#[test]
fn json_keeps_to_its_schema_and_to_the_segments() {
    let made = made();
    let asked = Asked {
        source: Source { name: "a.json", text: "{}", scenario: None, set: &[] },
        project: "A",
        devices: 12_000,
    };
    let json = timeline_json(&asked, &made);
    assert!(jsonschema::is_valid(&timeline_schema(), &json));
    assert_eq!(json, timeline_json(&asked, &made));
    for (lane, told) in made.lanes.iter().zip(json["agents"].as_array().unwrap()) {
        assert_eq!(told["segments"].as_array().unwrap().len(), lane.segments.len());
        assert_eq!(told["end"], lane.end.word());
    }
    let mut wrong = json;
    wrong["agents"][0]["end"] = "vanished".into();
    assert!(!jsonschema::is_valid(&timeline_schema(), &wrong));
}

#[test]
fn text_says_of_every_agent_how_it_ends() {
    let made = made();
    let text = render(&made, Charset::Ascii);
    for lane in &made.lanes {
        assert!(text.contains(lane.variant.label()), "{text}");
    }
    assert!(text.contains(".NET SDK as it comes: does not come back by itself"), "{text}");
    assert_eq!(text.matches("(this group)").count(), 1);
    assert!(text.is_ascii() && text.lines().all(|line| line.len() <= WIDTH), "{text}");
}

#[test]
fn the_drawing_has_every_row_and_its_end() {
    let lanes = lanes(&made());
    let svg = draw::svg(&lanes, Size::of_lanes(&lanes)).unwrap();
    assert_eq!(svg, draw::svg(&lanes, Size::of_lanes(&lanes)).unwrap());
    for row in &lanes.rows {
        assert!(svg.contains(&row.name), "{}", row.name);
    }
    assert!(svg.contains("<title>") && svg.contains("Does not come back"));
    assert!(lanes.x.range.0 < 0.0 && lanes.x.range.1 > 0.0);
    assert!(!draw::png(&lanes, Size::of_lanes(&lanes), 1).unwrap().is_empty());
}
