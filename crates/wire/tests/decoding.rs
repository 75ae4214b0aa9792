//! What bodies are taken, and what is said about the others.

use mission_control_kernel::{LeaseId, Money};
use mission_control_wire::request::{
    AppendLogs, BatchCreate, Cancel, Claim, Complete, CreateMission, Empty, Fail, Heartbeat,
    LiveRequest, LiveVerb, MAX_BATCH, PatchMission, Progress, RegisterAgent, ReportKind, Reports,
    Snooze, Start,
};
use mission_control_wire::{Backoff, Body, DecodeError, DecodeKind, Whole, Word, decode};

const ID: &str = "019126f4-5d40-7000-8000-000000000001";

fn refused<T: Body>(body: &str) -> DecodeError {
    match decode::<T>(body.as_bytes()) {
        Ok(_) => panic!("{body} was taken"),
        Err(error) => error,
    }
}

/// Body, code, field, message.
type Refusal<'a> = (&'a str, &'a str, &'a str, &'a str);

fn check<T: Body>(table: &[Refusal<'_>]) {
    for (body, code, field, message) in table {
        let error = refused::<T>(body);
        let got = (error.code(), error.field.as_str(), error.message.as_str());
        assert_eq!(got, (*code, *field, *message), "{body}");
    }
}

#[test]
fn a_refusal_of_a_new_mission_names_the_member_and_says_what_it_must_be() {
    check::<CreateMission>(&[
        ("{}", "missing_field", "title", "must be given"),
        (r#"{"title":null}"#, "wrong_type", "title", "must be a string, not null"),
        (r#"{"title":5}"#, "wrong_type", "title", "must be a string, not a number"),
        (r#"{"title":{}}"#, "wrong_type", "title", "must be a string, not an object"),
        (r#"{"title":"a","title":"b"}"#, "duplicate_key", "title", "is given twice"),
        (r#"{"title":"a","status":"done"}"#, "read_only_field", "status", "is read-only here"),
        (
            r#"{"title":"a","max_attempts":1.5}"#,
            "wrong_type",
            "max_attempts",
            "must be a whole number, not a number with a fraction",
        ),
        (
            r#"{"title":"a","held":"yes"}"#,
            "wrong_type",
            "held",
            "must be true or false, not a string",
        ),
        (r#"{"title":"a","labels":{}}"#, "wrong_type", "labels", "must be an array, not an object"),
        (
            r#"{"title":"a","labels":["b",null]}"#,
            "wrong_type",
            "labels[1]",
            "must be a string, not null",
        ),
    ]);
}

#[test]
fn a_value_in_a_wrong_form_is_refused_at_its_place() {
    check::<CreateMission>(&[
        (
            r#"{"title":"a","depends_on":["x"]}"#,
            "invalid_mission_id",
            "depends_on[0]",
            "must be a lower-case hyphenated UUID",
        ),
        (
            r#"{"title":"a","scheduled_at":"tomorrow"}"#,
            "invalid_time",
            "scheduled_at",
            "must be an RFC 3339 time like 2026-01-31T08:30:00Z",
        ),
        (
            r#"{"title":"a","backoff":"linear"}"#,
            "invalid_backoff",
            "backoff",
            "must be \"exponential\", \"none\" or an array of seconds",
        ),
        (
            r#"{"title":"a","backoff":[1,"2"]}"#,
            "wrong_type",
            "backoff[1]",
            "must be a number, not a string",
        ),
        (
            r#"{"title":"a","metadata":{"a":"\u0000"}}"#,
            "control_character",
            "metadata",
            "must not contain the NUL character",
        ),
    ]);
}

#[test]
fn a_body_that_is_no_object_is_refused_as_such() {
    check::<CreateMission>(&[
        ("[]", "expected_object", "", "must be an object, not an array"),
        (r#"["a title"]"#, "expected_object", "", "must be an object, not an array"),
        ("null", "expected_object", "", "must be an object, not null"),
        (r#""x""#, "expected_object", "", "must be an object, not a string"),
        ("1", "expected_object", "", "must be an object, not a number"),
    ]);
}

#[test]
fn an_unknown_member_is_answered_with_the_known_ones() {
    let error = refused::<Start>(r#"{"agent":"atlas"}"#);
    assert_eq!(error.kind, DecodeKind::UnknownField);
    assert_eq!(error.to_string(), "agent is not known here; known: agent_type, model_used");
    let error = refused::<Empty>(r#"{"why":1}"#);
    assert_eq!(error.to_string(), "why is not known here; no members are");
}

#[test]
fn a_member_cannot_be_named_so_that_it_passes_for_another_error() {
    let error = refused::<Start>(r#"{"x`, expected one of `y":1}"#);
    assert_eq!(error.kind, DecodeKind::UnknownField);
    assert_eq!(error.message, "is not known here; known: agent_type, model_used");
    let error = refused::<Start>(r#"{"\u0001lease_lost\u0001a\u0001b":1}"#);
    assert_eq!(error.kind, DecodeKind::UnknownField);
    let error = refused::<Start>(&format!(r#"{{"{}":1}}"#, "é".repeat(5_000)));
    assert_eq!(error.field, "é".repeat(200));
    let error =
        refused::<CreateMission>(r#"{"title":"a","held":"x, expected y at line 9 column 9"}"#);
    assert_eq!(error.message, "must be true or false, not a string");
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let table: [(&[u8], usize, usize); 7] = [
        (b"", 1, 0),
        (b"{\"title\":", 1, 9),
        (b"{\n\"title\": oops}", 2, 10),
        (b"{\"title\":\"a\"} {}", 1, 15),
        (b"{\"title\":\"a\",\n\"timeout_seconds\":1e999}", 2, 23),
        (b"{\"title\":\"\\ud800\"}", 1, 17),
        (b"{\n \"title\":\"\xff\"}", 2, 11),
    ];
    for (body, line, column) in table {
        let error = decode::<CreateMission>(body).unwrap_err();
        assert_eq!(error.kind, DecodeKind::Malformed { line, column }, "{error}");
        assert_eq!((error.code(), error.field.as_str()), ("malformed_json", ""));
    }
}

#[test]
fn null_is_the_same_as_leaving_an_optional_member_out() {
    let bare = decode::<CreateMission>(br#"{"title":"a"}"#).unwrap();
    let nulls = br#"{"title":"a","description":null,"priority":null,"metadata":null,"input":null,
        "labels":null,"parent_id":null,"depends_on":null,"max_attempts":null,"backoff":null,
        "scheduled_at":null,"timeout_seconds":null,"held":null}"#;
    assert_eq!(decode::<CreateMission>(nulls).unwrap(), bare);
}

#[test]
fn a_whole_mission_is_taken() {
    let body = format!(
        r#"{{"title":"a","description":"b","priority":"high","metadata":{{"c": [1]}},"kind":"k",
        "input":7,"labels":["l"],"complexity":"expert","parent_id":"{ID}","depends_on":["{ID}"],
        "required_capabilities":["ocr"],"fairness_key":"f","concurrency_key":"c","max_attempts":5,
        "backoff":[1,2.5],"scheduled_at":"2026-01-01T01:00:00+01:00",
        "expires_at":"2026-01-02T00:00:00Z","timeout_seconds":1.5,"held":true,"agent_type":"t",
        "model_used":"m"}}"#
    );
    let mission = decode::<CreateMission>(body.as_bytes()).unwrap();
    assert_eq!(mission.metadata.unwrap().as_str(), r#"{"c": [1]}"#);
    assert_eq!(mission.depends_on, Some(vec![Word(ID.parse().unwrap())]));
    assert_eq!(mission.backoff, Some(Backoff::Fixed(vec![1.0, 2.5])));
    assert_eq!(mission.scheduled_at.unwrap().0.to_string(), "2026-01-01T00:00:00.000000Z");
}

#[test]
fn every_member_of_a_mission_can_be_set_or_is_said_to_be_the_servers() {
    let golden = include_str!("../golden/mission.json");
    let mission: serde_json::Map<String, serde_json::Value> = serde_json::from_str(golden).unwrap();
    for member in mission.keys() {
        let body = format!(r#"{{"{member}":null}}"#);
        let created = decode::<CreateMission>(body.as_bytes()).map_err(|error| error.kind);
        assert_ne!(created, Err(DecodeKind::UnknownField), "create: {member}");
        let patched = decode::<PatchMission>(body.as_bytes()).map_err(|error| error.kind);
        assert_ne!(patched, Err(DecodeKind::UnknownField), "patch: {member}");
    }
}

#[test]
fn every_member_of_an_agent_can_be_set_or_is_said_to_be_the_servers() {
    let golden = include_str!("../golden/agent.json");
    let reply: serde_json::Value = serde_json::from_str(golden).unwrap();
    for member in reply["agent"].as_object().unwrap().keys() {
        let body = format!(r#"{{"{member}":null}}"#);
        let registered = decode::<RegisterAgent>(body.as_bytes()).map_err(|error| error.kind);
        assert_ne!(registered, Err(DecodeKind::UnknownField), "{member}");
    }
}

#[test]
fn an_action_without_needed_members_may_come_without_a_body() {
    for body in [b"".as_slice(), b" \r\n", b"{}"] {
        assert_eq!(decode::<Empty>(body), Ok(Empty {}));
        assert_eq!(decode::<Start>(body), Ok(Start::default()));
        assert_eq!(decode::<Complete>(body), Ok(Complete::default()));
        assert_eq!(decode::<Fail>(body), Ok(Fail::default()));
        assert_eq!(decode::<Cancel>(body), Ok(Cancel::default()));
        assert_eq!(decode::<Heartbeat>(body), Ok(Heartbeat::default()));
        assert_eq!(decode::<Claim>(body), Ok(Claim::default()));
    }
    assert_eq!(refused::<PatchMission>("").code(), "malformed_json");
    assert_eq!(refused::<Progress>("").code(), "malformed_json");
    assert_eq!(refused::<Snooze>("{}").field, "until");
}

#[test]
fn an_edit_keeps_what_is_left_out_and_refuses_null() {
    let edit = decode::<PatchMission>(br#"{"description":"","metadata":{"a":null}}"#).unwrap();
    assert_eq!((edit.title, edit.description.as_deref()), (None, Some("")));
    assert_eq!(edit.metadata.unwrap().as_str(), r#"{"a":null}"#);
    check::<PatchMission>(&[
        (r#"{"title":null}"#, "wrong_type", "title", "must be a string, not null"),
        (r#"{"labels":null}"#, "wrong_type", "labels", "must be an array, not null"),
        (r#"{"metadata":null}"#, "wrong_type", "metadata", "must be a value, not null"),
        (r#"{"kind":"x"}"#, "read_only_field", "kind", "is read-only here"),
    ]);
}

#[test]
fn tokens_are_whole_and_money_is_exact() {
    let body = br#"{"progress":50,"tokens_used":3,"cost_estimate":0.1,"lease_id":9}"#;
    let progress = decode::<Progress>(body).unwrap();
    assert_eq!(progress.usage().cost, Money::from_nanos(100_000_000));
    assert_eq!(progress.lease_id.unwrap().0, LeaseId::new(9));
    check::<Progress>(&[
        (r#"{"progress":"50"}"#, "wrong_type", "progress", "must be a number, not a string"),
        (
            r#"{"progress":1,"lease_id":-5}"#,
            "out_of_range",
            "lease_id",
            "must be a whole number of 0 or more",
        ),
        (
            r#"{"progress":1,"tokens_in":1.5}"#,
            "wrong_type",
            "tokens_in",
            "must be a whole number, not a number with a fraction",
        ),
        (
            r#"{"progress":1,"cost_estimate":-0.1}"#,
            "invalid_cost",
            "cost_estimate",
            "must be a number of dollars from 0 to 1000000000",
        ),
        (
            r#"{"progress":1,"cost_estimate":"0.1"}"#,
            "wrong_type",
            "cost_estimate",
            "must be a number of dollars, not a string",
        ),
        (
            r#"{"progress":1,"lease_id":18446744073709551615}"#,
            "out_of_range",
            "lease_id",
            "is larger than any lease id",
        ),
    ]);
}

#[test]
fn a_batch_names_the_mission_that_is_wrong() {
    check::<BatchCreate>(&[
        (r#"{"missions":[]}"#, "too_few", "missions", "must not be empty"),
        (
            r#"{"missions":[{"title":"a"},["b"]]}"#,
            "wrong_type",
            "missions[1]",
            "must be an object, not an array",
        ),
        (
            r#"{"missions":[{"title":"a"},{"title":1}]}"#,
            "wrong_type",
            "missions[1].title",
            "must be a string, not a number",
        ),
        (
            r#"{"missions":[{"title":"a","id":"x"}]}"#,
            "read_only_field",
            "missions[0].id",
            "is read-only here",
        ),
        (r#"{"missions":[{}]}"#, "missing_field", "missions[0].title", "must be given"),
    ]);
}

#[test]
fn a_batch_has_at_most_a_thousand_missions() {
    let batch = |count: usize| {
        let missions = vec![r#"{"title":"a"}"#; count].join(",");
        decode::<BatchCreate>(format!(r#"{{"missions":[{missions}]}}"#).as_bytes())
    };
    assert_eq!(batch(MAX_BATCH).unwrap().missions.as_slice().len(), MAX_BATCH);
    let error = batch(MAX_BATCH + 1).unwrap_err();
    assert_eq!((error.code(), error.field.as_str()), ("too_many", "missions"));
    assert_eq!(error.message, "has too many: 1001 entries, and at most 1000 are allowed");
}

#[test]
fn reports_of_every_kind_are_taken_in_order() {
    let body = format!(
        r#"{{"reports":[
        {{"mission_id":"{ID}","lease_id":1,"kind":"progress","progress":5,"message":"m"}},
        {{"mission_id":"{ID}","lease_id":1,"kind":"complete","result":{{"a":1}},"tokens_used":2}},
        {{"mission_id":"{ID}","lease_id":1,"kind":"fail","error_message":"e","class":"lost"}},
        {{"mission_id":"{ID}","lease_id":1,"kind":"snooze","until":"2026-01-01T00:00:00Z"}},
        {{"mission_id":"{ID}","lease_id":1,"kind":"release"}}]}}"#
    );
    let reports = decode::<Reports>(body.as_bytes()).unwrap().reports.into_vec();
    assert!(matches!(&reports[0].kind, ReportKind::Progress(said) if said.progress == 5.0));
    assert!(matches!(&reports[1].kind, ReportKind::Complete(said)
        if said.usage().tokens_used == Some(Whole(2)) && said.lease_id.unwrap().0 == LeaseId::new(1)));
    assert!(matches!(&reports[2].kind, ReportKind::Fail(said)
        if said.class.as_deref() == Some("lost")));
    assert!(matches!(&reports[3].kind, ReportKind::Snooze(said)
        if said.until.0.to_string() == "2026-01-01T00:00:00.000000Z"));
    assert_eq!(reports[4].kind, ReportKind::Release);
}

#[test]
fn a_report_has_the_members_of_its_kind_alone() {
    let report = |rest: &str| {
        let body = format!(r#"{{"reports":[{{"mission_id":"{ID}","lease_id":1,"kind":{rest}}}]}}"#);
        let error = refused::<Reports>(&body);
        (error.code().to_owned(), error.field, error.message)
    };
    let table = [
        (
            r#""release","progress":5"#,
            "unknown_field",
            "reports[0].progress",
            "does not belong to a report of this kind",
        ),
        (
            r#""fail","result":1"#,
            "unknown_field",
            "reports[0].result",
            "does not belong to a report of this kind",
        ),
        (r#""snooze""#, "missing_field", "reports[0].until", "must be given"),
        (r#""progress""#, "missing_field", "reports[0].progress", "must be given"),
        (
            r#""explode""#,
            "unknown_value",
            "reports[0].kind",
            "must be one of progress, complete, fail, snooze, release",
        ),
    ];
    for (rest, code, field, message) in table {
        assert_eq!(report(rest), (code.to_owned(), field.to_owned(), message.to_owned()), "{rest}");
    }
}

#[test]
fn what_workers_and_watchers_send_is_taken() {
    let agent = br#"{"name":"atlas","type":"worker","capabilities":["ocr"],"max_concurrent":4}"#;
    assert_eq!(decode::<RegisterAgent>(agent).unwrap().max_concurrent, Some(Whole(4)));
    let beat = format!(
        r#"{{"running":[{{"mission_id":"{ID}","lease_id":3,"progress":4.5}}],"wait_seconds":30}}"#
    );
    let beat = decode::<Heartbeat>(beat.as_bytes()).unwrap();
    assert_eq!(beat.running.unwrap().as_slice()[0].progress, Some(4.5));
    let logs = br#"{"lines":[{"at":"2026-01-01T00:00:00Z","level":"info","text":"x"}]}"#;
    assert_eq!(decode::<AppendLogs>(logs).unwrap().lines.as_slice()[0].text, "x");
    let ask = decode::<LiveRequest>(br#"{"type":"subscribe","topics":["missions"]}"#).unwrap();
    assert_eq!(ask.verb, LiveVerb::Subscribe);
    let error = refused::<LiveRequest>(r#"{"type":"shout"}"#);
    assert_eq!(error.to_string(), "type must be one of subscribe, unsubscribe, ping");
}
