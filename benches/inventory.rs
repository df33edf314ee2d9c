//! Prints what reading, searching, sorting and editing 100 000 devices cost: `cargo bench --bench inventory`.
//!
//! A word after `--` is another number of devices. Not a test: machines differ, and nothing here can fail. Goal:
//! import in at most 1 s on 2 cores. The plain `csv` crate, which only splits, is measured in the same run.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

mod measure;

use measure::cpu_time;
use regather::base::units::{count, significant};
use regather::fleet::AgentKind;
use regather::fleet::inventory::filter::{Filter, Scope};
use regather::fleet::inventory::{Groups, Inventory, Options, SortBy, read_csv};
use std::fmt::Write;

const HEADER: &str =
    "Thing Name,Group,Site,Host,Port,Application Key,connect_retry_interval,connect_retries,Serial\n";
const FILTER: &str = "kind:\"C SDK\" and site:B* and connect_retry_interval>10s";

fn main() {
    let devices = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let text = table(devices);
    let groups = Groups::new(["pumps", "cooling", "vending", "gateways"], &|id| {
        Some(if id == "gateways" { AgentKind::CSdk } else { AgentKind::ExampleAgent })
    });
    println!("{} devices, {} bytes, least of five rounds", count(devices.into()), count(text.len() as u64));

    let plain = least(|| plain(&text));
    print("csv crate, records only", plain, "");
    let options = Options { groups: Some(&groups), ..Options::default() };
    let import = least(|| read_csv(&text, &options).map_or(0, |import| import.inventory.len() as usize));
    print("import with every check", import, &format!("{} × the csv crate", significant(import / plain)));

    let Ok(import) = read_csv(&text, &options) else { return println!("the table was not read") };
    let inventory = import.inventory;
    println!("  good {} bad {} warnings {}", inventory.len(), import.bad_rows, import.warnings.total);
    let per_row = inventory.resident_bytes() as f64 / f64::from(inventory.len().max(1));
    let text_per_row = text.len() as f64 / f64::from(inventory.len().max(1));
    println!("  resident {} B per row, {} B of them text", significant(per_row), significant(text_per_row));
    work(&inventory, &groups);
}

/// Measures what people do with an inventory.
fn work(inventory: &Inventory, groups: &Groups) {
    let scope = Scope { groups, view: None };
    let filtered =
        || Filter::parse(FILTER).and_then(|filter| filter.apply(inventory, &scope)).unwrap_or_default();
    let found = filtered().len();
    print("filter", least(|| filtered().len()), &format!("{} found: {FILTER}", count(found as u64)));
    let all: Vec<u32> = (0..inventory.len()).collect();
    print("sort all by name", least(|| inventory.sorted(&all, SortBy::Column(0), true).len()), "");
    print("sort all by a setting", least(|| inventory.sorted(&all, SortBy::Column(6), false).len()), "");
    let rows = filtered();
    print("filter and sort", least(|| inventory.sorted(&filtered(), SortBy::Column(0), false).len()), "");
    let edit = |rows: &[u32]| {
        inventory.with_value(rows, 6, "5 min", Some(groups)).map_or(0, |new| new.len() as usize)
    };
    print("edit the filtered devices", least(|| edit(&rows)), "");
    print("edit all devices", least(|| edit(&all)), "");
    print("edit one device", least(|| edit(&[7])), "");
    print("check all again", least(|| inventory.check(Some(groups)).total as usize + 1), "");
    print("count by group", least(|| inventory.counts().len()), "");
    print("write the text", least(|| inventory.text().len()), "");
}

/// Returns a table of devices, some fields in quotes.
fn table(devices: u32) -> String {
    let mut text = HEADER.to_owned();
    for at in 0..devices {
        let group = ["pumps", "cooling", "vending", "gateways"][at as usize % 4];
        let site = ["Berlin", "\"Paris, Sud\"", "Bergamo", "Oslo", "Brno"][at as usize / 7 % 5];
        let own = if at % 3 == 0 { format!("{}", 5_000 + at % 60 * 1_000) } else { String::new() };
        let retries = if at % 5 == 0 { "3" } else { "" };
        let written = writeln!(
            text,
            "{group}-{at},{group},{site},twx{}.example.com,8443,env:KEY_{},{own},{retries},SN{:08}",
            at % 9,
            at % 100,
            at * 37 % 99_999_989
        );
        debug_assert!(written.is_ok(), "a text takes what is written to it");
    }
    text
}

/// Returns the number of fields that the csv crate finds.
fn plain(text: &str) -> usize {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let mut record = csv::ByteRecord::new();
    let mut fields = 0;
    while reader.read_byte_record(&mut record).unwrap_or_default() {
        fields += record.len();
    }
    fields
}

/// Returns the least CPU time of one call in five rounds [s]; infinity where the work gave nothing.
fn least(work: impl Fn() -> usize) -> f64 {
    // The kernel books CPU time by the tick.
    const CALLS: u32 = 5;
    let round = || {
        let (cpu, done) = cpu_time(|| (0..CALLS).all(|_| work() > 0));
        if done { cpu / f64::from(CALLS) } else { f64::INFINITY }
    };
    (0..5).map(|_| round()).fold(f64::INFINITY, f64::min)
}

fn print(name: &str, seconds: f64, note: &str) {
    println!("  {name:<28} {:>8} ms CPU  {note}", significant(seconds * 1e3));
}
