//! Prints what it costs to write the files of a large fleet: `cargo bench --bench bundle`.
//!
//! A zip bundle of 100,000 device files, against the same bytes stored without compression in the same run, and
//! by how much the memory of the process grows. Not a test: machines differ, and nothing here can fail.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

mod measure;

use measure::{cpu_time, now};
use regather::base::units::{count, significant};
use regather::config::bundle::{
    BundleError, Devices, Facts, Item, Paths, Plan, Written, write_zip, write_zip_stored,
};
use regather::config::secret::SystemVault;
use regather::fleet::AgentKind;
use regather::fleet::settings::files::FileFormat;
use std::io::Read;
use std::path::Path;

/// Devices, each with one file.
const DEVICES: usize = 100_000;

/// Where the archives are written, in the folder of the build: it is on a disk, which a folder for temporary files
/// may not be.
const PLACE: &str = env!("CARGO_TARGET_TMPDIR");

/// A made-up inventory.
struct Inventory(Vec<[String; 5]>);

const COLUMNS: [&str; 5] = ["thing", "group", "host", "port", "app_key"];

impl Devices for Inventory {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn value(&self, device: usize, name: &str) -> Option<&str> {
        let at = COLUMNS.iter().position(|column| *column == name)?;
        self.0.get(device).map(|row| row[at].as_str())
    }

    fn columns(&self) -> Vec<&str> {
        COLUMNS.to_vec()
    }
}

fn main() {
    let text = text();
    let rows = (0..DEVICES).map(|n| {
        let site = n % 97;
        [
            format!("PUMP-{n:06}"),
            format!("site-{:02}", site % 12),
            format!("platform-{site}.example.com"),
            "8443".to_owned(),
            format!("env:KEY_{}", site % 12),
        ]
    });
    let inventory = Inventory(rows.collect());
    let groups: Vec<String> = (0..12).map(|site| format!("site-{site:02}")).collect();
    let items: Vec<Item<'_>> = groups
        .iter()
        .map(|group| Item {
            group,
            group_name: group,
            kind: AgentKind::ExampleAgent,
            file: "ws_connection.json",
            format: FileFormat::Json,
            text: &text,
            deliverable: true,
            device: None,
        })
        .collect();
    println!("bundle of {} files of {} bytes", count(DEVICES as u64), count(text.len() as u64));
    for _round in 0..3 {
        let packed = measure("zip", &items, &inventory, write_zip);
        let stored = measure("stored", &items, &inventory, write_zip_stored);
        println!("  zip against stored             {:>8} times", significant(packed / stored));
    }
}

/// Returns a file of about 2 KB, as agents have them.
fn text() -> String {
    let settings: String = (0..55)
        .map(|n| format!("  \"setting_number_{n}\": {},\n", n * 7_919 % 60_000))
        .collect::<Vec<_>>()
        .concat();
    format!(
        "{{\n  \"thing\": \"${{thing}}\",\n  \"host\": \"${{host}}\",\n  \"port\": \"${{port:number}}\",\n{settings}  \
         \"app_key\": \"${{app_key}}\"\n}}\n"
    )
}

type Write = fn(
    &Plan<'_>,
    &Path,
    &dyn regather::config::secret::Vault,
    &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Written, BundleError>;

/// Prints the cost of planning and writing one archive, and returns the time it took [s].
fn measure(name: &str, items: &[Item<'_>], inventory: &Inventory, write: Write) -> f64 {
    let env = |name: &str| Some(format!("0a1b2c3d-{name}-secret"));
    let vault = SystemVault::new(&env);
    let facts = Facts { fleet_hash: "0", scenario: "Baseline", version: "0" };
    let path = Path::new(PLACE).join(format!("bundle-{name}.zip"));
    let (before, start) = (memory("VmHWM:"), now());
    let (cpu, result) = cpu_time(|| {
        Plan::new(items, inventory, facts, &Paths::default())
            .and_then(|plan| write(&plan, &path, &vault, &mut |_, _| true))
    });
    let wall = start.elapsed().as_secs_f64();
    if let Err(error) = result {
        println!("  {name}: {error}");
    }
    let growth = memory("VmHWM:").zip(before).map(|(after, before)| after.saturating_sub(before));
    println!(
        "  {name:<8} {:>7} s  CPU {:>7} s  archive {:>12} bytes  peak memory + {}",
        significant(wall),
        significant(cpu),
        std::fs::metadata(&path).map_or_else(|_| "-".into(), |meta| count(meta.len())),
        growth.map_or_else(|| "unknown".into(), |kb| format!("{} KB", count(kb))),
    );
    wall
}

/// Returns a line of the kernel's account of this process [KB].
fn memory(line: &str) -> Option<u64> {
    let mut text = String::new();
    std::fs::File::open("/proc/self/status").ok()?.read_to_string(&mut text).ok()?;
    text.lines().find(|text| text.starts_with(line))?.split_whitespace().nth(1)?.parse().ok()
}
