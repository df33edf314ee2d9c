//! Roll-outs on the desk.
