//! Answers against brute force.
