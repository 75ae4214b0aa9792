//! What is taken back, and how everybody learns of it.

use std::sync::Arc;

use futures::future::try_join_all;
use mission_control_identity::{
    Directory, Grants, Login, NewUser, Outcome, Role, SignedInAs, TokenId, Used, UserChange,
};

use crate::draft::{project, text};
use crate::entrance::{
    digest, disabled, doors, hash, login, new_grants, new_session, new_token, patiently, person,
    scope,
};
use crate::stage::Stage;

/// Readers that use what is about to be revoked.
const READERS: usize = 8;
/// How often somebody signs in while their password changes.
const SIGN_INS: u64 = 60;
/// How often something is revoked while it is used.
const ROUNDS: u64 = 8;

pub(super) async fn whatever_takes_something_raises_the_revision(
    stage: Stage,
) -> anyhow::Result<()> {
    let admin = Grants::everywhere(Role::Admin);
    stage.admit(person("root", admin.clone())).await?;
    let ada = stage.admit(person("ada", admin.clone())).await?;
    let id = stage.mint(new_token(1, "ada", scope(Role::Viewer, None))).await?;
    for n in 1..=3 {
        stage.sign_in(n, &ada).await?;
    }
    let directory = stage.directory();
    let mut last = stage.revision().await?;
    let mut raised = async || -> anyhow::Result<bool> {
        let before = std::mem::replace(&mut last, stage.revision().await?);
        assert!(last >= before, "it never goes back");
        Ok(last > before)
    };
    let name = UserChange { name: Some(text("Ada")), ..UserChange::default() };
    for change in [name, new_grants(admin), disabled(false)] {
        stage.change(&ada, change.clone()).await?;
        assert!(raised().await?, "{change:?}");
    }
    for n in 4..=6 {
        stage.sign_in(n, &ada).await?;
    }
    stage.mint(new_token(2, "ada", scope(Role::Viewer, None))).await?;
    directory.note_used(&[(Used::Session(digest(4)), stage.now())]).await?;
    directory.add_project(&project("lab")).await?;
    directory.sweep().await?;
    assert!(!raised().await?, "nobody loses by these");
    directory.end_session(&digest(4)).await?;
    assert!(raised().await?, "a session has ended");
    directory.end_session(&digest(4)).await?;
    assert!(!raised().await?, "it was over");
    directory.end_sessions(&SignedInAs::User(ada.clone())).await?;
    assert!(raised().await?, "all sessions have ended");
    directory.end_sessions(&SignedInAs::User(ada.clone())).await?;
    assert!(!raised().await?, "there were none");
    directory.revoke_token(id, None).await?;
    assert!(raised().await?, "a token is revoked");
    directory.revoke_token(id, None).await?;
    directory.revoke_token(TokenId::new(99), None).await?;
    directory.change_user(&login("carol"), disabled(true), None).await?;
    assert!(!raised().await?, "there was nothing to take");
    stage.change(&ada, disabled(true)).await?;
    assert!(raised().await?, "somebody is kept out");
    Ok(())
}

/// What is revoked in one round, and with what it is used.
#[derive(Clone, Copy)]
enum Taken {
    Token,
    Session,
    Grants,
}

impl Taken {
    async fn take(self, directory: &dyn Directory, n: u64, ada: &Login) -> anyhow::Result<()> {
        match self {
            Self::Token => {
                let id = TokenId::new(u128::from(n));
                assert_eq!(patiently(|| directory.revoke_token(id, None)).await?, Outcome::Done);
            }
            Self::Session => {
                patiently(|| async { directory.end_session(&digest(n)).await }).await?
            }
            Self::Grants => {
                let nothing = || new_grants(Grants::default());
                let changed = patiently(|| directory.change_user(ada, nothing(), None)).await?;
                assert_eq!(changed, Outcome::Done);
            }
        }
        Ok(())
    }

    /// Whether it still lets anybody in.
    async fn counts(self, directory: &dyn Directory, n: u64) -> anyhow::Result<bool> {
        Ok(match self {
            Self::Session => directory.by_session(&digest(n)).await?.is_some(),
            Self::Token | Self::Grants => directory.by_token(&digest(n)).await?.is_some(),
        })
    }
}

