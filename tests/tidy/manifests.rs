//! Dependencies stand once, in the workspace's manifest, each with its reason.

use crate::house::{Complaint, File};

/// The workspace's manifest.
const ROOT: &str = "Cargo.toml";

/// What `cargo build` without arguments makes.
const DEFAULT_MEMBERS: &str = r#"default-members = ["bins/server"]"#;

/// Dependencies of the workspace with no `# reason` behind them; our own crates need none.
pub(crate) fn without_reason(files: &[File]) -> Vec<Complaint> {
    let named = root(files).flat_map(foreign);
    named
        .filter(|(_, _, line)| line.rsplit_once(" # ").is_none_or(|(_, it)| it.is_empty()))
        .map(|(number, name, _)| format!("{ROOT}:{number}: {name} has no reason"))
        .collect()
}

/// Dependencies of a package that are not taken from the workspace.
pub(crate) fn not_from_the_workspace(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in members(files) {
        for Entry { number, section, line } in entries(file) {
            let place = format!("{}:{number}", file.path);
            if section.contains("dependencies.") {
                complaints.push(format!("{place}: a dependency takes one line, not a table"));
            } else if section.ends_with("dependencies") && !line.contains("workspace = true") {
                complaints.push(format!("{place}: {line:?} does not come from the workspace"));
            }
        }
    }
    complaints
}

/// Dependencies of the workspace that no package takes; our own crates may wait for a taker.
pub(crate) fn unused(files: &[File]) -> Vec<Complaint> {
    let taken: Vec<&str> = members(files)
        .flat_map(entries)
        .filter(|entry| entry.section.ends_with("dependencies"))
        .map(|entry| entry.name())
        .collect();
    root(files)
        .flat_map(foreign)
        .filter(|(_, name, _)| !taken.contains(name))
        .map(|(number, name, _)| format!("{ROOT}:{number}: nobody uses {name}"))
        .collect()
}

/// Whether anything but the server is built by default.
pub(crate) fn default_members(files: &[File]) -> Vec<Complaint> {
    root(files)
        .filter(|file| !file.text.lines().any(|line| line == DEFAULT_MEMBERS))
        .map(|file| format!("{}: must say {DEFAULT_MEMBERS}", file.path))
        .collect()
}

/// One line of a manifest, below its section's heading.
struct Entry<'a> {
    number: usize,
    section: &'a str,
    line: &'a str,
}

impl<'a> Entry<'a> {
    fn name(&self) -> &'a str {
        self.line.split([' ', '=', '.']).next().unwrap_or(self.line)
    }
}

/// Lines that are neither blank, nor comments, nor headings.
fn entries(file: &File) -> impl Iterator<Item = Entry<'_>> {
    let mut section = "";
    file.lines().filter_map(move |(number, line)| {
        if let Some(heading) = line.strip_prefix('[') {
            section = heading.trim_end_matches(']');
            return None;
        }
        let says_something = !line.trim().is_empty() && !line.starts_with('#');
        says_something.then_some(Entry { number, section, line })
    })
}

/// Number, name and line of each dependency of the workspace that is not ours.
fn foreign(file: &File) -> impl Iterator<Item = (usize, &str, &str)> {
    entries(file)
        .filter(|entry| entry.section == "workspace.dependencies")
        .filter(|entry| !entry.line.contains("path = "))
        .map(|entry| (entry.number, entry.name(), entry.line))
}

fn root(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.path == ROOT)
}

fn members(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.path != ROOT && file.path.ends_with("/Cargo.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::file;

    fn workspace(lines: &str) -> File {
        file(ROOT, &format!("[workspace]\n[workspace.dependencies]\n# Words.\n{lines}\n"))
    }

    #[test]
    fn a_dependency_without_a_reason_is_refused() {
        let bad = workspace("tokio = \"1\" # the runtime\nserde = { version = \"1\" }");
        assert_eq!(without_reason(&[bad]), ["Cargo.toml:5: serde has no reason"]);
        assert!(without_reason(&[workspace("ours = { path = \"crates/ours\" }")]).is_empty());
    }

    #[test]
    fn a_package_with_a_version_of_its_own_is_refused() {
        let manifest = |text| [file("crates/a/Cargo.toml", text)];
        for bad in [
            "[dependencies]\nserde = \"1\"",
            "[dev-dependencies]\nserde = { version = \"1\" }",
            "[target.'cfg(unix)'.dependencies]\nnix = \"1\"",
            "[dependencies.serde]\nversion = \"1\"",
        ] {
            assert_eq!(not_from_the_workspace(&manifest(bad)).len(), 1, "{bad}");
        }
        let good = "[package]\nname = \"a\"\n\n[dependencies]\nserde = { workspace = true }";
        assert!(not_from_the_workspace(&manifest(good)).is_empty());
    }

    #[test]
    fn a_dependency_that_nobody_takes_is_refused() {
        let taker = |line| file("crates/a/Cargo.toml", &format!("[dependencies]\n{line}"));
        let files = [workspace("serde = \"1\" # shapes"), taker("serde_json.workspace = true")];
        assert_eq!(unused(&files), ["Cargo.toml:4: nobody uses serde"]);
        let files = [workspace("serde = \"1\" # shapes"), taker("serde = { workspace = true }")];
        assert!(unused(&files).is_empty());
    }

    #[test]
    fn building_more_than_the_server_by_default_is_refused() {
        assert_eq!(default_members(&[workspace("")]).len(), 1);
        let both = "default-members = [\"bins/server\", \"tests\"]";
        assert_eq!(default_members(&[file(ROOT, both)]).len(), 1);
        assert!(default_members(&[file(ROOT, DEFAULT_MEMBERS)]).is_empty());
    }
}
