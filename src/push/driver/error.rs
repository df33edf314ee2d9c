//! Why a roll-out is not driven.

use crate::push::journal::JournalError;
use std::io;
use thiserror::Error;

/// Why driving ended before the roll-out did. What is going on on devices is written down as an intent.
#[derive(Debug, Error)]
pub enum DriveError {
    /// The journal cannot be used.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// No threads.
    #[error("The system gives no threads to work with: {0}. End other programs, or allow more threads")]
    Threads(io::Error),
    /// The order that driving was to begin with.
    #[error("{0}")]
    Refused(String),
}
