//! The folder that one server has to itself, with the secrets it made.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::Secret;
use crate::bounded_file::read_open;

/// What others than the owner may do with a file: nothing.
const OTHERS: u32 = 0o077;
const FOLDER_MODE: u32 = 0o700;
const SECRET_MODE: u32 = 0o600;

/// The file whose lock says that the folder is taken. The lock goes with the process, however it
/// ends; the file stays.
const LOCK_FILE: &str = "server.lock";

/// The largest secret file: ours have 64 bytes, and somebody's own key may have some more.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// A folder that is open to its owner alone and locked by this process while the value lives.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// Why a data folder or a secret in it cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// Another process holds the lock.
    #[error(
        "another server already uses the data folder {}; stop it, or set another data_dir",
        .0.display()
    )]
    InUse(PathBuf),
    /// A file lies there, or on the way there.
    #[error(
        "the data folder {} cannot be made: a file lies there or on the way there; set another one \
         with --data-dir or MISSION_CONTROL_DATA_DIR",
        .0.display()
    )]
    NoFolder(PathBuf),
    /// The folder holds something that is not ours, and others may look in.
    #[error(
        "the data folder {} is open to other users and holds files that are not ours; choose an \
         empty folder, or close it with chmod 700",
        .0.display()
    )]
    OpenToOthers(PathBuf),
    /// Others may read or write a secret.
    #[error(
        "{} may be read or written by other users (mode {mode:o}); if nobody has seen it, close it \
         with chmod 600, else remove it",
        path.display()
    )]
    ExposedSecret {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A secret's file has nothing in it, or is no file.
    #[error("{} is empty or no file; remove it, and a new one is made", .0.display())]
    NoSecret(PathBuf),
    /// The system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl DataFolder {
    /// Makes the folder if it is missing, closes it to others, and locks it.
    ///
    /// An existing folder is closed only if it is empty or has been a data folder before: a wrong
    /// path must not change the rights of somebody's home.
    ///
    /// # Errors
    /// `InUse`, `NoFolder`, `OpenToOthers`, or what the system refuses.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, DataFolderError> {
        let path = path.into();
        prepare(&path)?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The secret in the file `name`, or else what `make` returns, written there to stay. The file
    /// appears whole or not at all, also when the power fails.
    ///
    /// The lock keeps other processes from making the same secret, `&mut` other threads.
    ///
    /// # Errors
    /// `ExposedSecret`, `NoSecret`, or what the system refuses.
    pub fn secret_file(
        &mut self,
        name: &'static str,
        make: impl FnOnce() -> String,
    ) -> Result<Secret, DataFolderError> {
        let path = self.path.join(name);
        if let Some(secret) = read_secret(&path)? {
            return Ok(secret);
        }
        let secret = Secret::new(make());
        self.write_secret(&path, &secret)?;
        Ok(secret)
    }

    fn write_secret(&self, path: &Path, secret: &Secret) -> Result<(), DataFolderError> {
        let new = path.with_extension("new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove what a crash left of", &new)(error));
            }
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(SECRET_MODE)
            .open(&new)
            .map_err(failed("create", &new))?;
        file.write_all(secret.expose().as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed("write", &new))?;
        fs::rename(&new, path).map_err(failed("put in place", path))?;
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(failed("write", &self.path))
    }
}

/// Makes the folder if it is missing, and closes it to others.
pub(crate) fn prepare(path: &Path) -> Result<(), DataFolderError> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).map_err(
        |error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                DataFolderError::NoFolder(path.to_owned())
            }
            _ => failed("make", path)(error),
        },
    )?;
    close_to_others(path)
}

fn close_to_others(path: &Path) -> Result<(), DataFolderError> {
    let mode = fs::metadata(path).map_err(failed("look at", path))?.permissions().mode();
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let mut entries = fs::read_dir(path).map_err(failed("list", path))?;
    if entries.next().is_some() && !path.join(LOCK_FILE).exists() {
        return Err(DataFolderError::OpenToOthers(path.to_owned()));
    }
    fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE))
        .map_err(failed("close to other users", path))
}

