//! Messages that do not fit into one frame.
//!
//! ```text
//!                 header 21 │ body of the message
//! call,  part 1   21 bytes  │ kind, entity, …          the body begins with its entity anyway
//! call,  part n   21 bytes  │ kind, entity │ …          here it is repeated, and left out when joining
//! other, part n   21 bytes  │ …
//! ```
//!
//! Every part has the ids of the message. Frames are at most 8192 bytes unless agreed otherwise. Measured with the
//! C SDK client: a write of 18 000 characters to a thing with a name of 12 came in frames of 8178, 8192 and
//! 1763 bytes. Only calls name an entity; that a BIND in parts repeats nothing is assumed, none was seen.
//!
//! [`frames`] cuts, [`Joiner`] joins. Neither compresses: the upgrade does not agree to it.

mod cut;
mod join;

pub use cut::frames;
pub use join::{Joined, Joiner, PATIENCE};
