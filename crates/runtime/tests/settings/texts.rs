use mission_control_runtime::settings::reference;

use crate::Start;

#[test]
fn help_lists_every_flag_and_variable_with_its_default() {
    for flag in ["--help", "-h"] {
        let help = Start::new().flags(&[flag]).text();
        for part in [
            "Usage: server [OPTIONS]",
            "--port <PORT>",
            "[default: 5002] [variable: MISSION_DASHBOARD_PORT]",
            "--no-worker",
            "[default: text; json in production]",
            "POSTGRES_DSN, DATABASE_URL",
            "MISSION_DASHBOARD_SECRET_KEY",
        ] {
            let flat = help.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(part), "{part} is not in:\n{help}");
        }
        assert!(!help.contains("--secret-key") && !help.contains('\u{1b}'), "{help}");
    }
}

#[test]
fn help_and_version_need_no_valid_settings() {
    let start = Start::new().flags(&["--prot=1", "--version"]).variable("ENVIRONMENT", "moon");
    assert_eq!(start.text(), format!("mission-control {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_reference_has_a_row_for_every_setting() {
    let page = reference();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 2 + 35, "{page}");
    assert!(rows.iter().all(|row| row.matches('|').count() == 6), "{page}");
    let key = "| `secret_key` | – | `MISSION_DASHBOARD_SECRET_KEY`, \
               `MISSION_DASHBOARD_SECRET_KEY_FILE` | none | The key that signs";
    assert!(page.contains(key), "{page}");
}

#[test]
fn the_page_about_settings_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SETTINGS.md");
    if updates_golden_files() {
        std::fs::write(path, reference()).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == reference(), "docs/SETTINGS.md is stale; run this test with UPDATE_GOLDEN=1");
}

#[expect(clippy::disallowed_methods, reason = "how a test is run, is no setting of the product")]
fn updates_golden_files() -> bool {
    std::env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1")
}
