//! How long somebody may stay, for whatever stays open.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mission_control_identity::Principal;
use mission_control_kernel::Timestamp;
use tokio::time::{Instant, sleep};

use super::memory::{BELIEVED, Found, Shown};
use super::{Authenticator, IdentityError};

/// So often something that stays open counts as a use of its session: a screen on a wall asks for
/// nothing else.
const USED_AGAIN: Duration = Duration::from_hours(1);
/// After this, what could not be judged is judged again.
const AGAIN: Duration = Duration::from_secs(1);

/// That somebody may stay, for now.
#[derive(Clone)]
pub struct Lasting(Option<Stay>);

#[derive(Clone)]
struct Stay {
    authenticator: Arc<Authenticator>,
    shown: Shown,
    principal: Arc<Principal>,
    ends_at: Option<Timestamp>,
    turn: u64,
    found: Instant,
}

impl Lasting {
    /// As long as the process.
    pub(super) const fn for_ever() -> Self {
        Self(None)
    }

    pub(super) fn of(
        authenticator: &Arc<Authenticator>,
        shown: Shown,
        found: &Found,
        turn: u64,
    ) -> Self {
        let (authenticator, principal) = (Arc::clone(authenticator), Arc::clone(&found.principal));
        let (ends_at, found) = (found.ends_at, Instant::now());
        Self(Some(Stay { authenticator, shown, principal, ends_at, turn, found }))
    }

    /// Whether they may stay as they are, for whoever does something in several steps. Costs nothing
    /// unless something has moved since they were let in, or that was long ago.
    ///
    /// # Errors
    /// [`IdentityError::Unavailable`] where only the records know, and they are away.
    pub async fn still(&self) -> Result<bool, IdentityError> {
        let Some(stay) = &self.0 else { return Ok(true) };
        if stay.found.elapsed() < BELIEVED && !stay.authenticator.is_past(stay.turn) {
            return Ok(true);
        }
        let found = stay.authenticator.look_up(stay.shown).await?;
        Ok(found.is_some_and(|(found, _)| stay.is_as_before(&found.principal)))
    }

    /// Waits until the session or the token is over, ended or revoked, here or elsewhere, or lets its
    /// bearer do something else than before. While nobody can say, they stay: out of records that
    /// are away nothing comes that they could see.
    pub async fn over(self) {
        match self.0 {
            Some(stay) => stay.over().await,
            None => std::future::pending().await,
        }
    }
}

impl Stay {
    async fn over(mut self) {
        let mut turns = self.authenticator.turns();
        loop {
            tokio::select! {
                _ = turns.wait_for(|turn| *turn > self.turn) => {}
                () = sleep(self.quiet()) => {}
            }
            match self.authenticator.judge(self.shown).await {
                Ok(Some((found, turn))) if self.is_as_before(&found.principal) => {
                    (self.turn, self.ends_at) = (turn, found.ends_at);
                }
                Ok(_) => return,
                Err(_) => sleep(AGAIN).await,
            }
        }
    }

    /// How long nothing has to be asked unless something moves.
    fn quiet(&self) -> Duration {
        let now = self.authenticator.now();
        // The clock of the records may be a little behind ours.
        self.ends_at.map_or(USED_AGAIN, |ends| ends.since(now).clamp(AGAIN, USED_AGAIN))
    }

    /// A new name alone sends nobody away.
    fn is_as_before(&self, now: &Principal) -> bool {
        let Principal { id, name: _, grants, default_project, agent } = &*self.principal;
        (id, grants, default_project, agent)
            == (&now.id, &now.grants, &now.default_project, &now.agent)
    }
}

impl fmt::Debug for Lasting {
    /// Hides what was shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lasting(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Poll;

    use futures::poll;
    use mission_control_identity::{
        Directory, NewSession, NewToken, Outcome, PrincipalId, PrincipalName, Role, SecretDigest,
        SignedInAs, TokenId, TokenScope,
    };
    use mission_control_kernel::SystemClock;
    use mission_control_persistence::Options;
    use mission_control_persistence::sqlite::{Durability, Sqlite};
    use tempfile::TempDir;
    use tokio_util::sync::CancellationToken;

    use super::super::{Bearer, Credential, digest, mint};
    use super::*;

    const FIXED: &str = "a token of the settings";

    struct Stage {
        records: Arc<dyn Directory>,
        authenticator: Arc<Authenticator>,
        _folder: TempDir,
    }

    impl Stage {
        fn set() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("test.db");
            let records: Arc<dyn Directory> =
                Sqlite::open(&path, Durability::Off, Options::default()).unwrap();
            let authenticator = Self::other(&records);
            Self { records, authenticator, _folder: folder }
        }

        /// The authenticator of another process on the same records.
        fn other(records: &Arc<dyn Directory>) -> Arc<Authenticator> {
            let made = Authenticator::new(Arc::clone(records), Arc::new(SystemClock));
            Arc::new(made.with_administrator(Some(digest(FIXED))))
        }

