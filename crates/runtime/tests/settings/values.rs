use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use mission_control_runtime::settings::{Environment, LogFormat};

use crate::Start;

#[test]
fn the_defaults_serve_one_person_on_one_machine() {
    let mut start = Start::new();
    start.env.clear();
    let settings = start.settings();
    assert_eq!(settings.address().to_string(), "127.0.0.1:5002");
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.data_dir, Path::new("./data"));
    assert_eq!(settings.projects.len(), 1);
    assert_eq!(settings.projects[0].as_str(), "default");
    assert!(!settings.no_worker);
    assert_eq!(settings.worker_concurrency, 4);
    assert_eq!(settings.lease, Duration::from_secs(15));
    assert_eq!(settings.ageing, Some(Duration::from_secs(600)));
    let tiers = (settings.tier_attempts, settings.tier_elite, settings.tier_probation);
    assert_eq!(tiers, (5, 95, 85));
    let (day, week) = (Duration::from_hours(24), Duration::from_hours(168));
    assert_eq!((settings.keep_journal, settings.keep_logs), (Some(week), Some(week)));
    assert_eq!((settings.keep_metrics, settings.keep_receipts), (Some(day * 365), Some(day)));
    assert_eq!(settings.log_filter.to_string(), "info");
    assert_eq!(settings.log_format, LogFormat::Text);
    assert!(settings.secret_key.is_none() && settings.admin_token.is_none());
    assert!(settings.postgres_dsn.is_none() && settings.allowed_hosts.is_empty());
    assert!(settings.profiles.is_none() && settings.log_file.is_none());
    assert!(settings.allowed_origins.is_empty() && settings.trusted_proxies.is_empty());
    assert_eq!(settings.anonymous_rate.map(NonZeroU32::get), Some(100));
    assert_eq!(settings.principal_rate.map(NonZeroU32::get), Some(6_000));
}

#[test]
fn logs_are_json_in_production_unless_told_otherwise() {
    let production = || {
        Start::new()
            .variable("ENVIRONMENT", "production")
            .variable("MISSION_DASHBOARD_SECRET_KEY", crate::KEY)
    };
    assert_eq!(production().settings().log_format, LogFormat::Json);
    assert_eq!(production().flags(&["--log-format=text"]).settings().log_format, LogFormat::Text);
}

#[test]
fn every_variable_reaches_its_setting() {
    let settings = Start::new()
        .variables(&[
            ("MISSION_DASHBOARD_PORT", "0"),
            ("MISSION_DASHBOARD_HOST", "::1"),
            ("MISSION_CONTROL_ADMIN_TOKEN", crate::KEY),
            ("MISSION_CONTROL_ALLOWED_HOSTS", "A.Test, [::1], a.test,"),
            (
                "MISSION_CONTROL_ALLOWED_ORIGINS",
                "https://Tools.Test:443, http://[::1]:8080,http://b.test:80",
            ),
            ("MISSION_CONTROL_TRUSTED_PROXIES", "127.0.0.1, ::ffff:10.0.0.7,10.0.0.0/8,fd00::/8"),
            ("MISSION_CONTROL_ANONYMOUS_RATE", "0"),
            ("MISSION_CONTROL_PRINCIPAL_RATE", "1000000"),
            ("MISSION_CONTROL_PROJECTS", "red, blue,red"),
            ("MISSION_CONTROL_LOG_FILE", "logs/server.log"),
            ("MISSION_CONTROL_KEEP_JOURNAL_DAYS", "14"),
            ("MISSION_CONTROL_KEEP_LOGS_DAYS", "0"),
            ("MISSION_CONTROL_KEEP_METRICS_DAYS", "36500"),
            ("MISSION_CONTROL_KEEP_RECEIPTS_HOURS", "1"),
            ("RUST_LOG", "warn,hyper=debug"),
            ("MISSION_CONTROL_LOG_FORMAT", "json"),
            ("MISSION_CONTROL_NO_WORKER", "yes"),
            ("MISSION_CONTROL_WORKER_CONCURRENCY", "16"),
            ("MISSION_CONTROL_PROFILES", "profiles.toml"),
            ("MISSION_CONTROL_LEASE_SECONDS", "3600"),
            ("MISSION_CONTROL_AGEING_SECONDS", "0"),
            ("MISSION_CONTROL_TIER_ATTEMPTS", "20"),
            ("MISSION_CONTROL_TIER_ELITE_PERCENT", "99"),
            ("MISSION_CONTROL_TIER_PROBATION_PERCENT", "99"),
        ])
        .settings();
    assert_eq!(settings.address().to_string(), "[::1]:0");
    assert_eq!(settings.admin_token.unwrap().expose(), crate::KEY);
    let hosts: Vec<&str> = settings.allowed_hosts.iter().map(|host| host.as_str()).collect();
    assert_eq!(hosts, ["a.test", "[::1]"]);
    let origins: Vec<&str> = settings.allowed_origins.iter().map(|it| it.as_str()).collect();
    assert_eq!(origins, ["https://tools.test", "http://[::1]:8080", "http://b.test"]);
    let proxies: Vec<String> = settings.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["127.0.0.1/32", "10.0.0.7/32", "10.0.0.0/8", "fd00::/8"]);
    assert_eq!(settings.anonymous_rate, None);
    assert_eq!(settings.principal_rate.map(NonZeroU32::get), Some(1_000_000));
    let projects: Vec<&str> = settings.projects.iter().map(|project| project.as_str()).collect();
    assert_eq!(projects, ["red", "blue"]);
    assert_eq!(settings.log_file.as_deref(), Some(Path::new("logs/server.log")));
    assert_eq!(settings.log_filter.to_string(), "hyper=debug,warn");
    assert_eq!(settings.log_format, LogFormat::Json);
    assert!(settings.no_worker);
    assert_eq!(settings.worker_concurrency, 16);
    assert_eq!(settings.profiles.as_deref(), Some(Path::new("profiles.toml")));
    assert_eq!(settings.lease, Duration::from_secs(3_600));
    assert_eq!(settings.ageing, None);
    let tiers = (settings.tier_attempts, settings.tier_elite, settings.tier_probation);
    assert_eq!(tiers, (20, 99, 99));
    let hour = Duration::from_hours(1);
    assert_eq!((settings.keep_journal, settings.keep_logs), (Some(hour * 24 * 14), None));
    assert_eq!(
        (settings.keep_metrics, settings.keep_receipts),
        (Some(hour * 24 * 36_500), Some(hour))
    );
}

