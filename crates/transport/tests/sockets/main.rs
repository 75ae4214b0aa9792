//! The transport over real sockets.

mod app;
mod client;
mod gates;
mod handling;
mod server;
