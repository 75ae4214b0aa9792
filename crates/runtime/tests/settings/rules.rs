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
