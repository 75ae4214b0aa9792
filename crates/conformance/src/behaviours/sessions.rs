//! Sessions of browsers.

use std::time::Duration;

use futures::StreamExt as _;
use mission_control_identity::{
    Grants, MOST_TOLD, Role, SESSION_IDLE, SESSION_LONGEST, SESSIONS_KEPT, SignedInAs, TOKENS_KEPT,
    TokenId, Used, UserChange,
};

use crate::draft::text;
use crate::entrance::{
    digest, disabled, doors, hash, login, new_grants, new_session, new_token, person, scope, within,
};
use crate::stage::Stage;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);
/// Requests under way at a time while sessions are begun.
const AT_ONCE: usize = 8;
/// Uses that one process notes at a time, more than one statement takes.
const NOTED: u64 = 1_500;

fn viewer() -> Grants {
    within(&[("lab", Role::Viewer)])
}

pub(super) async fn a_session_lets_its_person_in(stage: Stage) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", viewer())).await?;
    let session = stage.sign_in(1, &ada).await?;
    assert_eq!((session.digest, &session.who), (digest(1), &SignedInAs::User(ada.clone())));
    assert_eq!((session.created_at, session.last_used_at), (stage.now(), stage.now()));
    assert_eq!(session.user_agent, "browser 1");
    assert_eq!(stage.directory().sessions(&ada).await?, [session]);
    let entrant = stage.by_session(1).await?.expect("it holds");
    assert_eq!(entrant.principal, stage.user(&ada).await?.principal());
    assert_eq!(entrant.who, SignedInAs::User(ada));
    assert_eq!(entrant.ends_at, Some(stage.now().plus(SESSION_IDLE)));
    assert_eq!(stage.by_session(2).await?, None, "it never was");
    assert_eq!(stage.by_token(1).await?, None, "a session is no token");
    Ok(())
}

pub(super) async fn a_session_of_the_settings_names_its_token(stage: Stage) -> anyhow::Result<()> {
    let who = SignedInAs::FixedAdmin(digest(77));
    stage.directory().begin_session(new_session(1, who.clone())).await?;
    let entrant = stage.by_session(1).await?.expect("it holds");
    assert_eq!((entrant.principal, entrant.who), (None, who));
    stage.wait(SESSION_IDLE);
    assert_eq!(stage.by_session(1).await?, None);
    Ok(())
}

pub(super) async fn a_session_is_over_when_it_is_not_used(stage: Stage) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", viewer())).await?;
    let begun = stage.sign_in(1, &ada).await?.created_at;
    stage.sign_in(2, &ada).await?;
    stage.wait(SESSION_IDLE - SECOND);
    let used = stage.now();
    stage.directory().note_used(&[(Used::Session(digest(1)), used)]).await?;
    let entrant = stage.by_session(1).await?.expect("it holds");
    assert_eq!(entrant.ends_at, Some(used.plus(SESSION_IDLE)));
    assert_eq!(stage.directory().sessions(&ada).await?.len(), 2);
    stage.wait(SECOND);
    assert_eq!(stage.by_session(2).await?, None, "nobody has used it");
    let sessions = stage.directory().sessions(&ada).await?;
    assert_eq!(sessions.iter().map(|one| one.digest).collect::<Vec<_>>(), [digest(1)]);
    assert_eq!(sessions[0].last_used_at, used);
    // However busy, a week is the end of it.
    while stage.now() < begun.plus(SESSION_LONGEST - HOUR) {
        stage.directory().note_used(&[(Used::Session(digest(1)), stage.now())]).await?;
        stage.wait(HOUR);
    }
    let entrant = stage.by_session(1).await?.expect("it holds");
    assert_eq!(entrant.ends_at, Some(begun.plus(SESSION_LONGEST)));
    stage.wait(begun.plus(SESSION_LONGEST).since(stage.now()) - SECOND);
    assert!(stage.by_session(1).await?.is_some());
    stage.wait(SECOND);
    assert_eq!(stage.by_session(1).await?, None);
    assert!(stage.directory().sessions(&ada).await?.is_empty());
    Ok(())
}

