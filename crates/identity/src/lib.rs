//! Who asks, and what they may do: principals, their roles in projects, and the policy of a route.
//!
//! Everything is pure except the port [`Directory`], behind which the records of people, sessions,
//! tokens and projects stand. A credential is hashed by whoever received it and arrives here as a
//! [`SecretDigest`]; nothing that a client says about itself (a scope, a role, an address) is ever
//! taken for true.

mod access;
mod api_token;
mod directory;
mod making;
mod principal;
mod role;
mod session;
mod token;
mod user;

pub use access::{Access, Denial, authorize, choose_project};
pub use api_token::{AgentScope, ApiToken, NewToken, TokenScope};
pub use directory::{Directory, MOST_TOLD, Outcome, Project, SESSIONS_KEPT, TOKENS_KEPT, Used};
pub use making::{Added, Addition, Receipt, Rendered};
pub use principal::{Principal, PrincipalId, PrincipalName};
pub use role::{Grants, Role};
pub use session::{Entrant, NewSession, SESSION_IDLE, SESSION_LONGEST, Session, SignedInAs};
pub use token::{SecretDigest, TokenId};
pub use user::{Login, NewUser, PasswordHash, User, UserChange};
