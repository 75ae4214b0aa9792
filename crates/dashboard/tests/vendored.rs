//! Files of others are as they came.

use sha2::{Digest, Sha256};

/// What says where the files beside it are from, and what they were.
const SOURCE: &str = "SOURCE.txt";
const FOLDER: &str = "vendor/";

#[test]
fn every_file_of_others_has_the_checksum_that_its_source_names() {
    let files = mission_control_dashboard::files();
    let others = files.iter().filter(|file| file.path.starts_with(FOLDER));
    let mut checked = 0;
    for file in others.filter(|file| !file.path.ends_with(SOURCE)) {
        let (folder, name) = file.path.rsplit_once('/').expect("a folder");
        let source = mission_control_dashboard::file(&format!("{folder}/{SOURCE}"));
        let source = source.unwrap_or_else(|| panic!("{folder} has no {SOURCE}"));
        let source = std::str::from_utf8(source.plain).expect("text");
        let hash: String =
            Sha256::digest(file.plain).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(source.contains(&format!("{hash}  {name}")), "{}: is {hash}", file.path);
        checked += 1;
    }
    assert!(checked >= 3, "{checked}");
}
