//! The screen *Live*: a rehearsal on its simulated band, the embedded test platform, and one agent with its messages.
//!
//! What runs here runs behind: a button asks, the desk looks, and STOP stands in front of everything. A program that was
//! built without live connections has the screen too, and says so.

#[cfg(not(feature = "live"))]
mod absent;
#[cfg(feature = "live")]
mod agent;
#[cfg(feature = "live")]
mod elsewhere;
#[cfg(feature = "live")]
mod messages;
#[cfg(feature = "live")]
mod panel;
#[cfg(feature = "live")]
mod parts;
#[cfg(feature = "live")]
mod place;
#[cfg(feature = "live")]
mod platform;
#[cfg(feature = "live")]
mod rehearse;

#[cfg(not(feature = "live"))]
pub use absent::LivePanel;
#[cfg(feature = "live")]
pub use panel::LivePanel;
