//! HTTP over the facade.
//!
//! [`server`] owns sockets: it accepts, bounds and drains connections. [`http`] owns meaning: the
//! table of routes with their policies, strict requests, replies and problems. [`live`] streams the
//! journal to whoever watches. [`metrics`] counts.
//! [`page`] serves the screen and lets browsers sign in. [`auth`] turns what a request brings into somebody. `parse` makes
//! words of the domains out of what comes in, `show` makes shapes of the wire out of what goes out, and `export` files.
//!
//! A binary puts them together: `serve(listener, Arc::new(Dispatcher::new(RouteTable::new(
//! routes(&services))?, …)), Limits::default(), drain)`.

pub mod auth;
mod counted;
mod current;
mod cursor;
mod export;
pub mod http;
pub mod live;
pub mod metrics;
pub mod page;
mod parse;
pub mod server;
mod show;

pub use cursor::Signer;
