use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;

use super::*;

/// Whether the one test that asks `/later` has been told to ask again.
static PUT_OFF: AtomicBool = AtomicBool::new(false);

/// A server that answers with what it was asked, and counts its connections.
async fn mirror() -> Result<(SocketAddr, Arc<AtomicU32>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let connections = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let serve = http1::Builder::new();
            tokio::spawn(serve.serve_connection(TokioIo::new(stream), service_fn(reflect)));
        }
    });
    Ok((address, connections))
}

async fn reflect(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let answer = match head.uri.path() {
        "/events" => Response::builder()
            .header(CONTENT_TYPE, "text/event-stream; charset=utf-8")
            .body(Full::from("event: mission\nid: 7\ndata: {}\n\n")),
        "/words" => Response::builder().status(StatusCode::CONFLICT).body(Full::from("no JSON")),
        "/later" if !PUT_OFF.swap(true, Ordering::SeqCst) => Response::builder()
            .status(StatusCode::SERVICE_UNAVAILABLE)
            .header(RETRY_AFTER, 1)
            .body(Full::default()),
        "/never" => {
            Response::builder().status(StatusCode::SERVICE_UNAVAILABLE).body(Full::default())
        }
        _ => {
            let sent = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
            let seen = json!({
                "method": head.method.as_str(),
                "path": head.uri.to_string(),
                "type": sent("content-type"),
                "project": sent("x-project"),
                "body": String::from_utf8_lossy(&body),
            });
            Response::builder().body(Full::from(seen.to_string()))
        }
    };
    Ok(answer.expect("a well-formed answer"))
}

#[tokio::test]
async fn json_goes_out_and_comes_back_over_one_kept_connection() -> Result<()> {
    let (address, connections) = mirror().await?;
    let client = Client::new(&format!("http://{address}/"));
    let client = client.with("x-project".parse()?, "default".parse()?);

    let seen = client.post("/a?b=c", &json!({"d": 1})).await?.expect(StatusCode::OK)?;
    assert_eq!(seen["method"], "POST");
    assert_eq!(seen["path"], "/a?b=c");
    assert_eq!(seen["type"], "application/json");
    assert_eq!(seen["project"], "default");
    assert_eq!(seen["body"], r#"{"d":1}"#);

    let seen = client.get("/a").await?.json()?;
    assert_eq!(seen["type"], Value::Null);
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_its_text_is_in_the_complaint() -> Result<()> {
    let (address, _) = mirror().await?;
    let reply = Client::new(&format!("http://{address}")).get("/words").await?;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    let complaint = reply.expect(StatusCode::OK).unwrap_err().to_string();
    assert_eq!(complaint, "expected 200 OK, got 409 Conflict: no JSON");
    assert!(reply.json().is_err());
    Ok(())
}

#[tokio::test]
async fn a_question_that_is_put_off_is_asked_again_and_a_refusal_for_good_is_not() -> Result<()> {
    let (address, _) = mirror().await?;
    let client = Client::new(&format!("http://{address}"));
    assert_eq!(client.get("/never").await?.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(client.get("/later").await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn events_are_read_as_they_come_and_nothing_else_is_taken_for_them() -> Result<()> {
    let (address, _) = mirror().await?;
    let client = Client::new(&format!("http://{address}"));
    let mut events = client.request(Method::GET, "/events").events().await?;
    let event = events.next().await?.context("one event")?;
    assert_eq!((event.name.as_str(), event.id.as_deref()), ("mission", Some("7")));
    assert!(events.next().await?.is_none(), "the stream has ended");
    assert!(client.request(Method::GET, "/a").events().await.is_err());
    Ok(())
}

#[tokio::test]
async fn nobody_there_is_an_error_that_names_the_request() -> Result<()> {
    let gone = TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?;
    let failed = Client::new(&format!("http://{gone}")).get("/a").await.unwrap_err();
    assert!(format!("{failed:#}").starts_with(&format!("GET http://{gone}/a failed")));
    Ok(())
}
