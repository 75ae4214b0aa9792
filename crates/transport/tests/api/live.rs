//! Live streams.

use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::app::{App, Caller, soon};

/// A stream and what has come of it that was not read yet.
struct Stream {
    body: Incoming,
    text: String,
}

impl Stream {
    async fn open(caller: Caller<'_>, query: &str, headers: &[(&str, &str)]) -> Self {
        let answer = caller.open("GET", &format!("/api/live/stream?{query}"), headers, None).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream; charset=utf-8");
        Self { body: answer.into_body(), text: String::new() }
    }

    /// The next frame of any type but `beat`, and its id.
    async fn next(&mut self) -> (Value, Option<String>) {
        loop {
            let frame = soon("the next frame", self.frame()).await.expect("the stream goes on");
            if frame.0["type"] != "beat" {
                return frame;
            }
        }
    }

    async fn frame(&mut self) -> Option<(Value, Option<String>)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned)
                };
                let (data, id) = (field("data: ").unwrap(), field("id: "));
                self.text = rest.to_owned();
                return Some((serde_json::from_str(&data).unwrap(), id));
            }
            let frame = self.body.frame().await?.ok()?;
            self.text.push_str(str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }

    /// Words and missions of the next `count` entries, and the cursor behind them.
    async fn entries(&mut self, count: usize) -> (Vec<(String, Value)>, String) {
        let mut entries = Vec::new();
        loop {
            let (frame, id) = self.next().await;
            assert_eq!(frame["type"], "events", "{frame}");
            for event in frame["data"].as_array().unwrap() {
                let word = event["type"].as_str().unwrap().to_owned();
                entries.push((word, event["mission"].clone()));
            }
            assert!(entries.len() <= count, "{entries:?}");
            if entries.len() == count {
                assert_eq!(frame["cursor"].as_str(), id.as_deref());
                return (entries, id.unwrap());
            }
        }
    }
}

async fn create(app: &App, title: &str) -> String {
    app.operator().create(&json!({"title": title, "kind": "external"})).await
}

#[tokio::test]
async fn a_viewer_gets_a_greeting_a_snapshot_and_then_every_change_with_its_mission() {
    let app = App::start().await;
    let old = create(&app, "old").await;
    let mut stream = Stream::open(app.viewer(), "", &[]).await;
    let (hello, id) = stream.next().await;
    assert_eq!((&hello["type"], &hello["user"]), (&json!("hello"), &json!("viewer")));
    assert_eq!((&hello["build"], id), (&json!("test"), None), "nobody resumes from a greeting");
    let (snapshot, id) = stream.next().await;
    assert_eq!(
        (&snapshot["type"], &snapshot["metrics"]["total_missions"]),
        (&json!("snapshot"), &json!(1))
    );
    assert_eq!((&snapshot["missions"][0]["id"], &snapshot["agents"]), (&json!(old), &json!([])));
    assert_eq!(snapshot["cursor"].as_str(), id.as_deref());

    let new = create(&app, "new").await;
    let (events, _) = stream.next().await;
    let event = &events["data"][0];
    assert_eq!((&event["type"], &event["mission"]), (&json!("mission_created"), &json!(new)));
    assert_eq!(event["body"]["title"], "new");
    app.agent("atlas").await;
    let (entries, _) = stream.entries(1).await;
    assert_eq!(entries[0].0, "agent_registered");
}

#[tokio::test]
async fn who_was_away_gets_every_missed_entry_once_and_in_order() {
    let app = App::start().await;
    let mut stream = Stream::open(app.viewer(), "topics=missions", &[]).await;
    stream.next().await;
    let (_, id) = stream.next().await;
    drop(stream);
    let mut expected = Vec::new();
    for title in ["a", "b", "c"] {
        let id = create(&app, title).await;
        app.operator().act(&id, "start").await.expect(200);
        expected.push(("mission_created".to_owned(), json!(id)));
        expected.push(("mission_started".to_owned(), json!(id)));
    }
    let cursor = id.unwrap();
    let query = format!("topics=missions&cursor={cursor}");
    let by_query = Stream::open(app.viewer(), &query, &[]);
    let header = [("last-event-id", cursor.as_str())];
    let by_header = Stream::open(app.viewer(), "topics=missions", &header);
    for mut stream in [by_query.await, by_header.await] {
        assert_eq!(stream.next().await.0["type"], "hello");
        let (entries, behind) = stream.entries(expected.len()).await;
        assert_eq!(entries, expected);
        let new = create(&app, "d").await;
        let (entries, _) = stream.entries(1).await;
        assert_eq!(entries, [("mission_created".to_owned(), json!(new))]);
        drop(stream);
        let query = format!("topics=missions&cursor={behind}");
        let mut again = Stream::open(app.viewer(), &query, &[]).await;
        assert_eq!(again.next().await.0["type"], "hello");
        expected.push(again.entries(1).await.0.remove(0));
    }
}

#[tokio::test]
async fn a_stream_shows_only_its_topics_and_its_project() {
    let app = App::start().await;
    let (one, other) = (create(&app, "one").await, create(&app, "other").await);
    let mut stream = Stream::open(app.viewer(), &format!("topics=mission:{one}"), &[]).await;
    stream.next().await;
    let (snapshot, _) = stream.next().await;
    assert_eq!(snapshot["missions"].as_array().unwrap().len(), 1);
    assert_eq!((snapshot.get("agents"), snapshot.get("metrics")), (None, None));
    let mut stranger = Stream::open(app.stranger(), "", &[]).await;
    stranger.next().await;
    assert_eq!(stranger.next().await.0["missions"], json!([]));

    app.operator().act(&other, "start").await.expect(200);
    app.operator().act(&one, "start").await.expect(200);
    let (entries, _) = stream.entries(1).await;
    assert_eq!(entries, [("mission_started".to_owned(), json!(one))]);
    let beat = soon("a beat", stranger.frame()).await.unwrap();
    assert_eq!(beat.0["type"], "beat", "nothing of ours is shown to a stranger");
}

#[tokio::test]
async fn what_no_feed_has_given_cannot_be_resumed_from() {
    let app = App::start().await;
    for cursor in ["MS40Mg", "x", "%00"] {
        let got = app.viewer().get(&format!("/api/live/stream?cursor={cursor}")).await;
        assert_eq!(got.refusal(), (400, "invalid_cursor".to_owned()), "{cursor}");
    }
    let got = app.viewer().get("/api/live/stream?topics=everything").await;
    assert_eq!(got.refusal(), (422, "unknown_topic".to_owned()));
}

#[tokio::test]
async fn a_place_of_another_history_begins_anew() {
    let (here, there) = (App::start().await, App::start().await);
    let mut stream = Stream::open(there.viewer(), "", &[]).await;
    stream.next().await;
    let cursor = stream.next().await.1.unwrap();
    let mut stream = Stream::open(here.viewer(), &format!("cursor={cursor}"), &[]).await;
    assert_eq!(stream.next().await.0["type"], "hello");
    let (resync, _) = stream.next().await;
    assert_eq!(resync, json!({"type": "resync", "reason": "other_epoch"}));
    assert_eq!(stream.next().await.0["type"], "snapshot");
}

#[tokio::test]
async fn streams_end_when_the_process_drains() {
    let app = App::start().await;
    let mut stream = Stream::open(app.viewer(), "", &[]).await;
    stream.next().await;
    app.draining.cancel();
    soon("the end", async { while stream.frame().await.is_some() {} }).await;
}
