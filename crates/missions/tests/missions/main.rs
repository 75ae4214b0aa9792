//! What is true of the life of a mission and of its queue, whatever they are stored in.

mod choosing;
mod dependencies;
mod explaining;
mod failures;
mod fence;
mod gates;
mod properties;
mod sample;
mod states;
