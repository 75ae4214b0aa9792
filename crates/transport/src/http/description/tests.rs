//! Whether the description says what is read and written, no more and no less.

mod codes;

use std::collections::BTreeSet;

use mission_control_wire::request::{
    AppendLogs, BatchCreate, Bulk, Cancel, CancelRun, ChangePassword, Claim, Complete,
    CreateMission, CreateProject, CreateSchedule, CreateTemplate, CreateToken, CreateUser,
    CreateWorkflow, Empty, Fail, Heartbeat, LaunchRun, LaunchTemplate, PatchMission, PatchUser,
    Progress, PutMember, PutSchedule, PutTemplate, Reason, RegisterAgent, Reports, SetQueue,
    SignIn, SignOut, Start,
};
use mission_control_wire::{Body, DecodeError, decode, sample};
use serde_json::{Map, Value, json};

use super::shapes;

/// All shapes as one document that a validator can follow references in.
fn components() -> Value {
    let schemas: Map<String, Value> = shapes::all()
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), serde_json::to_value(&schema).unwrap()))
        .collect();
    json!({"components": {"schemas": schemas}})
}

fn validator(shape: &str) -> jsonschema::Validator {
    let mut root = components();
    root["$ref"] = json!(format!("#/components/schemas/{shape}"));
    jsonschema::options().should_validate_formats(true).build(&root).unwrap()
}

