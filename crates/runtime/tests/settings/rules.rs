use mission_control_runtime::Program;

use crate::{KEY, Start};

const HOST: &str = "MISSION_DASHBOARD_HOST";
const SECRET_KEY: &str = "MISSION_DASHBOARD_SECRET_KEY";
const ALLOWED_HOSTS: &str = "MISSION_CONTROL_ALLOWED_HOSTS";

#[test]
fn an_address_that_others_reach_needs_a_key_and_allowed_hosts() {
    for host in ["0.0.0.0", "::", "192.168.1.5", "::ffff:192.168.1.5"] {
        let exposed = || Start::new().variable(HOST, host);
        let sentences: Vec<String> = exposed().problems().iter().map(ToString::to_string).collect();
        assert_eq!(sentences.len(), 2, "{host}: {sentences:?}");
        assert!(sentences[0].ends_with("set MISSION_DASHBOARD_SECRET_KEY"), "{sentences:?}");
        assert!(sentences[1].ends_with("set MISSION_CONTROL_ALLOWED_HOSTS"), "{sentences:?}");

        let sentence = exposed().variable(SECRET_KEY, KEY).sentence();
        assert!(sentence.contains("allowed_hosts is needed too"), "{sentence}");
        let sentence = exposed().variable(ALLOWED_HOSTS, "a.test").sentence();
        assert!(sentence.contains("secret_key is needed too"), "{sentence}");
        let both = exposed().variable(SECRET_KEY, KEY).variable(ALLOWED_HOSTS, "a.test");
        assert_eq!(both.settings().host.to_string(), host);
    }
}

#[test]
fn loopback_needs_nothing() {
    for host in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "localhost"] {
        assert!(Start::new().variable(HOST, host).load().is_ok(), "{host}");
    }
}

#[test]
fn production_needs_a_key() {
    let production = || Start::new().variable("ENVIRONMENT", "production");
    let sentence = production().sentence();
    assert!(sentence.starts_with("production needs a secret_key: set "), "{sentence}");
    assert!(production().variable(SECRET_KEY, KEY).load().is_ok());
}

#[test]
fn nobody_is_asked_who_they_are_only_where_nobody_else_comes_and_never_in_production() {
    let open = || Start::new().flags(&["--no-auth"]);
    assert!(open().settings().no_auth && !Start::new().settings().no_auth);
    assert!(open().variable(HOST, "::1").load().is_ok());
    let reached = || open().variable(SECRET_KEY, KEY).variable(ALLOWED_HOSTS, "a.test");
    for host in ["0.0.0.0", "::", "192.168.1.5"] {
        let sentence = reached().variable(HOST, host).problems()[0].to_string();
        assert!(sentence.starts_with("no_auth lets in everybody who reaches"), "{sentence}");
    }
    let sentence =
        open().variable(SECRET_KEY, KEY).variable("ENVIRONMENT", "production").sentence();
    assert!(sentence.starts_with("no_auth lets in everybody, so it does not go"), "{sentence}");
    for (variable, value, other) in [
        (ALLOWED_HOSTS, "a.test", "allowed_hosts"),
        ("MISSION_CONTROL_TRUSTED_PROXIES", "127.0.0.1", "trusted_proxies"),
    ] {
        let sentence = open().variable(variable, value).sentence();
        assert!(sentence.ends_with(&format!("leave out no_auth, or {other}")), "{sentence}");
    }
    let worker = Start::of(Program::Worker).variable("POSTGRES_DSN", "postgres://me@host/db");
    assert!(worker.flags(&["--no-auth"]).sentence().starts_with("--no-auth is not a flag"));
}

#[test]
fn nobody_is_on_probation_and_elite_at_a_time() {
    let tiers = |elite: &str, probation: &str| {
        let start = Start::new().variable("MISSION_CONTROL_TIER_ELITE_PERCENT", elite);
        start.variable("MISSION_CONTROL_TIER_PROBATION_PERCENT", probation)
    };
    assert!(tiers("85", "85").load().is_ok());
    let sentence = tiers("84", "85").sentence();
    assert_eq!(
        sentence,
        "tier_probation_percent is more than tier_elite_percent: make it as much or less"
    );
}

#[test]
fn one_missing_key_is_one_problem() {
    let start = Start::new()
        .variable("ENVIRONMENT", "production")
        .variable(HOST, "0.0.0.0")
        .variable(ALLOWED_HOSTS, "a.test");
    assert!(start.sentence().contains("secret_key is needed too"));
}

#[test]
fn a_refused_key_is_not_called_missing_too() {
    let start = Start::new().variable("ENVIRONMENT", "production").variable(SECRET_KEY, "short");
    assert!(start.sentence().contains("must have at least 32 characters"));
}

#[test]
fn a_demo_fills_nobodys_database_and_keeps_its_agents() {
    let demo = || Start::new().flags(&["--demo"]);
    assert!(demo().settings().demo);
    assert_eq!(demo().flags(&["--demo-seed=7"]).settings().demo_seed, Some(7));
    let sentence = demo().variable("POSTGRES_DSN", "postgres://me@host/db").sentence();
    assert!(sentence.contains("leave out postgres_dsn"), "{sentence}");
    let sentence = demo().variable("MISSION_CONTROL_NO_WORKER", "true").sentence();
    assert!(sentence.contains("leave out no_worker"), "{sentence}");
}

#[test]
fn a_worker_of_its_own_needs_a_shared_database_and_nothing_that_a_server_needs() {
    let worker = || Start::of(Program::Worker).variable("ENVIRONMENT", "production");
    let sentence = worker().sentence();
    assert!(sentence.contains("POSTGRES_DSN is not set"), "{sentence}");
    assert!(sentence.contains("SQLite belongs to one process"), "{sentence}");
    let shared = || worker().variable("POSTGRES_DSN", "postgres://me@host/db");
    // What stands in the environment of its servers too.
    assert!(shared().variable(HOST, "0.0.0.0").load().is_ok());
    assert_eq!(shared().flags(&["--instance=blue"]).settings().instance.as_deref(), Some("blue"));
}

#[test]
fn a_flag_of_servers_is_none_of_a_worker_of_its_own() {
    let shared = Start::of(Program::Worker).variable("POSTGRES_DSN", "postgres://me@host/db");
    let sentence = shared.flags(&["--port=80"]).sentence();
    assert!(sentence.starts_with("--port is not a flag"), "{sentence}");
    let help = Start::of(Program::Worker).flags(&["--help"]).text();
    assert!(help.contains("--profiles") && !help.contains("--port"), "{help}");
    assert!(!help.contains("MISSION_DASHBOARD_SECRET_KEY"), "{help}");
}

#[test]
fn an_instance_is_the_name_of_a_folder_and_no_way_out_of_it() {
    for name in ["..", ".1", "a/b", "a b", "ä", &"x".repeat(33)] {
        let sentence = Start::new().variable("MISSION_CONTROL_INSTANCE", name).sentence();
        assert!(sentence.contains("must be letters, digits"), "{sentence}");
    }
    let start = Start::new().variable("MISSION_CONTROL_INSTANCE", "Blue_1.a-b");
    assert_eq!(start.settings().instance.as_deref(), Some("Blue_1.a-b"));
}
