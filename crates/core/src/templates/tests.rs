//! What a schema may be, and what becomes of parameters.

use mission_control_kernel::JsonText;

use super::fault::Fault;
use super::schema::{MAX_SCHEMA_VALUES, Schema};

fn json(text: &str) -> JsonText {
    JsonText::from_checked(text).unwrap()
}

fn told(faults: Vec<Fault>) -> Vec<(String, String)> {
    faults.into_iter().map(|fault| (fault.field, fault.code.into_owned())).collect()
}

fn refused(schema: &str) -> (String, String) {
    let faults = Schema::parse(&json(schema)).err().unwrap_or_else(|| panic!("taken: {schema}"));
    told(faults).remove(0)
}

#[test]
fn what_is_no_schema_is_refused_with_its_path() {
    let deep = format!("{}1{}", r#"{"not":"#.repeat(40), "}".repeat(40));
    let table = [
        ("[]", "parameters", "not_an_object"),
        (r#"{"type":"array"}"#, "parameters.type", "not_an_object"),
        (
            r#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#,
            "parameters.$schema",
            "invalid_schema",
        ),
        (
            r#"{"properties":{"n":{"type":"nunber"}}}"#,
            "parameters.properties.n.type",
            "invalid_schema",
        ),
        (r#"{"required":"n"}"#, "parameters.required", "invalid_schema"),
        (r#"{"properties":{"n":5}}"#, "parameters.properties.n", "invalid_schema"),
        (
            r#"{"properties":{"n":{"$ref":"https://example.com/n.json"}}}"#,
            "parameters.properties.n.$ref",
            "remote_reference",
        ),
        (
            r##"{"properties":{"n":{"$ref":"#/$defs/n"}}}"##,
            "parameters.properties.n.$ref",
            "unknown_reference",
        ),
        (r#"{"$id":"https://example.com/"}"#, "parameters.$id", "invalid_reference"),
    ];
    for (schema, field, code) in table {
        assert_eq!(refused(schema), (field.to_owned(), code.to_owned()), "{schema}");
    }
    assert_eq!(refused(&deep).1, "too_deep");
}

#[test]
fn a_schema_that_unfolds_without_end_or_far_is_refused() {
    let circle = r##"{"$defs":{"a":{"items":{"$ref":"#/$defs/a"}}},"properties":{"n":{"$ref":"#/$defs/a"}}}"##;
    assert_eq!(refused(circle).1, "cyclic_reference");
    // Each level stands for two of the one below: a million at the top.
    let levels: Vec<String> = (1..20)
        .map(|n| {
            format!(
                r##""d{n}":{{"allOf":[{{"$ref":"#/$defs/d{0}"}},{{"$ref":"#/$defs/d{0}"}}]}}"##,
                n - 1
            )
        })
        .collect();
    let laughs = format!(r#"{{"$defs":{{"d0":{{}},{}}}}}"#, levels.join(","));
    let (field, code) = refused(&laughs);
    assert!(["too_large", "too_deep"].contains(&code.as_str()), "{field} {code}");
    let wide: Vec<String> = (0..MAX_SCHEMA_VALUES).map(|n| format!(r#""{n}":true"#)).collect();
    let wide = format!(r#"{{"properties":{{{}}}}}"#, wide.join(","));
    assert_eq!(refused(&wide).1, "too_large");
}

#[test]
fn a_pattern_that_would_backtrack_is_refused_or_runs_in_no_time() {
    let looking = r#"{"properties":{"n":{"pattern":"(?=a)b"}}}"#;
    assert_eq!(refused(looking).1, "invalid_schema");
    let huge = r#"{"properties":{"n":{"pattern":"(((a{200}){200}){200})"}}}"#;
    assert_eq!(refused(huge).1, "invalid_schema");
    let nested = r#"{"properties":{"n":{"type":"string","pattern":"^(a+)+$"}}}"#;
    let schema = Schema::parse(&json(nested)).map_err(told).unwrap();
    let text = format!(r#"{{"n":"{}b"}}"#, "a".repeat(50_000));
    let faults = told(schema.hold(&json(&text)).unwrap_err());
    assert_eq!(faults, [("parameters.n".to_owned(), "invalid_parameter".to_owned())]);
}

#[test]
fn a_wrong_parameter_is_named() {
    let schema = Schema::parse(&json(
        r#"{"type":"object","properties":{"who":{"type":"string","maxLength":3},
           "many":{"type":"integer","minimum":1},"list":{"items":{"type":"string"}}},
           "required":["who"],"additionalProperties":false}"#,
    ))
    .map_err(told)
    .unwrap();
    let table = [
        (r#"{}"#, "parameters.who", "missing_field"),
        (r#"{"who":5}"#, "parameters.who", "wrong_type"),
        (r#"{"who":"Hypatia"}"#, "parameters.who", "invalid_parameter"),
        (r#"{"who":"Ada","many":0}"#, "parameters.many", "invalid_parameter"),
        (r#"{"who":"Ada","list":["a",1]}"#, "parameters.list[1]", "wrong_type"),
        (r#"{"who":"Ada","other":1}"#, "parameters.other", "unknown_field"),
        ("5", "parameters", "not_an_object"),
    ];
    for (parameters, field, code) in table {
        let faults = schema.hold(&json(parameters)).unwrap_err();
        assert!(!faults[0].message.contains("Hypatia"), "a value is repeated: {}", faults[0]);
        assert_eq!(told(faults), [(field.to_owned(), code.to_owned())], "{parameters}");
    }
    let several = told(schema.hold(&json(r#"{"many":"x","other":1}"#)).unwrap_err());
    assert_eq!(several.len(), 3, "{several:?}");
    assert!(schema.hold(&json(r#"{"who":"Ada","many":2}"#)).is_ok());
}

#[test]
fn what_is_left_out_is_as_the_schema_says() {
    let schema = Schema::parse(&json(
        r#"{"properties":{"language":{"type":"string","default":"Rust"},"task":{}}}"#,
    ))
    .map_err(told)
    .unwrap();
    let values = schema.hold(&json(r#"{"task":1}"#)).unwrap();
    assert_eq!(values["language"], "Rust");
    let values = schema.hold(&json(r#"{"language":"C"}"#)).unwrap();
    assert_eq!((values["language"].as_str(), values.get("task")), (Some("C"), None));
}
