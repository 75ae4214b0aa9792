//! Why a private server is not there.

use std::io;
use std::process::ExitStatus;

/// What went wrong with a private server, with what it said itself.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// There is no PostgreSQL on this machine.
    #[error(
        "no PostgreSQL server found (looked for `initdb` and `postgres` in {looked}): install the \
         package `postgresql`, or set MISSION_CONTROL_TEST_PG_BIN to the folder that holds both"
    )]
    NotInstalled {
        /// Where they were looked for.
        looked: String,
    },
    /// PostgreSQL refuses to run as root, and there is nobody else.
    #[error("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`")]
    NoAccount,
    /// The machine refused something.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// Why not.
        source: io::Error,
    },
    /// One of PostgreSQL's programs failed.
    #[error("`{program}` failed ({status}): {output}")]
    Program {
        /// Its name.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote to stderr.
        output: String,
    },
    /// It ended, or fell silent, before it accepted connections.
    #[error("PostgreSQL did not come up; its last words:\n{log}")]
    NotReady {
        /// The end of its log.
        log: String,
    },
    /// Some of its processes are still there long after its end.
    #[error("PostgreSQL's processes have not all ended; its last words:\n{log}")]
    NotGone {
        /// The end of its log.
        log: String,
    },
    /// A statement or a connection failed.
    #[error("{doing}: {source}")]
    Sql {
        /// What was being done.
        doing: String,
        /// Why not.
        source: tokio_postgres::Error,
    },
}

impl PostgresError {
    /// Says what was being done when the machine refused.
    pub(super) fn while_doing(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}
