//! Credentials as requests bring them, and the administrator of a first start.

mod credential;
mod fixed_admin;

pub(crate) use credential::Credential;
pub use fixed_admin::{FixedAdmin, digest};
