//! What the pages of other sites can do with the session of somebody who visits them: nothing.
//!
//! The session is one of `app.test`, which is this machine like every name below `test`. Pages of the
//! same host on another port are the hardest case: the browser sends the cookie along.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::sites::Sites;
use crate::stage::{LIVE, Stage};

/// Says how an attempt to open the live socket ends.
const SOCKET: &str = "
    const socket = (address, done) => {
      const it = new WebSocket(address);
      it.onopen = () => { it.close(); done('open'); };
      it.onerror = () => done('refused');
    };";

/// Somebody signed in at `app.test`, and other people's sites.
async fn at_app() -> Result<(Stage, Sites, String)> {
    let stage = Stage::set_for("ann", "admin").await?;
    let port = stage.server.base_url().rsplit(':').next().context("a port")?.to_owned();
    let app = format!("http://app.test:{port}");
    stage.browser.go(&format!("{app}/login")).await?;
    stage.fill_in("ann", crate::stage::PASSWORD).await?;
    stage.browser.counts(LIVE, 1).await;
    Ok((stage, Sites::open().await?, app))
}

#[tokio::test]
async fn a_socket_opens_for_no_other_site() -> Result<()> {
    let (stage, sites, app) = at_app().await?;
    let live = format!("{}/api/live?topics=missions", app.replace("http", "ws"));
    let open = format!("const done = arguments[0];{SOCKET} socket({}, done);", json!(live));
    assert_eq!(stage.browser.run_async(&open).await?, "open", "its own page may");
    for name in ["evil.test", "app.test", "app.test.evil.test", "evil-app.test", "sub.app.test"] {
        stage.browser.go(&sites.origin(name)).await?;
        assert_eq!(stage.browser.run_async(&open).await?, "refused", "from {name}");
        let cookie = sites.asked().iter().any(|head| head.contains("cookie: mission-control-"));
        assert_eq!(cookie, name == "app.test", "who gets the cookie by itself: {name}");
    }
    // The origin of a frame in a sandbox is `null`, also on the host that gets the cookie.
    stage.browser.go(&sites.origin("app.test")).await?;
    let inside = format!(
        "<script>{SOCKET} socket({}, (how) => parent.postMessage(how, '*'));</script>",
        json!(live)
    );
    let framed = format!(
        "const done = arguments[0];
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        frame.srcdoc = {};
        addEventListener('message', (event) => done([event.origin, event.data]));
        document.body.append(frame);",
        json!(inside)
    );
    assert_eq!(stage.browser.run_async(&framed).await?, json!(["null", "refused"]));
    stage.browser.close().await
}

#[tokio::test]
async fn a_name_that_turns_to_this_machine_gets_nothing() -> Result<()> {
    let (stage, _sites, app) = at_app().await?;
    let every = "const done = arguments[0];
        const paths = ['/', '/missions', '/login', '/account', '/livez', '/readyz', '/metrics',
          '/api/health', '/api/me', '/api/missions', '/api/live', '/api/live/stream',
          '/api/openapi.json', '/docs', '/nowhere'];
        const ask = (path, method) => fetch(path, { method }).then((it) => {
          it.body?.cancel();
          return it.status;
        });
        Promise.all(paths.flatMap((path) => ['GET', 'POST', 'DELETE'].map((it) => ask(path, it))))
          .then(done, (error) => done(String(error)));";
    // The page of a refusal forbids scripts to ask anything; an attacker's would not.
    let bypass = json!({"enabled": true});
    stage.browser.devtools("Page.setBypassCSP", bypass).await?;
    let distinct = |statuses: &Value| -> Result<Vec<u64>> {
        let list = statuses.as_array().with_context(|| statuses.to_string())?;
        let mut all: Vec<u64> = list.iter().filter_map(Value::as_u64).collect();
        assert_eq!(all.len(), 45, "{statuses}");
        all.sort_unstable();
        all.dedup();
        Ok(all)
    };
    stage.browser.go(&format!("{app}/account")).await?;
    let own = distinct(&stage.browser.run_async(every).await?)?;
    assert!(own.contains(&200) && !own.contains(&421), "its own name is answered: {own:?}");
    for name in ["rebind.test", "app.test.rebind.test"] {
        stage.browser.go(&format!("{}/", app.replace("app.test", name))).await?;
        let got = distinct(&stage.browser.run_async(every).await?)?;
        assert_eq!(got, [421], "{name}");
    }
    stage.browser.close().await
}

