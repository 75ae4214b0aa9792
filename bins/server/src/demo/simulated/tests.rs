use mission_control::Report;
use mission_control::kernel::{LeaseId, ManualClock, MissionId, ProjectId, Timestamp};
use mission_control::missions::{Description, Title};

use super::super::scenes::SCENES;
use super::*;

const NOW: Timestamp = Timestamp::MIN;

fn work(ending: Ending, attempt: u32, lease: i64) -> Work {
    let plan = Plan { ending, luck: 30, ..Plan::default() };
    Work {
        mission: "01920000-0000-7000-8000-000000000001".parse::<MissionId>().unwrap(),
        project: ProjectId::default_project(),
        lease: LeaseId::new(lease),
        attempt,
        kind: SCENES[0].kind.parse().unwrap(),
        title: Title::parse("Review").unwrap(),
        description: Description::cleaned(""),
        input: Some(plan.to_input()),
        metadata: JsonText::empty_object(),
        dependencies: Vec::new(),
        dependencies_omitted: Vec::new(),
        timeout: None,
        document: "{}".into(),
    }
}

async fn play(work: Work, mishaps: u8) -> (Result<Done, FailureReport>, Vec<Report>) {
    let simulated = Simulated::new(&SCENES[0], mishaps, Arc::new(ManualClock::at(NOW)));
    let (reporter, mut inbox) = Reporter::channel();
    let outcome = simulated.run(work, reporter, CancellationToken::new()).await;
    let mut reports = Vec::new();
    while let Some(report) = inbox.recv().await {
        reports.push(report);
    }
    (outcome, reports)
}

#[tokio::test(start_paused = true)]
async fn a_simulated_attempt_says_so_first_and_reports_like_any_other() {
    let (outcome, reports) = play(work(Ending::Completes, 1, 1), 0).await;
    let done = outcome.unwrap();
    assert_eq!(done.result.unwrap().as_str(), SCENES[0].result);
    assert_eq!((done.usage.tokens_in, done.usage.tokens_out), (Some(4_000), Some(600)));
    assert_eq!(done.usage.cost, Money::from_nanos(18_400_000));
    assert!(matches!(&reports[0], Report::Log { text, .. } if text == NOTICE), "{reports:?}");
    let progress = reports.iter().filter(|report| matches!(report, Report::Progress { .. }));
    assert_eq!(progress.count(), SCENES[0].steps.len());
}

#[tokio::test(start_paused = true)]
async fn every_ending_ends_as_it_is_called() {
    use FailureClass::{Crashed, InvalidInput, Quota, Transient};
    for (ending, attempt, lease, mishaps, class) in [
        (Ending::Completes, 1, 1, 31, Some(Crashed)),
        (Ending::Completes, 2, 2, 31, None),
        (Ending::Completes, 1, 1, 30, None),
        (Ending::Stumbles, 1, 1, 0, Some(Transient)),
        (Ending::Stumbles, 2, 2, 0, None),
        (Ending::HitsQuota, 1, 1, 0, Some(Quota)),
        (Ending::HitsQuota, 1, 2, 0, None),
        (Ending::Crashes, 3, 3, 0, Some(Crashed)),
        (Ending::RefusesInput, 1, 1, 0, Some(InvalidInput)),
    ] {
        let (outcome, _) = play(work(ending, attempt, lease), mishaps).await;
        let got = outcome.as_ref().err().map(|report| report.failure.class);
        assert_eq!(got, class, "{ending:?}, attempt {attempt}, lease {lease}");
        let retry_after = outcome.err().and_then(|report| report.retry_after);
        let expected = (class == Some(Quota)).then(|| NOW.plus(QUOTA_LASTS));
        assert_eq!(retry_after, expected, "{ending:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_stuck_ends_when_it_is_stopped() {
    let simulated = Simulated::new(&SCENES[0], 0, Arc::new(ManualClock::at(NOW)));
    let (reporter, mut inbox) = Reporter::channel();
    let stop = CancellationToken::new();
    let told = stop.clone();
    let stuck =
        tokio::spawn(
            async move { simulated.run(work(Ending::GetsStuck, 1, 1), reporter, told).await },
        );
    let mut said = String::new();
    while said != "waiting for an answer that does not come" {
        if let Some(Report::Log { text, .. }) = inbox.recv().await {
            said = text;
        }
    }
    stop.cancel();
    let outcome = stuck.await.unwrap();
    assert_eq!(outcome.unwrap_err().failure.class, FailureClass::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn an_input_that_is_no_plan_is_refused_for_good() {
    let input = JsonText::from_checked(r#"{"ending": "explodes"}"#).unwrap();
    let (outcome, _) = play(Work { input: Some(input), ..work(Ending::Completes, 1, 1) }, 0).await;
    assert_eq!(outcome.unwrap_err().failure.class, FailureClass::InvalidInput);
}
