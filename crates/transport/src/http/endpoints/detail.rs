//! One mission from close by: its journal, attempts, output, tree, and what it waits for.

use std::sync::Arc;

use http::StatusCode;
use mission_control::kernel::{Invalid, LeaseId, MissionId};
use mission_control::missions::LogLevel;
use mission_control_wire::request::AppendLogs;
use mission_control_wire::{Json, Word, reply};

use super::missions::Missions;
use crate::cursor::EventsCursor;
use crate::http::{Problem, Query, Reply, Request};
use crate::{parse, show};

/// How many missions of a tree are shown, its own included: some screens.
const TREE_SHOWN: u32 = 1_000;
/// How many lines a request gets: some screens.
const LINES_SHOWN: u32 = 1_000;

pub(super) async fn events(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (scope, id): (_, MissionId) = (request.scope()?, request.param("id")?);
    let limit = request.query().limit()?;
    // Before the cursor, which says whose it is.
    area.find(&scope, id).await?;
    let after = match request.query().text("cursor") {
        None => 0,
        Some(text) => {
            let cursor = EventsCursor::open(&area.signer, id, text);
            cursor.ok_or_else(parse::invalid_cursor)?.after
        }
    };
    // Whatever was durable before has its place then.
    area.control.catch_up().await?;
    let events = area.control.events(&scope, id, after, limit + 1).await?;
    let placed = events.iter().map_while(|event| Some((event.seq?, &event.entry)));
    let placed: Vec<_> = placed.collect();
    let page = &placed[..placed.len().min(limit as usize)];
    let more = page.last().filter(|_| placed.len() > page.len());
    let next = more.map(|(_, entry)| EventsCursor { after: entry.version }.seal(&area.signer, id));
    Reply::json(&reply::EventList {
        events: page.iter().map(|(seq, entry)| show::mission_event(*seq, entry, None)).collect(),
        next_cursor: next.as_deref(),
        timestamp: Word(area.control.clock().now()),
    })
}

pub(super) async fn attempts(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (scope, id) = (request.scope()?, request.param("id")?);
    area.find(&scope, id).await?;
    let attempts = area.control.attempts(&scope, id).await?;
    Reply::json(&reply::AttemptList {
        attempts: attempts.iter().map(show::attempt).collect(),
        timestamp: Word(area.control.clock().now()),
    })
}

pub(super) async fn logs(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (scope, id, query) = (request.scope()?, request.param("id")?, request.query());
    let after = after_line(query)?;
    let level = query.get_with("level", parse::level)?.unwrap_or(LogLevel::Debug);
    let limit = query.number("limit", 1..=LINES_SHOWN)?.unwrap_or(LINES_SHOWN);
    area.find(&scope, id).await?;
    let lines = area.control.logs(&scope, id, after, level, limit).await?;
    Reply::json(&reply::LogList {
        lines: lines.iter().map(show::log_line).collect(),
        next_after: lines.last().map(|line| line.n.unsigned_abs()),
        timestamp: Word(area.control.clock().now()),
    })
}

/// Answers with where the log ends now and none of its lines: whoever sent them has them.
pub(super) async fn append_logs(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (scope, id) = (request.scope()?, request.param("id")?);
    let body: AppendLogs = request.json()?;
    let lease = body.lease_id.map(|lease| lease.0);
    let lines = parse::log_lines(body)?;
    area.is_its_agents(&request, id, lease).await?;
    let last = area.control.append_logs(&scope, id, lease, lines).await??;
    let (next_after, timestamp) = (Some(last.unsigned_abs()), Word(area.control.clock().now()));
    let shape = reply::LogList { lines: Vec::new(), next_after, timestamp };
    Ok(Reply::json(&shape)?.status(StatusCode::CREATED))
}

/// One of the results that a claim leaves out for want of room, for the attempt that it is for: agents
/// read nothing else.
pub(super) async fn dependency(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (scope, id) = (request.scope()?, request.param("id")?);
    let on: MissionId = request.param("dependency")?;
    let lease = request.query().get_with("lease_id", lease)?;
    let lease = lease.ok_or_else(|| {
        Problem::invalid("lease_id", Invalid::new("missing_field", "must be given"))
    })?;
    area.is_its_agents(&request, id, Some(lease)).await?;
    let result = area.control.dependency_result(&scope, id, lease, on).await??;
    Reply::json(&reply::DependencyReply {
        mission_id: Word(on),
        result: result.as_ref().map(Json),
        timestamp: Word(area.control.clock().now()),
    })
}

/// The mission itself, then what is below it, nearest first.
pub(super) async fn tree(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (scope, id) = (request.scope()?, request.param("id")?);
    let mut missions = vec![area.find(&scope, id).await?];
    let below = area.control.descendants(&scope, id, TREE_SHOWN).await?;
    let total_capped = below.len() >= TREE_SHOWN as usize;
    missions.extend(below.into_iter().take(TREE_SHOWN as usize - 1));
    let shown = area.control.view(missions).await?;
    Reply::json(&reply::MissionList {
        missions: shown.iter().map(show::shown).collect(),
        total: shown.len() as u64,
        timestamp: Word(area.control.clock().now()),
        next_cursor: None,
        total_capped,
    })
}

pub(super) async fn explain(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let explanation = area.control.explain(&request.scope()?, request.param("id")?).await?;
    let explanation = explanation.ok_or_else(Problem::not_found)?;
    let links = show::links(&explanation);
    Reply::json(&show::explain(&explanation, &links))
}

/// The number of a lease.
fn lease(text: &str) -> Result<LeaseId, Invalid> {
    let number = text.parse().ok().filter(|number: &i64| *number >= 0);
    number.map(LeaseId::new).ok_or(Invalid::new("out_of_range", "must be the number of a lease"))
}

/// The number of the last line that the client has.
fn after_line(query: &Query) -> Result<i64, Problem> {
    let parse = |text: &str| {
        let number = text.parse().ok().filter(|number: &i64| *number >= 0);
        number.ok_or(Invalid::new("out_of_range", "must be the number of a line, or 0"))
    };
    Ok(query.get_with("after", parse)?.unwrap_or(0))
}
