//! The server: API, live streams, storage and a worker in one process.
//!
//! [`bind`] takes the port. [`run`] opens the data folder and the store, starts mission control,
//! a worker for each project and HTTP over them, says that it is ready, and serves until it is told
//! to drain; then everything ends in the order in which clients need it least.

mod crew;
mod demo;
mod error;
mod keys;
mod reach;
mod screen;
mod store;
mod welcome;

use std::sync::Arc;
use std::time::Duration;

use mission_control::agents::Thresholds;
use mission_control::kernel::{Clock as _, SystemClock};
use mission_control::{Builder, Keep, MissionControl, Stores, Telemetry};
use mission_control_executors::{Custody, Profiles};
use mission_control_runtime::{DataFolder, Secret, Settings, Shutdown};
use mission_control_transport::Signer;
use mission_control_transport::http::{Dispatcher, Services, routes};
use mission_control_transport::metrics::{
    MeasuredAnswer, MeasuredExecutor, MeasuredStore, Metrics,
};
use mission_control_transport::server::{DrainReport, Limits, serve};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use demo::DemoError;
pub use error::ServerError;

use demo::{Backstage, Demo};
use keys::Keys;
use screen::Screen;
use welcome::{Pass, Welcome};

/// Which build this is, for pages that outlive a deploy and for metrics.
const BUILD: &str = env!("CARGO_PKG_VERSION");

/// How long requests in flight may go on once the worker has drained. With its ten seconds, and
/// those in which mission control stops, it fits into the time that a process has for its end.
const HTTP_DRAIN: Duration = Duration::from_secs(5);

/// Takes the port that the settings name.
///
/// # Errors
/// [`ServerError::Port`].
pub async fn bind(settings: &Settings) -> Result<TcpListener, ServerError> {
    let address = settings.address();
    TcpListener::bind(address).await.map_err(|source| ServerError::Port { address, source })
}

/// Serves on `listener` until `shutdown` drains. `custody` says how the programs of missions are held,
/// which only the `main` of the process knows. `say` gets what to tell whoever started the server,
/// once it is ready.
///
/// # Errors
/// Why it could not start.
pub async fn run(
    settings: Settings,
    listener: TcpListener,
    custody: Custody,
    shutdown: Shutdown,
    say: impl FnOnce(&str),
) -> Result<(), ServerError> {
    let settings = demo::settle(settings);
    let mut folder = DataFolder::open(&settings.data_dir)?;
    let keys = Keys::find(&settings, &mut folder)?;
    let address = listener.local_addr().map_err(ServerError::Address)?;
    let custody = custody.named(keys.worker_id.expose());
    let metrics = Metrics::new(BUILD, SystemClock.now());
    let executors = Profiles::of(settings.profiles.as_deref(), &custody)?;
    let executors = MeasuredExecutor::all(executors, &metrics);
    let doors = reach::doors(&settings, address)?;
    custody.clear_away().await;
    let telemetry: Arc<dyn Telemetry> = Arc::new(metrics.clone());
    let stores = store::open(&settings, &folder, Arc::clone(&telemetry)).await?;
    let stores = MeasuredStore::around(stores, &metrics);
    let directory = Arc::clone(&stores.directory);
    let control = builder(stores, &settings).telemetry(telemetry).start().await?;

    let screen = Screen::new(&settings, &keys, directory);
    screen.prepare(&settings).await?;
    let crew = crew::start(&settings, address.port(), &control, &executors, &shutdown);
    let backstage =
        Backstage { control: &control, own: &executors, custody: &custody, metrics: &metrics };
    let demo = Demo::start(&settings, &backstage, &shutdown)?;
    let services = Services {
        control: control.clone(),
        signer: Signer::new(keys.secret_key.expose().as_bytes()),
        draining: shutdown.draining().clone(),
        build: BUILD,
        metrics: metrics.clone(),
        folder: settings.data_dir.clone(),
        directory: Arc::clone(&screen.directory),
        authenticator: Arc::clone(&screen.authenticator),
        passwords: Arc::clone(&screen.passwords),
        projects: Arc::clone(&screen.projects),
    };
    let code = screen.code().await?;
    let welcome =
        Welcome { address, pass: pass(&settings), code: code.as_ref().map(Secret::expose) };
    let dispatcher = screen.dispatcher(routes(&services), doors, settings.web_dir.clone())?;
    let (proxies, allowed) = (reach::proxies(&settings, address), reach::limits(&settings));
    let dispatcher = Arc::new(dispatcher.with_proxies(proxies).with_limits(allowed));
    let closing = CancellationToken::new();
    let limits = Limits { drain: HTTP_DRAIN, ..Limits::default() };
    tokio::spawn(metrics.clone().follow(control.clone(), closing.clone()));
    let answer = Arc::new(MeasuredAnswer::new(Arc::clone(&dispatcher), metrics));
    let http = tokio::spawn(serve(listener, answer, limits, closing.clone()));
    let watch = tokio::spawn(screen.watch(closing.clone()));
    say(&format!("{welcome}{}", demo.as_ref().map(Demo::welcome).unwrap_or_default()));

    shutdown.draining().cancelled().await;
    crew.drained().await;
    if let Some(demo) = demo {
        demo.drained().await;
    }
    closing.cancel();
    closed(http, &dispatcher, watch).await;
    control.stop().await;
    Ok(())
}

/// Waits until nobody is served any more.
async fn closed(http: JoinHandle<DrainReport>, dispatcher: &Dispatcher, watch: JoinHandle<()>) {
    match http.await {
        Ok(report) => info!(finished = report.finished, aborted = report.aborted, "HTTP is closed"),
        Err(error) => warn!(%error, "HTTP ended badly"),
    }
    let rest = async { tokio::join!(dispatcher.settled(), watch) };
    if timeout(HTTP_DRAIN, rest).await.is_err() {
        warn!("handlers were still at work when their time was over");
    }
}

/// What programs show to be let in.
fn pass(settings: &Settings) -> Pass {
    match settings.admin_token {
        _ if settings.no_auth => Pass::Nothing,
        Some(_) => Pass::Given,
        None => Pass::Made,
    }
}

/// The engine as the settings have it.
fn builder(stores: Stores, settings: &Settings) -> Builder {
    MissionControl::builder(stores)
        .ageing(settings.ageing.unwrap_or(Duration::ZERO))
        .keep(keep(settings))
        .tiers(tiers(settings))
}

fn keep(settings: &Settings) -> Keep {
    Keep {
        missions: settings.keep_missions,
        journal: settings.keep_journal,
        logs: settings.keep_logs,
        receipts: settings.keep_receipts,
        metrics: settings.keep_metrics,
    }
}

fn tiers(settings: &Settings) -> Thresholds {
    let share = |percent: u32| f64::from(percent) / 100.0;
    Thresholds {
        attempts: settings.tier_attempts.into(),
        elite: share(settings.tier_elite),
        probation: share(settings.tier_probation),
    }
}
