//! Which names this service answers to, and which pages may make it act.

use http::header::{HOST, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use mission_control_kernel::Invalid;

use super::Problem;
use crate::auth::Credential;

const INVALID: Invalid = Invalid::new(
    "invalid_origin",
    "must be http or https, ://, a host name and, unless it is the usual one, a port",
);
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The exact list of origins under which this service is reached, and of others whose pages may use
/// it with a token. Binding to a wildcard address adds none: a name that is not here is some other
/// site's, resolved to us.
#[derive(Clone, Debug)]
pub struct Doors {
    own: Vec<Door>,
    guests: Vec<HeaderValue>,
}

#[derive(Clone, Debug)]
struct Door {
    /// As browsers write it: scheme and authority, without the scheme's own port.
    origin: String,
    scheme_length: usize,
    port: &'static str,
}

impl Doors {
    /// The names of this machine for itself, with the port that was bound.
    #[must_use]
    pub fn loopback(port: u16) -> Self {
        let door = |name| Door::new("http", name, &port.to_string());
        let own = ["localhost", "127.0.0.1", "[::1]"].map(door).into();
        Self { own, guests: Vec::new() }
    }

    /// One more name: an origin like `https://missions.example.com` or `http://box.lan:5002`.
    ///
    /// # Errors
    /// `invalid_origin`.
    pub fn with(mut self, origin: &str) -> Result<Self, Invalid> {
        self.own.push(Door::parse(origin)?);
        Ok(self)
    }

    /// One more origin whose pages may send tokens and read the answers, exactly as browsers write
    /// it.
    ///
    /// # Errors
    /// `invalid_origin`.
    pub fn allowing(mut self, origin: &str) -> Result<Self, Invalid> {
        let door = Door::parse(origin)?;
        self.guests.push(HeaderValue::try_from(door.origin).map_err(|_| INVALID)?);
        Ok(self)
    }

    /// Whether pages of any other origin may.
    pub(super) fn has_guests(&self) -> bool {
        !self.guests.is_empty()
    }

    /// The origin of the page that asks, if it is one of those that may.
    pub(super) fn guest(&self, headers: &HeaderMap) -> Option<&HeaderValue> {
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = origins.next().filter(|_| origins.next().is_none())?;
        self.guests.iter().find(|guest| *guest == origin)
    }

    /// Refuses what a page of another origin sent to `host`.
    ///
    /// A token is what no page of another origin can add without asking first; a session comes along
    /// whoever asks, so that what acts on one has to say where it comes from.
    ///
    /// # Errors
    /// 403 `cross_origin`.
    pub(super) fn check(
        &self,
        head: &Parts,
        host: &str,
        credential: Option<&Credential>,
    ) -> Result<(), Problem> {
        let (bearer, silent) = match credential {
            Some(Credential::Bearer(_)) => (true, false),
            Some(Credential::Session(_)) => (false, says_no_origin(head)),
            None => (false, false),
        };
        // Opening a socket is a GET that browsers let any page make, cookies included.
        let opens = head.headers.contains_key(UPGRADE);
        let harmless = (head.method == Method::GET || head.method == Method::HEAD) && !opens;
        // Of a socket even a program that has a token says no origin that is neither ours nor may.
        let invited = bearer && (!opens || self.guest(&head.headers).is_some());
        if harmless || invited || (!silent && self.same_origin(head, host)) {
            return Ok(());
        }
        let detail = "a page of another origin may not do this: send a token";
        Err(Problem::forbidden("cross_origin", detail))
    }

    /// The host that the request names, in its target, its `Host` header, or both alike; refuses what
    /// was meant for another name.
    ///
    /// # Errors
    /// 400 `duplicate_host`, 421 `wrong_host`.
    pub(super) fn host<'a>(&self, head: &'a Parts) -> Result<&'a str, Problem> {
        let mut headers = head.headers.get_all(HOST).iter();
        let header = headers.next();
        if headers.next().is_some() {
            let detail = "the request has two Host headers";
            return Err(Problem::new(StatusCode::BAD_REQUEST, "duplicate_host", detail));
        }
        let target = head.uri.authority().map(http::uri::Authority::as_str);
        let header = match header {
            Some(value) => Some(value.to_str().map_err(|_| Problem::wrong_host())?),
            None => None,
        };
        let host = target.or(header).ok_or_else(Problem::wrong_host)?;
        let agree = header.is_none_or(|header| header.eq_ignore_ascii_case(host));
        if agree && self.own.iter().any(|door| door.has_host(host)) {
            Ok(host)
        } else {
            Err(Problem::wrong_host())
        }
    }

    /// Browsers of today say where a request comes from in `Sec-Fetch-Site`, all of them say it in
    /// `Origin`; programs say neither, and carry no cookies that another page could ride on.
    fn same_origin(&self, head: &Parts, host: &str) -> bool {
        let mut sites = head.headers.get_all(SEC_FETCH_SITE).iter();
        if !sites.all(|site| site == "same-origin" || site == "none") {
            return false;
        }
        let mut origins = head.headers.get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else { return true };
        let of_host = |door: &&Door| door.has_host(host);
        origins.next().is_none()
            && self
                .own
                .iter()
                .filter(of_host)
                .any(|door| origin.as_bytes() == door.origin.as_bytes())
    }
}

