//! From the files that devices have to a fleet: who has which settings, and who stands out.
//!
//! Files are collected from a folder or an archive, each device's in a folder of its own name. Devices of
//! one kind with equal settings become one group; few that differ from many are told as outliers, with
//! what differs. Nothing is averaged and no device is dropped: what cannot be read is listed by name.

mod collect;
mod fleet;
mod things;

#[cfg(test)]
mod tests;

pub use collect::{CollectError, Found, Going, Skipped, collect, collect_while, is_archive};
pub use fleet::{Imported, ImportedGroup, Outlier, Unread, group};
pub use things::things;
