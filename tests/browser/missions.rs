//! The list of missions and the one that is open.

use anyhow::Result;
use serde_json::json;

use crate::stage::Stage;

const RUNNING: &str = "[data-counter=running]";

#[tokio::test]
async fn a_mission_appears_and_moves_by_itself() -> Result<()> {
    let stage = Stage::open().await?;
    let id = stage.create(&json!({"title": "Index corpus", "kind": "external"})).await?;
    let row = format!("a.row[data-id='{id}']");
    stage.browser.sees(&row, "Index corpus").await;
    stage.browser.sees(&row, "QUEUED").await;
    stage.act(&id, "start", &json!({})).await?;
    stage.browser.sees(&row, "RUNNING").await;
    stage.browser.sees(RUNNING, "1").await;
    stage.act(&id, "progress", &json!({"progress": 42})).await?;
    stage.browser.sees(&row, "42 %").await;
    let done = json!({"result": {"pages": 7}, "tokens_used": 1500, "cost_estimate": 0.15});
    stage.act(&id, "complete", &done).await?;
    stage.browser.sees(&row, "COMPLETED").await;
    stage.browser.sees(RUNNING, "0").await;
    stage.browser.sees("[data-counter=tokens]", "1,500").await;
    stage.browser.sees("[data-counter=cost]", "$0.1500").await;
    stage.ends_quietly().await
}

#[tokio::test]
async fn filters_and_search_stand_in_the_address_and_come_back_with_it() -> Result<()> {
    let stage = Stage::open().await?;
    for (title, priority) in
        [("Audit the ledger", "high"), ("Audit the log", "low"), ("Sort", "low")]
    {
        stage.create(&json!({"title": title, "priority": priority})).await?;
    }
    stage.browser.counts("a.row", 3).await;
    stage.browser.click("[data-filter='priority:low']").await;
    stage.browser.counts("a.row", 2).await;
    stage.browser.sees("[data-filter='priority:low']", "2").await;
    stage.browser.click(".search-input").await;
    stage.browser.types("audit").await?;
    stage.browser.counts("a.row", 1).await;
    stage.browser.sees("a.row", "Audit the log").await;
    stage.browser.holds("the address has both", "return location.search.includes('priority=low') && location.search.includes('q=audit')").await;

    let path = stage.browser.path().await?;
    stage.visit(&path).await?;
    stage.browser.counts("a.row", 1).await;
    stage
        .browser
        .holds(
            "the search is still there",
            "return document.querySelector('.search-input').value === 'audit'",
        )
        .await;
    stage.browser.click("[data-filter='status:failed']").await;
    stage.browser.sees(".state", "No mission matches").await;
    stage.ends_quietly().await
}

#[tokio::test]
async fn a_mission_is_cancelled_and_tried_again() -> Result<()> {
    let stage = Stage::open().await?;
    let id = stage.running("Draft notes").await?;
    stage.browser.click(&format!("a.row[data-id='{id}']")).await;
    stage.browser.sees(".detail", "Draft notes").await;
    stage.browser.click(".detail [data-action=cancel]").await;
    stage.browser.sees(".dialog", "Cancel this mission?").await;
    stage.browser.sees(".dialog", "Draft notes").await;
    stage.browser.click(".dialog .button-danger").await;
    stage.browser.sees(".action-told", "Cancelled by you").await;
    stage.browser.sees(".detail .status", "CANCELLED").await;
    let near = "return document.activeElement.closest('.actions') !== null";
    stage.browser.holds("the focus stays with the actions", near).await;
    stage.browser.click(".detail [data-action=retry]").await;
    stage.browser.sees(".action-told", "Retry queued").await;
    stage.browser.sees(".detail .status", "QUEUED").await;
    stage.browser.sees(".why", "driven from outside").await;
    stage.browser.click("#tab-events").await;
    stage.browser.sees(".events", "retried").await;
    stage.ends_quietly().await
}

#[tokio::test]
async fn rows_stay_where_they_are_under_a_hand() -> Result<()> {
    let stage = Stage::open().await?;
    let first = stage.create(&json!({"title": "First"})).await?;
    stage.browser.counts("a.row", 1).await;
    stage.browser.run("document.querySelector('a.row').focus()").await?;
    stage.create(&json!({"title": "Second"})).await?;
    stage.browser.sees(".pill", "1 new").await;
    stage.browser.counts("a.row", 1).await;
    let held = "return document.activeElement.dataset.id";
    assert_eq!(stage.browser.run(held).await?, json!(first), "the focus is where it was");
    stage.browser.click(".pill").await;
    stage.browser.counts("a.row", 2).await;
    stage.ends_quietly().await
}

