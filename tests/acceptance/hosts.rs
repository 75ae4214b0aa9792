//! The names that a server answers to, whatever it listens on.

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mission_control_tests::raw;
use mission_control_tests::server::ServerCommand;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::house::{Control, House};
use crate::routes;

const KEY: &str = "a-secret-key-of-thirty-two-characters-and-more";

fn address(control: &Control) -> &str {
    control.server.base_url().trim_start_matches("http://")
}

#[tokio::test]
async fn every_route_and_method_turns_away_another_name_before_anything_else() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let mut paths: Vec<String> =
        routes::of(&control).await?.into_iter().map(|route| route.path).collect();
    paths.extend(["/nowhere".to_owned(), "//".to_owned()]);
    paths.dedup();
    for path in &paths {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            let call = control.admin.request(method.parse()?, path).header("host", "rebind.test");
            let reply = call.send().await?;
            assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST, "{method} {path}");
        }
    }
    // The same with all that it takes to be done.
    let call = control.admin.request(Method::POST, "/api/missions").header("host", "rebind.test");
    let reply = call.json(&json!({"title": "from elsewhere"})).send().await?;
    assert_eq!(reply.expect(StatusCode::MISDIRECTED_REQUEST)?["code"], "wrong_host");
    let missions = control.admin.get("/api/missions").await?.expect(StatusCode::OK)?;
    assert_eq!(missions["total"], 0);
    Ok(())
}

#[tokio::test]
async fn only_the_exact_names_are_answered_however_they_are_written() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker", "--allowed-hosts=app.test"]).await?;
    let address = address(&control);
    let port = address.rsplit(':').next().unwrap_or_default();
    let hosts = [
        ("localhost:PORT", 200),
        ("LocalHost:PORT", 200),
        ("127.0.0.1:PORT", 200),
        ("[::1]:PORT", 200),
        ("app.test:PORT", 200),
        ("app.test", 200),
        ("app.test:443", 200),
        ("", 421),
        ("localhost", 421),
        ("localhost:1", 421),
        ("localhost.:PORT", 421),
        ("app.test.", 421),
        ("evil.test", 421),
        ("evil.test:PORT", 421),
        ("app.test.evil.test:PORT", 421),
        ("evil-app.test:PORT", 421),
        ("127.0.0.2:PORT", 421),
        ("127.1:PORT", 421),
        ("2130706433:PORT", 421),
        ("0x7f.0.0.1:PORT", 421),
        ("0.0.0.0:PORT", 421),
        ("[::]:PORT", 421),
        ("[::ffff:127.0.0.1]:PORT", 421),
        ("me@localhost:PORT", 421),
        ("localhost:PORT@evil.test", 421),
        ("localhost:PORT, evil.test", 421),
        ("evil.test#localhost:PORT", 421),
    ];
    for (host, status) in hosts {
        let host = format!("Host: {}", host.replace("PORT", port));
        let reply = raw::send(address, &["GET /livez HTTP/1.1", &host]).await?;
        assert_eq!(reply.status, status, "{host}: {}", reply.text);
    }
    let ours = format!("Host: localhost:{port}");
    let (absolute, foreign) = (
        format!("GET http://localhost:{port}/livez HTTP/1.1"),
        "GET http://evil.test/livez HTTP/1.1",
    );
    let requests: [(&[&str], u16); 8] = [
        (&["GET /livez HTTP/1.1"], 421),
        (&["GET /livez HTTP/1.0"], 421),
        (&["GET /livez HTTP/1.1", &ours, &ours], 400),
        (&["GET /livez HTTP/1.1", &ours, "Host: evil.test"], 400),
        (&[&absolute, &ours], 200),
        (&[&absolute, "Host: evil.test"], 421),
        (&[foreign, &ours], 421),
        (&[foreign, "Host: evil.test"], 421),
    ];
    for (lines, status) in requests {
        assert_eq!(raw::send(address, lines).await?.status, status, "{lines:?}");
    }
    Ok(())
}

#[tokio::test]
async fn over_http2_the_authority_is_the_name() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let address = address(&control);
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await?;
    tokio::spawn(connection);
    let evil = Some("evil.test");
    for (authority, host, status) in [
        (address, None, 200),
        (address, Some(address), 200),
        ("evil.test", None, 421),
        ("evil.test", Some(address), 421),
        (address, evil, 421),
        ("localhost", None, 421),
    ] {
        let mut request = Request::get(format!("http://{authority}/livez"));
        if let Some(host) = host {
            request = request.header("host", host);
        }
        sender.ready().await?;
        let reply = sender.send_request(request.body(Full::<Bytes>::default())?).await?;
        assert_eq!(reply.status().as_u16(), status, "{authority} {host:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_address_that_others_reach_needs_names_and_widens_nothing() -> Result<()> {
    let house = House::new()?;
    let open = || -> Result<ServerCommand> {
        Ok(ServerCommand::new(house.data())?.arg("--host=0.0.0.0").arg("--no-worker"))
    };
    let refused = open()?.start().await.map(drop).expect_err("it starts without names and key");
    let said = format!("{refused:#}");
    for setting in ["MISSION_DASHBOARD_SECRET_KEY", "MISSION_CONTROL_ALLOWED_HOSTS"] {
        assert!(said.contains(setting), "{said}");
    }
    let key = ("MISSION_DASHBOARD_SECRET_KEY", KEY);
    assert!(open()?.env(key.0, key.1).start().await.is_err(), "a key alone");
    let named = open()?.env(key.0, key.1).arg("--allowed-hosts=app.test");
    let server = named.start().await?;
    let address = server.base_url().trim_start_matches("http://");
    let port = address.rsplit(':').next().unwrap_or_default();
    for (host, status) in [
        ("app.test", 200),
        ("127.0.0.1", 200),
        ("0.0.0.0", 421),
        ("192.168.1.5", 421),
        ("rebind.test", 421),
    ] {
        let host = format!("Host: {host}:{port}");
        let reply = raw::send(address, &["GET /livez HTTP/1.1", &host]).await?;
        assert_eq!(reply.status, status, "{host}");
    }
    let problem = server.client().request(Method::GET, "/livez").header("host", "x").send().await?;
    let problem: Value = problem.json()?;
    assert_eq!(problem["code"], "wrong_host");
    Ok(())
}
