//! The whole system from outside: the built server as a process, and clients of its public API.

mod crews;
mod demo;
mod errors;
mod first_run;
mod four;
mod house;
mod kills;
mod lifecycle;
mod live;
mod logs;
mod orphans;
mod replicas;
mod workers;
