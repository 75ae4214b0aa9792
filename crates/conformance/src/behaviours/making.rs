//! What is made under a key.

use std::sync::Arc;

use futures::future::try_join_all;
use mission_control_identity::{Added, Addition, Grants, Outcome, Receipt, Rendered, Role};

use crate::draft::project;
use crate::entrance::{disabled, doors, new_token, patiently, person, principal, scope, within};
use crate::stage::Stage;

/// How many ask for one thing at a time.
const AT_ONCE: usize = 16;
/// The digest of a request that was never sent before.
const ANOTHER: u8 = 99;

/// The receipt of the request with this digest, whose answer says when it was carried out.
fn receipt(who: &str, key: &str, request: u8) -> Receipt {
    let answer = move |at| Rendered { status: 201, body: format!("{request} {at}").into_bytes() };
    Receipt {
        principal: principal(who),
        key: key.to_owned(),
        request_digest: [request; 32],
        render: Box::new(answer),
    }
}

pub(super) async fn what_is_made_under_a_key_is_made_once(stage: Stage) -> anyhow::Result<()> {
    let [here, there] = doors(&stage).await?;
    let additions = [
        Addition::User(person("ada", within(&[("lab", Role::Admin)]))),
        Addition::Token(new_token(1, "ada", scope(Role::Viewer, Some(project("lab"))))),
        Addition::Project(project("lab")),
    ];
    let mut kept = Vec::new();
    for (n, what) in (1..).zip(additions) {
        let (key, at) = (format!("key {n}"), stage.now());
        let made = here.add(what.clone(), Some(receipt("root", &key, n))).await?;
        assert_eq!(made, Added::Now(at), "{what:?}");
        stage.pass(60);
        let before = Added::Before(Rendered { status: 201, body: format!("{n} {at}").into() });
        for door in [&there, &here] {
            let again = door.add(what.clone(), Some(receipt("root", &key, n))).await?;
            assert_eq!(again, before, "{what:?}");
            let other = door.add(what.clone(), Some(receipt("root", &key, ANOTHER))).await?;
            assert_eq!(other, Added::KeyReused, "{what:?}");
        }
        kept.push((what, key, n, before));
    }
    let (what, key, n, _) = &kept[0];
    let of_another = here.add(what.clone(), Some(receipt("bob", key, *n))).await?;
    assert_eq!(of_another, Added::Not(Outcome::Taken), "a key is its sender's alone");
    assert_eq!(here.add(what.clone(), None).await?, Added::Not(Outcome::Taken));
    let there_are = async |stage: &Stage| -> anyhow::Result<_> {
        let directory = stage.directory();
        let (users, tokens) = (directory.users().await?.len(), directory.tokens(None).await?.len());
        Ok((users, tokens, directory.projects().await?.len()))
    };
    assert_eq!(there_are(&stage).await?, (1, 1, 2));
    assert!(stage.by_token(1).await?.is_some());
    drop((here, there));
    let stage = stage.reopened().await?;
    for (what, key, n, before) in kept {
        let again = stage.directory().add(what, Some(receipt("root", &key, n))).await?;
        assert_eq!(again, before, "also when everybody was away");
    }
    assert_eq!(there_are(&stage).await?, (1, 1, 2));
    Ok(())
}

pub(super) async fn what_is_refused_leaves_its_key_free(stage: Stage) -> anyhow::Result<()> {
    let ada = stage.admit(person("ada", Grants::everywhere(Role::Viewer))).await?;
    stage.change(&ada, disabled(true)).await?;
    let token = |owner| Addition::Token(new_token(1, owner, scope(Role::Viewer, None)));
    for (what, outcome) in [
        (Addition::Project(project("default")), Outcome::Taken),
        (Addition::User(person("ada", Grants::default())), Outcome::Taken),
        (token("ada"), Outcome::Missing),
    ] {
        let refused = stage.directory().add(what, Some(receipt("root", "key", 1))).await?;
        assert_eq!(refused, Added::Not(outcome));
    }
    let made = stage.directory().add(token("bob"), Some(receipt("root", "key", 2))).await?;
    assert_eq!(made, Added::Now(stage.now()));
    Ok(())
}

pub(super) async fn of_many_who_ask_at_once_under_one_key_one_makes_it(
    stage: Stage,
) -> anyhow::Result<()> {
    let doors = doors(&stage).await?;
    for name in ["ada", "bob", "cyd"] {
        let asking = (0..AT_ONCE).map(|n| {
            let directory = Arc::clone(&doors[n % 2]);
            tokio::spawn(async move {
                let what = || Addition::User(person(name, Grants::default()));
                let key = || Some(receipt("root", name, 1));
                patiently(|| directory.add(what(), key())).await
            })
        });
        let (mut made, mut told) = (0, 0);
        let body = format!("1 {}", stage.now()).into_bytes();
        for answer in try_join_all(asking).await? {
            match answer? {
                Added::Now(at) => made += usize::from(at == stage.now()),
                Added::Before(kept) => told += usize::from(kept.body == body),
                other @ (Added::KeyReused | Added::Not(_)) => panic!("{other:?}"),
            }
        }
        assert_eq!((made, told), (1, AT_ONCE - 1), "{name}");
    }
    Ok(())
}
