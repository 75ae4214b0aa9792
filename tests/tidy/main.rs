//! The rules of the house, as tests over every file that is, or is about to be, under version
//! control. Each rule is a pure function from files or packages to complaints, so that beside it
//! a small bad example can show that it bites.

mod arrows;
mod decisions;
mod house;
mod manifests;
mod migrations;
mod names;
mod sizes;
mod sql;
mod words;

use house::{Complaint, House};

/// Fails with every complaint, each on a line of its own.
fn check(rule: impl FnOnce(&House) -> Vec<Complaint>) {
    let complaints = rule(house::house());
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn arrows_between_crates_point_down() {
    check(|house| arrows::forbidden(&house.packages));
}

#[test]
fn domain_crates_name_no_runtime_encoding_or_driver() {
    check(|house| arrows::impure(&house.packages));
}

#[test]
fn packages_are_named_after_their_folders() {
    check(|house| names::misnamed_packages(&house.packages));
}

#[test]
fn the_top_level_holds_what_it_should() {
    check(|house| names::strangers_at_the_top(&house.files));
}

#[test]
fn no_file_is_named_after_nothing() {
    check(|house| names::names_without_a_subject(&house.files));
}

#[test]
fn files_are_short() {
    check(|house| sizes::long_files(&house.files));
}

#[test]
fn functions_are_short() {
    check(|house| sizes::long_functions(&house.files));
}

#[test]
fn nothing_is_left_undone_or_switched_off() {
    check(|house| words::unfinished(&house.files));
}

#[test]
fn nothing_sleeps_in_a_test() {
    check(|house| words::sleeping_tests(&house.files));
}

#[test]
fn sql_stands_in_sql_files() {
    check(|house| sql::statements_in_code(&house.files));
}

#[test]
fn dependencies_stand_once_and_each_has_its_reason() {
    check(|house| manifests::without_reason(&house.files));
}

#[test]
fn every_crate_takes_its_dependencies_from_the_workspace() {
    check(|house| manifests::not_from_the_workspace(&house.files));
}

#[test]
fn every_dependency_of_the_workspace_is_used() {
    check(|house| manifests::unused(&house.files));
}

#[test]
fn only_the_server_is_built_by_default() {
    check(|house| manifests::default_members(&house.files));
}

#[test]
fn every_decision_is_dated_and_listed() {
    check(|house| decisions::unkept(&house.files));
}

#[test]
fn migrations_are_mirrored() {
    check(|house| migrations::unmirrored(&house.files));
}
