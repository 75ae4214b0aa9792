//! What a program finds around it.

use mission_control::LogLevel::Info;
use mission_control::Work;

use crate::bench::{Bench, run, work, work_on};

#[tokio::test]
async fn the_environment_is_the_kept_the_written_and_the_missions_alone() {
    let probe = Bench::new().probe("command = ['env']\nenv = { LANG = 'C.UTF-8', MARK = 'x y' }");
    let work = work("probe");
    let mission = work.mission.to_string();
    let attempt = run(&*probe, work).await;
    let mut seen: Vec<(&str, &str)> =
        attempt.lines(Info).into_iter().filter_map(|line| line.split_once('=')).collect();
    seen.retain(|(name, _)| !["PATH", "HOME", "TMPDIR"].contains(name));
    seen.sort_unstable();
    let expected = [
        ("LANG", "C.UTF-8"),
        ("MARK", "x y"),
        ("MISSION_ATTEMPT", "2"),
        ("MISSION_ID", &mission),
        ("MISSION_KIND", "probe"),
        ("MISSION_LEASE_ID", "7"),
        ("MISSION_PROJECT", "default"),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn standard_input_is_closed_unless_the_profile_says_otherwise() {
    let bench = Bench::new();
    let attempt = run(&*bench.probe("command = ['wc', '-c']"), work("probe")).await;
    assert_eq!(attempt.log()[0].1.trim(), "0");
    let probe = bench.probe("command = ['cat']\nstdin = 'mission'\nresult = 'stdout-json'");
    let attempt = run(&*probe, work_on("probe", r#"{"anything": [1]}"#)).await;
    assert_eq!(attempt.result(), r#"{"title":"Count the words"}"#);
}

#[tokio::test]
async fn a_large_document_and_a_program_that_ignores_it_do_not_block_each_other() {
    let bench = Bench::new();
    let document: String = format!("\"{}\"", "x".repeat(1_000_000));
    let large = || Work { document: document.as_str().into(), ..work("probe") };
    let echo = bench.probe("command = ['cat']\nstdin = 'mission'");
    assert!(run(&*echo, large()).await.outcome.is_ok());
    let deaf = bench.probe("command = ['true']\nstdin = 'mission'");
    assert!(run(&*deaf, large()).await.outcome.is_ok());
}

#[tokio::test]
async fn a_program_leads_a_process_group_of_its_own_in_its_workdir() {
    let bench = Bench::new();
    let folder = std::fs::canonicalize(bench.folder()).unwrap();
    let script = "pwd -P; echo $$; ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat";
    let probe = bench.script(script, "");
    let attempt = run(&*probe, work("probe")).await;
    let [workdir, pid, group] = attempt.lines(Info)[..] else { panic!("{attempt:?}") };
    assert_eq!(workdir, folder.to_str().unwrap());
    assert_eq!(pid, group.trim());
}
