//! Sessions and tokens, and who comes in with them.

use std::collections::BTreeMap;

use mission_control_identity::{
    ApiToken, Entrant, Grants, MOST_TOLD, NewSession, PrincipalId, Role, SecretDigest, Session,
    SignedInAs, TokenId, TokenScope, Used, User,
};
use mission_control_kernel::{StoreError, Timestamp};

use super::read::{Reader, at};

/// [`MOST_TOLD`] as statements take it.
pub(crate) const MOST: i64 = MOST_TOLD as i64;

/// What receipts of additions to the directory say instead of a project, since they are about none: no
/// project has this name.
pub(crate) const NO_PROJECT: &str = "";

/// The most sessions and tokens that one step of a sweep removes: some milliseconds of a store.
pub(crate) const SWEPT_AT_ONCE: i64 = 500;

/// The most uses that one statement notes, so that what it locks is not locked for long.
#[cfg(feature = "postgres")]
pub(crate) const NOTED_AT_ONCE: usize = 500;

/// A row of `login_sessions`.
pub(crate) struct SessionRow {
    pub(crate) digest: Vec<u8>,
    pub(crate) login: Option<String>,
    pub(crate) token_id: Option<String>,
    pub(crate) fixed_admin: Option<Vec<u8>>,
    pub(crate) user_agent: String,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: i64,
}

/// As whom somebody has signed in: one of these.
#[derive(Default)]
pub(crate) struct WhoColumns {
    pub(crate) login: Option<String>,
    pub(crate) token_id: Option<String>,
    pub(crate) fixed_admin: Option<Vec<u8>>,
}

impl WhoColumns {
    pub(crate) fn of(who: &SignedInAs) -> Self {
        let mut columns = Self::default();
        match who {
            SignedInAs::User(who) => columns.login = Some(who.to_string()),
            SignedInAs::Token(id) => columns.token_id = Some(id.to_string()),
            SignedInAs::FixedAdmin(digest) => {
                columns.fixed_admin = Some(digest.as_bytes().to_vec());
            }
        }
        columns
    }
}

impl SessionRow {
    pub(crate) fn of(session: &NewSession, now: Timestamp) -> Self {
        let WhoColumns { login, token_id, fixed_admin } = WhoColumns::of(&session.who);
        Self {
            digest: session.digest.as_bytes().to_vec(),
            login,
            token_id,
            fixed_admin,
            user_agent: session.user_agent.clone(),
            created_at: now.as_micros(),
            last_used_at: now.as_micros(),
        }
    }

    pub(crate) fn into_session(self) -> Result<Session, StoreError> {
        // A digest is no secret that opens anything, but it names a session: it stays out of errors.
        let reader = Reader { table: "login_sessions", row: "a session" };
        let who = match (self.login, self.token_id, self.fixed_admin) {
            (Some(login), None, None) => SignedInAs::User(reader.parse("login", &login)?),
            (None, Some(id), None) => SignedInAs::Token(reader.parse("token_id", &id)?),
            (None, None, Some(admin)) => {
                SignedInAs::FixedAdmin(digest(&reader, "fixed_admin", &admin)?)
            }
            _ => return Err(reader.corrupt("login")),
        };
        Ok(Session {
            digest: digest(&reader, "digest", &self.digest)?,
            who,
            user_agent: self.user_agent,
            created_at: at(self.created_at),
            last_used_at: at(self.last_used_at),
        })
    }
}

fn digest(
    reader: &Reader<'_>,
    column: &'static str,
    bytes: &[u8],
) -> Result<SecretDigest, StoreError> {
    let bytes = bytes.try_into().map_err(|_| reader.corrupt(column))?;
    Ok(SecretDigest::new(bytes))
}

/// How many columns [`TokenRow`] has.
pub(crate) const COLUMNS_OF_TOKEN: usize = 11;