fn lock(folder: &Path) -> Result<File, DataFolderError> {
    let path = folder.join(LOCK_FILE);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(SECRET_MODE)
        .open(&path)
        .map_err(failed("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed("lock", &path)(error)),
    }
}

fn read_secret(path: &Path) -> Result<Option<Secret>, DataFolderError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("open", path)(error)),
    };
    let metadata = file.metadata().map_err(failed("look at", path))?;
    if !metadata.is_file() {
        return Err(DataFolderError::NoSecret(path.to_owned()));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(DataFolderError::ExposedSecret { path: path.to_owned(), mode });
    }
    let text = read_open(&file, MAX_SECRET_BYTES).map_err(failed("read", path))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(DataFolderError::NoSecret(path.to_owned()));
    }
    Ok(Some(Secret::new(text)))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataFolderError {
    let path = path.to_owned();
    move |source| DataFolderError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use tempfile::{TempDir, tempdir};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn with_key(text: &str, mode: u32) -> (TempDir, DataFolder) {
        let outer = tempdir().unwrap();
        let folder = DataFolder::open(outer.path()).unwrap();
        fs::write(outer.path().join("key"), text).unwrap();
        set_mode(&outer.path().join("key"), mode);
        (outer, folder)
    }

    #[test]
    fn a_missing_folder_is_made_for_its_owner_alone() {
        let outer = tempdir().unwrap();
        let folder = DataFolder::open(outer.path().join("a/data")).unwrap();
        assert_eq!(mode(folder.path()), 0o700);
    }

    #[test]
    fn a_second_server_is_refused_until_the_first_is_gone() {
        let outer = tempdir().unwrap();
        let first = DataFolder::open(outer.path()).unwrap();
        let refused = DataFolder::open(outer.path()).unwrap_err();
        assert!(matches!(refused, DataFolderError::InUse(_)), "{refused}");
        assert!(refused.to_string().contains(outer.path().to_str().unwrap()), "{refused}");
        drop(first);
        DataFolder::open(outer.path()).unwrap();
    }

    #[test]
    fn an_open_folder_is_closed_if_it_is_empty_or_was_ours() {
        let outer = tempdir().unwrap();
        for _ in 0..2 {
            set_mode(outer.path(), 0o755);
            drop(DataFolder::open(outer.path()).unwrap());
            assert_eq!(mode(outer.path()), 0o700);
        }
    }

    #[test]
    fn an_open_folder_with_other_files_is_left_alone() {
        let outer = tempdir().unwrap();
        fs::write(outer.path().join("letter.txt"), "dear").unwrap();
        set_mode(outer.path(), 0o755);
        let refused = DataFolder::open(outer.path()).unwrap_err();
        assert!(matches!(refused, DataFolderError::OpenToOthers(_)), "{refused}");
        assert_eq!(mode(outer.path()), 0o755);
    }

    #[test]
    fn a_file_is_no_folder_and_the_way_out_is_said() {
        let outer = tempdir().unwrap();
        let file = outer.path().join("letter.txt");
        fs::write(&file, "dear").unwrap();
        for path in [file.clone(), file.join("data")] {
            let refused = DataFolder::open(path).unwrap_err().to_string();
            assert!(refused.contains("a file lies there"), "{refused}");
            assert!(refused.contains("--data-dir"), "{refused}");
        }
    }

    #[test]
    fn a_secret_is_made_once_and_found_again() {
        let outer = tempdir().unwrap();
        let mut folder = DataFolder::open(outer.path()).unwrap();
        fs::write(outer.path().join("key.new"), "half").unwrap();
        assert_eq!(folder.secret_file("key", || "first".into()).unwrap().expose(), "first");
        assert_eq!(mode(&outer.path().join("key")), 0o600);
        assert!(!outer.path().join("key.new").exists());
        drop(folder);
        let mut again = DataFolder::open(outer.path()).unwrap();
        let found = again.secret_file("key", || panic!("there is one already")).unwrap();
        assert_eq!(found.expose(), "first");
    }

    #[test]
    fn a_secret_that_others_may_see_is_refused() {
        for bits in [0o640, 0o604, 0o620, 0o666] {
            let (_outer, mut folder) = with_key("swordfish", bits);
            let refused = folder.secret_file("key", || "new".into()).unwrap_err();
            assert!(
                matches!(refused, DataFolderError::ExposedSecret { mode, .. } if mode == bits),
                "{refused}"
            );
            assert!(!refused.to_string().contains("swordfish"));
        }
    }

    #[test]
    fn a_line_end_is_no_part_of_a_secret_and_an_empty_file_is_none() {
        let (_outer, mut folder) = with_key("swordfish\n", 0o600);
        assert_eq!(folder.secret_file("key", || "new".into()).unwrap().expose(), "swordfish");
        let (_outer, mut folder) = with_key("\n", 0o600);
        let refused = folder.secret_file("key", || "new".into()).unwrap_err();
        assert!(matches!(refused, DataFolderError::NoSecret(_)), "{refused}");
    }
}
