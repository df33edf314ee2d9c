//! What needs the window.
