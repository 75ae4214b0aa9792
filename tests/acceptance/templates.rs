//! Templates over the public API: made, changed, launched, measured.

use anyhow::Result;
use http::{Method, StatusCode};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_tests::http::Reply;
use serde_json::{Value, json};

use crate::house::{Control, House};

/// Nobody performs missions but the test.
const ALONE: &[&str] = &["--no-worker"];

fn summarise() -> Value {
    json!({
        "name": "summarise",
        "mission": {
            "title": "Summarise {{document}}",
            "description": "In {{ language }}, at most {{words}} words",
            "kind": "external",
            "input": {"format": "markdown", "words": 1},
            "labels": ["documents"],
        },
        "models": ["owl", "hare"],
        "parameters": {
            "type": "object",
            "properties": {
                "document": {"type": "string"},
                "language": {"type": "string", "default": "English"},
                "words": {"type": "integer", "minimum": 10},
            },
            "required": ["document"],
            "additionalProperties": false,
        },
        "metrics": [{"key": "accuracy", "unit": "%", "title": "Accuracy"}],
    })
}

async fn send(
    control: &Control,
    method: Method,
    path: &str,
    if_match: Option<&str>,
    body: Option<&Value>,
) -> Result<Reply> {
    let call = control.admin.request(method, path);
    let call = if_match.into_iter().fold(call, |call, tag| call.header("if-match", tag));
    body.into_iter().fold(call, |call, body| call.json(body)).send().await
}

/// The code and the fields of a refusal.
fn refusal(reply: &Reply, status: StatusCode) -> Result<(String, Vec<String>)> {
    let problem = reply.expect(status)?;
    let fields = problem["errors"].as_array().into_iter().flatten();
    let fields = fields.filter_map(|it| it["field"].as_str().map(str::to_owned));
    Ok((problem["code"].as_str().unwrap_or_default().to_owned(), fields.collect()))
}

async fn launches(control: &Control) -> Result<()> {
    let (path, launch) = ("/api/templates", "/api/templates/summarise/launch");
    let made = control.admin.post(path, &summarise()).await?;
    assert_eq!(made.header("location"), Some("/api/templates/summarise"));
    let template = made.expect(StatusCode::CREATED)?["template"].clone();
    assert_eq!((&template["revision"], &template["builtin"]), (&json!(1), &json!(false)));
    assert_eq!(template["parameters"], summarise()["parameters"]);
    assert_eq!(template["mission"]["model_used"], "owl", "the first of those to choose from");
    control.admin.post(path, &summarise()).await?.expect(StatusCode::OK)?;

    let body = json!({
        "parameters": {"document": "reef.md", "words": 120},
        "priority": "high", "labels": ["august"], "model_used": "hare", "held": true,
    });
    let first = control.admin.request(Method::POST, launch).header("idempotency-key", "k");
    let first = first.json(&body).send().await?;
    let mission = first.expect(StatusCode::CREATED)?["mission"].clone();
    assert_eq!(mission["title"], "Summarise reef.md");
    assert_eq!(mission["description"], "In English, at most 120 words");
    let input = json!({
        "format": "markdown", "document": "reef.md", "language": "English", "words": 120,
    });
    assert_eq!(mission["input"], input, "what was given wins");
    assert_eq!((&mission["template"], &mission["held"]), (&json!("summarise"), &json!(true)));
    assert_eq!((&mission["model_used"], &mission["priority"]), (&json!("hare"), &json!("high")));
    assert_eq!(mission["labels"], json!(["august", "documents"]));
    let again = control.admin.request(Method::POST, launch).header("idempotency-key", "k");
    let again = again.json(&body).send().await?;
    assert_eq!((again.status, again.text()), (StatusCode::CREATED, first.text()));

    for (parameters, code, field) in [
        (json!({}), "missing_field", "parameters.document"),
        (json!({"document": 5}), "wrong_type", "parameters.document"),
        (json!({"document": "d", "words": 9}), "invalid_parameter", "parameters.words"),
        (json!({"document": "d", "page": 1}), "unknown_field", "parameters.page"),
        (json!([1]), "not_an_object", "parameters"),
    ] {
        let body = json!({"parameters": parameters});
        let refused = control.admin.post(launch, &body).await?;
        let expected = (code.to_owned(), vec![field.to_owned()]);
        assert_eq!(refusal(&refused, StatusCode::UNPROCESSABLE_ENTITY)?, expected, "{body}");
    }
    let other = json!({"parameters": {"document": "d"}, "model_used": "lynx"});
    let refused = control.admin.post(launch, &other).await?;
    let got = refusal(&refused, StatusCode::UNPROCESSABLE_ENTITY)?;
    assert_eq!(got, ("not_allowed".to_owned(), vec!["model_used".to_owned()]));
    Ok(())
}

