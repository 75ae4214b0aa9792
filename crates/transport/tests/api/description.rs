//! The description of the API, as it is served.

use std::collections::BTreeSet;

use http::Method;
use mission_control_transport::http::Route;
use serde_json::{Value, json};

use crate::app::App;

async fn document(app: &App) -> Value {
    app.viewer().get("/api/openapi.json").await.expect(200)
}

/// The path as the description writes it, and the operation there.
fn operation<'a>(document: &'a Value, route: &Route) -> &'a Value {
    let path = route.path().replace("{*", "{");
    &document["paths"][path][route.method().as_str().to_lowercase()]
}

fn texts(values: &Value) -> BTreeSet<&str> {
    values.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else_is() {
    let app = App::start().await;
    let document = document(&app).await;
    let mut described = 0;
    for item in document["paths"].as_object().unwrap().values() {
        described += item.as_object().unwrap().len();
    }
    assert_eq!(described, app.dispatcher.routes().iter().len());
    for route in app.dispatcher.routes().iter() {
        let operation = operation(&document, route);
        assert_eq!(operation["operationId"], route.operation(), "{route:?}");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(summary.contains(' '), "{route:?} is not described in http/description/operations");
        let tags = texts(&operation["tags"]);
        let known: Vec<_> =
            document["tags"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
        assert!(
            tags.iter().all(|tag| known.contains(&&json!(tag))) && tags.len() == 1,
            "{route:?}"
        );
    }
}

#[tokio::test]
async fn parameters_are_those_that_the_route_takes() {
    let app = App::start().await;
    let document = document(&app).await;
    for route in app.dispatcher.routes().iter() {
        let operation = operation(&document, route);
        let of = |place: &str| -> BTreeSet<String> {
            let all = operation["parameters"].as_array().into_iter().flatten();
            let here = all.filter(|parameter| parameter["in"] == place);
            here.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
        };
        let braced = route.path().split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        let in_path: BTreeSet<String> =
            braced.map(|(name, _)| name.trim_start_matches('*').to_owned()).collect();
        assert_eq!(of("path"), in_path, "{route:?}");
        let mut query: BTreeSet<String> =
            route.parameters().iter().map(|name| (*name).to_owned()).collect();
        if operation["security"] != json!([]) {
            query.insert("project".to_owned());
        }
        assert_eq!(of("query"), query, "{route:?}");
    }
}

#[tokio::test]
async fn every_operation_says_what_it_takes_and_answers() {
    let app = App::start().await;
    let document = document(&app).await;
    for route in app.dispatcher.routes().iter() {
        let operation = operation(&document, route);
        let acts = *route.method() != Method::GET && *route.method() != Method::DELETE;
        assert_eq!(operation["requestBody"].is_object(), acts, "{route:?}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with(['1', '2'])), "{route:?}");
        for (status, response) in responses {
            let content = response["content"].as_object();
            assert!(content.is_some() || ["101", "204", "304"].contains(&status.as_str()));
            // Health has an answer of its own for when it is bad.
            let own = status == "503" && route.operation() == "health";
            if status.starts_with(['4', '5']) && !own {
                let problem = &response["content"]["application/problem+json"];
                assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem");
                assert!(!problem["examples"].as_object().unwrap().is_empty(), "{route:?} {status}");
            }
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    fn look(document: &Value, value: &Value, count: &mut usize) {
        if let Some(target) = value["$ref"].as_str() {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
            *count += 1;
        }
        match value {
            Value::Object(members) => members.values().for_each(|it| look(document, it, count)),
            Value::Array(entries) => entries.iter().for_each(|it| look(document, it, count)),
            _ => {}
        }
    }
    let app = App::start().await;
    let document = document(&app).await;
    let mut count = 0;
    look(&document, &document, &mut count);
    assert!(count > 500, "{count}");
}

#[tokio::test]
async fn every_example_fits_its_schema() {
    fn look(document: &Value, value: &Value, checked: &mut usize) {
        if let Some(schema) = value.get("schema") {
            let mut root = schema.clone();
            root["components"] = document["components"].clone();
            let fits = jsonschema::options().should_validate_formats(true).build(&root).unwrap();
            for example in examples(document, value) {
                let errors: Vec<String> =
                    fits.iter_errors(&example).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{example}: {errors:#?}");
                *checked += 1;
            }
        }
        match value {
            Value::Object(members) => members.values().for_each(|it| look(document, it, checked)),
            Value::Array(entries) => entries.iter().for_each(|it| look(document, it, checked)),
            _ => {}
        }
    }
    let app = App::start().await;
    let mut document = document(&app).await;
    // Compiling all schemas for every code of every operation would take minutes: one of each.
    keep_first_problems(&mut document);
    let mut checked = 0;
    look(&document, &document["paths"], &mut checked);
    assert!(checked > 100, "{checked}");
    let fits = {
        let mut root = json!({"$ref": "#/components/schemas/Problem"});
        root["components"] = document["components"].clone();
        jsonschema::validator_for(&root).unwrap()
    };
    for (code, example) in document["components"]["examples"].as_object().unwrap() {
        assert!(fits.is_valid(&example["value"]) && example["value"]["code"] == *code, "{code}");
    }
}

fn keep_first_problems(document: &mut Value) {
    for item in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in item.as_object_mut().unwrap().values_mut() {
            for response in operation["responses"].as_object_mut().unwrap().values_mut() {
                if let Some(content) = response["content"].as_object_mut() {
                    content.remove("application/problem+json");
                }
            }
        }
    }
}

fn examples(document: &Value, holder: &Value) -> Vec<Value> {
    let several = holder["examples"].as_object().into_iter().flat_map(|all| all.values());
    let several = several.map(|example| match example["$ref"].as_str() {
        Some(target) => document.pointer(&target[1..]).unwrap()["value"].clone(),
        None => example["value"].clone(),
    });
    holder.get("example").cloned().into_iter().chain(several).collect()
}

#[tokio::test]
async fn the_description_is_for_those_who_are_known_and_problems_are_for_everybody() {
    let app = App::start().await;
    for path in ["/api/openapi.json", "/docs"] {
        assert_eq!(app.nobody().get(path).await.status, 401, "{path}");
        assert_eq!(app.viewer().get(path).await.status, 200, "{path}");
    }
    let refusal = app.nobody().get("/api/missions").await.expect(401);
    let (page, code) = refusal["type"].as_str().unwrap().split_once('#').unwrap();
    let got = app.nobody().get(page).await;
    assert_eq!(got.status, 200);
    let html = String::from_utf8(got.body.to_vec()).unwrap();
    assert!(html.contains(&format!("<h3 id=\"{code}\">")), "{page}#{code}");
}

#[tokio::test]
async fn the_pages_stand_alone_and_hold_every_operation() {
    let app = App::start().await;
    let document = document(&app).await;
    let got = app.viewer().get("/docs").await;
    let policy = got.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let html = String::from_utf8(got.body.to_vec()).unwrap();
    for route in app.dispatcher.routes().iter() {
        assert!(html.contains(&format!("<h3 id=\"{}\">", route.operation())), "{route:?}");
    }
    for shape in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(html.contains(&format!("<h3 id=\"shape-{shape}\">")), "{shape}");
    }
    for word in ["<script", " style=", "<style", "http://", "https://", "onclick"] {
        assert!(!html.contains(word), "{word}");
    }
    let links: BTreeSet<&str> = html
        .split("href=\"#")
        .skip(1)
        .chain(html.split("href=\"/docs#").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    for link in links {
        assert!(html.contains(&format!("id=\"{link}\"")), "#{link} leads nowhere");
    }
    let style = html.split("stylesheet\" href=\"").nth(1).and_then(|it| it.split('"').next());
    let got = app.nobody().get(style.unwrap()).await;
    assert_eq!((got.status, got.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert!(got.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(app.nobody().get("/docs/style/other.css").await.status, 404);
}

#[tokio::test]
async fn whoever_has_the_description_is_not_sent_it_again() {
    let app = App::start().await;
    let tag = app.viewer().get("/api/openapi.json").await.header("etag").unwrap().to_owned();
    let headers = [("if-none-match", tag.as_str())];
    let again = app.viewer().send("GET", "/api/openapi.json", &headers, None).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
}
