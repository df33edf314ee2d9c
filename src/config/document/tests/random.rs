//! Random documents, random edits, hostile input.