impl Door {
    fn parse(origin: &str) -> Result<Self, Invalid> {
        let (scheme, authority) = origin.split_once("://").ok_or(INVALID)?;
        let parsed: http::uri::Authority = authority.parse().map_err(|_| INVALID)?;
        let known = scheme == "http" || scheme == "https";
        if !known || parsed.host().is_empty() || authority.contains(['@', '*']) {
            return Err(INVALID);
        }
        let port = match (parsed.port(), authority.strip_prefix(parsed.host())) {
            (Some(port), _) => port.as_str().to_owned(),
            (None, Some("")) => default_port(scheme).to_owned(),
            (None, _) => return Err(INVALID),
        };
        Ok(Self::new(scheme, &parsed.host().to_ascii_lowercase(), &port))
    }

    fn new(scheme: &str, host: &str, port: &str) -> Self {
        let usual = default_port(scheme);
        let origin = if port == usual {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        };
        Self { origin, scheme_length: scheme.len() + "://".len(), port: usual }
    }

    fn has_host(&self, host: &str) -> bool {
        let own = &self.origin[self.scheme_length..];
        let explicit = || host.strip_suffix(self.port).and_then(|host| host.strip_suffix(':'));
        own.eq_ignore_ascii_case(host)
            || explicit().is_some_and(|host| own.eq_ignore_ascii_case(host))
    }
}

fn says_no_origin(head: &Parts) -> bool {
    !head.headers.contains_key(ORIGIN) && !head.headers.contains_key(SEC_FETCH_SITE)
}

