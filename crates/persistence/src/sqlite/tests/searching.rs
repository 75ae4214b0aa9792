use std::sync::Arc;
use std::time::{Duration, Instant};

use mission_control_kernel::Text;
use mission_control_missions::{Action, Command, Edit, ListQuery, MissionStore as _};
use rusqlite::Connection;

use super::Home;
use crate::sqlite::search::{candidates, folded};
use crate::sqlite::sql;

/// No feeding takes this long unless nobody feeds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until the index has come to the end of the journal.
pub(super) async fn indexed(home: &Home) {
    let path = home.path();
    let waiting = tokio::task::spawn_blocking(move || {
        let connection = Connection::open(&path).unwrap();
        let read = |sql| connection.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap();
        let begin = Instant::now();
        loop {
            let (indexed, head) = (read(sql!("search_position")), read(sql!("journal_head")));
            if indexed == head {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "the index is at {indexed}, the journal at {head}");
            std::thread::yield_now();
        }
    });
    waiting.await.unwrap();
}

async fn titles(home: &Home, sought: &str) -> Vec<String> {
    let text = Some(Text::parse(sought).unwrap());
    let query = ListQuery { text, limit: 50, ..ListQuery::default() };
    let page = home.store().list(&mission_control_kernel::Scope::All, &query).await.unwrap();
    page.missions.iter().map(|mission| mission.spec.title.to_string()).collect()
}

#[tokio::test]
async fn a_rare_text_is_found_through_the_index_and_behind_it() {
    let home = Home::new();
    for n in 0..100 {
        home.make(home.draft(&format!("plain {n}"))).await;
    }
    home.make(home.draft("Die Größe der Flut")).await;
    indexed(&home).await;
    let connection = Connection::open(home.path()).unwrap();
    let among = |sought: &str| candidates(&connection, &folded(sought)).unwrap();
    assert_eq!(among("GRÖSSE"), Some(Vec::new()));
    assert_eq!(among("GRÖße").map(|found| found.len()), Some(1));
    assert_eq!(among("fl"), None, "too short for the index");
    assert_eq!(titles(&home, "GRÖß").await, ["Die Größe der Flut"]);
    home.make(home.draft("noch eine Größe")).await;
    assert_eq!(titles(&home, "größe").await, ["noch eine Größe", "Die Größe der Flut"]);
}

#[tokio::test]
async fn an_edited_text_is_found_by_its_new_words_alone() {
    let home = Home::new();
    let mut draft = home.draft("the old quay");
    Arc::make_mut(&mut draft.spec).description = Text::parse("with a crane").unwrap();
    let mission = home.make(draft).await.id;
    indexed(&home).await;
    let edit = Edit { title: Some(Text::parse("the new \"quay\"").unwrap()), ..Edit::default() };
    let scope = mission_control_kernel::Scope::All;
    home.apply(Action::Command { scope, mission, command: Command::Edit(edit) }).await;
    for _ in 0..2 {
        assert_eq!(titles(&home, "NEW \"q").await, ["the new \"quay\""]);
        assert_eq!(titles(&home, "crane").await, ["the new \"quay\""]);
        assert!(titles(&home, "old quay").await.is_empty());
        assert!(titles(&home, "quay with").await.is_empty(), "no match reaches over two fields");
        indexed(&home).await;
    }
}
