//! What an operator may write.

use mission_control_executors::{Custody, ProfileError, Profiles};

use crate::bench::{Bench, run, work};

fn kinds(file: &str) -> Vec<String> {
    let executors = Bench::new().load(file).unwrap();
    executors.iter().map(|executor| executor.kind().to_string()).collect()
}

#[test]
fn each_profile_is_a_kind_and_the_shipped_one_is_there_too() {
    assert_eq!(kinds(""), ["default"]);
    let file = "[profiles.one]\ncommand = ['true']\n[profiles.two]\ncommand = ['true']";
    assert_eq!(kinds(file), ["one", "two", "default"]);
    let shipped: Vec<_> = Profiles::shipped().iter().map(|e| e.kind().to_string()).collect();
    assert_eq!(shipped, ["default"]);
}

#[tokio::test]
async fn a_profile_named_default_replaces_the_shipped_one() {
    let executors = Bench::new().load("[profiles.default]\ncommand = ['echo', 'mine']").unwrap();
    assert_eq!(executors.len(), 1);
    let attempt = run(&*executors[0], work("default")).await;
    assert_eq!(attempt.result(), r#"{"exit_code":0,"last_line":"mine"}"#);
}

#[test]
fn a_refusal_names_the_profile_the_key_and_what_to_do() {
    let table = [
        ("", ".", "missing field `command`"),
        ("command = 'wc'", "command", "expected a sequence"),
        ("command = []", "command", "name a program"),
        ("command = ['{x}']", "command", "define it in a table parameters.x"),
        ("comand = ['wc']", "comand", "expected one of `command`"),
        ("command = ['wc']\ntimeout_seconds = 0", "timeout_seconds", "must be 1 to"),
        ("command = ['wc']\nenv.MISSION_ID = 'x'", "env.MISSION_ID", "choose another"),
        ("command = ['wc']\nenv = { 'A=B' = 'x' }", "env.A=B", "no `=`"),
        ("command = ['wc']\nstdin = 'yes'", "stdin", "expected `none` or `mission`"),
        ("command = ['wc']\nresult = 'yes'", "result", "expected one of `summary`"),
        ("command = ['wc']\nparameters.x = 5", "parameters.x", "expected a map"),
        ("command = ['wc']\nparameters.x = {}", "parameters.x", "missing field `type`"),
        ("command = ['wc']\nparameters.x = { type = 'date' }", "parameters.x", "unknown variant"),
        ("command = ['wc']\nparameters.x = { type = 'path' }", "parameters.x", "field `within`"),
        (
            "command = ['wc']\nparameters.x = { type = 'boolean', min = 1 }",
            "parameters.x",
            "unknown field `min`",
        ),
        (
            "command = ['wc']\nparameters.x = { type = 'integer', min = 2, max = 1 }",
            "parameters.x.min",
            "greater than max",
        ),
        (
            "command = ['wc']\nparameters.x = { type = 'choice', values = [] }",
            "parameters.x.values",
            "at least one",
        ),
        (
            "command = ['wc']\nparameters.x = { type = 'integer', default = 'a' }",
            "parameters.x.default",
            "must be a whole number",
        ),
        (
            "command = ['wc']\nparameters.x = { type = 'integer', default = 1, required = true }",
            "parameters.x.default",
            "remove one of the two",
        ),
        (
            "command = ['wc']\nparameters.x = { type = 'integer', required = false }",
            "parameters.x.default",
            "needs one",
        ),
    ];
    for (text, key, says) in table {
        let error = Bench::new().load(&format!("[profiles.probe]\n{text}")).err().expect(text);
        let message = error.to_string();
        let begins = format!("profile `probe`, key `{key}`: ");
        assert!(message.starts_with(&begins) && message.contains(says), "{text}\n{message}");
    }
}

#[test]
fn a_name_that_is_no_kind_for_workers_is_refused() {
    for name in ["external", "'Upper Case'"] {
        let file = format!("[profiles.{name}]\ncommand = ['true']");
        let error = Bench::new().load(&file).err().expect(name);
        assert!(matches!(error, ProfileError::Refused { .. }), "{error}");
    }
}

#[test]
fn a_file_that_is_no_profile_file_is_refused() {
    let bench = Bench::new();
    let error = bench.load("[profiles.probe").err().unwrap();
    assert!(matches!(error, ProfileError::NotToml { .. }), "{error}");
    let error = bench.load("[profile.probe]\ncommand = ['true']").err().unwrap();
    assert!(error.to_string().contains("key `profile`"), "{error}");
    let error = Profiles::load(&bench.folder().join("missing"), &Custody::new()).err().unwrap();
    assert!(matches!(error, ProfileError::Unreadable { .. }), "{error}");
}

#[tokio::test]
async fn a_relative_folder_is_taken_from_the_folder_of_the_file() {
    let bench = Bench::new();
    std::fs::create_dir(bench.folder().join("inner")).unwrap();
    let file = "[profiles.where]\ncommand = ['pwd', '-P']\nworkdir = 'inner'\nresult = 'text'";
    let attempt = run(&*bench.load(file).unwrap()[0], work("where")).await;
    assert!(attempt.result().contains("/inner"), "{}", attempt.result());
}
