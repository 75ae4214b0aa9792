//! Bodies about people, and what is said about the others.

use mission_control_wire::decode;
use mission_control_wire::request::{CreateProject, CreateToken, CreateUser, MAX_ROLES, PatchUser};

fn refused<T: mission_control_wire::Body>(body: &str) -> (String, String) {
    match decode::<T>(body.as_bytes()) {
        Ok(_) => panic!("{body} was taken"),
        Err(error) => (error.code().to_owned(), error.field),
    }
}

#[test]
fn no_role_and_nothing_said_about_it_are_told_apart() {
    let edit = |body: &str| decode::<PatchUser>(body.as_bytes()).unwrap().role;
    assert_eq!(edit("{}"), None);
    assert_eq!(edit(r#"{"role":null}"#), Some(None));
    assert_eq!(edit(r#"{"role":"viewer"}"#), Some(Some("viewer".to_owned())));
    for member in ["name", "projects", "disabled", "password"] {
        let got = refused::<PatchUser>(&format!(r#"{{"{member}":null}}"#));
        assert_eq!(got, ("wrong_type".to_owned(), member.to_owned()));
    }
}

#[test]
fn roles_by_project_are_an_object_that_names_each_once() {
    let roles = |body: &str| decode::<PatchUser>(body.as_bytes()).unwrap().projects.unwrap().0;
    let both = [("lab".to_owned(), Some("admin".to_owned())), ("shop".to_owned(), None)];
    assert_eq!(roles(r#"{"projects":{"lab":"admin","shop":null}}"#), both);
    let many: Vec<String> = (0..=MAX_ROLES).map(|n| format!(r#""p{n}":"viewer""#)).collect();
    let table = [
        (r#"{"projects":{"lab":"admin","lab":null}}"#.to_owned(), "duplicate_key", "projects"),
        (r#"{"projects":{"lab":7}}"#.to_owned(), "wrong_type", "projects.lab"),
        (r#"{"projects":["lab"]}"#.to_owned(), "wrong_type", "projects"),
        (format!(r#"{{"projects":{{{}}}}}"#, many.join(",")), "too_many", "projects"),
    ];
    for (body, code, field) in table {
        assert_eq!(refused::<PatchUser>(&body), (code.to_owned(), field.to_owned()), "{body}");
    }
    assert_eq!(roles(&format!(r#"{{"projects":{{{}}}}}"#, many[1..].join(","))).len(), MAX_ROLES);
}

#[test]
fn what_only_the_server_sets_is_refused_as_such() {
    let read_only = |member: &str| ("read_only_field".to_owned(), member.to_owned());
    for member in ["id", "has_password", "created_at", "owner", "scopes"] {
        let new = format!(r#"{{"login":"maria","{member}":1}}"#);
        assert_eq!(refused::<CreateUser>(&new), read_only(member));
        assert_eq!(refused::<PatchUser>(&format!(r#"{{"{member}":1}}"#)), read_only(member));
    }
    for member in ["id", "token", "hint", "owner", "scopes", "created_at", "last_used_at"] {
        let new = format!(r#"{{"name":"a","role":"viewer","{member}":1}}"#);
        assert_eq!(refused::<CreateToken>(&new), read_only(member));
    }
    assert_eq!(refused::<CreateProject>(r#"{"id":"a","created_at":1}"#), read_only("created_at"));
    assert_eq!(refused::<PatchUser>(r#"{"login":"other"}"#), read_only("login"));
}

#[test]
fn a_password_does_not_print_itself() {
    let new = decode::<CreateUser>(br#"{"login":"maria","password":"swordfish"}"#).unwrap();
    let edit = decode::<PatchUser>(br#"{"password":"swordfish"}"#).unwrap();
    let printed = format!("{new:?} {edit:?}");
    assert!(printed.contains("maria") && !printed.contains("swordfish"), "{printed}");
}
