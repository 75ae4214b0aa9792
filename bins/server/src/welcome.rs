//! What a server tells whoever started it.

use std::fmt;
use std::net::SocketAddr;

/// The first lines on standard output: where the server is, how to open its page, and a first
/// mission to copy.
pub(crate) struct Welcome<'a> {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where the administrator finds the token, as a shell takes it.
    pub(crate) admin_token: &'a str,
    /// Opens the page signed in. It stands behind the `#` of a link, where browsers keep it to
    /// themselves.
    pub(crate) code: &'a str,
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (url, token) = (self.base_url(), self.admin_token);
        writeln!(f, "Mission Control is ready: {url}")?;
        writeln!(f)?;
        writeln!(f, "Open the page, signed in (once, within 15 minutes):")?;
        writeln!(f, "  {url}/enter#{}", self.code)?;
        writeln!(f, "Submit a mission:")?;
        writeln!(
            f,
            "  curl -X POST {url}/api/missions -H \"Authorization: Bearer {token}\" \
             -H 'Content-Type: application/json' -d '{{\"title\": \"Document Processing\", \
             \"description\": \"Process uploaded documents\", \"priority\": \"high\"}}'"
        )?;
        writeln!(f, "See your missions:")?;
        writeln!(f, "  curl {url}/api/missions -H \"Authorization: Bearer {token}\"")
    }
}

impl Welcome<'_> {
    /// An address that a client on this machine reaches and the server answers to.
    fn base_url(&self) -> String {
        let mut address = self.address;
        if !address.ip().to_canonical().is_loopback() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_a_url_that_works_from_here() {
        for (address, url) in [
            ("127.0.0.1:5002", "http://127.0.0.1:5002"),
            ("[::1]:5002", "http://[::1]:5002"),
            ("0.0.0.0:5002", "http://127.0.0.1:5002"),
            ("[::]:5002", "http://127.0.0.1:5002"),
        ] {
            let address = address.parse().unwrap();
            let admin_token = "$(cat data/admin-token)";
            let text = Welcome { address, admin_token, code: "c0de" }.to_string();
            let first = text.lines().next().unwrap();
            assert_eq!(first, format!("Mission Control is ready: {url}"));
            assert!(text.contains("Bearer $(cat data/admin-token)\""), "{text}");
            assert!(text.contains(&format!("\n  {url}/enter#c0de\n")), "{text}");
        }
    }
}
