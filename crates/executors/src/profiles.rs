//! The executors of one worker.

use std::path::Path;
use std::sync::Arc;

use mission_control::Executor;

use crate::command::CommandExecutor;
use crate::custody::Custody;
use crate::default_profile::DefaultProfile;
use crate::profile::{self, ProfileError};

/// Where the executors of a worker come from: its operator's profile file and what is shipped.
///
/// The file has one table for each profile; its name is the kind of missions that it runs:
///
/// ```toml
/// [profiles.wordcount]
/// command = ["wc", "-w", "{path}"]  # each element becomes exactly one argument; no shell
/// workdir = "/srv/docs"             # absolute; default: the worker's own
/// timeout_seconds = 60              # the mission's own timeout counts too
/// env = { LC_ALL = "C.UTF-8" }      # besides PATH, HOME, LANG, TMPDIR and MISSION_*
/// stdin = "mission"                 # the mission as JSON; default "none"
/// result = "last-line-json"         # or "stdout-json", "text", "none", "summary" (default)
/// allow_dash = false                # whether a string parameter may begin an argument with "-"
///
/// [profiles.wordcount.parameters.path]
/// type = "path"                     # string, integer, number, boolean, choice or path
/// within = "/srv/docs"              # what it must lie in once symbolic links are followed
/// ```
///
/// A parameter without `default` is required. `string` takes `max_length`, `integer` and `number`
/// take `min` and `max`, `choice` takes `values`. A profile that reads the mission on its standard
/// input and has no `parameters` takes any input.
#[derive(Clone, Copy, Debug)]
pub struct Profiles;

impl Profiles {
    /// What a worker runs: the profiles of `file` if there is one, and what is shipped.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn of(
        file: Option<&Path>,
        custody: &Custody,
    ) -> Result<Vec<Arc<dyn Executor>>, ProfileError> {
        file.map_or_else(|| Ok(Self::shipped()), |file| Self::load(file, custody))
    }

    /// One executor for each profile of the file at `path`, and the shipped ones that the file does
    /// not replace with a profile of the same name. Their programs are held as `custody` says.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or says something that no profile can mean; the message
    /// names the profile, the key and what to write instead.
    pub fn load(path: &Path, custody: &Custody) -> Result<Vec<Arc<dyn Executor>>, ProfileError> {
        let mut executors: Vec<Arc<dyn Executor>> = Vec::new();
        for profile in profile::read(path)? {
            executors.push(Arc::new(CommandExecutor::new(profile, custody.clone())));
        }
        for shipped in Self::shipped() {
            if !executors.iter().any(|executor| executor.kind() == shipped.kind()) {
                executors.push(shipped);
            }
        }
        Ok(executors)
    }

    /// What a worker runs without any file: the kind `default`.
    #[must_use]
    pub fn shipped() -> Vec<Arc<dyn Executor>> {
        vec![Arc::new(DefaultProfile::new())]
    }
}
