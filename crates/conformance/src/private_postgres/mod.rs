//! A PostgreSQL of the test's own, to be filled, killed and thrown away.
//!
//! [`PrivatePostgres::start`] copies an empty cluster that was initialised once (`template`), and
//! runs the server as an unprivileged user (`account`) on a leash (`postmaster`): from then on,
//! when the test ends, however it ends, the server stops and its folder goes. Each server listens
//! on a unix socket in a folder nobody else can enter and on a loopback port behind a password,
//! because a superuser's door without one is open to every local account.

mod account;
mod error;
mod postmaster;
mod programs;
mod template;

use std::fs::Permissions;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use account::Account;
use postmaster::Postmaster;
use programs::Programs;

pub use error::PostgresError;

/// The superuser of every private server.
const USER: &str = "mission_control";

/// The database that exists from the start.
const FIRST_DATABASE: &str = "postgres";

/// A free port may be taken between our look and the server's bind; so often in a row it is not.
const PORT_ATTEMPTS: u32 = 5;

/// Whether a commit has reached the disk when it is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// As in production: for tests that kill the server and count what is left.
    Full,
    /// Nothing is ever synced: several times faster, for tests that never crash the machine.
    Relaxed,
}

/// A running, stopped or killed PostgreSQL that belongs to one test; gone when dropped.
#[derive(Debug)]
pub struct PrivatePostgres {
    // Declared before the folder, so that the server has ended when its folder is deleted.
    server: Option<Postmaster>,
    folder: TempDir,
    programs: Programs,
    account: Account,
    durability: Durability,
    password: String,
    port: u16,
}

impl PrivatePostgres {
    /// An empty server that accepts connections.
    ///
    /// # Errors
    /// When no PostgreSQL is installed, or it does not come up; the error carries its last words.
    pub async fn start(durability: Durability) -> Result<Self, PostgresError> {
        let mut server = blocking(move || Self::prepare(durability)).await?;
        for _ in 1..PORT_ATTEMPTS {
            match server.launch().await {
                Err(PostgresError::NotReady { log }) if log.contains("could not bind") => {
                    server.port = free_port()?;
                }
                outcome => return outcome.map(|()| server),
            }
        }
        server.launch().await?;
        Ok(server)
    }

    /// A connection string of the first database over loopback TCP.
    #[must_use]
    pub fn dsn(&self) -> String {
        self.dsn_of(FIRST_DATABASE)
    }

    /// The path of a program that came with this server, such as `pgbench`.
    #[must_use]
    pub fn program(&self, name: &str) -> std::path::PathBuf {
        self.programs.path(name)
    }

    /// Makes an empty database and gives its connection string over loopback TCP.
    ///
    /// # Errors
    /// When the server does not answer, or the database exists.
    pub async fn create_database(&self, name: &str) -> Result<String, PostgresError> {
        let quoted = name.replace('"', "\"\"");
        self.run(&format!("CREATE DATABASE \"{quoted}\"")).await?;
        Ok(self.dsn_of(name))
    }

    /// Runs statements in the first database as its superuser.
    ///
    /// # Errors
    /// When the server does not answer, or refuses one of them.
    pub async fn run(&self, statements: &str) -> Result<(), PostgresError> {
        let client = self.client().await?;
        client.batch_execute(statements).await.map_err(|source| PostgresError::Sql {
            doing: format!("running {statements:?}"),
            source,
        })
    }

    /// A new session in the first database as its superuser, over the unix socket.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn client(&self) -> Result<Client, PostgresError> {
        let connected = tokio_postgres::Config::new()
            .host_path(self.folder.path())
            .port(self.port)
            .user(USER)
            .dbname(FIRST_DATABASE)
            .connect(NoTls)
            .await;
        let (client, connection) = connected.map_err(|source| PostgresError::Sql {
            doing: "connecting to the private server".into(),
            source,
        })?;
        // A broken connection shows in the client's next call, which is where a test looks.
        tokio::spawn(connection);
        Ok(client)
    }

    /// The power goes: SIGKILL for the postmaster; returns when all its processes are gone.
    ///
    /// # Errors
    /// When one of its processes outlives it by half a minute.
    pub async fn kill_hard(&mut self) -> Result<(), PostgresError> {
        if let Some(server) = self.server.take() {
            server.kill();
            blocking(move || server.end()).await?;
        }
        Ok(())
    }

    /// The crash that leaves time for nothing: what `pg_ctl stop -m immediate` does.
    ///
    /// # Errors
    /// When one of its processes outlives it by half a minute.
    pub async fn stop_immediate(&mut self) -> Result<(), PostgresError> {
        if let Some(server) = self.server.take() {
            blocking(move || server.end()).await?;
        }
        Ok(())
    }

    /// Starts it again over the same data, port and password; a running one is crashed first.
    ///
    /// # Errors
    /// When it does not recover; the error carries its last words.
    pub async fn restart(&mut self) -> Result<(), PostgresError> {
        self.stop_immediate().await?;
        self.launch().await
    }

    fn prepare(durability: Durability) -> Result<Self, PostgresError> {
        let programs = Programs::find()?;
        let account = Account::of_server()?;
        let folder = tempfile::Builder::new()
            .prefix("private-postgres-")
            .permissions(Permissions::from_mode(template::OURS_ALONE))
            .tempdir()
            .map_err(PostgresError::while_doing("making a folder for the private server"))?;
        let password = template::copy_into(&programs, &account, folder.path())?;
        let port = free_port()?;
        Ok(Self { server: None, folder, programs, account, durability, password, port })
    }

    async fn launch(&mut self) -> Result<(), PostgresError> {
        let folder = self.folder.path();
        let mut server = self.account.command("sh");
        server.args(["-c", postmaster::LEASH]).arg(folder);
        server.arg(self.programs.path("postgres")).arg("-D").arg(template::data_in(folder));
        server.arg("-p").arg(self.port.to_string()).arg("-k").arg(folder);
        for setting in self.settings() {
            server.arg("-c").arg(setting);
        }
        server.current_dir(folder);
        self.server = Some(Postmaster::launch(server).await?);
        Ok(())
    }

    fn settings(&self) -> Vec<&'static str> {
        let mut settings = vec![
            "listen_addresses=127.0.0.1",
            // Several pools of one test, each with its own connections.
            "max_connections=200",
            // In the data folder and not in /dev/shm, where a killed server would leave it.
            "dynamic_shared_memory_type=mmap",
            // The leash reads the log from stderr and waits for an English line.
            "logging_collector=off",
            "log_destination=stderr",
            "lc_messages=C",
        ];
        if self.durability == Durability::Relaxed {
            settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
        }
        settings
    }

    fn dsn_of(&self, database: &str) -> String {
        let Self { password, port, .. } = self;
        let database = percent_encoded(database);
        format!("postgresql://{USER}:{password}@127.0.0.1:{port}/{database}")
    }
}

/// A name as one segment of a URL (RFC 3986, section 2.1).
fn percent_encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let one = |byte| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    name.bytes().map(one).collect()
}

/// A port that nobody listens on now.
fn free_port() -> Result<u16, PostgresError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(PostgresError::while_doing("looking for a free loopback port"))
}

/// Waits for `work` without holding up the other tasks of the runtime.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PostgresError> + Send + 'static,
) -> Result<T, PostgresError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

#[cfg(test)]
mod tests;
