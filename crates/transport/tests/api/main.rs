//! The whole API over a real socket and a real store.

mod actions;
mod app;
mod detail;
mod lists;
mod live;
mod missions;
mod policies;
mod workers;
