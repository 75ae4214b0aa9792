//! Whether every code that a refusal can have is explained.

use std::collections::BTreeSet;

use super::super::problems;

#[test]
fn every_code_is_known_once() {
    let codes: BTreeSet<&str> = problems::ALL.iter().map(|known| known.code).collect();
    assert_eq!(codes.len(), problems::ALL.len());
    let sets = [
        problems::USUAL,
        problems::KNOWN_CALLERS,
        problems::ACTING,
        problems::BODIES,
        problems::IDEMPOTENT,
    ];
    for code in sets.concat() {
        assert!(codes.contains(code), "{code}");
    }
}

/// Codes of words that no request brings: stores and settings alone are read with them.
const INTERNAL: [&str; 14] = [
    "invalid_agent_event",
    "invalid_agent_status",
    "invalid_duty",
    "invalid_event",
    "invalid_load_level",
    "invalid_origin",
    "invalid_outcome",
    "invalid_principal_id",
    "invalid_run_state",
    "invalid_schedule_id",
    "invalid_session_id",
    "invalid_skip_reason",
    "invalid_tier",
    "invalid_token_id",
];
/// What a code is given to in our sources.
const GIVEN_TO: [&str; 12] = [
    "Invalid::new(",
    "Self::beyond(",
    "Problem::malformed(",
    "Self::malformed(",
    "Problem::forbidden(",
    "Self::forbidden(",
    "Problem::conflict(",
    "Self::conflict(",
    "Problem::unavailable(",
    "Self::unavailable(",
    "Problem::new(",
    "Self::new(StatusCode::",
];

#[test]
fn every_code_in_our_sources_is_explained() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<_> =
        ["kernel", "missions", "agents", "identity", "workflows", "wire", "transport"]
            .map(|name| crates.join(name).join("src"))
            .into();
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // What tests say is no answer.
                folders.extend((!path.ends_with("tests")).then_some(path));
            } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                codes(text.split("#[cfg(test)]").next().unwrap(), &mut found);
            }
        }
    }
    assert!(found.len() > 60, "{found:?}");
    let unknown: Vec<&String> = found
        .iter()
        .filter(|code| !INTERNAL.contains(&code.as_str()) && problems::find(code).is_none())
        .collect();
    assert!(unknown.is_empty(), "explain in http/description/problems.rs: {unknown:?}");
}

/// The first literal after whatever takes a code, and whatever is said to be invalid.
fn codes(text: &str, found: &mut BTreeSet<String>) {
    let literal = |rest: &str| rest.split('"').nth(1).map(str::to_owned);
    let is_code = |word: &String| {
        word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    for taker in GIVEN_TO {
        let calls = text.split(taker).skip(1).filter(|rest| {
            // A code that is handed on stands elsewhere as a literal.
            rest.find('"').is_some_and(|at| !rest[..at].contains([';', ')', '}']))
        });
        found.extend(calls.filter_map(literal).filter(is_code));
    }
    let invalid = text.split('"').skip(1).step_by(2).filter(|word| word.starts_with("invalid_"));
    // A failure class is a value, not a code.
    found.extend(invalid.map(str::to_owned).filter(is_code).filter(|it| it != "invalid_input"));
}
