//! Metrics and what the documentation says of them, registered in one call.

use prometheus_client::registry::{Metric, Registry};

/// What stands before all names but those that every process has.
const PREFIX: &str = "mission_control_";

/// What kind of metric it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    Counter,
    Gauge,
    Histogram,
    Info,
}

/// What the documentation says of one metric.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// As it is asked for in a query: with prefix and suffix.
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) labels: &'static [&'static str],
    pub(super) help: &'static str,
}

/// A registry that is being filled, and the rows of its page.
#[derive(Default)]
pub(super) struct Registering {
    registry: Registry,
    rows: Vec<Row>,
}

impl Registering {
    /// Registers a metric under our prefix. `help` is a sentence without its full stop, which the
    /// encoder adds.
    pub(super) fn add(
        &mut self,
        (name, shape): (&'static str, Shape),
        labels: &'static [&'static str],
        help: &'static str,
        metric: impl Metric,
    ) {
        self.put(format!("{PREFIX}{name}"), shape, labels, help, metric);
    }

    /// Registers a metric that every process has, under the name that all of them use.
    pub(super) fn add_of_process(
        &mut self,
        (name, shape): (&'static str, Shape),
        help: &'static str,
        metric: impl Metric,
    ) {
        self.put(format!("process_{name}"), shape, &[], help, metric);
    }

    pub(super) fn finish(self) -> Registry {
        self.registry
    }

    pub(super) fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    fn put(
        &mut self,
        name: String,
        shape: Shape,
        labels: &'static [&'static str],
        help: &'static str,
        metric: impl Metric,
    ) {
        self.registry.register(&name, help, metric);
        let suffix = match shape {
            Shape::Counter => "_total",
            Shape::Info => "_info",
            Shape::Gauge | Shape::Histogram => "",
        };
        self.rows.push(Row { name: format!("{name}{suffix}"), shape, labels, help });
    }
}
