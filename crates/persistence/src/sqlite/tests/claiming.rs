use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{Capabilities, Clock as _, ProjectId, Text};
use mission_control_missions::queue::{AgentFacts, Claimant, LANES_LOOKED_AT, LaneKey, Turns};
use mission_control_missions::{
    Action, ClaimRequest, ClaimingAgent, Claims, Kind, MissionStore as _, NewMission,
};

use super::Home;

async fn claim(home: &Home, kind: &str, free: u32) -> Claims {
    let kinds: Option<Vec<Kind>> = Some(vec![kind.parse().unwrap()]);
    let agent = AgentFacts {
        project: ProjectId::default_project(),
        kinds,
        capabilities: Capabilities::default(),
    };
    let id = home.agent().await;
    let claimant = ClaimingAgent {
        agent_type: Text::parse("worker").unwrap(),
        claimant: Claimant { id, agent, free },
        lease: Duration::from_secs(15),
    };
    let request =
        ClaimRequest { claimants: vec![claimant], turns: Turns::default(), ageing: Duration::ZERO };
    home.store().claim(request).await.unwrap()
}

fn of_kind(home: &Home, kind: &str) -> NewMission {
    let mut draft = home.draft("haul the nets");
    Arc::make_mut(&mut draft.spec).kind = kind.parse().unwrap();
    draft
}

#[tokio::test]
async fn a_claim_among_more_lanes_than_it_looks_at_goes_on_where_the_last_one_stopped() {
    let home = Home::new();
    let lanes = (0..2_100).map(|n| {
        let mut draft = of_kind(&home, "common");
        Arc::make_mut(&mut draft.spec).fairness_key =
            Some(Text::parse(&format!("boat {n}")).unwrap());
        draft
    });
    home.apply(Action::Create(lanes.collect())).await;
    let rare = home.make(of_kind(&home, "rare")).await.id;
    assert!(claim(&home, "rare", 1).await.taken.is_empty(), "its lane stands behind 2,100 others");
    let taken = claim(&home, "rare", 1).await.taken;
    assert_eq!(taken.first().map(|(_, mission)| mission.id), Some(rare));
    for _ in 0..3 {
        assert_eq!(claim(&home, "common", 5).await.taken.len(), 5);
    }
}

#[tokio::test]
async fn an_explanation_knows_the_missions_own_lane_behind_more_than_it_looks_at() {
    let home = Home::new();
    let lanes = (0..=LANES_LOOKED_AT).map(|n| {
        let mut draft = of_kind(&home, "common");
        Arc::make_mut(&mut draft.spec).fairness_key =
            Some(Text::parse(&format!("boat {n}")).unwrap());
        draft
    });
    let last = home.apply(Action::Create(lanes.collect())).await.missions.pop().unwrap();
    let view = home.store().queue_view(&last, Duration::ZERO).await.unwrap();
    let own = LaneKey::of(&last);
    let lane = view.lanes.iter().find(|lane| *lane.key == own).expect("its own is listed");
    assert_eq!((lane.ranks.len(), view.whole), (1, false));
}

#[tokio::test]
async fn expired_missions_at_the_front_of_a_lane_do_not_hide_those_behind() {
    let home = Home::new();
    let expiring = (0..30).map(|_| {
        let mut draft = of_kind(&home, "nets");
        draft.expires_at = Some(home.clock.now().plus(Duration::from_secs(1)));
        draft
    });
    home.apply(Action::Create(expiring.collect())).await;
    let lasting = home.make(of_kind(&home, "nets")).await.id;
    home.clock.advance(Duration::from_secs(5));
    let taken = claim(&home, "nets", 3).await.taken;
    assert_eq!(taken.iter().map(|(_, mission)| mission.id).collect::<Vec<_>>(), [lasting]);
}

#[tokio::test]
async fn a_claim_that_finds_nothing_says_when_the_next_mission_may_start() {
    let home = Home::new();
    let at = |seconds| home.clock.now().plus(Duration::from_secs(seconds));
    for seconds in [90, 60, 120] {
        let mut draft = of_kind(&home, "nets");
        draft.scheduled_at = Some(at(seconds));
        home.make(draft).await;
    }
    let claims = claim(&home, "nets", 1).await;
    assert!(claims.taken.is_empty());
    assert_eq!(claims.next_at, Some(at(60)));
}
