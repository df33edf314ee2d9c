//! The wheel against a heap, and the engine against published figures and the plain engine.

mod equality;
mod made_up;
