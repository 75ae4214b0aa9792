//! What there is: the files and the packages, read once.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What is wrong and where, in one line: `path:line: sentence`.
pub(crate) type Complaint = String;

/// One text file.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// One package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// From the root, with slashes.
    pub(crate) folder: String,
    /// Name of the library, if it has one.
    pub(crate) library: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a package's manifest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// For tests and examples alone.
    pub(crate) dev: bool,
}

/// Everything the rules look at.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) files: Vec<File>,
    pub(crate) packages: Vec<Package>,
}

/// The house as it stands.
pub(crate) fn house() -> &'static House {
    static HOUSE: OnceLock<House> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent");
        House { files: files(root), packages: packages(root) }
    })
}

impl File {
    /// Whether its name ends in one of these extensions.
    pub(crate) fn is(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path).extension().unwrap_or_default();
        extensions.iter().any(|it| extension == *it)
    }

    /// Its lines with their numbers, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// The reason why a path is excused from a rule: rows are path prefixes with reasons.
pub(crate) fn is_excused(path: &str, excuses: &[(&str, &str)]) -> bool {
    excuses.iter().any(|(prefix, _reason)| path.starts_with(prefix))
}

fn files(root: &Path) -> Vec<File> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .expect("git lists the files");
    assert!(listed.status.success(), "git: {}", String::from_utf8_lossy(&listed.stderr));
    let paths = String::from_utf8(listed.stdout).expect("paths are UTF-8");
    let files: Vec<File> = paths
        .split('\0')
        .filter(|path| !path.is_empty())
        // A file that is deleted but still known to git, or that is no text, has no lines.
        .filter_map(|path| {
            let text = std::fs::read_to_string(root.join(path)).ok()?;
            Some(File { path: path.to_owned(), text })
        })
        .collect();
    assert!(files.iter().any(|file| file.path == "Cargo.toml"), "these are not our files");
    files
}

fn packages(root: &Path) -> Vec<Package> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo reads the manifests");
    let folder = |manifest: &Path| {
        let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
        folder.unwrap_or(manifest).to_string_lossy().into_owned()
    };
    let dependency = |it: &cargo_metadata::Dependency| Dependency {
        name: it.name.clone(),
        dev: it.kind == DependencyKind::Development,
    };
    let package = |it: &cargo_metadata::Package| Package {
        name: it.name.to_string(),
        folder: folder(it.manifest_path.as_std_path()),
        library: it.targets.iter().find(|target| target.is_lib()).map(|it| it.name.clone()),
        dependencies: it.dependencies.iter().map(dependency).collect(),
    };
    metadata.workspace_packages().into_iter().map(package).collect()
}

/// Files made up by the rules' own tests.
#[cfg(test)]
pub(crate) fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}
