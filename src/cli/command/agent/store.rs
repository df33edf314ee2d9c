//! The store of an agent on the command line.

use crate::base::Micros;
use crate::base::units::parse_number;
use crate::cli::error::CommandError;
use crate::cli::live::Events;
use crate::live::store::{MOST_BYTES, Rules, Store};
use serde_json::json;
use std::ffi::OsString;
use std::path::Path;

/// How an agent keeps values while it is away.
#[derive(Debug, clap::Args)]
pub(super) struct StoreArgs {
    /// Keep values in this file while the agent is away; they survive its restart
    #[arg(long, value_name = "FILE")]
    store: Option<OsString>,
    /// Room of the store; beyond it the newest value is dropped
    #[arg(long, value_name = "SIZE", default_value = "16KiB", value_parser = size, requires = "store")]
    store_limit: u64,
    /// When stored values are sent
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Flush::AfterBind, requires = "store")]
    store_flush: Flush,
}

/// When stored values are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Flush {
    /// Subscribed properties: one large update after BIND
    AfterBind,
    /// Offline message store: message after message before BIND
    BeforeBind,
}

impl From<Flush> for crate::fleet::Flush {
    fn from(flush: Flush) -> Self {
        match flush {
            Flush::AfterBind => Self::AfterBind,
            Flush::BeforeBind => Self::BeforeBind,
        }
    }
}

/// Reads a size with its unit \[bytes\].
fn size(text: &str) -> Result<u64, String> {
    let units = [("KiB", 1_024.0), ("MiB", 1_048_576.0), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("B", 1.0)];
    let read = units.into_iter().find_map(|(unit, bytes)| {
        let number = text.strip_suffix(unit).and_then(|number| parse_number(number.trim_end()))?;
        Some(number * bytes)
    });
    match read {
        Some(bytes) if (1.0..=MOST_BYTES as f64).contains(&bytes) => Ok(bytes as u64),
        Some(_) => Err("a store has room for 1 B to 64 MiB".to_owned()),
        None => Err("a size has its unit, such as 600B, 16KiB or 1MiB".to_owned()),
    }
}

impl StoreArgs {
    /// Returns whether values are kept.
    pub(super) fn is_given(&self) -> bool {
        self.store.is_some()
    }

    /// Opens the store and tells what was found in it; returns it with the number of values that wait.
    ///
    /// # Errors
    /// The file cannot be used.
    pub(super) fn open(
        &self,
        events: &Events<'_>,
        at: Micros,
    ) -> Result<Option<(Store, usize)>, CommandError> {
        let Some(file) = &self.store else { return Ok(None) };
        let rules = Rules { limit: self.store_limit, flush: self.store_flush.into() };
        let (store, opened) =
            Store::open(Path::new(file), rules).map_err(|error| CommandError::input(error.to_string()))?;
        let fields = json!({
            "waiting": opened.waiting, "torn_bytes": opened.torn, "damaged_bytes": opened.damaged,
            "limit_bytes": rules.limit,
        });
        events.tell(at, "store", fields, || {
            if opened.waiting > 0 { format!("store     waiting {}", opened.waiting) } else { String::new() }
        })?;
        if opened.torn > 0 {
            events.printer.note(&format!(
                "The store ended in the middle of a value, which had not been reported as stored; its {} bytes were cut off.",
                opened.torn
            ));
        }
        if opened.damaged > 0 {
            events.printer.note(&format!(
                "{} bytes of the store are damaged and were left out; values in them are lost. Check the disk.",
                opened.damaged
            ));
        }
        Ok(Some((store, opened.waiting)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_and_bounds() {
        assert_eq!(size("16KiB"), Ok(16_384));
        assert_eq!(size("65.5 kB"), Ok(65_500));
        assert_eq!(size("600B"), Ok(600));
        for wrong in ["16384", "0B", "1GiB", "65MiB", "-1B", "many"] {
            size(wrong).expect_err(wrong);
        }
    }
}
