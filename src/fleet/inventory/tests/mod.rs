//! Tests of the inventory as a whole.

mod edits;
mod filters;
mod hostile;
mod lossless;
mod project;
mod reasons;

use super::{Groups, Import, Inventory, Options, read};
use crate::fleet::AgentKind;

/// Groups of the tests.
pub(super) fn groups() -> Groups {
    Groups::new(["pumps", "Press-1", "Press-2", "cooling"], &|id| match id {
        "pumps" => Some(AgentKind::ExampleAgent),
        "cooling" => Some(AgentKind::Generic),
        _ => Some(AgentKind::CSdk),
    })
}

/// Reads a table against the groups of the tests.
pub(super) fn import(text: &str) -> Import {
    read(text, &Options { groups: Some(&groups()), ..Options::default() }).expect("a table")
}

/// Reads a table of good rows only.
pub(super) fn inventory(text: &str) -> Inventory {
    let import = import(text);
    assert_eq!(import.bad.list, [], "{text}");
    import.inventory
}

/// A small fleet with a bit of everything.
pub(super) const FLEET: &str = "\
Thing Name,group,site,host,port,App Key,connect_retry_interval,Line
pump-1,pumps,Berlin,twx.example,443,env:PUMP_KEY,,1
pump-2,pumps,Berlin,twx.example,443,env:PUMP_KEY,120000,2
pump-10,pumps,\"Paris, Sud\",twx.example,8443,file:keys/10,120000,3
press-1,Press-1,Rome,10.0.0.7,8443,keyring:regather/press-1,5000,\"say \"\"hi\"\"\"
press-2,Press-2,,,,,,
";

/// Returns the names of devices in some rows.
pub(super) fn things(inventory: &Inventory, rows: &[u32]) -> Vec<String> {
    rows.iter().map(|row| inventory.device(*row).expect("a row").thing().into_owned()).collect()
}
