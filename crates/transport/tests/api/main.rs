//! The whole API over a real socket and a real store.

mod actions;
mod analytics;
mod app;
mod bulk;
mod description;
mod detail;
mod doorkeeping;
mod export;
mod history;
mod lists;
mod live;
mod metrics;
mod missions;
mod page;
mod policies;
mod socket;
mod system;
mod viewer;
mod workers;
