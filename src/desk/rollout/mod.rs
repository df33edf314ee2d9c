//! Roll-outs without a face: how a plan is made and simulated, where its files stand, and how it is driven and shown.
//!
//! [`terms`] are what people decide, [`making`] freezes them with a project into a plan that [`forecast`] plays.
//! [`place`] are the files of a roll-out, [`reach`] drives one, [`standing`] says where it stands. The command line
//! uses these as they are. The window has a [`RolloutView`] besides: the desk holds at most one open roll-out, whose
//! journal a clerk reads on a thread of its own.

mod apply;
pub mod chart;
mod clerk;
pub mod forecast;
pub mod making;
pub mod place;
pub mod reach;
pub mod standing;
pub mod terms;
#[cfg(test)]
mod tests;
#[cfg(test)]
#[cfg(feature = "live")]
mod through;
mod view;

pub use standing::scopes;
pub use view::{OpenView, Refused, RolloutView};

use super::devices::Task;
use crate::config::GroupFiles;
use crate::push::journal::Entry;
use clerk::Clerk;
use making::Wanted;
use place::Place;
use standing::Picture;
use std::sync::Arc;
use terms::Form;

/// What the desk knows of roll-outs.
pub(super) struct Rollouts {
    form: Form,
    /// Who orders and approves, for the log.
    who: String,
    /// A plan that would overload the platform, until somebody takes it over or leaves it.
    refused: Option<Refused>,
    open: Option<Open>,
    /// One that is being read before it is open.
    opening: Option<Opening>,
    /// Closed roll-outs in which devices are still being dealt with.
    leaving: Vec<Clerk>,
    /// Whether the window closes as soon as nothing is going on.
    closing: bool,
}

impl Default for Rollouts {
    fn default() -> Self {
        Self {
            form: Form::default(),
            who: reach::user().unwrap_or_default(),
            refused: None,
            open: None,
            opening: None,
            leaving: Vec::new(),
            closing: false,
        }
    }
}

/// Files of a device, or why there are none.
type DeviceFiles = (u32, Result<GroupFiles, String>);

/// A roll-out that is open.
struct Open {
    place: Place,
    clerk: Clerk,
    picture: Arc<Picture>,
    /// What was said last and still holds: why an order was refused, or what is wrong with the journal.
    trouble: Option<String>,
    /// The device that is shown, a place in the plan.
    device: Option<u32>,
    log: Vec<Entry>,
    files: Option<DeviceFiles>,
    files_task: Task<DeviceFiles>,
    later: Arc<reach::Later>,
    /// Status that a notice was said for.
    told: Option<crate::push::state::Status>,
}

/// A roll-out that is being read.
struct Opening {
    place: Place,
    clerk: Clerk,
}

/// A wish that a plan is being made for.
struct Making {
    wanted: Wanted,
    path: std::path::PathBuf,
}
