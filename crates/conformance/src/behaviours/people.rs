//! People, and what they may do where.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::future::try_join_all;
use mission_control_identity::{Grants, MOST_TOLD, NewUser, Outcome, Role, SignedInAs, UserChange};

use crate::draft::{project, text};
use crate::entrance::{
    disabled, doors, hash, login, new_grants, new_session, patiently, person, within,
};
use crate::stage::Stage;

/// Changes of one person at a time.
const CHANGES: usize = 50;
/// How often two try to leave nobody behind.
const ROUNDS: usize = 20;
/// Requests under way at a time while a directory is filled.
const AT_ONCE: usize = 8;

pub(super) async fn a_person_reads_back_as_they_were_made(stage: Stage) -> anyhow::Result<()> {
    let directory = stage.directory();
    assert!(directory.users().await?.is_empty(), "a store begins without anybody");
    let both = Grants::everywhere(Role::Viewer).with_project(project("lab"), Some(Role::Admin));
    let made = [
        person("bob", within(&[("lab", Role::Operator), ("shop", Role::Viewer)])),
        NewUser { password: None, ..person("ada@example.org", both) },
        person("0.nobody", Grants::default()),
        person("agent_x-1", Grants::everywhere(Role::Agent)),
    ];
    for user in &made {
        stage.admit(user.clone()).await?;
        let found = directory.user(&user.login).await?;
        let (found, password) = found.expect("they are known");
        assert_eq!((&found.login, &found.name), (&user.login, &user.name));
        assert_eq!((&found.grants, found.disabled), (&user.grants, false));
        assert_eq!(found.has_password, user.password.is_some());
        assert_eq!((password, found.created_at), (user.password.clone(), stage.now()));
    }
    let all = directory.users().await?;
    let logins: Vec<_> = all.iter().map(|user| user.login.as_str()).collect();
    assert_eq!(logins, ["0.nobody", "ada@example.org", "agent_x-1", "bob"], "in their order");
    for user in all {
        assert_eq!(stage.user(&user.login).await?, user, "told alone as among all");
    }
    assert_eq!(directory.user(&login("carol")).await?, None);
    Ok(())
}

