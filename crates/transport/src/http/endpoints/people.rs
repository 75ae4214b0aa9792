//! What endpoints about people, projects and tokens have in common.

use std::sync::Arc;
use std::time::Duration;

use mission_control::MissionControl;
use mission_control::missions::{Refusal, Rendered};
use mission_control_identity::{
    Added, Addition, Directory, Login, Outcome, PasswordHash, Principal, Role, User, UserChange,
};
use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use mission_control_wire::EncodeError;

use super::Services;
use crate::Signer;
use crate::auth::{Authenticator, Password, Passwords};
use crate::http::idempotency::{PeopleKey, replayed};
use crate::http::projects::Projects;
use crate::http::{FieldError, Problem, Reply, Request};

/// How often a change of what somebody may do is made anew when somebody else was faster.
const CHANGE_TRIES: usize = 5;
/// When to try again after that.
const SOON: Duration = Duration::from_secs(1);

/// What endpoints about people, projects and tokens need.
pub(super) struct People {
    pub(super) control: MissionControl,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) passwords: Arc<Passwords>,
    pub(super) projects: Arc<Projects>,
    signer: Signer,
}

/// What became of something that was to be made.
pub(super) enum Made {
    /// It is there, since then.
    Now(Timestamp),
    /// The same request has made it before: this was answered.
    Before(Reply),
    /// It was there already.
    Taken,
}

impl People {
    pub(super) fn new(services: &Services) -> Self {
        Self {
            control: services.control.clone(),
            directory: Arc::clone(&services.directory),
            authenticator: Arc::clone(&services.authenticator),
            passwords: Arc::clone(&services.passwords),
            projects: Arc::clone(&services.projects),
            signer: services.signer.clone(),
        }
    }

    /// The key under which something is to be made, if the request brings one.
    pub(super) fn key(&self, request: &Request) -> Result<Option<PeopleKey>, Problem> {
        PeopleKey::of(request, &self.signer)
    }

    /// Makes something, once under its key, with the answer that `render` writes, in which no secret
    /// may be.
    pub(super) async fn make(
        &self,
        key: Option<PeopleKey>,
        what: Addition,
        render: impl Fn(Timestamp) -> Result<Vec<u8>, EncodeError> + Send + Sync + 'static,
    ) -> Result<Made, Problem> {
        let receipt = key.map(|key| key.receipt(render));
        match self.directory.add(what, receipt).await? {
            Added::Now(at) => Ok(Made::Now(at)),
            Added::Before(kept) => {
                let kept = Rendered { status: kept.status, body: kept.body };
                Ok(Made::Before(replayed(kept)?))
            }
            Added::KeyReused => Err(Refusal::KeyReused.into()),
            Added::Not(Outcome::Taken) => Ok(Made::Taken),
            Added::Not(outcome) => match settled(outcome) {
                Ok(()) => Err(Problem::internal()),
                Err(refused) => Err(refused),
            },
        }
    }

    /// What the records keep of a password.
    pub(super) async fn hash(
        &self,
        password: Option<Password>,
    ) -> Result<Option<PasswordHash>, Problem> {
        match password {
            Some(password) => Ok(Some(self.passwords.hash(password).await?)),
            None => Ok(None),
        }
    }

    pub(super) async fn user(&self, login: &Login) -> Result<User, Problem> {
        let found = self.directory.user(login).await?;
        found.map(|(user, _)| user).ok_or_else(Problem::not_found)
    }

    /// Changes somebody as `make` says, which is told what they are now. What it makes of what they
    /// may do counts only if that is still so when it is written.
    pub(super) async fn change(
        &self,
        login: &Login,
        make: impl Fn(&User) -> Result<UserChange, Problem>,
    ) -> Result<User, Problem> {
        for _ in 0..CHANGE_TRIES {
            let user = self.user(login).await?;
            let change = make(&user)?;
            let seen = change.grants.is_some().then_some(user.grants);
            let outcome = self.taken_away(
                self.directory.change_user(login, UserChange { seen, ..change }, None).await,
            )?;
            if outcome != Outcome::Stale {
                settled(outcome)?;
                return self.user(login).await;
            }
        }
        Err(Problem::unavailable("busy", "others change the same person: ask again soon", SOON))
    }

    /// Lets go of what was remembered of people, sessions and tokens: also where nobody knows whether
    /// something was done.
    pub(super) fn taken_away<T>(&self, done: Result<T, StoreError>) -> Result<T, Problem> {
        self.authenticator.forget();
        Ok(done?)
    }

    /// Refuses to speak of projects that are not there.
    pub(super) async fn all_exist(
        &self,
        projects: impl Iterator<Item = &ProjectId>,
    ) -> Result<(), Problem> {
        for project in projects {
            if !self.projects.has(project).await? {
                return Err(unknown_project(format!("projects.{project}")));
            }
        }
        Ok(())
    }
}

/// A change that was carried out; what can be taken already is known before.
pub(super) fn settled(outcome: Outcome) -> Result<(), Problem> {
    match outcome {
        Outcome::Done => Ok(()),
        Outcome::Missing => Err(Problem::not_found()),
        Outcome::LastAdministrator => {
            let detail = "nobody would be left who may do everything and can sign in with a \
                          password: give somebody else the role admin and a password first";
            Err(Problem::conflict("last_administrator", detail))
        }
        Outcome::Full => {
            let detail = "there are as many as there may be: remove or keep out some first";
            Err(Problem::conflict("no_room", detail))
        }
        // Whoever can meet these says more about them.
        Outcome::Taken | Outcome::Stale => {
            let detail = "somebody else was faster: look, then decide anew";
            Err(Problem::conflict("changed", detail))
        }
    }
}

/// 422: of projects, those that are not there and those that the caller may not see are the same.
pub(super) fn unknown_project(field: String) -> Problem {
    let message = "names no project".to_owned();
    Problem::wrong_field(FieldError { field, code: "unknown_project".into(), message })
}

/// 403: nobody gives what they do not have, nor takes from those above them.
pub(super) fn beyond(detail: &'static str) -> Problem {
    Problem::forbidden("beyond_your_role", detail)
}

/// Whether somebody may do everything everywhere.
pub(super) fn is_administrator(principal: &Principal) -> bool {
    principal.grants.role_everywhere() == Some(Role::Admin)
}

/// What was done to whom, for the log: who asks is known by their id, names can be chosen.
pub(super) fn note(request: &Request, what: &'static str, whom: &dyn std::fmt::Display) {
    if let Ok(by) = request.principal() {
        tracing::info!(by = %by.id, whom = %whom, request_id = %request.id(), "{what}");
    }
}
