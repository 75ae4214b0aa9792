//! How a mission control is put together and set going.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mission_control_agents::Thresholds;
use mission_control_kernel::{Clock, Ids, StoreError, SystemClock, SystemIds};
use mission_control_missions::queue::Turns;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::barrier::Barrier;
use crate::fleet::{Dispatcher, Lookout, Returns, WAITING};
use crate::health::Health;
use crate::logged;
use crate::mission_control::{Inner, MissionControl};
use crate::projection::{self, Projection};
use crate::retention::Keep;
use crate::stores::Stores;
use crate::sweeps::{
    self, Checkpoint, CredentialSweep, DriftCheck, DueSweep, FollowUpSweep, FollowUps, Measured,
    MinuteSweep, RetentionSweep, ScheduleSweep, SilentSweep,
};
use crate::tail::{self, Tail};
use crate::telemetry::Telemetry;

/// A waiting mission becomes one priority more urgent in this time, so that nothing starves.
pub const DEFAULT_AGEING: Duration = Duration::from_mins(10);

/// A mission control that does not run yet.
#[derive(Clone)]
pub struct Builder {
    stores: Stores,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    ageing: Duration,
    tiers: Thresholds,
    keep: Keep,
    telemetry: Arc<dyn Telemetry>,
}

impl Builder {
    pub(crate) fn new(stores: Stores) -> Self {
        Self {
            stores,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds::default()),
            ageing: DEFAULT_AGEING,
            tiers: Thresholds::default(),
            keep: Keep::default(),
            telemetry: Arc::new(()),
        }
    }

    /// Where "now" comes from, for what is shown; the stores judge by clocks of their own.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where new ids come from.
    #[must_use]
    pub fn ids(mut self, ids: Arc<dyn Ids>) -> Self {
        self.ids = ids;
        self
    }

    /// The time in which a waiting mission becomes one priority more urgent; zero for never.
    #[must_use]
    pub const fn ageing(mut self, period: Duration) -> Self {
        self.ageing = period;
        self
    }

    /// From which results on agents earn which tier.
    #[must_use]
    pub const fn tiers(mut self, thresholds: Thresholds) -> Self {
        self.tiers = thresholds;
        self
    }

    /// How long what is old is kept.
    #[must_use]
    pub const fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// Who is told how the background work goes; nobody when nothing is said.
    #[must_use]
    pub fn telemetry(mut self, telemetry: Arc<dyn Telemetry>) -> Self {
        self.telemetry = telemetry;
        self
    }

    /// Loads the projection and starts the background tasks.
    ///
    /// # Errors
    /// Whatever the stores say while the projection is loaded.
    pub async fn start(self) -> Result<MissionControl, StoreError> {
        let journal = Arc::clone(&self.stores.journal);
        let epoch = journal.epoch().await?;
        let removed_until = journal.removed_until().await?;
        let projection = Arc::new(Projection::new(projection::load(&*journal).await?));
        let nudge_tail = Arc::new(Notify::new());
        let (barrier, gatekeeper) =
            Barrier::new(Arc::clone(&journal), Arc::clone(&projection), Arc::clone(&nudge_tail));
        let health =
            Arc::new(Health::new(Arc::clone(&journal), Arc::clone(&projection), removed_until));
        let (waiters, waiting) = mpsc::channel(WAITING);
        let (truths, adopted) = mpsc::channel(1);
        let inner = Inner {
            epoch,
            projection,
            barrier,
            health,
            batches: tail::batches(),
            logged: logged::hints(),
            lookout: Arc::new(Lookout::default()),
            turns: Arc::new(Mutex::new(Turns::default())),
            returns: Arc::new(Returns::default()),
            waiters,
            follow_ups: Arc::new(Notify::new()),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            stores: self.stores,
            clock: self.clock,
            ids: self.ids,
            ageing: self.ageing,
            tiers: self.tiers,
        };
        inner.tasks.spawn(gatekeeper.run(inner.stop.clone()));
        spawn_tail(&inner, nudge_tail, adopted);
        spawn_fleet(&inner, waiting);
        spawn_sweeps(&inner, truths, &self.telemetry);
        spawn_upkeep(&inner, self.keep, &self.telemetry);
        inner.tasks.spawn(Arc::clone(&inner.health).run(inner.stop.clone()));
        inner.tasks.close();
        let control = MissionControl::over(inner);
        spawn_schedules(&control, &self.telemetry);
        Ok(control)
    }
}

