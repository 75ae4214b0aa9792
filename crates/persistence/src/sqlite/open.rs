//! Opening: the lock, the file, the schema, the threads.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use mission_control_kernel::{Clock, ProjectId, SystemClock, Timestamp};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::claim::Rotation;
use super::inbox::Inbox;
use super::lanes::Lanes;
use super::readers::{READERS, Readers};
use super::search::Feeder;
use super::signals::Signals;
use super::writer::Writer;
use super::{Sqlite, checkpoints, search, sql};
use crate::migrate::{Applied, Migration, MigrationError, checksum, migrations, pending};
use crate::options::Options;

pub(super) const MIGRATIONS: &[Migration] = migrations!("sqlite": 1 "0001_spine", 2 "0002_search", 3 "0003_totals", 4 "0004_identity", 5 "0005_workflows", 6 "0006_templates", 7 "0007_dead_letter");

/// Older ones can damage a log that is reset while another connection reads it
/// (<https://www.sqlite.org/changes.html>, 3.51.3).
const OLDEST_SQLITE: i32 = 3_051_003;
/// How long one of our own connections waits for another one of ours.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements kept by each connection: all of ours, and the usual shapes of lists.
const STATEMENTS: usize = 128;

/// What an answered write survives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// The loss of power: each commit is on the disk before it is answered.
    Full,
    /// The end of the process alone; for tests.
    Off,
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error(
        "{} is in use by another server; stop that one, or give this one a data folder of its own",
        path.display()
    )]
    InUse {
        /// Which file.
        path: PathBuf,
    },
    /// The lock file beside it cannot be made.
    #[error("cannot lock {}: {source}", path.display())]
    Lock {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite cannot work with the file.
    #[error("cannot open {}: {source}", path.display())]
    Database {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Its file system cannot hold a write-ahead log.
    #[error(
        "{} cannot use a write-ahead log; put the data folder on a local disk",
        path.display()
    )]
    NoLog {
        /// Which file.
        path: PathBuf,
    },
    /// Its schema is not one that we can work with.
    #[error("cannot use {}: {source}", path.display())]
    Schema {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: MigrationError,
    },
    /// A thread of the store could not be started.
    #[error("cannot start a thread for {}: {source}", path.display())]
    Thread {
        /// For which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The SQLite that this program was built with is too old.
    #[error("this program was built with SQLite {found}; it needs 3.51.3 or newer")]
    TooOld {
        /// Its version.
        found: &'static str,
    },
}

impl Sqlite {
    /// Opens the store in the file at `path`, which is made when it is not there, and migrates it.
    ///
    /// # Errors
    /// Why it cannot be opened, with what to do about it.
    pub fn open(
        path: &Path,
        durability: Durability,
        options: Options,
    ) -> Result<Arc<Self>, OpenError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(OpenError::TooOld { found: rusqlite::version() });
        }
        let lock = lock(path)?;
        let database = |source| OpenError::Database { path: path.to_owned(), source };
        let clock: Arc<dyn Clock> = options.clock.unwrap_or_else(|| Arc::new(SystemClock));
        let mut writer = connect(path, sql!("writer_setup")).map_err(database)?;
        set_durability(&writer, durability, path)?;
        migrate(&mut writer, path, clock.now())?;
        let head =
            writer.query_row(sql!("journal_head"), (), |row| row.get(0)).map_err(database)?;
        let readers = (0..READERS)
            .map(|_| connect(path, sql!("reader_setup")))
            .collect::<rusqlite::Result<Vec<_>>>()
            .map_err(database)?;
        let (nudges, log) = checkpoints::hook(&mut writer).map_err(database)?;
        let checkpointer = connect(path, sql!("writer_setup")).map_err(database)?;
        set_synchronous(&checkpointer, durability).map_err(database)?;
        let inbox = Arc::new(Inbox::new());
        let signals = Arc::new(Signals::new(head));
        let writer = Writer {
            connection: writer,
            inbox: Arc::clone(&inbox),
            signals: Arc::clone(&signals),
            clock: Arc::clone(&clock),
            chance: options.chance,
            telemetry: options.telemetry,
            lanes: Lanes::default(),
            rotation: Rotation::default(),
            log,
            feeder: Feeder::default(),
            head,
            last: Timestamp::MIN,
        };
        // The writer stands first: the other one works until the writer's connection is gone.
        let mut store = Self {
            inbox,
            readers: Readers::new(readers),
            signals,
            clock,
            threads: Vec::new(),
            _lock: lock,
        };
        store.threads.push(thread(path, "sqlite-writer", move || writer.run())?);
        let checkpoint = move || checkpoints::run(&checkpointer, &nudges);
        store.threads.push(thread(path, "sqlite-checkpoint", checkpoint)?);
        Ok(Arc::new(store))
    }
}

/// Takes the lock beside the file. It ends with the process, however that ends.
fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = OsString::from(path);
    name.push(".lock");
    let name = PathBuf::from(name);
    let wrong = |source| OpenError::Lock { path: name.clone(), source };
    let file =
        File::options().create(true).truncate(false).write(true).open(&name).map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(wrong(source)),
    }
}

fn connect(path: &Path, setup: &str) -> rusqlite::Result<Connection> {
    // Without SQLITE_OPEN_URI: a path is a path, whatever characters it has.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    search::teach(&connection)?;
    connection.execute_batch(setup)?;
    Ok(connection)
}

fn set_durability(
    connection: &Connection,
    durability: Durability,
    path: &Path,
) -> Result<(), OpenError> {
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .map_err(database)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(OpenError::NoLog { path: path.to_owned() });
    }
    set_synchronous(connection, durability).map_err(database)
}

fn set_synchronous(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Off => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)
}

/// Applies what is missing, each file in a transaction of its own.
fn migrate(connection: &mut Connection, path: &Path, now: Timestamp) -> Result<(), OpenError> {
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    connection.execute_batch(sql!("create_migrations")).map_err(database)?;
    let applied = applied(connection).map_err(database)?;
    let missing = pending(MIGRATIONS, &applied)
        .map_err(|source| OpenError::Schema { path: path.to_owned(), source })?;
    for migration in missing {
        apply(connection, &migration, now).map_err(database)?;
        tracing::info!(migration = migration.name, "the store is migrated");
    }
    let store_id = format!("{:032x}", rand::random::<u128>());
    connection.execute(sql!("insert_meta"), [store_id]).map_err(database)?;
    let project = ProjectId::default_project();
    connection
        .execute(sql!("insert_project"), (project.as_str(), now.as_micros()))
        .map_err(database)?;
    Ok(())
}

fn applied(connection: &Connection) -> rusqlite::Result<Vec<Applied>> {
    connection
        .prepare(sql!("applied_migrations"))?
        .query_map((), |row| Ok(Applied { number: row.get(0)?, checksum: row.get(1)? }))?
        .collect()
}

fn apply(
    connection: &mut Connection,
    migration: &Migration,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        sql!("insert_migration"),
        (migration.number, migration.name, checksum(migration.sql), now.as_micros()),
    )?;
    transaction.commit()
}

fn thread(
    path: &Path,
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|source| OpenError::Thread { path: path.to_owned(), source })
}