pub(super) async fn a_login_is_taken_once_whoever_asks(stage: Stage) -> anyhow::Result<()> {
    let doors = doors(&stage).await?;
    let adding = (0..16).map(|n| {
        let directory = Arc::clone(&doors[n % 2]);
        let grants = within(&[(&format!("of-{n}"), Role::Viewer)]);
        tokio::spawn(async move {
            let user = person("ada", grants.clone());
            let outcome = patiently(|| directory.add_user(user.clone())).await?;
            anyhow::Ok((outcome, grants))
        })
    });
    let mut winners = Vec::new();
    for added in try_join_all(adding).await? {
        match added? {
            (Outcome::Done, grants) => winners.push(grants),
            (outcome, _) => assert_eq!(outcome, Outcome::Taken),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(stage.user(&login("ada")).await?.grants, winners[0], "nothing of the others");
    Ok(())
}

pub(super) async fn there_are_as_many_people_as_may_be(stage: Stage) -> anyhow::Result<()> {
    let directory = stage.directory();
    let named = |n: usize| person(&format!("p{n:04}"), within(&[("lab", Role::Viewer)]));
    let adding = (0..MOST_TOLD).map(|n| directory.add_user(named(n)));
    let mut added = futures::stream::iter(adding).buffer_unordered(AT_ONCE);
    while let Some(outcome) = added.next().await {
        assert_eq!(outcome?, Outcome::Done);
    }
    assert_eq!(directory.add_user(named(MOST_TOLD)).await?, Outcome::Full);
    assert_eq!(directory.add_user(named(7)).await?, Outcome::Taken, "which is true as well");
    assert_eq!(directory.users().await?.len(), MOST_TOLD);
    Ok(())
}

pub(super) async fn a_change_leaves_what_it_does_not_name(stage: Stage) -> anyhow::Result<()> {
    let directory = stage.directory();
    stage.admit(person("root", Grants::everywhere(Role::Admin))).await?;
    let ada = stage.admit(person("ada", within(&[("lab", Role::Viewer)]))).await?;
    let mut expected = (stage.user(&ada).await?, Some(hash("ada")));
    stage.pass(60);
    let renamed = UserChange { name: Some(text("Ada L.")), ..UserChange::default() };
    let rekeyed = UserChange { password: Some(hash("other")), ..UserChange::default() };
    let other = within(&[("lab", Role::Admin), ("shop", Role::Agent)]);
    let both = Grants::everywhere(Role::Operator).with_project(project("dock"), Some(Role::Viewer));
    for change in [
        renamed,
        rekeyed,
        new_grants(other),
        disabled(true),
        disabled(false),
        new_grants(both),
        new_grants(Grants::default()),
        UserChange::default(),
    ] {
        let (user, password) = &mut expected;
        user.name = change.name.clone().unwrap_or_else(|| user.name.clone());
        user.grants = change.grants.clone().unwrap_or_else(|| user.grants.clone());
        user.disabled = change.disabled.unwrap_or(user.disabled);
        *password = change.password.clone().or_else(|| password.clone());
        let outcome = directory.change_user(&ada, change.clone(), None).await?;
        assert_eq!(outcome, Outcome::Done, "{change:?}");
        assert_eq!(directory.user(&ada).await?, Some(expected.clone()), "after {change:?}");
    }
    let missing = directory.change_user(&login("carol"), disabled(true), None).await?;
    assert_eq!(missing, Outcome::Missing);
    assert_eq!(directory.user(&login("carol")).await?, None);
    Ok(())
}

pub(super) async fn the_last_administrator_stays(stage: Stage) -> anyhow::Result<()> {
    let directory = stage.directory();
    let admin = || Grants::everywhere(Role::Admin);
    let ada = stage.admit(person("ada", admin())).await?;
    let bob = stage.admit(NewUser { password: None, ..person("bob", admin()) }).await?;
    let carol = stage.admit(person("carol", admin())).await?;
    stage.admit(person("dave", within(&[("lab", Role::Admin)]))).await?;
    stage.change(&carol, disabled(true)).await?;
    stage.sign_in(1, &ada).await?;
    let revision = stage.revision().await?;
    let everything = UserChange {
        name: Some(text("Nobody")),
        disabled: Some(true),
        password: Some(hash("new")),
        ..new_grants(Grants::default())
    };
    let lesser = admin().with_project(project("lab"), Some(Role::Viewer));
    for change in [disabled(true), new_grants(Grants::everywhere(Role::Operator)), everything] {
        let outcome = directory.change_user(&ada, change.clone(), None).await?;
        assert_eq!(outcome, Outcome::LastAdministrator, "{change:?}");
    }
    assert_eq!(stage.user(&ada).await?.name, text("Name of ada"), "nothing of it is done");
    assert!(stage.by_session(1).await?.is_some(), "nor of what follows from it");
    assert_eq!(stage.revision().await?, revision);
    stage.change(&ada, new_grants(lesser)).await?;
    assert!(stage.user(&ada).await?.is_administrator(), "everywhere else they still are");
    for change in [new_grants(Grants::default()), new_grants(admin()), disabled(true)] {
        stage.change(&bob, change).await?;
    }
    let enabled = UserChange { password: Some(hash("bob")), ..disabled(false) };
    stage.change(&bob, enabled).await?;
    stage.change(&ada, disabled(true)).await?;
    let outcome = directory.change_user(&bob, disabled(true), None).await?;
    assert_eq!(outcome, Outcome::LastAdministrator);
    stage.change(&carol, disabled(false)).await?;
    stage.change(&bob, disabled(true)).await?;
    Ok(())
}

pub(super) async fn two_changes_at_once_leave_one_administrator(
    stage: Stage,
) -> anyhow::Result<()> {
    let admin = || Grants::everywhere(Role::Admin);
    let ada = stage.admit(person("ada", admin())).await?;
    let bob = stage.admit(person("bob", admin())).await?;
    let doors = doors(&stage).await?;
    let demoted = || new_grants(Grants::everywhere(Role::Operator));
    for round in 0..ROUNDS {
        let (one, other) = if round % 2 == 0 { (&ada, &bob) } else { (&bob, &ada) };
        let changes = [(one, disabled(true)), (other, demoted())];
        let changing = changes.into_iter().zip(&doors).map(|((login, change), directory)| {
            let (login, directory) = (login.clone(), Arc::clone(directory));
            let changing = async move {
                patiently(|| directory.change_user(&login, change.clone(), None)).await
            };
            tokio::spawn(changing)
        });
        let mut outcomes = Vec::new();
        for outcome in try_join_all(changing).await? {
            outcomes.push(outcome?);
        }
        let refused = outcomes.iter().filter(|one| **one == Outcome::LastAdministrator).count();
        let done = outcomes.iter().filter(|one| **one == Outcome::Done).count();
        assert_eq!((done, refused), (1, 1), "{outcomes:?}");
        let users = stage.directory().users().await?;
        assert_eq!(users.iter().filter(|user| user.is_administrator()).count(), 1);
        for login in [&ada, &bob] {
            let restored = UserChange { disabled: Some(false), ..new_grants(admin()) };
            stage.change(login, restored).await?;
        }
    }
    Ok(())
}

pub(super) async fn of_many_changes_at_once_one_stands(stage: Stage) -> anyhow::Result<()> {
    stage.admit(person("root", Grants::everywhere(Role::Admin))).await?;
    let ada = stage.admit(person("ada", Grants::default())).await?;
    stage.sign_in(1, &ada).await?;
    let doors = doors(&stage).await?;
    let written: Vec<Grants> = (0..CHANGES).map(grants_of).collect();
    let before = stage.revision().await?;
    let changing = written.iter().cloned().enumerate().map(|(n, grants)| {
        let (directory, ada) = (Arc::clone(&doors[n % 2]), ada.clone());
        let change = new_grants(grants);
        tokio::spawn(async move {
            patiently(|| directory.change_user(&ada, change.clone(), None)).await
        })
    });
    for outcome in try_join_all(changing).await? {
        assert_eq!(outcome?, Outcome::Done);
    }
    let user = stage.user(&ada).await?;
    assert!(written.contains(&user.grants), "nobody has written {:?}", user.grants);
    assert_eq!(stage.by_session(1).await?, None);
    assert_eq!(stage.revision().await? - before, i64::try_from(CHANGES)?, "each raises it by one");
    let session = new_session(2, SignedInAs::User(ada));
    doors[1].begin_session(session).await?;
    let entrant = stage.by_session(2).await?.expect("a new session holds");
    assert_eq!(entrant.principal, user.principal());
    Ok(())
}

/// Each of them adds a project to what it has seen, and begins anew when that was old.
pub(super) async fn what_was_seen_is_compared_with_what_is(stage: Stage) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", Grants::everywhere(Role::Viewer))).await?;
    let doors = doors(&stage).await?;
    let old = Grants::everywhere(Role::Admin);
    let stale = UserChange { seen: Some(Grants::default()), ..new_grants(old) };
    let before = stage.revision().await?;
    assert_eq!(doors[0].change_user(&ada, stale, None).await?, Outcome::Stale);
    assert_eq!(stage.revision().await?, before, "nothing has changed");
    let reset = UserChange { password: Some(hash("reset")), ..UserChange::default() };
    assert_eq!(doors[1].change_user(&ada, reset, None).await?, Outcome::Done);
    let mut chosen = UserChange { password: Some(hash("chosen")), ..UserChange::default() };
    for verified in [None, Some(hash("before"))] {
        chosen.password_seen = Some(verified);
        let outcome = doors[0].change_user(&ada, chosen.clone(), None).await?;
        assert_eq!(outcome, Outcome::Stale, "the password was reset meanwhile");
    }
    chosen.password_seen = Some(Some(hash("reset")));
    assert_eq!(doors[0].change_user(&ada, disabled(true), None).await?, Outcome::Done);
    let outcome = doors[0].change_user(&ada, chosen.clone(), None).await?;
    assert_eq!(outcome, Outcome::Stale, "she is kept out meanwhile");
    assert_eq!(doors[0].change_user(&ada, disabled(false), None).await?, Outcome::Done);
    assert_eq!(doors[0].change_user(&ada, chosen, None).await?, Outcome::Done);
    let adding = (0..CHANGES / 2).map(|n| {
        let (directory, ada) = (Arc::clone(&doors[n % 2]), ada.clone());
        tokio::spawn(async move {
            loop {
                let (user, _) = directory.user(&ada).await?.expect("she is known");
                let grants = user.grants.clone();
                let grants = grants.with_project(project(&format!("p-{n}")), Some(Role::Viewer));
                let change = UserChange { seen: Some(user.grants), ..new_grants(grants) };
                let outcome =
                    patiently(|| directory.change_user(&ada, change.clone(), None)).await?;
                if outcome != Outcome::Stale {
                    return anyhow::Ok(outcome);
                }
            }
        })
    });
    for outcome in try_join_all(adding).await? {
        assert_eq!(outcome?, Outcome::Done);
    }
    let user = stage.user(&ada).await?;
    assert_eq!(user.grants.role_everywhere(), Some(Role::Viewer));
    assert_eq!(user.grants.projects().len(), CHANGES / 2, "nobody undid what another did");
    Ok(())
}

/// Grants that no other number has, of some projects and, for some, everywhere.
fn grants_of(n: usize) -> Grants {
    let role = |n: usize| Role::ALL[n % Role::ALL.len()];
    let everywhere =
        if n.is_multiple_of(3) { Grants::default() } else { Grants::everywhere(role(n)) };
    (0..=n % 5).fold(everywhere, |grants, other| {
        grants.with_project(project(&format!("p-{n}-{other}")), Some(role(n + other)))
    })
}