async fn changes(control: &Control) -> Result<()> {
    let path = "/api/templates/summarise";
    control.admin.post("/api/templates", &summarise()).await?;
    let mut said = summarise();
    said.as_object_mut().expect("an object").remove("name");
    said["mission"]["title"] = json!("Sum up {{document}}");
    let put = async |tag: Option<&str>| send(control, Method::PUT, path, tag, Some(&said)).await;
    assert_eq!(put(None).await?.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(put(Some("\"7\"")).await?.status, StatusCode::PRECONDITION_FAILED);
    let tag = control.admin.get(path).await?.header("etag").unwrap_or_default().to_owned();
    let changed = put(Some(&tag)).await?;
    assert_eq!(
        changed.expect(StatusCode::OK)?["template"]["mission"]["title"],
        "Sum up {{document}}"
    );
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
    assert_eq!(put(Some(&tag)).await?.status, StatusCode::PRECONDITION_FAILED);
    put(Some("*")).await?.expect(StatusCode::OK)?;
    let taken = control.admin.post("/api/templates", &summarise()).await?;
    assert_eq!(refusal(&taken, StatusCode::CONFLICT)?.0, "template_taken");

    for (member, value, code, field) in [
        (
            "parameters",
            json!({"properties": {"a": {"type": "no"}}}),
            "invalid_schema",
            "parameters.properties.a.type",
        ),
        (
            "parameters",
            json!({"$ref": "https://example.com"}),
            "remote_reference",
            "parameters.$ref",
        ),
        ("parameters", json!({}), "unknown_parameter", "mission.title"),
        ("metrics", json!([{"key": "a b"}]), "invalid_metric_key", "metrics[0].key"),
    ] {
        let mut wrong = said.clone();
        wrong[member] = value;
        let refused = send(control, Method::PUT, path, Some("*"), Some(&wrong)).await?;
        let got = refusal(&refused, StatusCode::UNPROCESSABLE_ENTITY)?;
        assert_eq!(got, (code.to_owned(), vec![field.to_owned()]));
    }
    let removed = send(control, Method::DELETE, path, None, None).await?;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(control.admin.get(path).await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

async fn builtins(control: &Control) -> Result<()> {
    let list = control.admin.get("/api/templates?limit=2").await?.expect(StatusCode::OK)?;
    let cursor = list["next_cursor"].as_str().unwrap_or_default().to_owned();
    let rest = control.admin.get(&format!("/api/templates?cursor={cursor}")).await?;
    let rest = rest.expect(StatusCode::OK)?;
    let pages = [&list, &rest].into_iter().flat_map(|page| page["templates"].as_array());
    let names: Vec<String> = pages
        .flatten()
        .filter(|it| it["builtin"] == true)
        .map(|it| format!("{} {}", it["name"].as_str().unwrap_or_default(), it["models"]))
        .collect();
    let expected = [
        r#"code-generation ["yi-coder:9b-chat-q6_k"]"#,
        r#"data-analysis ["mistral:7b-instruct"]"#,
        r#"document-processing ["mistral:7b-instruct","yi-coder:9b-chat-q6_k"]"#,
        r#"system-monitoring ["mistral:7b-instruct"]"#,
    ];
    assert_eq!(names, expected);

    let path = "/api/templates/system-monitoring";
    let body = json!({"mission": {"title": "t"}});
    let changed = send(control, Method::PUT, path, Some("*"), Some(&body)).await?;
    assert_eq!(refusal(&changed, StatusCode::CONFLICT)?.0, "builtin_template");
    let removed = send(control, Method::DELETE, path, None, None).await?;
    let problem = removed.expect(StatusCode::CONFLICT)?;
    assert!(problem["detail"].as_str().is_some_and(|it| it.contains("under another name")));

    let body = json!({"parameters": {"target": "the reef"}});
    let made = control.admin.post(&format!("{path}/launch"), &body).await?;
    let mission = made.expect(StatusCode::CREATED)?["mission"].clone();
    assert_eq!(mission["title"], "Check the reef");
    assert_eq!(mission["agent_type"], "MonitoringAgent");
    assert_eq!(mission["metadata"], json!({"type": "system_monitoring"}));
    Ok(())
}

async fn figures(control: &Control) -> Result<()> {
    let path = "/api/templates/data-analysis/launch";
    for (accuracy, volume) in [(json!(90), json!(10)), (json!(70.5), json!("much"))] {
        let body = json!({"parameters": {"dataset": "reef"}});
        let made = control.admin.post(path, &body).await?.expect(StatusCode::CREATED)?;
        let id = made["mission_id"].as_str().unwrap_or_default().to_owned();
        control.act(&id, "start").await?;
        let result = json!({"result": {"analysis_accuracy": accuracy, "data_volume": volume}});
        let done = control.admin.post(&format!("/api/missions/{id}/complete"), &result).await?;
        done.expect(StatusCode::OK)?;
    }
    let told = control.admin.get("/api/analytics?by=template").await?.expect(StatusCode::OK)?;
    let group = &told["groups"][0];
    assert_eq!((&group["key"], &group["completed"]), (&json!("data-analysis"), &json!(2)));
    let expected = json!([
        {"key": "analysis_accuracy", "unit": "%", "title": "Analysis accuracy",
         "count": 2, "average": 80.25, "min": 70.5, "max": 90.0},
        {"key": "processing_time", "unit": "s", "title": "Processing time",
         "count": 0, "average": null, "min": null, "max": null},
        {"key": "data_volume", "unit": "bytes", "title": "Data volume",
         "count": 1, "average": 10.0, "min": 10.0, "max": 10.0},
    ]);
    assert_eq!(group["metrics"], expected);
    Ok(())
}

async fn all(control: &Control) -> Result<()> {
    figures(control).await?;
    launches(control).await?;
    builtins(control).await?;
    let removed = send(control, Method::DELETE, "/api/templates/summarise", None, None).await?;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    changes(control).await
}

#[tokio::test]
async fn templates_are_made_changed_launched_and_measured_on_sqlite() -> Result<()> {
    all(&House::new()?.start_with(ALONE).await?).await
}

#[tokio::test]
async fn templates_are_made_changed_launched_and_measured_on_postgres() -> Result<()> {
    let database = PrivatePostgres::start(Durability::Relaxed).await?;
    all(&House::new()?.start_on(database.dsn(), ALONE).await?).await
}
