//! Agents and executors of these tests.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use mission_control::agents::Registration;
use mission_control::kernel::{AgentId, Capabilities, JsonText, ProjectId, Text};
use mission_control::missions::{
    Actor, Command, ErrorText, Failure, FailureClass, FailureReport, HeldLease, Kind, LogLevel,
    Mission, Progress, UsageReport, Verdict,
};
use mission_control::{Done, Executor, LocalSource, Reporter, Tally, Want, Work, Worker};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::{App, LONG, everything};

/// An agent that is driven by hand.
pub(crate) struct Agent {
    pub(crate) id: AgentId,
}

impl Agent {
    pub(crate) async fn register(app: &App, name: &str) -> Result<Self> {
        let registration = Registration {
            id: AgentId::new(app.control.ids().next(app.control.clock().now())),
            project: ProjectId::default_project(),
            name: Text::parse(name)?,
            agent_type: Text::parse("hand")?,
            capabilities: Capabilities::default(),
            kinds: None,
            max_concurrent: 8,
        };
        let (view, _) = app.control.register(registration).await?;
        Ok(Self { id: view.agent.id })
    }

    /// Claims, waiting for at most 20 s.
    pub(crate) async fn claim(&self, app: &App, max: u32) -> Result<Vec<Mission>> {
        let want = Want { max, wait: Duration::from_secs(20), ..Want::default() };
        let claimed = app.control.claim(&everything(), self.id, want).await??;
        Ok(claimed.missions.into_iter().map(|taken| taken.mission).collect())
    }
}

pub(crate) fn lease_of(mission: &Mission) -> HeldLease {
    HeldLease { mission: mission.id, lease: mission.lease_id }
}

pub(crate) async fn complete(app: &App, mission: &Mission, result: &str) -> Result<Verdict> {
    let command = Command::Complete {
        lease: Some(mission.lease_id),
        result: Some(JsonText::from_checked(result)?),
        usage: UsageReport { tokens_used: Some(10), ..UsageReport::default() },
    };
    Ok(app.control.command(Actor::System, everything(), mission.id, command, None).await?)
}

/// A worker of the process itself, and how to end it.
pub(crate) struct Crew {
    drain: CancellationToken,
    running: JoinHandle<Tally>,
    /// How many attempts run.
    pub(crate) busy: watch::Receiver<u32>,
}

impl Crew {
    /// Does what a mission's title says: `wait` until it is stopped, `fail`, or come to an end.
    pub(crate) fn start(app: &App, capacity: u32) -> Self {
        let (count, busy) = watch::channel(0);
        let executor = Arc::new(Titled { kind: Kind::default_kind(), busy: count });
        let source = LocalSource::new(app.control.clone(), ProjectId::default_project());
        let name = Text::parse("crew").expect("a name");
        let worker = Worker::builder(Arc::new(source), vec![executor], name, capacity)
            .grace(Duration::ZERO)
            .build();
        let drain = CancellationToken::new();
        let running = tokio::spawn(worker.run(drain.clone(), CancellationToken::new()));
        Self { drain, running, busy }
    }

    pub(crate) async fn runs(&mut self, count: u32) -> Result<()> {
        timeout(LONG, self.busy.wait_for(|busy| *busy == count)).await??;
        Ok(())
    }

    pub(crate) async fn end(self) -> Result<Tally> {
        self.drain.cancel();
        Ok(self.running.await?)
    }
}

struct Titled {
    kind: Kind,
    busy: watch::Sender<u32>,
}

#[async_trait]
impl Executor for Titled {
    fn kind(&self) -> &Kind {
        &self.kind
    }

    async fn run(
        &self,
        work: Work,
        reporter: Reporter,
        stop: CancellationToken,
    ) -> Result<Done, FailureReport> {
        self.busy.send_modify(|busy| *busy += 1);
        reporter.log(LogLevel::Info, format!("attempt {}", work.attempt)).await;
        reporter.progress(Progress::parse(50.0).expect("within bounds"), None).await;
        let outcome = match work.title.as_str() {
            "wait" => {
                stop.cancelled().await;
                Ok(Done::default())
            }
            "fail" => Err(FailureReport {
                failure: Failure {
                    class: FailureClass::InvalidInput,
                    message: ErrorText::cleaned("as asked"),
                },
                retryable: None,
                retry_after: None,
            }),
            _ => Ok(Done { result: work.input.clone(), ..Done::default() }),
        };
        self.busy.send_modify(|busy| *busy -= 1);
        outcome
    }
}
