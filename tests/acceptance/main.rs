//! The whole system from outside: the built server as a process, and clients of its public API.

mod crews;
mod demo;
mod errors;
mod first_run;
mod four;
mod half_open;
mod hosts;
mod house;
mod kills;
mod lifecycle;
mod limits;
mod live;
mod logs;
mod origins;
mod orphans;
mod quiet;
mod replicas;
mod routes;
mod secrets;
mod sessions;
mod workers;
