//! Credentials as requests bring them, and who comes in with them.
//!
//! [`Authenticator`] answers for whatever a request shows: a token, the cookie of a session, or
//! nothing. [`Entrance`] is how people get a session in the first place, by [`Passwords`], by a token
//! or by the code of a link, and how often they may try. [`mint`] makes tokens for programs.

mod authenticator;
mod credential;
mod desks;
mod entrance;
mod guesses;
mod lasting;
mod memory;
mod passwords;
mod secrets;
mod setup;
#[cfg(test)]
mod tests;
mod token;

pub use authenticator::{Authenticator, IdentityError, Known};
pub use credential::{Bearer, Credential};
pub(crate) use credential::{HOST_ONLY, says_tls};
pub use entrance::{Entered, Entrance, Knock, NotIn};
pub use lasting::Lasting;
pub use passwords::{Crowded, Password, Passwords};
pub use secrets::digest;
pub use token::{Minted, mint};
