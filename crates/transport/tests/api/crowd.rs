//! People and programs as the records know them, and what they ask for.

use mission_control_identity::{
    AgentScope, Grants, NewSession, NewToken, NewUser, Outcome, PasswordHash, PrincipalName, Role,
    SignedInAs, TokenId, TokenScope,
};
use mission_control_kernel::{Clock as _, Ids as _, ProjectId, SystemClock, SystemIds};
use mission_control_transport::auth::{digest, mint};
use serde_json::Value;

use crate::app::{App, Got};

/// Somebody with a credential of their own.
pub(crate) struct Somebody<'a> {
    app: &'a App,
    headers: Vec<(&'static str, String)>,
}

impl<'a> Somebody<'a> {
    /// A person with a password whom nobody knows, signed in from a browser.
    pub(crate) async fn new(app: &'a App, login: &str, grants: Grants) -> Self {
        let user = NewUser {
            login: login.parse().unwrap(),
            name: PrincipalName::parse(login).unwrap(),
            grants,
            password: Some(PasswordHash::new("$argon2id$that-nothing-fits".to_owned())),
        };
        assert_eq!(app.stores.directory.add_user(user).await.unwrap(), Outcome::Done);
        Self::again(app, login).await
    }

    /// Somebody who is known, signed in anew.
    pub(crate) async fn again(app: &'a App, login: &str) -> Self {
        let id = SystemIds::default().next(SystemClock.now()).simple().to_string();
        let secret = format!("{id:-<43}");
        let session = NewSession {
            digest: digest(&secret),
            who: SignedInAs::User(login.parse().unwrap()),
            user_agent: "a test".to_owned(),
        };
        app.stores.directory.begin_session(session).await.unwrap();
        let cookie = format!("{}={secret}", app.authenticator.cookie());
        Self { app, headers: vec![("cookie", cookie), ("sec-fetch-site", "same-origin".into())] }
    }

    /// Who may do everything everywhere.
    pub(crate) async fn root(app: &'a App) -> Self {
        Self::new(app, "root", Grants::everywhere(Role::Admin)).await
    }

    /// A program with a token that `owner` has made.
    pub(crate) async fn program(app: &'a App, owner: &str, scope: TokenScope) -> Self {
        let minted = mint();
        let token = NewToken {
            id: TokenId::new(SystemIds::default().next(SystemClock.now()).as_u128()),
            digest: minted.digest,
            hint: minted.hint,
            name: PrincipalName::parse("a program").unwrap(),
            owner: owner.parse().unwrap(),
            scope,
            expires_at: None,
        };
        assert_eq!(app.stores.directory.add_token(token).await.unwrap(), Outcome::Done);
        Self::bearer(app, minted.token.expose())
    }

    /// Whoever shows this token.
    pub(crate) fn bearer(app: &'a App, token: &str) -> Self {
        Self { app, headers: vec![("authorization", format!("Bearer {token}"))] }
    }

    /// What says who this is.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The same as [`Self::send`], with one header more.
    pub(crate) async fn say(
        &self,
        method: &str,
        path: &str,
        header: Option<(&str, &str)>,
        body: Option<&Value>,
    ) -> Got {
        let headers = self.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let headers: Vec<_> = headers.chain(header).collect();
        self.app.nobody().send(method, path, &headers, body).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Got {
        self.say(method, path, None, body).await
    }

    /// The status alone, of what may have no end.
    pub(crate) async fn open(&self, method: &str, path: &str) -> u16 {
        let headers = self.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let headers: Vec<_> = headers.collect();
        self.app.nobody().open(method, path, &headers, None).await.status().as_u16()
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Got {
        self.send("POST", path, Some(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Got {
        self.send("PATCH", path, Some(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Got {
        self.send("PUT", path, Some(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Got {
        self.send("DELETE", path, None).await
    }
}

pub(crate) fn project(name: &str) -> ProjectId {
    name.parse().unwrap()
}

/// A role in one project alone.
pub(crate) fn within(name: &str, role: Role) -> Grants {
    Grants::within([(project(name), role)])
}

/// A token for one project.
pub(crate) fn scope(role: Role, name: &str) -> TokenScope {
    TokenScope { role, project: Some(project(name)), agent: None }
}

/// A token that acts as one agent alone.
pub(crate) fn as_agent(agent: &str, name: &str) -> TokenScope {
    let agent = Some(AgentScope::parse(agent).unwrap());
    TokenScope { agent, ..scope(Role::Agent, name) }
}

/// An answer without what no two answers share: when and where it was asked for.
pub(crate) fn masked(got: &Got) -> (u16, Value) {
    let mut body: Value = serde_json::from_slice(&got.body).unwrap_or(Value::Null);
    if let Some(members) = body.as_object_mut() {
        for member in ["request_id", "instance", "timestamp", "expires_at", "preview_token"] {
            members.remove(member);
        }
    }
    (got.status, body)
}
