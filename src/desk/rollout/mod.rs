//! What the faces share about a roll-out beside its own module: the storm that it will be.

pub mod forecast;
#[cfg(test)]
#[cfg(feature = "live")]
mod through;
