//! The live socket.

use serde_json::{Value, json};

use crate::app::App;
use crate::viewer::Viewer;

async fn create(app: &App, title: &str) -> String {
    app.operator().create(&json!({"title": title, "kind": "external"})).await
}

fn created(id: &str) -> (String, Value) {
    ("mission_created".to_owned(), json!(id))
}

#[tokio::test]
async fn a_viewer_gets_a_greeting_a_snapshot_and_then_every_change_with_its_mission() {
    let app = App::start().await;
    let old = create(&app, "old").await;
    let mut viewer = Viewer::open(app.viewer(), "").await;
    let hello = viewer.next().await;
    assert_eq!((&hello["type"], &hello["user"]), (&json!("hello"), &json!("viewer")));
    let snapshot = viewer.next().await;
    assert_eq!(
        (&snapshot["type"], &snapshot["metrics"]["total_missions"]),
        (&json!("snapshot"), &json!(1))
    );
    assert_eq!((&snapshot["missions"][0]["id"], &snapshot["agents"]), (&json!(old), &json!([])));
    let new = create(&app, "new").await;
    let events = viewer.next().await;
    let event = &events["data"][0];
    assert_eq!((&event["type"], &event["mission"]), (&json!("mission_created"), &json!(new)));
    assert_eq!(event["body"]["title"], "new");
    app.agent("atlas").await;
    let (entries, _) = viewer.entries(1).await;
    assert_eq!(entries[0].0, "agent_registered");
}

#[tokio::test]
async fn who_was_away_gets_every_missed_entry_once_and_in_order() {
    let app = App::start().await;
    let mut viewer = Viewer::open(app.viewer(), "topics=missions").await;
    let cursor = viewer.begin().await["cursor"].as_str().unwrap().to_owned();
    drop(viewer);
    let mut expected = Vec::new();
    for title in ["a", "b", "c"] {
        let id = create(&app, title).await;
        app.operator().act(&id, "start").await.expect(200);
        expected.extend([created(&id), ("mission_started".to_owned(), json!(id))]);
    }
    let mut viewer = Viewer::open(app.viewer(), &format!("topics=missions&cursor={cursor}")).await;
    assert_eq!(viewer.next().await["type"], "hello");
    let (entries, behind) = viewer.entries(expected.len()).await;
    assert_eq!(entries, expected);
    let new = create(&app, "d").await;
    assert_eq!(viewer.entries(1).await.0, [created(&new)]);
    let mut again = Viewer::open(app.viewer(), &format!("topics=missions&cursor={behind}")).await;
    assert_eq!(again.next().await["type"], "hello");
    assert_eq!(again.entries(1).await.0, [created(&new)]);
}

#[tokio::test]
async fn a_viewer_sees_only_its_topics_and_its_project() {
    let app = App::start().await;
    let (one, other) = (create(&app, "one").await, create(&app, "other").await);
    let mut viewer = Viewer::open(app.viewer(), &format!("topics=mission:{one}")).await;
    let mut stranger = Viewer::open(app.stranger(), "topics=missions").await;
    let snapshot = viewer.begin().await;
    assert_eq!(snapshot["missions"].as_array().unwrap().len(), 1);
    assert_eq!(snapshot["topics"], json!([format!("mission:{one}")]));
    assert_eq!(stranger.begin().await["missions"], json!([]));
    app.operator().act(&other, "start").await.expect(200);
    app.operator().act(&one, "start").await.expect(200);
    let started = ("mission_started".to_owned(), json!(one));
    assert_eq!(viewer.entries(1).await.0, [started]);
    let theirs = app.stranger().create(&json!({"title": "theirs", "kind": "external"})).await;
    assert_eq!(stranger.entries(1).await.0, [created(&theirs)]);
}

#[tokio::test]
async fn what_is_watched_can_be_changed_without_missing_or_repeating_anything() {
    let app = App::start().await;
    let one = create(&app, "one").await;
    let mut viewer = Viewer::open(app.viewer(), "topics=agents").await;
    viewer.begin().await;
    viewer.say(&json!({"type": "subscribe", "topics": [format!("mission:{one}")]})).await;
    let snapshot = viewer.next().await;
    assert_eq!((&snapshot["type"], &snapshot["agents"]), (&json!("snapshot"), &Value::Null));
    assert_eq!(snapshot["missions"][0]["id"], json!(one));
    app.operator().act(&one, "start").await.expect(200);
    let (entries, _) = viewer.entries(1).await;
    assert_eq!(entries, [("mission_started".to_owned(), json!(one))]);
    app.agent("atlas").await;
    assert_eq!(viewer.entries(1).await.0[0].0, "agent_registered", "what was watched before is");
    viewer.say(&json!({"type": "unsubscribe", "topics": [format!("mission:{one}")]})).await;
    viewer.say(&json!({"type": "ping"})).await;
    viewer.beaten().await;
    app.operator().act(&one, "complete").await.expect(200);
    app.agent("boreas").await;
    assert_eq!(viewer.entries(1).await.0[0].0, "agent_registered");
}

