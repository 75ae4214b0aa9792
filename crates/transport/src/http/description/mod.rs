//! The API described: as OpenAPI 3.1 for programs and as pages for people.
//!
//! [`Library`] writes both once, from the very table that routes: `document` puts them together,
//! `operation` says what follows from a row of the table, and `operations`, `parameters`, `shapes`
//! and `problems` hold what only people know. [`routes`] serves it all.

mod document;
mod library;
mod operation;
mod operations;
mod page;
mod parameters;
mod problems;
mod refusals;
mod schema;
mod shapes;
#[cfg(test)]
mod tests;
mod tree;

pub(super) use library::{Library, routes};
pub(super) use operation::request_headers;