pub(super) async fn a_revocation_and_its_revision_are_seen_together(
    stage: Stage,
) -> anyhow::Result<()> {
    let viewer = || Grants::everywhere(Role::Viewer);
    let ada = stage.admit(person("ada", viewer())).await?;
    let doors = doors(&stage).await?;
    for n in 0..ROUNDS {
        stage.change(&ada, new_grants(viewer())).await?;
        stage.mint(new_token(n, "ada", scope(Role::Viewer, None))).await?;
        stage.sign_in(n, &ada).await?;
        let before = stage.revision().await?;
        let taken = [Taken::Token, Taken::Session, Taken::Grants][usize::try_from(n % 3)?];
        let reading = (0..READERS).map(|reader| {
            let directory = Arc::clone(&doors[reader % 2]);
            tokio::spawn(async move {
                loop {
                    let moved = patiently(|| directory.revision()).await? > before;
                    let counts = taken.counts(&*directory, n).await?;
                    anyhow::ensure!(!(moved && counts), "it counts though the revision moved");
                    if !counts {
                        let revision = patiently(|| directory.revision()).await?;
                        anyhow::ensure!(revision > before, "it is gone, and nobody was told");
                        return anyhow::Ok(());
                    }
                }
            })
        });
        let reading: Vec<_> = reading.collect();
        taken.take(&*doors[usize::try_from(n)? % 2], n, &ada).await?;
        assert!(!taken.counts(stage.directory(), n).await?, "answered is done");
        for read in try_join_all(reading).await? {
            read?;
        }
    }
    Ok(())
}

/// Whoever signs in looks at the password once more when the session has begun: where it is still the
/// one that they gave, a change of it comes later and ends the session.
pub(super) async fn a_session_begins_before_a_change_of_its_person_or_after(
    stage: Stage,
) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", Grants::everywhere(Role::Viewer))).await?;
    let doors = doors(&stage).await?;
    for n in 0..SIGN_INS {
        let (_, given) = stage.directory().user(&ada).await?.expect("she is known");
        let signing_in = {
            let (directory, ada) = (Arc::clone(&doors[0]), ada.clone());
            tokio::spawn(async move {
                let session = new_session(n, SignedInAs::User(ada.clone()));
                patiently(|| directory.begin_session(session.clone())).await?;
                let (_, then) = patiently(|| directory.user(&ada)).await?.expect("she is known");
                anyhow::Ok(then)
            })
        };
        let changing = {
            let (directory, ada) = (Arc::clone(&doors[1]), ada.clone());
            let password = Some(hash(&format!("word-{n}")));
            let change = UserChange { password, ..UserChange::default() };
            tokio::spawn(async move {
                patiently(|| directory.change_user(&ada, change.clone(), None)).await
            })
        };
        let (then, changed) = tokio::try_join!(signing_in, changing)?;
        assert_eq!(changed?, Outcome::Done);
        if then? == given {
            assert_eq!(stage.by_session(n).await?, None, "the change came later");
        }
    }
    Ok(())
}

pub(super) async fn people_and_credentials_outlive_the_process(stage: Stage) -> anyhow::Result<()> {
    let grants = Grants::everywhere(Role::Viewer).with_project(project("lab"), Some(Role::Admin));
    let ada = stage.admit(person("ada", grants.clone())).await?;
    stage.admit(NewUser { password: None, ..person("bob", grants) }).await?;
    stage.directory().add_project(&project("lab")).await?;
    let id = stage.mint(new_token(1, "ada", scope(Role::Admin, Some(project("lab"))))).await?;
    let revoked = stage.mint(new_token(2, "ada", scope(Role::Viewer, None))).await?;
    let fixed = SignedInAs::FixedAdmin(digest(77));
    for (n, who) in [(1, SignedInAs::User(ada.clone())), (2, SignedInAs::Token(id)), (3, fixed)] {
        stage.directory().begin_session(new_session(n, who)).await?;
    }
    stage.pass(60);
    let uses = [(Used::Session(digest(1)), stage.now()), (Used::Token(id), stage.now())];
    stage.directory().note_used(&uses).await?;
    stage.directory().revoke_token(revoked, None).await?;
    stage.sign_in(4, &ada).await?;
    stage.directory().end_session(&digest(4)).await?;
    let everything = async |stage: &Stage| -> anyhow::Result<_> {
        let directory = stage.directory();
        let mut entrants = Vec::new();
        for n in 1..=4 {
            entrants.push((stage.by_session(n).await?, stage.by_token(n).await?));
        }
        let people = (directory.users().await?, directory.user(&ada).await?);
        let credentials = (directory.sessions(&ada).await?, directory.tokens(None).await?);
        let rest = (directory.projects().await?, directory.revision().await?);
        Ok((entrants, people, credentials, rest))
    };
    let before = everything(&stage).await?;
    assert_eq!(before.0.iter().filter(|(session, _)| session.is_some()).count(), 3);
    let stage = stage.reopened().await?;
    assert_eq!(everything(&stage).await?, before);
    Ok(())
}
