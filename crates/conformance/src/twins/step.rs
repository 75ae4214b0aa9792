//! What can happen in a sequence.

use std::ops::Range;

use mission_control_agents::AgentCommand;
use mission_control_missions::queue::QueueSetting;
use mission_control_missions::{Priority, RunCommand, SortKey, Status};
use proptest::prelude::*;

/// Which lease a worker's write names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Named {
    Current,
    Earlier,
    None,
}

/// One operation. Missions and agents are named by their number among those that there are.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Pass(u64),
    Create {
        count: usize,
        traits: Traits,
        parent: Option<usize>,
        after: Vec<usize>,
    },
    Ask {
        mission: usize,
        what: What,
        named: Named,
        size: u64,
    },
    Claim {
        agent: usize,
        free: u32,
    },
    Renew {
        agent: usize,
    },
    Sweep,
    FollowUp,
    Launch {
        shape: usize,
    },
    AskRun {
        run: usize,
        command: RunCommand,
    },
    Register {
        name: usize,
        able: bool,
    },
    Agent {
        agent: usize,
        command: AgentCommand,
    },
    SetQueue {
        kind: Option<usize>,
        setting: QueueSetting,
    },
    Queue,
    List {
        statuses: Vec<Status>,
        key: SortKey,
        descending: bool,
        limit: u32,
    },
    Look {
        mission: usize,
    },
    Log {
        mission: usize,
        named: Named,
    },
    /// Old missions leave, in steps of at most so many.
    Leave {
        limit: u32,
    },
}

/// What a mission asks for.
#[derive(Clone, Debug)]
pub(super) struct Traits {
    pub(super) kind: usize,
    pub(super) priority: Priority,
    pub(super) able: bool,
    pub(super) fairness: usize,
    pub(super) keyed: bool,
    pub(super) held: bool,
    pub(super) attempts: u32,
    pub(super) timeout: Option<u64>,
    pub(super) expires: Option<u64>,
    pub(super) scheduled: Option<u64>,
    pub(super) continues: bool,
}

/// What is asked of a mission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    Start,
    Progress,
    Heartbeat,
    Complete,
    Fail,
    Snooze,
    Release,
    TakeBack,
    Cancel,
    Retry,
    Discard,
    Hold,
    Approve,
    Pause,
    Resume,
    Edit,
}

const WHAT: [What; 16] = [
    What::Start,
    What::Progress,
    What::Heartbeat,
    What::Complete,
    What::Fail,
    What::Snooze,
    What::Release,
    What::TakeBack,
    What::Cancel,
    What::Retry,
    What::Discard,
    What::Hold,
    What::Approve,
    What::Pause,
    What::Resume,
    What::Edit,
];

/// Any step.
pub(super) fn a_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..40_u64).prop_map(Step::Pass),
        5 => a_creation(),
        14 => a_command(),
        7 => (0..3_usize, 1..4_u32).prop_map(|(agent, free)| Step::Claim { agent, free }),
        2 => (0..3_usize).prop_map(|agent| Step::Renew { agent }),
        2 => Just(Step::Sweep),
        3 => Just(Step::FollowUp),
        2 => (0..3_usize).prop_map(|shape| Step::Launch { shape }),
        3 => (0..3_usize, run_command()).prop_map(|(run, command)| Step::AskRun { run, command }),
        2 => (0..3_usize, any::<bool>()).prop_map(|(name, able)| Step::Register { name, able }),
        2 => (0..3_usize, agent_command())
            .prop_map(|(agent, command)| Step::Agent { agent, command }),
        1 => (prop::option::of(0..2_usize), setting())
            .prop_map(|(kind, setting)| Step::SetQueue { kind, setting }),
        2 => Just(Step::Queue),
        2 => a_list(),
        2 => WHICH.prop_map(|mission| Step::Look { mission }),
        1 => (WHICH, named()).prop_map(|(mission, named)| Step::Log { mission, named }),
        1 => (1..6_u32).prop_map(|limit| Step::Leave { limit }),
    ]
}

/// A mission by its number; there are rarely more.
const WHICH: Range<usize> = 0..16;

fn a_creation() -> impl Strategy<Value = Step> {
    let edges = prop::collection::vec(WHICH, 0..3);
    (1..4_usize, traits(), prop::option::weighted(0.3, WHICH), edges)
        .prop_map(|(count, traits, parent, after)| Step::Create { count, traits, parent, after })
}

fn a_command() -> impl Strategy<Value = Step> {
    (WHICH, prop::sample::select(WHAT.to_vec()), named(), 0..50_u64)
        .prop_map(|(mission, what, named, size)| Step::Ask { mission, what, named, size })
}

fn a_list() -> impl Strategy<Value = Step> {
    let statuses = prop::sample::subsequence(Status::ALL.to_vec(), 0..3);
    let key = prop::sample::select(SortKey::ALL.to_vec());
    (statuses, key, any::<bool>(), 1..6_u32).prop_map(|(statuses, key, descending, limit)| {
        Step::List { statuses, key, descending, limit }
    })
}

fn named() -> impl Strategy<Value = Named> {
    prop_oneof![8 => Just(Named::Current), 1 => Just(Named::Earlier), 1 => Just(Named::None)]
}

fn traits() -> impl Strategy<Value = Traits> {
    let lane = (
        0..2_usize,
        prop::sample::select(Priority::ALL.to_vec()),
        prop::bool::weighted(0.2),
        0..3_usize,
        prop::bool::weighted(0.3),
    );
    let times = (
        prop::option::weighted(0.2, 1..60_u64),
        prop::option::weighted(0.2, 1..90_u64),
        prop::option::weighted(0.2, 1..60_u64),
    );
    (lane, times, prop::bool::weighted(0.1), 1..4_u32, any::<bool>()).prop_map(
        |(
            (kind, priority, able, fairness, keyed),
            (timeout, expires, scheduled),
            held,
            attempts,
            continues,
        )| Traits {
            kind,
            priority,
            able,
            fairness,
            keyed,
            held,
            attempts,
            timeout,
            expires,
            scheduled,
            continues,
        },
    )
}

fn agent_command() -> impl Strategy<Value = AgentCommand> {
    prop::sample::select(vec![
        AgentCommand::Heartbeat,
        AgentCommand::Drain,
        AgentCommand::Disable,
        AgentCommand::Enable,
        AgentCommand::FallSilent,
        AgentCommand::Remove,
    ])
}

fn run_command() -> impl Strategy<Value = RunCommand> {
    prop::sample::select(vec![
        RunCommand::Cancel { reason: None },
        RunCommand::Retry,
        RunCommand::Pause,
        RunCommand::Resume,
    ])
}

fn setting() -> impl Strategy<Value = QueueSetting> {
    (prop::bool::weighted(0.2), prop::option::of(0..4_u32), prop::option::of(0..3_u32))
        .prop_map(|(paused, limit, key_limit)| QueueSetting { paused, limit, key_limit })
}