pub(super) async fn a_session_is_over_at_every_door_at_once(stage: Stage) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", viewer())).await?;
    let doors = doors(&stage).await?;
    let holds = async |n| -> anyhow::Result<_> {
        let (here, there) = (&doors[0], &doors[1]);
        let held = [here.by_session(&digest(n)).await?, there.by_session(&digest(n)).await?];
        assert_eq!(held[0], held[1], "{n}");
        Ok(held[0].is_some())
    };
    let begun = stage.now();
    for n in 1..=2 {
        doors[0].begin_session(new_session(n, SignedInAs::User(ada.clone()))).await?;
    }
    stage.wait(SESSION_IDLE - SECOND);
    // Used at the other one.
    doors[1].note_used(&[(Used::Session(digest(1)), stage.now())]).await?;
    assert!(holds(1).await? && holds(2).await?);
    stage.wait(SECOND);
    assert!(holds(1).await? && !holds(2).await?, "nobody has used the second one");
    while stage.now() < begun.plus(SESSION_LONGEST - HOUR) {
        doors[1].note_used(&[(Used::Session(digest(1)), stage.now())]).await?;
        stage.wait(HOUR);
    }
    stage.wait(begun.plus(SESSION_LONGEST).since(stage.now()) - SECOND);
    assert!(holds(1).await?);
    stage.wait(SECOND);
    assert!(!holds(1).await?, "however busy");
    Ok(())
}

pub(super) async fn a_use_is_never_noted_backwards(stage: Stage) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", viewer())).await?;
    let token =
        stage.mint(new_token(9, "ada", scope(Role::Viewer, viewer().usual_project()))).await?;
    let begun = stage.sign_in(1, &ada).await?.created_at;
    stage.sign_in(2, &ada).await?;
    let last = async || -> anyhow::Result<_> {
        let sessions = stage.directory().sessions(&ada).await?;
        let session = sessions.iter().find(|one| one.digest == digest(1)).expect("it holds");
        Ok((session.last_used_at, stage.directory().tokens(None).await?[0].last_used_at))
    };
    assert_eq!(last().await?, (begun, None));
    stage.wait(HOUR);
    let (early, late) = (begun.plus(10 * SECOND), begun.plus(20 * SECOND));
    let both = |at| [(Used::Session(digest(1)), at), (Used::Token(token), at)];
    // The latest of several counts, wherever it stands among them.
    let several = [both(early), both(late), both(begun)].concat();
    stage.directory().note_used(&several).await?;
    assert_eq!(last().await?, (late, Some(late)));
    stage.directory().note_used(&both(early)).await?;
    assert_eq!(last().await?, (late, Some(late)), "back it does not go");
    let now = stage.now();
    stage.directory().note_used(&both(now.plus(HOUR))).await?;
    assert_eq!(last().await?, (now, Some(now)), "nor ahead of the store's clock");
    let others = (100..100 + NOTED).map(|n| (Used::Session(digest(n)), now));
    stage.wait(SECOND);
    let many: Vec<_> = others.chain(both(stage.now())).collect();
    stage.directory().note_used(&many).await?;
    assert_eq!(last().await?, (stage.now(), Some(stage.now())), "the unknown are passed by");
    stage.directory().note_used(&[]).await?;
    // What is over stays over, though somebody has used it in time and says so late.
    let in_time = begun.plus(SESSION_IDLE - SECOND);
    stage.wait(SESSION_IDLE);
    stage.directory().note_used(&[(Used::Session(digest(2)), in_time)]).await?;
    assert_eq!(stage.by_session(2).await?, None);
    Ok(())
}

pub(super) async fn a_session_that_was_ended_is_over(stage: Stage) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", viewer())).await?;
    let bob = stage.admit(person("bob", viewer())).await?;
    for (n, who) in [(1, &ada), (2, &ada), (3, &ada), (4, &bob)] {
        stage.sign_in(n, who).await?;
    }
    let holding = async || -> anyhow::Result<Vec<u64>> {
        let mut holding = Vec::new();
        for n in 1..=4 {
            holding.extend(stage.by_session(n).await?.map(|_| n));
        }
        Ok(holding)
    };
    for _ in 0..2 {
        stage.directory().end_session(&digest(2)).await?;
        assert_eq!(holding().await?, [1, 3, 4]);
    }
    for _ in 0..2 {
        stage.directory().end_sessions(&SignedInAs::User(ada.clone())).await?;
        assert_eq!(holding().await?, [4], "those of others stay");
    }
    let (token, admin) = (TokenId::new(7), SignedInAs::FixedAdmin(digest(77)));
    stage.mint(new_token(7, "bob", scope(Role::Viewer, None))).await?;
    for (n, who) in
        [(1, SignedInAs::Token(token)), (2, SignedInAs::Token(token)), (3, admin.clone())]
    {
        stage.directory().begin_session(new_session(n, who)).await?;
    }
    stage.directory().end_sessions(&SignedInAs::Token(token)).await?;
    assert_eq!(holding().await?, [3, 4], "those of the token alone end");
    stage.directory().end_sessions(&admin).await?;
    assert_eq!(holding().await?, [4]);
    assert!(stage.directory().sessions(&ada).await?.is_empty());
    stage.directory().end_sessions(&SignedInAs::User(login("carol"))).await?;
    Ok(())
}

