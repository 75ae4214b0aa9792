//! Several handles on one store whose clock is moved, and deaths at any moment.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use anyhow::{Context as _, Result};
use mission_control::kernel::{Clock as _, ManualClock, ProjectId, Scope, Timestamp};
use mission_control::missions::{
    Actor, Command, Description, ListQuery, Mission, Once, ShortName, Title,
};
use mission_control::workflows::schedule::{
    Cadence, CatchUp, Fired, Overlap, PlannedMission, Schedule, ScheduleSpec, Target, Tick,
    TickOutcome,
};
use mission_control::workflows::template::Blueprint;
use mission_control::{MissionControl, Stores};
use mission_control_persistence::{Options, sqlite};
use tempfile::TempDir;

use super::forgetful::Forgetful;

pub(crate) struct Stage {
    pub(crate) controls: Vec<MissionControl>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) project: ProjectId,
    pub(crate) store: Arc<sqlite::Sqlite>,
    _folder: TempDir,
}

impl Stage {
    /// So many mission controls over one store, whose clock stands at the begin of a day.
    pub(crate) async fn of(many: usize) -> Result<Self> {
        Self::over(many, |stores| stores).await
    }

    /// The same where whoever fires what was left undone does not know under which receipt.
    pub(crate) async fn forgetful(many: usize) -> Result<Self> {
        let forget = |stores: Stores| {
            let schedules = Arc::new(Forgetful::around(Arc::clone(&stores.schedules)));
            Stores { schedules, ..stores }
        };
        Self::over(many, forget).await
    }

    async fn over(many: usize, change: impl Fn(Stores) -> Stores) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let clock = Arc::new(ManualClock::at("2026-01-01T00:00:00Z".parse()?));
        let options = Options { clock: Some(clock.clone()), ..Options::default() };
        let path = folder.path().join("missions.db");
        let store = sqlite::Sqlite::open(&path, sqlite::Durability::Off, options)?;
        let mut controls = Vec::new();
        for _ in 0..many {
            let stores = change(Stores::of(Arc::clone(&store)));
            controls.push(MissionControl::builder(stores).clock(clock.clone()).start().await?);
        }
        let project = ProjectId::default_project();
        Ok(Self { controls, clock, project, store, _folder: folder })
    }

    pub(crate) fn control(&self) -> &MissionControl {
        &self.controls[0]
    }

    /// A schedule that makes a mission of its own name, whatever else is open.
    pub(crate) async fn schedule(
        &self,
        name: &str,
        cron: &str,
        say: impl FnOnce(&mut ScheduleSpec),
    ) -> Result<Schedule> {
        let mut spec = ScheduleSpec {
            cadence: cadence(cron),
            target: Target::Mission(Box::new(PlannedMission {
                title: Title::parse(name)?,
                description: Description::cleaned(""),
                blueprint: Blueprint::default(),
            })),
            overlap: Overlap::Queue,
            catch_up: CatchUp::None,
        };
        say(&mut spec);
        let adding =
            self.control().add_schedule(&self.project, name.parse()?, spec, false, ada(), None);
        now(adding.await??).map(|kept| kept.there().clone())
    }

    pub(crate) async fn find(&self, name: &str) -> Result<Schedule> {
        let found = self.control().schedule(&self.project, &name.parse()?).await?;
        found.context("it is there")
    }

    /// Lets the time pass second by second, and the first of them look after the schedules.
    pub(crate) async fn pass(&self, seconds: u64) -> Result<()> {
        for _ in 0..seconds {
            self.clock.advance(Duration::from_secs(1));
            self.control().tend_schedules().await?;
        }
        Ok(())
    }

    /// Oldest first.
    pub(crate) async fn ticks(&self, name: &str) -> Result<Vec<Tick>> {
        let schedule = self.find(name).await?;
        let mut ticks = self.control().ticks(&schedule, None, 1_000).await?.ticks;
        ticks.reverse();
        Ok(ticks)
    }

    /// All missions that a schedule has made, oldest first.
    pub(crate) async fn made(&self, name: &str) -> Result<Vec<Mission>> {
        use mission_control::missions::MissionStore as _;
        let maker = format!("schedule:{name}");
        let mut query = ListQuery { limit: 200, ..ListQuery::default() };
        query.sort.descending = false;
        let (mut all, scope) = (Vec::new(), Scope::one(self.project.clone()));
        loop {
            let page = self.store.list(&scope, &query).await?;
            all.extend(page.missions);
            query.after = page.next;
            if query.after.is_none() {
                all.retain(|mission| mission.spec.created_by.as_str() == maker);
                return Ok(all);
            }
        }
    }

    pub(crate) async fn end(&self, mission: &Mission) -> Result<()> {
        let scope = Scope::one(self.project.clone());
        let command = Command::Cancel { reason: None, children: false };
        self.control().command(Actor::System, scope, mission.id, command, None).await?;
        Ok(())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What is done under no key.
pub(crate) fn now<T>(once: Once<T>) -> Result<T> {
    match once {
        Once::Now(told) => Ok(told),
        Once::Before(_) | Once::KeyReused => anyhow::bail!("there was no key"),
    }
}

pub(crate) fn ada() -> ShortName {
    ShortName::parse("ada").expect("a short name")
}

pub(crate) fn cadence(cron: &str) -> Cadence {
    Cadence::of(cron, "UTC").expect("a cadence of a test")
}

/// Lets work go on until it has waited so many times, and drops it then, as the end of a process does:
/// what it has asked the store for is carried out, and nobody hears of it. Says whether it has lived.
pub(crate) async fn until_death<T>(work: impl Future<Output = T>, waits: usize) -> bool {
    let mut work = pin!(work);
    let mut left = waits;
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if left == 0 => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

pub(crate) fn fired(ticks: &[Tick]) -> Vec<Fired> {
    let made = ticks.iter().filter_map(|tick| match tick.outcome {
        TickOutcome::Fired(made) => Some(made),
        TickOutcome::Due | TickOutcome::Skipped { .. } | TickOutcome::Failed(_) => None,
    });
    made.collect()
}

/// What is wrong with a schedule that was due at `due`: ticks that nobody knows of or has not fired,
/// missions that no tick has made, and ticks whose mission is not there.
pub(crate) fn wrongs(due: &[Timestamp], ticks: &[Tick], made: &[Mission]) -> Vec<String> {
    let known: BTreeSet<Timestamp> = ticks.iter().map(|tick| tick.at).collect();
    let lost = due.iter().filter(|at| !known.contains(at)).map(|at| format!("{at} is lost"));
    let unfired = ticks.iter().filter(|tick| !matches!(tick.outcome, TickOutcome::Fired(_)));
    let unfired = unfired.map(|tick| format!("{} was not fired", tick.at));
    let told: Vec<_> = fired(ticks);
    let there: Vec<Fired> = made.iter().map(|mission| Fired::Mission(mission.id)).collect();
    let doubles = there.iter().filter(|made| !told.contains(made));
    let doubles = doubles.map(|made| format!("{made:?} is one too many"));
    let missing = told.iter().filter(|made| !there.contains(made));
    let missing = missing.map(|made| format!("{made:?} is lost"));
    lost.chain(unfired).chain(doubles).chain(missing).collect()
}
