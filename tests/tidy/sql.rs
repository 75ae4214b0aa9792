//! SQL stands in `.sql` files, where both dialects lie side by side and each is prepared by a test.

use crate::house::{Complaint, File, is_excused};

/// Files whose code may carry a statement, with the reason.
const EXCUSES: [(&str, &str); 5] = [
    ("tests/tidy/", "states the words that it bans"),
    ("crates/persistence/src/postgres/lists", "puts lists together from ordered branches"),
    ("crates/persistence/src/sqlite/lists/", "puts lists together from ordered branches"),
    ("crates/persistence/src/sqlite/tests/", "damages a store by hand"),
    ("crates/conformance/src/private_postgres/tests.rs", "asks a server, not the product's tables"),
];

/// What a statement begins with, and what must follow on the same or the next lines.
const STATEMENTS: [(&str, &str); 7] = [
    ("SELECT ", ""),
    ("INSERT INTO ", ""),
    ("DELETE FROM ", ""),
    ("UPDATE ", " SET "),
    ("CREATE TABLE ", ""),
    ("CREATE INDEX ", ""),
    ("ALTER TABLE ", ""),
];

/// How many lines a statement takes to get from `UPDATE` to `SET`.
const STATEMENT_LINES: usize = 3;

/// Statements in Rust code; comments may quote them.
pub(crate) fn statements_in_code(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let sources = files.iter().filter(|file| file.is(&["rs"]));
    for file in sources.filter(|file| !is_excused(&file.path, &EXCUSES)) {
        let lines: Vec<&str> = file.text.lines().map(without_comment).collect();
        for (index, line) in lines.iter().enumerate() {
            let rest = || lines[index..lines.len().min(index + STATEMENT_LINES)].join(" ");
            let found = STATEMENTS.iter().find(|(begin, then)| {
                line.contains(begin) && (then.is_empty() || rest().contains(then))
            });
            if let Some((begin, _)) = found {
                let at = format!("{}:{}", file.path, index + 1);
                complaints.push(format!("{at}: {:?} belongs in a .sql file", begin.trim_end()));
            }
        }
    }
    complaints
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") { "" } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::file;

    #[test]
    fn a_statement_in_code_is_refused() {
        for line in [
            "query(\"SELECT 1\")",
            "\"INSERT INTO missions\"",
            "r#\"UPDATE missions\n   SET title = $1\"#",
            "  \"DELETE FROM missions\"",
        ] {
            assert_eq!(statements_in_code(&[file("a.rs", line)]).len(), 1, "{line}");
        }
    }

    #[test]
    fn comments_and_files_of_sql_may_hold_statements() {
        assert!(statements_in_code(&[file("a.rs", "/// `SELECT 1`, then \"UPDATE \"")]).is_empty());
        assert!(statements_in_code(&[file("a.sql", "SELECT 1")]).is_empty());
        assert!(statements_in_code(&[file("a.rs", "\"FOR UPDATE SKIP LOCKED\"")]).is_empty());
    }
}
