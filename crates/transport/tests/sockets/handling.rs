//! What happens to a request that was let in.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::app::{App, JSON, bearer, token};
use crate::client::{Client, soon};

#[tokio::test]
async fn head_is_get_without_its_body() {
    let app = App::start().await;
    let get = app.get("/whoami", "admin").await;
    let head = app.send("HEAD /whoami", &bearer("admin"), "").await;
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert_ne!(head.header("content-length"), Some("0"));
}

#[tokio::test]
async fn a_body_is_json_of_a_bounded_size() {
    let app = App::start().await;
    let kib = |count: usize| format!("\"{}\"", "x".repeat(count * 1024 - 2));
    let table = [
        ("/echo", JSON, "{}".to_owned(), 200),
        ("/echo", "Content-Type: application/json; charset=utf-8\r\n", "{}".to_owned(), 200),
        ("/echo", "", String::new(), 200),
        ("/echo", "Content-Type: text/plain\r\n", String::new(), 200),
        ("/echo", "", "{}".to_owned(), 415),
        ("/echo", "Content-Type: text/plain\r\n", "{}".to_owned(), 415),
        (
            "/echo",
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
            "{}".to_owned(),
            415,
        ),
        ("/echo", JSON, kib(64), 200),
        ("/echo", JSON, kib(65), 413),
        ("/large", JSON, kib(1024), 200),
        ("/large", JSON, kib(1025), 413),
        ("/bare", JSON, "{}".to_owned(), 413),
        ("/bare", "", String::new(), 200),
    ];
    for (target, headers, body, status) in table {
        let got = app.post(target, headers, &body).await;
        assert_eq!(got.status, status, "{target} {headers:?} {} bytes", body.len());
        if status == 200 {
            assert!(got.body == body, "{target} gave back other bytes");
        }
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_bounded_as_well() {
    let app = App::start().await;
    let head = format!("{}{JSON}Transfer-Encoding: chunked\r\n", bearer("admin"));
    let mut client = Client::connect(app.address).await;
    client.send(app.text("POST /echo", &head, "")).await;
    client.send("2\r\n{}\r\n0\r\n\r\n").await;
    assert_eq!(client.receive().await.body, "{}");

    let mut client = Client::connect(app.address).await;
    client.send(app.text("POST /echo", &head, "")).await;
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    client.send(chunk.repeat(3)).await;
    assert_eq!(client.receive().await.status, 413);
}

#[tokio::test]
async fn a_body_that_drips_or_stops_is_given_up() {
    let app = App::start_impatient().await;
    let head = format!("{}{JSON}Content-Length: 100\r\n", bearer("admin"));
    let mut client = Client::connect(app.address).await;
    client.send(app.text("POST /echo", &head, "")).await;
    client.send("{\"a\"").await;
    let got = client.receive().await;
    assert_eq!((got.status, got.member("code")), (408, "body_too_slow".into()));
    assert_eq!(client.rest().await, "", "the connection is of no more use");
}

#[tokio::test]
async fn a_panic_is_our_fault_and_ends_nothing_else() {
    let app = App::start().await;
    let mut client = Client::connect(app.address).await;
    client.send(app.text("GET /panic", "", "")).await;
    let got = client.receive().await;
    assert_eq!((got.status, got.member("code")), (500, "internal".into()));
    assert_eq!(got.member("request_id"), got.header("x-request-id").unwrap());
    assert!(!got.body.contains("disco"), "{}", got.body);
    client.send(app.text("GET /livez", "", "")).await;
    assert_eq!(client.receive().await.status, 204);
}

#[tokio::test]
async fn a_request_that_is_printed_shows_neither_credential_nor_query_nor_body() {
    let app = App::start().await;
    let headers = format!("{JSON}Cookie: a=canary-cookie\r\nX-Other: canary-header\r\n");
    let got = app.post("/printed", &headers, r#"{"password": "canary-body"}"#).await;
    assert_eq!(got.status, 200);
    assert!(got.body.contains("/printed") && got.body.contains("POST"), "{}", got.body);
    for canary in ["canary", token("admin"), "password"] {
        assert!(!got.body.contains(canary), "{canary}: {}", got.body);
    }
}

#[tokio::test]
async fn a_handler_that_takes_too_long_is_given_up() {
    let app = App::start_impatient().await;
    let got = app.send("GET /stuck", "", "").await;
    assert_eq!((got.status, got.member("code")), (503, "deadline_exceeded".into()));
    assert_eq!(got.header("retry-after"), Some("2"));
}

#[tokio::test]
async fn a_handler_finishes_although_its_client_has_hung_up() {
    let app = App::start().await;
    let mut client = Client::connect(app.address).await;
    client.send(app.text("GET /held", "", "")).await;
    soon("the handler", app.signals.entered.notified()).await;
    let mut waiting = Client::connect(app.address).await;
    waiting.send(app.text("GET /parting", "", "")).await;
    soon("the second handler", app.signals.entered.notified()).await;

    drop(client);
    drop(waiting);
    soon("the news of the hang-up", app.signals.hung_up.notified()).await;
    app.drain.cancel();
    app.signals.release.notify_one();
    soon("the end of the first handler", app.signals.finished.notified()).await;
    soon("the end of all handlers", app.dispatcher.settled()).await;
}

#[tokio::test]
async fn a_stream_is_sent_piece_by_piece() {
    let app = App::start().await;
    let mut client = Client::connect(app.address).await;
    client.send(app.text("GET /stream", "Connection: close\r\n", "")).await;
    let text = client.rest().await;
    assert!(text.contains("transfer-encoding: chunked"), "{text}");
    assert!(text.ends_with("4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n"), "{text}");
}

#[tokio::test]
async fn over_http2_a_request_goes_the_same_way_and_head_has_no_body() {
    let app = App::start().await;
    let stream = TcpStream::connect(app.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let table = [
        ("GET", format!("http://localhost:{}/whoami", app.port), 200, true),
        ("HEAD", format!("http://localhost:{}/whoami", app.port), 200, false),
        ("GET", format!("http://evil.test:{}/whoami", app.port), 421, true),
    ];
    for (method, uri, status, has_body) in table {
        let request = http::Request::builder().method(method).uri(&uri);
        let request = request.header("authorization", format!("Bearer {}", token("admin")));
        let sent = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap());
        let response = soon("the response", sent).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{method} {uri}");
        assert!(response.headers().contains_key("content-length"), "{method} {uri}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(!body.is_empty(), has_body, "{method} {uri}");
    }
}

#[tokio::test]
async fn a_connection_may_go_on_in_another_protocol_and_outlive_the_drain() {
    let app = App::start().await;
    let mut client = Client::connect(app.address).await;
    let asked = "Connection: upgrade\r\nUpgrade: parrot\r\n";
    client.send(app.text("GET /parrot", asked, "")).await;
    assert_eq!(client.receive().await.status, 101);
    app.drain.cancel();
    soon("the end of all handlers", app.dispatcher.settled()).await;
    client.send("hello").await;
    assert_eq!(client.rest().await, "hello");

    let app = App::start().await;
    let foreign = format!("{asked}Origin: https://evil.test\r\n");
    assert_eq!(app.send("GET /parrot", &foreign, "").await.status, 403);
    assert_eq!(app.send("GET /parrot", "", "").await.status, 404);
}