        async fn token(&self, id: u128) -> Credential {
            let minted = mint();
            let token = NewToken {
                id: TokenId::new(id),
                digest: minted.digest,
                hint: minted.hint,
                name: PrincipalName::parse("a token").unwrap(),
                owner: PrincipalId::of_settings(&digest(FIXED)),
                scope: TokenScope { role: Role::Viewer, project: None, agent: None },
                expires_at: None,
            };
            assert_eq!(self.records.add_token(token).await.unwrap(), Outcome::Done);
            Credential::Bearer(Bearer::of(minted.token.expose()))
        }

        async fn session(&self, number: u8, who: SignedInAs) -> Credential {
            let digest = SecretDigest::new([number; 32]);
            let session = NewSession { digest, who, user_agent: "a test".to_owned() };
            self.records.begin_session(session).await.unwrap();
            Credential::Session(digest)
        }
    }

    async fn lasting(at: &Arc<Authenticator>, shown: &Credential) -> Option<Lasting> {
        at.authenticate(Some(shown)).await.unwrap().map(|known| known.over)
    }

    #[tokio::test]
    async fn what_is_taken_back_elsewhere_is_over_and_nothing_else_is() {
        let stage = Stage::set();
        let (taken, kept) = (stage.token(1).await, stage.token(2).await);
        let session = stage.session(1, SignedInAs::Token(TokenId::new(1))).await;
        let other = Stage::other(&stage.records);
        let stop = CancellationToken::new();
        let following = Arc::clone(&other);
        let until = stop.clone();
        let follows = tokio::spawn(async move { following.run(until).await });
        let over = lasting(&other, &taken).await.unwrap().over();
        let session_over = lasting(&other, &session).await.unwrap().over();
        let mut stays = pin!(lasting(&other, &kept).await.unwrap().over());
        // This process says nothing to the other one: the revision does.
        stage.records.revoke_token(TokenId::new(1), None).await.unwrap();
        over.await;
        session_over.await;
        assert!(matches!(poll!(&mut stays), Poll::Pending));
        assert!(
            lasting(&other, &taken).await.is_none() && lasting(&other, &session).await.is_none()
        );
        assert!(lasting(&other, &kept).await.is_some());
        stop.cancel();
        follows.await.unwrap();
        let used = stage.records.tokens(None).await.unwrap();
        let used = used.iter().find(|token| token.id == TokenId::new(2)).unwrap();
        assert!(used.last_used_at.is_some(), "written down at the end");
    }

    #[tokio::test]
    async fn who_forgets_judges_at_once_without_waiting_for_the_revision() {
        let stage = Stage::set();
        let token = stage.token(1).await;
        let over = lasting(&stage.authenticator, &token).await.unwrap().over();
        stage.records.revoke_token(TokenId::new(1), None).await.unwrap();
        stage.authenticator.forget();
        over.await;
    }

    #[test]
    fn a_turn_that_is_told_late_takes_nothing_back() {
        let authenticator = Authenticator::without_records(Arc::new(SystemClock));
        let mut turns = authenticator.turns();
        for (turn, told, moved) in [(2, 2, true), (1, 2, false), (2, 2, false), (3, 3, true)] {
            authenticator.announce(turn);
            assert_eq!((*turns.borrow(), turns.has_changed().unwrap()), (told, moved), "{turn}");
            turns.mark_unchanged();
        }
    }

    #[tokio::test]
    async fn who_goes_on_is_asked_about_again_once_something_has_moved() {
        let stage = Stage::set();
        let (taken, kept) = (stage.token(1).await, stage.token(2).await);
        let at = &stage.authenticator;
        let (taken, kept) = (lasting(at, &taken).await.unwrap(), lasting(at, &kept).await.unwrap());
        assert!(taken.still().await.unwrap() && kept.still().await.unwrap());
        stage.records.revoke_token(TokenId::new(1), None).await.unwrap();
        at.forget();
        assert!(!taken.still().await.unwrap() && kept.still().await.unwrap());
    }

    #[tokio::test]
    async fn the_administrators_token_opens_and_nothing_like_it_does() {
        let stage = Stage::set();
        let of = async |token: &str| {
            let shown = Credential::Bearer(Bearer::of(token));
            lasting(&stage.authenticator, &shown).await.is_some()
        };
        assert!(of(FIXED).await);
        for token in
            ["", "a token of the setting", "a token of the settings!", "A token of the settings"]
        {
            assert!(!of(token).await, "{token}");
        }
        let (good, bad) =
            (SignedInAs::FixedAdmin(digest(FIXED)), SignedInAs::FixedAdmin(digest("old")));
        let (good, bad) = (stage.session(1, good).await, stage.session(2, bad).await);
        assert!(lasting(&stage.authenticator, &good).await.is_some());
        assert!(lasting(&stage.authenticator, &bad).await.is_none(), "the token is another now");
        assert!(stage.authenticator.authenticate(None).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn open_to_everybody_is_open_to_everybody() {
        let open = Authenticator::without_records(Arc::new(SystemClock)).open_to_everybody(true);
        let known = Arc::new(open).authenticate(None).await.unwrap().unwrap();
        assert_eq!((known.principal.id.as_str(), known.who), ("admin", None));
    }
}
