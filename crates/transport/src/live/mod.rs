//! The journal as it happens.
//!
//! `Live` opens a stream for a viewer: `place` says where it begins, `topics` what it shows.
//! `protocol` decides when a frame goes out and what is in it, without a socket and without a
//! clock; `session` feeds it, has its entries written once for all viewers by the `gallery`, and
//! sends them. The journal is the buffer: whoever reads too slowly is let go and resumes.

mod gallery;
mod place;
mod protocol;
mod session;
mod snapshot;
mod sse;
mod topics;

use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use http::{HeaderName, HeaderValue};
use mission_control::{Feed, Gone, MissionControl};
use mission_control_wire::live::ResyncReason;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::Signer;
use crate::http::{Problem, Reply, Request, Services};
use gallery::Gallery;
use place::Place;
use protocol::Watch;
use session::{Opening, Session};
use topics::Topics;

/// What [`stream`] takes.
pub(crate) const PARAMETERS: &[&str] = &["topics", "cursor", "conflate"];

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream; charset=utf-8");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Keeps proxies from gathering what should go out at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Frames that wait for a viewer besides the one on the wire; what comes after waits in the
/// journal.
const FRAMES_WAITING: usize = 2;

/// What live streams need.
pub(crate) struct Live {
    control: MissionControl,
    signer: Signer,
    draining: CancellationToken,
    build: &'static str,
    gallery: Arc<Gallery>,
}

/// Server-sent events (WHATWG HTML, section 9.2), whose data are the frames of the wire.
pub(crate) async fn stream(live: Arc<Live>, request: Request) -> Result<Reply, Problem> {
    let watch = live.watch(&request)?;
    let (feed, opening) = live.open(live.place(&request)?).await?;
    let (frames, sent) = mpsc::channel(FRAMES_WAITING);
    let user = request.principal()?.name.to_string();
    tokio::spawn(Session { live, watch, user, feed, opening, frames }.run());
    let body = stream::unfold(sent, |mut sent: mpsc::Receiver<Bytes>| async {
        sent.recv().await.map(|frame| (Ok(frame), sent))
    });
    let reply = Reply::stream(EVENT_STREAM, body);
    Ok(reply.header(X_ACCEL_BUFFERING, HeaderValue::from_static("no")))
}

impl Live {
    pub(crate) fn new(services: &Services) -> Self {
        Self {
            control: services.control.clone(),
            signer: services.signer.clone(),
            draining: services.draining.clone(),
            build: services.build,
            gallery: Arc::new(Gallery::new(services.control.clone())),
        }
    }

    fn watch(&self, request: &Request) -> Result<Watch, Problem> {
        let query = request.query();
        let topics = query.get_with("topics", Topics::parse)?.unwrap_or_default();
        let conflate = query.get_with("conflate", topics::conflate)?.unwrap_or(false);
        Ok(Watch { topics, conflate, scope: request.scope()? })
    }

    /// Where the viewer was. A browser that comes back by itself says it in the header, while the
    /// address still says where it was at first.
    fn place(&self, request: &Request) -> Result<Option<Place>, Problem> {
        let header = request.header(&LAST_EVENT_ID).filter(|text| !text.is_empty());
        let Some(text) = header.or(request.query().text("cursor")) else { return Ok(None) };
        let place = Place::open(&self.signer, text);
        place.map(Some).ok_or_else(|| {
            Problem::malformed("invalid_cursor", "the cursor is not one that this feed has given")
        })
    }

    async fn open(&self, place: Option<Place>) -> Result<(Feed, Opening), Problem> {
        let anew = |opening| Ok((self.control.subscribe(), opening));
        let Some(place) = place else { return anew(Opening::Snapshot) };
        if !place.is_of(self.control.epoch()) {
            return anew(Opening::Resync(ResyncReason::OtherEpoch));
        }
        let mut resumed = self.control.resume(place.seq);
        if matches!(resumed, Err(Gone::Future)) {
            // Another replica may have been ahead of this one.
            self.control.catch_up().await?;
            resumed = self.control.resume(place.seq);
        }
        match resumed {
            Ok(feed) => Ok((feed, Opening::Resume)),
            Err(Gone::TooOld) => anew(Opening::Resync(ResyncReason::TooOld)),
            Err(Gone::Future) => anew(Opening::Resync(ResyncReason::FromTheFuture)),
        }
    }
}
