use crate::{KEY, Start};

#[test]
fn a_flag_counts_more_than_a_variable_than_the_file_than_the_default() {
    let port = |flag: &[&str], variable: &[(&str, &str)], file: &str| {
        let start = Start::new().flags(flag).variables(variable).file("config.toml", file);
        start.settings().port
    };
    let (flag, variable, file) = (["--port=1"], [("MISSION_DASHBOARD_PORT", "2")], "port = 3");
    assert_eq!(port(&flag, &variable, file), 1);
    assert_eq!(port(&[], &variable, file), 2);
    assert_eq!(port(&[], &[], file), 3);
    assert_eq!(port(&[], &[], ""), 5002);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let start = Start::new()
        .variables(&[("MISSION_DASHBOARD_PORT", ""), ("POSTGRES_DSN", "")])
        .file("config.toml", "port = 3");
    let settings = start.settings();
    assert_eq!(settings.port, 3);
    assert!(settings.postgres_dsn.is_none());
}

#[test]
fn the_first_of_two_variables_counts() {
    let (first, second) = ("postgres://one/db", "postgres://two/db");
    let alias = Start::new().variable("DATABASE_URL", second);
    assert_eq!(alias.settings().postgres_dsn.unwrap().expose(), second);
    let both = alias.variable("POSTGRES_DSN", first);
    assert_eq!(both.settings().postgres_dsn.unwrap().expose(), first);
}

#[test]
fn a_named_file_takes_the_place_of_the_one_in_the_data_folder() {
    let start = Start::new().file("config.toml", "port = 3").file("other.toml", "port = 4");
    let other = start.path("other.toml");
    let by_variable = start.variable("MISSION_CONTROL_CONFIG", &other);
    assert_eq!(by_variable.settings().port, 4);

    let own = by_variable.path("config.toml");
    let by_flag = by_variable.flags(&["--config", own.to_str().unwrap()]);
    assert_eq!(by_flag.settings().port, 3);
}

#[test]
fn settings_say_which_file_was_read() {
    assert_eq!(Start::new().settings().config, None);
    let start = Start::new().file("config.toml", "");
    assert_eq!(start.settings().config, Some(start.path("config.toml")));
}

#[test]
fn the_flag_for_the_data_folder_says_where_the_file_is() {
    let (first, second) = (Start::new().file("config.toml", "port = 3"), Start::new());
    let flag = format!("--data-dir={}", first.folder().display());
    let settings = second.flags(&[&flag]).settings();
    assert_eq!((settings.port, settings.data_dir.as_path()), (3, first.folder()));
}

#[test]
fn a_file_may_hold_every_kind_of_value() {
    let file = format!(
        "host = '0.0.0.0'\nport = 80\nno_worker = true\nsecret_key = '{KEY}'\n\
         allowed_hosts = ['a.test', 'b.test']\nprojects = 'red,blue'\nlease_seconds = 30\n"
    );
    let settings = Start::new().file("config.toml", file).settings();
    assert_eq!(settings.address().to_string(), "0.0.0.0:80");
    assert!(settings.no_worker);
    assert_eq!(settings.secret_key.unwrap().expose(), KEY);
    assert_eq!((settings.allowed_hosts.len(), settings.projects.len()), (2, 2));
    assert_eq!(settings.lease.as_secs(), 30);
}

#[test]
fn a_missing_file_is_refused_only_if_it_was_named() {
    let start = Start::new();
    let gone = start.path("gone.toml");
    let sentence = start.flags(&["--config", gone.to_str().unwrap()]).sentence();
    assert!(sentence.starts_with("--config: cannot read "), "{sentence}");
    assert!(sentence.contains("gone.toml"), "{sentence}");
}

#[test]
fn only_a_named_file_may_say_where_the_data_folder_is() {
    let start = Start::new().file("config.toml", "data_dir = 'elsewhere'");
    let sentence = start.sentence();
    assert!(sentence.contains("data_dir cannot stand in the file that was found"), "{sentence}");

    let mut named = Start::new().file("named.toml", "data_dir = 'elsewhere'");
    named.env.clear();
    let file = named.path("named.toml");
    let settings = named.variable("MISSION_CONTROL_CONFIG", file).settings();
    assert_eq!(settings.data_dir.to_str(), Some("elsewhere"));
}