pub(super) async fn a_change_of_a_person_ends_their_sessions(stage: Stage) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", viewer())).await?;
    let bob = stage.admit(person("bob", viewer())).await?;
    stage.sign_in(90, &bob).await?;
    let password = UserChange { password: Some(hash("new")), ..UserChange::default() };
    let name = UserChange { name: Some(text("Ada")), ..UserChange::default() };
    let enabling = [password, new_grants(viewer()), disabled(false)];
    for (n, change) in (1..).map(|n| n * 3).zip(enabling) {
        for one in n..n + 3 {
            stage.sign_in(one, &ada).await?;
        }
        stage.change(&ada, name.clone()).await?;
        assert!(stage.by_session(n).await?.is_some(), "a name is no right");
        let keep = digest(n + 1);
        stage.directory().change_user(&ada, change.clone(), Some(&keep)).await?;
        for (one, holds) in [(n, false), (n + 1, true), (n + 2, false), (90, true)] {
            assert_eq!(stage.by_session(one).await?.is_some(), holds, "{one} after {change:?}");
        }
        stage.change(&ada, change).await?;
        assert_eq!(stage.by_session(n + 1).await?, None, "without a word it ends too");
    }
    // The session of somebody else is not spared because it is named.
    stage.directory().change_user(&ada, new_grants(viewer()), Some(&digest(90))).await?;
    assert!(stage.by_session(90).await?.is_some());
    Ok(())
}

pub(super) async fn who_is_kept_out_does_not_come_in(stage: Stage) -> anyhow::Result<()> {
    let lab = viewer().usual_project();
    let ada = stage.admit(person("ada", viewer())).await?;
    let bob = stage.admit(person("bob", viewer())).await?;
    let of = |n, owner| new_token(n, owner, scope(Role::Viewer, lab.clone()));
    stage.mint(of(1, "ada")).await?;
    let other = stage.mint(of(2, "bob")).await?;
    for (n, who) in [(1, SignedInAs::User(ada.clone())), (2, SignedInAs::Token(other))] {
        stage.directory().begin_session(new_session(n, who)).await?;
    }
    let own = digest(1);
    stage.directory().change_user(&ada, disabled(true), Some(&own)).await?;
    assert_eq!((stage.by_session(1).await?, stage.by_token(1).await?), (None, None));
    assert!(stage.directory().sessions(&ada).await?.is_empty(), "also what was to be kept");
    assert!(stage.by_session(2).await?.is_some() && stage.by_token(2).await?.is_some());
    // Whatever is begun meanwhile is no way in either, now and later.
    stage.sign_in(3, &ada).await?;
    let refused = stage.directory().add_token(of(3, "ada")).await?;
    assert_eq!(refused, mission_control_identity::Outcome::Missing);
    stage.change(&ada, disabled(false)).await?;
    for n in [1, 3] {
        assert_eq!((stage.by_session(n).await?, stage.by_token(n).await?), (None, None), "{n}");
    }
    assert!(stage.directory().tokens(Some(&ada.principal_id())).await?.is_empty());
    stage.sign_in(4, &ada).await?;
    stage.mint(of(4, "ada")).await?;
    assert!(stage.by_session(4).await?.is_some() && stage.by_token(4).await?.is_some());
    stage.change(&bob, disabled(true)).await?;
    assert_eq!(stage.by_session(2).await?, None, "it was begun with a token of theirs");
    Ok(())
}

