//! What a connection may cost, seen from its other end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mission_control_transport::server::{Answer, DrainReport, Limits, serve};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client::{Client, LONG, soon};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const POST: &str = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}";
const GET_HELD: &str = "GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Short enough to wait for, long enough not to be reached by what is not meant.
const SHORT: Duration = Duration::from_millis(500);

/// Answers `hello`; `/held` only when released, `/large` with more than sockets buffer.
#[derive(Default)]
struct Hello {
    entered: Notify,
    released: Notify,
}

/// More than the buffers of two sockets hold.
const LARGE: usize = 64 * 1024 * 1024;

impl Answer for Hello {
    type Body = Full<Bytes>;

    async fn answer(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Full<Bytes>> {
        match request.uri().path() {
            "/held" => {
                self.entered.notify_one();
                self.released.notified().await;
                Response::new(Full::from("held"))
            }
            "/large" => {
                self.entered.notify_one();
                Response::new(Full::from(vec![b'x'; LARGE]))
            }
            _ => Response::new(Full::from("hello")),
        }
    }
}

struct App {
    address: SocketAddr,
    hello: Arc<Hello>,
    drain: CancellationToken,
    server: JoinHandle<DrainReport>,
}

impl App {
    async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (hello, drain) = (Arc::new(Hello::default()), CancellationToken::new());
        let server = tokio::spawn(serve(listener, Arc::clone(&hello), limits, drain.clone()));
        Self { address, hello, drain, server }
    }

    async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    async fn report(self) -> DrainReport {
        soon("the drain", self.server).await.unwrap()
    }
}

fn short_heads() -> Limits {
    Limits { head: SHORT, ..Limits::default() }
}

