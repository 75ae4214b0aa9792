//! Tokens of programs.

use std::time::Duration;

use futures::StreamExt as _;
use mission_control_identity::{
    Grants, MOST_TOLD, NewToken, Outcome, Principal, PrincipalId, Role, SESSION_IDLE, SignedInAs,
    TokenScope, Used,
};

use crate::draft::{project, text};
use crate::entrance::{
    digest, disabled, new_grants, new_session, new_token, person, principal, scope, within,
};
use crate::stage::Stage;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);
/// Requests under way at a time while tokens are made.
const AT_ONCE: usize = 8;

pub(super) async fn a_token_lets_its_bearer_in(stage: Stage) -> anyhow::Result<()> {
    stage.admit(person("ada", Grants::everywhere(Role::Admin))).await?;
    let lab = project("lab");
    let agent = TokenScope { agent: Some(text("atlas")), ..scope(Role::Agent, Some(lab.clone())) };
    let everywhere = scope(Role::Operator, None);
    for (n, scope) in [(1, agent), (2, everywhere.clone())] {
        let token = new_token(n, "ada", scope.clone());
        stage.mint(token.clone()).await?;
        let entrant = stage.by_token(n).await?.expect("it counts");
        assert_eq!((entrant.who, entrant.ends_at), (SignedInAs::Token(token.id), None));
        let expected = Principal {
            id: token.id.principal_id(),
            name: token.name.clone(),
            grants: match &scope.project {
                Some(project) => Grants::within([(project.clone(), scope.role)]),
                None => Grants::everywhere(scope.role),
            },
            default_project: scope.project.clone().unwrap_or_else(|| project("default")),
            agent: scope.agent.clone(),
        };
        assert_eq!(entrant.principal, Some(expected));
        let told = stage.directory().tokens(None).await?;
        let told = told.iter().find(|one| one.id == token.id).expect("it is told");
        assert_eq!((&told.hint, &told.name, &told.owner), (&token.hint, &token.name, &token.owner));
        assert_eq!((&told.scope, told.created_at), (&scope, stage.now()));
        assert_eq!((told.expires_at, told.last_used_at), (None, None));
    }
    assert_eq!(stage.by_token(3).await?, None, "it never was");
    assert_eq!(stage.by_session(1).await?, None, "a token is no session");
    Ok(())
}

pub(super) async fn a_token_never_does_more_than_its_owner_may(stage: Stage) -> anyhow::Result<()> {
    let lab = || Some(project("lab"));
    let ada = stage.admit(person("ada", within(&[("lab", Role::Admin)]))).await?;
    for (n, scope) in [
        (1, scope(Role::Operator, lab())),
        (2, scope(Role::Viewer, lab())),
        (3, scope(Role::Viewer, None)),
        (4, scope(Role::Viewer, Some(project("shop")))),
    ] {
        let id = stage.mint(new_token(n, "ada", scope)).await?;
        let session = new_session(n, SignedInAs::Token(id));
        stage.directory().begin_session(session).await?;
    }
    let shadowed = Grants::everywhere(Role::Admin).with_project(project("lab"), Some(Role::Viewer));
    for (grants, counting) in [
        (within(&[("lab", Role::Admin)]), vec![1, 2]),
        (within(&[("lab", Role::Viewer)]), vec![2]),
        (within(&[("shop", Role::Viewer)]), vec![4]),
        (Grants::default(), vec![]),
        (Grants::everywhere(Role::Viewer), vec![2, 3, 4]),
        // The role of the project stands before the one held everywhere.
        (shadowed, vec![2, 3, 4]),
        (Grants::everywhere(Role::Admin), vec![1, 2, 3, 4]),
    ] {
        stage.change(&ada, new_grants(grants.clone())).await?;
        for n in 1..=4 {
            let counts = counting.contains(&n);
            assert_eq!(stage.by_token(n).await?.is_some(), counts, "{n} of {grants:?}");
            assert_eq!(stage.by_session(n).await?.is_some(), counts, "{n} of {grants:?}");
        }
    }
    Ok(())
}

