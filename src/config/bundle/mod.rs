//! Agent files on their way to the places that operators use.
//!
//! What comes in are [`Item`]s, the text of one file for one group with placeholders such as `${thing}`, and
//! [`Devices`], the variables of each device. A [`Plan`] pairs them, gives every pair its path and refuses what
//! could not stand side by side on every system; nothing is written before it exists. Then each target writes in
//! its own way: a folder tree ([`write_folder`]), a zip bundle ([`write_zip`]), Ansible ([`ansible`]), Kubernetes
//! ([`configmap`]), packages and target lists for the platform's own software distribution ([`scm`]).
//! A planned roll-out goes out with its waves and hashes ([`rollout`]).
//!
//! Secrets are resolved in agent files of the first two alone, while they are written; every other artefact
//! holds references at most. The same input gives the same bytes. Not here: what stands in the files, and where
//! the variables come from.

mod deliver;
mod error;
mod fill;
mod item;
mod manifest;
pub mod order;
mod path;
mod plan;
mod single;
pub mod target;
#[cfg(test)]
mod tests;

pub use deliver::{Progress, Written, write_folder, write_zip, write_zip_stored};
pub use error::{BundleError, Fault, Spot};
pub use item::{Devices, Facts, Item, NoInventory};
pub use manifest::{FOLDER_MANIFEST, ZIP_MANIFEST};
pub use order::{Order, Target, deliver, fleet_hash, items};
pub use path::{PathError, PathTemplate};
pub use plan::{Paths, Plan};
pub use single::{path_for, text_for};
pub use target::waves::{self, Wave, WaveError, Waves};
pub use target::{Artefact, ansible, configmap, rollout, scm, write_artefacts};
