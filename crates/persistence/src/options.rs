//! Where an adapter takes time and chance from.

use std::sync::Arc;

use mission_control_kernel::{Chance, Clock};

/// Time and chance of a store.
#[derive(Clone)]
pub struct Options {
    /// The clock that leases and schedules are judged by; none for the store's own (the database's
    /// on PostgreSQL, the machine's on SQLite).
    pub clock: Option<Arc<dyn Clock>>,
    /// Draws for the jitter of back-offs.
    pub chance: Arc<dyn Fn() -> Chance + Send + Sync>,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: None, chance: Arc::new(|| Chance::new(rand::random::<f64>())) }
    }
}
