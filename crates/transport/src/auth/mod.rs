//! Credentials as requests bring them, the administrator of a first start, and sessions of browsers.

mod credential;
mod endings;
mod fixed_admin;
mod sessions;

pub(crate) use credential::{Credential, HOST_ONLY};
pub(crate) use endings::Lasting;
pub use fixed_admin::{FixedAdmin, digest};
pub(crate) use sessions::SESSION;
pub use sessions::Sessions;
