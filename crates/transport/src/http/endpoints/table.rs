//! Every route and whom it lets in.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use mission_control_identity::{Access, Role};

use super::missions::Missions;
use super::monitor::Monitor;
use super::people::People;
use super::queue::Queues;
use super::workers::Workers;
use super::workflows::Workflows;
use super::{
    Services, actions, agents, bulk, detail, export, missions, monitor, on, projects, queue, runs,
    schedules, templates, tokens, users, workers, workflows,
};
use crate::http::{BodyKind, Charges, Route};
use crate::live::{self, Live};
use crate::metrics::{self, Exposed};
use crate::parse::{
    ANALYTICS_PARAMETERS, EXPORT_PARAMETERS, LIST_PARAMETERS, PERIOD_PARAMETERS, RUN_PARAMETERS,
};

/// A call that waits: the 30 s that it may ask for, and what the facade and the store may take.
const WAITING: Duration = Duration::from_secs(45);

/// The most missions of one preview, on a store that others use too; what is not done by then is
/// done by sending the same token again.
const BULK: Duration = Duration::from_secs(60);

const OPEN: Access = Access::Open;
/// Answered from memory, to whatever watches over the process and must not be turned away.
const FREE: Charges = Charges::Nobody;
/// Performs missions, and makes missions below those it performs.
const AGENT: Access = Access::Project(Role::Agent);
const VIEWER: Access = Access::Project(Role::Viewer);
const OPERATOR: Access = Access::Project(Role::Operator);
/// Says who belongs to a project.
const OWNER: Access = Access::Project(Role::Admin);
/// Asks about what is their own.
const KNOWN: Access = Access::Known;
/// Says who may do what, everywhere.
const ADMIN: Access = Access::Everywhere(Role::Admin);

