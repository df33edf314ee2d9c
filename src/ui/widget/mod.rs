//! Controls this program needs and egui does not bring.
//!
//! Each draws itself from the theme's tokens, has an accessible name, works from the keyboard, shows where
//! the keyboard is, and is at least 24 points high. They know quantities and charts, not fleets.

pub mod chart;
pub mod choice;
pub mod lanes;
pub mod name;
pub mod quantity;
pub mod table;
