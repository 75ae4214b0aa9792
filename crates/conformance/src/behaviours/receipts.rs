//! A request sent twice is carried out once and answered alike.

use std::sync::Arc;

use futures::future::try_join_all;
use mission_control_missions::{
    Action, Actor, Outcome, Receipt, Refusal, Rendered, Request, Verdict,
};

use crate::draft::Draft;
use crate::stage::Stage;

fn rendered(outcome: &Outcome) -> Rendered {
    let names: Vec<String> = outcome.missions.iter().map(|made| made.id.to_string()).collect();
    let mut body = names.join("\n").into_bytes();
    // An answer is bytes, not text.
    body.extend([0, 0xff, b'\'']);
    Rendered { status: 201, body }
}

fn request(stage: &Stage, draft: Draft, principal: &str, key: &str, digest: u8) -> Request {
    let receipt = Receipt {
        project: stage.project.clone(),
        principal: principal.to_owned(),
        key: key.to_owned(),
        request_digest: [digest; 32],
        render: Box::new(rendered),
    };
    Request {
        action: Action::Create(vec![draft.into_new()]),
        by: Actor::System,
        receipt: Some(receipt),
    }
}

async fn send(stage: &Stage, request: Request) -> anyhow::Result<Verdict> {
    Ok(stage.store.stores.missions.apply(request).await?)
}

pub(super) async fn the_same_request_gets_the_same_bytes(stage: Stage) -> anyhow::Result<()> {
    let first = send(&stage, request(&stage, stage.draft(), "ada", "k", 1)).await?;
    let Verdict::Done(outcome, Some(kept)) = first else { anyhow::bail!("not kept: {first:?}") };
    assert_eq!(kept, rendered(&outcome));
    stage.pass(60);
    for _ in 0..2 {
        let again = send(&stage, request(&stage, stage.draft(), "ada", "k", 1)).await?;
        assert_eq!(again, Verdict::Replayed(kept.clone()));
    }
    assert_eq!(stage.all().await?.len(), 1);
    Ok(())
}

pub(super) async fn a_key_used_for_another_request_is_refused(stage: Stage) -> anyhow::Result<()> {
    send(&stage, request(&stage, stage.draft(), "ada", "k", 1)).await?;
    let other = send(&stage, request(&stage, stage.draft(), "ada", "k", 2)).await?;
    assert_eq!(other, Verdict::Refused(Refusal::KeyReused));
    assert_eq!(stage.all().await?.len(), 1);
    Ok(())
}

pub(super) async fn keys_of_others_are_other_keys(stage: Stage) -> anyhow::Result<()> {
    let away = stage.of_project("elsewhere");
    for (stage, principal, key) in
        [(&stage, "ada", "k"), (&stage, "bob", "k"), (&stage, "ada", "K"), (&away, "ada", "k")]
    {
        let verdict = send(stage, request(stage, stage.draft(), principal, key, 1)).await?;
        assert!(matches!(verdict, Verdict::Done(_, Some(_))), "{principal} {key}: {verdict:?}");
    }
    Ok(())
}

pub(super) async fn a_refused_request_keeps_no_answer(stage: Stage) -> anyhow::Result<()> {
    let missing = stage.mission_id();
    let hopeless = stage.draft().after(&[missing]);
    let refused = send(&stage, request(&stage, hopeless, "ada", "k", 1)).await?;
    assert_eq!(refused, Verdict::Refused(Refusal::UnknownDependency { dependency: missing }));
    let good = send(&stage, request(&stage, stage.draft(), "ada", "k", 2)).await?;
    assert!(matches!(good, Verdict::Done(_, Some(_))), "the key is free: {good:?}");
    Ok(())
}

pub(super) async fn sixty_four_at_once_make_one_mission(stage: Stage) -> anyhow::Result<()> {
    let next_door = stage.next_door().await?;
    let stage = Arc::new(stage);
    let doors = [Arc::clone(&stage), next_door.map_or_else(|| Arc::clone(&stage), Arc::new)];
    let sent = (0..64).map(|n| {
        let stage = Arc::clone(&doors[n % 2]);
        async move {
            let request = request(&stage, stage.draft(), "ada", "k", 1);
            let verdict = tokio::spawn(async move { send(&stage, request).await }).await??;
            match verdict {
                Verdict::Done(_, Some(kept)) => anyhow::Ok((1, kept)),
                Verdict::Replayed(kept) => Ok((0, kept)),
                other => anyhow::bail!("neither done nor replayed: {other:?}"),
            }
        }
    });
    let answers = try_join_all(sent).await?;
    assert_eq!(answers.iter().map(|(done, _)| done).sum::<i32>(), 1);
    assert!(answers.iter().all(|(_, kept)| *kept == answers[0].1));
    assert_eq!(stage.all().await?.len(), 1);
    Ok(())
}

pub(super) async fn one_of_many_requests_with_one_key_is_carried_out(
    stage: Stage,
) -> anyhow::Result<()> {
    let missions = &stage.store.stores.missions;
    for round in 0..10 {
        let key = format!("k{round}");
        let busy = Request {
            action: Action::Create(vec![stage.draft().into_new()]),
            by: Actor::System,
            receipt: None,
        };
        let requests = (0..16_u8).rev().map(|n| request(&stage, stage.draft(), "ada", &key, n));
        let sent = std::iter::once(busy).chain(requests).map(|one| missions.apply(one));
        let verdicts = try_join_all(sent).await?.split_off(1);
        let (done, others): (Vec<_>, Vec<_>) =
            verdicts.iter().enumerate().partition(|(_, one)| matches!(one, Verdict::Done(..)));
        assert_eq!(done.len(), 1, "{verdicts:?}");
        for (_, other) in others {
            assert_eq!(*other, Verdict::Refused(Refusal::KeyReused));
        }
        let digest = 15 - u8::try_from(done[0].0)?;
        let again = send(&stage, request(&stage, stage.draft(), "ada", &key, digest)).await?;
        assert!(matches!(again, Verdict::Replayed(_)), "it is the one that was kept: {again:?}");
    }
    Ok(())
}
