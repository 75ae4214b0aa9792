//! A list is walked page by page while it grows.

use std::collections::BTreeSet;

use mission_control_kernel::MissionId;
use mission_control_missions::{ListQuery, Priority, Sort, SortKey};

use crate::stage::{Stage, ids};

/// Missions that are there when the walk begins.
const THERE: usize = 500;
/// Missions that arrive while it lasts.
const ARRIVING: usize = 200;
const PAGE: u32 = 23;

/// Walks while missions arrive between the pages.
async fn walk(stage: &Stage, sort: Sort) -> anyhow::Result<Vec<MissionId>> {
    let mut query = ListQuery { sort, limit: PAGE, ..ListQuery::default() };
    let pages = THERE.div_ceil(usize::try_from(PAGE)?);
    let mut seen = Vec::new();
    loop {
        let page = stage.store.stores.missions.list(&stage.scope, &query).await?;
        assert!(page.missions.len() <= usize::try_from(PAGE)?);
        seen.extend(ids(&page.missions));
        query.after = page.next;
        if query.after.is_none() {
            return Ok(seen);
        }
        stage.pass(1);
        // As many as arrive on each page, and none for ever.
        if seen.len() < THERE {
            let arriving =
                (0..ARRIVING / pages).map(|n| stage.draft().priority(Priority::ALL[n % 4]));
            stage.make_all(arriving).await?;
        }
    }
}

pub(super) async fn a_walk_skips_and_repeats_nothing_while_missions_arrive(
    stage: Stage,
) -> anyhow::Result<()> {
    for (round, key) in
        [SortKey::CreatedAt, SortKey::Priority, SortKey::UpdatedAt].into_iter().enumerate()
    {
        for descending in [false, true] {
            let stage = stage.of_project(&format!("walk-{round}-{descending}"));
            let mut there = BTreeSet::new();
            for n in 0..THERE / 50 {
                let drafts = (0..50).map(|_| stage.draft().priority(Priority::ALL[n % 4]));
                there.extend(ids(&stage.make_all(drafts).await?));
                stage.pass(1);
            }
            let seen = walk(&stage, Sort { key, descending }).await?;
            let once: BTreeSet<_> = seen.iter().copied().collect();
            assert_eq!(once.len(), seen.len(), "{key} {descending}: one mission was shown twice");
            assert!(there.is_subset(&once), "{key} {descending}: one mission was skipped");
        }
    }
    Ok(())
}

pub(super) async fn a_walk_along_equal_values_skips_nothing(stage: Stage) -> anyhow::Result<()> {
    let made = ids(&stage.make_all((0..100).map(|_| stage.draft())).await?);
    for key in SortKey::ALL {
        let mut expected = made.clone();
        for descending in [false, true] {
            for limit in [1, 33, 99, 100, 101] {
                let sort = Sort { key: *key, descending };
                let query = ListQuery { sort, limit, ..ListQuery::default() };
                let seen = ids(&stage.walk(query).await?);
                assert_eq!(seen, expected, "{key} {descending} in pages of {limit}");
            }
            expected.reverse();
        }
    }
    Ok(())
}
