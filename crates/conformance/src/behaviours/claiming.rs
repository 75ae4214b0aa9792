//! Who gets which mission next.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::MissionId;
use mission_control_missions::{Command, Driver, Priority, Status};

use crate::draft::{kind, text};
use crate::json::canonical;
use crate::stage::{AGEING, LEASE, Stage, claiming, complete, ids};

/// Everything that an agent gets, asking for one after the other.
async fn one_by_one(
    stage: &Stage,
    agent: &mission_control_agents::Agent,
) -> anyhow::Result<Vec<MissionId>> {
    let mut taken = Vec::new();
    while let [mission] = stage.claim(agent, 1).await?.as_slice() {
        taken.push(mission.id);
    }
    Ok(taken)
}

pub(super) async fn the_more_urgent_come_first_and_the_older_among_equals(
    stage: Stage,
) -> anyhow::Result<()> {
    use Priority::{Critical, High, Low, Medium};
    let agent = stage.agent("atlas").await?;
    let mut made = Vec::new();
    for priority in [Low, Medium, Critical, High, Medium, Critical] {
        made.push(stage.make(stage.draft().priority(priority)).await?.id);
        stage.pass(1);
    }
    let order = [2, 5, 3, 1, 4, 0].map(|index: usize| made[index]);
    assert_eq!(one_by_one(&stage, &agent).await?, order);
    let batch = stage.make_all((0..20).map(|_| stage.draft())).await?;
    assert_eq!(ids(&stage.claim(&agent, 20).await?), ids(&batch), "of one instant, by their ids");
    Ok(())
}

pub(super) async fn what_has_waited_for_a_period_is_one_priority_more_urgent(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let old = stage.make(stage.draft().priority(Priority::Low)).await?.id;
    stage.store.clock.advance(AGEING);
    let medium = stage.make(stage.draft().priority(Priority::Medium)).await?.id;
    let high = stage.make(stage.draft().priority(Priority::High)).await?.id;
    assert_eq!(one_by_one(&stage, &agent).await?, [high, old, medium]);
    Ok(())
}

pub(super) async fn fairness_keys_take_turns(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let of = |name: &str| stage.draft().spec(|spec| spec.fairness_key = Some(text(name)));
    let amber = ids(&stage.make_all((0..50).map(|_| of("amber"))).await?);
    stage.pass(1);
    let birch = ids(&stage.make_all((0..3).map(|_| of("birch"))).await?);
    let cedar = ids(&stage.make_all((0..2).map(|_| of("cedar"))).await?);
    let mut taken = Vec::new();
    for _ in 0..9 {
        taken.push(stage.claim_one(&agent).await?.id);
    }
    let turns =
        [amber[0], birch[0], cedar[0], amber[1], birch[1], cedar[1], amber[2], birch[2], amber[3]];
    assert_eq!(taken, turns);
    Ok(())
}

pub(super) async fn an_agent_takes_only_what_it_can_do(stage: Stage) -> anyhow::Result<()> {
    let plain = stage.agent("atlas").await?;
    let gifted = stage.able_agent("birch", &["gpu", "sonar"]).await?;
    let gpu = stage.make(stage.draft().needs(&["gpu"]).priority(Priority::Critical)).await?.id;
    let both = stage.make(stage.draft().needs(&["gpu", "sonar"])).await?.id;
    let other = stage.make(stage.draft().needs(&["GPU"])).await?.id;
    let any = stage.make_plain().await?.id;
    assert_eq!(one_by_one(&stage, &plain).await?, [any]);
    assert_eq!(one_by_one(&stage, &gifted).await?, [gpu, both], "as written, and not {other}");
    Ok(())
}

pub(super) async fn an_agent_takes_only_kinds_that_it_performs(stage: Stage) -> anyhow::Result<()> {
    let mut registration = stage.registration("atlas", &[]);
    registration.kinds = Some(vec![text("survey"), text("chart")]);
    let agent = stage.store.stores.agents.register(registration).await?.0;
    let mut made = Vec::new();
    for name in ["default", "survey", "chart", "survey"] {
        made.push(stage.make(stage.draft().kind(name)).await?.id);
        stage.pass(1);
    }
    assert_eq!(one_by_one(&stage, &agent).await?, made[1..]);
    let anybody = stage.agent("birch").await?;
    assert_eq!(one_by_one(&stage, &anybody).await?, made[..1]);
    let nothing = {
        let mut asked = claiming(&anybody, 5);
        asked.claimant.agent.kinds = Some(vec![kind("never")]);
        stage.claim_as(vec![asked]).await?
    };
    assert!(nothing.taken.is_empty());
    Ok(())
}

pub(super) async fn claimants_are_served_in_their_order(stage: Stage) -> anyhow::Result<()> {
    let agents = [stage.agent("birch").await?, stage.agent("atlas").await?];
    let made = ids(&stage.make_all((0..5).map(|_| stage.draft())).await?);
    let asked = vec![claiming(&agents[0], 2), claiming(&agents[1], 2)];
    let taken = stage.claim_as(asked).await?.taken;
    let shown: Vec<_> = taken.iter().map(|(place, mission)| (*place, mission.id)).collect();
    assert_eq!(shown, [(0, made[0]), (0, made[1]), (1, made[2]), (1, made[3])]);
    assert!(taken.iter().all(|(place, mission)| mission.agent() == Some(agents[*place].id)));
    Ok(())
}