/// The whole API over `services`.
#[must_use]
#[rustfmt::skip]
pub fn routes(services: &Services) -> Vec<Route> {
    let m = &Arc::new(Missions::new(services));
    let w = &Arc::new(Workers::new(services));
    let o = &Arc::new(Monitor::new(services));
    let l = &Arc::new(Live::new(services));
    let e = &Arc::new(Exposed::new(&services.metrics, &services.control));
    let mut all = vec![
        Route::get("/livez", "live", OPEN, on(o, monitor::live)).charging(FREE),
        Route::get("/readyz", "ready", OPEN, on(o, monitor::ready)).charging(FREE),
        Route::get("/api/health", "health", OPEN, on(o, monitor::health)).charging(FREE),
        Route::get("/metrics", "prometheus", Access::Everywhere(Role::Viewer), on(e, metrics::expose)),
        Route::get("/api/metrics", "metrics", VIEWER, on(o, monitor::metrics)),
        Route::get("/api/metrics/history", "metrics_history", VIEWER, on(o, monitor::history)).query(PERIOD_PARAMETERS),
        Route::get("/api/system", "system", VIEWER, on(o, monitor::system)),
        Route::get("/api/analytics", "analytics", VIEWER, on(o, monitor::analytics)).query(ANALYTICS_PARAMETERS),
        Route::get("/api/running", "running", VIEWER, on(o, monitor::running)),
        Route::get("/api/live", "socket", VIEWER, on(l, live::socket)).query(live::PARAMETERS),
        Route::get("/api/live/stream", "stream", VIEWER, on(l, live::stream)).query(live::PARAMETERS),

        Route::get("/api/missions", "list_missions", VIEWER, on(m, missions::list)).query(LIST_PARAMETERS),
        Route::post("/api/missions", "create_mission", OPERATOR, on(m, missions::create)).body(BodyKind::Mission),
        Route::post("/api/missions/batch", "create_missions", OPERATOR, on(m, missions::create_batch)).body(BodyKind::Batch),
        Route::get("/api/missions/export", "export_missions", VIEWER, on(m, export::export)).query(EXPORT_PARAMETERS),
        Route::post("/api/missions/bulk", "bulk_missions", OPERATOR, on(m, bulk::bulk)).body(BodyKind::Mission).deadline(BULK),
        Route::get("/api/missions/{id}", "mission", VIEWER, on(m, missions::get)),
        Route::new(Method::PATCH, "/api/missions/{id}", "edit_mission", OPERATOR, on(m, missions::patch)).body(BodyKind::Mission),

        Route::post("/api/missions/{id}/start", "start_mission", AGENT, on(m, actions::start)),
        Route::post("/api/missions/{id}/progress", "progress_mission", AGENT, on(m, actions::progress)).body(BodyKind::Mission),
        Route::post("/api/missions/{id}/complete", "complete_mission", AGENT, on(m, actions::complete)).body(BodyKind::Mission),
        Route::post("/api/missions/{id}/fail", "fail_mission", AGENT, on(m, actions::fail)),
        Route::post("/api/missions/{id}/cancel", "cancel_mission", OPERATOR, on(m, actions::cancel)),
        Route::post("/api/missions/{id}/retry", "retry_mission", OPERATOR, on(m, actions::retry)),
        Route::post("/api/missions/{id}/discard", "discard_mission", OPERATOR, on(m, actions::discard)),
        Route::post("/api/missions/{id}/hold", "hold_mission", OPERATOR, on(m, actions::hold)),
        Route::post("/api/missions/{id}/approve", "approve_mission", OPERATOR, on(m, actions::approve)),
        Route::post("/api/missions/{id}/take-back", "take_back_mission", OPERATOR, on(m, actions::take_back)),

        Route::get("/api/missions/{id}/events", "mission_events", VIEWER, on(m, detail::events)).query(&["limit", "cursor"]),
        Route::get("/api/missions/{id}/attempts", "mission_attempts", VIEWER, on(m, detail::attempts)),
        Route::get("/api/missions/{id}/logs", "mission_logs", VIEWER, on(m, detail::logs)).query(&["after", "level", "limit"]),
        Route::post("/api/missions/{id}/logs", "append_logs", AGENT, on(m, detail::append_logs)).body(BodyKind::Mission),
        Route::get("/api/missions/{id}/dependencies/{dependency}", "mission_dependency", AGENT, on(m, detail::dependency)).query(&["lease_id"]),
        Route::get("/api/missions/{id}/tree", "mission_tree", VIEWER, on(m, detail::tree)),
        Route::post("/api/missions/{id}/children", "create_child", AGENT, on(m, missions::create_child)).body(BodyKind::Mission).charging(Charges::AllButAgents),
        Route::get("/api/missions/{id}/explain", "explain_mission", VIEWER, on(m, detail::explain)),

        Route::get("/api/agents", "agents", VIEWER, on(w, agents::list)),
        Route::post("/api/agents", "register_agent", AGENT, on(w, agents::register)),
        Route::get("/api/agents/{id}", "agent", VIEWER, on(w, agents::get)),
        Route::post("/api/agents/{id}/heartbeat", "heartbeat", AGENT, on(w, workers::heartbeat)).body(BodyKind::Mission).deadline(WAITING),
        Route::post("/api/agents/{id}/claim", "claim", AGENT, on(w, workers::claim)).deadline(WAITING),
        Route::post("/api/agents/{id}/report", "report", AGENT, on(w, workers::report)).body(BodyKind::Batch),
        Route::post("/api/agents/{id}/drain", "drain_agent", OPERATOR, on(w, agents::drain)),
        Route::post("/api/agents/{id}/enable", "enable_agent", OPERATOR, on(w, agents::enable)),
        Route::post("/api/agents/{id}/disable", "disable_agent", OPERATOR, on(w, agents::disable)),
        Route::new(Method::DELETE, "/api/agents/{id}", "remove_agent", OPERATOR, on(w, agents::remove)),
    ];
    all.extend(flows(services));
    all.extend(queues(services));
    all.extend(recurring(m));
    all.extend(identity(services));
    all
}

/// Workflows and their runs.
#[rustfmt::skip]
fn flows(services: &Services) -> Vec<Route> {
    let f = &Arc::new(Workflows::new(services));
    vec![
        Route::get("/api/workflows", "workflows", VIEWER, on(f, workflows::list)).query(&["limit", "cursor"]),
        Route::post("/api/workflows", "create_workflow", OPERATOR, on(f, workflows::create)).body(BodyKind::Batch),
        Route::get("/api/workflows/{name}", "workflow", VIEWER, on(f, workflows::get)).query(&["version"]),
        Route::post("/api/workflows/{name}/runs", "launch_run", OPERATOR, on(f, workflows::launch)).body(BodyKind::Mission),
        Route::get("/api/runs", "runs", VIEWER, on(f, runs::list)).query(RUN_PARAMETERS),
        Route::get("/api/runs/{id}", "run", VIEWER, on(f, runs::get)),
        Route::post("/api/runs/{id}/cancel", "cancel_run", OPERATOR, on(f, runs::cancel)),
        Route::post("/api/runs/{id}/retry", "retry_run", OPERATOR, on(f, runs::retry)),
        Route::post("/api/runs/{id}/pause", "pause_run", OPERATOR, on(f, runs::pause)),
        Route::post("/api/runs/{id}/resume", "resume_run", OPERATOR, on(f, runs::resume)),
    ]
}

