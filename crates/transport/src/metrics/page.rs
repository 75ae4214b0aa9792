//! The page about metrics in the documentation.

use mission_control::kernel::Timestamp;

use super::answer::HttpMetrics;
use super::executor::AttemptMetrics;
use super::journal::JournalMetrics;
use super::live::LiveMetrics;
use super::registering::{Registering, Row, Shape};
use super::scrape::Readings;
use super::store::StoreMetrics;
use super::sweeps::SweepMetrics;

/// What stands above the table.
const HEAD: &str = "\
# Metrics

`GET /metrics` answers in the OpenMetrics text format, which Prometheus reads. It needs a role in every
project, for it tells of all of them:

```yaml
scrape_configs:
  - job_name: mission-control
    authorization: { credentials_file: /etc/mission-control/token }
    static_configs: [{ targets: ['127.0.0.1:5002'] }]
```

A scrape looks at nothing but memory. Counters begin at 0 with the process. What is said to be *of the
journal* is counted by every replica for all of them: take `max`, not `sum`, over instances. All else
belongs to one process. At most 100 kinds and 100 projects are told apart; the rest is called `other`.
This page is printed by a test of `crates/transport` (`UPDATE_GOLDEN=1` writes it anew).

| Metric | Type | Labels | Meaning |
|---|---|---|---|
";

/// The whole page: a Markdown table of every metric.
#[must_use]
pub fn reference() -> String {
    let mut registering = Registering::default();
    HttpMetrics::register(&mut registering);
    LiveMetrics::register(&mut registering);
    AttemptMetrics::register(&mut registering);
    StoreMetrics::register(&mut registering);
    SweepMetrics::register(&mut registering);
    JournalMetrics::register(&mut registering);
    Readings::register(&mut registering, "", Timestamp::MIN);
    let mut page = String::from(HEAD);
    for row in registering.into_rows() {
        page += &line(&row);
    }
    page
}

fn line(row: &Row) -> String {
    let shape = match row.shape {
        Shape::Counter => "counter",
        Shape::Gauge => "gauge",
        Shape::Histogram => "histogram",
        Shape::Info => "info",
    };
    let labels: Vec<String> = row.labels.iter().map(|label| format!("`{label}`")).collect();
    let labels = if labels.is_empty() { "–".to_owned() } else { labels.join(", ") };
    format!("| `{}` | {shape} | {labels} | {}. |\n", row.name, row.help)
}
