//! Who asks, and what they may do: principals, their roles in projects, and the policy of a route.
//!
//! Everything is pure except the port [`Identities`], behind which the records of tokens stand. A
//! credential is hashed by whoever received it and arrives here as a [`TokenDigest`]; nothing that
//! a client says about itself (a scope, a role, an address) is ever taken for true.

mod access;
mod identities;
mod principal;
mod role;
mod token;

pub use access::{Access, Denial, authorize, choose_project};
pub use identities::{Identities, IdentityError};
pub use principal::{Principal, PrincipalId, PrincipalName};
pub use role::{Grants, Role};
pub use token::TokenDigest;
