use std::time::Duration;

use mission_control::{Journal as _, Perishable, Retention as _};
use rusqlite::Connection;

use super::Home;
use super::searching::indexed;

#[tokio::test]
async fn nothing_leaves_that_a_durable_reader_has_not_read() {
    let home = Home::new();
    Connection::open(home.path())
        .unwrap()
        .execute("INSERT INTO consumers (name, seq) VALUES ('stalled', 2)", ())
        .unwrap();
    for title in ["one", "two", "three", "four", "five"] {
        home.make(home.draft(title)).await;
    }
    indexed(&home).await;
    home.clock.advance(Duration::from_secs(1));
    let removed = home.store().remove(Perishable::Journal, Duration::ZERO, 100).await.unwrap();
    let left = home.store().removed_until().await.unwrap();
    assert_eq!((removed, left), (2, 2), "the stalled one is at 2");
}
