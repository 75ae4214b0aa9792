//! What failed, and what it has in common.

use mission_control_kernel::MissionId;
use mission_control_missions::queue::Many;
use mission_control_missions::{
    Command, DeadLetter, FAILURES_NAMED, Failure, FailureClass, FailureReport, Fingerprint,
    ListQuery, UsageReport,
};

use crate::draft::{Draft, kind, text};
use crate::stage::{Stage, ids, start};

fn failure(class: FailureClass, message: &str) -> Failure {
    Failure { class, message: text(message) }
}

/// A mission that fails for good, a second later than whatever was before.
async fn failed(stage: &Stage, draft: Draft, failure: Failure) -> anyhow::Result<MissionId> {
    let id = stage.make(draft).await?.id;
    let begin = Command::Start { agent_type: Some(text("reporter")), model_used: None };
    stage.tell(id, begin).await?;
    stage.pass(1);
    let report = FailureReport { failure, retryable: None, retry_after: None };
    stage.tell(id, Command::Fail { lease: None, report, usage: UsageReport::default() }).await?;
    Ok(id)
}

async fn letter(stage: &Stage, limit: u32) -> anyhow::Result<DeadLetter> {
    Ok(stage.store.stores.missions.dead_letter(&stage.project, limit).await?)
}

/// The fingerprints of a dead letter with how many missions each has.
async fn told(stage: &Stage) -> anyhow::Result<Vec<(Fingerprint, u32)>> {
    let groups = letter(stage, 50).await?.groups.into_iter();
    Ok(groups.map(|group| (group.fingerprint, group.count.count)).collect())
}

pub(super) async fn what_failed_alike_stands_together(stage: Stage) -> anyhow::Result<()> {
    assert_eq!(letter(&stage, 50).await?, DeadLetter::default());
    let tide = |n: usize| failure(FailureClass::Crashed, &format!("the tide of day {n} came in"));
    let first = stage.now().plus(std::time::Duration::from_secs(1));
    let mut drowned = Vec::new();
    for n in 0..=FAILURES_NAMED {
        let draft = stage.draft().kind(["survey", "default"][n % 2]);
        drowned.push(failed(&stage, draft, tide(n)).await?);
    }
    let last = stage.now();
    let lost = failure(FailureClass::Lost, "the tide of day 3 came in");
    let alone = failed(&stage, stage.draft(), lost.clone()).await?;
    failed(&stage.of_project("elsewhere"), stage.of_project("elsewhere").draft(), tide(9)).await?;

    let found = letter(&stage, 50).await?;
    assert!(!found.more);
    let [one, other] = found.groups.as_slice() else { panic!("two failures: {found:?}") };
    assert_eq!((&one.fingerprint, &one.missions[..]), (&Fingerprint::of(&lost), &[alone][..]));
    assert_eq!(
        (other.class, other.sample.as_str()),
        (FailureClass::Crashed, "the tide of day 5 came in")
    );
    assert_eq!(other.count, Many { count: 6, whole: true });
    assert_eq!(other.kinds, [kind("default"), kind("survey")]);
    assert_eq!(other.agent_types, [text("reporter")]);
    assert_eq!((other.first_failed_at, other.last_failed_at), (first, last));
    let newest: Vec<MissionId> = drowned.iter().rev().take(FAILURES_NAMED).copied().collect();
    assert_eq!(other.missions, newest);

    let part = letter(&stage, 1).await?;
    assert!(part.more, "one of two");
    assert_eq!(part.groups, found.groups[..1]);
    Ok(())
}

pub(super) async fn what_is_retried_or_discarded_leaves_its_group(
    stage: Stage,
) -> anyhow::Result<()> {
    let tide = || failure(FailureClass::TimedOut, "no answer for 30 s");
    let fingerprint = Fingerprint::of(&tide());
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(failed(&stage, stage.draft(), tide()).await?);
    }
    assert_eq!(told(&stage).await?, [(fingerprint.clone(), 3)]);
    stage.tell(made[0], Command::Retry).await?;
    stage.tell(made[1], Command::Discard { reason: None }).await?;
    assert_eq!(told(&stage).await?, [(fingerprint.clone(), 1)]);

    let query = |dead_letter| ListQuery {
        fingerprints: vec![fingerprint.clone(), "1-nothing".parse().expect("a word")],
        dead_letter,
        limit: 10,
        ..ListQuery::default()
    };
    let missions = &stage.store.stores.missions;
    for (dead_letter, left) in
        [(None, vec![made[2], made[1]]), (Some(true), vec![made[2]]), (Some(false), vec![made[1]])]
    {
        let query = query(dead_letter);
        let page = missions.list(&stage.scope, &query).await?;
        assert_eq!(ids(&page.missions), left, "{dead_letter:?}");
        assert_eq!(missions.count(&stage.scope, &query, 10).await? as usize, left.len());
    }
    stage.tell(made[0], start()).await?;
    assert_eq!(told(&stage).await?, [(fingerprint, 1)], "what runs again has not failed");
    Ok(())
}
