//! Live streams across the end of a server.

use anyhow::{Context, Result};
use http::Method;
use mission_control_tests::http::Client;
use mission_control_tests::live::{LiveSocket, Said};
use mission_control_tests::sse::EventStream;
use serde_json::{Value, json};

use crate::house::House;

async fn watch(admin: &Client, place: Option<&str>) -> Result<EventStream> {
    let call = admin.request(Method::GET, "/api/live/stream?topics=missions");
    match place {
        Some(place) => call.header("last-event-id", place).events().await,
        None => call.events().await,
    }
}

/// The places and missions of the next `count` entries, and the id to resume from.
async fn entries(stream: &mut EventStream, count: usize) -> Result<(Vec<(i64, Value)>, String)> {
    let mut entries = Vec::new();
    loop {
        let event = stream.next().await?.context("the stream goes on")?;
        let frame: Value = serde_json::from_str(&event.data)?;
        for entry in frame["data"].as_array().into_iter().flatten() {
            entries.push((entry["seq"].as_i64().context("a place")?, entry["mission"].clone()));
        }
        if entries.len() >= count {
            return Ok((entries, event.id.context("an id")?));
        }
    }
}

#[tokio::test]
async fn a_viewer_resumes_after_a_kill_without_a_gap_or_a_repeat() -> Result<()> {
    let house = House::new()?;
    let mut control = house.start_with(&["--no-worker"]).await?;
    let mut stream = watch(&control.admin, None).await?;
    let first = control.create(&json!({"title": "seen"})).await?;
    let (seen, place) = entries(&mut stream, 1).await?;
    assert_eq!(seen[0].1, json!(first));
    let mut missed = vec![control.create(&json!({"title": "missed"})).await?];
    control.server.kill_hard()?;

    let control = house.start_with(&["--no-worker"]).await?;
    for n in 0..150 {
        missed.push(control.create(&json!({"title": format!("missed {n}")})).await?);
    }
    let mut stream = watch(&control.admin, Some(&place)).await?;
    let (got, place) = entries(&mut stream, missed.len()).await?;
    let missions: Vec<Value> = got.iter().map(|(_, mission)| mission.clone()).collect();
    assert_eq!(json!(missions), json!(missed));
    assert!(got.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order");

    drop(stream);
    let last = control.create(&json!({"title": "last"})).await?;
    let mut stream = watch(&control.admin, Some(&place)).await?;
    let (got, _) = entries(&mut stream, 1).await?;
    assert_eq!(got.iter().map(|(_, mission)| mission).collect::<Vec<_>>(), [&json!(last)]);
    Ok(())
}

#[tokio::test]
async fn a_stopping_server_lets_its_viewers_go() -> Result<()> {
    let house = House::new()?;
    let mut control = house.start().await?;
    let mut stream = watch(&control.admin, None).await?;
    stream.next().await?.context("a greeting")?;
    let end = async { while let Ok(Some(_)) = stream.next().await {} };
    let (ended, ()) = tokio::join!(control.server.terminate(), end);
    assert_eq!(ended?.code(), Some(0));
    Ok(())
}

#[tokio::test]
async fn a_socket_resumes_after_a_restart_without_a_gap_or_a_repeat() -> Result<()> {
    let house = House::new()?;
    let mut control = house.start_with(&["--no-worker"]).await?;
    let mut socket = LiveSocket::open(&control.admin, "topics=missions").await?;
    socket.entries(0).await?;
    let first = control.create(&json!({"title": "seen"})).await?;
    let (seen, mut place) = socket.entries(1).await?;
    assert_eq!(seen[0].1, json!(first));
    let end = async {
        loop {
            match socket.next().await {
                Ok(Said::Frame(frame)) => {
                    place = frame["cursor"].as_str().unwrap_or(&place).to_owned();
                }
                Ok(Said::Closed(code)) => return anyhow::Ok(code),
                Err(error) => return Err(error),
            }
        }
    };
    let (ended, code) = tokio::join!(control.server.terminate(), end);
    assert_eq!((ended?.code(), code?), (Some(0), 1012));

    let control = house.start_with(&["--no-worker"]).await?;
    let mut missed = Vec::new();
    for n in 0..150 {
        missed.push(control.create(&json!({"title": format!("missed {n}")})).await?);
    }
    let query = format!("topics=missions&cursor={place}");
    let mut socket = LiveSocket::open(&control.admin, &query).await?;
    let (got, _) = socket.entries(missed.len()).await?;
    let missions: Vec<Value> = got.iter().map(|(_, mission)| mission.clone()).collect();
    assert_eq!(json!(missions), json!(missed));
    assert!(got.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order");
    let last = control.create(&json!({"title": "last"})).await?;
    assert_eq!(socket.entries(1).await?.0[0].1, json!(last));
    Ok(())
}
