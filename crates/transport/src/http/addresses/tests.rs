//! Who is believed, and how far.

use http::HeaderMap;

use super::*;

/// A proxy on this machine, and a network of them.
fn proxies() -> Proxies {
    let at = |text: &str| -> IpAddr { text.parse().unwrap() };
    Proxies::default()
        .with(at("127.0.0.1"), 32)
        .with(at("10.0.0.0"), 8)
        .with(at("2001:db8:1::"), 48)
}

fn source(peer: &str, headers: &[(&'static str, &str)]) -> Source {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    proxies().source(peer.parse().unwrap(), &map)
}

/// Headers as they come in, in order.
type Lines = &'static [(&'static str, &'static str)];

#[test]
fn the_client_is_the_rightmost_that_is_no_proxy_of_ours() {
    const XFF: &str = "x-forwarded-for";
    const FWD: &str = "forwarded";
    let table: [(&str, Lines, &str); 43] = [
        // Nobody between.
        ("203.0.113.9", &[], "203.0.113.9"),
        ("::ffff:203.0.113.9", &[], "203.0.113.9"),
        // Nobody whom we trust.
        ("203.0.113.9", &[(XFF, "198.51.100.1")], "203.0.113.9"),
        ("203.0.113.9", &[(FWD, "for=198.51.100.1")], "203.0.113.9"),
        // One proxy, and what its client wrote before it.
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &[(XFF, "198.51.100.1")], "198.51.100.1"),
        ("::ffff:10.0.0.1", &[(XFF, "198.51.100.1")], "198.51.100.1"),
        ("10.0.0.1", &[(XFF, "1.1.1.1, 198.51.100.1")], "198.51.100.1"),
        ("10.0.0.1", &[(XFF, "127.0.0.1,198.51.100.1")], "198.51.100.1"),
        // A chain, in one header and in two.
        ("10.0.0.1", &[(XFF, "1.1.1.1, 198.51.100.1, 10.0.0.3")], "198.51.100.1"),
        ("10.0.0.1", &[(XFF, "1.1.1.1, 198.51.100.1"), (XFF, "10.0.0.3")], "198.51.100.1"),
        ("10.0.0.1", &[(XFF, "198.51.100.1"), (XFF, "1.1.1.1")], "1.1.1.1"),
        ("10.0.0.1", &[(XFF, "10.0.0.7, 10.0.0.3")], "10.0.0.7"),
        // Garbage ends it at the last good one.
        ("10.0.0.1", &[(XFF, "")], "10.0.0.1"),
        ("10.0.0.1", &[(XFF, "unknown")], "10.0.0.1"),
        ("10.0.0.1", &[(XFF, "198.51.100.1, 300.1.1.1")], "10.0.0.1"),
        ("10.0.0.1", &[(XFF, "198.51.100.1, who?, 10.0.0.3")], "10.0.0.3"),
        ("10.0.0.1", &[(XFF, "198.51.100.1,,10.0.0.3")], "10.0.0.3"),
        ("10.0.0.1", &[(XFF, "198.51.100.1:99999")], "10.0.0.1"),
        ("10.0.0.1", &[(XFF, "evil.test")], "10.0.0.1"),
        // Ports, brackets, quotes.
        ("10.0.0.1", &[(XFF, "198.51.100.1:4711")], "198.51.100.1"),
        ("10.0.0.1", &[(XFF, "2001:db8::7")], "2001:db8::7"),
        ("10.0.0.1", &[(XFF, "[2001:db8::7]")], "2001:db8::7"),
        ("10.0.0.1", &[(XFF, "[2001:db8::7]:4711")], "2001:db8::7"),
        ("10.0.0.1", &[(XFF, "\"[2001:db8::7]:4711\"")], "2001:db8::7"),
        ("2001:db8:1::2", &[(XFF, "2001:db8:2::9, 2001:db8:1::3")], "2001:db8:2::9"),
        ("10.0.0.1", &[(XFF, "::ffff:198.51.100.1")], "198.51.100.1"),
        // The standard's header.
        ("10.0.0.1", &[(FWD, "for=198.51.100.1;proto=https;by=10.0.0.1")], "198.51.100.1"),
        ("10.0.0.1", &[(FWD, "By=x; FOR=\"[2001:db8::7]:4711\"")], "2001:db8::7"),
        ("10.0.0.1", &[(FWD, "for=1.1.1.1, for=198.51.100.1, for=10.0.0.3")], "198.51.100.1"),
        ("10.0.0.1", &[(FWD, "for=1.1.1.1;by=\"a,b;for=2.2.2.2\"")], "1.1.1.1"),
        ("10.0.0.1", &[(FWD, "for=198.51.100.1, for=_hidden, for=10.0.0.3")], "10.0.0.3"),
        ("10.0.0.1", &[(FWD, "for=1.1.1.1;for=198.51.100.1")], "10.0.0.1"),
        // Quotes that a client left open hide what the proxy wrote behind them.
        ("10.0.0.1", &[(FWD, "for=127.0.0.1;x=\", for=198.51.100.1")], "10.0.0.1"),
        ("10.0.0.1", &[(FWD, "for=127.0.0.1;x=\"\\, for=198.51.100.1")], "10.0.0.1"),
        ("10.0.0.1", &[(FWD, "for=127.0.0.1;x=\", for=\"[2001:db8::7]:1\"")], "10.0.0.1"),
        ("10.0.0.1", &[(FWD, "for=127.0.0.1;x=\""), (FWD, "for=198.51.100.1")], "198.51.100.1"),
        ("10.0.0.1", &[(FWD, "for=127.0.0.1;x=\""), (FWD, "for=10.0.0.3")], "10.0.0.3"),
        ("10.0.0.1", &[(XFF, "127.0.0.1, \"x, 198.51.100.1")], "198.51.100.1"),
        ("10.0.0.1", &[(XFF, "127.0.0.1\", \", 10.0.0.3")], "10.0.0.3"),
        // Both: the one that the client wrote is not told from the other.
        ("10.0.0.1", &[(FWD, "for=198.51.100.1"), (XFF, "198.51.100.1")], "198.51.100.1"),
        ("10.0.0.1", &[(FWD, "for=1.1.1.1"), (XFF, "198.51.100.1")], "10.0.0.1"),
        // Which says nothing of a chain.
        ("10.0.0.1", &[("x-real-ip", "198.51.100.1")], "10.0.0.1"),
    ];
    for (peer, headers, client) in table {
        let got = source(peer, headers).address();
        assert_eq!(got, client.parse::<IpAddr>().unwrap(), "{peer} {headers:?}");
    }
}

#[test]
fn a_neighbour_comes_straight_from_this_machine_or_a_proxy_of_ours_says_so() {
    let xff = |address: &'static str| [("x-forwarded-for", address)];
    let nobody = Proxies::default();
    let near = |peer: &str| nobody.source(peer.parse().unwrap(), &HeaderMap::new()).is_near();
    assert!(near("127.0.0.1") && near("::1") && near("::ffff:127.0.0.1"));
    assert!(!near("203.0.113.9"));
    let at = |own: &str, peer: &str| {
        Proxies::default().at(own.parse().unwrap()).source(peer.parse().unwrap(), &HeaderMap::new())
    };
    assert!(at("192.0.2.7", "192.0.2.7").is_near() && at("192.0.2.7", "127.0.0.1").is_near());
    assert!(!at("192.0.2.7", "192.0.2.8").is_near() && !at("0.0.0.0", "192.0.2.7").is_near());
    // Of the proxy on this machine everybody comes by way of loopback.
    assert!(!source("127.0.0.1", &[]).is_near());
    assert!(!source("127.0.0.1", &xff("198.51.100.1")).is_near());
    assert!(!source("127.0.0.1", &xff("garbage")).is_near());
    assert!(!source("127.0.0.1", &xff("127.0.0.1, 198.51.100.1")).is_near());
    assert!(source("127.0.0.1", &xff("127.0.0.1")).is_near());
    assert!(source("10.0.0.1", &xff("::1")).is_near());
    assert!(!source("203.0.113.9", &xff("127.0.0.1")).is_near());
    // A proxy that nobody told us of.
    assert!(source("::1", &[]).is_near());
    for header in ["x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-proto"] {
        assert!(!source("::1", &[(header, "127.0.0.1")]).is_near(), "{header}");
    }
}

#[test]
fn what_is_secure_a_proxy_of_ours_says() {
    const PROTO: &str = "x-forwarded-proto";
    let table: [(&str, Lines, bool); 13] = [
        ("10.0.0.1", &[], false),
        ("10.0.0.1", &[(PROTO, "https")], true),
        ("10.0.0.1", &[(PROTO, "HTTPS")], true),
        ("10.0.0.1", &[(PROTO, "http")], false),
        ("10.0.0.1", &[(PROTO, "http, https")], true),
        ("10.0.0.1", &[(PROTO, "https"), (PROTO, "http")], false),
        ("10.0.0.1", &[("forwarded", "for=1.1.1.1;proto=https")], true),
        ("10.0.0.1", &[("forwarded", "proto=https, for=1.1.1.1")], false),
        ("10.0.0.1", &[("forwarded", "proto=https"), (PROTO, "http")], false),
        ("10.0.0.1", &[("forwarded", "proto=https;x=\", for=1.1.1.1;proto=http")], false),
        ("10.0.0.1", &[("forwarded", "proto=https;x=\", for=1"), (PROTO, "https")], false),
        ("203.0.113.9", &[(PROTO, "https")], false),
        ("127.0.0.2", &[("forwarded", "proto=https")], false),
    ];
    for (peer, headers, secure) in table {
        assert_eq!(source(peer, headers).is_secure(), secure, "{peer} {headers:?}");
    }
}
