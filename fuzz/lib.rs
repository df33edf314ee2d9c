//! What every input must survive, for the fuzz targets.
//!
//! Takes in the sources of the protocol instead of depending on the whole application: that builds in
//! seconds, with sanitizers too.

#[path = "../src/base/units.rs"]
#[expect(dead_code, reason = "the protocol needs points in time, and no words for them")]
mod units;
#[path = "../src/wire/mod.rs"]
pub mod wire;

/// The one part of `base` that the protocol needs.
pub mod base {
    pub use crate::units::Micros;
}

use base::Micros;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use wire::session::{Action, Client, Event, House, Server, Terms};
use wire::split::Joiner;
use wire::{Bind, Envelope, Limits, Message};

/// Counts what each thread allocates, so that a length field cannot make the codec reserve memory unseen.
struct Counting;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.with(|bytes| bytes.set(bytes.get() + layout.size()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns what `work` returns and the sum of all it allocated [bytes].
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATED.with(Cell::get);
    let result = work();
    (result, ALLOCATED.with(Cell::get) - before)
}

/// Limits so low that an input of a few kilobytes can meet all of them.
pub const LIMITS: Limits = Limits { message: 4_096, memory: 8_192, depth: 4 };

/// Cuts an input into frames: two bytes of length, then the frame.
pub fn frames(mut input: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = input.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (frame, rest) = rest.split_at(length);
        input = rest;
        Some(frame)
    })
}

/// Decodes a body; what is taken must encode to something that decodes to the same.
pub fn open(envelope: &Envelope<'_>) {
    let (result, allocated) = counted(|| Message::open(envelope, &LIMITS));
    assert!(allocated <= LIMITS.memory, "{allocated} bytes were allocated");
    let Ok(message) = result else { return };
    let mut bytes = Vec::new();
    message.encode(&mut bytes).expect("a decoded message has a form");
    let roomy = Limits { message: usize::MAX, ..LIMITS };
    let again = Message::decode(&bytes, &roomy).expect("an encoded message decodes");
    let mut twice = Vec::new();
    again.encode(&mut twice).expect("a decoded message has a form");
    assert_eq!(bytes, twice);
}

/// Gives a conversation of frames to the codec.
pub fn converse(input: &[u8]) {
    let mut joiner = Joiner::default();
    for (frame, second) in frames(input).zip(0..) {
        let (Ok(envelope), allocated) = counted(|| Envelope::decode(frame, &LIMITS)) else { continue };
        assert_eq!(allocated, 0);
        let Some(slot) = envelope.slot else {
            open(&envelope);
            continue;
        };
        let now = Micros::from_secs(second);
        let (joined, allocated) = counted(|| joiner.push(now, &envelope, slot, &LIMITS));
        // A part is copied, and the joined message once more; nodes of maps are below 2 KiB each.
        assert!(allocated <= 3 * LIMITS.message + 4_096, "{allocated} bytes were allocated");
        assert!(joiner.held() <= 2 * LIMITS.message);
        if let Ok(Some(joined)) = joined {
            open(&joined.envelope());
        }
        joiner.expire(now);
    }
}

/// Tells both ends of a session what the input says happened: one byte for the event, one for the seconds
/// that passed, then a frame with its length.
pub fn session(input: &[u8]) {
    let terms = Terms { limits: LIMITS, ..Terms::new("good", Bind::thing("pump-1")) };
    let mut client = Client::new(terms);
    let mut server = Server::new(House { limits: LIMITS, ..House::default() });
    let mut now = Micros::ZERO;
    let mut out = Vec::new();
    client.step(now, Event::Opened, &mut out);
    server.step(now, Event::Opened, &mut out);
    for (bytes, at) in frames(input).zip(0_u32..) {
        let Some(([kind, wait], bytes)) = bytes.split_first_chunk::<2>() else { continue };
        now = now + Micros::from_secs(u64::from(*wait));
        let event = match kind % 8 {
            0..=3 => Event::Frame(bytes),
            4 => Event::Ping(bytes),
            5 => Event::Pong(bytes),
            6 if at > 20 => Event::Closed,
            _ => Event::Due,
        };
        out.clear();
        client.step(now, event, &mut out);
        server.step(now, event, &mut out);
        // The platform says yes to everything, so that the session gets on.
        for action in std::mem::take(&mut out) {
            match action {
                Action::Tell(wire::session::Notice::Auth { ids, .. }) => {
                    let _ = server.sign_in(ids, 1, &mut out);
                }
                Action::Tell(wire::session::Notice::Bind { ids, bind }) => {
                    let _ = server.accept_bind(ids, &bind, &mut out);
                }
                Action::Close { reason, .. } => assert!(!reason.is_empty()),
                _ => {}
            }
        }
        if matches!(event, Event::Due) {
            assert!(client.due().is_none_or(|due| due > now));
            assert!(server.due().is_none_or(|due| due > now));
        }
    }
}
