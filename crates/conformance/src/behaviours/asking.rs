//! Who asked, and why: what the journal tells of it.

use mission_control_kernel::MissionId;
use mission_control_missions::{
    Action, Actor, Command, Entry, EventKind, FailureClass, Outcome, Reason, Refusal, Request,
    Verdict, Why,
};

use crate::draft::text;
use crate::stage::{Stage, cancel, complete, fail, progress, start};

/// The last entry about a mission.
async fn last(stage: &Stage, id: MissionId) -> anyhow::Result<Entry> {
    Ok(stage.story(id).await?.pop().expect("it was made"))
}

async fn carried_out(
    stage: &Stage,
    by: &Actor,
    action: Action,
) -> anyhow::Result<Result<Outcome, Refusal>> {
    let request = Request { action, by: by.clone(), receipt: None };
    match stage.store.stores.missions.apply(request).await? {
        Verdict::Done(outcome, _) => Ok(Ok(outcome)),
        Verdict::Refused(refusal) => Ok(Err(refusal)),
        Verdict::Replayed(_) => anyhow::bail!("without a receipt nothing is kept"),
    }
}

fn why(failure: FailureClass, reason: &str) -> Option<Why> {
    Some(Why { failure: Some(failure), reason: text(reason) })
}

pub(super) async fn an_entry_tells_who_asked(stage: Stage) -> anyhow::Result<()> {
    let ada = Actor::Principal(text("Ada \u{1f9ed} \"the\" operator"));
    let agent = stage.agent("atlas").await?;
    let by_agent = Actor::Agent(agent.id);
    let made = Action::Create(vec![stage.draft().into_new()]);
    let id = carried_out(&stage, &ada, made).await?.expect("it can be made").missions[0].id;
    let lease = Some(stage.claim_one(&agent).await?.lease_id);
    let ask = async |by: &Actor, command| {
        let action = Action::Command { scope: stage.scope.clone(), mission: id, command };
        carried_out(&stage, by, action).await
    };
    ask(&by_agent, progress(lease, 5)).await??;
    ask(&by_agent, fail(lease, FailureClass::InvalidInput)).await??;
    ask(&ada, Command::Retry).await??;
    ask(&ada, Command::Hold { reason: None }).await??;
    assert!(
        !ask(&by_agent, Command::Hold { reason: None }).await??.changed,
        "what changes nothing tells nothing"
    );
    assert!(ask(&by_agent, start()).await?.is_err(), "nor does what is refused");
    ask(&ada, Command::Approve).await??;
    ask(&Actor::System, cancel(false)).await??;

    let story = stage.story(id).await?;
    let told: Vec<_> = story.iter().map(|entry| (entry.event, entry.by.clone())).collect();
    use EventKind::{Approved, Cancelled, Created, Failed, Held, Progressed, Retried, Started};
    let expected = [
        (Created, &ada),
        (Started, &by_agent),
        (Progressed, &by_agent),
        (Failed, &by_agent),
        (Retried, &ada),
        (Held, &ada),
        (Approved, &ada),
        (Cancelled, &Actor::System),
    ];
    assert_eq!(told, expected.map(|(event, by)| (event, by.clone())));
    assert_eq!(stage.mission_entries().await?, story, "one journal, read two ways");
    Ok(())
}

pub(super) async fn an_entry_tells_why_and_in_which_attempt(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let id = stage.make_plain().await?.id;
    assert_eq!((last(&stage, id).await?.why, last(&stage, id).await?.attempt), (None, None));
    let lease = Some(stage.claim_one(&agent).await?.lease_id);
    assert_eq!(last(&stage, id).await?.attempt, Some(1));
    stage.tell(id, fail(lease, FailureClass::Crashed)).await?;
    let entry = last(&stage, id).await?;
    assert_eq!((entry.event, entry.attempt), (EventKind::Requeued, Some(1)));
    assert_eq!(entry.why, why(FailureClass::Crashed, "the tide came in"));

    stage.pass(600);
    let lease = stage.claim_one(&agent).await?.lease_id;
    stage.tell(id, Command::Release { lease }).await?;
    let entry = last(&stage, id).await?;
    assert_eq!((entry.attempt, entry.why), (Some(2), None), "given back for no failure");

    let lease = Some(stage.claim_one(&agent).await?.lease_id);
    let reason = Command::Cancel { reason: Some(text("not needed")), children: false };
    stage.tell(id, reason).await?;
    let entry = last(&stage, id).await?;
    assert_eq!((entry.event, entry.attempt), (EventKind::Cancelled, Some(2)));
    assert_eq!(entry.why, why(FailureClass::Cancelled, "not needed"));
    assert!(stage.ask(id, complete(lease)).await?.is_err());

    stage.tell(id, Command::Retry).await?;
    let entry = last(&stage, id).await?;
    assert_eq!((entry.why, entry.attempt), (None, None), "that was why it ended before");
    let dependant = stage.make(stage.draft().after(&[id])).await?.id;
    stage.tell(id, cancel(false)).await?;
    stage.follow_through().await?;
    let entry = last(&stage, dependant).await?;
    assert_eq!((entry.event, entry.attempt), (EventKind::Cancelled, None), "it only waited");
    assert_eq!(entry.why, why(FailureClass::Cancelled, &format!("dependency {id} failed")));
    Ok(())
}

pub(super) async fn a_reason_is_kept_in_short(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    let long = "\u{1f30a}".repeat(Reason::LONGEST + 1);
    let command = Command::Cancel { reason: Some(text(&long)), children: false };
    let shown = stage.tell(id, command).await?;
    assert_eq!(shown.last_failure.expect("it says why").message.as_str(), long);
    let kept = last(&stage, id).await?.why.expect("so does the journal");
    assert_eq!(kept.reason.as_str(), "\u{1f30a}".repeat(Reason::LONGEST));
    Ok(())
}

pub(super) async fn a_reason_for_what_is_no_failure_is_told(stage: Stage) -> anyhow::Result<()> {
    let id = stage.make_plain().await?.id;
    let given = |reason: &str| Some(Why { failure: None, reason: text(reason) });
    stage.tell(id, Command::Hold { reason: Some(text("wait for the budget")) }).await?;
    assert_eq!(last(&stage, id).await?.why, given("wait for the budget"));
    stage.tell(id, Command::Approve).await?;
    assert_eq!(last(&stage, id).await?.why, None);
    stage.tell(id, start()).await?;
    stage.tell(id, fail(None, FailureClass::Crashed)).await?;
    let discarded =
        stage.tell(id, Command::Discard { reason: Some(text("nobody wants it")) }).await?;
    assert_eq!(last(&stage, id).await?.why, given("nobody wants it"));
    let failure = discarded.last_failure.map(|failure| failure.message.to_string());
    assert_eq!(failure.as_deref(), Some("the tide came in"), "why it failed stays what it was");
    Ok(())
}
