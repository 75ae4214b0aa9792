//! The real files that the demo's real agents work on, and the profiles of that work.

use std::fs;
use std::path::{Path, PathBuf};

use super::DemoError;

/// A checkout of this project is known by this page of its documentation.
const LANDMARK: &str = "ARCHITECTURE.md";

/// At most so many documents are worked on: the pages of a documentation, not a whole disk.
const MAX_DOCUMENTS: usize = 64;

/// What the real agents run, besides what the server's own settings let them run.
const PROFILES: &str = r#"# What the demo's real agents run: real programs on real files.

[profiles.wordcount]
command = ["wc", "--words", "{path}"]
result = "text"
timeout_seconds = 60

[profiles.wordcount.parameters.path]
type = "path"
within = WITHIN

[profiles.checksum]
command = ["sha256sum", "--binary", "{path}"]
result = "text"
timeout_seconds = 60

[profiles.checksum.parameters.path]
type = "path"
within = WITHIN

[profiles.filesize]
command = ["stat", "--format=%s", "{path}"]
result = "text"
timeout_seconds = 60

[profiles.filesize.parameters.path]
type = "path"
within = WITHIN
"#;

/// Written where there is no checkout to work on.
const OWN: [(&str, &str); 3] = [
    (
        "runbook.md",
        "# Runbook\n\nWhen the queue grows: look at what waits and why, then add an agent or raise \
         a limit.\nWhen an agent is stuck: take its mission back; the next attempt is fenced.\n",
    ),
    (
        "release-notes.md",
        "# Release notes\n\n- Reports that come late are refused, and say so.\n- Lists can be \
         filtered by model.\n- The cost of a mission is the sum of its attempts.\n",
    ),
    (
        "meeting.md",
        "# Weekly meeting\n\nTwo extraction runs were repeated after the provider's quota was \
         used up.\nThe review agents found a missing bound on retries.\nNobody was paged.\n",
    ),
];

/// Files to work on and the profiles for it.
pub(super) struct Documents {
    /// The profile file.
    pub(super) profiles: PathBuf,
    /// The documents, as paths within the folder that the profiles allow.
    pub(super) names: Vec<String>,
}

impl Documents {
    /// The documentation of the checkout that the server was started in, else files of our own in
    /// the demo's `folder`.
    pub(super) fn find(folder: &Path) -> Result<Self, DemoError> {
        Self::of(Path::new("docs"), folder)
    }

    fn of(checkout: &Path, folder: &Path) -> Result<Self, DemoError> {
        let documents = if checkout.join(LANDMARK).is_file() {
            std::path::absolute(checkout).map_err(DemoError::at(checkout))?
        } else {
            own(folder)?
        };
        let profiles = folder.join("profiles.toml");
        let within = toml_string(&documents);
        fs::write(&profiles, PROFILES.replace("WITHIN", &within))
            .map_err(DemoError::at(&profiles))?;
        Ok(Self { profiles, names: pages(&documents).map_err(DemoError::at(&documents))? })
    }
}

/// Writes our own documents; those of an earlier start are written again.
fn own(folder: &Path) -> Result<PathBuf, DemoError> {
    let documents = folder.join("documents");
    fs::create_dir_all(&documents).map_err(DemoError::at(&documents))?;
    for (name, text) in OWN {
        let path = documents.join(name);
        fs::write(&path, text).map_err(DemoError::at(&path))?;
    }
    std::path::absolute(&documents).map_err(DemoError::at(&documents))
}

/// The Markdown pages of a folder and of those directly below it, in order.
fn pages(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                names.extend(name_of_page(&entry?.path(), folder));
            }
        } else {
            names.extend(name_of_page(&path, folder));
        }
    }
    names.sort();
    names.truncate(MAX_DOCUMENTS);
    Ok(names)
}

fn name_of_page(path: &Path, folder: &Path) -> Option<String> {
    let is_page = path.is_file() && path.extension().is_some_and(|it| it == "md");
    let name = path.strip_prefix(folder).ok()?.to_str()?;
    is_page.then(|| name.to_owned())
}

/// A path as a TOML string; JSON's escapes are TOML's.
fn toml_string(path: &Path) -> String {
    serde_json::Value::from(path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use mission_control_executors::{Custody, Profiles};

    use super::*;

    #[test]
    fn outside_a_checkout_there_are_documents_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let found = Documents::of(&folder.path().join("nowhere"), folder.path()).unwrap();
            assert_eq!(found.names, ["meeting.md", "release-notes.md", "runbook.md"]);
            let executors = Profiles::load(&found.profiles, &Custody::new()).unwrap();
            assert_eq!(executors.len(), 4, "three and the default");
        }
    }

    #[test]
    fn in_a_checkout_its_own_pages_are_worked_on() {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"));
        let found = Documents::of(checkout, folder.path()).unwrap();
        for page in [LANDMARK, "decisions/README.md"] {
            assert!(found.names.iter().any(|name| name == page), "{:?}", found.names);
        }
        assert!(found.names.len() <= MAX_DOCUMENTS);
    }
}
