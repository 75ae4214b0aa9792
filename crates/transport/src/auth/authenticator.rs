//! Who somebody is, by what they show.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use mission_control_identity::{
    Directory, Entrant, Principal, PrincipalId, SecretDigest, SignedInAs,
};
use mission_control_kernel::{Clock, StoreError, Timestamp};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Credential;
use super::lasting::Lasting;
use super::memory::{Found, Memory, Shown};

/// How often the records are asked whether somebody has lost something. Twice within the time that
/// an answer is believed, so that one slow answer costs nothing.
const ASKED_EVERY: Duration = Duration::from_millis(400);
/// How often it is written down what was used: to the minute is what people are shown.
const WRITTEN_EVERY: Duration = Duration::from_secs(30);
/// The most uses that are written in one call.
const WRITTEN_AT_ONCE: usize = 1_000;
/// Open sockets that ask at a time whether they may stay: thousands of them share a few answers,
/// and the requests of everybody else are not to wait behind them.
const JUDGED_AT_ONCE: usize = 4;
/// Requests that ask the records at a time who comes in: more than answer at once, and few enough that
/// a flood of made-up credentials leaves the store to everybody else.
const ASKED_AT_ONCE: usize = 32;
/// How long a request waits for its turn to ask.
const ASKED_WITHIN: Duration = Duration::from_secs(1);

const COOKIE_PREFIX: &str = "mission-control-";
/// Tells apart the cookies of servers on other ports of a host, which browsers do not.
const COOKIE_DIGITS: usize = 8;

/// Knows who comes in.
///
/// What the records said is remembered, so that a request asks them nothing, and forgotten as soon as
/// their revision moves: [`Self::run`] asks for it. What cannot be confirmed for a second is
/// not believed: then each request asks, and gets 503 where the records are away.
pub struct Authenticator {
    records: Option<Arc<dyn Directory>>,
    clock: Arc<dyn Clock>,
    fixed: Option<SecretDigest>,
    no_auth: bool,
    cookie: String,
    administrator: Arc<Principal>,
    memory: Mutex<Memory>,
    turns: watch::Sender<u64>,
    judges: Semaphore,
    questions: Semaphore,
    nudge: Notify,
}

/// Why nobody can say who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IdentityError {
    /// The records are away; the same question may be answered later.
    #[error("the records of who may come in cannot be read now")]
    Unavailable,
}

/// Somebody who was found good.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who they are.
    pub principal: Arc<Principal>,
    /// As whom they came in; `None` where nobody is asked who they are.
    pub who: Option<SignedInAs>,
    /// The person behind it: whoever signed in, or made the token.
    pub owner: PrincipalId,
    /// The session that lets them in; `None` for a token.
    pub session: Option<SecretDigest>,
    /// How long.
    pub over: Lasting,
}

impl Authenticator {
    /// Over the records.
    #[must_use]
    pub fn new(records: Arc<dyn Directory>, clock: Arc<dyn Clock>) -> Self {
        Self { records: Some(records), ..Self::without_records(clock) }
    }

    /// Without any: nobody is known but the administrator of the settings.
    #[must_use]
    pub fn without_records(clock: Arc<dyn Clock>) -> Self {
        Self {
            records: None,
            clock,
            fixed: None,
            no_auth: false,
            cookie: COOKIE_PREFIX.to_owned(),
            administrator: Arc::new(Principal::administrator()),
            memory: Mutex::default(),
            turns: watch::Sender::new(0),
            judges: Semaphore::new(JUDGED_AT_ONCE),
            questions: Semaphore::new(ASKED_AT_ONCE),
            nudge: Notify::new(),
        }
    }

    /// The same, where the bearer of the token with this digest is the administrator.
    #[must_use]
    pub const fn with_administrator(mut self, token: Option<SecretDigest>) -> Self {
        self.fixed = token;
        self
    }

    /// The same, where sessions lie in a cookie whose name follows from `key`: browsers do not tell
    /// the ports of a host apart.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[must_use]
    pub fn with_cookie_of(mut self, key: &[u8]) -> Self {
        let mut mac: Hmac<Sha256> = Hmac::new_from_slice(key).expect("HMAC takes any key");
        mac.update(b"cookie name");
        let digits = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        self.cookie = format!("{COOKIE_PREFIX}{}", &digits[..COOKIE_DIGITS]);
        self
    }