#[tokio::test]
async fn a_ping_is_answered_with_where_the_viewer_is() {
    let app = App::start().await;
    let mut viewer = Viewer::open(app.viewer(), "topics=missions").await;
    viewer.begin().await;
    let new = create(&app, "new").await;
    let (entries, behind) = viewer.entries(1).await;
    assert_eq!(entries, [created(&new)]);
    viewer.say(&json!({"type": "ping"})).await;
    assert_eq!(viewer.beaten().await["cursor"], json!(behind));
}

#[tokio::test]
async fn counters_are_told_when_they_change() {
    let app = App::start().await;
    let mut viewer = Viewer::open(app.viewer(), "topics=metrics").await;
    let snapshot = viewer.begin().await;
    assert_eq!(snapshot["metrics"]["total_missions"], 0);
    for total in 1..=2 {
        create(&app, "new").await;
        let frame = viewer.next().await;
        let news = &frame["data"][0];
        assert_eq!(
            (&news["type"], &news["metrics"]["total_missions"]),
            (&json!("metrics"), &json!(total))
        );
    }
    let cursor = snapshot["cursor"].as_str().unwrap();
    let mut late = Viewer::open(app.viewer(), &format!("topics=metrics&cursor={cursor}")).await;
    assert_eq!(late.next().await["type"], "hello");
    assert_eq!(late.next().await["data"][0]["metrics"]["total_missions"], 2);
}

#[tokio::test]
async fn no_count_is_missed_by_whoever_begins_to_watch_something_else() {
    let app = App::start().await;
    let mut viewer = Viewer::open(app.viewer(), "topics=metrics").await;
    viewer.begin().await;
    create(&app, "one").await;
    assert_eq!(viewer.next().await["data"][0]["metrics"]["total_missions"], 1);
    // This one is told a second later, to those who watch the counters alone.
    create(&app, "two").await;
    viewer.say(&json!({"type": "subscribe", "topics": ["agents"]})).await;
    let mut frame = viewer.next().await;
    while frame["data"][0]["metrics"]["total_missions"] != 2 {
        frame = viewer.next().await;
    }
}

#[tokio::test]
async fn a_log_is_followed_behind_the_line_that_was_read_last() {
    let app = App::start().await;
    let agent = app.agent("atlas").await;
    let made = app.operator().create(&json!({"title": "chatty", "kind": "default"})).await;
    let (mission, lease) = agent.claim_one().await;
    assert_eq!(mission, made);
    let path = format!("/api/missions/{mission}/logs");
    let write = async |text: &str| {
        let line = json!({"at": "2026-01-01T00:00:00Z", "level": "info", "text": text});
        agent.caller.post(&path, &json!({"lease_id": lease, "lines": [line]})).await.expect(201);
    };
    write("first").await;
    write("second").await;
    let mut whole = Viewer::open(app.viewer(), &format!("topics=logs:{mission}")).await;
    whole.begin().await;
    let lines = whole.log_lines(2).await;
    assert_eq!(texts(&lines), ["first", "second"]);
    let read = lines[0]["n"].as_i64().unwrap();
    let mut later = Viewer::open(app.viewer(), &format!("topics=logs:{mission}:{read}")).await;
    later.begin().await;
    let mut stranger = Viewer::open(app.stranger(), &format!("topics=logs:{mission}")).await;
    stranger.begin().await;
    write("third").await;
    assert_eq!(texts(&later.log_lines(2).await), ["second", "third"]);
    assert_eq!(texts(&whole.log_lines(1).await), ["third"]);
    stranger.say(&json!({"type": "ping"})).await;
    stranger.beaten().await;
}

fn texts(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn five_hundred_viewers_see_the_same_in_the_same_order_once() {
    let app = App::start().await;
    let (missions, mut viewers, mut expected) = (20, Vec::new(), Vec::new());
    for _ in 0..500 {
        let mut viewer = Viewer::open(app.viewer(), "topics=missions").await;
        viewer.begin().await;
        // Reading from now on, which also answers whoever asks whether it is still there.
        viewers.push(tokio::spawn(viewer.watch(2 * missions)));
    }
    for n in 0..missions {
        let id = create(&app, &format!("m{n}")).await;
        app.operator().act(&id, "start").await.expect(200);
        expected.extend([created(&id), ("mission_started".to_owned(), json!(id))]);
    }
    for viewer in viewers {
        assert_eq!(viewer.await.unwrap(), expected);
    }
}
