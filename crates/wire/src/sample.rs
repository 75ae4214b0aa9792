//! How requests and replies look, for whoever describes them.

macro_rules! files {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../", $folder, "/", $name, ".json")))),+]
    };
}

/// By the name of its operation; a test decodes every one.
const REQUESTS: &[(&str, &str)] = files![
    "bodies": "append_logs", "bulk_missions", "cancel_mission", "cancel_run", "change_password", "claim", "complete_mission", "create_child",
    "create_mission", "create_missions", "create_project", "create_schedule", "create_template", "create_token", "create_user", "create_workflow", "discard_mission", "edit_mission",
    "edit_user", "fail_mission", "heartbeat", "hold_mission", "launch_run", "launch_template", "login", "logout", "pause_schedule", "progress_mission", "put_member", "put_schedule", "put_template",
    "register_agent", "report", "set_queue", "start_mission",
];

/// By its name in `golden/`; a test writes every one.
const REPLIES: &[(&str, &str)] = files![
    "golden": "agent", "agents", "attempts", "analytics", "analytics_by_template", "batch_created", "bulk", "bulk_preview", "bulk_preview_more", "claim", "dead_letter", "dependency", "events", "explain",
    "explain_far_behind", "explain_over", "explain_ready", "explain_running", "health", "health_unhealthy", "heartbeat", "live_beat", "live_events",
    "live_hello", "live_news", "live_removed", "live_resync", "live_snapshot", "live_snapshot_narrow", "logs", "me", "me_anybody", "me_program", "member", "members", "metrics",
    "metrics_history", "mission", "mission_action", "mission_created", "mission_list", "mission_pending",
    "mission_reply", "problem", "problem_plain", "project", "projects", "queue", "report", "run", "run_launched", "run_paused", "running", "runs", "schedule", "schedule_paused", "schedule_ticks", "schedules", "sessions",
    "system", "system_alone", "system_within", "template", "templates", "token_created", "token_created_before", "tokens", "user", "users",
    "workflow", "workflows",
];

/// A body as a client of the operation would send it.
#[must_use]
pub fn request(operation: &str) -> Option<&'static str> {
    find(REQUESTS, operation)
}

/// A reply as it is written, laid out for reading.
#[must_use]
pub fn reply(name: &str) -> Option<&'static str> {
    find(REPLIES, name)
}

fn find(samples: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    samples.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
