//! When two JSON texts mean the same.

use mission_control_kernel::JsonText;
use mission_control_missions::{Mission, Output, Phase};
use serde_json::Value;

/// The mission with every JSON text in one form: stores may keep meaning and not spelling.
pub(crate) fn canonical(mission: &Mission) -> Mission {
    let mut mission = mission.clone();
    let mut spec = (*mission.spec).clone();
    spec.metadata = plain(&spec.metadata);
    spec.input = spec.input.as_ref().map(plain);
    mission.spec = spec.into();
    match &mut mission.phase {
        Phase::Pending { .. } => {}
        Phase::Running(attempt) => settle(&mut attempt.output),
        Phase::Completed(ended) | Phase::Failed { ended, .. } | Phase::Cancelled { ended, .. } => {
            settle(&mut ended.output)
        }
    }
    mission
}

fn settle(output: &mut Output) {
    output.result = output.result.as_ref().map(plain);
}

fn plain(text: &JsonText) -> JsonText {
    let value: Value = serde_json::from_str(text.as_str()).expect("stores give JSON back");
    JsonText::from_checked(&numbers_alike(value).to_string()).expect("no larger than it was")
}

/// `1e3`, `1000` and `1000.0` are one number; members sort themselves.
fn numbers_alike(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Number(number), Value::from),
        Value::Array(items) => items.into_iter().map(numbers_alike).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, numbers_alike(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value,
    }
}
