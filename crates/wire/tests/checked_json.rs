//! Free JSON: what is taken passes unchanged, and nothing is taken that a store would refuse.

use mission_control_kernel::MAX_JSON_BYTES;
use mission_control_wire::request::{BatchCreate, CreateMission, Reports};
use mission_control_wire::{CheckedJson, MAX_DEPTH, decode};
use proptest::prelude::*;
use serde_json::Value;

fn read(text: &str) -> Result<String, String> {
    let read = serde_json::from_str::<CheckedJson>(text);
    read.map(|json| json.as_str().to_owned()).map_err(|error| error.to_string())
}

/// The code of the refusal.
fn refusal(text: &str) -> String {
    let body = format!(r#"{{"title":"a","metadata":{text}}}"#);
    let error = decode::<CreateMission>(body.as_bytes()).expect_err(text);
    assert_eq!(error.field, "metadata");
    error.code().to_owned()
}

#[test]
fn white_space_order_and_repeats_are_kept() {
    for text in [r#"{"b" : 1,"a":2, "a":3}"#, "[ ]", "null", "1.50", r#""\u00e9\n\\u0000""#] {
        assert_eq!(read(text), Ok(text.to_owned()));
    }
}

#[test]
fn a_value_comes_to_stand_on_one_line() {
    assert_eq!(read("{\r\n\t\"a\": \"x\\ny\"\n}"), Ok("{  \t\"a\": \"x\\ny\" }".to_owned()));
}

#[test]
fn values_may_nest_up_to_the_limit() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(read(&nested(MAX_DEPTH)), Ok(nested(MAX_DEPTH)));
    assert_eq!(refusal(&nested(MAX_DEPTH + 1)), "too_deep");
    assert_eq!(refusal(&nested(10_000)), "too_deep");
    let objects = format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65));
    assert_eq!(refusal(&objects), "too_deep");
    let side_by_side = format!("[{}]", vec!["[[]]"; 100].join(","));
    assert_eq!(read(&side_by_side), Ok(side_by_side.clone()));
    assert!(read(&format!("\"{}\"", "[".repeat(100))).is_ok());
}

#[test]
fn values_may_be_as_large_as_the_limit() {
    let text = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
    assert!(read(&text(MAX_JSON_BYTES)).is_ok());
    assert_eq!(refusal(&text(MAX_JSON_BYTES + 1)), "too_large");
    let zeros = |count: usize| format!("[{}]", vec!["1e300"; count].join(","));
    assert!(read(&zeros(800)).is_ok());
    assert_eq!(refusal(&zeros(900)), "too_large");
}

#[test]
fn characters_that_a_store_cannot_hold_are_refused() {
    let table = [
        (r#""\u0000""#, "control_character"),
        (r#"{"a\u0000":1}"#, "control_character"),
        (r#"["\\\u0000"]"#, "control_character"),
        (r#""\ud800""#, "lone_surrogate"),
        (r#""\ud800\u0041""#, "lone_surrogate"),
        (r#""\ud800\\udc00""#, "lone_surrogate"),
        (r#""\udc00""#, "lone_surrogate"),
        (r#""\ud83d x""#, "lone_surrogate"),
    ];
    for (text, code) in table {
        assert_eq!(refusal(text), code, "{text}");
    }
    assert!(read(r#""\ud83d\ude80 \uD83D\uDE80""#).is_ok());
}

#[test]
fn numbers_that_a_store_cannot_hold_are_refused() {
    let long = "1".repeat(513);
    for number in
        ["1e309", "-1e309", "1e-20000", "0e9999", "1e99999999999999999999", &long, "[1,1E+400]"]
    {
        assert_eq!(refusal(number), "number_out_of_range", "{number}");
    }
    for number in ["0", "-0", "1e308", "5e-324", "1e-1000", "18446744073709551616", "0.1E+2"] {
        assert_eq!(read(number), Ok(number.to_owned()));
    }
}

fn values() -> impl Strategy<Value = Value> {
    let text = "[^\u{0}]{0,12}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(12, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text, inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_within_the_limits_passes_unchanged(value in values()) {
        prop_assert_eq!(read(&value.to_string()), Ok(value.to_string()));
    }

    #[test]
    fn laying_a_value_out_over_lines_does_not_change_it(value in values()) {
        let read = read(&serde_json::to_string_pretty(&value).unwrap()).unwrap();
        prop_assert!(!read.contains('\n'));
        // Both sides are read once, since reading may round the last digit of a number.
        let compact = serde_json::from_str::<Value>(&read).unwrap().to_string();
        let expected = serde_json::from_str::<Value>(&value.to_string()).unwrap().to_string();
        prop_assert_eq!(compact, expected);
    }

    #[test]
    fn what_is_taken_is_read_by_a_parser_that_looks_at_everything(
        text in concat!(
            r#"\["([a-z]|\\u(d8|dc|00)[0-9a-f]{2}|\\[\\n"]){0,6}""#,
            r"(,-?[0-9]{1,3}(\.[0-9]{1,3})?(e-?[0-9]{1,5})?)?\]",
        ),
    ) {
        if read(&text).is_ok() {
            let value = serde_json::from_str::<Value>(&text).map(|value| value.to_string());
            prop_assert!(value.is_ok_and(|written| !written.contains("\\u0000")), "{}", text);
        }
    }

    #[test]
    fn arbitrary_bytes_are_taken_or_refused_but_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in r#"[\[\]{}:,"\\u0dc81eE+.\- a-f]{0,60}"#,
    ) {
        let metadata = format!(r#"{{"title":"a","metadata":{text}}}"#).into_bytes();
        for body in [bytes, text.into_bytes(), metadata] {
            let outcomes = [
                decode::<CreateMission>(&body).map(drop),
                decode::<BatchCreate>(&body).map(drop),
                decode::<Reports>(&body).map(drop),
            ];
            for error in outcomes.into_iter().filter_map(Result::err) {
                prop_assert!(!error.message.is_empty());
            }
        }
    }
}
