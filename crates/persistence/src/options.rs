//! Where an adapter takes time and chance from, and whom it tells how it goes.

use std::sync::Arc;

use mission_control::Telemetry;
use mission_control_kernel::{Chance, Clock};

/// Time and chance of a store, and who is told.
#[derive(Clone)]
pub struct Options {
    /// The clock that leases and schedules are judged by; none for the store's own (the database's
    /// on PostgreSQL, the machine's on SQLite).
    pub clock: Option<Arc<dyn Clock>>,
    /// Draws for the jitter of back-offs.
    pub chance: Arc<dyn Fn() -> Chance + Send + Sync>,
    /// Told of commits and of the pool; nobody when nothing is said.
    pub telemetry: Arc<dyn Telemetry>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: None,
            chance: Arc::new(|| Chance::new(rand::random::<f64>())),
            telemetry: Arc::new(()),
        }
    }
}
