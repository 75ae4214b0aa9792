//! The server: API, live streams, storage and a worker in one process.
//!
//! [`bind`] takes the port. [`run`] opens the data folder and the store, starts mission control,
//! a worker for each project and HTTP over them, says that it is ready, and serves until it is told
//! to drain; then everything ends in the order in which clients need it least.

mod crew;
mod error;
mod keys;
mod store;
mod welcome;

use std::sync::Arc;
use std::time::Duration;

use mission_control::MissionControl;
use mission_control::kernel::{SystemClock, SystemIds};
use mission_control_runtime::{DataFolder, Settings, Shutdown};
use mission_control_transport::Signer;
use mission_control_transport::auth::{FixedAdmin, digest};
use mission_control_transport::http::{Dispatcher, Doors, RouteTable, Services, routes};
use mission_control_transport::server::{Limits, serve};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use error::ServerError;

use crew::Crew;
use keys::Keys;
use welcome::Welcome;

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

/// Serves on `listener` until `shutdown` drains. `say` gets what to tell whoever started the
/// server, once it is ready.
///
/// # Errors
/// Why it could not start.
pub async fn run(
    settings: Settings,
    listener: TcpListener,
    shutdown: Shutdown,
    say: impl FnOnce(&str),
) -> Result<(), ServerError> {
    let mut folder = DataFolder::open(&settings.data_dir)?;
    let keys = Keys::find(&settings, &mut folder)?;
    let address = listener.local_addr().map_err(ServerError::Address)?;
    let executors = crew::executors(&settings)?;
    let doors = doors(&settings, address.port())?;
    let stores = store::open(&settings, &folder).await?;
    let ageing = settings.ageing.unwrap_or(Duration::ZERO);
    let control = MissionControl::builder(stores).ageing(ageing).start().await?;

    let crew = Crew::start(&settings, address.port(), &control, &executors, &shutdown);
    let services = Services {
        control: control.clone(),
        signer: Signer::new(keys.secret_key.expose().as_bytes()),
        draining: shutdown.draining().clone(),
        build: env!("CARGO_PKG_VERSION"),
    };
    let dispatcher = Arc::new(dispatcher(&services, doors, &keys)?);
    let closing = CancellationToken::new();
    let limits = Limits { drain: HTTP_DRAIN, ..Limits::default() };
    let http = tokio::spawn(serve(listener, Arc::clone(&dispatcher), limits, closing.clone()));
    say(&Welcome { address, admin_token: &keys.admin_token_place }.to_string());

    shutdown.draining().cancelled().await;
    crew.drained().await;
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

fn dispatcher(services: &Services, doors: Doors, keys: &Keys) -> Result<Dispatcher, ServerError> {
    let table = RouteTable::new(routes(services))?;
    let identities = Arc::new(FixedAdmin::new(digest(keys.admin_token.expose())));
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds::default()));
    Ok(Dispatcher::new(table, doors, identities, clock, ids))
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