pub(super) async fn what_the_settings_made_names_their_token(stage: Stage) -> anyhow::Result<()> {
    let owner = PrincipalId::of_settings(&digest(77));
    for (n, scope) in [(1, scope(Role::Admin, None)), (2, scope(Role::Agent, Some(project("x"))))] {
        let id = stage.mint(new_token(n, owner.as_str(), scope)).await?;
        stage.directory().begin_session(new_session(n, SignedInAs::Token(id))).await?;
        for entrant in [stage.by_token(n).await?, stage.by_session(n).await?] {
            assert_eq!(entrant.expect("it counts").owner, owner);
        }
    }
    let entrant = stage.by_token(1).await?.expect("it counts");
    let grants = entrant.principal.expect("a token has a principal").grants;
    assert_eq!(grants, Grants::everywhere(Role::Admin));
    let fixed = SignedInAs::FixedAdmin(digest(77));
    stage.directory().begin_session(new_session(3, fixed)).await?;
    assert_eq!(stage.by_session(3).await?.expect("it holds").owner, owner);
    // Whoever else is in no record may do nothing, whatever their name, until the records know them.
    stage.mint(new_token(4, "admin", scope(Role::Viewer, None))).await?;
    assert_eq!(stage.by_token(4).await?, None);
    let admin = stage.admit(person("admin", Grants::everywhere(Role::Viewer))).await?;
    assert!(stage.by_token(4).await?.is_some());
    stage.change(&admin, disabled(true)).await?;
    assert!(stage.by_token(1).await?.is_some(), "that is somebody else");
    Ok(())
}

pub(super) async fn a_token_is_over_at_its_time(stage: Stage) -> anyhow::Result<()> {
    stage.admit(person("ada", Grants::everywhere(Role::Viewer))).await?;
    let expires_at = Some(stage.now().plus(HOUR));
    let token = NewToken { expires_at, ..new_token(1, "ada", scope(Role::Viewer, None)) };
    let id = stage.mint(token).await?;
    stage.directory().begin_session(new_session(1, SignedInAs::Token(id))).await?;
    stage.wait(HOUR - SECOND);
    stage.directory().note_used(&[(Used::Token(id), stage.now())]).await?;
    let entrant = stage.by_token(1).await?.expect("it counts");
    assert_eq!(entrant.ends_at, expires_at);
    stage.wait(SECOND);
    assert_eq!(stage.by_token(1).await?, None);
    assert_eq!(stage.by_session(1).await?, None);
    let told = stage.directory().tokens(None).await?;
    assert_eq!(told.len(), 1, "people see that it is over");
    assert_eq!(
        (told[0].expires_at, told[0].last_used_at),
        (expires_at, Some(stage.now().minus(SECOND)))
    );
    Ok(())
}

pub(super) async fn a_session_of_a_token_ends_with_it(stage: Stage) -> anyhow::Result<()> {
    stage.admit(person("ada", Grants::everywhere(Role::Viewer))).await?;
    let begun = stage.now();
    for (n, life) in [(1, Some(HOUR)), (2, Some(100 * SESSION_IDLE)), (3, None)] {
        let expires_at = life.map(|life| begun.plus(life));
        let token = NewToken { expires_at, ..new_token(n, "ada", scope(Role::Viewer, None)) };
        let id = stage.mint(token).await?;
        stage.directory().begin_session(new_session(n, SignedInAs::Token(id))).await?;
        let entrant = stage.by_session(n).await?.expect("it holds");
        assert_eq!(
            entrant.ends_at,
            Some(begun.plus(life.unwrap_or(SESSION_IDLE).min(SESSION_IDLE)))
        );
        assert_eq!(entrant.who, SignedInAs::Token(id));
        let by_token = stage.by_token(n).await?.expect("it counts");
        assert_eq!(entrant.principal, by_token.principal);
        let others = stage.directory().sessions(&"ada".parse()?).await?;
        assert!(others.is_empty(), "it is none of the person's own");
        assert_eq!(stage.directory().revoke_token(id, None).await?, Outcome::Done);
        assert_eq!(stage.by_session(n).await?, None);
    }
    Ok(())
}