/// A row of `tokens`, without the digest.
pub(crate) struct TokenRow {
    pub(crate) id: String,
    pub(crate) hint: String,
    pub(crate) name: String,
    pub(crate) owner: String,
    pub(crate) role: String,
    pub(crate) project_id: Option<String>,
    pub(crate) agent: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) last_used_at: Option<i64>,
    pub(crate) revoked_at: Option<i64>,
}

impl TokenRow {
    pub(crate) fn into_token(self) -> Result<ApiToken, StoreError> {
        let reader = Reader { table: "tokens", row: &self.id };
        Ok(ApiToken {
            id: reader.parse("id", &self.id)?,
            name: reader.text("name", &self.name)?,
            owner: reader.parse("owner", &self.owner)?,
            scope: TokenScope {
                role: reader.parse("role", &self.role)?,
                project: reader.parse_some("project_id", self.project_id.as_deref())?,
                agent: reader.text_some("agent", self.agent.as_deref())?,
            },
            created_at: at(self.created_at),
            expires_at: self.expires_at.map(at),
            last_used_at: self.last_used_at.map(at),
            hint: self.hint,
        })
    }
}

/// Who comes in with a session, as of `now`. `token` is the one that it was begun with, `person` whose
/// session or whose token it is.
pub(crate) fn by_session(
    session: Session,
    token: Option<TokenRow>,
    person: Option<User>,
    now: Timestamp,
) -> Result<Option<Entrant>, StoreError> {
    let ends_at = session.ends_at();
    if ends_at <= now {
        return Ok(None);
    }
    let (principal, owner) = match &session.who {
        SignedInAs::FixedAdmin(token) => (None, PrincipalId::of_settings(token)),
        SignedInAs::User(login) => match person.and_then(|person| person.principal()) {
            Some(principal) => (Some(principal), login.principal_id()),
            None => return Ok(None),
        },
        SignedInAs::Token(_) => {
            let Some(token) = token else { return Ok(None) };
            let entrant = by_token(token, person, now)?;
            return Ok(entrant.map(|entrant| Entrant {
                ends_at: Some(entrant.ends_at.map_or(ends_at, |token| token.min(ends_at))),
                ..entrant
            }));
        }
    };
    Ok(Some(Entrant { principal, who: session.who, owner, ends_at: Some(ends_at) }))
}

/// Who comes in with a token, as of `now`. `owner` is the person who made it; none for the administrator
/// of the settings, who is in no record, and for whoever is in none any more.
pub(crate) fn by_token(
    row: TokenRow,
    owner: Option<User>,
    now: Timestamp,
) -> Result<Option<Entrant>, StoreError> {
    let revoked = row.revoked_at.is_some();
    let token = row.into_token()?;
    let over = token.expires_at.is_some_and(|expires_at| expires_at <= now);
    let grants = match owner {
        Some(owner) => (!owner.disabled).then_some(owner.grants),
        None => token.owner.is_of_settings().then(|| Grants::everywhere(Role::Admin)),
    };
    let principal = grants.and_then(|grants| token.principal(&grants));
    let counts = !revoked && !over && principal.is_some();
    Ok(counts.then_some(Entrant {
        principal,
        who: SignedInAs::Token(token.id),
        owner: token.owner,
        ends_at: token.expires_at,
    }))
}

/// When each session and each token was used last, each once and in the order in which rows are locked.
#[derive(Default)]
pub(crate) struct LastUses {
    pub(crate) sessions: BTreeMap<SecretDigest, Timestamp>,
    pub(crate) tokens: BTreeMap<TokenId, Timestamp>,
}

impl LastUses {
    pub(crate) fn of(used: &[(Used, Timestamp)]) -> Self {
        let mut uses = Self::default();
        for (what, when) in used {
            let last = match what {
                Used::Session(digest) => uses.sessions.entry(*digest).or_insert(*when),
                Used::Token(id) => uses.tokens.entry(*id).or_insert(*when),
            };
            *last = (*last).max(*when);
        }
        uses
    }
}
