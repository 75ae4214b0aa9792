//! Signing in from a browser: codes that are spent once, and sessions that end by themselves.
//!
//! Both are sealed statements that carry the digest of a token and the instant of their end, so
//! that nothing is stored, every replica with the same key reads them, and they are worth nothing
//! once the token is not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use mission_control_identity::TokenDigest;
use mission_control_kernel::Timestamp;
use sha2::Sha256;
use uuid::Uuid;

use super::endings::{Endings, Lasting, Nonce};

/// How long a person stays signed in: a working week, so that a screen on a wall lasts it.
pub(crate) const SESSION: Duration = Duration::from_secs(7 * 24 * 3_600);
/// How long the link that a start prints may be used: as long as someone looks at a terminal.
pub(crate) const CODE: Duration = Duration::from_secs(15 * 60);

const COOKIE_PREFIX: &str = "mission-control-";
/// Tells apart the cookies of servers on other ports of a host, which browsers do not.
const COOKIE_DIGITS: usize = 8;
const TIME_BYTES: usize = 8;
const NONCE_BYTES: usize = size_of::<Nonce>();
const HASH_BYTES: usize = 32;
const STATEMENT_BYTES: usize = TIME_BYTES + NONCE_BYTES + 2 * HASH_BYTES;
/// Longer than any statement is in base64.
const LONGEST: usize = 2 * STATEMENT_BYTES;

/// What a statement is for; the one is never taken for the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    Code,
    Session,
}

/// Seals codes and sessions, and reads them.
pub struct Sessions {
    key: Hmac<Sha256>,
    cookie: String,
    /// Codes that were redeemed here, until they would end anyway. Only codes that we sealed get in,
    /// one for each start of a process.
    spent: Mutex<HashMap<Nonce, Timestamp>>,
    /// Tells this life of the process from those before it, whose codes nobody remembers as spent.
    life: Uuid,
    endings: Arc<Endings>,
}

/// Somebody who has signed in.
pub(crate) struct Session {
    /// As whom.
    pub(crate) token: TokenDigest,
    /// How long.
    pub(crate) lasting: Lasting,
}

impl Sessions {
    /// With the secret key of the service, which replicas share. `life` is this process's own and has
    /// never been used before.
    #[must_use]
    pub fn new(key: &[u8], life: Uuid) -> Self {
        let key = Hmac::new_from_slice(key).expect("HMAC takes keys of any length");
        let mut name = URL_SAFE_NO_PAD.encode(mac(&key, &[b"cookie name"]));
        name.truncate(COOKIE_DIGITS);
        let cookie = format!("{COOKIE_PREFIX}{name}");
        Self { key, cookie, spent: Mutex::default(), life, endings: Endings::new() }
    }

    /// A code that lets its bearer in as the owner of `token`, here, once, within a quarter of an
    /// hour. `nonce` has never been used before.
    #[must_use]
    pub fn code(&self, token: &TokenDigest, now: Timestamp, nonce: Uuid) -> String {
        self.seal(Purpose::Code, token, now.plus(CODE), nonce)
    }

    /// The cookie that a session is kept in; behind TLS, with [`HOST_ONLY`] before it.
    ///
    /// [`HOST_ONLY`]: super::HOST_ONLY
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// A session of the owner of `token`.
    pub(crate) fn begin(&self, token: &TokenDigest, now: Timestamp, nonce: Uuid) -> String {
        self.seal(Purpose::Session, token, now.plus(SESSION), nonce)
    }

    /// Whose session it is; `None` when it is over, was ended here, or is none of ours.
    pub(crate) fn read(&self, text: &str, now: Timestamp) -> Option<Session> {
        let Statement { token, ends, nonce } = self.open(Purpose::Session, text, now)?;
        let lasting = self.endings.lasting(nonce, ends, now);
        (!self.endings.has(&nonce)).then_some(Session { token, lasting })
    }

    /// Ends a session before it is over, with all that is open on it here.
    pub(crate) fn end(&self, text: &str, now: Timestamp) {
        if let Some(statement) = self.open(Purpose::Session, text, now) {
            self.endings.add(statement.nonce, statement.ends, now);
        }
    }

    /// Whom a code lets in; `None` when it is spent, over, or none of ours.
    pub(crate) fn redeem(&self, code: &str, now: Timestamp) -> Option<TokenDigest> {
        let statement = self.open(Purpose::Code, code, now)?;
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.retain(|_, ends| *ends > now);
        let first = spent.insert(statement.nonce, statement.ends).is_none();
        first.then_some(statement.token)
    }

    fn seal(&self, purpose: Purpose, token: &TokenDigest, ends: Timestamp, nonce: Uuid) -> String {
        let mut bytes = Vec::with_capacity(STATEMENT_BYTES);
        bytes.extend_from_slice(&ends.as_micros().to_be_bytes());
        bytes.extend_from_slice(nonce.as_bytes());
        bytes.extend_from_slice(&self.veil(purpose, nonce.as_bytes(), *token.as_bytes()));
        let tag = mac(&self.key, &[purpose.word(), self.life(purpose), &bytes]);
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, purpose: Purpose, text: &str, now: Timestamp) -> Option<Statement> {
        if text.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (signed, tag) = bytes.split_last_chunk::<HASH_BYTES>()?;
        let mut expected = self.key.clone();
        for part in [purpose.word(), self.life(purpose), signed] {
            expected.update(part);
        }
        expected.verify_slice(tag).ok()?;
        let (ends, rest) = signed.split_first_chunk::<TIME_BYTES>()?;
        let (nonce, veiled) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let ends = Timestamp::from_micros(i64::from_be_bytes(*ends));
        let token = self.veil(purpose, nonce, veiled.try_into().ok()?);
        (now < ends).then_some(Statement { token: TokenDigest::new(token), ends, nonce: *nonce })
    }

