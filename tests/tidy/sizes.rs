//! How long things are: a reader holds one subject at a time.

use crate::house::{Complaint, File, is_excused};

/// The most lines of a file.
const MAX_FILE_LINES: usize = 400;

/// The most lines of a function, from its name to its closing brace.
const MAX_FUNCTION_LINES: usize = 70;

/// Files that nobody writes or reads line by line.
const NOT_WRITTEN: [&str; 4] = ["/golden/", "/generated/", "/vendor/", "/vendored/"];

/// Files that may be longer, with the reason.
const LONG_FILES: [(&str, &str); 0] = [];

/// Files whose functions may be longer, with the reason.
const LONG_FUNCTIONS: [(&str, &str); 0] = [];

/// Files beyond the limit.
pub(crate) fn long_files(files: &[File]) -> Vec<Complaint> {
    written(files, &["rs", "js", "css", "sql"])
        .filter(|file| !is_excused(&file.path, &LONG_FILES))
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_FILE_LINES)
        .map(|(file, lines)| format!("{}: has {lines} lines, of {MAX_FILE_LINES}", file.path))
        .collect()
}

/// Functions beyond the limit.
pub(crate) fn long_functions(files: &[File]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in written(files, &["rs"]).filter(|file| !is_excused(&file.path, &LONG_FUNCTIONS)) {
        let lines: Vec<&str> = file.text.lines().collect();
        for (first, line) in lines.iter().enumerate().filter(|(_, line)| begins_function(line)) {
            let length = function_length(line, &lines[first..]);
            if length > MAX_FUNCTION_LINES {
                let at = format!("{}:{}", file.path, first + 1);
                complaints.push(format!("{at}: has {length} lines, of {MAX_FUNCTION_LINES}"));
            }
        }
    }
    complaints
}

fn written<'a>(files: &'a [File], extensions: &'a [&str]) -> impl Iterator<Item = &'a File> {
    files
        .iter()
        .filter(move |file| file.is(extensions))
        .filter(|file| !NOT_WRITTEN.iter().any(|folder| file.path.contains(folder)))
}

fn begins_function(line: &str) -> bool {
    let mut words = line.trim_start().split(' ').skip_while(|word| {
        matches!(*word, "pub" | "const" | "async" | "extern" | "\"C\"") || word.starts_with("pub(")
    });
    words.next() == Some("fn")
}

/// Lines up to the closing brace, which `rustfmt` puts where the function's first line begins.
fn function_length(first: &str, lines: &[&str]) -> usize {
    let indent = first.len() - first.trim_start().len();
    let ends = |line: &str| {
        let Some((margin, code)) = line.split_at_checked(indent) else { return false };
        margin.trim().is_empty()
            && (code.starts_with('}') || (code.starts_with(')') && code.ends_with(';')))
    };
    if first.ends_with([';', '}']) {
        return 1;
    }
    lines.iter().position(|line| ends(line)).map_or(lines.len(), |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::file;

    fn function(lines: usize) -> String {
        format!(
            "    pub(crate) async fn f(\n    ) {{\n{}    }}\n",
            "        x();\n".repeat(lines - 3)
        )
    }

    #[test]
    fn a_long_file_is_refused_unless_nobody_wrote_it() {
        let long = "\n".repeat(MAX_FILE_LINES + 1);
        assert_eq!(long_files(&[file("a.rs", &long)]).len(), 1);
        assert_eq!(long_files(&[file("a.sql", &long)]).len(), 1);
        assert!(long_files(&[file("a.rs", &long[1..])]).is_empty());
        assert!(long_files(&[file("a/golden/b.sql", &long), file("a.md", &long)]).is_empty());
    }

    #[test]
    fn a_long_function_is_refused_where_it_begins() {
        let at =
            |lines| long_functions(&[file("a.rs", &format!("impl A {{\n{}}}\n", function(lines)))]);
        assert_eq!(at(MAX_FUNCTION_LINES + 1), ["a.rs:2: has 71 lines, of 70"]);
        assert!(at(MAX_FUNCTION_LINES).is_empty());
    }

    #[test]
    fn a_declaration_ends_with_its_signature() {
        let text = format!("fn a(\n    b: C,\n) -> D;\nfn e() {{}}\nfn f();\n{}", "\n".repeat(100));
        assert!(long_functions(&[file("a.rs", &text)]).is_empty());
    }
}
