//! Where PostgreSQL's programs are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::PostgresError;

/// Names the folder with the programs when several are installed.
const FOLDER_VARIABLE: &str = "MISSION_CONTROL_TEST_PG_BIN";

/// Where Debian keeps one folder per major version, out of `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The programs of one installation.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// The ones a variable names, else those in `PATH`, else the newest that Debian installed.
    pub(super) fn find() -> Result<Self, PostgresError> {
        let folders = candidates(variable(FOLDER_VARIABLE), variable("PATH"), debian());
        match folders.iter().find(|folder| is_complete(folder)) {
            Some(folder) => Ok(Self { folder: behind_links(folder) }),
            None => {
                let looked: Vec<_> = folders.iter().map(|it| it.display().to_string()).collect();
                Err(PostgresError::NotInstalled { looked: looked.join(", ") })
            }
        }
    }

    /// One of them.
    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    /// What `postgres --version` says, such as `postgres (PostgreSQL) 15.18`.
    pub(super) fn version(&self) -> Result<String, PostgresError> {
        let output = Command::new(self.path("postgres"))
            .arg("--version")
            .output()
            .map_err(PostgresError::while_doing("asking postgres for its version"))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// Where to look, in order; a named folder is the only one.
fn candidates(
    named: Option<OsString>,
    path: Option<OsString>,
    installed: Vec<PathBuf>,
) -> Vec<PathBuf> {
    if let Some(folder) = named {
        return vec![folder.into()];
    }
    let mut folders: Vec<PathBuf> =
        path.map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    folders.extend(newest_first(installed));
    folders
}

/// Sorts `…/15/bin` by its number, so that 9.6 comes after 10.
fn newest_first(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let major = |folder: &PathBuf| {
        let version = folder.parent().and_then(Path::file_name).unwrap_or_default();
        version.to_string_lossy().split('.').next().and_then(|word| word.parse::<u32>().ok())
    };
    folders.sort_by_key(|folder| std::cmp::Reverse(major(folder)));
    folders
}

fn debian() -> Vec<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin")).collect()
}

/// Where the server really lies: the programs that came with it stand beside it, which is not so of
/// a folder of links to some of them.
fn behind_links(folder: &Path) -> PathBuf {
    let real = std::fs::canonicalize(folder.join("postgres")).ok();
    let real = real.as_deref().and_then(Path::parent);
    real.filter(|real| is_complete(real)).unwrap_or(folder).to_owned()
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

#[expect(clippy::disallowed_methods, reason = "where a tool is, is no setting of the product")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_is_the_only_place_to_look() {
        let folders = candidates(Some("/mine".into()), Some("/a:/b".into()), vec!["/c".into()]);
        assert_eq!(folders, [PathBuf::from("/mine")]);
    }

    #[test]
    fn the_path_comes_before_what_is_installed_and_the_newest_first() {
        let installed = ["/pg/9.6/bin", "/pg/17/bin", "/pg/15/bin"].map(PathBuf::from).to_vec();
        let folders = candidates(None, Some("/a:/b".into()), installed);
        let expected = ["/a", "/b", "/pg/17/bin", "/pg/15/bin", "/pg/9.6/bin"].map(PathBuf::from);
        assert_eq!(folders, expected);
    }
}
