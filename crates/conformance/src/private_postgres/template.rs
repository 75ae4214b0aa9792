//! An empty cluster, initialised once per PostgreSQL version and copied for each server.
//!
//! `initdb` takes seconds, a copy a tenth of one. The template lies in the build's folder, so it
//! goes with `cargo clean`; it is first made elsewhere, since the server's user may be unable to
//! reach that folder.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Account, PostgresError, Programs, USER};

/// The rights of a folder that nobody else can enter; copies inherit them.
pub(super) const OURS_ALONE: u32 = 0o700;

/// Random bytes in a password: out of reach of guessing.
const PASSWORD_BYTES: usize = 16;

/// Copies an empty cluster into `folder`, hands it to the server's user, and gives the superuser's
/// password.
pub(super) fn copy_into(
    programs: &Programs,
    account: &Account,
    folder: &Path,
) -> Result<String, PostgresError> {
    let template = kept(programs, account)?;
    copy_tree(&template, folder, account)?;
    let password = password_in(folder);
    fs::read_to_string(&password).map_err(PostgresError::while_doing("reading the password"))
}

/// Where the cluster lies in a folder that [`copy_into`] has filled.
pub(super) fn data_in(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn password_in(folder: &Path) -> PathBuf {
    folder.join("password")
}

/// The template's folder, filled when it is not there yet.
fn kept(programs: &Programs, account: &Account) -> Result<PathBuf, PostgresError> {
    let shelf = build_folder().join("private-postgres");
    let version = programs.version()?;
    let template = shelf.join(version.replace(|char: char| !char.is_ascii_alphanumeric(), "-"));
    if template.is_dir() {
        return Ok(template);
    }
    let made = tempfile::tempdir()
        .map_err(PostgresError::while_doing("making a folder for the template"))?;
    initialise(programs, account, made.path())?;

    let failed = |doing: &str| PostgresError::while_doing(format!("{doing} {}", shelf.display()));
    fs::create_dir_all(&shelf).map_err(failed("making"))?;
    let copy = tempfile::tempdir_in(&shelf).map_err(failed("making a folder in"))?;
    copy_tree(made.path(), copy.path(), &Account::Ours)?;
    // Another test may have put its own there meanwhile: either will do, half of one would not.
    match fs::rename(copy.path(), &template) {
        Err(_) if template.is_dir() => Ok(template),
        outcome => outcome.map(|()| template).map_err(failed("keeping the template in")),
    }
}

fn initialise(programs: &Programs, account: &Account, folder: &Path) -> Result<(), PostgresError> {
    let password = password_in(folder);
    let allow = |path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    allow(folder, OURS_ALONE)
        .and_then(|()| fs::write(&password, drawn_password()?))
        .and_then(|()| allow(&password, 0o600))
        .map_err(PostgresError::while_doing("drawing a password"))?;
    account.own(&password)?;
    account.own(folder)?;
    let output = account
        .command(programs.path("initdb"))
        .arg("--pgdata")
        .arg(data_in(folder))
        .arg("--pwfile")
        .arg(&password)
        .args(["--username", USER, "--encoding", "UTF8", "--locale", "C", "--no-sync"])
        .args(["--auth-local", "trust", "--auth-host", "scram-sha-256"])
        .current_dir(folder)
        .output()
        .map_err(PostgresError::while_doing("starting initdb"))?;
    if output.status.success() {
        return Ok(());
    }
    let (status, output) = (output.status, String::from_utf8_lossy(&output.stderr).into_owned());
    Err(PostgresError::Program { program: "initdb", status, output })
}

fn copy_tree(from: &Path, to: &Path, account: &Account) -> Result<(), PostgresError> {
    let failed = || PostgresError::while_doing(format!("copying {}", from.display()));
    for entry in fs::read_dir(from).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(failed())?.is_dir() {
            fs::create_dir(&target).map_err(failed())?;
            copy_tree(&entry.path(), &target, account)?;
        } else {
            fs::copy(entry.path(), &target).map_err(failed())?;
            account.own(&target)?;
        }
    }
    // Last, because the server accepts no data folder that others can enter.
    let rights = fs::metadata(from).map_err(failed())?.permissions();
    fs::set_permissions(to, rights).map_err(failed())?;
    account.own(to)
}

/// Cargo's target folder, which it marks as a cache; elsewhere the folder of the running test.
fn build_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let mut folders = program.ancestors().skip(1);
    let own = folders.next().unwrap_or(Path::new(".")).to_path_buf();
    folders.find(|folder| folder.join("CACHEDIR.TAG").is_file()).map_or(own, Path::to_path_buf)
}

fn drawn_password() -> io::Result<String> {
    let mut bytes = [0; PASSWORD_BYTES];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
