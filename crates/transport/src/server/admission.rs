//! How many connections there may be, and how many from one place.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hands out places. One is taken before anything is read and given back when the stream is
/// dropped, which for an upgraded connection is long after HTTP is done with it.
pub(super) struct Admission {
    total: Arc<Semaphore>,
    places: Arc<Places>,
    per_address: usize,
}

/// One connection's place.
pub(super) struct Permit {
    _slot: OwnedSemaphorePermit,
    places: Arc<Places>,
    address: IpAddr,
}

type Places = Mutex<HashMap<IpAddr, usize>>;

impl Admission {
    pub(super) fn new(total: usize, per_address: usize) -> Self {
        Self {
            total: Arc::new(Semaphore::new(total.min(Semaphore::MAX_PERMITS))),
            places: Arc::default(),
            per_address,
        }
    }

    /// Waits until one more connection may be accepted.
    pub(super) async fn slot(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.total).acquire_owned().await.expect("the semaphore is never closed")
    }

    /// Turns a slot into the place of a connection from `address`; `None` when that address has
    /// all it may have.
    pub(super) fn admit(&self, slot: OwnedSemaphorePermit, address: IpAddr) -> Option<Permit> {
        let address = counted_as(address);
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = places.entry(address).or_default();
        if *taken >= self.per_address {
            return None;
        }
        *taken += 1;
        Some(Permit { _slot: slot, places: Arc::clone(&self.places), address })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = places.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                places.remove(&self.address);
            }
        }
    }
}

/// One customer's IPv6 network is a /64 at least: counting single addresses would count nothing.
pub(crate) fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_gets_its_share_and_gets_it_back() {
        let admission = Admission::new(10, 2);
        let here: IpAddr = "2001:db8::1".parse().unwrap();
        let next_door: IpAddr = "2001:db8::2".parse().unwrap();
        let elsewhere: IpAddr = "2001:db8:0:1::1".parse().unwrap();

        let first = admission.admit(admission.slot().await, here).unwrap();
        let _second = admission.admit(admission.slot().await, next_door).unwrap();
        assert!(admission.admit(admission.slot().await, here).is_none());
        let other = admission.admit(admission.slot().await, elsewhere);
        assert!(other.is_some());
        drop(first);
        assert!(admission.admit(admission.slot().await, here).is_some());

        drop(other);
        let places = admission.places.lock().unwrap();
        assert_eq!(places.len(), 1, "what nobody uses is not remembered: {places:?}");
    }

    #[test]
    fn an_ipv4_address_counts_the_same_through_a_dual_stack_socket() {
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(counted_as(mapped), "10.0.0.1".parse::<IpAddr>().unwrap());
    }
}
