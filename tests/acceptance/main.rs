//! The whole system from outside: the built server as a process, and clients of its public API.

mod errors;
mod first_run;
mod house;
mod kills;
mod lifecycle;
mod live;
mod replicas;
mod workers;
