//! From the text of each setting to its value. Empty text means "none" where there may be none.

mod reach;
mod samples;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use mission_control_kernel::ProjectId;
use tracing_subscriber::filter::Targets;

use super::words::{Environment, HostName, LogFormat};
use crate::Secret;
pub(super) use reach::{host_names, networks, origins, rate};

/// What a value must be, as the end of a sentence about it: "must be …".
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Refusal(pub(super) String);

impl Refusal {
    fn new(rule: impl Into<String>) -> Self {
        Self(rule.into())
    }
}

/// The shortest secret: 32 characters of even a small alphabet are beyond guessing.
const MIN_SECRET_CHARS: usize = 32;

/// The most missions at once: each may be a process with its pipes, and file descriptors end.
const CONCURRENCY: RangeInclusive<u64> = 1..=1_000;

/// A lease of less than a second is lost to any hiccup; after an hour of silence nobody comes back.
const LEASE_SECONDS: RangeInclusive<u64> = 1..=3_600;

/// Thirty days: a mission that waits longer is not helped by its priority.
const AGEING_SECONDS: RangeInclusive<u64> = 0..=2_592_000;

/// Whoever asks for more attempts than an agent makes in years asks for no tiers.
const TIER_ATTEMPTS: RangeInclusive<u64> = 1..=1_000_000;

/// A hundred years: whoever wants more wants it for ever.
const DAYS: RangeInclusive<u64> = 0..=36_500;
const HOURS: RangeInclusive<u64> = 0..=876_000;

/// The longest name in DNS (RFC 1035, section 2.3.4, without the final dot).
const MAX_HOST_NAME_BYTES: usize = 253;

pub(super) fn environment(text: &str) -> Result<Environment, Refusal> {
    match text {
        "development" => Ok(Environment::Development),
        "production" => Ok(Environment::Production),
        _ => Err(Refusal::new("must be development or production")),
    }
}

pub(super) fn host(text: &str) -> Result<IpAddr, Refusal> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    let rule = "must be an IP address such as 127.0.0.1, 0.0.0.0 or ::, or localhost";
    text.parse().map_err(|_| Refusal::new(rule))
}

pub(super) fn port(text: &str) -> Result<u16, Refusal> {
    text.parse().map_err(|_| Refusal::new("must be a whole number from 0 to 65535"))
}

pub(super) fn projects(text: &str) -> Result<Vec<ProjectId>, Refusal> {
    let project = |item: &str| {
        item.parse()
            .map_err(|invalid| Refusal(format!("has the project {item:?}, which {invalid}")))
    };
    let projects = list(text, project)?;
    if projects.is_empty() {
        return Err(Refusal::new("must name at least one project"));
    }
    Ok(projects)
}

pub(super) fn secret_key(text: &str) -> Result<Option<Secret>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    if samples::is_sample(text) {
        return Err(Refusal::new("is a sample that anybody would guess; make a random one"));
    }
    if text.chars().count() < MIN_SECRET_CHARS {
        let rule = format!("must have at least {MIN_SECRET_CHARS} characters; make a random one");
        return Err(Refusal(rule));
    }
    Ok(Some(Secret::new(text)))
}

pub(super) fn admin_token(text: &str) -> Result<Option<Secret>, Refusal> {
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let rule = "must be visible ASCII without spaces, because it travels in a header";
        return Err(Refusal::new(rule));
    }
    secret_key(text)
}

pub(super) fn postgres_dsn(text: &str) -> Result<Option<Secret>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    let is_pairs = text.contains('=') && !text.contains("://");
    if is_url || is_pairs {
        return Ok(Some(Secret::new(text)));
    }
    let rule =
        "must be a PostgreSQL address: postgres://USER@HOST/DATABASE or host=HOST dbname=DATABASE";
    Err(Refusal::new(rule))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for every row of the table")]
pub(super) fn path(text: &str) -> Result<Option<PathBuf>, Refusal> {
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}

