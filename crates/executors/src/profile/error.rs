//! Why a profile file was refused.

use std::path::PathBuf;

/// Why the profiles of a worker could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The file is missing or may not be read.
    #[error(
        "cannot read the profile file {}: {source}; check the path and its permissions",
        path.display()
    )]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("the profile file {} is not valid TOML: {source}", path.display())]
    NotToml {
        /// Which file.
        path: PathBuf,
        /// Where and what, with line and column.
        source: Box<toml::de::Error>,
    },
    /// The file holds something at its top level that is no table of profiles.
    #[error("key `{key}` is no table of profiles: write each as a table [profiles.<kind>]")]
    UnexpectedKey {
        /// The key.
        key: String,
    },
    /// A profile says something that cannot be meant.
    #[error("profile `{profile}`, key `{key}`: {problem}")]
    Refused {
        /// The profile's name.
        profile: String,
        /// The dotted path of the key inside the profile; `.` is the profile itself.
        key: String,
        /// What is wrong, and what to write instead.
        problem: String,
    },
}

/// What is wrong with one key of a profile.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) key: String,
    pub(super) problem: String,
}

impl Refusal {
    pub(super) fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }

    /// As the error of the profile that it was found in.
    pub(super) fn in_profile(self, profile: &str) -> ProfileError {
        ProfileError::Refused { profile: profile.to_owned(), key: self.key, problem: self.problem }
    }
}
