//! Who reaches the server: by which names, through which proxies, and how often.

use std::net::SocketAddr;

use mission_control_runtime::Settings;
use mission_control_transport::http::{Doors, Proxies, RateLimits};
use tokio::time::Instant;

use crate::ServerError;

/// The names under which clients reach the server, directly or through a proxy on the usual ports,
/// and the origins of others whose pages may use it. The address it is bound to is one of them: no
/// other site can give itself an address for a name.
pub(crate) fn doors(settings: &Settings, address: SocketAddr) -> Result<Doors, ServerError> {
    let port = address.port();
    let refused = |name: &str| {
        let name = name.to_owned();
        |reason| ServerError::Host { host: name, reason }
    };
    let mut doors = Doors::loopback(port);
    if !address.ip().to_canonical().is_unspecified() {
        let own = format!("http://{}", SocketAddr::new(address.ip().to_canonical(), port));
        doors = doors.with(&own).map_err(refused(&own))?;
    }
    for host in &settings.allowed_hosts {
        for origin in
            [format!("http://{host}:{port}"), format!("http://{host}"), format!("https://{host}")]
        {
            doors = doors.with(&origin).map_err(refused(host.as_str()))?;
        }
    }
    for origin in &settings.allowed_origins {
        doors = doors.allowing(origin.as_str()).map_err(refused(origin.as_str()))?;
    }
    Ok(doors)
}

/// The proxies whose word is taken for where a request comes from.
pub(crate) fn proxies(settings: &Settings, address: SocketAddr) -> Proxies {
    let networks = settings.trusted_proxies.iter();
    networks.fold(Proxies::default().at(address.ip()), |proxies, network| {
        proxies.with(network.address, network.prefix)
    })
}

/// How many requests are let in.
pub(crate) fn limits(settings: &Settings) -> RateLimits {
    RateLimits::new(settings.anonymous_rate, settings.principal_rate, Instant::now())
}