#[test]
fn every_spelling_of_a_flag_is_understood() {
    let data_dir = Start::new();
    let folder = data_dir.folder().to_str().unwrap();
    let settings = Start::new()
        .flags(&["--port", "1", "--host=localhost", "--data-dir", folder, "--no-worker"])
        .settings();
    assert_eq!(settings.address().to_string(), "127.0.0.1:1");
    assert_eq!(settings.data_dir, data_dir.folder());
    assert!(settings.no_worker);
    let on = Start::new().variable("MISSION_CONTROL_NO_WORKER", "true");
    assert!(!on.flags(&["--no-worker=false"]).settings().no_worker);
}

#[test]
fn what_breaks_its_rule_is_refused_with_origin_value_and_rule() {
    for (variable, value, rule) in [
        ("MISSION_DASHBOARD_PORT", "65536", "must be a whole number from 0 to 65535"),
        ("MISSION_DASHBOARD_PORT", "http", "must be a whole number from 0 to 65535"),
        ("MISSION_DASHBOARD_HOST", "control.test", "must be an IP address"),
        ("ENVIRONMENT", "staging", "must be development or production"),
        ("MISSION_CONTROL_ALLOWED_HOSTS", "a.test,https://b.test", "has the host \"https://b.test"),
        ("MISSION_CONTROL_ALLOWED_HOSTS", "a.test:80", "without scheme, port or wildcard"),
        ("MISSION_CONTROL_ALLOWED_HOSTS", "*", "without scheme, port or wildcard"),
        ("MISSION_CONTROL_ALLOWED_HOSTS", "0.0.0.0", "without scheme, port or wildcard"),
        ("MISSION_CONTROL_ALLOWED_HOSTS", "[::]", "without scheme, port or wildcard"),
        ("MISSION_CONTROL_ANONYMOUS_RATE", "-1", "must be a whole number from 0 to 1000000"),
        ("MISSION_CONTROL_PRINCIPAL_RATE", "many", "must be a whole number from 0 to 1000000"),
        ("MISSION_CONTROL_PROJECTS", "red,Blue", "has the project \"Blue\", which must be 1 to 64"),
        ("MISSION_CONTROL_PROJECTS", ",", "must name at least one project"),
        ("MISSION_CONTROL_NO_WORKER", "maybe", "must be true or false"),
        ("MISSION_CONTROL_WORKER_CONCURRENCY", "0", "must be a whole number from 1 to 1000"),
        ("MISSION_CONTROL_LEASE_SECONDS", "0", "must be a whole number from 1 to 3600"),
        ("MISSION_CONTROL_LEASE_SECONDS", "3601", "must be a whole number from 1 to 3600"),
        ("MISSION_CONTROL_LEASE_SECONDS", "1.5", "must be a whole number from 1 to 3600"),
        ("MISSION_CONTROL_AGEING_SECONDS", "-1", "must be a whole number from 0 to 2592000"),
        ("MISSION_CONTROL_TIER_ATTEMPTS", "0", "must be a whole number from 1 to 1000000"),
        ("MISSION_CONTROL_TIER_ELITE_PERCENT", "101", "must be a whole number from 0 to 100"),
        ("RUST_LOG", "hyper=shout", "must be levels such as"),
        ("MISSION_CONTROL_LOG_FORMAT", "xml", "must be text or json"),
    ] {
        let sentence = Start::new().variable(variable, value).sentence();
        let begin = format!("{variable} = {value:?} ");
        assert!(sentence.starts_with(&begin) && sentence.contains(rule), "{sentence}");
    }
}

#[test]
fn a_refused_flag_and_a_refused_key_are_named_as_such() {
    let sentence = Start::new().flags(&["--port", "x"]).sentence();
    assert!(sentence.starts_with("--port = \"x\" must be "), "{sentence}");

    let start = Start::new().file("config.toml", "port = -1");
    let begin = format!("{}:port = \"-1\" must be ", start.path("config.toml").display());
    assert!(start.sentence().starts_with(&begin), "{}", start.sentence());

    for value in ["1.5", "{ number = 1 }", "1979-05-27", "[1, 2]"] {
        let start = Start::new().file("config.toml", format!("port = {value}"));
        let sentence = start.sentence();
        assert!(sentence.contains(":port must be a string, a whole number"), "{sentence}");
    }
}
