//! What things are called.

use std::path::Path;

use crate::house::{Complaint, File, Package};

/// Whatever else wants to lie at the top belongs into one of these.
const TOP: [&str; 18] = [
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "bins",
    "clippy.toml",
    "crates",
    "docs",
    "justfile",
    "migrations",
    "rustfmt.toml",
    "tests",
];

/// Names that say nothing of a subject, so that anything ends up under them.
const EMPTY_NAMES: [&str; 8] =
    ["util", "utils", "common", "helper", "helpers", "manager", "managers", "models"];

/// The facade is named after the product, since it is what others depend on.
const FACADE: (&str, &str, &str) = ("crates/core", "mission-control", "mission_control");

/// Packages whose name does not follow from their folder.
pub(crate) fn misnamed_packages(packages: &[Package]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for Package { name, folder, library, dependencies } in packages {
        let expected = if folder == FACADE.0 {
            FACADE.1.to_owned()
        } else {
            format!("mission-control-{}", folder.rsplit('/').next().unwrap_or(folder))
        };
        if *name != expected {
            complaints.push(format!("{folder}: must be called {expected}, not {name}"));
        }
        if folder == FACADE.0 && library.as_deref() != Some(FACADE.2) {
            complaints.push(format!("{folder}: its library must be called {}", FACADE.2));
        }
        let called_core = library.as_deref() == Some("core")
            || dependencies.iter().any(|dependency| dependency.name == "core");
        if called_core {
            complaints.push(format!("{folder}: `core` would shadow the language's own"));
        }
    }
    complaints
}

/// Entries at the top that nobody decided on.
pub(crate) fn strangers_at_the_top(files: &[File]) -> Vec<Complaint> {
    let mut tops: Vec<&str> = files
        .iter()
        .map(|file| file.path.split('/').next().unwrap_or(&file.path))
        .filter(|top| !TOP.contains(top))
        .collect();
    tops.dedup();
    tops.into_iter()
        .map(|top| format!("{top}: is not among the entries of the top level"))
        .collect()
}

/// Source files, folders and inline modules with a name that fits anything.
pub(crate) fn names_without_a_subject(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is(&["rs", "js", "css", "sql"])) {
        for part in Path::new(&file.path).with_extension("").iter() {
            if is_empty_name(&part.to_string_lossy()) {
                complaints.push(format!("{}: {part:?} names no subject", file.path));
            }
        }
        for (number, line) in file.lines().filter(|_| file.is(&["rs"])) {
            let line = line.trim_start().trim_start_matches("pub ");
            let module = line.strip_prefix("mod ").and_then(|it| it.strip_suffix(" {"));
            if module.is_some_and(is_empty_name) {
                complaints.push(format!("{}:{number}: {line:?} names no subject", file.path));
            }
        }
    }
    complaints
}

fn is_empty_name(name: &str) -> bool {
    name.split(['_', '-']).any(|word| EMPTY_NAMES.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::{Dependency, file};

    fn package(folder: &str, name: &str, library: &str, sees: &[&str]) -> Package {
        let dependency = |name: &&str| Dependency { name: (*name).to_owned(), dev: false };
        Package {
            name: name.to_owned(),
            folder: folder.to_owned(),
            library: Some(library.to_owned()),
            dependencies: sees.iter().map(dependency).collect(),
        }
    }

    #[test]
    fn a_package_that_is_not_named_after_its_folder_is_refused() {
        let good = package("crates/wire", "mission-control-wire", "mission_control_wire", &[]);
        assert!(misnamed_packages(&[good]).is_empty());
        let facade = package("crates/core", "mission-control", "mission_control", &[]);
        assert!(misnamed_packages(&[facade]).is_empty());
        for bad in [
            package("crates/wire", "wire", "wire", &[]),
            package("crates/core", "mission-control", "control", &[]),
            package("crates/wire", "mission-control-wire", "core", &[]),
            package("crates/wire", "mission-control-wire", "mission_control_wire", &["core"]),
        ] {
            assert_eq!(misnamed_packages(std::slice::from_ref(&bad)).len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn a_stranger_at_the_top_is_refused_once() {
        let files = [file("crates/wire/a.rs", ""), file("src/a.rs", ""), file("src/b.rs", "")];
        assert_eq!(strangers_at_the_top(&files).len(), 1);
        assert_eq!(strangers_at_the_top(&[file("notes.txt", "")]).len(), 1);
    }

    #[test]
    fn names_that_fit_anything_are_refused() {
        for path in ["a/utils.rs", "a/test_helpers.rs", "a/common/b.rs", "a/models.js"] {
            assert_eq!(names_without_a_subject(&[file(path, "")]).len(), 1, "{path}");
        }
        assert_eq!(names_without_a_subject(&[file("a.rs", "pub mod helpers {\n}\n")]).len(), 1);
        let good = file("a/model_used.rs", "mod commonplace {\n}\n");
        assert!(names_without_a_subject(&[good]).is_empty());
    }
}
