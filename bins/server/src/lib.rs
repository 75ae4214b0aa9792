//! The server: API, live streams, storage and a worker in one process.
//!
//! [`bind`] takes the port. [`run`] opens the data folder and the store, starts mission control,
//! a worker for each project and HTTP over them, says that it is ready, and serves until it is told
//! to drain; then everything ends in the order in which clients need it least.

mod crew;
mod demo;
mod error;
mod keys;
mod screen;
mod store;
mod welcome;

use std::sync::Arc;
use std::time::Duration;

use mission_control::kernel::{Clock as _, ProjectId, SystemClock};
use mission_control::{Keep, MissionControl, Telemetry};
use mission_control_executors::{Custody, Profiles};
use mission_control_runtime::{DataFolder, Settings, Shutdown};
use mission_control_transport::Signer;
use mission_control_transport::http::{Doors, Services, routes};
use mission_control_transport::metrics::{
    MeasuredAnswer, MeasuredExecutor, MeasuredStore, Metrics,
};
use mission_control_transport::server::{Limits, serve};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use demo::DemoError;
pub use error::ServerError;

use demo::{Backstage, Demo};
use keys::Keys;
use screen::Screen;
use welcome::Welcome;

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
    let doors = doors(&settings, address.port())?;
    custody.clear_away().await;
    let telemetry: Arc<dyn Telemetry> = Arc::new(metrics.clone());
    let stores = store::open(&settings, &folder, Arc::clone(&telemetry)).await?;
    let stores = MeasuredStore::around(stores, &metrics);
    let ageing = settings.ageing.unwrap_or(Duration::ZERO);
    let control = MissionControl::builder(stores)
        .ageing(ageing)
        .keep(keep(&settings))
        .telemetry(telemetry)
        .start()
        .await?;

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
    };
    let screen = Screen::new(&keys);
    let web_dir = settings.web_dir.clone();
    let projects = known_projects(&settings);
    let dispatcher = Arc::new(screen.dispatcher(routes(&services), doors, web_dir, projects)?);
    let closing = CancellationToken::new();
    let limits = Limits { drain: HTTP_DRAIN, ..Limits::default() };
    tokio::spawn(metrics.clone().follow(control.clone(), closing.clone()));
    let answer = Arc::new(MeasuredAnswer::new(Arc::clone(&dispatcher), metrics));
    let http = tokio::spawn(serve(listener, answer, limits, closing.clone()));
    let (admin_token, code) = (&*keys.admin_token_place, &*screen.code());
    let welcome = Welcome { address, admin_token, code };
    say(&format!("{welcome}{}", demo.as_ref().map(Demo::welcome).unwrap_or_default()));

    shutdown.draining().cancelled().await;
    crew.drained().await;
    if let Some(demo) = demo {
        demo.drained().await;
    }
    closing.cancel();
    match http.await {
        Ok(report) => info!(finished = report.finished, aborted = report.aborted, "HTTP is closed"),
        Err(error) => warn!(%error, "HTTP ended badly"),
    }
    if timeout(HTTP_DRAIN, dispatcher.settled()).await.is_err() {
        warn!("handlers were still at work when their time was over");
    }
    control.stop().await;
    Ok(())
}

/// The projects that exist: those of the settings, and the one that is there from the start.
fn known_projects(settings: &Settings) -> Vec<ProjectId> {
    let default = ProjectId::default_project();
    let others = settings.projects.iter().filter(|project| **project != default);
    [&default].into_iter().chain(others).cloned().collect()
}

fn keep(settings: &Settings) -> Keep {
    Keep {
        journal: settings.keep_journal,
        logs: settings.keep_logs,
        receipts: settings.keep_receipts,
        metrics: settings.keep_metrics,
    }
}

/// The names under which clients reach the server: directly, or through a proxy on the usual ports.
fn doors(settings: &Settings, port: u16) -> Result<Doors, ServerError> {
    let mut doors = Doors::loopback(port);
    for host in &settings.allowed_hosts {
        for origin in
            [format!("http://{host}:{port}"), format!("http://{host}"), format!("https://{host}")]
        {
            doors = doors
                .with(&origin)
                .map_err(|reason| ServerError::Host { host: host.to_string(), reason })?;
        }
    }
    Ok(doors)
}