/// What waits, and what failed.
#[rustfmt::skip]
fn queues(services: &Services) -> Vec<Route> {
    let q = &Arc::new(Queues::new(services));
    vec![
        Route::get("/api/queue", "queue", VIEWER, on(q, queue::list)).query(queue::PARAMETERS),
        Route::get("/api/queue/dead-letter", "dead_letter", VIEWER, on(q, queue::dead_letter)).query(&["limit"]),
        Route::post("/api/queue/pause", "pause_queues", OPERATOR, on(q, queue::pause_all)),
        Route::post("/api/queue/resume", "resume_queues", OPERATOR, on(q, queue::resume_all)),
        Route::new(Method::PUT, "/api/queue/{kind}", "set_queue", OPERATOR, on(q, queue::set)).body(BodyKind::Small).any_word(),
        Route::post("/api/queue/{kind}/pause", "pause_queue", OPERATOR, on(q, queue::pause)),
        Route::post("/api/queue/{kind}/resume", "resume_queue", OPERATOR, on(q, queue::resume)),
    ]
}

/// What is made again and again.
#[rustfmt::skip]
fn recurring(m: &Arc<Missions>) -> Vec<Route> {
    vec![
        Route::get("/api/templates", "templates", VIEWER, on(m, templates::list)).query(&["limit", "cursor"]),
        Route::post("/api/templates", "create_template", OPERATOR, on(m, templates::create)),
        Route::get("/api/templates/{name}", "template", VIEWER, on(m, templates::get)),
        Route::new(Method::PUT, "/api/templates/{name}", "put_template", OPERATOR, on(m, templates::put)).body(BodyKind::Small),
        Route::new(Method::DELETE, "/api/templates/{name}", "remove_template", OPERATOR, on(m, templates::remove)),
        Route::post("/api/templates/{name}/launch", "launch_template", OPERATOR, on(m, templates::launch)).body(BodyKind::Mission),
        Route::get("/api/schedules", "schedules", VIEWER, on(m, schedules::list)).query(&["limit", "cursor"]),
        Route::post("/api/schedules", "create_schedule", OPERATOR, on(m, schedules::create)),
        Route::get("/api/schedules/{name}", "schedule", VIEWER, on(m, schedules::get)),
        Route::new(Method::PUT, "/api/schedules/{name}", "put_schedule", OPERATOR, on(m, schedules::put)).body(BodyKind::Small),
        Route::new(Method::DELETE, "/api/schedules/{name}", "remove_schedule", OPERATOR, on(m, schedules::remove)),
        Route::post("/api/schedules/{name}/pause", "pause_schedule", OPERATOR, on(m, schedules::pause)),
        Route::post("/api/schedules/{name}/resume", "resume_schedule", OPERATOR, on(m, schedules::resume)),
        Route::get("/api/schedules/{name}/ticks", "schedule_ticks", VIEWER, on(m, schedules::ticks)).query(&["limit", "cursor"]),
    ]
}

/// Who may come in, and what they may do.
#[rustfmt::skip]
fn identity(services: &Services) -> Vec<Route> {
    let p = &Arc::new(People::new(services));
    vec![
        Route::get("/api/users", "users", ADMIN, on(p, users::list)),
        Route::post("/api/users", "create_user", ADMIN, on(p, users::create)),
        Route::get("/api/users/{login}", "user", ADMIN, on(p, users::get)),
        Route::new(Method::PATCH, "/api/users/{login}", "edit_user", ADMIN, on(p, users::edit)).body(BodyKind::Small),
        Route::get("/api/projects", "projects", KNOWN, on(p, projects::list)),
        Route::post("/api/projects", "create_project", ADMIN, on(p, projects::create)),
        Route::get("/api/projects/{project}/members", "members", OWNER, on(p, projects::members)),
        Route::new(Method::PUT, "/api/projects/{project}/members/{login}", "put_member", OWNER, on(p, projects::put_member)).body(BodyKind::Small),
        Route::new(Method::DELETE, "/api/projects/{project}/members/{login}", "remove_member", OWNER, on(p, projects::remove_member)),
        Route::get("/api/tokens", "tokens", KNOWN, on(p, tokens::list)).query(tokens::PARAMETERS),
        Route::post("/api/tokens", "create_token", KNOWN, on(p, tokens::create)),
        Route::new(Method::DELETE, "/api/tokens/{id}", "revoke_token", KNOWN, on(p, tokens::revoke)),
    ]
}
