//! Whatever streams is refused before it begins, and shows what lies in one project
//! (security.md, S02).

use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::app::{App, Caller, soon};
use crate::matrix::cast::{self, Member};
use crate::viewer::Viewer;

/// Stands in whatever belongs to the other project.
const MARK: &str = "confidential";

/// What makes a request the beginning of a socket.
pub(crate) const UPGRADE: [(&str, &str); 4] = [
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// What follows a mission and its agent, in whichever project they are.
fn topics(mission: &str, agent: &str) -> String {
    format!("mission:{mission},logs:{mission},logs:{mission}:1,run:{mission},agent:{agent}")
}

/// A mission that runs without an agent, and an agent that does not run it.
async fn settle(caller: Caller<'_>, name: &str) -> (String, String) {
    let mission = caller.create(&json!({"title": name, "kind": "external"})).await;
    caller.act(&mission, "start").await.expect(200);
    let agent = json!({"name": name, "type": "worker"});
    let agent = caller.post("/api/agents", &agent).await.expect(201)["agent"]["id"].clone();
    (mission, agent.as_str().unwrap().to_owned())
}

/// Everything happens that any topic tells of; the last is a line of the log.
async fn live(caller: Caller<'_>, (mission, agent): &(String, String), mark: &str) {
    let progress = json!({"progress": 50, "message": mark});
    caller.post(&format!("/api/missions/{mission}/progress"), &progress).await.expect(200);
    caller.post(&format!("/api/agents/{agent}/drain"), &json!({})).await.expect(200);
    caller.create(&json!({"title": mark, "kind": "external"})).await;
    let line = json!({"at": "2026-01-31T08:30:00Z", "level": "info", "text": mark});
    let lines = json!({"lines": [line]});
    caller.post(&format!("/api/missions/{mission}/logs"), &lines).await.expect(201);
}

/// A request for a stream, as somebody.
async fn knock(app: &App, member: &Member, path: &str) -> Response<Incoming> {
    let said = member.headers.iter().map(|(name, value)| (&**name, &**value));
    let upgrade = if path.starts_with("/api/live?") { UPGRADE.as_slice() } else { &[] };
    let headers: Vec<_> = said.chain(upgrade.iter().copied()).collect();
    app.nobody().open("GET", path, &headers, None).await
}

#[tokio::test]
async fn without_a_credential_that_counts_no_stream_begins_and_nothing_is_told() {
    let app = App::start().await;
    let cast = cast::gather(&app).await;
    let (mission, agent) = settle(app.stranger(), MARK).await;
    let topics = topics(&mission, &agent);
    let mut refused = 0;
    for path in [
        "/api/live?topics=missions".to_owned(),
        format!("/api/live?topics={topics}"),
        "/api/live?project=lab".to_owned(),
        "/api/live/stream".to_owned(),
        format!("/api/live/stream?topics={topics}"),
        "/api/live/stream?topics=*".to_owned(),
        "/api/missions/export".to_owned(),
        "/api/missions/export?format=ndjson&project=lab".to_owned(),
        "/metrics".to_owned(),
    ] {
        for member in &cast {
            let expected = match (&member.principal, member.name) {
                (None, _) => 401,
                (_, "agent") if !path.contains("project=lab") => 403,
                _ => continue,
            };
            let answer = knock(&app, member, &path).await;
            let name = format!("{path} as {}", member.name);
            assert_eq!(answer.status(), expected, "{name}");
            for header in ["upgrade", "sec-websocket-accept", "set-cookie"] {
                assert!(!answer.headers().contains_key(header), "{name}: {header}");
            }
            assert_eq!(answer.headers()["content-type"], "application/problem+json", "{name}");
            let body = soon("the body", answer.into_body().collect()).await.unwrap().to_bytes();
            let mut problem: Value = serde_json::from_slice(&body).unwrap();
            problem.as_object_mut().unwrap().remove("request_id");
            let text = problem.to_string();
            for told in [MARK, "lab", &mission, &agent] {
                assert!(!text.contains(told), "{name}: {text}");
            }
            refused += 1;
        }
    }
    assert!(refused >= 9 * 6, "{refused}");
    let viewer = cast.iter().find(|member| member.name == "viewer").unwrap();
    for (path, status) in [
        ("/api/live?topics=missions", 101),
        ("/api/live/stream", 200),
        ("/api/missions/export", 200),
        ("/api/live?project=lab", 404),
        ("/api/live/stream?project=lab", 404),
        ("/api/live/stream?topics=*", 422),
        ("/api/missions/export?format=ndjson&project=lab", 404),
        ("/metrics", 403),
    ] {
        assert_eq!(knock(&app, viewer, path).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn a_socket_that_follows_what_lies_elsewhere_lives_and_hears_nothing_of_it() {
    let app = App::start().await;
    let theirs = settle(app.stranger(), MARK).await;
    let ours = settle(app.operator(), "ours").await;
    let mut viewer = Viewer::open(app.viewer(), "topics=missions,agents,queue,metrics").await;
    let mut insider = Viewer::open(app.stranger(), "topics=missions,agents").await;
    let mut heard = vec![viewer.begin().await];
    insider.begin().await;
    // One message for each, so that none is refused for another.
    for topic in topics(&theirs.0, &theirs.1).split(',') {
        let subscribe = json!({"type": "subscribe", "topics": [topic]});
        for socket in [&mut viewer, &mut insider] {
            socket.say(&subscribe).await;
        }
    }
    let log = format!("logs:{}", ours.0);
    viewer.say(&json!({"type": "subscribe", "topics": [log]})).await;
    live(app.stranger(), &theirs, MARK).await;
    live(app.operator(), &ours, "told to us").await;
    while !is_told(&heard, "told to us") {
        heard.push(viewer.next().await);
    }
    let heard = json!(heard).to_string();
    // The topics that were asked for are said back; nothing else names what is theirs.
    for told in [MARK.to_owned(), format!("\"{}\"", theirs.0), format!("\"{}\"", theirs.1)] {
        assert!(!heard.contains(&told), "{told}: {heard}");
    }
    let mut control = Vec::new();
    while !is_told(&control, MARK) {
        control.push(insider.next().await);
    }
    let control = json!(control).to_string();
    assert!(control.contains(&theirs.0) && !control.contains("told to us"), "{control}");
    viewer.say(&json!({"type": "ping"})).await;
    while viewer.frame().await["type"] != "beat" {}
}

/// Whether lines of a log, progress and a new mission have come that say this.
fn is_told(frames: &[Value], mark: &str) -> bool {
    let events = || frames.iter().filter_map(|frame| frame["data"].as_array()).flatten();
    ["mission_log", "mission_progressed", "mission_created"].iter().all(|kind| {
        events().any(|event| event["type"] == **kind && event.to_string().contains(mark))
    })
}

#[tokio::test]
async fn no_word_stands_for_everything_and_nobody_says_anything_to_others() {
    let app = App::start().await;
    let theirs = settle(app.stranger(), MARK).await;
    let mut insider = Viewer::open(app.stranger(), "topics=missions").await;
    insider.begin().await;
    for message in [
        json!({"type": "subscribe", "topics": ["*"]}),
        json!({"type": "subscribe", "topics": ["mission:*"]}),
        json!({"type": "subscribe", "topics": ["logs:*"]}),
        json!({"type": "subscribe", "topics": ["lab:missions"]}),
        json!({"type": "subscribe", "topics": ["missions"], "project": "lab"}),
        json!({"type": "publish", "topics": ["missions"], "data": [{"mission": theirs.0}]}),
        json!({"type": "mission_created", "mission": theirs.0}),
    ] {
        let mut viewer = Viewer::open(app.viewer(), "topics=missions").await;
        let snapshot = viewer.begin().await;
        assert_eq!(snapshot["missions"], json!([]));
        viewer.say(&message).await;
        assert_eq!(viewer.close_code().await, 1008, "{message}");
    }
    let id = app.stranger().create(&json!({"title": "the next"})).await;
    let (entries, _) = insider.entries(1).await;
    assert_eq!(entries, [("mission_created".to_owned(), json!(id))], "nothing came in between");
}

#[tokio::test]
async fn a_stream_that_follows_what_lies_elsewhere_tells_nothing_of_it() {
    let app = App::start().await;
    let theirs = settle(app.stranger(), MARK).await;
    let ours = settle(app.operator(), "ours").await;
    let followed = topics(&theirs.0, &theirs.1);
    let path =
        format!("/api/live/stream?topics=missions,agents,metrics,{followed},logs:{}", ours.0);
    let viewer = app.viewer().open("GET", &path, &[], None).await;
    let insider = app.stranger().open("GET", &path, &[], None).await;
    live(app.stranger(), &theirs, MARK).await;
    live(app.operator(), &ours, "told to us").await;
    let told = read_until(viewer, "told to us").await;
    let said_back = |text: &str| {
        let said = ["mission", "agent", "logs", "run"];
        let text = said.iter().fold(text.to_owned(), |text, it| {
            let text = text.replace(&format!("{it}:{}", theirs.0), "");
            text.replace(&format!("{it}:{}", theirs.1), "")
        });
        text.contains(MARK) || text.contains(&theirs.0) || text.contains(&theirs.1)
    };
    assert!(!said_back(&told), "{told}");
    let control = read_until(insider, MARK).await;
    assert!(said_back(&control) && !control.contains("told to us"), "{control}");
}

/// What a stream tells until lines of a log, progress and a new mission say this.
async fn read_until(answer: Response<Incoming>, mark: &str) -> String {
    assert_eq!(answer.status(), 200);
    let (mut body, mut text) = (answer.into_body(), String::new());
    loop {
        let frames = text.split("\n\n").filter_map(|event| {
            let data = event.lines().find_map(|line| line.strip_prefix("data: "))?;
            serde_json::from_str(data).ok()
        });
        if is_told(&frames.collect::<Vec<Value>>(), mark) {
            return text;
        }
        let frame = soon("the next frame", body.frame()).await.expect("the stream goes on");
        text.push_str(str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap());
    }
}
