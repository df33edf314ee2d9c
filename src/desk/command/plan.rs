//! What can be asked of the plans.

use crate::desk::planning::{PlanOptions, Question};
use crate::plan::Assignment;

/// A search, or what was found.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanCommand {
    /// Looks for this, with the inputs as they are.
    Ask(Question),
    /// Stops looking; what was found before stays.
    Cancel,
    /// Changes what is wanted; what is looked for meanwhile begins again.
    Options(PlanOptions),
    /// Gives the active scenario, or the baseline where none is active, what an answer assigns.
    Apply {
        /// The answer in a few words; the step is named after it.
        title: String,
        /// What it assigns.
        assignments: Vec<Assignment>,
    },
}
