use crate::Start;

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    for origin in [
        "*",
        "null",
        "https://*",
        "https://*.tools.test",
        "tools.test",
        "//tools.test",
        "https://",
        "https://tools.test/",
        "https://tools.test/path",
        "https://tools.test?x",
        "https://me@tools.test",
        "https://tools.test:",
        "https://tools.test:0",
        "https://tools.test:080",
        "https://tools.test:99999",
        "https://tools.test.",
        "https://::1",
        "https://[::1",
        "https://0.0.0.0",
        "https://töols.test",
        "HTTPS://tools.test",
        "ftp://tools.test",
        "file://tools.test",
    ] {
        let start = Start::new().variable("MISSION_CONTROL_ALLOWED_ORIGINS", origin);
        let sentence = start.sentence();
        let refused = format!("has the origin {origin:?}, which must be as browsers write it");
        assert!(sentence.contains(&refused), "{sentence}");
    }
}

#[test]
fn a_trusted_proxy_is_an_address_or_a_network_and_never_everybody() {
    for network in [
        "*",
        "proxy.test",
        "10.0.0",
        "10.0.0.0/0",
        "::/0",
        "0.0.0.0",
        "::",
        "10.0.0.0/33",
        "fd00::/129",
        "10.0.0.1/8",
        "fd00::1/8",
        "::ffff:10.0.0.0/104",
        "10.0.0.0/",
        "10.0.0.0/-8",
        "10.0.0.0/8/8",
        "10.0.0.1:80",
        "[::1]",
    ] {
        let start = Start::new().variable("MISSION_CONTROL_TRUSTED_PROXIES", network);
        let sentence = start.sentence();
        let refused = format!("has the proxy {network:?}, which must be an IP address");
        assert!(sentence.contains(&refused), "{sentence}");
    }
}

#[test]
fn who_reaches_a_server_is_none_of_a_workers_business() {
    let help = Start::of(mission_control_runtime::Program::Worker).flags(&["--help"]).text();
    for flag in ["--allowed-origins", "--trusted-proxies", "--anonymous-rate", "--principal-rate"] {
        assert!(!help.contains(flag), "{flag}: {help}");
    }
}
