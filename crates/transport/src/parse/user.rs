//! People, and what they are given.

use mission_control_identity::{Grants, Login, PrincipalName, Role};
use mission_control_kernel::{Invalid, ProjectId, Secret};
use mission_control_wire::request::{CreateUser, PatchUser, PutMember, Roles};

use super::Fields;
use crate::auth::Password;
use crate::http::Problem;

/// Roles in single projects; none takes one away.
pub(crate) type RolesByProject = Vec<(ProjectId, Option<Role>)>;

/// Somebody who is to be known, whose password is not hashed yet.
pub(crate) struct Newcomer {
    pub(crate) login: Login,
    pub(crate) name: PrincipalName,
    pub(crate) grants: Grants,
    pub(crate) password: Option<Password>,
}

/// What is to be changed of somebody, whose new password is not hashed yet.
pub(crate) struct UserEdit {
    pub(crate) name: Option<PrincipalName>,
    /// The role in every project, where it is to be another one or none.
    pub(crate) role: Option<Option<Role>>,
    pub(crate) projects: RolesByProject,
    pub(crate) disabled: Option<bool>,
    pub(crate) password: Option<Password>,
}

/// Somebody new.
pub(crate) fn newcomer(body: CreateUser) -> Result<Newcomer, Problem> {
    let mut fields = Fields::default();
    let login = fields.take("login", body.login.parse::<Login>());
    let name = body.name.as_deref().unwrap_or(&body.login);
    let name = fields.take("name", PrincipalName::parse(name));
    let role = fields.optional("role", body.role.as_deref(), persons_role);
    let projects = roles(&mut fields, body.projects.unwrap_or_default());
    let password = password(&mut fields, body.password);
    let (Some(login), Some(name), Some(role), Some(projects), Some(password)) =
        (login, name, role, projects, password)
    else {
        return Err(fields.refuse());
    };
    let grants = with_roles(role, projects);
    Ok(Newcomer { login, name, grants, password })
}

/// A change of somebody.
pub(crate) fn user_edit(body: PatchUser) -> Result<UserEdit, Problem> {
    let mut fields = Fields::default();
    let name = fields.optional("name", body.name.as_deref(), PrincipalName::parse);
    let role =
        fields.optional("role", body.role, |role| role.as_deref().map(persons_role).transpose());
    let projects = roles(&mut fields, body.projects.unwrap_or_default());
    let password = password(&mut fields, body.password);
    let (Some(name), Some(role), Some(projects), Some(password)) = (name, role, projects, password)
    else {
        return Err(fields.refuse());
    };
    Ok(UserEdit { name, role, projects, disabled: body.disabled, password })
}

/// What a member may do.
pub(crate) fn member(body: &PutMember) -> Result<Role, Problem> {
    persons_role(&body.role).map_err(|invalid| Problem::invalid("role", invalid))
}

impl UserEdit {
    /// What they may do after it, if that is something else than `now`.
    pub(crate) fn grants(&self, now: &Grants) -> Option<Grants> {
        let everywhere = self.role.unwrap_or(now.role_everywhere());
        let kept = now.projects().map(|(project, role)| (project.clone(), Some(role)));
        let grants = with_roles(everywhere, kept.chain(self.projects.iter().cloned()));
        (grants != *now).then_some(grants)
    }
}

/// Later ones count more.
fn with_roles(
    everywhere: Option<Role>,
    projects: impl IntoIterator<Item = (ProjectId, Option<Role>)>,
) -> Grants {
    let begin = everywhere.map_or_else(Grants::default, Grants::everywhere);
    let add = |grants: Grants, (project, role)| grants.with_project(project, role);
    projects.into_iter().fold(begin, add)
}

fn roles(fields: &mut Fields, given: Roles) -> Option<RolesByProject> {
    let count = given.0.len();
    let mut parsed = Vec::with_capacity(count);
    for (project, role) in given.0 {
        let Some(id) = fields.take("projects", project.parse::<ProjectId>()) else { continue };
        let field = format!("projects.{id}");
        if let Some(role) = fields.optional(&field, role.as_deref(), persons_role) {
            parsed.push((id, role));
        }
    }
    (parsed.len() == count).then_some(parsed)
}

fn password(fields: &mut Fields, given: Option<String>) -> Option<Option<Password>> {
    fields.optional("password", given, |text| Password::chosen(Secret::new(text)))
}

/// Any role but that of an agent, which is for programs: whoever holds it reads nothing.
fn persons_role(text: &str) -> Result<Role, Invalid> {
    match text.parse() {
        Ok(role @ (Role::Viewer | Role::Operator | Role::Admin)) => Ok(role),
        Ok(Role::Agent) | Err(_) => {
            Err(Invalid::new("invalid_role", "must be viewer, operator or admin"))
        }
    }
}

#[cfg(test)]
mod tests {
    use mission_control_wire::decode;

    use super::*;

    fn project(name: &str) -> ProjectId {
        name.parse().unwrap()
    }

    fn edit(body: &str) -> Result<UserEdit, Problem> {
        user_edit(decode(body.as_bytes()).unwrap())
    }

    #[test]
    fn a_newcomer_without_a_name_is_called_by_their_login() {
        let body = br#"{"login":"maria","projects":{"lab":"admin","default":null}}"#;
        let maria = newcomer(decode(body).unwrap()).unwrap();
        assert_eq!((maria.login.as_str(), maria.name.as_str()), ("maria", "maria"));
        assert_eq!(maria.grants, Grants::within([(project("lab"), Role::Admin)]));
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        let body = br#"{"login":"Maria!","name":"","role":"agent","password":"short",
            "projects":{"Lab":"viewer","lab":"owner"}}"#;
        let problem = newcomer(decode(body).unwrap()).err().unwrap();
        let named: Vec<_> =
            problem.errors().iter().map(|error| (error.field.as_str(), &*error.code)).collect();
        let expected = [
            ("login", "invalid_login"),
            ("name", "too_short"),
            ("role", "invalid_role"),
            ("projects", "invalid_project"),
            ("projects.lab", "invalid_role"),
            ("password", "too_short"),
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn an_edit_changes_what_it_names_and_nothing_else() {
        let now = Grants::everywhere(Role::Viewer)
            .with_project(project("lab"), Some(Role::Admin))
            .with_project(project("shop"), Some(Role::Operator));
        let table = [
            (r#"{}"#, None),
            (r#"{"role":"viewer","projects":{"lab":"admin","nowhere":null}}"#, None),
            (r#"{"role":"admin"}"#, Some((Some(Role::Admin), 2))),
            (r#"{"role":null}"#, Some((None, 2))),
            (r#"{"role":null,"projects":{"lab":null}}"#, Some((None, 1))),
            (r#"{"projects":{"more":"viewer"}}"#, Some((Some(Role::Viewer), 3))),
        ];
        for (body, expected) in table {
            let after = edit(body).unwrap().grants(&now);
            let got = after.map(|after| (after.role_everywhere(), after.projects().len()));
            assert_eq!(got, expected, "{body}");
        }
    }
}