pub(super) async fn of_too_many_sessions_the_oldest_end(stage: Stage) -> anyhow::Result<()> {
    let most = u64::try_from(MOST_TOLD)?;
    let ada = stage.admit(person("ada", viewer())).await?;
    let bob = stage.admit(person("bob", viewer())).await?;
    stage.sign_in(0, &bob).await?;
    for n in 1..=2 {
        stage.sign_in(n, &ada).await?;
        stage.pass(1);
    }
    let more = (3..=most).map(|n| stage.sign_in(n, &ada));
    let mut begun = futures::stream::iter(more).buffer_unordered(AT_ONCE);
    while let Some(session) = begun.next().await {
        session?;
    }
    drop(begun);
    let revision = stage.revision().await?;
    assert!(stage.by_session(1).await?.is_some(), "as many as may be");
    stage.sign_in(most + 1, &ada).await?;
    assert!(stage.revision().await? > revision, "somebody has lost something");
    assert_eq!(stage.directory().sessions(&ada).await?.len(), MOST_TOLD);
    for (n, holds) in [(1, false), (2, true), (3, true), (most + 1, true), (0, true)] {
        assert_eq!(stage.by_session(n).await?.is_some(), holds, "{n}");
    }
    stage.sign_in(most + 2, &ada).await?;
    assert_eq!(stage.by_session(2).await?, None, "one goes for each that comes");
    assert!(stage.by_session(most + 2).await?.is_some());
    Ok(())
}

pub(super) async fn sessions_are_told_newest_first(stage: Stage) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", viewer())).await?;
    let bob = stage.admit(person("bob", viewer())).await?;
    let mut begun = Vec::new();
    for n in [5, 3, 4] {
        begun.insert(0, stage.sign_in(n, &ada).await?);
        stage.sign_in(10 + n, &bob).await?;
        stage.pass(1);
    }
    assert_eq!(stage.directory().sessions(&ada).await?, begun);
    assert!(stage.directory().sessions(&login("carol")).await?.is_empty());
    Ok(())
}

pub(super) async fn what_has_long_been_over_leaves(stage: Stage) -> anyhow::Result<()> {
    let directory = stage.directory();
    let lab = viewer().usual_project();
    let ada = stage.admit(person("ada", viewer())).await?;
    let expiring = |n, after| {
        let expires_at = Some(stage.now().plus(after));
        let token = new_token(n, "ada", scope(Role::Viewer, lab.clone()));
        mission_control_identity::NewToken { expires_at, ..token }
    };
    let (short, long) = (stage.mint(expiring(1, HOUR)).await?, expiring(2, 100 * TOKENS_KEPT));
    let (long, for_ever) = (
        stage.mint(long).await?,
        stage.mint(new_token(3, "ada", scope(Role::Viewer, lab.clone()))).await?,
    );
    stage.directory().begin_session(new_session(50, SignedInAs::Token(short))).await?;
    for n in 1..=3 {
        stage.sign_in(n, &ada).await?;
    }
    directory.revoke_token(long, None).await?;
    stage.wait(SESSION_IDLE + SESSIONS_KEPT - SECOND);
    assert_eq!(directory.sweep().await?, 0, "not long enough");
    stage.sign_in(4, &ada).await?;
    stage.wait(SECOND);
    assert_eq!(directory.sweep().await?, 4, "the four of the beginning");
    assert_eq!(directory.sweep().await?, 0);
    assert!(stage.by_session(4).await?.is_some());
    stage.wait(TOKENS_KEPT - (SESSION_IDLE + SESSIONS_KEPT) - SECOND);
    assert_eq!(directory.sweep().await?, 1, "the session; the revoked token has a second left");
    stage.wait(SECOND);
    assert_eq!(directory.sweep().await?, 1, "the revoked token");
    stage.wait(HOUR);
    assert_eq!(directory.sweep().await?, 1, "the one that was over an hour after it was made");
    assert_eq!(directory.sweep().await?, 0);
    let left = directory.tokens(None).await?;
    assert_eq!(left.iter().map(|token| token.id).collect::<Vec<_>>(), [for_ever]);
    assert!(stage.by_token(3).await?.is_some());
    // Busy for a week, then over however lately it was used.
    stage.sign_in(5, &ada).await?;
    let end = stage.now().plus(SESSION_LONGEST + SESSIONS_KEPT);
    while stage.now() < end {
        assert_eq!(directory.sweep().await?, 0);
        directory.note_used(&[(Used::Session(digest(5)), stage.now())]).await?;
        stage.wait(12 * HOUR);
    }
    assert_eq!(directory.sweep().await?, 1);
    Ok(())
}