fn check(shape: &str, value: &Value) {
    let errors: Vec<String> = validator(shape)
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{shape}: {errors:#?}\n{value}");
}

fn properties(shape: &str) -> BTreeSet<String> {
    let all = components();
    let schema = &all["components"]["schemas"][shape];
    let of = |schema: &Value| -> Vec<String> {
        let members = schema["properties"].as_object();
        members.map(|members| members.keys().cloned().collect()).unwrap_or_default()
    };
    let kinds = schema["oneOf"].as_array().cloned().unwrap_or_default();
    of(schema).into_iter().chain(kinds.iter().flat_map(of)).collect()
}

/// What a body is read as, and its refusal of `text`.
type Reader = fn(&str) -> Option<DecodeError>;

fn read<T: Body>(text: &str) -> Option<DecodeError> {
    decode::<T>(text.as_bytes()).err()
}

const READERS: [(&str, Reader); 33] = [
    ("AppendLogs", read::<AppendLogs>),
    ("BatchCreate", read::<BatchCreate>),
    ("Bulk", read::<Bulk>),
    ("Cancel", read::<Cancel>),
    ("CancelRun", read::<CancelRun>),
    ("ChangePassword", read::<ChangePassword>),
    ("Claim", read::<Claim>),
    ("Complete", read::<Complete>),
    ("CreateMission", read::<CreateMission>),
    ("CreateProject", read::<CreateProject>),
    ("CreateSchedule", read::<CreateSchedule>),
    ("CreateTemplate", read::<CreateTemplate>),
    ("CreateToken", read::<CreateToken>),
    ("CreateUser", read::<CreateUser>),
    ("CreateWorkflow", read::<CreateWorkflow>),
    ("Empty", read::<Empty>),
    ("Fail", read::<Fail>),
    ("Heartbeat", read::<Heartbeat>),
    ("LaunchRun", read::<LaunchRun>),
    ("LaunchTemplate", read::<LaunchTemplate>),
    ("PatchMission", read::<PatchMission>),
    ("PatchUser", read::<PatchUser>),
    ("Progress", read::<Progress>),
    ("PutMember", read::<PutMember>),
    ("PutSchedule", read::<PutSchedule>),
    ("PutTemplate", read::<PutTemplate>),
    ("RegisterAgent", read::<RegisterAgent>),
    ("Reason", read::<Reason>),
    ("Reports", read::<Reports>),
    ("SetQueue", read::<SetQueue>),
    ("SignIn", read::<SignIn>),
    ("SignOut", read::<SignOut>),
    ("Start", read::<Start>),
];

/// The members that a refusal of an unknown one lists.
fn known(refusal: &DecodeError) -> BTreeSet<String> {
    let list = refusal.message.split_once("known: ").map_or("", |(_, list)| list);
    list.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_request_is_described_with_just_the_members_that_are_read() {
    for (shape, reader) in READERS {
        let refusal = reader(r#"{"no such member":1}"#).unwrap();
        assert_eq!(refusal.code(), "unknown_field", "{shape}");
        assert_eq!(properties(shape), known(&refusal), "{shape}");
    }
    for (shape, reader, body) in [
        ("BulkFilter", read::<Bulk> as Reader, r#"{"filter":{"no such member":1}}"#),
        ("NewLogLine", read::<AppendLogs> as Reader, r#"{"lines":[{"no such member":1}]}"#),
        ("RunningMission", read::<Heartbeat>, r#"{"running":[{"no such member":1}]}"#),
        ("Report", read::<Reports>, r#"{"reports":[{"no such member":1}]}"#),
        (
            "CreateMissionPlan",
            read::<CreateSchedule>,
            r#"{"name":"s","cron":"* * * * *","mission":{"no such member":1}}"#,
        ),
        (
            "CreateTemplateMetric",
            read::<PutTemplate>,
            r#"{"mission":{"title":"t"},"metrics":[{"no such member":1}]}"#,
        ),
        (
            "CreateWorkflowStep",
            read::<CreateWorkflow>,
            r#"{"name":"w","steps":[{"no such member":1}]}"#,
        ),
    ] {
        assert_eq!(properties(shape), known(&reader(body).unwrap()), "{shape}");
    }
}

#[test]
fn a_member_is_required_when_leaving_it_out_is_refused_and_nullable_when_null_is_taken() {
    let all = components();
    for (shape, reader) in READERS {
        let schema = &all["components"]["schemas"][shape];
        let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
        assert_eq!(reader("{}").is_some(), !required.is_empty(), "{shape}");
        for member in properties(shape).into_iter().filter(|it| !required.contains(&&json!(it))) {
            // With the required ones away, another refusal comes first or none.
            let refusal = reader(&json!({&member: null}).to_string());
            let refused = refusal.is_some_and(|refusal| refusal.field == member);
            let described = validator(shape)
                .iter_errors(&json!({&member: null}))
                .any(|error| error.instance_path().to_string() == format!("/{member}"));
            // A merge patch cannot take a member away; free JSON has no word for that.
            if (shape, member.as_str()) != ("PatchMission", "metadata") {
                assert_eq!(described, refused, "{shape}.{member}");
            }
        }
    }
}

#[test]
fn every_request_that_is_shown_fits_its_shape() {
    for (operation, shape) in [
        ("append_logs", "AppendLogs"),
        ("bulk_missions", "Bulk"),
        ("cancel_mission", "Cancel"),
        ("cancel_run", "CancelRun"),
        ("change_password", "ChangePassword"),
        ("claim", "Claim"),
        ("complete_mission", "Complete"),
        ("create_child", "CreateMission"),
        ("create_mission", "CreateMission"),
        ("create_missions", "BatchCreate"),
        ("create_project", "CreateProject"),
        ("create_schedule", "CreateSchedule"),
        ("create_template", "CreateTemplate"),
        ("create_token", "CreateToken"),
        ("create_user", "CreateUser"),
        ("create_workflow", "CreateWorkflow"),
        ("discard_mission", "Reason"),
        ("edit_mission", "PatchMission"),
        ("edit_user", "PatchUser"),
        ("fail_mission", "Fail"),
        ("heartbeat", "Heartbeat"),
        ("hold_mission", "Reason"),
        ("launch_run", "LaunchRun"),
        ("launch_template", "LaunchTemplate"),
        ("login", "SignIn"),
        ("logout", "SignOut"),
        ("pause_schedule", "Reason"),
        ("progress_mission", "Progress"),
        ("put_member", "PutMember"),
        ("put_schedule", "PutSchedule"),
        ("put_template", "PutTemplate"),
        ("register_agent", "RegisterAgent"),
        ("report", "Reports"),
        ("set_queue", "SetQueue"),
        ("start_mission", "Start"),
    ] {
        check(shape, &serde_json::from_str(sample::request(operation).unwrap()).unwrap());
    }
}

/// The golden file of each shape, and the shapes within it.
const WRITTEN: [(&str, &str); 71] = [
    ("agent", "AgentReply"),
    ("agents", "AgentList"),
    ("analytics", "AnalyticsReply"),
    ("analytics_by_template", "AnalyticsReply"),
    ("attempts", "AttemptList"),
    ("batch_created", "BatchCreated"),
    ("bulk", "BulkReply"),
    ("bulk_preview", "BulkPreview"),
    ("bulk_preview_more", "BulkPreview"),
    ("claim", "ClaimReply"),
    ("dead_letter", "DeadLetterReply"),
    ("dependency", "DependencyReply"),
    ("events", "EventList"),
    ("explain", "Explain"),
    ("explain_far_behind", "Explain"),
    ("explain_over", "Explain"),
    ("explain_ready", "Explain"),
    ("explain_running", "Explain"),
    ("health", "Health"),
    ("health_unhealthy", "Health"),
    ("heartbeat", "HeartbeatReply"),
    ("live_beat", "Frame"),
    ("live_events", "Frame"),
    ("live_hello", "Frame"),
    ("live_news", "Frame"),
    ("live_removed", "Frame"),
    ("live_resync", "Frame"),
    ("live_snapshot", "Frame"),
    ("live_snapshot_narrow", "Frame"),
    ("logs", "LogList"),
    ("me", "Me"),
    ("me_anybody", "Me"),
    ("me_program", "Me"),
    ("member", "MemberReply"),
    ("members", "MemberList"),
    ("metrics", "MetricsReply"),
    ("metrics_history", "MetricsHistory"),
    ("mission", "Mission"),
    ("mission_action", "ActionReply"),
    ("mission_created", "Created"),
    ("mission_list", "MissionList"),
    ("mission_pending", "Mission"),
    ("mission_reply", "MissionReply"),
    ("problem", "Problem"),
    ("problem_plain", "Problem"),
    ("project", "ProjectReply"),
    ("projects", "ProjectList"),
    ("queue", "QueueReply"),
    ("report", "ReportReply"),
    ("run", "RunReply"),
    ("run_launched", "RunLaunched"),
    ("run_paused", "RunReply"),
    ("running", "RunningReply"),
    ("runs", "RunList"),
    ("schedule", "ScheduleReply"),
    ("schedule_paused", "ScheduleReply"),
    ("schedule_ticks", "TickList"),
    ("schedules", "ScheduleList"),
    ("sessions", "SessionList"),
    ("system", "System"),
    ("system_alone", "System"),
    ("system_within", "System"),
    ("template", "TemplateReply"),
    ("templates", "TemplateList"),
    ("token_created", "TokenCreated"),
    ("token_created_before", "TokenCreated"),
    ("tokens", "TokenList"),
    ("user", "UserReply"),
    ("users", "UserList"),
    ("workflow", "WorkflowReply"),
    ("workflows", "WorkflowList"),
];

#[test]
fn every_reply_is_written_as_its_shape_says() {
    for (golden, shape) in WRITTEN {
        check(shape, &serde_json::from_str(sample::reply(golden).unwrap()).unwrap());
    }
}

#[test]
fn no_member_of_a_reply_goes_undescribed_and_none_is_described_that_never_comes() {
    let closed = |value: &mut Value| {
        for schema in value["components"]["schemas"].as_object_mut().unwrap().values_mut() {
            if schema["properties"].is_object() {
                schema["additionalProperties"] = json!(false);
            }
        }
    };
    let mut unseen: BTreeSet<(String, String)> = BTreeSet::new();
    for (golden, shape) in WRITTEN {
        let mut root = components();
        closed(&mut root);
        root["$ref"] = json!(format!("#/components/schemas/{shape}"));
        let value: Value = serde_json::from_str(sample::reply(golden).unwrap()).unwrap();
        let errors: Vec<String> = jsonschema::validator_for(&root)
            .unwrap()
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{golden}: {errors:#?}");
        unseen.extend(properties(shape).into_iter().map(|member| (shape.to_owned(), member)));
    }
    for (golden, shape) in WRITTEN {
        let value: Value = serde_json::from_str(sample::reply(golden).unwrap()).unwrap();
        unseen.retain(|(of, member)| of != shape || value.get(member).is_none());
    }
    assert_eq!(unseen, BTreeSet::new());
}

#[test]
fn every_schema_is_one() {
    for (name, schema) in shapes::all() {
        let schema = serde_json::to_value(&schema).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{name}: {schema}");
        assert!(schema["description"].is_string(), "{name} says nothing");
    }
}
