//! Those who ask.

use mission_control_identity::{
    AgentScope, Grants, NewToken, Outcome, Principal, PrincipalName, Role, TokenId, TokenScope,
};
use mission_control_kernel::{Clock as _, Ids as _, SystemClock, SystemIds, Timestamp};
use mission_control_transport::auth::{Minted, mint};
use serde_json::{Value, json};

use crate::app::App;
use crate::crowd::{Somebody, within};

/// The name of the agent as which the agent's token acts alone.
pub(crate) const ATLAS: &str = "atlas";

/// One column of the page.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    /// What is sent to say who asks.
    pub(crate) headers: Vec<(String, String)>,
    /// What they may do; `None` for those whom nobody knows.
    pub(crate) principal: Option<Principal>,
    /// The person who has signed in; `None` for programs and for those whom nobody knows.
    pub(crate) login: Option<&'static str>,
}

/// Everybody, in the order of the columns.
pub(crate) async fn gather(app: &App) -> Vec<Member> {
    let root = Somebody::root(app).await;
    let here = |role| within("default", role);
    let mut cast = vec![
        stranger("nobody", Vec::new()),
        stranger("garbage", bearer("mc_garbage")),
        stranger("forged", bearer(mint().token.expose())),
        stranger("expired", bearer(&expired(app).await)),
        stranger("revoked", bearer(&revoked(&root).await)),
        stranger("left", left(app).await),
    ];
    for (name, grants) in [
        ("viewer", here(Role::Viewer)),
        ("operator", here(Role::Operator)),
        ("owner", here(Role::Admin)),
        ("outsider", within("lab", Role::Admin)),
    ] {
        let somebody = Somebody::new(app, name, grants.clone()).await;
        cast.push(person(name, &somebody, grants));
    }
    let everything = Grants::everywhere(Role::Admin);
    cast.push(Member { name: "admin", ..person("root", &root, everything) });
    let operator = Somebody::again(app, "operator").await;
    for (name, role, agent) in
        [("program", Role::Operator, None), ("agent", Role::Agent, Some(ATLAS))]
    {
        let body =
            json!({"name": name, "role": role.as_str(), "project": "default", "agent": agent});
        let made = operator.post("/api/tokens", body).await.expect(201);
        let headers = bearer(made["token"].as_str().unwrap());
        let agent = agent.map(|agent| AgentScope::parse(agent).unwrap());
        let principal = Some(Principal { agent, ..holding(name, here(role)) });
        cast.push(Member { name, headers, principal, login: None });
    }
    cast
}

/// A token of somebody's that is not over; `owner` is a login.
pub(crate) async fn token_of(app: &App, owner: &str) -> TokenId {
    let scope = TokenScope { role: Role::Viewer, project: None, agent: None };
    add_token(app, owner, scope, None).await.0
}

fn person(login: &'static str, somebody: &Somebody<'_>, grants: Grants) -> Member {
    let headers = somebody.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let principal = Some(holding(login, grants));
    Member { name: login, headers: headers.collect(), principal, login: Some(login) }
}

fn stranger(name: &'static str, headers: Vec<(String, String)>) -> Member {
    Member { name, headers, principal: None, login: None }
}

fn bearer(token: &str) -> Vec<(String, String)> {
    vec![("authorization".to_owned(), format!("Bearer {token}"))]
}

fn holding(name: &str, grants: Grants) -> Principal {
    Principal {
        id: name.parse().unwrap(),
        name: PrincipalName::parse(name).unwrap(),
        grants,
        ..Principal::administrator()
    }
}

/// A token that let its bearer do everything until a moment ago.
async fn expired(app: &App) -> String {
    let scope = TokenScope { role: Role::Admin, project: None, agent: None };
    let over = SystemClock.now().minus(std::time::Duration::from_secs(60));
    add_token(app, "root", scope, Some(over)).await.1.token.expose().to_owned()
}

/// A token that let its bearer do everything until it was taken back.
async fn revoked(root: &Somebody<'_>) -> String {
    let body = json!({"name": "revoked", "role": "admin"});
    let made = root.post("/api/tokens", body).await.expect(201);
    let path = format!("/api/tokens/{}", made["api_token"]["id"].as_str().unwrap());
    assert_eq!(root.delete(&path).await.status, 204);
    made["token"].as_str().unwrap().to_owned()
}

/// The cookie of an administrator who has signed out.
async fn left(app: &App) -> Vec<(String, String)> {
    let somebody = Somebody::again(app, "root").await;
    assert_eq!(somebody.get("/api/me").await.status, 200);
    let got = somebody.send("POST", "/api/logout", None).await;
    assert!(got.status == 204, "{got:?}");
    let headers = somebody.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
    headers.collect()
}

async fn add_token(
    app: &App,
    owner: &str,
    scope: TokenScope,
    expires_at: Option<Timestamp>,
) -> (TokenId, Minted) {
    let minted = mint();
    let id = TokenId::new(SystemIds::default().next(SystemClock.now()).as_u128());
    let token = NewToken {
        id,
        digest: minted.digest,
        hint: minted.hint.clone(),
        name: PrincipalName::parse("of the matrix").unwrap(),
        owner: owner.parse().unwrap(),
        scope,
        expires_at,
    };
    assert_eq!(app.stores.directory.add_token(token).await.unwrap(), Outcome::Done);
    (id, minted)
}

/// Whether those who are known still are, and the others still not.
pub(crate) async fn is_as_before(app: &App, cast: &[Member]) {
    for member in cast {
        let headers: Vec<_> =
            member.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let got = app.nobody().send("GET", "/api/me", &headers, None).await;
        let expected = if member.principal.is_some() { 200 } else { 401 };
        assert_eq!(got.status, expected, "{}: {got:?}", member.name);
        if let Some(login) = member.login {
            assert_eq!(got.json()["principal"], Value::from(login));
        }
    }
}
