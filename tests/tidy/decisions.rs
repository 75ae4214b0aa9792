//! Decision records say when they were taken, whether they stand, and are found in the list.

use crate::house::{Complaint, File};

const FOLDER: &str = "docs/decisions/";
const LIST: &str = "docs/decisions/README.md";

/// How a decision may stand; a replaced one names its successor.
const STATUSES: [&str; 3] = ["proposed", "accepted", "replaced by "];

/// Records without number, date or status, and what the list lacks or has too much.
pub(crate) fn unkept(files: &[File]) -> Vec<Complaint> {
    let list = files.iter().find(|file| file.path == LIST).map_or("", |file| file.text.as_str());
    let records: Vec<(&str, &File)> = files
        .iter()
        .filter_map(|file| Some((file.path.strip_prefix(FOLDER)?, file)))
        .filter(|(_, file)| file.path != LIST)
        .collect();
    let mut complaints = Vec::new();
    let mut complain = |name: &str, what: &str| complaints.push(format!("{FOLDER}{name}: {what}"));
    for (index, (name, file)) in records.iter().enumerate() {
        if number(name).is_none() {
            complain(name, "must be called NNNN-what-was-decided.md");
        }
        if records[..index].iter().any(|(other, _)| number(other) == number(name)) {
            complain(name, "has a number that is taken");
        }
        if !header(file, "Status").is_some_and(is_status) {
            complain(name, "needs a line `- Status: accepted` (proposed, replaced by NNNN)");
        }
        if !header(file, "Date").is_some_and(is_date) {
            complain(name, "needs a line `- Date: YYYY-MM-DD`");
        }
        if !list.contains(&format!("]({name})")) {
            complain(name, "is missing in README.md");
        }
    }
    for linked in list.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let is_record = number(linked).is_some();
        if is_record && !records.iter().any(|(name, _)| *name == linked) {
            complain("README.md", &format!("lists {linked}, which is not there"));
        }
    }
    complaints
}

fn number(name: &str) -> Option<&str> {
    let (number, rest) = name.split_once('-')?;
    let numbered = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    (numbered && rest.ends_with(".md")).then_some(number)
}

fn header<'a>(file: &'a File, name: &str) -> Option<&'a str> {
    let lines = file.text.lines().filter_map(|line| line.strip_prefix("- "));
    lines.filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name).map(|(_, it)| it)
}

fn is_status(text: &str) -> bool {
    STATUSES.iter().any(|status| text.starts_with(status))
}

fn is_date(text: &str) -> bool {
    let shape: String =
        text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    shape == "0000-00-00"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::file;

    const GOOD: &str = "# Why\n\n- Status: accepted\n- Date: 2026-11-21\n";

    fn complaints(name: &str, text: &str, list: &str) -> Vec<Complaint> {
        unkept(&[file(&format!("{FOLDER}{name}"), text), file(LIST, list)])
    }

    #[test]
    fn a_dated_and_listed_record_is_kept() {
        assert!(complaints("0001-why.md", GOOD, "[1](0001-why.md)").is_empty());
    }

    #[test]
    fn a_record_without_number_status_date_or_listing_is_refused() {
        let listed = "[1](0001-why.md)";
        for (name, text, list) in [
            ("why.md", GOOD, "[1](why.md)"),
            ("0001-why.md", "- Status: accepted\n", listed),
            ("0001-why.md", "- Date: 2026-11-21\n", listed),
            ("0001-why.md", "- Status: perhaps\n- Date: 2026-11-21\n", listed),
            ("0001-why.md", "- Status: accepted\n- Date: last week\n", listed),
            ("0001-why.md", GOOD, ""),
            ("0001-why.md", GOOD, "[1](0001-why.md) [2](0002-gone.md)"),
        ] {
            assert_eq!(complaints(name, text, list).len(), 1, "{name} {text} {list}");
        }
    }

    #[test]
    fn a_number_that_is_taken_is_refused() {
        let records = ["0001-a.md", "0001-b.md"].map(|name| file(&format!("{FOLDER}{name}"), GOOD));
        let [one, other] = records;
        let list = file(LIST, "[1](0001-a.md) [1](0001-b.md)");
        assert_eq!(unkept(&[one, other, list]).len(), 1);
    }
}
