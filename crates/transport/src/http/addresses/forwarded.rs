//! What proxies write about the requests that they hand on.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::header::{FORWARDED, VIA};
use http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
/// Says nothing of a chain, so that it is believed from nobody.
const X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
/// Whatever shows that a request was handed on.
const TRACES: [HeaderName; 6] =
    [FORWARDED, X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, X_REAL_IP, VIA];

/// The addresses of one header, from left to right; `None` for what is none.
pub(super) struct Said(Vec<Option<IpAddr>>);

impl Said {
    /// Of `Forwarded` (RFC 7239, section 4); `None` without one.
    pub(super) fn forwarded(headers: &HeaderMap) -> Option<Self> {
        let lines = forwarded(headers)?;
        let elements = lines.iter().flat_map(|line| split(line, ','));
        Some(Self(elements.map(|element| named(element, "for").and_then(address)).collect()))
    }

    /// Of `X-Forwarded-For`; `None` without one.
    pub(super) fn x_forwarded_for(headers: &HeaderMap) -> Option<Self> {
        let lines = lines(headers, &X_FORWARDED_FOR)?;
        let elements = lines.iter().flat_map(|line| line.split(','));
        Some(Self(elements.map(address).collect()))
    }

    /// The addresses from the right, up to the first thing that is none.
    pub(super) fn right_most_first(&self) -> impl Iterator<Item = IpAddr> {
        self.0.iter().rev().map_while(|address| *address)
    }
}

/// Whether there is any sign of a proxy.
pub(super) fn is_forwarded(headers: &HeaderMap) -> bool {
    TRACES.iter().any(|name| headers.contains_key(name))
}

/// Whether the last proxy says that it was reached through TLS.
pub(super) fn is_secure(headers: &HeaderMap) -> bool {
    let is_https = |word: &str| word.trim().eq_ignore_ascii_case("https");
    let last = lines(headers, &X_FORWARDED_PROTO)
        .and_then(|lines| lines.last()?.rsplit(',').next().map(is_https));
    let standard = forwarded(headers).and_then(|lines| {
        let element = split(lines.last()?, ',').last()?;
        Some(named(element, "proto").is_some_and(is_https))
    });
    // Where both are there and differ, one was written by the client.
    match (last, standard) {
        (Some(last), Some(standard)) => last && standard,
        (last, standard) => last.or(standard).unwrap_or(false),
    }
}

/// The lines of a header in order, as one list (RFC 9110, section 5.3); what is no text is an empty
/// line, which is no address.
fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    let values = headers.get_all(name).iter();
    let lines: Vec<&str> = values.map(|value| value.to_str().unwrap_or_default()).collect();
    (!lines.is_empty()).then_some(lines)
}

/// The lines of `Forwarded`; one that ends inside quotes is empty. A client that leaves its quotes open
/// hides in them what a proxy writes behind.
fn forwarded(headers: &HeaderMap) -> Option<Vec<&str>> {
    let closed = |line| if is_closed(line) { line } else { "" };
    Some(lines(headers, &FORWARDED)?.into_iter().map(closed).collect())
}

fn is_closed(text: &str) -> bool {
    let mut quotes = Quotes::default();
    text.chars().for_each(|char| quotes.read(char));
    !quotes.open
}

/// The parts between separators that stand outside quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quotes = Quotes::default();
    text.split(move |char| {
        let separates = char == separator && !quotes.open;
        quotes.read(char);
        separates
    })
}

/// Where a reader of quoted strings is (RFC 9110, section 5.6.4).
#[derive(Default)]
struct Quotes {
    open: bool,
    escaped: bool,
}

impl Quotes {
    fn read(&mut self, char: char) {
        let escapes = self.open && !self.escaped && char == '\\';
        self.open ^= char == '"' && !self.escaped;
        self.escaped = escapes;
    }
}

/// The value of a parameter of one element, without its quotes; `None` unless it is there once.
fn named<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let pairs = split(element, ';').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}

/// An address with or without quotes, brackets and a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => text,
    };
    let bracketed = || bare.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    let with_port = || bare.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = bare.parse().ok().or_else(|| bracketed().map(IpAddr::V6)).or_else(with_port)?;
    Some(IpAddr::to_canonical(&address))
}
