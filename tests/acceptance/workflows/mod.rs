//! Workflows from outside, on both stores.

mod definitions;
mod orders;
mod projects;
mod stage;
mod steps;
mod trees;
