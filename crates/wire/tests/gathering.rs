//! Everything that is wrong with a body, in one answer.

use mission_control_wire::request::{BatchCreate, CreateMission};
use mission_control_wire::{Body, decode_all};

/// Field and code of everything that is wrong with a body.
fn all_wrong<T: Body>(body: &str) -> Vec<(String, String)> {
    let errors = decode_all::<T>(body.as_bytes()).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.field.clone(), error.code().to_owned())).collect()
}

#[test]
fn all_that_is_wrong_with_a_body_is_told_at_once() {
    let table: [(&str, &[(&str, &str)]); 7] = [
        (r#"{"title":"a"}"#, &[]),
        (
            r#"{"colour":1,"title":5,"held":"yes","status":"done","depends_on":["x","y"]}"#,
            &[
                ("colour", "unknown_field"),
                ("depends_on[0]", "invalid_mission_id"),
                ("depends_on[1]", "invalid_mission_id"),
                ("held", "wrong_type"),
                ("status", "read_only_field"),
                ("title", "wrong_type"),
            ],
        ),
        (r#"{"held":1}"#, &[("held", "wrong_type"), ("title", "missing_field")]),
        (r#"{"title":1,"title":2,"held":1}"#, &[("title", "wrong_type"), ("held", "wrong_type")]),
        (r#"{"title":"a","title":"b","held":1}"#, &[("title", "duplicate_key")]),
        (r#"{"title":"a""#, &[("", "malformed_json")]),
        ("[]", &[("", "expected_object")]),
    ];
    for (body, expected) in table {
        let expected: Vec<_> = expected
            .iter()
            .map(|(field, code)| ((*field).to_owned(), (*code).to_owned()))
            .collect();
        assert_eq!(all_wrong::<CreateMission>(body), expected, "{body}");
    }
    let batch = r#"{"missions":[{"title":1},{},{"title":"a","x":1}]}"#;
    let fields: Vec<_> =
        all_wrong::<BatchCreate>(batch).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["missions[0].title", "missions[1].title", "missions[2].x"]);
}

#[test]
fn a_body_with_very_many_mistakes_is_not_read_for_ever() {
    let members: Vec<String> = (0..100_000).map(|n| format!("\"m{n}\":1")).collect();
    let body = format!("{{{}}}", members.join(","));
    let count = all_wrong::<CreateMission>(&body).len();
    assert!((1..=3).contains(&count), "{count}");
    let few: Vec<String> = (0..60).map(|n| format!("\"m{n}\":1")).collect();
    assert_eq!(all_wrong::<CreateMission>(&format!("{{{}}}", few.join(","))).len(), 50);
}
