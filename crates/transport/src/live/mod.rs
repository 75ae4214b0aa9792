//! The journal as it happens.
//!
//! `Live` opens a stream for a viewer: `place` says where it begins, `topics` what it shows. All who
//! watch the same are one `audience`: `protocol` decides, without a socket and without a clock, when
//! a frame goes out and what is in it; the `press` writes it once and the `reel` keeps it for a
//! while. A `viewer` takes frames off the reel at its own pace, or out of the journal while it is
//! behind, and they travel as server-sent events (`sse`) or over a `websocket`.

mod audience;
mod gallery;
mod logs;
mod place;
mod press;
mod print;
mod protocol;
mod reel;
mod seats;
mod snapshot;
mod sse;
mod stage;
mod topics;
mod viewer;
mod websocket;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, Stream};
use http::{HeaderName, HeaderValue};
use mission_control::Gone;
use mission_control_wire::live::ResyncReason;

use crate::Signer;
use crate::http::{Problem, Reply, Request, Services};
use crate::metrics::{LiveMetrics, Viewing};
use crate::server::Switched;
use audience::Hub;
use place::Place;
use press::Press;
use print::Print;
use protocol::Watch;
use seats::{Seat, Seats};
use stage::Stage;
use topics::Topics;
use viewer::{Ended, Opening, Viewer};
use websocket::{Accepted, Socket};

/// What [`stream`] and [`socket`] take.
pub(crate) const PARAMETERS: &[&str] = &["topics", "cursor", "conflate"];

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream; charset=utf-8");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Keeps proxies from gathering what should go out at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Live connections of one person with all their tokens: five thousand screens that were opened with one link, and
/// still room among all connections for everybody else.
const SEATS: usize = 6_000;
/// When to come back for a seat.
const COME_BACK: Duration = Duration::from_secs(5);

/// What live streams need.
pub(crate) struct Live {
    press: Arc<Press>,
    hub: Arc<Hub>,
    seats: Arc<Seats>,
    signer: Signer,
    metrics: LiveMetrics,
    stage: Stage,
}

/// Server-sent events (WHATWG HTML, section 9.2), whose data are the frames of the wire.
pub(crate) async fn stream(live: Arc<Live>, request: Request) -> Result<Reply, Problem> {
    let (viewer, first, seat) = live.viewer(&request).await?;
    let held = (seat, live.metrics.open("sse"));
    let events = events(viewer, first.into(), held, over(&request)?);
    let reply = Reply::stream(EVENT_STREAM, events);
    Ok(reply.header(X_ACCEL_BUFFERING, HeaderValue::from_static("no")))
}

/// The same frames over a WebSocket, where what is watched can be changed.
pub(crate) async fn socket(live: Arc<Live>, mut request: Request) -> Result<Reply, Problem> {
    let Accepted { upgrade, reply } = websocket::accept(&mut request)?;
    let (viewer, first, seat) = live.viewer(&request).await?;
    let (stay, viewing) = (request.stay(), live.metrics.open("websocket"));
    let over = over(&request)?;
    live.stage.run(async move {
        let _held = (seat, stay);
        if let Some((stream, early)) = Switched::of(upgrade).await {
            Socket::new(stream, early, viewer, first, viewing, over).run().await;
        }
    });
    Ok(reply)
}

/// Ends when whoever asks may not stay any longer: their session or token is over, or lets them do
/// something else than before.
fn over(request: &Request) -> Result<BoxFuture<'static, ()>, Problem> {
    Ok(request.known()?.over.clone().over().boxed())
}

/// The stream ends when the viewer does, or its session; the browser comes back by itself.
fn events(
    viewer: Viewer,
    first: VecDeque<Arc<Print>>,
    held: (Seat, Viewing),
    over: BoxFuture<'static, ()>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let begin = (viewer, first, held, over);
    futures::stream::unfold(begin, |(mut viewer, mut waiting, held, mut over)| async {
        let mut prints = Vec::new();
        loop {
            // Also of a viewer whom there is always something to tell.
            if (&mut over).now_or_never().is_some() {
                return None;
            }
            if let Some(print) = waiting.pop_front() {
                held.1.sent(1);
                return Some((Ok(print.event()), (viewer, waiting, held, over)));
            }
            if let Err(ended) = viewer.next(&mut prints).await {
                tracing::debug!(%ended, "a live stream ended");
                if matches!(ended, Ended::TooSlow) {
                    held.1.too_slow();
                }
                return None;
            }
            if prints.is_empty() {
                tokio::select! {
                    () = viewer.moved() => {}
                    () = &mut over => return None,
                }
            }
            waiting.extend(prints.drain(..));
        }
    })
}

impl Live {
    pub(crate) fn new(services: &Services) -> Self {
        let signer = services.signer.clone();
        let press = Press::new(services.control.clone(), signer.clone(), services.build);
        let press = Arc::new(press);
        let hub = Arc::new(Hub::new(Arc::clone(&press), services.draining.clone()));
        let metrics = services.metrics.live().clone();
        Self { press, hub, seats: Seats::new(SEATS), signer, metrics, stage: Stage::new() }
    }

    /// Whoever asks, as a viewer, and the first frames.
    async fn viewer(&self, request: &Request) -> Result<(Viewer, Vec<Arc<Print>>, Seat), Problem> {
        let watch = watch(request)?;
        let place = self.place(request)?;
        let known = request.known()?;
        let Some(seat) = self.seats.take_for(known) else {
            return Err(Problem::too_many_requests(COME_BACK));
        };
        let opening = self.opening(place).await?;
        let tools = (Arc::clone(&self.hub), Arc::clone(&self.press));
        let mut viewer = Viewer::new(tools, known, watch, opening)?;
        let mut first = Vec::new();
        viewer.next(&mut first).await?;
        Ok((viewer, first, seat))
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

    async fn opening(&self, place: Option<Place>) -> Result<Opening, Problem> {
        let control = self.press.control();
        let Some(place) = place else {
            // So that a feed which begins now begins behind what this viewer knows to be done.
            control.catch_up().await?;
            return Ok(Opening::Snapshot);
        };
        if !place.is_of(control.epoch()) {
            return Ok(Opening::Resync(ResyncReason::OtherEpoch));
        }
        let mut resumed = control.resume(place.seq);
        if matches!(resumed, Err(Gone::Future)) {
            // Another replica may have been ahead of this one.
            control.catch_up().await?;
            resumed = control.resume(place.seq);
        }
        Ok(match resumed {
            Ok(_) => Opening::Resume(place.seq),
            Err(Gone::TooOld) => Opening::Resync(ResyncReason::TooOld),
            Err(Gone::Future) => Opening::Resync(ResyncReason::FromTheFuture),
        })
    }
}

fn watch(request: &Request) -> Result<Watch, Problem> {
    let query = request.query();
    let topics = query.get_with("topics", Topics::parse)?.unwrap_or_default();
    let conflate = query.get_with("conflate", topics::conflate)?.unwrap_or(false);
    Ok(Watch { topics, conflate, scope: request.scope()? })
}