    /// The same, where everybody is the administrator, whatever they show.
    #[must_use]
    pub const fn open_to_everybody(mut self, open: bool) -> Self {
        self.no_auth = open;
        self
    }

    /// Whether everybody is the administrator.
    #[must_use]
    pub const fn is_open_to_everybody(&self) -> bool {
        self.no_auth
    }

    /// The cookie that a session lies in; behind TLS, with `__Host-` before it.
    #[must_use]
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Who comes in with this; `None` for nobody.
    ///
    /// # Errors
    /// [`IdentityError::Unavailable`] where only the records know, and they are away.
    pub async fn authenticate(
        self: &Arc<Self>,
        credential: Option<&Credential>,
    ) -> Result<Option<Known>, IdentityError> {
        if self.no_auth {
            return Ok(Some(self.administrator(None)));
        }
        if let Some(Credential::Bearer(bearer)) = credential
            && self.is_fixed(&bearer.digest)
        {
            return Ok(Some(self.administrator(Some(SignedInAs::FixedAdmin(bearer.digest)))));
        }
        let Some(shown) = credential.and_then(Shown::of) else { return Ok(None) };
        let found = match self.recall(shown) {
            Some(found) => Some(found),
            None => {
                let free = timeout(ASKED_WITHIN, self.questions.acquire()).await;
                let _one_of_some = free.map_err(|_| IdentityError::Unavailable)?;
                self.look_up(shown).await?
            }
        };
        let Some((found, turn)) = found else { return Ok(None) };
        self.note(shown, &found.who);
        Ok(Some(self.known(shown, &found, turn)))
    }

    /// Whether only the records know who comes in with this, and nobody has come in with it lately.
    pub(crate) fn is_strange(&self, credential: Option<&Credential>) -> bool {
        let trusted = match credential {
            Some(Credential::Bearer(bearer)) => self.no_auth || self.is_fixed(&bearer.digest),
            Some(Credential::Session(_)) | None => self.no_auth,
        };
        let shown = credential.and_then(Shown::of).filter(|_| !trusted);
        shown.is_some_and(|shown| !self.memory().has_met(&shown))
    }

    /// Forgets every answer at once, and has what is open judged anew: for whoever took something
    /// from somebody here. Other processes notice by the revision.
    pub fn forget(&self) {
        let turn = {
            let mut memory = self.memory();
            memory.forget();
            memory.turn()
        };
        self.announce(turn);
        self.nudge.notify_one();
    }

    /// Tells of a turn. Several may end at a time, and be told of in another order.
    pub(super) fn announce(&self, turn: u64) {
        self.turns.send_if_modified(|told| {
            let later = turn > *told;
            *told = turn.max(*told);
            later
        });
    }

