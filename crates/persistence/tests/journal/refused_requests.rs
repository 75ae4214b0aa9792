//! A request that the database refuses, among others in its batch.

use std::sync::Arc;

use futures::future::join_all;
use mission_control::Journal as _;
use mission_control_conformance::private_postgres::Durability;
use mission_control_kernel::{JsonText, Scope, StoreError};
use mission_control_missions::{MissionStore as _, NewMission};

use crate::stage::{Stage, create, spec};

/// Requests beside the refused one.
const NEIGHBOURS: usize = 30;

#[tokio::test]
async fn a_request_that_the_database_refuses_fails_alone() -> anyhow::Result<()> {
    let stage = Stage::new(Durability::Relaxed).await?;
    let handle = stage.handle().await?;
    // JSON allows the escape; `jsonb` has no character for it.
    let refused = NewMission {
        spec: Arc::new(spec(JsonText::from_stored(r#"{"a":"\u0000"}"#))),
        ..stage.draft()
    };
    let refused_id = refused.id;
    let mut drafts: Vec<NewMission> = (0..NEIGHBOURS).map(|_| stage.draft()).collect();
    drafts.insert(NEIGHBOURS / 2, refused);
    let ids: Vec<_> = drafts.iter().map(|draft| draft.id).collect();

    let before = handle.head().await?;
    let answers = join_all(drafts.into_iter().map(|draft| create(&handle, vec![draft]))).await;

    for (id, answer) in ids.iter().zip(&answers) {
        match answer {
            Err(StoreError::Defect(_)) => assert_eq!(*id, refused_id, "a neighbour failed too"),
            other => {
                assert_eq!(*other, Ok(()));
                assert_ne!(*id, refused_id, "the database took it");
            }
        }
    }
    let found = handle.missions(&Scope::All, &ids).await?;
    assert_eq!(found.len(), NEIGHBOURS);
    assert!(found.iter().all(|mission| mission.id != refused_id));
    assert_eq!(handle.head().await? - before, i64::try_from(NEIGHBOURS)?);
    Ok(())
}