#[tokio::test]
async fn a_connection_that_completes_no_head_is_dropped() {
    let app = App::start(short_heads()).await;
    let probes = [
        "",
        "GET / HTTP/1.1\r\nHost: loc",
        "PRI * HTTP",
        "\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    let mut held = Vec::new();
    for probe in probes {
        let mut client = app.client().await;
        client.send(probe).await;
        held.push((probe, client));
    }
    for (probe, client) in held {
        let rest = client.rest().await;
        assert!(!rest.contains("HTTP/1.1"), "{probe:?} was answered: {rest:?}");
    }
}

#[tokio::test]
async fn a_head_that_drips_is_dropped_however_often_a_byte_comes() {
    let app = App::start(short_heads()).await;
    let (mut read, mut write) = TcpStream::connect(app.address).await.unwrap().into_split();
    let dripping = async move {
        let mut every = tokio::time::interval(SHORT / 10);
        loop {
            every.tick().await;
            if write.write_all(b"G").await.is_err() {
                return;
            }
        }
    };
    let cut = async {
        let mut byte = [0];
        while read.read(&mut byte).await.is_ok_and(|count| count > 0) {}
    };
    soon("the cut", async { tokio::join!(dripping, cut) }).await;
}

#[tokio::test]
async fn between_requests_a_connection_may_lie_longer_than_a_head_may_take() {
    let limits = Limits { idle: SHORT * 4, ..short_heads() };
    let app = App::start(limits).await;
    let mut client = app.client().await;
    client.send(GET).await;
    assert_eq!(client.receive().await.body, "hello");
    let begun = Instant::now();
    assert_eq!(client.rest().await, "");
    assert!(begun.elapsed() >= SHORT * 3, "closed after {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_second_head_that_stops_half_way_is_dropped_long_before_idleness() {
    let app = App::start(short_heads()).await;
    let mut client = app.client().await;
    client.send(GET).await;
    assert_eq!(client.receive().await.body, "hello");
    client.send("GET / HT").await;
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn a_request_in_flight_outlives_every_limit_on_silence() {
    let app = App::start(Limits { idle: SHORT, ..short_heads() }).await;
    let mut client = app.client().await;
    client.send(GET_HELD).await;
    soon("the handler", app.hello.entered.notified()).await;
    // Another connection lies idle from now on: when it has been closed, so would this one have.
    let mut other = app.client().await;
    other.send(GET).await;
    other.receive().await;
    other.rest().await;
    app.hello.released.notify_one();
    assert_eq!(client.receive().await.body, "held");
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_dropped() {
    let app = App::start(Limits { stalled_write: SHORT, ..Limits::default() }).await;
    let mut client = app.client().await;
    client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    soon("the handler", app.hello.entered.notified()).await;
    app.drain.cancel();
    let report = app.report().await;
    assert_eq!(report, DrainReport { finished: 1, aborted: 0 });
    assert!(client.rest().await.len() < LARGE);
}

#[tokio::test]
async fn a_head_larger_than_allowed_is_refused() {
    let app = App::start(Limits::default()).await;
    let mut client = app.client().await;
    let filler = "x".repeat(Limits::default().head_bytes);
    client.send(format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Filler: {filler}\r\n\r\n")).await;
    assert_eq!(client.receive().await.status, 431);
}

#[tokio::test]
async fn who_is_answered_while_still_sending_hears_the_answer() {
    let app = App::start(Limits { farewell: LONG, ..Limits::default() }).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LARGE}\r\n\r\n");
    soon("sending a head", stream.write_all(head.as_bytes())).await.unwrap();
    soon("sending a body", stream.write_all(&vec![b'x'; LARGE])).await.expect("it is not cut off");
    let mut answer = Vec::new();
    soon("reading", stream.read_to_end(&mut answer)).await.expect("it is not reset");
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn who_never_stops_sending_is_cut_off() {
    let app = App::start(Limits { farewell: SHORT, ..Limits::default() }).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    soon("sending a head", stream.write_all(head.as_bytes())).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let sending = async { while stream.write_all(chunk.as_bytes()).await.is_ok() {} };
    soon("being cut off", sending).await;
}

#[tokio::test]
async fn http2_without_tls_is_served_on_the_same_port() {
    let app = App::start(short_heads()).await;
    let stream = TcpStream::connect(app.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    let connection = tokio::spawn(connection);
    let uri = format!("http://{}/", app.address);
    let request = || Request::get(uri.as_str()).body(Empty::<Bytes>::new()).unwrap();
    let response = soon("the response", sender.send_request(request())).await.unwrap();
    assert_eq!(response.version(), http::Version::HTTP_2);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "hello");
    app.drain.cancel();
    let ended = soon("the goodbye", connection).await.unwrap();
    assert!(ended.is_ok(), "{ended:?}");
    assert_eq!(app.report().await.aborted, 0);
}

#[tokio::test]
async fn draining_closes_what_is_idle_and_lets_what_is_in_flight_finish() {
    // Far longer than the drain: an idle connection is let go without a wait for its client's end.
    let app = App::start(Limits { farewell: 10 * LONG, ..Limits::default() }).await;
    let mut idle = app.client().await;
    idle.send(GET).await;
    idle.receive().await;
    let mut told = app.client().await;
    told.send(POST).await;
    told.receive().await;
    let unused = app.client().await;
    let mut busy = app.client().await;
    busy.send(GET_HELD).await;
    soon("the handler", app.hello.entered.notified()).await;

    app.drain.cancel();
    assert_eq!(idle.rest().await, "");
    assert_eq!(unused.rest().await, "");
    app.hello.released.notify_one();
    let got = busy.receive().await;
    assert_eq!((got.body.as_str(), got.header("connection")), ("held", Some("close")));
    assert_eq!(busy.rest().await, "");
    let address = app.address;
    assert_eq!(app.report().await, DrainReport { finished: 4, aborted: 0 });
    // It has sent no end of its own.
    drop(told);
    assert!(TcpStream::connect(address).await.is_err(), "the listener is closed");
}

#[tokio::test]
async fn draining_ends_at_its_deadline_whatever_is_still_open() {
    let app = App::start(Limits { drain: SHORT, ..Limits::default() }).await;
    let mut busy = app.client().await;
    busy.send(GET_HELD).await;
    soon("the handler", app.hello.entered.notified()).await;
    let mut half = app.client().await;
    half.send("GET / HTTP/1.1\r\nHost: loc").await;
    let mut sign = app.client().await;
    sign.send(GET).await;
    sign.receive().await;

    app.drain.cancel();
    let report = app.report().await;
    assert!(report.aborted >= 1, "{report:?}");
    assert_eq!(report.finished + report.aborted, 3, "{report:?}");
    assert_eq!(busy.rest().await, "");
    assert_eq!(half.rest().await, "");
}

#[tokio::test]
async fn an_address_that_has_its_share_gets_no_more_until_it_gives_one_back() {
    let app = App::start(Limits { connections_per_address: 1, ..Limits::default() }).await;
    let mut first = app.client().await;
    first.send(GET).await;
    first.receive().await;
    assert_eq!(app.client().await.rest().await, "");
    first.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    first.rest().await;
    let again = async {
        loop {
            if app.client().await.gets_anything_for(GET).await {
                return;
            }
        }
    };
    soon("a free place", again).await;
}

#[tokio::test]
async fn beyond_all_places_a_connection_waits_for_one_to_come_free() {
    let app = App::start(Limits { connections: 1, idle: SHORT, ..Limits::default() }).await;
    let mut first = app.client().await;
    first.send(GET).await;
    first.receive().await;
    let begun = Instant::now();
    let mut second = app.client().await;
    second.send(GET).await;
    assert_eq!(second.receive().await.body, "hello");
    assert!(begun.elapsed() >= SHORT / 2, "answered after {:?}", begun.elapsed());
    assert_eq!(first.rest().await, "");
}