pub(super) async fn a_revoked_token_is_nobodys(stage: Stage) -> anyhow::Result<()> {
    let directory = stage.directory();
    stage.admit(person("ada", Grants::everywhere(Role::Viewer))).await?;
    stage.admit(person("bob", Grants::everywhere(Role::Viewer))).await?;
    let (ada, bob) = (principal("ada"), principal("bob"));
    let id = stage.mint(new_token(1, "ada", scope(Role::Viewer, None))).await?;
    let other = stage.mint(new_token(2, "ada", scope(Role::Viewer, None))).await?;
    let revision = stage.revision().await?;
    assert_eq!(directory.revoke_token(id, Some(&bob)).await?, Outcome::Missing);
    assert!(stage.by_token(1).await?.is_some(), "it is not theirs");
    assert_eq!(stage.revision().await?, revision);
    assert_eq!(directory.revoke_token(id, Some(&ada)).await?, Outcome::Done);
    for owner in [Some(&ada), None] {
        assert_eq!(directory.revoke_token(id, owner).await?, Outcome::Missing, "once is all");
        let told = directory.tokens(owner).await?;
        assert_eq!(told.iter().map(|token| token.id).collect::<Vec<_>>(), [other]);
    }
    assert_eq!(stage.by_token(1).await?, None);
    assert_eq!(directory.revoke_token(other, None).await?, Outcome::Done, "whoever owns it");
    assert_eq!(stage.by_token(2).await?, None);
    Ok(())
}

pub(super) async fn tokens_are_told_newest_first(stage: Stage) -> anyhow::Result<()> {
    for (n, owner) in [(5, "ada"), (1, "bob"), (4, "ada"), (2, "ada")] {
        stage.mint(new_token(n, owner, scope(Role::Viewer, None))).await?;
        stage.pass(1);
    }
    for (owner, expected) in [
        (None, vec![2, 4, 1, 5]),
        (Some("ada"), vec![2, 4, 5]),
        (Some("bob"), vec![1]),
        (Some("carol"), vec![]),
    ] {
        let owner = owner.map(principal);
        let told = stage.directory().tokens(owner.as_ref()).await?;
        let told: Vec<_> = told.iter().map(|token| token.id.bits()).collect();
        assert_eq!(told, expected, "{owner:?}");
    }
    Ok(())
}

pub(super) async fn there_are_as_many_tokens_of_one_owner_as_may_be(
    stage: Stage,
) -> anyhow::Result<()> {
    let most = u64::try_from(MOST_TOLD)?;
    let directory = stage.directory();
    let one = |n, owner| directory.add_token(new_token(n, owner, scope(Role::Viewer, None)));
    let mut made =
        futures::stream::iter((0..most).map(|n| one(n, "ada"))).buffer_unordered(AT_ONCE);
    while let Some(outcome) = made.next().await {
        assert_eq!(outcome?, Outcome::Done);
    }
    drop(made);
    assert_eq!(one(most, "ada").await?, Outcome::Full);
    assert_eq!(stage.directory().by_token(&digest(most)).await?, None);
    assert_eq!(one(most + 1, "bob").await?, Outcome::Done, "others have room of their own");
    assert_eq!(directory.tokens(None).await?.len(), MOST_TOLD, "no more are told");
    let first = directory.tokens(Some(&principal("ada"))).await?[0].id;
    directory.revoke_token(first, None).await?;
    assert_eq!(one(most, "ada").await?, Outcome::Done, "what is revoked makes room");
    Ok(())
}
