//! How often one may ask, and as whom one is counted.

use anyhow::{Context, Result};
use bytes::Bytes;
use futures::future::join_all;
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mission_control_tests::http::{Client, Reply};
use mission_control_tests::raw;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::house::{Control, House};

const LIMITED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

/// So few that none comes back while a test runs: one in twenty seconds.
const FEW: usize = 3;

async fn status_of(client: &Client, path: &str) -> Result<StatusCode> {
    Ok(client.request(Method::GET, path).send().await?.status)
}

/// Spends what an address has.
async fn exhaust(client: &Client) -> Result<Reply> {
    for _ in 0..10_000 {
        let reply = client.request(Method::GET, "/api/missions").send().await?;
        if reply.status == LIMITED {
            return Ok(reply);
        }
    }
    anyhow::bail!("never limited")
}

/// How many of these are not turned away for being too many, and the most that may be.
async fn let_in(
    rate: usize,
    calls: impl IntoIterator<Item = impl Future<Output = Result<u16>>>,
) -> Result<(usize, usize)> {
    let begun = Instant::now();
    let statuses: Result<Vec<u16>> = join_all(calls).await.into_iter().collect();
    let come_back = begun.elapsed().as_secs_f64() * rate as f64 / 60.0;
    let let_in = statuses?.into_iter().filter(|status| *status != LIMITED.as_u16()).count();
    Ok((let_in, rate + come_back.ceil() as usize))
}

#[tokio::test]
async fn a_burst_without_a_credential_gets_the_rate_and_no_more_however_it_is_spelt() -> Result<()>
{
    let house = House::new()?;
    let control = house.start_with(&["--no-worker", "--anonymous-rate=20"]).await?;
    let address = control.server.base_url().trim_start_matches("http://");
    let host = format!("Host: {address}");
    let lines = [
        "GET /api/missions",
        "GET /api/missions/",
        "GET //api/missions",
        "GET /api/./missions",
        "GET /API/missions",
        "GET /api/%6dissions",
        "GET /api/missions?limit=1",
        "GET /api/missions;x",
        "HEAD /api/missions",
        "POST /api/missions",
        "PUT /api/missions",
        "OPTIONS /api/missions",
        "GET /nowhere",
        "GET /livez/x",
        "GET /metrics",
        "GET /api/openapi.json",
        "POST /api/logout",
    ];
    let calls = (0..20).flat_map(|_| lines).map(|line| {
        let (line, host) = (format!("{line} HTTP/1.1"), host.clone());
        // From a page of ours, so that nothing else turns it away.
        let origin = format!("Origin: {}", control.server.base_url());
        async move {
            let wrong = "Authorization: Bearer mc_no_token_of_ours";
            Ok(raw::send(address, &[&line, &host, &origin, wrong]).await?.status)
        }
    });
    let (let_in, most) = let_in(20, calls).await?;
    assert!(20 <= let_in && let_in <= most, "{let_in} of {} at most", most);
    Ok(())
}

#[tokio::test]
async fn a_burst_over_http2_gets_the_rate_and_no_more() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker", "--anonymous-rate=20"]).await?;
    let base = control.server.base_url();
    let stream = TcpStream::connect(base.trim_start_matches("http://")).await?;
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let calls = (0..200).map(|_| {
        let (mut sender, uri) = (sender.clone(), format!("{base}/api/missions"));
        async move {
            let request = Request::get(uri).body(Full::<Bytes>::default())?;
            sender.ready().await?;
            Ok(sender.send_request(request).await?.status().as_u16())
        }
    });
    let (let_in, most) = let_in(20, calls).await?;
    assert!(20 <= let_in && let_in <= most, "{let_in} of {most} at most");
    Ok(())
}