fn default_port(scheme: &str) -> &'static str {
    if scheme == "https" { "443" } else { "80" }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use mission_control_identity::SecretDigest;

    use super::*;
    use crate::auth::Bearer;

    fn doors() -> Doors {
        let doors = Doors::loopback(5002).with("https://mc.example").unwrap();
        let doors = doors.with("http://box.lan:8080").unwrap();
        doors.allowing("https://Tools.test:443").unwrap().allowing("http://lab.test:81").unwrap()
    }

    fn verdict(method: &str, target: &str, headers: &[(&str, &str)], bearer: bool) -> u16 {
        let token = Credential::Bearer(Bearer::of("token"));
        verdict_of(method, target, headers, bearer.then_some(token))
    }

    fn verdict_of(
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        credential: Option<Credential>,
    ) -> u16 {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let doors = doors();
        doors
            .host(&head)
            .and_then(|host| doors.check(&head, host, credential.as_ref()))
            .map_or_else(|problem| problem.status().as_u16(), |()| 200)
    }

    #[test]
    fn only_exact_names_are_answered() {
        let table = [
            ("localhost:5002", 200),
            ("LOCALHOST:5002", 200),
            ("127.0.0.1:5002", 200),
            ("[::1]:5002", 200),
            ("mc.example", 200),
            ("mc.example:443", 200),
            ("box.lan:8080", 200),
            ("localhost", 421),
            ("localhost:5003", 421),
            ("localhost.:5002", 421),
            ("127.0.0.2:5002", 421),
            ("127.1:5002", 421),
            ("0.0.0.0:5002", 421),
            ("[::]:5002", 421),
            ("mc.example:80", 421),
            ("mc.example.", 421),
            ("mc.example.evil.test", 421),
            ("box.lan", 421),
            ("user@localhost:5002", 421),
            ("evil.test", 421),
            ("", 421),
        ];
        for (host, status) in table {
            assert_eq!(verdict("GET", "/", &[("host", host)], false), status, "{host:?}");
            assert_eq!(verdict("POST", "/", &[("host", host)], true), status, "{host:?}");
        }
        assert_eq!(verdict("GET", "/", &[], false), 421);
        let two = [("host", "localhost:5002"), ("host", "localhost:5002")];
        assert_eq!(verdict("GET", "/", &two, false), 400);
    }

    #[test]
    fn a_host_in_the_target_counts_and_the_header_may_not_contradict_it() {
        let ours = "http://localhost:5002/";
        assert_eq!(verdict("GET", ours, &[], false), 200);
        assert_eq!(verdict("GET", ours, &[("host", "localhost:5002")], false), 200);
        assert_eq!(verdict("GET", ours, &[("host", "127.0.0.1:5002")], false), 421);
        assert_eq!(verdict("GET", "http://evil.test/", &[("host", "localhost:5002")], false), 421);
    }

    #[test]
    fn what_acts_comes_from_our_own_pages_or_brings_a_token() {
        let table: [(&[(&str, &str)], u16); 12] = [
            (&[], 200),
            (&[("origin", "https://mc.example")], 200),
            (&[("origin", "https://mc.example"), ("sec-fetch-site", "same-origin")], 200),
            (&[("sec-fetch-site", "none")], 200),
            (&[("sec-fetch-site", "same-site")], 403),
            (&[("sec-fetch-site", "cross-site")], 403),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://mc.example")], 403),
            (&[("origin", "http://mc.example")], 403),
            (&[("origin", "https://mc.example:8443")], 403),
            (&[("origin", "http://localhost:5002")], 403),
            (&[("origin", "null")], 403),
            (&[("origin", "https://mc.example"), ("origin", "https://mc.example")], 403),
        ];
        for (headers, status) in table {
            let with_host = [&[("host", "mc.example")], headers].concat();
            for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO"] {
                assert_eq!(verdict(method, "/", &with_host, false), status, "{method} {headers:?}");
                assert_eq!(verdict(method, "/", &with_host, true), 200, "{method} {headers:?}");
            }
            assert_eq!(verdict("GET", "/", &with_host, false), 200, "{headers:?}");
            let socket = [with_host.as_slice(), &[("upgrade", "websocket")]].concat();
            assert_eq!(verdict("GET", "/", &socket, false), status, "{headers:?}");
            assert_eq!(verdict("GET", "/", &socket, true), status, "{headers:?}");
        }
    }

    #[test]
    fn what_acts_on_a_session_says_where_it_comes_from() {
        let table: [(&[(&str, &str)], u16); 5] = [
            (&[], 403),
            (&[("origin", "https://mc.example")], 200),
            (&[("sec-fetch-site", "same-origin")], 200),
            (&[("origin", "https://evil.test")], 403),
            (&[("sec-fetch-site", "same-site")], 403),
        ];
        for (headers, status) in table {
            let with_host = [&[("host", "mc.example")], headers].concat();
            let session = || Some(Credential::Session(SecretDigest::new([0; 32])));
            assert_eq!(verdict_of("POST", "/", &with_host, session()), status, "{headers:?}");
            assert_eq!(verdict_of("GET", "/", &with_host, session()), 200, "{headers:?}");
            let socket = [with_host.as_slice(), &[("upgrade", "websocket")]].concat();
            assert_eq!(verdict_of("GET", "/", &socket, session()), status, "{headers:?}");
        }
    }

    #[test]
    fn an_allowed_origin_is_known_by_its_exact_name() {
        let table: [(&[&str], Option<&str>); 13] = [
            (&["https://tools.test"], Some("https://tools.test")),
            (&["http://lab.test:81"], Some("http://lab.test:81")),
            (&[], None),
            (&["https://Tools.test"], None),
            (&["https://tools.test:443"], None),
            (&["https://tools.test/"], None),
            (&["http://tools.test"], None),
            (&["https://tools.test.evil.test"], None),
            (&["https://evil-tools.test"], None),
            (&["http://lab.test"], None),
            (&["null"], None),
            (&["*"], None),
            (&["https://tools.test", "https://tools.test"], None),
        ];
        for (origins, guest) in table {
            let mut headers = HeaderMap::new();
            for origin in origins {
                headers.append(ORIGIN, origin.parse().unwrap());
            }
            let doors = doors();
            let got = doors.guest(&headers).map(|guest| guest.to_str().unwrap());
            assert_eq!(got, guest, "{origins:?}");
        }
    }

    #[test]
    fn a_page_of_an_allowed_origin_acts_with_a_token_alone() {
        let origin = [
            ("host", "mc.example"),
            ("origin", "https://tools.test"),
            ("sec-fetch-site", "cross-site"),
        ];
        let socket = [origin.as_slice(), &[("upgrade", "websocket")]].concat();
        let session = || Some(Credential::Session(SecretDigest::new([0; 32])));
        assert_eq!(verdict("POST", "/", &origin, true), 200);
        assert_eq!(verdict("GET", "/", &socket, true), 200);
        assert_eq!(verdict("GET", "/", &origin, false), 200);
        assert_eq!(verdict("POST", "/", &origin, false), 403);
        assert_eq!(verdict("GET", "/", &socket, false), 403);
        assert_eq!(verdict_of("POST", "/", &origin, session()), 403);
        assert_eq!(verdict_of("GET", "/", &socket, session()), 403);
    }

    #[test]
    fn a_name_is_an_origin_and_nothing_else() {
        for origin in
            ["mc.example", "ftp://mc.example", "https://", "https://a/b", "https://u@a", "null"]
        {
            let refused = Doors::loopback(80).with(origin);
            assert_eq!(refused.unwrap_err().code, "invalid_origin", "{origin}");
            let refused = Doors::loopback(80).allowing(origin);
            assert_eq!(refused.unwrap_err().code, "invalid_origin", "{origin}");
        }
        for origin in ["*", "https://*", "https://*.tools.test"] {
            let refused = Doors::loopback(80).allowing(origin);
            assert_eq!(refused.unwrap_err().code, "invalid_origin", "{origin}");
        }
    }
}
