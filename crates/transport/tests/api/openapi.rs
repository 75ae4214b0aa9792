//! The description against what the OpenAPI Initiative says a description is.

use jsonschema::Registry;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::App;

/// Where the files are from, and what they were.
const SOURCE: &str = include_str!("../openapi-3.1/SOURCE.txt");
/// By name and by the address under which they refer to each other.
const OFFICIAL: [(&str, &str, &str); 3] = [
    (
        "schema.json",
        "https://spec.openapis.org/oas/3.1/schema/2025-11-23",
        include_str!("../openapi-3.1/schema.json"),
    ),
    (
        "dialect.json",
        "https://spec.openapis.org/oas/3.1/dialect/base",
        include_str!("../openapi-3.1/dialect.json"),
    ),
    (
        "vocabulary.json",
        "https://spec.openapis.org/oas/3.1/meta/base",
        include_str!("../openapi-3.1/vocabulary.json"),
    ),
];

/// Why `document` is no description; empty when it is one. Schemas in it are held against the
/// dialect, which the schema of documents leaves open.
fn complaints(document: &Value) -> Vec<String> {
    let mut registry = Registry::new();
    for (_, address, text) in OFFICIAL {
        let schema: Value = serde_json::from_str(text).unwrap();
        registry = registry.add(address, schema).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let [(_, documents, _), (_, dialect, _), _] = OFFICIAL;
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": documents,
        "$defs": {"schema": {"$dynamicAnchor": "meta", "$ref": dialect}},
    });
    let options = jsonschema::options().with_registry(&registry).should_validate_formats(true);
    let validator = options.build(&whole).unwrap();
    let errors = validator.iter_errors(document);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[tokio::test]
async fn the_description_is_one_by_the_official_schema() {
    let app = App::start().await;
    let document = app.viewer().get("/api/openapi.json").await.expect(200);
    assert_eq!(complaints(&document), [""; 0]);
}

#[tokio::test]
async fn a_description_that_breaks_the_standard_is_noticed() {
    let app = App::start().await;
    let document = app.viewer().get("/api/openapi.json").await.expect(200);
    let mission = "/paths/~1api~1missions~1{id}/get";
    for (place, member, broken) in [
        ("/info", "title", Value::Null),
        ("/info", "author", json!("somebody")),
        ("/components/securitySchemes/token", "type", json!("bearer")),
        ("/components/schemas/Mission", "type", json!("objekt")),
        ("/components/schemas/Mission", "required", json!("id")),
        ("/components/schemas/Mission", "discriminator", json!({"mapping": {}})),
        (mission, "operationID", json!("twice")),
        (&format!("{mission}/parameters/0"), "required", json!(false)),
        (&format!("{mission}/responses/200"), "description", Value::Null),
        (&format!("{mission}/responses/200/content"), "application/json", json!({"scheme": {}})),
    ] {
        let mut document = document.clone();
        let at = document.pointer_mut(place).unwrap_or_else(|| panic!("{place} is not there"));
        at[member] = broken;
        assert_ne!(complaints(&document), [""; 0], "{place}/{member}");
    }
}

#[test]
fn the_official_files_are_as_they_came() {
    for (name, _, text) in OFFICIAL {
        let hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(SOURCE.contains(&format!("{hash}  {name}")), "{name} is {hash}");
    }
}
