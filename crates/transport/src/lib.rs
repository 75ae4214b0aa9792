//! HTTP over the facade.
//!
//! [`server`] owns sockets: it accepts, bounds and drains connections. [`http`] owns meaning: the
//! table of routes with their policies, strict requests, replies and problems. [`live`] streams the
//! journal to whoever watches. [`auth`] turns what a request brings into somebody. `parse` makes
//! words of the domains out of what comes in, `show` makes shapes of the wire out of what goes out.
//!
//! A binary puts them together: `serve(listener, Arc::new(Dispatcher::new(RouteTable::new(
//! routes(&services))?, …)), Limits::default(), drain)`.

pub mod auth;
mod current;
mod cursor;
pub mod http;
pub mod live;
mod parse;
pub mod server;
mod show;

pub use cursor::Signer;