fn spawn_tail(inner: &Inner, nudge: Arc<Notify>, truths: mpsc::Receiver<crate::Snapshot>) {
    let tail = Tail {
        journal: Arc::clone(&inner.stores.journal),
        projection: Arc::clone(&inner.projection),
        batches: inner.batches.clone(),
        lookout: Arc::clone(&inner.lookout),
        nudge,
        truths,
        truth: None,
    };
    inner.tasks.spawn(tail.run(inner.stop.clone()));
}

fn spawn_fleet(inner: &Inner, inbox: mpsc::Receiver<crate::fleet::Waiter>) {
    let store = Arc::clone(&inner.stores.missions);
    let dispatcher = Dispatcher {
        store: Arc::clone(&store),
        ageing: inner.ageing,
        turns: Arc::clone(&inner.turns),
        returns: Arc::clone(&inner.returns),
        inbox,
        waiting: Vec::new(),
    };
    inner.tasks.spawn(dispatcher.run(inner.stop.clone()));
    inner.tasks.spawn(Arc::clone(&inner.returns).run(store, inner.stop.clone()));
}

fn spawn_sweeps(
    inner: &Inner,
    truths: mpsc::Sender<crate::Snapshot>,
    telemetry: &Arc<dyn Telemetry>,
) {
    let (store, journal) = (&inner.stores.missions, &inner.stores.journal);
    let by_period_alone = || Arc::new(Notify::new());
    let stop = || inner.stop.clone();

    let follow_ups = FollowUps::of(Arc::clone(store), Arc::clone(&inner.stores.workflows));
    let follow_ups = Measured::around(FollowUpSweep { follow_ups }, telemetry);
    inner.tasks.spawn(sweeps::repeat(follow_ups, Arc::clone(&inner.follow_ups), stop()));
    let due = DueSweep { store: Arc::clone(store), follow_ups: Arc::clone(&inner.follow_ups) };
    let due = Measured::around(due, telemetry);
    inner.tasks.spawn(sweeps::repeat(due, by_period_alone(), stop()));
    let silent = SilentSweep { store: Arc::clone(&inner.stores.agents) };
    let silent = Measured::around(silent, telemetry);
    inner.tasks.spawn(sweeps::repeat(silent, by_period_alone(), stop()));
    let checkpoint = Checkpoint::new(Arc::clone(journal), Arc::clone(&inner.projection));
    let checkpoint = Measured::around(checkpoint, telemetry);
    inner.tasks.spawn(sweeps::repeat(checkpoint, by_period_alone(), stop()));
    let drift = DriftCheck {
        journal: Arc::clone(journal),
        projection: Arc::clone(&inner.projection),
        health: Arc::clone(&inner.health),
        batches: inner.batches.clone(),
        truths,
    };
    inner.tasks.spawn(drift.run(stop()));
}

/// What ticks make is asked for as anybody would, so this holds what everybody holds; weakly, or it
/// would never be dropped.
fn spawn_schedules(control: &MissionControl, telemetry: &Arc<dyn Telemetry>) {
    let inner = &control.inner;
    let schedules = ScheduleSweep { control: Arc::downgrade(inner) };
    let schedules = Measured::around(schedules, telemetry);
    inner.tasks.spawn(sweeps::repeat(schedules, Arc::new(Notify::new()), inner.stop.clone()));
}

fn spawn_upkeep(inner: &Inner, keep: Keep, telemetry: &Arc<dyn Telemetry>) {
    let stores = &inner.stores;
    let projection = Arc::clone(&inner.projection);
    let minutes =
        MinuteSweep::new(Arc::clone(&stores.history), Arc::clone(&stores.missions), projection);
    let retention = RetentionSweep::new(Arc::clone(&stores.retention), keep);
    let minutes = Measured::around(minutes, telemetry);
    let retention = Measured::around(retention, telemetry);
    let by_period_alone = || Arc::new(Notify::new());
    inner.tasks.spawn(sweeps::repeat(minutes, by_period_alone(), inner.stop.clone()));
    inner.tasks.spawn(sweeps::repeat(retention, by_period_alone(), inner.stop.clone()));
    let credentials = CredentialSweep { directory: Arc::clone(&stores.directory) };
    let credentials = Measured::around(credentials, telemetry);
    inner.tasks.spawn(sweeps::repeat(credentials, by_period_alone(), inner.stop.clone()));
}
