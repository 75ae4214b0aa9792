//! Missions as a file.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::{App, Caller};

/// More than two of the largest pages and no multiple of any.
const MANY: usize = 457;

async fn make(operator: &Caller<'_>, count: usize) {
    let mission = |n: usize| {
        let kind = if n.is_multiple_of(2) { "external" } else { "default" };
        json!({"title": format!("m{n}"), "kind": kind, "priority": "high"})
    };
    let missions: Vec<Value> = (0..count).map(mission).collect();
    operator.post("/api/missions/batch", &json!({"missions": missions})).await.expect(201);
}

async fn text(caller: Caller<'_>, query: &str) -> String {
    let got = caller.get(&format!("/api/missions/export{query}")).await;
    assert_eq!(got.status, 200, "{got:?}");
    String::from_utf8(got.body.to_vec()).unwrap()
}

/// The rows of a CSV text, read as RFC 4180 says.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' => loop {
                match chars.next().expect("a quoted cell ends") {
                    '"' if chars.next_if_eq(&'"').is_some() => cell.push('"'),
                    '"' => break,
                    other => cell.push(other),
                }
            },
            ',' => row.push(std::mem::take(&mut cell)),
            '\r' => {
                assert_eq!(chars.next(), Some('\n'), "rows end with both");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(row.is_empty() && cell.is_empty(), "the last row ends too");
    rows
}

#[tokio::test]
async fn every_form_of_a_file_has_every_mission_once_and_in_order() {
    let app = App::start().await;
    make(&app.operator(), MANY).await;
    let json: Value = serde_json::from_str(&text(app.viewer(), "?format=json").await).unwrap();
    assert_eq!(json["count"], MANY);
    let missions = json["missions"].as_array().unwrap();
    let ids: Vec<&str> = missions.iter().map(|mission| mission["id"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), MANY);
    assert!(ids.is_sorted_by(|one, next| one > next), "newest first");

    let lines = text(app.viewer(), "?format=ndjson").await;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines, missions);

    let csv = rows(&text(app.viewer(), "").await);
    assert_eq!((csv.len(), csv[0][0].as_str()), (MANY + 1, "id"));
    assert!(csv.iter().all(|row| row.len() == csv[0].len()));
    assert_eq!(csv[1..].iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ids);
    let newest = app.viewer().mission(ids[0]).await;
    assert_eq!(missions[0], newest, "it is the mission that everybody sees");
}

#[tokio::test]
async fn a_file_has_the_filters_and_orders_of_the_list() {
    let app = App::start().await;
    make(&app.operator(), 51).await;
    for query in ["kind=external", "q=m1&sort=created_at", "status=completed", "priority=high,low"]
    {
        let list = app.viewer().get(&format!("/api/missions?limit=200&{query}")).await.expect(200);
        let file = text(app.viewer(), &format!("?format=json&{query}")).await;
        let file: Value = serde_json::from_str(&file).unwrap();
        assert_eq!(file["missions"], list["missions"], "{query}");
        assert_eq!(file["count"], list["total"], "{query}");
    }
    assert_eq!(rows(&text(app.stranger(), "").await).len(), 1, "another project, another file");
    for (query, status, code) in [
        ("format=xls", 422, "invalid_format"),
        ("status=done", 422, "invalid_status"),
        ("limit=5", 400, "unknown_field"),
        ("cursor=MS40Mg", 400, "unknown_field"),
    ] {
        let got = app.viewer().get(&format!("/api/missions/export?{query}")).await;
        assert_eq!(got.refusal(), (status, code.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn a_spreadsheet_finds_no_formula_in_what_people_wrote() {
    let app = App::start().await;
    let body = json!({
        "title": "=HYPERLINK(\"http://x\",\"y\")", "description": "-1+1\nsecond, \"line\"",
        "kind": "external", "metadata": {"=": 1}, "labels": ["@a"],
    });
    let id = app.operator().create(&body).await;
    let csv = rows(&text(app.viewer(), "?format=csv").await);
    let cell = |name: &str| {
        let column = csv[0].iter().position(|column| column == name).unwrap();
        csv[1][column].as_str()
    };
    assert_eq!(cell("id"), id);
    assert_eq!(cell("title"), "'=HYPERLINK(\"http://x\",\"y\")");
    assert_eq!(cell("description"), "'-1+1\nsecond, \"line\"");
    assert_eq!((cell("metadata"), cell("labels")), (r#"{"=":1}"#, r#"["@a"]"#));
    assert_eq!((cell("attempt"), cell("held"), cell("started_at")), ("0", "false", ""));
}

#[tokio::test]
async fn a_file_says_what_it_is_and_what_to_call_it() {
    let app = App::start().await;
    for (format, kind) in [
        ("csv", "text/csv; charset=utf-8; header=present"),
        ("json", "application/json"),
        ("ndjson", "application/x-ndjson"),
    ] {
        let got = app.viewer().get(&format!("/api/missions/export?format={format}")).await;
        assert_eq!(got.header("content-type"), Some(kind));
        let name = got.header("content-disposition").unwrap();
        let name = name.strip_prefix("attachment; filename=\"missions-default-").unwrap();
        let at = name.strip_suffix(&format!(".{format}\"")).unwrap();
        assert!(at.len() == 14 && at.bytes().all(|byte| byte.is_ascii_digit()), "{at}");
        let body = std::str::from_utf8(&got.body).unwrap();
        match format {
            "csv" => assert_eq!(rows(body).len(), 1),
            "json" => assert_eq!(got.json()["missions"], json!([])),
            _ => assert_eq!(body, ""),
        }
    }
}
