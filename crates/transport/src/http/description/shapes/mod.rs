//! Every shape of the wire as a schema, by the name of its type there.
//!
//! The bounds are those of the domains, which the wire does not know. That each shape has just the
//! members that are read and written, tests find out by reading requests and the golden files.

mod agents;
mod analytics;
mod bulk;
mod history;
mod live;
mod missions;
mod parts;
mod people;
mod queue;
mod requests;
mod schedules;
mod service;
mod session;
mod templates;
mod work;
mod workflows;

use super::schema::Schema;

/// All of them, in the order in which a reader needs them.
pub(super) fn all() -> Vec<(&'static str, Schema)> {
    let families = [
        parts::all(),
        missions::all(),
        requests::all(),
        bulk::all(),
        history::all(),
        workflows::all(),
        templates::all(),
        schedules::all(),
        queue::all(),
        agents::all(),
        work::all(),
        people::all(),
        session::all(),
        live::all(),
        analytics::all(),
        service::all(),
    ];
    families.into_iter().flatten().collect()
}