    /// Asks the records again and again whether something has moved, and writes down what was used,
    /// until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        if let Some(records) = &self.records {
            tokio::join!(self.follow(&**records, &stop), self.write_down(&**records, &stop));
        }
    }

    /// Asks the records for their revision once.
    async fn ask(&self, records: &dyn Directory) {
        let asked = Instant::now();
        match records.revision().await {
            Ok(revision) => {
                let (moved, turn) = {
                    let mut memory = self.memory();
                    (memory.confirm(revision, asked), memory.turn())
                };
                if moved {
                    self.announce(turn);
                }
            }
            // What was remembered stops being believed by itself.
            Err(error) => tracing::debug!(%error, "nobody can say whether somebody lost something"),
        }
    }

    async fn follow(&self, records: &dyn Directory, stop: &CancellationToken) {
        loop {
            self.ask(records).await;
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.nudge.notified() => {}
                () = sleep(ASKED_EVERY) => {}
            }
        }
    }

    async fn write_down(&self, records: &dyn Directory, stop: &CancellationToken) {
        while stop.run_until_cancelled(sleep(WRITTEN_EVERY)).await.is_some() {
            self.write_used(records).await;
        }
        self.write_used(records).await;
    }

    async fn write_used(&self, records: &dyn Directory) {
        let used = self.memory().take_used();
        for some in used.chunks(WRITTEN_AT_ONCE) {
            if let Err(error) = records.note_used(some).await {
                // What is in use will be used again.
                tracing::debug!(%error, "what was used last could not be written down");
            }
        }
    }

    /// What memory knows of what was shown, and its turn.
    fn recall(&self, shown: Shown) -> Option<(Arc<Found>, u64)> {
        let time = self.clock.now();
        let mut memory = self.memory();
        let turn = memory.turn();
        memory.recall(&shown, Instant::now(), time).map(|found| (found, turn))
    }

    /// Who comes in with what was shown, and the turn in which it was asked.
    pub(super) async fn look_up(
        &self,
        shown: Shown,
    ) -> Result<Option<(Arc<Found>, u64)>, IdentityError> {
        if let Some(found) = self.recall(shown) {
            return Ok(Some(found));
        }
        let turn = self.memory().turn();
        let Some(records) = &self.records else { return Ok(None) };
        let entrant = match &shown {
            Shown::Token(digest) => records.by_token(digest).await,
            Shown::Session(digest) => records.by_session(digest).await,
        };
        let Some(found) = entrant.map_err(unavailable)?.and_then(|entrant| self.found(entrant))
        else {
            return Ok(None);
        };
        let found = Arc::new(found);
        self.memory().keep(shown, &found, turn);
        Ok(Some((found, turn)))
    }

    /// The same for what is open: thousands ask at once, and a few are answered at a time, so that
    /// most of them find what the first were told.
    pub(super) async fn judge(
        &self,
        shown: Shown,
    ) -> Result<Option<(Arc<Found>, u64)>, IdentityError> {
        let _one_of_few = self.judges.acquire().await;
        let judged = self.look_up(shown).await?;
        if let Some((found, _)) = &judged {
            self.note(shown, &found.who);
        }
        Ok(judged)
    }

    /// Whether everything has been forgotten since `turn`.
    pub(super) fn is_past(&self, turn: u64) -> bool {
        self.memory().turn() > turn
    }

    /// Tells of every turn in which everything was forgotten.
    pub(super) fn turns(&self) -> watch::Receiver<u64> {
        self.turns.subscribe()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn found(&self, entrant: Entrant) -> Option<Found> {
        let Entrant { principal, who, owner, ends_at } = entrant;
        if self.is_orphaned(&owner) {
            return None;
        }
        let principal = match (&who, principal) {
            (SignedInAs::FixedAdmin(token), _) => {
                self.is_fixed(token).then(|| Arc::clone(&self.administrator))?
            }
            (SignedInAs::User(_) | SignedInAs::Token(_), principal) => Arc::new(principal?),
        };
        Some(Found { principal, who, owner, ends_at })
    }

    fn known(self: &Arc<Self>, shown: Shown, found: &Arc<Found>, turn: u64) -> Known {
        let session = match shown {
            Shown::Session(digest) => Some(digest),
            Shown::Token(_) => None,
        };
        Known {
            principal: Arc::clone(&found.principal),
            who: Some(found.who.clone()),
            owner: found.owner.clone(),
            session,
            over: Lasting::of(self, shown, found, turn),
        }
    }

    fn administrator(&self, who: Option<SignedInAs>) -> Known {
        let principal = Arc::clone(&self.administrator);
        let owner = match &who {
            Some(SignedInAs::FixedAdmin(token)) => PrincipalId::of_settings(token),
            Some(SignedInAs::User(_) | SignedInAs::Token(_)) | None => principal.id.clone(),
        };
        Known { principal, who, owner, session: None, over: Lasting::for_ever() }
    }

    /// What was made with the token of the settings counts no longer than they have that token.
    pub(crate) fn is_orphaned(&self, owner: &PrincipalId) -> bool {
        let own = || self.fixed.as_ref().is_some_and(|it| PrincipalId::of_settings(it) == *owner);
        owner.is_of_settings() && !own()
    }

    /// In constant time: of this token, unlike those of the records, there is only one to guess at.
    fn is_fixed(&self, digest: &SecretDigest) -> bool {
        let same = |fixed: &SecretDigest| fixed.as_bytes().ct_eq(digest.as_bytes()).into();
        self.fixed.as_ref().is_some_and(same)
    }

    fn note(&self, shown: Shown, who: &SignedInAs) {
        let time = self.clock.now();
        self.memory().note(shown, who, time);
    }

    /// Every turn at the records, so that nobody else has one.
    #[cfg(test)]
    pub(super) fn crowd(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.questions.try_acquire_many(ASKED_AT_ONCE as u32).expect("nobody asks")
    }

    /// Never held over an await.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

fn unavailable(error: StoreError) -> IdentityError {
    tracing::debug!(%error, "the records of who may come in cannot be read");
    IdentityError::Unavailable
}
