//! Whoever is known by what the records and the settings say, as time passes and things are taken back.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use mission_control_identity::{
    Directory, Grants, Login, NewSession, NewToken, NewUser, Outcome, PrincipalId, PrincipalName,
    Role, SESSION_IDLE, SESSION_LONGEST, SecretDigest, SignedInAs, TokenId, TokenScope, Used,
};
use mission_control_kernel::{Clock as _, ManualClock, Secret, SystemClock};
use mission_control_persistence::Options;
use mission_control_persistence::sqlite::{Durability, Sqlite};
use tempfile::TempDir;
use tokio::time::timeout;

use super::{
    Authenticator, Bearer, Credential, Entrance, IdentityError, Knock, Known, Lasting, NotIn,
    Password, Passwords, digest, mint,
};

const HOUR: Duration = Duration::from_hours(1);

/// Records, and a clock that stands still until it is moved.
struct Stage {
    clock: Arc<ManualClock>,
    records: Arc<dyn Directory>,
    _folder: TempDir,
}

impl Stage {
    fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let options = Options { clock: Some(clock.clone()), ..Options::default() };
        let path = folder.path().join("test.db");
        let records = Sqlite::open(&path, Durability::Off, options).unwrap();
        Self { clock, records, _folder: folder }
    }

    /// The authenticator of a process whose settings have this token.
    fn process(&self, fixed: Option<&str>) -> Arc<Authenticator> {
        let made = Authenticator::new(Arc::clone(&self.records), self.clock.clone());
        Arc::new(made.with_administrator(fixed.map(digest)))
    }

    async fn ada(&self) -> Login {
        let login: Login = "ada".parse().unwrap();
        let name = PrincipalName::parse("Ada").unwrap();
        let grants = Grants::everywhere(Role::Viewer);
        let ada = NewUser { login: login.clone(), name, grants, password: None };
        assert_eq!(self.records.add_user(ada).await.unwrap(), Outcome::Done);
        login
    }

    async fn token(&self, owner: PrincipalId) -> Credential {
        let minted = mint();
        let token = NewToken {
            id: TokenId::new(1),
            digest: minted.digest,
            hint: minted.hint,
            name: PrincipalName::parse("a token").unwrap(),
            owner,
            scope: TokenScope { role: Role::Viewer, project: None, agent: None },
            expires_at: None,
        };
        assert_eq!(self.records.add_token(token).await.unwrap(), Outcome::Done);
        Credential::Bearer(Bearer::of(minted.token.expose()))
    }

    async fn session(&self, number: u8, who: SignedInAs) -> SecretDigest {
        let digest = SecretDigest::new([number; 32]);
        let session = NewSession { digest, who, user_agent: "a test".to_owned() };
        self.records.begin_session(session).await.unwrap();
        digest
    }
}

async fn known(at: &Arc<Authenticator>, shown: Credential) -> Option<Known> {
    at.authenticate(Some(&shown)).await.unwrap()
}

async fn lasting(at: &Arc<Authenticator>, session: SecretDigest) -> Lasting {
    known(at, Credential::Session(session)).await.expect("it holds").over
}