pub(super) fn needed_path(text: &str) -> Result<PathBuf, Refusal> {
    path(text)?.ok_or_else(|| Refusal::new("must not be empty"))
}

pub(super) fn truth(text: &str) -> Result<bool, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Refusal::new("must be true or false")),
    }
}

pub(super) fn concurrency(text: &str) -> Result<u32, Refusal> {
    let number = whole(text, CONCURRENCY)?;
    Ok(u32::try_from(number).expect("the range ends far below 2³²"))
}

pub(super) fn tier_attempts(text: &str) -> Result<u32, Refusal> {
    let number = whole(text, TIER_ATTEMPTS)?;
    Ok(u32::try_from(number).expect("the range ends far below 2³²"))
}

pub(super) fn percent(text: &str) -> Result<u32, Refusal> {
    let number = whole(text, 0..=100)?;
    Ok(u32::try_from(number).expect("the range ends far below 2³²"))
}

pub(super) fn lease(text: &str) -> Result<Duration, Refusal> {
    whole(text, LEASE_SECONDS).map(Duration::from_secs)
}

pub(super) fn ageing(text: &str) -> Result<Option<Duration>, Refusal> {
    let seconds = whole(text, AGEING_SECONDS)?;
    Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
}

pub(super) fn seed(text: &str) -> Result<Option<u64>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    whole(text, 0..=u64::MAX).map(Some)
}

/// How long something is kept; 0 is for ever.
pub(super) fn days(text: &str) -> Result<Option<Duration>, Refusal> {
    let days = whole(text, DAYS)?;
    Ok((days > 0).then(|| Duration::from_hours(24 * days)))
}

/// The same in hours.
pub(super) fn hours(text: &str) -> Result<Option<Duration>, Refusal> {
    let hours = whole(text, HOURS)?;
    Ok((hours > 0).then(|| Duration::from_hours(hours)))
}

/// The longest name of an instance: with a host's it must fit into an agent's.
const MAX_INSTANCE_BYTES: usize = 32;

/// Part of an agent's name, and the name of a folder.
pub(super) fn instance(text: &str) -> Result<Option<String>, Refusal> {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if text.len() > MAX_INSTANCE_BYTES || text.starts_with('.') || !text.bytes().all(inner) {
        let rule = "must be letters, digits, hyphens, underscores or dots, 32 at most, and not \
                    begin with a dot";
        return Err(Refusal::new(rule));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

pub(super) fn log_filter(text: &str) -> Result<Targets, Refusal> {
    let rule = "must be levels such as info or warn,mission_control=debug";
    text.parse().map_err(|_| Refusal::new(rule))
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, Refusal> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(Refusal::new("must be text or json")),
    }
}

fn host_name(item: &str) -> Result<HostName, Refusal> {
    let refused = || {
        let rule = "must be a name such as control.example.org or an IP address, without scheme, \
                    port or wildcard";
        Refusal(format!("has the host {item:?}, which {rule}"))
    };
    let bare = item.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(item);
    // What stands for any address is none that anybody calls.
    if bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_unspecified()) {
        return Err(refused());
    }
    if let Ok(address) = bare.parse::<Ipv6Addr>() {
        return Ok(HostName::new(format!("[{address}]")));
    }
    let label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !label.is_empty() && !label.starts_with('-') && label.bytes().all(inner)
    };
    if item.len() > MAX_HOST_NAME_BYTES || !item.split('.').all(label) {
        return Err(refused());
    }
    Ok(HostName::new(item.to_ascii_lowercase()))
}

/// The items between commas, each once; empty ones (a comma at the end) do not count.
fn list<T: PartialEq>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let mut items = Vec::new();
    for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let item = parse(item)?;
        if !items.contains(&item) {
            items.push(item);
        }
    }
    Ok(items)
}

fn whole(text: &str, range: RangeInclusive<u64>) -> Result<u64, Refusal> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        Refusal(format!("must be a whole number from {} to {}", range.start(), range.end()))
    })
}
