//! What somebody may know and change of themselves.

use std::str::FromStr;
use std::sync::Arc;

use http::StatusCode;
use mission_control_identity::{Login, Role, SecretDigest, Session, SignedInAs};
use mission_control_kernel::Invalid;
use mission_control_wire::request::ChangePassword;
use mission_control_wire::{Word, reply};

use super::Page;
use super::sign_in::{knock, password_of, with_cookie};
use crate::auth::Password;
use crate::http::{FieldError, Problem, Reply, Request};

/// How much of the digest of a session tells it from others: 64 bits, from which nobody finds the
/// digest, and that open nothing.
const ID_DIGITS: usize = 16;

pub(super) async fn show(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    let (principal, known) = (request.principal()?, request.known()?);
    let has_password = match person(&request)? {
        Some(login) => page.directory.user(login).await?.map(|(user, _)| user.has_password),
        None => None,
    };
    let project = request.project().unwrap_or(&principal.default_project);
    let token = match &known.who {
        Some(SignedInAs::Token(id)) => Some(id.to_string()),
        _ => None,
    };
    Reply::json(&reply::Me {
        principal: principal.id.as_str(),
        name: principal.name.as_str(),
        role: principal.grants.role_everywhere().map(Role::as_str),
        projects: principal
            .grants
            .projects()
            .map(|(it, role)| (it.as_str(), role.as_str()))
            .collect(),
        project: project.as_str(),
        agent: principal.agent.as_ref().map(|agent| agent.as_str()),
        session: known.session.as_ref().map(|digest| SessionId::of(digest).0),
        token,
        has_password,
        no_auth: page.authenticator.is_open_to_everybody(),
        timestamp: Word(page.clock.now()),
    })
}

/// 204 and the cookie of a new session: all that there were are over.
pub(super) async fn change_password(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    let login = person(&request)?.ok_or_else(no_person)?;
    let ChangePassword { current_password, new_password } = request.json()?;
    let current = current_password.map(|it| password_of(Password::typed(it), "current_password"));
    let (current, new) =
        (current.transpose()?, password_of(Password::chosen(new_password), "new_password")?);
    let has_one = page.directory.user(login).await?.is_some_and(|(user, _)| user.has_password);
    if has_one && current.is_none() {
        return Err(Problem::wrong_field(FieldError {
            field: "current_password".to_owned(),
            code: "missing_field".into(),
            message: "must be given: there is a password already".to_owned(),
        }));
    }
    let knock = knock(&page, &request);
    let entered = page.entrance.change_password(login, current, new, &knock).await?;
    tracing::info!(by = %login, request_id = %request.id(), "somebody has a new password");
    with_cookie(&page, &request, &entered)
}

pub(super) async fn sessions(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    let sessions = of_person(&page, &request).await?;
    let current = request.session();
    let shown = sessions.iter().map(|session| reply::Session {
        id: SessionId::of(&session.digest).0,
        user_agent: &session.user_agent,
        created_at: Word(session.created_at),
        last_used_at: Word(session.last_used_at),
        ends_at: Word(session.ends_at()),
        current: current == Some(&session.digest),
    });
    Reply::json(&reply::SessionList {
        sessions: shown.collect(),
        total: sessions.len() as u64,
        timestamp: Word(page.clock.now()),
    })
}

/// 204; whatever is open on it is closed.
pub(super) async fn end_session(page: Arc<Page>, request: Request) -> Result<Reply, Problem> {
    let id: SessionId = request.param("id")?;
    let sessions = of_person(&page, &request).await?;
    let ended = sessions.iter().find(|session| SessionId::of(&session.digest) == id);
    let ended = ended.ok_or_else(Problem::not_found)?;
    page.directory.end_session(&ended.digest).await?;
    page.authenticator.forget();
    Ok(Reply::empty())
}

async fn of_person(page: &Page, request: &Request) -> Result<Vec<Session>, Problem> {
    match person(request)? {
        Some(login) => Ok(page.directory.sessions(login).await?),
        None => Ok(Vec::new()),
    }
}

/// The person who asks, in a session of theirs; a token stands for its maker in nothing of this.
fn person(request: &Request) -> Result<Option<&Login>, Problem> {
    Ok(match &request.known()?.who {
        Some(SignedInAs::User(login)) => Some(login),
        Some(SignedInAs::Token(_) | SignedInAs::FixedAdmin(_)) | None => None,
    })
}

fn no_person() -> Problem {
    let detail = "only a person who has signed in has a password: this came with a token";
    Problem::new(StatusCode::FORBIDDEN, "no_person", detail)
}

/// The name of a session: the first digits of its digest.
#[derive(PartialEq, Eq)]
struct SessionId(String);

impl SessionId {
    fn of(digest: &SecretDigest) -> Self {
        let digits = digest.as_bytes().iter().take(ID_DIGITS / 2);
        Self(digits.map(|byte| format!("{byte:02x}")).collect())
    }
}

impl FromStr for SessionId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let good = text.len() == ID_DIGITS && text.bytes().all(hex);
        let invalid = Invalid::new("invalid_session_id", "must be 16 hexadecimal digits");
        good.then(|| Self(text.to_owned())).ok_or(invalid)
    }
}
