//! What a server tells whoever started it.

use std::fmt;
use std::net::SocketAddr;

/// The first lines on standard output: where the server is, how to open its page, and a first
/// mission to copy.
pub(crate) struct Welcome<'a> {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What a program shows to be let in.
    pub(crate) pass: Pass,
    /// Opens the page as its first administrator; `None` where there is one. It stands behind the
    /// `#` of a link, where browsers keep it to themselves.
    pub(crate) code: Option<&'a str>,
}

/// What a program shows to be let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pass {
    /// Nothing: nobody is asked.
    Nothing,
    /// The administrator's token of the settings.
    Given,
    /// A token that somebody makes on the page.
    Made,
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.base_url();
        writeln!(f, "Mission Control is ready: {url}")?;
        writeln!(f)?;
        match (self.pass, self.code) {
            (Pass::Nothing, _) => writeln!(
                f,
                "Started with --no-auth: anyone who can reach this address can do anything. Open \
                 the page:\n  {url}/"
            )?,
            (_, Some(code)) => writeln!(
                f,
                "Open the page as its first administrator (once, within 15 minutes, {}):\n  \
                 {url}/enter#{code}",
                self.on_which_machine()
            )?,
            (_, None) => writeln!(f, "Open the page and sign in:\n  {url}/")?,
        }
        let bearer = match self.pass {
            Pass::Nothing => "",
            Pass::Given => " -H \"Authorization: Bearer $MISSION_CONTROL_ADMIN_TOKEN\"",
            Pass::Made => " -H \"Authorization: Bearer $TOKEN\"",
        };
        if self.pass == Pass::Made {
            writeln!(f, "Make a token there, under Account, for what follows:\n  TOKEN=mc_…")?;
        }
        writeln!(f, "Submit a mission:")?;
        writeln!(
            f,
            "  curl -X POST {url}/api/missions{bearer} -H 'Content-Type: application/json' \
             -d '{{\"title\": \"Document Processing\", \
             \"description\": \"Process uploaded documents\", \"priority\": \"high\"}}'"
        )?;
        writeln!(f, "See your missions:")?;
        writeln!(f, "  curl {url}/api/missions{bearer}")
    }
}

impl Welcome<'_> {
    /// An address that a client on this machine reaches.
    fn base_url(&self) -> String {
        let mut address = SocketAddr::new(self.address.ip().to_canonical(), self.address.port());
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }

    /// From where a setup link counts.
    fn on_which_machine(&self) -> &'static str {
        let ip = self.address.ip().to_canonical();
        if ip.is_loopback() || ip.is_unspecified() {
            "on this machine"
        } else {
            "on this machine, at the address that it listens on"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn welcome(address: &str, pass: Pass, code: Option<&str>) -> String {
        Welcome { address: address.parse().unwrap(), pass, code }.to_string()
    }

    #[test]
    fn the_first_line_tells_a_url_that_works_from_here() {
        for (address, url) in [
            ("127.0.0.1:5002", "http://127.0.0.1:5002"),
            ("[::1]:5002", "http://[::1]:5002"),
            ("0.0.0.0:5002", "http://127.0.0.1:5002"),
            ("[::]:5002", "http://127.0.0.1:5002"),
            ("192.0.2.7:5002", "http://192.0.2.7:5002"),
            ("[2001:db8::7]:5002", "http://[2001:db8::7]:5002"),
        ] {
            let text = welcome(address, Pass::Made, Some("c0de"));
            let first = text.lines().next().unwrap();
            assert_eq!(first, format!("Mission Control is ready: {url}"));
            assert!(text.contains(&format!("\n  {url}/enter#c0de\n")), "{text}");
        }
    }

    #[test]
    fn it_tells_what_a_program_has_to_show() {
        for (pass, shows, never) in [
            (Pass::Made, "Bearer $TOKEN\"", "ADMIN_TOKEN"),
            (Pass::Given, "Bearer $MISSION_CONTROL_ADMIN_TOKEN\"", "$TOKEN"),
            (Pass::Nothing, "can do anything", "Bearer"),
        ] {
            let text = welcome("127.0.0.1:5002", pass, None);
            assert!(text.contains(shows) && !text.contains(never), "{text}");
            assert!(!text.contains("/enter#"), "{text}");
        }
    }
}
