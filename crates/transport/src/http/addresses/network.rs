//! Networks: addresses that begin alike.

use std::net::IpAddr;

/// All addresses that begin with the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// Those that begin with the first `prefix` bits of `first`; beyond the length of an address
    /// that is the address alone.
    pub(super) fn new(first: IpAddr, prefix: u8) -> Self {
        Self { first: first.to_canonical(), prefix }
    }

    /// Whether the address is in it.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let rest = 32_u32.saturating_sub(self.prefix.into());
                (u64::from(first.to_bits() ^ address.to_bits()) >> rest) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let rest = 128_u32.saturating_sub(self.prefix.into());
                let differs = first.to_bits() ^ address.to_bits();
                differs.checked_shr(rest).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_begins_like_it() {
        let table = [
            ("10.0.0.0", 8, "10.255.0.1", true),
            ("10.0.0.0", 8, "11.0.0.1", false),
            ("10.0.0.0", 8, "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.1", 32, "10.0.0.1", true),
            ("192.0.2.7", 32, "192.0.2.7", true),
            ("192.0.2.7", 32, "192.0.2.6", false),
            ("192.0.2.6", 31, "192.0.2.7", true),
            ("1.2.3.4", 0, "200.1.1.1", true),
            ("2001:db8::", 32, "2001:db8:ffff::1", true),
            ("2001:db8::", 32, "2001:db9::1", false),
            ("::1", 128, "::1", true),
            ("::1", 128, "::2", false),
            ("::", 0, "2001:db8::1", true),
            ("::", 0, "10.0.0.1", false),
            ("10.0.0.0", 8, "a00::1", false),
        ];
        for (first, prefix, address, held) in table {
            let network = Network::new(first.parse().unwrap(), prefix);
            let got = network.contains(address.parse().unwrap());
            assert_eq!(got, held, "{first}/{prefix} {address}");
        }
    }
}
