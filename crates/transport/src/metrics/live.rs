//! Live streams: who watches, what is sent, who could not follow.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use super::registering::{Registering, Shape};

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Protocol {
    protocol: &'static str,
}

/// What is counted of live streams; clones share it.
#[derive(Clone, Debug, Default)]
pub struct LiveMetrics {
    viewers: Family<Protocol, Gauge>,
    frames: Family<Protocol, Counter>,
    slow: Family<Protocol, Counter>,
}

/// One stream that is open, with handles of its own: a frame costs one addition.
#[derive(Debug)]
pub struct Viewing {
    viewers: Gauge,
    frames: Counter,
    slow: Counter,
}

impl LiveMetrics {
    pub(super) fn register(registering: &mut Registering) -> Self {
        let live = Self::default();
        registering.add(
            ("live_viewers", Shape::Gauge),
            &["protocol"],
            "Live streams that are open",
            live.viewers.clone(),
        );
        registering.add(
            ("live_frames", Shape::Counter),
            &["protocol"],
            "Frames that were handed to live streams",
            live.frames.clone(),
        );
        registering.add(
            ("live_slow_readers_closed", Shape::Counter),
            &["protocol"],
            "Live streams that were closed because their reader did not follow",
            live.slow.clone(),
        );
        live
    }

    /// How many streams of this protocol are open.
    pub(super) fn viewers(&self, protocol: &'static str) -> u64 {
        let viewers = self.viewers.get(&Protocol { protocol });
        viewers.and_then(|viewers| u64::try_from(viewers.get()).ok()).unwrap_or(0)
    }

    /// A stream of this protocol begins; it ends when the answer is dropped.
    #[must_use]
    pub fn open(&self, protocol: &'static str) -> Viewing {
        let of = Protocol { protocol };
        let viewers = self.viewers.get_or_create_owned(&of);
        viewers.inc();
        let frames = self.frames.get_or_create_owned(&of);
        Viewing { viewers, frames, slow: self.slow.get_or_create_owned(&of) }
    }
}

impl Viewing {
    /// So many frames were handed to it.
    pub fn sent(&self, frames: u64) {
        self.frames.inc_by(frames);
    }

    /// It is closed because its reader did not follow.
    pub fn too_slow(&self) {
        self.slow.inc();
    }
}

impl Drop for Viewing {
    fn drop(&mut self) {
        self.viewers.dec();
    }
}
