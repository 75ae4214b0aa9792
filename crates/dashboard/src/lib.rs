//! The screen of Mission Control: a client of the public API in plain files.
//!
//! `web/` holds the files as a browser reads them: ES modules, styles, a font, no build step.
//! `build.rs` hashes the tree and compresses every file; [`file()`] finds one of them. The shell,
//! [`SHELL`], names the others under a path with [`tree`], which changes whenever one of them does, so that
//! they may be kept for ever.

mod kind;

pub use kind::media_type;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The shell of the page.
pub const SHELL: &str = "index.html";

/// One file of the page in the forms in which it can be sent.
#[derive(Debug)]
pub struct File {
    /// Below `web/`, with slashes.
    pub path: &'static str,
    /// As it is.
    pub plain: &'static [u8],
    /// By brotli (RFC 7932), where that saves anything.
    pub brotli: Option<&'static [u8]>,
    /// By gzip (RFC 1952), where that saves anything.
    pub gzip: Option<&'static [u8]>,
}

/// Where the shell, as it stands in `web/`, names the folder of the other files.
const PLACEHOLDER: &str = "{{assets}}";

/// The shell with the folder of the other files filled in.
#[must_use]
pub fn with_assets(shell: &str) -> String {
    shell.replace(PLACEHOLDER, &format!("/assets/{TREE}"))
}

/// The hash of all files, in hexadecimal digits.
#[must_use]
pub const fn tree() -> &'static str {
    TREE
}

/// The file of this path; `None` when there is none.
#[must_use]
pub fn file(path: &str) -> Option<&'static File> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok().map(|at| &FILES[at])
}

/// Every file, by path.
#[must_use]
pub const fn files() -> &'static [File] {
    FILES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_by_its_path_and_has_a_media_type() {
        for known in files() {
            assert_eq!(file(known.path).map(|found| found.path), Some(known.path));
            assert!(media_type(known.path).is_some(), "{} has no media type", known.path);
        }
        for unknown in ["", "/", "app", "../Cargo.toml", "app.js/"] {
            assert!(file(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn the_shell_names_its_files_under_the_hash_of_all() {
        let shell = std::str::from_utf8(file(SHELL).unwrap().plain).unwrap();
        let folder = format!("/assets/{}/", tree());
        let mut named = 0;
        for rest in shell.split(&folder).skip(1) {
            let path = rest.split(['"', '\'']).next().unwrap();
            assert!(file(path).is_some(), "the shell names {path}, which is not there");
            named += 1;
        }
        assert!(named >= 3, "{shell}");
        assert!(!shell.contains("{{"), "{shell}");
    }
}
