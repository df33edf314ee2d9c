//! Tests of the inventory as a whole.
