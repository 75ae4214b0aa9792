//! Who the server runs as: PostgreSQL refuses to be root.

use std::ffi::OsStr;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::unistd::{User, geteuid};

use super::PostgresError;

/// Who may stand in when the tests run as root, the most fitting first.
const STAND_INS: [&str; 2] = ["postgres", "nobody"];

/// The user of the server's processes and files.
#[derive(Clone, Debug)]
pub(super) enum Account {
    /// Whoever runs the tests.
    Ours,
    /// Somebody else, since the tests run as root.
    Other {
        /// Their user id.
        uid: u32,
        /// Their group id.
        gid: u32,
    },
}

impl Account {
    /// Ourselves, or a stand-in for root.
    pub(super) fn of_server() -> Result<Self, PostgresError> {
        if !geteuid().is_root() {
            return Ok(Self::Ours);
        }
        STAND_INS
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self::Other { uid: user.uid.as_raw(), gid: user.gid.as_raw() })
            .ok_or(PostgresError::NoAccount)
    }

    /// A command that will run as this user.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Self::Other { uid, gid } = *self {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Hands a file or folder over.
    pub(super) fn own(&self, path: &Path) -> Result<(), PostgresError> {
        let Self::Other { uid, gid } = *self else { return Ok(()) };
        chown(path, Some(uid), Some(gid))
            .map_err(PostgresError::while_doing(format!("handing over {}", path.display())))
    }
}