#[tokio::test]
async fn what_was_made_with_the_token_of_the_settings_goes_with_it() {
    let stage = Stage::set();
    let owner = PrincipalId::of_settings(&digest("one"));
    let token = stage.token(owner.clone()).await;
    let by_token = stage.session(1, SignedInAs::Token(TokenId::new(1))).await;
    let by_settings = stage.session(2, SignedInAs::FixedAdmin(digest("one"))).await;
    let sessions = [by_token, by_settings].map(Credential::Session);
    let with_it = stage.process(Some("one"));
    let itself = Credential::Bearer(Bearer::of("one"));
    for shown in [token, itself, sessions[0], sessions[1]] {
        let known = known(&with_it, shown).await.expect("it counts");
        assert_eq!(known.owner, owner, "all that is theirs is counted together");
    }
    for settings in [Some("two"), None] {
        let without = stage.process(settings);
        for shown in [token, itself, sessions[0], sessions[1]] {
            assert!(known(&without, shown).await.is_none(), "{shown:?} with {settings:?}");
        }
    }
    // A person with the same name owns nothing of it.
    let ada = stage.ada().await;
    stage.records.revoke_token(TokenId::new(1), Some(&ada.principal_id())).await.unwrap();
    assert!(known(&stage.process(Some("one")), token).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_is_open_ends_when_its_session_was_not_used_for_long() {
    let stage = Stage::set();
    let (at, ada) = (stage.process(None), stage.ada().await);
    let session = stage.session(1, SignedInAs::User(ada)).await;
    let mut over = pin!(lasting(&at, session).await.over());
    stage.clock.advance(SESSION_IDLE - HOUR);
    assert!(timeout(3 * HOUR, &mut over).await.is_err(), "an hour is left, by the store's clock");
    stage.clock.advance(HOUR);
    timeout(3 * HOUR, over).await.expect("it is over");
    assert!(known(&at, Credential::Session(session)).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_open_ends_with_its_session_after_a_week_however_busy() {
    let stage = Stage::set();
    let (at, ada) = (stage.process(None), stage.ada().await);
    let session = stage.session(1, SignedInAs::User(ada)).await;
    let end = stage.clock.now().plus(SESSION_LONGEST);
    let mut over = pin!(lasting(&at, session).await.over());
    while stage.clock.now() < end.minus(HOUR) {
        let used = [(Used::Session(session), stage.clock.now())];
        stage.records.note_used(&used).await.unwrap();
        assert!(timeout(3 * HOUR, &mut over).await.is_err(), "it is used");
        stage.clock.advance(end.since(stage.clock.now()).saturating_sub(HOUR).min(24 * HOUR));
    }
    assert!(timeout(3 * HOUR, &mut over).await.is_err(), "an hour is left, by the store's clock");
    stage.clock.advance(HOUR);
    timeout(3 * HOUR, over).await.expect("it is over");
}

#[tokio::test]
async fn who_has_no_session_leaves_without_a_trace() {
    let stage = Stage::set();
    let (at, ada) = (stage.process(None), stage.ada().await);
    let (records, passwords) = (Arc::clone(&stage.records), Arc::<Passwords>::default());
    let entrance = Entrance::new(records, Arc::clone(&at), passwords, stage.clock.clone());
    let session = stage.session(1, SignedInAs::User(ada)).await;
    let mut turns = at.turns();
    let before = stage.records.revision().await.unwrap();
    for everywhere in [false, true] {
        entrance.leave(&SecretDigest::new([7; 32]), everywhere).await.unwrap();
        assert!(!turns.has_changed().unwrap(), "nobody else has to be judged anew");
        assert_eq!(stage.records.revision().await.unwrap(), before);
    }
    entrance.leave(&session, false).await.unwrap();
    assert!(turns.has_changed().unwrap() && stage.records.revision().await.unwrap() > before);
    turns.mark_unchanged();
    entrance.leave(&session, false).await.unwrap();
    assert!(!turns.has_changed().unwrap(), "it was over");
}

#[tokio::test(start_paused = true)]
async fn who_comes_when_the_records_are_asked_too_much_is_not_taken_for_nobody() {
    let stage = Stage::set();
    let at = stage.process(Some("of the settings"));
    stage.ada().await;
    let token = stage.token("ada".parse().unwrap()).await;
    let crowd = at.crowd();
    let asked = at.authenticate(Some(&token)).await;
    assert_eq!(asked.map(|known| known.is_some()), Err(IdentityError::Unavailable));
    // Whoever is known without a question waits for none.
    assert!(known(&at, Credential::Bearer(Bearer::of("of the settings"))).await.is_some());
    assert!(known(&at, Credential::Bearer(Bearer::of("garbage"))).await.is_none());
    drop(crowd);
    assert!(known(&at, token).await.is_some());
}

#[tokio::test]
async fn who_comes_into_a_crowd_is_sent_away_at_once_and_has_not_tried() {
    let stage = Stage::set();
    let (records, passwords) = (Arc::clone(&stage.records), Arc::<Passwords>::default());
    let at = stage.process(None);
    let entrance = Entrance::new(records, at, Arc::clone(&passwords), stage.clock.clone());
    let (address, user_agent) = ([10, 0, 0, 1].into(), "a test".to_owned());
    let knock = Knock { address, near: false, user_agent, session: None };
    let guess = || Password::typed(Secret::new("a guess")).unwrap();
    let crowd: Vec<_> = std::iter::from_fn(|| passwords.turn().ok()).collect();
    for _ in 0..200 {
        // Without a wait there is no look into the records.
        let answer = entrance.by_password("ada", guess(), &knock).now_or_never();
        assert!(matches!(answer, Some(Err(NotIn::Crowded(_)))), "{answer:?}");
    }
    drop(crowd);
    assert_eq!(entrance.by_password("ada", guess(), &knock).await, Err(NotIn::Wrong));
    assert_eq!(passwords.hashed(), 1);
}
