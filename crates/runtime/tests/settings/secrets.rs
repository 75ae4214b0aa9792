use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use mission_control_runtime::settings::Problem;

use crate::{KEY, Start};

const SECRETS: [&str; 2] = ["MISSION_DASHBOARD_SECRET_KEY", "MISSION_CONTROL_ADMIN_TOKEN"];

#[test]
fn samples_are_refused_wherever_they_stand() {
    for variable in SECRETS {
        for sample in [
            "mission-dashboard-secret-key",
            "your-secure-secret-key",
            "ChangeMe",
            "changeme-changeme-changeme-changeme",
            "0123456789abcdef0123456789abcdef",
        ] {
            let sentence = Start::new().variable(variable, sample).sentence();
            assert!(sentence.starts_with(&format!("{variable} is a sample")), "{sentence}");
        }
    }
    let file = "secret_key = 'mission-dashboard-secret-key'";
    let sentence = Start::new().file("config.toml", file).sentence();
    assert!(sentence.contains("config.toml:secret_key is a sample"), "{sentence}");
}

#[test]
fn a_secret_has_at_least_32_characters() {
    for variable in SECRETS {
        let sentence = Start::new().variable(variable, &KEY[1..]).sentence();
        assert!(sentence.contains("must have at least 32 characters"), "{sentence}");
        assert!(Start::new().variable(variable, KEY).load().is_ok());
    }
}

#[test]
fn a_token_that_fits_no_header_is_refused() {
    for value in [format!("{KEY} {KEY}"), format!("{KEY}ü")] {
        let sentence = Start::new().variable("MISSION_CONTROL_ADMIN_TOKEN", value).sentence();
        assert!(sentence.contains("must be visible ASCII"), "{sentence}");
    }
}

#[test]
fn a_database_address_is_one_of_postgresql() {
    for good in ["postgres://u:p@h/d", "postgresql:///d", "host=/run/postgresql dbname=d"] {
        let settings = Start::new().variable("POSTGRES_DSN", good).settings();
        assert_eq!(settings.postgres_dsn.unwrap().expose(), good);
    }
    for bad in ["mysql://u:swordfish@h/d?a=b", "swordfish"] {
        let sentence = Start::new().variable("DATABASE_URL", bad).sentence();
        assert!(sentence.starts_with("DATABASE_URL must be a PostgreSQL address"), "{sentence}");
        assert!(!sentence.contains("swordfish"), "{sentence}");
    }
}

#[test]
fn a_variable_may_name_the_file_with_the_secret() {
    let dsn = "postgres://u:p@h/d";
    let start = Start::new().file("key", format!("{KEY}\r\n")).file("dsn", dsn);
    let (key, dsn_file) = (start.path("key"), start.path("dsn"));
    let settings = start
        .variable("MISSION_DASHBOARD_SECRET_KEY_FILE", &key)
        .variable("MISSION_CONTROL_ADMIN_TOKEN_FILE", &key)
        .variable("DATABASE_URL_FILE", dsn_file)
        .settings();
    assert_eq!(settings.secret_key.unwrap().expose(), KEY);
    assert_eq!(settings.admin_token.unwrap().expose(), KEY);
    assert_eq!(settings.postgres_dsn.unwrap().expose(), dsn);
}

#[test]
fn a_secret_file_that_is_missing_empty_or_weak_is_refused() {
    for (text, complaint) in [
        (None, "MISSION_DASHBOARD_SECRET_KEY_FILE must name a file that can be read: No such"),
        (Some("\n"), " is empty; write the secret into it"),
        (Some("changeme\n"), "(named by MISSION_DASHBOARD_SECRET_KEY_FILE) is a sample"),
    ] {
        // Production, so that a refused key could also be taken for a missing one.
        let mut start = Start::new().variable("ENVIRONMENT", "production");
        if let Some(text) = text {
            start = start.file("key", text);
        }
        let path = start.path("key");
        let sentence = start.variable("MISSION_DASHBOARD_SECRET_KEY_FILE", path).sentence();
        assert!(sentence.contains(complaint), "{sentence}");
    }
}

#[test]
fn a_value_and_a_file_for_the_same_secret_are_refused() {
    let start = Start::new()
        .variable("MISSION_DASHBOARD_SECRET_KEY", KEY)
        .variable("MISSION_DASHBOARD_SECRET_KEY_FILE", "key");
    let variable = "MISSION_DASHBOARD_SECRET_KEY";
    assert_eq!(start.problems(), [Problem::BothGiven { variable }]);
}

#[test]
fn only_secrets_are_read_from_files() {
    let sentence = Start::new().variable("MISSION_DASHBOARD_PORT_FILE", "port").sentence();
    assert!(sentence.starts_with("MISSION_DASHBOARD_PORT_FILE is not a setting"), "{sentence}");
}

#[test]
fn a_secret_is_no_flag_and_its_value_is_not_repeated() {
    for (flags, variable) in [
        (&["--secret-key", "swordfish"][..], "MISSION_DASHBOARD_SECRET_KEY"),
        (&["--admin-token=swordfish"], "MISSION_CONTROL_ADMIN_TOKEN"),
        (&["--postgres-dsn=swordfish"], "POSTGRES_DSN"),
    ] {
        let sentence = Start::new().flags(flags).sentence();
        assert!(sentence.contains(&format!("set {variable} or {variable}_FILE")), "{sentence}");
        assert!(!sentence.contains("swordfish"), "{sentence}");
    }
}

#[test]
fn no_error_and_no_debug_text_shows_a_secret() {
    let canary = "canary-7Gq2vXo0pLr9sTz4bNc8yWm1eKd6hJf3";
    let file = format!("admin_token = \"{canary}");
    let start = Start::new()
        .variable("MISSION_DASHBOARD_SECRET_KEY", "canary")
        .variable("POSTGRES_DSN", canary)
        .variable("MISSION_CONTROL_ADMIN_TOKEN_FILE", canary)
        .file("config.toml", file);
    let error = start.error();
    assert_eq!(error.problems.len(), 4, "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");

    let settings = Start::new().variable("MISSION_CONTROL_ADMIN_TOKEN", canary).settings();
    assert!(!format!("{settings:?}").contains("canary"));
}

#[test]
fn a_key_of_another_type_is_refused_and_not_called_missing_too() {
    let start = Start::new().variable("ENVIRONMENT", "production");
    let sentence = start.file("config.toml", "secret_key = 1.5").sentence();
    assert!(sentence.contains("config.toml:secret_key must be a string"), "{sentence}");
}

#[test]
fn text_that_is_not_utf_8_is_refused_and_named() {
    let bytes = || OsString::from_vec(vec![0xff; 40]);
    let sentence = Start::new().variable("MISSION_DASHBOARD_SECRET_KEY", bytes()).sentence();
    assert_eq!(sentence, "MISSION_DASHBOARD_SECRET_KEY is not valid UTF-8");

    let mut start = Start::new().flags(&["--log-file"]);
    start.args.push(bytes());
    assert_eq!(start.sentence(), "--log-file is not valid UTF-8");
}
