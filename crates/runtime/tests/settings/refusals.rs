use crate::Start;

#[test]
fn an_unknown_name_is_refused_with_the_one_that_was_probably_meant() {
    for (flag, sentence) in [
        ("--prot=1", "--prot is not a flag; did you mean --port?"),
        ("--datadir=x", "--datadir is not a flag; did you mean --data-dir?"),
        ("--colour", "--colour is not a flag; --help lists what there is"),
        ("-p", "-p is not a flag; --help lists what there is"),
    ] {
        assert_eq!(Start::new().flags(&[flag]).sentence(), sentence);
    }
    for (variable, sentence) in [
        ("MISSION_CONTROL_PORT", " is not a setting; did you mean MISSION_DASHBOARD_PORT?"),
        ("MISSION_DASHBOARD_HOTS", " is not a setting; did you mean MISSION_DASHBOARD_HOST?"),
        ("MISSION_CONTROL_COLOUR", " is not a setting; --help lists what there is"),
    ] {
        let start = Start::new().variable(variable, "1");
        assert_eq!(start.sentence(), format!("{variable}{sentence}"));
    }
    for (key, sentence) in [
        ("prot", ": prot is not a setting; did you mean port?"),
        ("data-dir", ": data-dir is not a setting; did you mean data_dir?"),
        ("config", ": config is not a setting; --help lists what there is"),
        ("server", ": server is not a setting; --help lists what there is"),
    ] {
        let start = Start::new().file("config.toml", format!("{key} = 1"));
        let file = start.path("config.toml");
        assert_eq!(start.sentence(), format!("{}{sentence}", file.display()));
    }
}

#[test]
fn variables_of_others_are_none_of_our_business() {
    assert!(
        Start::new().variables(&[("PATH", "/bin"), ("MISSION", "1"), ("PORT", "x")]).load().is_ok()
    );
}

#[test]
fn words_are_refused() {
    let sentence = Start::new().flags(&["start", "--port=1"]).sentence();
    assert_eq!(sentence, "\"start\" is not expected: there are only flags; --help lists them");
    assert_eq!(Start::new().flags(&["a", "--no-worker", "b", "--", "--c"]).problems().len(), 3);
}

#[test]
fn a_flag_without_its_value_or_given_twice_is_refused() {
    for flags in [&["--port"][..], &["--port", "--no-worker"], &["--port", "--host=127.0.0.1"]] {
        assert_eq!(Start::new().flags(flags).sentence(), "--port needs a value");
    }
    let twice = Start::new().flags(&["--port=1", "--port", "2"]);
    assert_eq!(twice.sentence(), "--port is given more than once; give it once");
    let odd = Start::new().flags(&["--help=x"]).sentence();
    assert!(odd.starts_with("the command line cannot be read: "), "{odd}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_its_line() {
    let start = Start::new().file("config.toml", "port = 1\n\nhost 127.0.0.1\n");
    let sentence = start.sentence();
    assert!(sentence.contains("config.toml:3: not valid TOML: "), "{sentence}");
    let twice = Start::new().file("config.toml", "port = 1\nport = 2\n").sentence();
    assert!(twice.contains("config.toml:2: not valid TOML: "), "{twice}");
}

#[test]
fn a_file_that_is_huge_or_no_text_is_refused() {
    let huge = Start::new().file("config.toml", "#".repeat(1024 * 1024 + 1)).sentence();
    assert!(huge.contains("it is larger than 1048576 bytes"), "{huge}");
    let bytes = Start::new().file("config.toml", [0xff, 0xfe]).sentence();
    assert!(bytes.contains("cannot read") && bytes.contains("UTF-8"), "{bytes}");
}

#[test]
fn all_problems_are_reported_at_once() {
    let start = Start::new()
        .flags(&["--prot", "1", "--lease-seconds=0", "--colour", "serve"])
        .variables(&[
            ("MISSION_CONTROL_PORT", "1"),
            ("MISSION_DASHBOARD_HOST", "0.0.0.0"),
            ("MISSION_DASHBOARD_SECRET_KEY", "changeme"),
        ])
        .file("config.toml", "workers = 3\nlog_format = 'xml'");
    let error = start.error().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines[0], "the settings are not usable:");
    for (line, part) in lines[1..].iter().zip([
        "--prot is not a flag",
        "--colour is not a flag",
        "MISSION_CONTROL_PORT is not a setting",
        "config.toml: workers is not a setting",
        "MISSION_DASHBOARD_SECRET_KEY is a sample",
        "--lease-seconds = \"0\"",
        "config.toml:log_format = \"xml\"",
        "allowed_hosts is needed too",
    ]) {
        assert!(line.starts_with("  - ") && line.contains(part), "{part}: {error}");
    }
    assert_eq!(lines.len(), 9, "{error}");
}
