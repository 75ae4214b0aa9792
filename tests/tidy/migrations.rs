//! Both stores migrate in the same steps.

use std::collections::BTreeSet;

use crate::house::{Complaint, File};

const DIALECTS: [&str; 2] = ["migrations/sqlite/", "migrations/postgres/"];

/// Files that are misnamed or misnumbered, and those that one of the stores lacks.
pub(crate) fn unmirrored(files: &[File]) -> Vec<Complaint> {
    let of = |folder: &str| -> BTreeSet<String> {
        files.iter().filter_map(|file| file.path.strip_prefix(folder)).map(str::to_owned).collect()
    };
    let [ours, theirs] = DIALECTS.map(of);
    let mut complaints = Vec::new();
    for (number, name) in (1..).zip(ours.union(&theirs)) {
        for (folder, has) in [(DIALECTS[0], &ours), (DIALECTS[1], &theirs)] {
            if !has.contains(name) {
                complaints.push(format!("{folder}{name}: is missing"));
            }
        }
        if !(name.starts_with(&format!("{number:04}_")) && name.ends_with(".sql")) {
            complaints.push(format!("migrations: {name} should be {number:04}_….sql"));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::file;

    fn complaints(paths: &[&str]) -> Vec<Complaint> {
        let files: Vec<File> = paths.iter().map(|path| file(path, "")).collect();
        unmirrored(&files)
    }

    #[test]
    fn a_migration_that_one_store_lacks_is_refused() {
        assert_eq!(
            complaints(&["migrations/sqlite/0001_a.sql"]),
            ["migrations/postgres/0001_a.sql: is missing"]
        );
        assert!(
            complaints(&["migrations/sqlite/0001_a.sql", "migrations/postgres/0001_a.sql"])
                .is_empty()
        );
    }

    #[test]
    fn a_gap_or_a_name_without_a_number_is_refused() {
        for name in ["0002_a.sql", "a.sql", "0001_a.txt"] {
            let paths = DIALECTS.map(|folder| format!("{folder}{name}"));
            assert_eq!(complaints(&[&paths[0], &paths[1]]).len(), 1, "{name}");
        }
    }
}
