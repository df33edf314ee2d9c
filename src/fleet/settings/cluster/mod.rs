//! The cluster: one table for each kind of thing in it.
//!
//! Machines carry components; clusters and links tie them together. What only a rule looks at says so in its
//! effect; everything else feeds the derivation in [`crate::fleet::cluster::derive`].

mod balancer;
mod connection_server;
mod data;
mod foundation;
mod link;
mod machine;
mod sharing;
mod state;
mod work;

pub use balancer::LOAD_BALANCER;
pub use connection_server::CONNECTION_SERVER;
pub use data::{DATABASE, FILE_STORAGE};
pub use foundation::FOUNDATION;
pub use link::LINK;
pub use machine::MACHINE;
pub use state::{IGNITE, ZOOKEEPER};

use crate::fleet::setting::Setting;

const PARTS: [&[Setting]; 4] = [work::WORK, sharing::SHARING, sharing::SYNC, work::PLANS];
const LENGTH: usize = PARTS[0].len() + PARTS[1].len() + PARTS[2].len() + PARTS[3].len();

/// The rows of a cluster.
pub const CLUSTER: &[Setting] = &joined();

/// Returns the rows of all parts, one after another.
const fn joined() -> [Setting; LENGTH] {
    let mut rows = [Setting::BLANK; LENGTH];
    let (mut part, mut at) = (0, 0);
    while part < PARTS.len() {
        let mut index = 0;
        while index < PARTS[part].len() {
            rows[at] = PARTS[part][index];
            at += 1;
            index += 1;
        }
        part += 1;
    }
    rows
}
