//! Many who want to come in, while others work.

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use http::header::{HeaderName, ORIGIN};
use http::{HeaderValue, Method, StatusCode};
use mission_control_tests::browser::sign_in;
use mission_control_tests::http::Client;
use serde_json::{Value, json};

use crate::house::{Control, House};

const PASSWORD: &str = "correct horse battery staple";
/// Those who work, and how much each of them does.
const WORKERS: usize = 4;
const STEPS: usize = 15;
/// Those who knock at the same time, more than two desks and twenty places take at once.
const KNOCKS: usize = 80;

/// The one desk that there is on the smallest machine, and twenty places before it.
const PLACES: usize = 21;

/// What somebody shows, and what may come of it besides being sent away for now.
fn knock(number: usize) -> (Value, u16) {
    let known = format!("user{}", number % WORKERS);
    match number % 5 {
        0 => (json!({"user": known, "password": PASSWORD}), 204),
        1 => (json!({"user": known, "password": "a guess that is wrong"}), 401),
        2 => (json!({"user": format!("nobody{number}"), "password": PASSWORD}), 401),
        3 => (json!({"user": known, "password": "x".repeat(1_025)}), 422),
        _ => (json!({"user": known, "password": "x".repeat(1024 * 1024)}), 413),
    }
}

/// Somebody at an address of their own, behind the proxy.
fn at(client: &Client, number: usize) -> Result<Client> {
    let address = HeaderValue::try_from(format!("203.0.{}.{}", 113 + number / 250, number % 250))?;
    let origin = HeaderValue::try_from(client.base())?;
    let forwarded = HeaderName::from_static("x-forwarded-for");
    Ok(client.with(forwarded, address).with(ORIGIN, origin))
}

async fn work(worker: Client, number: usize) -> Result<()> {
    for step in 0..STEPS {
        let title = json!({"title": format!("{number}/{step}")});
        let call = worker.request(Method::POST, "/api/missions").json(&title);
        call.send().await?.expect(StatusCode::CREATED)?;
        let list = worker.request(Method::GET, "/api/missions?limit=5").send().await?;
        list.expect(StatusCode::OK)?;
    }
    Ok(())
}

async fn enter(control: &Control, number: usize) -> Result<StatusCode> {
    let (body, expected) = knock(number);
    let client = at(&control.server.client(), number)?;
    let reply = client.request(Method::POST, "/api/login").json(&body).send().await;
    if expected == 413 && reply.is_err() {
        // Whoever sends that much may be hung up on before all of it has been taken.
        return Ok(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let reply = reply?;
    let status = reply.status.as_u16();
    let hashed = expected == 204 || expected == 401;
    let sent_away = hashed && status == 503 && reply.json()?["code"] == "too_many_logins";
    ensure!(status == expected || sent_away, "{number}: {status} {}", reply.text());
    Ok(reply.status)
}

#[tokio::test]
async fn whoever_works_goes_on_while_a_crowd_wants_to_come_in() -> Result<()> {
    let house = House::new()?;
    let flags = ["--no-worker", "--trusted-proxies=127.0.0.1", "--anonymous-rate=0"];
    let control = house.start_with(&flags).await?;
    let mut workers = Vec::new();
    for number in 0..WORKERS {
        let login = format!("user{number}");
        let body = json!({"login": login, "password": PASSWORD, "role": "operator"});
        control.admin.post("/api/users", &body).await?.expect(StatusCode::CREATED)?;
        let client = at(&control.server.client(), KNOCKS + number)?;
        workers.push(sign_in(&client, &json!({"user": login, "password": PASSWORD})).await?);
    }
    let working = workers.iter().enumerate().map(|(number, worker)| work(worker.clone(), number));
    let knocking = (0..KNOCKS).map(|number| enter(&control, number));
    let (_, statuses) = tokio::try_join!(try_join_all(working), try_join_all(knocking))?;
    let of = |status: StatusCode| statuses.iter().filter(|it| **it == status).count();
    let heard = of(StatusCode::NO_CONTENT) + of(StatusCode::UNAUTHORIZED);
    assert!(heard >= PLACES, "those who had a place were heard: {statuses:?}");
    let missions = control.admin.get("/api/missions?limit=1").await?.expect(StatusCode::OK)?;
    assert_eq!(missions["total"], WORKERS * STEPS);
    // Nobody was kept out for good: neither those who were sent away nor those who were guessed at.
    for number in 0..WORKERS {
        let body = json!({"user": format!("user{number}"), "password": PASSWORD});
        sign_in(&at(&control.server.client(), 2 * KNOCKS + number)?, &body).await?;
    }
    Ok(())
}
