//! Where a request comes from, behind proxies that are trusted to say so.
//!
//! A header can be written by anybody. What a proxy adds stands at the end of it, so that it is read
//! from there, and only as far back as each address that is met is one of ours.

mod forwarded;
mod network;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use http::HeaderMap;

use forwarded::Said;
use network::Network;

/// The networks whose word is taken for where a request comes from; none by default.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    networks: Vec<Network>,
    own: Option<IpAddr>,
}

/// Where a request comes from, as far as somebody who is trusted says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Source {
    address: IpAddr,
    secure: bool,
    near: bool,
}

impl Proxies {
    /// The same with one more network: all addresses that begin with the `prefix` first bits of
    /// `address`.
    #[must_use]
    pub fn with(mut self, address: IpAddr, prefix: u8) -> Self {
        self.networks.push(Network::new(address, prefix));
        self
    }

    /// The same on a machine that is reached at this address: whoever comes from it is a neighbour.
    #[must_use]
    pub fn at(mut self, own: IpAddr) -> Self {
        self.own = Some(own.to_canonical());
        self
    }

    /// Where a request of `peer`, the other end of the socket, comes from: the right-most address
    /// that is not a proxy of ours. What is no address ends the search at the last one before it.
    ///
    /// A proxy writes one of the two headers and hands on whatever a client wrote into the other, so
    /// that neither is believed where they contradict each other.
    pub(super) fn source(&self, peer: IpAddr, headers: &HeaderMap) -> Source {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            // Whoever comes by way of a proxy that nobody told us of is not taken for a neighbour.
            let here = peer.is_loopback() || self.own == Some(peer);
            let near = here && !forwarded::is_forwarded(headers);
            return Source { address: peer, secure: false, near };
        }
        let said = match (Said::forwarded(headers), Said::x_forwarded_for(headers)) {
            (said, None) | (None, said) => said.and_then(|said| self.rightmost(&said)),
            (Some(one), Some(other)) => {
                self.rightmost(&one).filter(|found| self.rightmost(&other) == Some(*found))
            }
        };
        Source {
            address: said.unwrap_or(peer),
            secure: forwarded::is_secure(headers),
            near: said.is_some_and(|address| address.is_loopback()),
        }
    }

    /// The right-most address that is no proxy of ours, else the last that was met; `None` when
    /// not even the first is an address.
    fn rightmost(&self, said: &Said) -> Option<IpAddr> {
        let mut last = None;
        for address in said.right_most_first() {
            last = Some(address);
            if !self.trusts(address) {
                break;
            }
        }
        last
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }
}

impl Source {
    /// The address of the client.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether a proxy of ours says that it was reached through TLS.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether it comes from this very machine: straight from it, or so a proxy of ours says.
    #[must_use]
    pub const fn is_near(&self) -> bool {
        self.near
    }
}
