//! Old missions leave the store while somebody looks at a list.
//!
//! A server keeps missions for a day at least. So the page is told of a mission that the server does
//! not know, which is one that has left, and then that it leaves.

use anyhow::Result;
use http::StatusCode;
use serde_json::{Value, json};

use crate::stage::{LIVE, Stage};

/// More missions than one page of the list holds.
const MANY: usize = 61;

/// Ids from before all others: their ends.
const LONG_AGO: (&str, &str) =
    ("00000000-5d40-7000-8000-000000000001", "00000000-5d40-7000-8000-000000000009");

/// An id from after all others.
const GONE: &str = "0fffffff-5d40-7000-8000-000000000001";

/// Asks for more without a mouse, which would be a hand on the list.
const MORE: &str = "document.querySelector('.rows-end .button').click()";

/// Counts what is asked for, and keeps the answers of pages back while `window.kept` says so.
const WATCH: &str = r"
    const real = window.fetch;
    window.pages = 0;
    window.counts = 0;
    window.fetch = async (path, how) => {
      if (path.startsWith('/api/missions?limit=50')) window.pages += 1;
      if (path.startsWith('/api/missions?limit=1&sort')) window.counts += 1;
      const answer = await real(path, how);
      if (path.startsWith('/api/missions?limit=50') && window.kept)
        await new Promise((go) => (window.letGo = go));
      return answer;
    };";

/// Has the page take the events of `EVENTS`, as from the live stream.
const TELL: &str = r"
    const done = arguments[0];
    const folder = document.querySelector('script[type=module]').src.replace('app.js', '');
    import(folder + 'core/store.js').then((store) => {
      store.take({ type: 'events', data: EVENTS });
      done(true);
    });";

async fn tell(stage: &Stage, events: &Value) -> Result<()> {
    stage.browser.run_async(&TELL.replace("EVENTS", &events.to_string())).await?;
    Ok(())
}

/// `missions` have left, which lie between these.
async fn tell_removed(stage: &Stage, missions: usize, (first, last): (&str, &str)) -> Result<()> {
    let removed = json!({"missions": missions, "first": first, "last": last});
    tell(stage, &json!([{"type": "missions_removed", "removed": removed}])).await
}

fn gone_row() -> String {
    format!("a.row[data-id='{GONE}']")
}

/// Shows a mission that is over and that the server does not know.
async fn show_gone(stage: &Stage, like: &str) -> Result<()> {
    let answer = stage.admin.get(&format!("/api/missions/{like}")).await?.expect(StatusCode::OK)?;
    let mut body = answer["mission"].clone();
    body["id"] = json!(GONE);
    body["title"] = json!("Gone");
    body["status"] = json!("completed");
    tell(
        stage,
        &json!([{"type": "mission_created", "mission": GONE, "priority": "high", "body": body}]),
    )
    .await?;
    stage.browser.sees(&gone_row(), "Gone").await;
    Ok(())
}

/// A list of [`MANY`] missions, of which the page shows the first fifty; and the id of one of them.
async fn opened(path: &str) -> Result<(Stage, String)> {
    let stage = Stage::set().await?;
    let mission = |at| json!({"title": format!("Audit {at}"), "priority": "high"});
    let missions: Vec<Value> = (1..MANY).map(mission).collect();
    let made = stage.admin.post("/api/missions/batch", &json!({"missions": missions})).await?;
    made.expect(StatusCode::CREATED)?;
    let id = stage.create(&mission(MANY)).await?;
    stage.enter().await?;
    stage.visit(path).await?;
    stage.browser.counts("a.row", 50).await;
    stage.browser.counts(LIVE, 1).await;
    stage.browser.run(WATCH).await?;
    Ok((stage, id))
}

#[tokio::test]
async fn missions_that_leave_beside_a_list_only_have_it_counted() -> Result<()> {
    for (path, length) in [("/missions", "61 missions"), ("/missions?priority=high", "61 match")] {
        let (stage, _) = opened(path).await?;
        stage.browser.run(MORE).await?;
        stage.browser.counts("a.row", MANY).await;
        tell_removed(&stage, 7, LONG_AGO).await?;
        assert_eq!(stage.browser.run("return window.counts").await?, json!(1), "{path} is counted");
        stage.browser.sees(".list-count", length).await;
        stage.browser.counts("a.row", MANY).await;
        assert_eq!(stage.browser.run("return window.pages").await?, json!(1), "{path} stays");
        stage.ends_quietly().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_list_of_what_is_under_way_does_not_care_what_leaves() -> Result<()> {
    let (stage, _) = opened("/missions?status=pending,running").await?;
    tell_removed(&stage, 7, LONG_AGO).await?;
    let asked = stage.browser.run("return window.counts + window.pages").await?;
    assert_eq!(asked, json!(0), "nothing is asked for");
    stage.ends_quietly().await
}

#[tokio::test]
async fn rows_that_left_go_once_no_hand_is_on_the_list() -> Result<()> {
    let (stage, id) = opened("/missions?priority=high").await?;
    show_gone(&stage, &id).await?;
    stage.browser.sees(".list-count", "62 match").await;
    stage.browser.run("document.querySelector('a.row').focus(); window.kept = true").await?;
    stage.browser.run(MORE).await?;
    stage.browser.holds("more is on its way", "return !!window.letGo").await;
    tell_removed(&stage, 1, (GONE, GONE)).await?;
    stage.browser.run("window.kept = false; window.letGo()").await?;
    stage.browser.counts("a.row", MANY + 1).await;
    stage.browser.sees(".list-count", "61 match").await;
    stage.browser.run("document.activeElement.blur()").await?;
    stage.browser.counts(&gone_row(), 0).await;
    stage.browser.counts("a.row", 50).await;
    stage.browser.sees(".list-count", "61 match").await;
    stage.ends_quietly().await
}
