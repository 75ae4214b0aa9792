//! Who reaches the server, and by which way.

use std::net::IpAddr;
use std::num::NonZeroU32;

use super::{Refusal, host_name, list, whole};
use crate::settings::words::{HostName, Network, WebOrigin};

/// A million a minute is more than a server answers: whoever wants more wants no limit.
const MOST_A_MINUTE: u64 = 1_000_000;

pub(in crate::settings) fn host_names(text: &str) -> Result<Vec<HostName>, Refusal> {
    list(text, host_name)
}

pub(in crate::settings) fn origins(text: &str) -> Result<Vec<WebOrigin>, Refusal> {
    list(text, |item| {
        origin(item).ok_or_else(|| {
            let rule = "must be as browsers write it, such as https://tools.example.org or \
                        http://localhost:8080, without path or wildcard";
            Refusal(format!("has the origin {item:?}, which {rule}"))
        })
    })
}

pub(in crate::settings) fn networks(text: &str) -> Result<Vec<Network>, Refusal> {
    list(text, |item| {
        network(item).ok_or_else(|| {
            let rule = "must be an IP address such as 10.0.0.7, or a network such as 10.0.0.0/8 or \
                        fd00::/8, with nothing behind its prefix";
            Refusal(format!("has the proxy {item:?}, which {rule}"))
        })
    })
}

/// Requests a minute; 0 is no limit.
pub(in crate::settings) fn rate(text: &str) -> Result<Option<NonZeroU32>, Refusal> {
    let rate = whole(text, 0..=MOST_A_MINUTE)?;
    Ok(NonZeroU32::new(u32::try_from(rate).expect("the range ends far below 2³²")))
}

/// Scheme and host in lower case, and the port unless it is the scheme's own.
fn origin(item: &str) -> Option<WebOrigin> {
    let (scheme, rest) = item.split_once("://")?;
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    // The colons of an IPv6 address stand within brackets.
    let (host, port) = match rest.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let host = host_name(host).ok().filter(|_| bracketed || !host.contains(':'))?;
    match port.map(plain_port) {
        None => Some(WebOrigin::new(format!("{scheme}://{host}"))),
        Some(Some(port)) if port == usual => Some(WebOrigin::new(format!("{scheme}://{host}"))),
        Some(Some(port)) => Some(WebOrigin::new(format!("{scheme}://{host}:{port}"))),
        Some(None) => None,
    }
}

/// A port without sign or leading zeros, and not 0, which nobody listens on.
fn plain_port(text: &str) -> Option<u16> {
    let port: u16 = text.parse().ok()?;
    (port != 0 && text == port.to_string()).then_some(port)
}

fn network(item: &str) -> Option<Network> {
    let (address, prefix) = match item.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (item, None),
    };
    let address: IpAddr = address.parse().ok()?;
    if prefix.is_none() {
        let address = address.to_canonical();
        return (!address.is_unspecified()).then(|| Network::new(address, bits(address)));
    }
    // All addresses are nobody in particular: anybody could then claim to be anybody.
    let prefix: u8 = prefix?.parse().ok().filter(|prefix| (1..=bits(address)).contains(prefix))?;
    let behind = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96 << prefix,
        // Such an address is one of the fourth version in disguise, and so is its prefix.
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => return None,
        IpAddr::V6(address) => address.to_bits().checked_shl(prefix.into()).unwrap_or(0),
    };
    (behind == 0).then(|| Network::new(address, prefix))
}

const fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}
