//! Who is let in to the live socket, and how it ends.

use futures::{SinkExt, StreamExt, stream};
use mission_control_identity::{
    Grants, Login, NewToken, NewUser, Outcome, PrincipalName, Role, TokenId, TokenScope,
};
use mission_control_transport::auth::{Minted, mint};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio_tungstenite::tungstenite::Message;

use crate::app::{App, soon};
use crate::viewer::Viewer;

/// More than what a stalled viewer and the kernel between hold.
const MUCH: usize = 16 * 1024 * 1024;
/// Of the different things that can be watched, those that one principal may begin with.
const A_QUARTER: usize = 256;
/// How many are made at the same time.
const TOGETHER: usize = 16;

#[tokio::test]
async fn only_a_viewer_of_our_own_origin_is_let_in() {
    let app = App::start().await;
    let own = format!("http://{}", app.viewer().address());
    let knock = async |caller, query: &str, headers: &[(&'static str, &str)]| {
        Viewer::knock(caller, query, headers).await.map(|_| ())
    };
    let refused = |status: u16, code: &str| Err((status, code.to_owned()));
    assert_eq!(knock(app.viewer(), "", &[("origin", &own)]).await, Ok(()));
    assert_eq!(knock(app.viewer(), "", &[]).await, Ok(()));
    let evil = [("origin", "http://evil.test")];
    assert_eq!(knock(app.viewer(), "", &evil).await, refused(403, "cross_origin"));
    assert_eq!(knock(app.viewer(), "", &[("origin", "null")]).await, refused(403, "cross_origin"));
    assert_eq!(knock(app.nobody(), "", &[]).await, refused(401, "unauthenticated"));
    assert_eq!(knock(app.viewer(), "cursor=x", &[]).await, refused(400, "invalid_cursor"));
    assert_eq!(knock(app.viewer(), "topics=all", &[]).await, refused(422, "unknown_topic"));
    assert_eq!(knock(app.viewer(), "since=1", &[]).await, refused(400, "unknown_field"));
    let other = [("sec-websocket-protocol", "chat")];
    assert_eq!(knock(app.viewer(), "", &other).await, refused(400, "unknown_subprotocol"));
    let got = app.viewer().get("/api/live").await;
    assert_eq!(got.refusal(), (426, "upgrade_required".to_owned()));
}

#[tokio::test]
async fn what_has_no_meaning_ends_with_1008() {
    let app = App::start().await;
    for message in [json!({"type": "shout"}), json!({"type": "subscribe", "topics": ["all"]})] {
        let mut viewer = Viewer::open(app.viewer(), "").await;
        viewer.say(&message).await;
        assert_eq!(viewer.close_code().await, 1008, "{message}");
    }
    let mut viewer = Viewer::open(app.viewer(), "").await;
    viewer.socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(viewer.close_code().await, 1008);
}

#[tokio::test]
async fn what_is_too_large_ends_with_1009_before_it_is_read() {
    let app = App::start().await;
    let mut viewer = Viewer::open(app.viewer(), "").await;
    // It fails when the other side has ended it already; the code tells.
    let _ = viewer.socket.send(Message::text("x".repeat(1024 * 1024))).await;
    assert_eq!(viewer.close_code().await, 1009);
}

#[tokio::test]
async fn too_many_messages_end_with_4429() {
    let app = App::start().await;
    let mut viewer = Viewer::open(app.viewer(), "topics=agents").await;
    viewer.shout(10_000).await;
    assert_eq!(viewer.close_code().await, 4429);
}

#[tokio::test]
async fn a_goodbye_is_given_back() {
    let app = App::start().await;
    let mut viewer = Viewer::open(app.viewer(), "").await;
    viewer.begin().await;
    viewer.socket.close(None).await.unwrap();
    soon("the end", async { while let Some(Ok(_)) = viewer.socket.next().await {} }).await;
}

#[tokio::test]
async fn a_draining_process_ends_all_sockets_with_1012() {
    let app = App::start().await;
    let mut viewers = Vec::new();
    for topics in ["topics=missions", "topics=agents", "topics=agents"] {
        viewers.push(Viewer::open(app.viewer(), topics).await);
    }
    app.draining.cancel();
    for viewer in &mut viewers {
        assert_eq!(viewer.close_code().await, 1012);
    }
    soon("the end of what was held for them", app.dispatcher.settled()).await;
    let refused = Viewer::knock(app.viewer(), "topics=missions", &[]).await.map(|_| ());
    assert_eq!(refused, Err((503, "draining".to_owned())));
}

#[tokio::test]
async fn one_that_does_not_keep_up_ends_with_1013_and_resumes_without_a_gap() {
    let app = App::start().await;
    let mut slow = Viewer::open(app.viewer(), "topics=missions").await;
    let begin = slow.begin().await["cursor"].clone();
    let mut cursor = begin.clone();
    let large = "x".repeat(200 * 1024);
    let body = json!({"title": "large", "kind": "external", "metadata": {"note": large}});
    let made = MUCH / large.len();
    let creating = (0..made).map(async |_| app.operator().create(&body).await);
    stream::iter(creating).buffer_unordered(TOGETHER).collect::<Vec<_>>().await;
    let mut got: Vec<Value> = Vec::new();
    let code = loop {
        match soon("the next message", slow.socket.next()).await {
            Some(Ok(Message::Text(text))) => {
                let frame: Value = serde_json::from_str(&text).unwrap();
                let entries = frame["data"].as_array().into_iter().flatten();
                got.extend(entries.map(|event| event["mission"].clone()));
                cursor = frame["cursor"].clone();
            }
            Some(Ok(Message::Close(close))) => break Some(u16::from(close.unwrap().code)),
            Some(Ok(other)) => panic!("{other:?}"),
            // Where making them takes long, it is cut before it has taken the goodbye.
            None | Some(Err(_)) => break None,
        }
    };
    assert!(code.is_none_or(|code| code == 1013), "{code:?}");
    assert!(got.len() < made, "it did keep up");
    let query = format!("topics=missions&cursor={}", cursor.as_str().unwrap());
    let mut again = Viewer::open(app.viewer(), &query).await;
    assert_eq!(again.next().await["type"], "hello");
    let (rest, _) = again.entries(made - got.len()).await;
    got.extend(rest.into_iter().map(|(_, mission)| mission));
    let query = format!("topics=missions&cursor={}", begin.as_str().unwrap());
    let mut whole = Viewer::open(app.viewer(), &query).await;
    assert_eq!(whole.next().await["type"], "hello");
    let (whole, _) = whole.entries(made).await;
    assert_eq!(got, whole.into_iter().map(|(_, mission)| mission).collect::<Vec<_>>());
}

#[tokio::test]
async fn nobody_takes_all_that_can_be_watched_at_the_same_time() {
    let app = App::start().await;
    let topic = |number: usize| format!("topics=mission:019126f4-5d40-7000-8000-{number:012x}");
    let mut viewers = Vec::new();
    for number in 0..A_QUARTER {
        viewers.push(Viewer::open(app.viewer(), &topic(number)).await);
    }
    let one_more = topic(A_QUARTER);
    let refused = Viewer::knock(app.viewer(), &one_more, &[]).await.map(|_| ());
    assert_eq!(refused, Err((503, "too_many_watches".to_owned())));
    Viewer::open(app.viewer(), &topic(0)).await.begin().await;
    let fellow = Viewer::knock(app.operator(), &one_more, &[]).await.map(|_| ());
    assert_eq!(fellow, refused, "another token of the same owner");
    let token = format!("Bearer {}", token_of_another(&app).await);
    let as_another = [("authorization", token.as_str())];
    let begun_by_another = Viewer::knock(app.nobody(), &one_more, &as_another).await.unwrap();
    Viewer::open(app.viewer(), &one_more).await.begin().await;
    drop(begun_by_another);
}

#[tokio::test]
async fn whoever_signs_out_watches_no_longer() {
    let app = App::start().await;
    let own = ("sec-fetch-site", "same-origin");
    let sign_in = json!({"token": app.token("viewer")});
    let got = app.nobody().send("POST", "/api/login", &[own], Some(&sign_in)).await;
    let cookie = got.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let headers = [("cookie", cookie.as_str()), own];
    let watching = || Viewer::knock(app.nobody(), "topics=agents", &headers);
    let mut viewer = watching().await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    viewer.begin().await;
    let mut other = Viewer::open(app.viewer(), "topics=agents").await;
    other.begin().await;
    assert_eq!(app.nobody().send("POST", "/api/logout", &headers, None).await.status, 204);
    assert_eq!(viewer.close_code().await, 4401);
    assert_eq!(watching().await.map(|_| ()), Err((401, "unauthenticated".to_owned())));
    other.say(&json!({"type": "ping"})).await;
    other.beaten().await;
}

#[tokio::test]
async fn one_that_has_fallen_silent_is_let_go() {
    let app = App::start().await;
    // Before anything is said, so that however long the rest takes is within.
    let begun = tokio::time::Instant::now();
    let mut viewer = Viewer::open(app.viewer(), "topics=agents").await;
    viewer.begin().await;
    let mut bare = viewer.socket.into_inner();
    // From here on time passes as soon as nothing else happens.
    tokio::time::pause();
    let mut bytes = Vec::new();
    let _ = soon("the end", bare.read_to_end(&mut bytes)).await;
    let silent = begun.elapsed().as_secs();
    assert!((40..80).contains(&silent), "{silent} s");
    assert!(bytes.windows(2).any(|two| two == [0x89, 0]), "it was asked");
}

/// A token of a person whom the other tokens do not belong to.
async fn token_of_another(app: &App) -> String {
    let directory = &app.stores.directory;
    let (login, name) = ("bob".parse::<Login>().unwrap(), PrincipalName::parse("Bob").unwrap());
    let owner = login.principal_id();
    let grants = Grants::everywhere(Role::Viewer);
    let bob = NewUser { login, name: name.clone(), grants, password: None };
    assert_eq!(directory.add_user(bob).await.unwrap(), Outcome::Done);
    let Minted { token, digest, hint } = mint();
    let scope = TokenScope { role: Role::Viewer, project: None, agent: None };
    let (id, expires_at) = (TokenId::new(0xb0b), None);
    let new = NewToken { id, digest, hint, name, owner, scope, expires_at };
    assert_eq!(directory.add_token(new).await.unwrap(), Outcome::Done);
    token.expose().to_owned()
}