#[tokio::test]
async fn a_failure_is_told_in_the_words_of_who_reported_it() -> Result<()> {
    let stage = Stage::open().await?;
    let id = stage.running("Summarise").await?;
    let text = "<img src=x onerror=alert(1)> rate limit 429";
    stage.act(&id, "fail", &json!({"error_message": text})).await?;
    let row = format!("a.row[data-id='{id}']");
    stage.browser.sees(&row, "FAILED").await;
    stage.browser.sees(&row, text).await;
    stage.browser.click(&row).await;
    stage.browser.sees(".block-error", text).await;
    stage.browser.click(".detail [data-action=discard]").await;
    stage.browser.click(".dialog .button-danger").await;
    stage.browser.sees(".action-told", "Discarded by you").await;
    let images = stage.browser.run("return document.images.length").await?;
    assert_eq!(images, json!(0), "text is never markup");

    stage.visit("/missions/01912345-5d40-7000-8000-000000000001").await?;
    stage.browser.sees(".detail", "doesn't exist").await;
    stage
        .browser
        .run("history.pushState(null, '', '/missions/%zz'); dispatchEvent(new PopStateEvent('popstate'))")
        .await?;
    stage.browser.sees(".detail", "%zz").await;
    stage.browser.close().await
}

#[tokio::test]
async fn a_worker_fills_the_log_and_its_card() -> Result<()> {
    let stage = Stage::set_with(&[]).await?;
    stage.enter().await?;
    let id = stage.create(&json!({"title": "Document Processing"})).await?;
    stage.browser.sees(&format!("a.row[data-id='{id}']"), "COMPLETED").await;
    stage.visit(&format!("/missions/{id}?tab=log")).await?;
    stage.browser.sees(".log", "Document Processing").await;
    stage.visit("/agents").await?;
    stage.browser.sees(".card", "1 done").await;
    stage.browser.click(".card-actions .button").await;
    stage
        .browser
        .holds(
            "it drains",
            "return /Draining|Offline/i.test(document.querySelector('.card').innerText)",
        )
        .await;
    stage.browser.click(".card-actions .button").await;
    stage.browser.sees(".card .agent-status", "idle").await;
    stage.ends_quietly().await
}

#[tokio::test]
async fn an_opened_part_stays_open_while_the_mission_changes() -> Result<()> {
    let stage = Stage::open().await?;
    let id = stage.create(&json!({"title": "Wait", "kind": "external"})).await?;
    stage.browser.click(&format!("a.row[data-id='{id}']")).await;
    stage.browser.click(".gates-open summary").await;
    stage.browser.counts(".gates-open[open]", 1).await;
    let shut = "return document.querySelectorAll('.why .gate-closed').length";
    let before = stage.browser.run(shut).await?;
    stage.act(&id, "hold", &json!({})).await?;
    stage.browser.holds("one gate more is closed", &format!("{shut} > {before}")).await;
    stage.browser.counts(".gates-open[open]", 1).await;
    stage.ends_quietly().await
}

#[tokio::test]
async fn a_log_grows_while_it_is_read_without_being_asked_for() -> Result<()> {
    let stage = Stage::open().await?;
    let id = stage.running("Draft notes").await?;
    stage.log(&id, &["one"]).await?;
    stage.visit(&format!("/missions/{id}?tab=log")).await?;
    stage.browser.counts(".log-line", 1).await;
    for (line, there) in [("two", 2), ("three", 3), ("four", 4)] {
        stage.log(&id, &[line]).await?;
        stage.browser.counts(".log-line", there).await;
    }
    let asked = stage
        .browser
        .run("return performance.getEntriesByType('resource').filter((it) => it.name.includes('/logs?')).length")
        .await?;
    assert_eq!(asked, json!(1), "what comes is told");
    stage.act(&id, "complete", &json!({})).await?;
    stage.browser.sees(".detail .status", "COMPLETED").await;
    stage.browser.counts(".log-line", 4).await;
    stage.ends_quietly().await
}

/// Keeps the answers of the list back until `letGo` is called.
const KEEP_THE_LIST_BACK: &str = r"
    const real = window.fetch;
    window.fetch = async (path, how) => {
      const answer = await real(path, how);
      if (path.startsWith('/api/missions?limit=50')) await new Promise((go) => (window.letGo = go));
      return answer;
    };";

#[tokio::test]
async fn what_is_made_while_the_list_is_on_its_way_is_in_it() -> Result<()> {
    let stage = Stage::open().await?;
    stage.create(&json!({"title": "Before", "priority": "high"})).await?;
    stage.browser.counts("a.row", 1).await;
    stage.browser.run(KEEP_THE_LIST_BACK).await?;
    stage.browser.click("[data-filter='priority:high']").await;
    stage.browser.holds("the list is on its way", "return !!window.letGo").await;
    stage.create(&json!({"title": "Meanwhile", "priority": "high"})).await?;
    stage.browser.sees("[data-filter='priority:high']", "2").await;
    stage.browser.run("window.letGo()").await?;
    stage
        .browser
        .holds("the list is there", "return !document.querySelector('.list[aria-busy=true]')")
        .await;
    stage
        .browser
        .holds(
            "both are told of",
            "return document.querySelectorAll('a.row').length === 2 || /1 new/.test(document.querySelector('.pill')?.innerText ?? '')",
        )
        .await;
    stage.ends_quietly().await
}
