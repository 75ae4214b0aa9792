//! What is looked for is found, and nothing else.

use mission_control_missions::{Command, ListQuery};

use crate::draft::text;
use crate::stage::{Stage, cancel};

/// The titles that a search finds, in the order of creation.
async fn found(stage: &Stage, sought: &str) -> anyhow::Result<Vec<String>> {
    let mut query = ListQuery { text: Some(text(sought)), limit: 50, ..ListQuery::default() };
    query.sort.descending = false;
    let missions = &stage.store.stores.missions;
    let page = missions.list(&stage.scope, &query).await?;
    let count = missions.count(&stage.scope, &query, 50).await?;
    assert_eq!(page.missions.len(), usize::try_from(count)?, "a count finds what a list does");
    Ok(page.missions.iter().map(|mission| mission.spec.title.to_string()).collect())
}

pub(super) async fn a_search_finds_text_wherever_it_stands(stage: Stage) -> anyhow::Result<()> {
    stage.make(stage.draft().titled("Reef")).await?;
    let described = stage.draft().titled("other").spec(|spec| {
        spec.description = text("along the coral REEF at dawn");
    });
    stage.make(described).await?;
    let failed = stage.make(stage.draft().titled("gone")).await?.id;
    let why = Command::Cancel { reason: Some(text("the reef is closed")), children: false };
    stage.tell(failed, why).await?;
    let plain = stage.make(stage.draft().titled("plain")).await?.id;
    stage.tell(plain, cancel(false)).await?;
    assert_eq!(found(&stage, "rEEf").await?, ["Reef", "other", "gone"]);
    assert_eq!(found(&stage, "e").await?, ["Reef", "other", "gone", "plain"]);
    assert_eq!(found(&stage, "re").await?, ["Reef", "other", "gone"]);
    assert!(found(&stage, "reefs").await?.is_empty());
    Ok(())
}

pub(super) async fn a_search_takes_every_letter_as_it_is(stage: Stage) -> anyhow::Result<()> {
    let titles = [
        "100% done",
        "100 percent",
        "a_b",
        "axb",
        r"back\slash",
        "it's",
        r#"say "when""#,
        "Größe der Flut",
        "GRÖSSE",
        "潮の高さ",
        "tide [high]",
        "x*y",
        "emoji 🌊 here",
    ];
    for title in titles {
        stage.make(stage.draft().titled(title)).await?;
    }
    let table: &[(&str, &[&str])] = &[
        ("%", &["100% done"]),
        ("0%", &["100% done"]),
        ("_", &["a_b"]),
        ("a_b", &["a_b"]),
        (r"\", &[r"back\slash"]),
        (r"k\s", &[r"back\slash"]),
        ("'", &["it's"]),
        ("'; --", &[]),
        ("\"when\"", &[r#"say "when""#]),
        ("größe", &["Größe der Flut"]),
        ("GRÖ", &["Größe der Flut", "GRÖSSE"]),
        ("ö", &["Größe der Flut", "GRÖSSE"]),
        ("高", &["潮の高さ"]),
        ("の高", &["潮の高さ"]),
        ("[h", &["tide [high]"]),
        ("*", &["x*y"]),
        ("🌊", &["emoji 🌊 here"]),
    ];
    for (sought, expected) in table {
        assert_eq!(found(&stage, sought).await?, *expected, "looking for {sought:?}");
    }
    Ok(())
}