pub(super) async fn a_claim_begins_an_attempt_under_a_lease(stage: Stage) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let made = stage.make(stage.draft().place(|new| new.agent_type = Some(text("claude")))).await?;
    stage.pass(3);
    let taken = stage.claim_one(&agent).await?;
    assert_eq!(
        (taken.status(), taken.attempt, taken.version),
        (Status::Running, 1, made.version + 1)
    );
    assert_eq!(
        (taken.agent_type.clone(), taken.started_at()),
        (Some(text("worker")), Some(stage.now()))
    );
    let expires_at = stage.now().plus(LEASE);
    let driver = Driver::Leased { agent: agent.id, length: LEASE, expires_at };
    assert_eq!(taken.running().map(|attempt| attempt.driver), Some(driver));
    assert_eq!(canonical(&stage.mission(taken.id).await?), canonical(&taken));
    assert!(stage.claim(&agent, 1).await?.is_empty());
    Ok(())
}

pub(super) async fn what_is_driven_from_outside_is_never_claimed(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    stage.make(stage.draft().kind("external")).await?;
    let claims = stage.claim_as(vec![claiming(&agent, 5)]).await?;
    assert!(claims.taken.is_empty() && claims.next_at.is_none());
    Ok(())
}

pub(super) async fn a_claim_that_wants_more_than_there_is_takes_all(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let mut made = Vec::new();
    for (index, priority) in Priority::ALL.iter().cycle().take(24).enumerate() {
        let draft = stage.draft().priority(*priority).kind(["default", "survey"][index % 2]);
        made.push(stage.make(draft).await?.id);
    }
    let mut taken = ids(&stage.claim(&agent, 100).await?);
    taken.sort_unstable();
    assert_eq!(taken, made);
    let claims = stage.claim_as(vec![claiming(&agent, 100)]).await?;
    assert!(claims.taken.is_empty() && claims.next_at.is_none());
    Ok(())
}

pub(super) async fn what_was_approved_late_goes_before_what_is_younger(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let old = stage.make(stage.draft().place(|new| new.held = true)).await?.id;
    let first = stage.make_plain().await?.id;
    let dependant = stage.make(stage.draft().after(&[first])).await?.id;
    stage.pass(60);
    let younger = ids(&stage.make_all((0..9).map(|_| stage.draft())).await?);
    let begun = stage.claim(&agent, 2).await?;
    assert_eq!(ids(&begun), [first, younger[0]]);
    stage.tell(old, Command::Approve).await?;
    assert_eq!(ids(&stage.claim(&agent, 1).await?), [old]);
    stage.tell(first, complete(Some(begun[0].lease_id))).await?;
    stage.follow_through().await?;
    assert_eq!(ids(&stage.claim(&agent, 2).await?), [dependant, younger[1]]);
    Ok(())
}

pub(super) async fn what_has_expired_keeps_nobody_behind_it_waiting(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let at = stage.now().plus(Duration::from_secs(60));
    let useless = (0..20).map(|_| stage.draft().place(|new| new.expires_at = Some(at)));
    stage.make_all(useless).await?;
    let useful = stage.make_plain().await?.id;
    stage.pass(60);
    assert_eq!(ids(&stage.claim(&agent, 1).await?), [useful]);
    Ok(())
}

pub(super) async fn when_to_ask_again_is_told_whatever_stands_in_front(
    stage: Stage,
) -> anyhow::Result<()> {
    let agent = stage.agent("atlas").await?;
    let end = stage.now().plus(Duration::from_secs(5));
    stage.make(stage.draft().place(|new| new.expires_at = Some(end))).await?;
    stage.pass(30);
    let at = |seconds| stage.now().plus(Duration::from_secs(seconds));
    let (soon, sooner) = (at(90), at(60));
    let useful = stage.make_plain().await?.id;
    stage.make(stage.draft().place(|new| new.scheduled_at = Some(soon))).await?;
    stage.make(stage.draft().kind("survey").place(|new| new.scheduled_at = Some(sooner))).await?;
    assert_eq!(ids(&stage.claim(&agent, 1).await?), [useful]);
    // In front of what waits for its time stands one that has expired and nobody has cleared away.
    let asked = |kinds: Option<&str>| {
        let mut asked = claiming(&agent, 1);
        asked.claimant.agent.kinds = kinds.map(|name| vec![kind(name)]);
        stage.claim_as(vec![asked])
    };
    for _ in 0..2 {
        let claims = asked(None).await?;
        assert!(claims.taken.is_empty());
        assert_eq!(claims.next_at, Some(sooner));
        assert_eq!(asked(Some("default")).await?.next_at, Some(soon), "of what it performs");
        assert_eq!(asked(Some("chart")).await?.next_at, None);
    }
    Ok(())
}

pub(super) async fn arriving_work_wakes_whoever_waits(stage: Stage) -> anyhow::Result<()> {
    let missions = Arc::clone(&stage.store.stores.missions);
    let seen = missions.arrivals();
    let waiting = tokio::spawn(async move { missions.wait_for_arrivals(seen).await });
    stage.make_plain().await?;
    tokio::time::timeout(Duration::from_secs(60), waiting).await??;
    assert!(stage.store.stores.missions.arrivals() > seen);
    Ok(())
}
