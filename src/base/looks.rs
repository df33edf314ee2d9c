//! How often the engines look at the stop flag.
//!
//! Time cannot be tested, work can: a test counts how many steps an engine takes between two looks. A step is an
//! event, an attempt that needs none, or a device that something is done for; each takes well below a
//! microsecond, so a bound on their number is a bound on the time that a cancel takes. Outside tests nothing is
//! counted, and nothing of this is left in the program.

use std::sync::atomic::{AtomicBool, Ordering};

/// Reads the stop flag.
#[inline]
pub fn is_set(stop: &AtomicBool) -> bool {
    #[cfg(test)]
    counted::looked();
    stop.load(Ordering::Relaxed)
}

/// Tells that an engine has taken so many steps.
#[expect(clippy::inline_always, reason = "nothing at all outside tests")]
#[inline(always)]
pub fn stepped(steps: u64) {
    #[cfg(test)]
    counted::stepped(steps);
    #[cfg(not(test))]
    let _ = steps;
}

/// Steps of this thread.
#[cfg(test)]
pub mod counted {
    use std::cell::Cell;

    thread_local! {
        static SINCE: Cell<u64> = const { Cell::new(0) };
        static MOST: Cell<u64> = const { Cell::new(0) };
        static ALL: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn looked() {
        SINCE.set(0);
    }

    pub(super) fn stepped(steps: u64) {
        SINCE.set(SINCE.get() + steps);
        MOST.set(MOST.get().max(SINCE.get()));
        ALL.set(ALL.get() + steps);
    }

    /// Returns the most steps between two looks while something is done, and all its steps.
    pub fn steps(done: impl FnOnce()) -> (u64, u64) {
        SINCE.set(0);
        MOST.set(0);
        ALL.set(0);
        done();
        (MOST.get(), ALL.get())
    }
}
