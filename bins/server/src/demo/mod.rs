//! The demo: a control room full of life, without an account anywhere.
//!
//! It lives in a data folder of its own, so that removing that folder removes it. Sixteen agents
//! work there through the same worker loop as any other: those of [`cast`] that are real run real
//! programs on real files ([`documents`]), the others are simulated ([`simulated`]) and say so in
//! their names, types and capabilities, as do their missions in kind, labels, metadata and first
//! log line. The [`director`] makes missions from [`scenes`] at a bounded [`pace`]; the
//! [`operator`] does what a person would: approve, retry, discard, call off.

mod cast;
mod director;
mod documents;
mod drafts;
mod operator;
mod pace;
mod plan;
mod scenes;
mod simulated;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mission_control::kernel::ProjectId;
use mission_control::{Executor, MissionControl, Tally};
use mission_control_executors::{Custody, Profiles};
use mission_control_runtime::{Settings, Shutdown};
use mission_control_transport::metrics::{MeasuredExecutor, Metrics};
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::ServerError;
use director::Director;
use documents::Documents;
use operator::Operator;

/// The demo's data folder within the one of the settings.
const FOLDER: &str = "demo";

/// How long the demo's journal and log lines are kept: what happened yesterday was played as well.
const KEPT: Duration = Duration::from_hours(24);

/// What a demo could not do to its folder.
#[derive(Debug, thiserror::Error)]
#[error("the demo cannot write {}: {source}", path.display())]
pub struct DemoError {
    /// Which file or folder.
    path: PathBuf,
    /// What the system says.
    source: io::Error,
}

impl DemoError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { path, source }
    }
}

/// The settings of a server with a demo inside, when they ask for one: its own data folder, its
/// agents instead of the usual worker, and nothing kept for long.
pub(crate) fn settle(mut settings: Settings) -> Settings {
    if settings.demo {
        for kept in [&mut settings.keep_journal, &mut settings.keep_logs] {
            *kept = Some(kept.map_or(KEPT, |kept| kept.min(KEPT)));
        }
        settings.data_dir = settings.data_dir.join(FOLDER);
        settings.no_worker = true;
    }
    settings
}

/// What a demo stands on.
#[derive(Clone, Copy)]
pub(crate) struct Backstage<'a> {
    /// Whatever happens, happens through it.
    pub(crate) control: &'a MissionControl,
    /// The executors of the settings, which the real agents have too.
    pub(crate) own: &'a [Arc<dyn Executor>],
    /// How programs are held.
    pub(crate) custody: &'a Custody,
    /// Where attempts are counted.
    pub(crate) metrics: &'a Metrics,
}

/// A demo that runs.
pub(crate) struct Demo {
    agents: JoinSet<Tally>,
    folder: PathBuf,
    seed: u64,
}

impl Demo {
    /// Starts the agents and what keeps them busy, if `settings` ask for a demo. Runs
    /// until `shutdown` drains.
    pub(crate) fn start(
        settings: &Settings,
        backstage: &Backstage<'_>,
        shutdown: &Shutdown,
    ) -> Result<Option<Self>, ServerError> {
        if !settings.demo {
            return Ok(None);
        }
        let Backstage { control, own, custody, metrics } = *backstage;
        let folder = settings.data_dir.clone();
        let documents = Documents::find(&folder)?;
        // Of two executors for one kind the later one counts: the operator's own.
        let mut real =
            MeasuredExecutor::all(Profiles::load(&documents.profiles, custody)?, metrics);
        real.extend(own.iter().cloned());
        let project = settings.projects.first().cloned().unwrap_or_else(ProjectId::default_project);
        let seed = settings.demo_seed.unwrap_or_else(rand::random);
        info!(seed, documents = documents.names.len(), "the demo begins");
        let agents = cast::assemble(backstage, &project, &real, settings.lease, shutdown);
        let director = Director::new(control.clone(), project.clone(), documents.names, seed);
        tokio::spawn(shutdown.draining().clone().run_until_cancelled_owned(director.run()));
        let operator = Operator::new(control.clone(), project, seed);
        tokio::spawn(shutdown.draining().clone().run_until_cancelled_owned(operator.run()));
        Ok(Some(Self { agents, folder, seed }))
    }

    /// What to tell whoever started it.
    pub(crate) fn welcome(&self) -> String {
        let (count, folder, seed) = (cast::CAST.len(), self.folder.display(), self.seed);
        format!(
            "\nThis is the demo: {count} agents. Those called sim-… are simulated and call no \
             model; the others run\nreal programs on real files. The demo is in {folder}: remove \
             that folder to be rid of it.\nThe same again: --demo --demo-seed={seed}\n"
        )
    }

    /// Waits until the last agent has gone home.
    pub(crate) async fn drained(mut self) {
        while let Some(ended) = self.agents.join_next().await {
            if let Err(error) = ended {
                warn!(%error, "an agent of the demo ended badly");
            }
        }
        info!("the agents of the demo have drained");
    }
}