/// Everything that a page may send to another site without asking it first, and what it has to ask
/// for; says what came of each.
const FORGERIES: &str = "
    const body = JSON.stringify({ title: 'forged' });
    const form = (path, enctype, fields) => new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.name = 'to' + Math.random();
      const made = document.createElement('form');
      Object.assign(made, { action: app + path, method: 'post', enctype, target: frame.name });
      for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement('input');
        Object.assign(input, { type: 'hidden', name, value });
        made.append(input);
      }
      document.body.append(frame, made);
      frame.addEventListener('load', () => done('sent'));
      made.submit();
    });
    const send = (path, how) => fetch(app + path, { credentials: 'include', ...how })
      .then((it) => it.type === 'opaque' ? 'opaque' : it.status, () => 'refused');
    const image = (path) => new Promise((done) => {
      const it = new Image();
      it.onload = it.onerror = () => done('sent');
      it.src = app + path;
    });
    const kinds = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
    const json = { 'content-type': 'application/json' };
    const override = { ...json, 'x-http-method-override': 'DELETE' };
    const attempts = [
      ...kinds.map((it) => form('/api/missions', it, { title: 'forged' })),
      form('/api/missions', 'text/plain', { '{\"title\":\"forged\",\"description\":\"': '\"}' }),
      form('/api/logout', 'text/plain', { '{}': '' }),
      form('/api/logout', kinds[0], {}),
      form('/api/missions/' + mission + '/cancel', kinds[0], {}),
      form('/api/me/password', 'text/plain', { '{\"new_password\":\"forged forged forged\",\"x\":\"': '\"}' }),
      send('/api/missions', { method: 'POST', mode: 'no-cors', body }),
      send('/api/missions', { method: 'POST', mode: 'no-cors', body: new Blob([body], { type: 'text/plain' }) }),
      send('/api/logout', { method: 'POST', mode: 'no-cors', body: '{}' }),
      send('/api/missions', { method: 'POST', headers: json, body }),
      send('/api/missions/' + mission, { method: 'DELETE' }),
      send('/api/missions/' + mission + '/cancel', { method: 'POST', headers: json, body: '{}' }),
      send('/api/missions/' + mission, { method: 'POST', headers: override, body: '{}' }),
      send('/api/tokens', { method: 'POST', headers: json, body: '{\"name\":\"forged\",\"role\":\"admin\"}' }),
      send('/api/missions', {}),
      image('/api/missions'),
      image('/api/logout'),
    ];
    Promise.all(attempts).then(arguments[0], (error) => arguments[0](String(error)));";

#[tokio::test]
async fn nothing_changes_at_the_word_of_another_site() -> Result<()> {
    let (stage, sites, app) = at_app().await?;
    let mission = stage.create(&json!({"title": "Stays", "held": true})).await?;
    let script = format!("const app = {}, mission = {};{FORGERIES}", json!(app), json!(mission));
    for name in ["evil.test", "app.test", "sub.app.test"] {
        stage.browser.go(&sites.origin(name)).await?;
        let came = stage.browser.run_async(&script).await?;
        let came = came.as_array().with_context(|| came.to_string())?;
        assert_eq!(came.len(), 19, "{came:?}");
        let read = came.iter().any(Value::is_number);
        assert!(!read, "{name} could read an answer: {came:?}");

        let list = stage.admin.get("/api/missions").await?.expect(http::StatusCode::OK)?;
        assert_eq!(list["total"], 1, "{name} made a mission");
        assert_eq!(list["missions"][0]["status"], "pending", "{name} changed one");
        let tokens = stage.admin.get("/api/tokens?all=true").await?.expect(http::StatusCode::OK)?;
        assert_eq!(tokens["total"], 0, "{name} made a token");
        stage.browser.go(&format!("{app}/account")).await?;
        stage.browser.sees(".user-button .user-name", "ann").await;
    }
    // The same from its own page works, or nothing was shown by all this.
    let own = "const done = arguments[0];
        fetch('/api/missions', { method: 'POST', headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ title: 'asked for' }) }).then((it) => done(it.status));";
    assert_eq!(stage.browser.run_async(own).await?, 201);
    stage.browser.close().await
}

#[tokio::test]
async fn no_address_or_message_makes_the_page_talk_to_another_site() -> Result<()> {
    let (stage, sites, app) = at_app().await?;
    let evil = sites.origin("evil.test");
    let hostile = [
        format!("/login?next={evil}/"),
        format!("/login?next=//evil.test{}", evil.trim_start_matches("http://evil.test")),
        format!("/missions#{evil}"),
        format!("/missions#token=stolen&url={evil}"),
        format!("/account#//{}", evil.trim_start_matches("http://")),
        format!("/missions?project={evil}"),
    ];
    for path in hostile {
        stage.browser.go("about:blank").await?;
        stage.browser.go(&format!("{app}{path}")).await?;
        stage.browser.sees(".user-button .user-name", "ann").await;
        stage.browser.counts(LIVE, 1).await;
        let address = stage.browser.address().await?;
        assert!(address.starts_with(&format!("{app}/")), "{path} led to {address}");
    }
    // What no address of the page has is refused before there is a page.
    for path in ["/missions?url=http://evil.test/", "/missions?token=stolen", "/account?api=x"] {
        stage.browser.go(&format!("{app}{path}")).await?;
        stage.browser.sees("body", "unknown").await;
    }
    // A site opens the page and talks to it.
    sites.asked();
    stage.browser.go(&evil).await?;
    let talk = format!(
        "const done = arguments[0];
        const page = open({});
        const words = [{{ type: 'login', url: {evil} }}, {{ api: {evil} }}, 'token', {{ url: {evil} }}];
        let times = 0;
        addEventListener('message', () => done('answered'));
        const talking = setInterval(() => {{
          for (const word of words) page.postMessage(word, '*');
          if ((times += 1) < 30) return;
          clearInterval(talking);
          done('silent');
        }}, 100);",
        json!(format!("{app}/missions")),
        evil = json!(evil)
    );
    assert_eq!(stage.browser.run_async(&talk).await?, "silent");
    let told = sites.asked();
    assert!(told.iter().all(|head| !head.contains("cookie: mission-control-")), "{told:#?}");
    assert!(told.iter().all(|head| !head.contains("authorization:")), "{told:#?}");
    let pages = told.iter().filter(|head| head.starts_with("get / ")).count();
    let icons = told.iter().filter(|head| head.starts_with("get /favicon.ico ")).count();
    assert_eq!(pages + icons, told.len(), "only the site itself was asked for: {told:#?}");
    stage.browser.close().await
}