    /// Sessions outlive the process, and hold at others; a code can be spent only where that is
    /// remembered.
    fn life(&self, purpose: Purpose) -> &[u8] {
        match purpose {
            Purpose::Code => self.life.as_bytes(),
            Purpose::Session => &[],
        }
    }

    /// Hides a digest, and shows it again: a token that a person chose could be guessed from it, and
    /// links end up in histories.
    fn veil(&self, purpose: Purpose, nonce: &[u8], mut digest: [u8; 32]) -> [u8; 32] {
        let pad = mac(&self.key, &[b"veil", purpose.word(), nonce]);
        digest.iter_mut().zip(pad).for_each(|(byte, pad)| *byte ^= pad);
        digest
    }
}

struct Statement {
    token: TokenDigest,
    ends: Timestamp,
    nonce: Nonce,
}

impl Purpose {
    /// Of one length, so that no part of a statement can be taken for another.
    const fn word(self) -> &'static [u8] {
        match self {
            Self::Code => b"sign-in code",
            Self::Session => b"session     ",
        }
    }
}

fn mac(key: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; HASH_BYTES] {
    let mut mac = key.clone();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl std::fmt::Debug for Sessions {
    /// Hides the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::digest;
    use super::*;

    const KEY: &[u8] = b"a key of at least thirty-two bytes";

    fn nonce(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn sessions() -> Sessions {
        Sessions::new(KEY, nonce(7))
    }

    fn whose(sessions: &Sessions, text: &str, now: Timestamp) -> Option<TokenDigest> {
        sessions.read(text, now).map(|session| session.token)
    }

    #[test]
    fn a_session_holds_until_its_end_and_only_as_it_was_sealed() {
        let (sessions, token, start) = (sessions(), digest("s3cret"), Timestamp::MIN);
        let text = sessions.begin(&token, start, nonce(1));
        let last = start.plus(SESSION.checked_sub(Duration::from_micros(1)).unwrap());
        assert_eq!(whose(&sessions, &text, start), Some(token));
        assert_eq!(whose(&sessions, &text, last), Some(token));
        assert_eq!(whose(&sessions, &text, start.plus(SESSION)), None, "over");
        assert_eq!(
            whose(&Sessions::new(b"another key", nonce(9)), &text, start),
            None,
            "of another service"
        );
        assert_eq!(sessions.redeem(&text, start), None, "no code");
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(whose(&sessions, &other, start), None, "changed at {at}");
        }
        for text in ["", "A", "AAAA", "====", &"A".repeat(118), &"A".repeat(LONGEST + 1)] {
            assert_eq!(whose(&sessions, text, start), None, "{text:?}");
        }
    }

    #[test]
    fn a_code_is_spent_once_and_within_its_time() {
        let (sessions, token, start) = (sessions(), digest("s3cret"), Timestamp::MIN);
        let code = sessions.code(&token, start, nonce(1));
        assert_eq!(whose(&sessions, &code, start), None, "no session");
        assert_eq!(sessions.redeem(&code, start), Some(token));
        assert_eq!(sessions.redeem(&code, start), None, "spent");
        let other = sessions.code(&token, start, nonce(2));
        assert_eq!(sessions.redeem(&other, start.plus(CODE)), None, "over");
        let next_life = Sessions::new(KEY, nonce(8));
        assert_eq!(next_life.redeem(&code, start), None, "spent before a restart");
        assert_eq!(sessions.redeem(&other, start), Some(token), "here it was not");
    }

    #[test]
    fn a_session_holds_at_every_replica_and_where_it_was_ended_no_more() {
        let (one, other) = (sessions(), Sessions::new(KEY, nonce(8)));
        let (token, start) = (digest("s3cret"), Timestamp::MIN);
        let text = one.begin(&token, start, nonce(1));
        let second = one.begin(&token, start, nonce(2));
        let read = |at: &Sessions, text: &str| whose(at, text, start);
        assert_eq!((read(&one, &text), read(&other, &text)), (Some(token), Some(token)));
        one.end(&text, start);
        one.end("nonsense", start);
        assert_eq!((read(&one, &text), read(&one, &second)), (None, Some(token)));
    }

    #[test]
    fn what_is_spent_is_forgotten_when_it_would_be_over() {
        let (sessions, token, start) = (sessions(), digest("s3cret"), Timestamp::MIN);
        for number in 0..100 {
            let now = start.plus(CODE.saturating_mul(number));
            let code = sessions.code(&token, now, nonce(number.into()));
            assert!(sessions.redeem(&code, now).is_some());
        }
        assert_eq!(sessions.spent.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_statement_does_not_show_the_digest_of_its_token() {
        let (sessions, token) = (sessions(), digest("s3cret"));
        let text = sessions.begin(&token, Timestamp::MIN, nonce(1));
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
        assert!(!bytes.windows(8).any(|part| token.as_bytes().starts_with(part)));
    }

    #[test]
    fn servers_with_other_keys_use_other_cookies() {
        let (one, other) = (sessions(), Sessions::new(b"another key", nonce(9)));
        assert_ne!(one.cookie(), other.cookie());
        assert_eq!(one.cookie(), sessions().cookie());
        assert!(
            one.cookie().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }
}