#[tokio::test]
async fn a_refusal_says_when_to_come_back_and_every_counted_answer_what_is_left() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker", &format!("--anonymous-rate={FEW}")]).await?;
    let nobody = control.server.client();
    let first = nobody.request(Method::GET, "/api/missions").send().await?;
    assert_eq!(first.status, StatusCode::UNAUTHORIZED);
    assert_eq!(first.header("ratelimit-policy"), Some("\"anonymous\";q=3;w=60"));
    assert_eq!(first.header("ratelimit"), Some("\"anonymous\";r=2;t=20"));
    let refused = exhaust(&nobody).await?;
    let problem = refused.expect(LIMITED)?;
    assert_eq!(problem["code"], "rate_limited");
    let wait: u64 = refused.header("retry-after").context("when to come back")?.parse()?;
    assert!((1..=20).contains(&wait), "{wait}");
    assert!(refused.header("ratelimit").is_some_and(|it| it.contains(";r=0;")), "{refused:?}");
    // What watches over the process, and what makes up the page, is not held up.
    for path in ["/livez", "/readyz", "/api/health", "/", "/missions", "/login", "/docs/problems"] {
        let reply = nobody.request(Method::GET, path).send().await?;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.header("ratelimit"), None, "{path}");
    }
    // Nor is anybody with a good credential, at the same address.
    let reply = control.admin.request(Method::GET, "/api/missions").send().await?;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.header("ratelimit").is_some_and(|it| it.starts_with("\"principal\";r=")));
    let metrics = control.admin.get("/metrics").await?.text();
    let line = "mission_control_http_rate_limited_total{budget=\"anonymous\"} 1\n";
    assert!(metrics.contains(line), "{metrics}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_credential_counts_as_none() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker", &format!("--anonymous-rate={FEW}")]).await?;
    let bearer = "Bearer not-the-token-of-anybody-but-long-enough";
    let guesser = control.server.client().with(http::header::AUTHORIZATION, bearer.parse()?);
    exhaust(&guesser).await?;
    assert_eq!(status_of(&control.server.client(), "/api/missions").await?, LIMITED);
    assert_eq!(status_of(&control.admin, "/api/missions").await?, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_principal_has_a_budget_and_work_under_a_lease_needs_none() -> Result<()> {
    let house = House::new()?;
    let flags = ["--no-worker", "--anonymous-rate=0", "--principal-rate=20"];
    let control = house.start_with(&flags).await?;
    let agent = control.agent("atlas").await?;
    let id = control.create(&json!({"title": "done however busy"})).await?;
    let claimed = control.ask(&agent, "claim", &json!({"wait_seconds": 30})).await?;
    let lease = claimed["missions"][0]["lease_id"].clone();
    let refused = exhaust(&control.admin).await?;
    assert_eq!(refused.json()?["code"], "rate_limited");
    assert!(refused.header("ratelimit").is_some_and(|it| it.starts_with("\"principal\";r=0;")));
    let held = json!({"running": [{"mission_id": id, "lease_id": lease}]});
    for _ in 0..50 {
        let beat = control.ask(&agent, "heartbeat", &held).await?;
        assert_eq!(beat["leases"][0]["mission_id"], json!(id));
    }
    let done = json!({"reports": [{"mission_id": id, "lease_id": lease, "kind": "complete"}]});
    control.ask(&agent, "report", &done).await?;
    // Everything else still has its limit, and none for those whom nobody knows.
    exhaust(&control.admin).await?;
    assert_eq!(status_of(&control.server.client(), "/api/missions").await?.as_u16(), 401);
    Ok(())
}

/// The status of a request without a credential that says it was handed on.
async fn from(control: &Control, headers: &[(&'static str, &str)]) -> Result<StatusCode> {
    let client = control.server.client();
    let call = client.request(Method::GET, "/api/missions");
    let call = headers.iter().fold(call, |call, (name, value)| call.header(name, value));
    Ok(call.send().await?.status)
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_a_budget_of_its_own() -> Result<()> {
    let house = House::new()?;
    let rate = format!("--anonymous-rate={FEW}");
    let trusting =
        house.start_with(&["--no-worker", &rate, "--trusted-proxies=127.0.0.1,10.0.0.0/8"]).await?;
    let ask = async |chain: &str| from(&trusting, &[("x-forwarded-for", chain)]).await;
    for _ in 0..FEW {
        assert_eq!(ask("203.0.113.1").await?, StatusCode::UNAUTHORIZED);
    }
    for chain in [
        "203.0.113.1",
        "198.51.100.7, 203.0.113.1",
        "203.0.113.1:4711, 10.0.0.3",
        "garbage, 203.0.113.1",
        "::ffff:203.0.113.1",
    ] {
        assert_eq!(ask(chain).await?, LIMITED, "{chain}");
    }
    assert_eq!(ask("203.0.113.2").await?, StatusCode::UNAUTHORIZED);
    let standard = [("forwarded", "for=203.0.113.1")];
    assert_eq!(from(&trusting, &standard).await?, LIMITED);
    let real = [("x-real-ip", "203.0.113.3")];
    for _ in 0..FEW {
        from(&trusting, &real).await?;
    }
    assert_eq!(from(&trusting, &real).await?, LIMITED, "it is the proxy's own budget");
    Ok(())
}

#[tokio::test]
async fn what_a_stranger_says_of_where_it_comes_from_is_not_believed() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker", &format!("--anonymous-rate={FEW}")]).await?;
    let mut limited = 0;
    for number in 0..FEW + 20 {
        let other = format!("203.0.113.{number}");
        let status = from(&control, &[("x-forwarded-for", &other)]).await?;
        limited += usize::from(status == LIMITED);
    }
    // A machine that is busy for minutes may see one or two come back.
    assert!(limited >= 10, "{limited}");
    Ok(())
}

#[tokio::test]
async fn each_replica_counts_for_itself() -> Result<()> {
    let (one, other) = (House::new()?, House::new()?);
    let rate = format!("--anonymous-rate={FEW}");
    let [one, other] = [
        one.start_with(&["--no-worker", &rate]).await?,
        other.start_with(&["--no-worker", &rate]).await?,
    ];
    exhaust(&one.server.client()).await?;
    let elsewhere = status_of(&other.server.client(), "/api/missions").await?;
    assert_eq!(elsewhere, StatusCode::UNAUTHORIZED);
    Ok(())
}
