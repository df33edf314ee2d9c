use super::*;
use crate::config::{Collected, Mapping, Writer};
use crate::fleet::FleetFile;
use crate::fleet::inventory::{self, Groups, Options};
use crate::push::plan::tests::request;

struct Keys;

impl Vault for Keys {
    fn resolve(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        Ok(Secret::new(format!("key of {reference}")))
    }
}

/// Returns the files of a project for a list.
fn files(project: &str, list: &str) -> Files {
    let file = FleetFile::parse(project).unwrap();
    let view = file.view(None);
    let fleet = file.check(None).fleet.unwrap();
    let groups = Groups::of(&view);
    let options = Options { groups: Some(&groups), roles: &[], ..Options::default() };
    let inventory = inventory::read(list, &options).unwrap().inventory;
    let (mapping, collected) = (Mapping::default(), Collected::default());
    let writer = Writer { fleet: &fleet, view: &view, mapping: &mapping, collected: &collected };
    Files::new(writer.groups(), OwnFiles::of(&writer, &inventory), Listed::of(&inventory))
}

fn products() -> String {
    crate::fleet::example::find("connected-products").unwrap().text.to_owned()
}

const LIST: &str =
    "thing,group,site,ssh,zone\nA-1,pumps,north,10.0.0.1,Europe/Berlin\nA-2,pumps,south,10.0.0.2,\n";

#[test]
fn a_list_for_a_plan_names_who_gets_what_and_where() {
    let files = files(&products(), LIST);
    let places = Places::new("{ssh}:22", "/opt/{thing}/{file}").unwrap();
    let refused = files.candidates(&places, &Keys, &mut |_| true).unwrap_err();
    assert!(matches!(refused, SourceError::Part { .. }), "{refused}");
    let candidates = files.candidates(&places.as_generated(), &Keys, &mut |_| true).unwrap();
    assert_eq!(candidates.len(), 2);
    let addresses: Vec<_> = candidates.iter().map(|candidate| candidate.address.as_str()).collect();
    assert_eq!(addresses, ["10.0.0.1:22", "10.0.0.2:22"]);
    assert_eq!((candidates[0].zone.as_deref(), candidates[1].zone.as_deref()), (Some("Europe/Berlin"), None));
    let paths: Vec<_> = candidates[0].files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["/opt/A-1/ws_connection.json", "/opt/A-1/agent_config.json"]);
}

#[test]
fn jump_hosts_come_from_a_template_or_from_their_column() {
    let list =
        "thing,group,site,ssh,jump_host\nA-1,pumps,north,10.0.0.1,ops@gate:2222\nA-2,pumps,,10.0.0.2,\n";
    let files = files(&products(), list);
    let addresses = |jump| {
        let places = Places::new("{ssh}:22", "/opt/{file}").unwrap().as_generated().behind(jump);
        let candidates = files.candidates(&places, &Keys, &mut |_| true).unwrap();
        candidates.into_iter().map(|candidate| candidate.address).collect::<Vec<_>>()
    };
    assert_eq!(addresses(None), ["10.0.0.1:22 via ops@gate:2222", "10.0.0.2:22"]);
    assert_eq!(addresses(Some("{site}.gate")), ["10.0.0.1:22 via north.gate", "10.0.0.2:22"]);
    let places = Places::new("{ssh}", "/opt/{file}").unwrap().as_generated().behind(Some("{app_key}"));
    assert!(files.candidates(&places, &Keys, &mut |_| true).is_err(), "no secret becomes an address");
}

#[test]
fn texts_are_those_of_the_plan() {
    let files = files(&products(), LIST);
    let places = Places::new("{ssh}", "/opt/{file}").unwrap().as_generated();
    let candidates = files.candidates(&places, &Keys, &mut |_| true).unwrap();
    let wants: Vec<_> = candidates[1].files.iter().map(|file| file.want).collect();
    let plan = Plan::new(request("rest"), candidates).unwrap();
    let device = plan.devices().iter().find(|device| &*device.thing == "A-2").unwrap();
    let texts = files.texts(device).unwrap();
    let made: Vec<_> = texts.iter().map(|text| sha256(text.expose().as_bytes())).collect();
    assert_eq!(made, wants);
    let stranger = PlannedDevice { thing: "A-3".into(), ..device.clone() };
    assert!(files.texts(&stranger).unwrap_err().contains("no longer holds"));
}

#[test]
fn what_no_address_can_be_made_of_is_said() {
    let files = files(&products(), LIST);
    for (template, says) in
        [("{zone}:22", "device A-2 has no such value"), ("{ssh", "stays open"), ("{app_key}", "secret")]
    {
        let places = Places::new(template, "/opt/{file}").unwrap().as_generated();
        let error = files.candidates(&places, &Keys, &mut |_| true).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    assert!(Places::new("{ssh}", "/opt/agent").is_err(), "all files of a device would share a path");
    assert!(Places::new("{ssh}", "/opt/../{thing}/../{file}").is_err());
}
