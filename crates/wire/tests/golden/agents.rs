//! Agents and the answers to them.

use mission_control_kernel::LeaseId;
use mission_control_wire::reply::{
    Agent, AgentList, AgentReply, ClaimReply, Claimed, Dependencies, DependencyReply,
    HeartbeatReply, Omitted, RenewedLease, ReportOutcome, ReportReply,
};
use mission_control_wire::{Json, Lease, Word};

use super::{Shapes, json, missions, time};

const AGENT: &str = "019126f4-5d40-7000-8000-0000000000a1";
const MISSION: &str = "019126f4-5d40-7000-8000-000000000001";
const NOW: &str = "2024-08-06T06:35:00Z";

pub(crate) fn add(shapes: &mut Shapes) {
    super::add(shapes, "agent", &AgentReply { agent: atlas() });
    let list =
        AgentList { agents: vec![atlas()], total: 1, timestamp: time(NOW), next_cursor: None };
    super::add(shapes, "agents", &list);
    add_claim(shapes);
    add_dependency(shapes);
    super::add(shapes, "heartbeat", &heartbeat());
    super::add(shapes, "report", &report());
}

pub(crate) fn atlas() -> Agent<'static> {
    Agent {
        id: Word(AGENT.parse().unwrap()),
        name: "atlas",
        agent_type: "worker",
        status: "busy",
        capabilities: vec!["ocr", "translate"],
        max_concurrent: 4,
        current_missions: vec![Word(MISSION.parse().unwrap())],
        current_titles: vec!["Document Processing"],
        load: 0.25,
        load_level: "optimal",
        tier: "ELITE",
        success_rate: 97.5,
        attempts: 40,
        completed: 39,
        failed: 1,
        last_active: Some(time(NOW)),
        connected_at: Some(time("2024-08-06T06:00:00Z")),
        last_state_change: Some(time("2024-08-06T06:31:00Z")),
    }
}

fn add_claim(shapes: &mut Shapes) {
    let notes = missions::notes();
    let pages = json(r#"{"pages": 12}"#);
    let claimed = Claimed {
        mission: missions::pending(&notes),
        attempt: 1,
        lease_id: Lease(LeaseId::new(1)),
        lease_expires_at: time("2024-08-06T06:35:15Z"),
        dependencies: Dependencies(vec![("scan", Some(Json(&pages))), ("notify", None)]),
        dependencies_omitted: Omitted(vec![("survey", Word(MISSION.parse().unwrap()))]),
    };
    super::add(shapes, "claim", &ClaimReply { missions: vec![claimed], duty: "active" });
}

fn add_dependency(shapes: &mut Shapes) {
    let pages = json(r#"{"pages": 12}"#);
    let found = DependencyReply {
        mission_id: Word(MISSION.parse().unwrap()),
        result: Some(Json(&pages)),
        timestamp: time(NOW),
    };
    super::add(shapes, "dependency", &found);
}

fn heartbeat() -> HeartbeatReply {
    let lease = RenewedLease {
        mission_id: Word(MISSION.parse().unwrap()),
        lease_id: Lease(LeaseId::new(7)),
        lease_expires_at: time("2024-08-06T06:35:15Z"),
    };
    HeartbeatReply {
        leases: vec![lease],
        cancelled: vec![Word("019126f4-5d40-7000-8000-000000000002".parse().unwrap())],
        lost: Vec::new(),
        duty: "draining",
    }
}

fn report() -> ReportReply<'static> {
    let accepted = ReportOutcome {
        mission_id: Word(MISSION.parse().unwrap()),
        lease_id: Lease(LeaseId::new(7)),
        ok: true,
        status: Some("completed"),
        code: None,
        error: None,
    };
    let refused = ReportOutcome {
        lease_id: Lease(LeaseId::new(6)),
        ok: false,
        code: Some("lease_lost"),
        error: Some("the lease is no longer current"),
        ..accepted
    };
    ReportReply { outcomes: vec![accepted, refused] }
}
