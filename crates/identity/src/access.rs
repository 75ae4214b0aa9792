//! The policy of a route, and the two decisions made from it.

use mission_control_kernel::ProjectId;

use crate::{Principal, Role};

/// What a route asks of whoever calls it. The default lets nobody in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Access {
    /// Nobody.
    #[default]
    Denied,
    /// Anybody, also without a credential.
    Open,
    /// Anybody with a credential that counts, whatever they may do: it is about themselves.
    Known,
    /// Who holds a role that covers this one in the chosen project.
    Project(Role),
    /// Who holds a role that covers this one in every project: the process itself is touched.
    Everywhere(Role),
}

/// Why a caller was turned away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Denial {
    /// No credential, or none that counts.
    #[error("this needs a credential")]
    Unauthenticated,
    /// Known, but not allowed.
    #[error("your role does not allow this")]
    Forbidden,
    /// The project does not exist for this caller.
    #[error("there is no such project")]
    NoSuchProject,
}

/// The project that a request is about: the one it names, else the principal's default. `None` when
/// the principal holds no role there: what is outside is answered as if it did not exist.
#[must_use]
pub fn choose_project(principal: &Principal, requested: Option<&ProjectId>) -> Option<ProjectId> {
    let project = requested.unwrap_or(&principal.default_project);
    principal.grants.role_in(project).map(|_| project.clone())
}

/// Decides whether the call may go on. `project` is what [`choose_project`] chose.
///
/// # Errors
/// The [`Denial`].
pub fn authorize(
    principal: Option<&Principal>,
    access: Access,
    project: Option<&ProjectId>,
) -> Result<(), Denial> {
    let needed = match access {
        Access::Open => return Ok(()),
        Access::Denied => return Err(Denial::Forbidden),
        Access::Known => return principal.map(|_| ()).ok_or(Denial::Unauthenticated),
        Access::Project(needed) | Access::Everywhere(needed) => needed,
    };
    let principal = principal.ok_or(Denial::Unauthenticated)?;
    let held = if matches!(access, Access::Everywhere(_)) {
        principal.grants.role_everywhere()
    } else {
        let project = project.ok_or(Denial::NoSuchProject)?;
        Some(principal.grants.role_in(project).ok_or(Denial::NoSuchProject)?)
    };
    match held {
        Some(held) if held.covers(needed) => Ok(()),
        Some(_) | None => Err(Denial::Forbidden),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grants;

    fn project(name: &str) -> ProjectId {
        name.parse().unwrap()
    }

    fn holding(grants: Grants) -> Principal {
        Principal { grants, ..Principal::administrator() }
    }

    #[test]
    fn a_request_is_about_a_project_that_its_principal_may_see() {
        let lab = Principal {
            default_project: project("lab"),
            ..holding(Grants::within([
                (project("lab"), Role::Viewer),
                (project("shop"), Role::Admin),
            ]))
        };
        let stray = holding(Grants::within([(project("lab"), Role::Admin)]));
        let table = [
            (&lab, None, Some("lab")),
            (&lab, Some("shop"), Some("shop")),
            (&lab, Some("default"), None),
            (&lab, Some("nowhere"), None),
            (&stray, None, None),
            (&stray, Some("lab"), Some("lab")),
            (&Principal::administrator(), None, Some("default")),
            (&Principal::administrator(), Some("any"), Some("any")),
        ];
        for (principal, requested, chosen) in table {
            let requested = requested.map(project);
            let got = choose_project(principal, requested.as_ref());
            assert_eq!(got.as_ref().map(ProjectId::as_str), chosen, "{requested:?}");
        }
    }

    #[test]
    fn every_policy_lets_in_whom_it_names_and_nobody_else() {
        let here = project("here");
        let personas = [
            ("nobody", None),
            ("agent", Some(holding(Grants::within([(here.clone(), Role::Agent)])))),
            ("viewer", Some(holding(Grants::within([(here.clone(), Role::Viewer)])))),
            ("operator", Some(holding(Grants::within([(here.clone(), Role::Operator)])))),
            ("owner", Some(holding(Grants::within([(here.clone(), Role::Admin)])))),
            ("stranger", Some(holding(Grants::within([(project("there"), Role::Admin)])))),
            ("auditor", Some(holding(Grants::everywhere(Role::Viewer)))),
            ("administrator", Some(Principal::administrator())),
        ];
        // One letter a persona, in order: may, 401, 403, 404.
        let table = [
            (Access::default(), "FFFFFFFF"),
            (Access::Open, "++++++++"),
            (Access::Known, "U+++++++"),
            (Access::Project(Role::Agent), "U+F++NF+"),
            (Access::Project(Role::Viewer), "UF+++N++"),
            (Access::Project(Role::Operator), "UFF++NF+"),
            (Access::Project(Role::Admin), "UFFF+NF+"),
            (Access::Everywhere(Role::Viewer), "UFFFFF++"),
            (Access::Everywhere(Role::Admin), "UFFFFFF+"),
        ];
        for (access, expected) in table {
            let got: String = personas
                .iter()
                .map(|(_, principal)| match authorize(principal.as_ref(), access, Some(&here)) {
                    Ok(()) => '+',
                    Err(Denial::Unauthenticated) => 'U',
                    Err(Denial::Forbidden) => 'F',
                    Err(Denial::NoSuchProject) => 'N',
                })
                .collect();
            assert_eq!(got, expected, "{access:?}");
        }
    }

    #[test]
    fn without_a_project_a_project_route_finds_nothing() {
        let admin = Principal::administrator();
        let got = authorize(Some(&admin), Access::Project(Role::Viewer), None);
        assert_eq!(got, Err(Denial::NoSuchProject));
    }
}
