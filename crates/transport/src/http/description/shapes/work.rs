//! Agents at work: what they claim, hold and report.

use mission_control::LARGEST_CLAIM;
use mission_control::agents::Duty;
use mission_control::missions::{ProgressMessage, Status, Usage};
use mission_control_wire::request::{MAX_REPORTS, MAX_RUNNING};

use super::history::dependencies;
use super::missions::sometimes;
use super::requests::{KIND, complete, fail, kind_of, progress};
use crate::http::description::schema::{
    Member, Schema, array, at_most, closed, count, either, flag, map, matching, may, may_else,
    must, named, nullable, number, one_of, open, said, some, string, text, whole,
};
use crate::parse::{LEASE_SECONDS, LONGEST_CALL_SECONDS, MOST_KINDS};

pub(super) fn all() -> Vec<(&'static str, Schema)> {
    let leases = must("leases", "What the agent still holds.", array(named("RenewedLease")));
    let cancelled = "What has been called off: end it.";
    let lost = "What is no longer the agent's: end it and report nothing.";
    vec![
        ("Claim", claim()),
        (
            "ClaimReply",
            open(
                "What the agent may now begin.",
                [
                    must("missions", "Empty when there was nothing.", array(named("Claimed"))),
                    duty(),
                ],
            ),
        ),
        ("Claimed", claimed()),
        ("DependencyReply", dependency()),
        ("Heartbeat", heartbeat()),
        ("RunningMission", closed("One mission that an agent holds.", running())),
        (
            "HeartbeatReply",
            open(
                "How the missions of an agent stand.",
                [
                    leases,
                    must("cancelled", cancelled, array(named("MissionId"))),
                    must("lost", lost, array(named("MissionId"))),
                    duty(),
                ],
            ),
        ),
        ("RenewedLease", renewed_lease()),
        ("Reports", reports()),
        ("Report", report()),
        ("ReportReply", report_reply()),
        ("ReportOutcome", report_outcome()),
    ]
}

fn duty() -> Member {
    let says =
        "What an operator has decided about the agent: unless it is active, it gets nothing.";
    must("duty", says, one_of(Duty::ALL))
}

fn wait(says: &str) -> Member {
    may_else("wait_seconds", says, number(0.0, LONGEST_CALL_SECONDS), 0.0)
}

fn claim() -> Schema {
    let kinds = at_most(MOST_KINDS, matching(KIND));
    closed(
        "What an agent asks the queue for.",
        [
            may_else("max", "At most so many.", whole(1, LARGEST_CLAIM.into()), 1_u64),
            wait("How long to wait for work."),
            may("kinds", "Of these kinds alone.", kinds),
            may_else(
                "lease_seconds",
                "How long the lease may go unrenewed.",
                number(*LEASE_SECONDS.start(), *LEASE_SECONDS.end()),
                mission_control::DEFAULT_LEASE.as_secs_f64(),
            ),
        ],
    )
}

fn claimed() -> Schema {
    let results = "What came out of the missions it waited for, by step key, or by id outside a \
                   run; null for one without a result.";
    let omitted = format!(
        "Those whose results are not among them, because the results of one claim have {} KiB of \
         room: by the same names, to be read one by one.",
        mission_control::MOST_HANDED_OVER / 1024
    );
    open(
        "One mission with the lease on it.",
        [
            must("mission", "It.", named("Mission")),
            must("attempt", "From 1.", count()),
            must("lease_id", "The fence to name in every call about it.", count()),
            must("lease_expires_at", "By the store's clock.", named("Time")),
            must("dependencies", results, dependencies()),
            must("dependencies_omitted", &omitted, map(named("MissionId"))),
        ],
    )
}

fn dependency() -> Schema {
    open(
        "What a mission has found that another waited for.",
        [
            must("mission_id", "Which.", named("MissionId")),
            nullable("result", "What came out of it; null where nothing did.", named("Json")),
            must("timestamp", "When it was read.", named("Time")),
        ],
    )
}

fn heartbeat() -> Schema {
    let running = at_most(MAX_RUNNING, named("RunningMission"));
    closed(
        "An agent is alive and holds these missions.",
        [
            may("running", "What it holds: every lease that is named is renewed.", running),
            wait("How long to wait for one of them to be called off, or for an order."),
        ],
    )
}

fn running() -> Vec<Member> {
    let tokens = || whole(0, Usage::MAX_TOKENS);
    vec![
        must("mission_id", "Which.", named("MissionId")),
        must("lease_id", "Its fence.", count()),
        may("progress", "Percent.", number(0.0, 100.0)),
        may("message", "What is going on.", text::<ProgressMessage>()),
        may("tokens_used", "Running total.", tokens()),
        may("tokens_in", "Running total.", tokens()),
        may("tokens_out", "Running total.", tokens()),
        may("cost_estimate", "Running total.", named("Cost")),
    ]
}

fn renewed_lease() -> Schema {
    open(
        "A lease that goes on.",
        [
            must("mission_id", "On which mission.", named("MissionId")),
            must("lease_id", "Its fence.", count()),
            must("lease_expires_at", "By the store's clock.", named("Time")),
        ],
    )
}

fn reports() -> Schema {
    let reports = must("reports", "Judged in order.", some(MAX_REPORTS, named("Report")));
    closed("What an agent reports about its missions.", [reports])
}

fn report() -> Schema {
    let until = must("until", "Not before then.", named("Time"));
    let kinds: [(&'static str, &str, Vec<Member>); 5] = [
        ("progress", "How far it is.", progress()),
        ("complete", "It is done.", complete()),
        ("fail", "It went wrong.", fail()),
        ("snooze", "Not now: back to the queue, the attempt not used up.", vec![until]),
        ("release", "The worker lets go of it, the attempt not used up.", Vec::new()),
    ];
    let schemas = kinds.map(|(word, says, members)| {
        let begin = [
            must("mission_id", "About which mission.", named("MissionId")),
            must("lease_id", "Its fence.", count()),
            must("kind", "", kind_of(word, says)),
        ];
        closed(says, begin.into_iter().chain(members))
    });
    said(either(schemas), "One report; `kind` says which members it has.")
}

fn report_reply() -> Schema {
    let outcomes =
        must("outcomes", "One for each report, in order.", array(named("ReportOutcome")));
    open("What became of the reports.", [outcomes])
}

fn report_outcome() -> Schema {
    open(
        "What became of one report.",
        [
            must("mission_id", "About which mission.", named("MissionId")),
            must("lease_id", "Under which fence.", count()),
            must("ok", "Whether it was accepted, now or when it was first sent.", flag()),
            nullable(
                "status",
                "Where the mission stands; null when not known.",
                one_of(Status::ALL),
            ),
            sometimes("code", "Why it was refused, to branch on.", string()),
            sometimes("error", "Why it was refused, in words.", string()),
        ],
    )
}
