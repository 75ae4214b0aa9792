//! The page in a browser, from outside: the built server as a process, Chromium over WebDriver.
//!
//! Every test has a server, a data folder and a browser of its own. What the page shows is waited
//! for with a long bound, never for a time.

mod access;
mod account;
mod agents;
mod browser;
mod forms;
mod missions;
mod other_sites;
mod outage;
mod probe;
mod removals;
mod signing_in;
mod sites;
mod stage;
