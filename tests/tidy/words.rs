//! Words that have no place in finished code.

use crate::house::{Complaint, File, is_excused};

/// Work put off, and tests switched off.
const UNFINISHED: [&str; 6] = ["todo!(", "unimplemented!(", "FIXME", "XXX", "TODO", "#[ignore"];

/// Files in which they may stand, with the reason.
const UNFINISHED_EXCUSES: [(&str, &str); 1] = [("tests/tidy/", "states the words that it bans")];

/// Files whose tests may sleep, with the reason.
const SLEEP_EXCUSES: [(&str, &str); 2] = [
    ("tests/tidy/", "states the words that it bans"),
    ("tests/long/", "measures what a server is after a while"),
];

/// The one function that may pause, between two looks at what no signal announces.
const PATIENT: &str = "eventually";

/// Folders that hold nothing but tests and what they stand on.
const TEST_FOLDERS: [&str; 2] = ["tests/", "crates/conformance/"];

/// Lines that put work off or switch a test off.
pub(crate) fn unfinished(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let sources = files.iter().filter(|file| file.is(&["rs", "js", "css", "sql", "sh", "toml"]));
    for file in sources.filter(|file| !is_excused(&file.path, &UNFINISHED_EXCUSES)) {
        for (number, line) in file.lines() {
            if let Some(word) = UNFINISHED.iter().find(|word| has_word(line, word)) {
                complaints.push(format!("{}:{number}: {word}", file.path));
            }
        }
    }
    complaints
}

/// Lines of tests that wait for time to pass instead of for something to happen.
pub(crate) fn sleeping_tests(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let sources = files.iter().filter(|file| file.is(&["rs"]));
    for file in sources.filter(|file| !is_excused(&file.path, &SLEEP_EXCUSES)) {
        let all = is_test_file(&file.path);
        let (mut inside, mut before, mut function) = (false, "", "");
        for (number, line) in file.lines() {
            // A module in a file of its own is judged there.
            inside |= before == "#[cfg(test)]" && line.starts_with("mod ") && line.ends_with('{');
            inside &= line != "}";
            before = line;
            function = named_function(line).unwrap_or(function);
            if (all || inside) && function != PATIENT && has_word(line, "sleep(") {
                complaints.push(format!("{}:{number}: a test sleeps", file.path));
            }
        }
    }
    complaints
}

fn is_test_file(path: &str) -> bool {
    TEST_FOLDERS.iter().any(|folder| path.starts_with(folder))
        || path.contains("/tests/")
        || path.ends_with("/tests.rs")
}

/// Whether `word` stands alone: `uXXXX` is no XXX, and `pg_sleep(` is a matter of the database.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |char: char| char.is_alphanumeric() || char == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(joins);
        let after = word.ends_with(joins) && line[at + word.len()..].starts_with(joins);
        !before && !after
    })
}

fn named_function(line: &str) -> Option<&str> {
    let (modifiers, rest) = line.split_once("fn ")?;
    let begins = modifiers.is_empty() || modifiers.ends_with(' ');
    begins.then(|| rest.split(['(', '<']).next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::file;

    #[test]
    fn work_put_off_and_tests_switched_off_are_refused() {
        for line in ["    todo!()", "unimplemented!(\"x\")", "// FIXME", "// XXX", "#[ignore]"] {
            assert_eq!(
                unfinished(&[file("a.rs", line)]),
                [format!(
                    "a.rs:1: {}",
                    UNFINISHED.iter().find(|word| line.contains(**word)).unwrap()
                )]
            );
        }
        assert!(
            unfinished(&[file("a.rs", "fn todo() {} // uXXXX"), file("a.md", "XXX")]).is_empty()
        );
    }

    #[test]
    fn a_test_that_sleeps_is_refused() {
        for path in ["tests/acceptance/a.rs", "crates/a/tests/b.rs", "crates/a/src/b/tests.rs"] {
            for call in ["std::thread::sleep(x)", "tokio::time::sleep(x).await", "  sleep(x)"] {
                assert_eq!(sleeping_tests(&[file(path, call)]).len(), 1, "{path} {call}");
            }
        }
        let inside = "fn a() { sleep(x) }\n#[cfg(test)]\nmod tests {\n sleep(x)\n}";
        assert_eq!(sleeping_tests(&[file("crates/a/src/b.rs", inside)]).len(), 1);
        let elsewhere = "#[cfg(test)]\nmod tests;\nfn a() { sleep(x) }";
        assert!(sleeping_tests(&[file("crates/a/src/b.rs", elsewhere)]).is_empty());
        let patient = "async fn eventually<T>(\n) {\n sleep(x)\n}";
        assert!(sleeping_tests(&[file("tests/a.rs", patient)]).is_empty());
        let after = format!("{patient}\nfn hasty() {{\n sleep(x)\n}}");
        assert_eq!(sleeping_tests(&[file("tests/a.rs", &after)]).len(), 1);
        assert!(sleeping_tests(&[file("tests/a.rs", "SELECT pg_sleep(1)")]).is_empty());
    }
}
