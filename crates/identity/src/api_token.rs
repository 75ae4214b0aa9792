//! Tokens of programs, as the records know them.

use mission_control_kernel::{ProjectId, Text, Timestamp};

use crate::{Grants, Principal, PrincipalId, PrincipalName, Role, SecretDigest, TokenId};

/// The name of the one agent as which a token may act, 1–100 characters.
pub type AgentScope = Text<1, 100>;

/// What a token lets its bearer do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenScope {
    /// The role.
    pub role: Role,
    /// In which project; `None` for every one.
    pub project: Option<ProjectId>,
    /// As which agent alone; only with [`Role::Agent`].
    pub agent: Option<AgentScope>,
}

/// A token that is to count from now on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewToken {
    /// Its lasting id.
    pub id: TokenId,
    /// The digest of what its bearer shows.
    pub digest: SecretDigest,
    /// Its first characters, by which people recognise it.
    pub hint: String,
    /// Name for people.
    pub name: PrincipalName,
    /// Who made it: a person, or [`PrincipalId::of_settings`]. It never lets its bearer do what they
    /// may not.
    pub owner: PrincipalId,
    /// What it lets its bearer do.
    pub scope: TokenScope,
    /// When it is over; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// A token, without what its bearer shows: nobody can see that twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiToken {
    /// Its lasting id.
    pub id: TokenId,
    /// Its first characters.
    pub hint: String,
    /// Name for people.
    pub name: PrincipalName,
    /// Who made it.
    pub owner: PrincipalId,
    /// What it lets its bearer do.
    pub scope: TokenScope,
    /// Since when.
    pub created_at: Timestamp,
    /// When it is over; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute or so; `None` for never.
    pub last_used_at: Option<Timestamp>,
}

impl NewToken {
    /// It as it counts since `created_at`, without what its bearer shows.
    #[must_use]
    pub fn counting_since(self, created_at: Timestamp) -> ApiToken {
        let Self { id, digest: _, hint, name, owner, scope, expires_at } = self;
        ApiToken { id, hint, name, owner, scope, created_at, expires_at, last_used_at: None }
    }
}

impl TokenScope {
    /// What this lets a bearer do, as far as `owner` may: `None` for nothing at all. `owner` are the
    /// grants of whoever made the token, as they are now.
    ///
    /// In a project where the owner of a token for all projects holds a lesser role of its own, that
    /// one counts. Where the two roles have nothing in common, it lets nobody into that project.
    #[must_use]
    pub fn grants(&self, owner: &Grants) -> Option<Grants> {
        match &self.project {
            Some(project) => {
                let held = owner.role_in(project)?;
                held.covers(self.role).then(|| Grants::within([(project.clone(), self.role)]))
            }
            None => {
                let held = owner.role_everywhere()?;
                let everywhere = held.covers(self.role).then(|| Grants::everywhere(self.role))?;
                Some(owner.projects().fold(everywhere, |grants, (project, held)| {
                    match self.role.at_most(held) {
                        Some(left) => grants.with_project(project.clone(), Some(left)),
                        None => grants.barred_from(project.clone()),
                    }
                }))
            }
        }
    }
}

impl ApiToken {
    /// The principal of a request with this token, whose maker may do what `owner` says; `None`
    /// where that is nothing.
    #[must_use]
    pub fn principal(&self, owner: &Grants) -> Option<Principal> {
        let grants = self.scope.grants(owner)?;
        Some(Principal {
            id: self.id.principal_id(),
            name: self.name.clone(),
            default_project: self.scope.project.clone().unwrap_or_else(ProjectId::default_project),
            grants,
            agent: self.scope.agent.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_lets_in_where_its_maker_may_not_go() {
        let project = |name: &str| -> ProjectId { name.parse().unwrap() };
        let lab = || Some(project("lab"));
        let of_lab = |role| Grants::within([(project("lab"), role)]);
        let table = [
            (Role::Operator, lab(), of_lab(Role::Admin), true),
            (Role::Operator, lab(), of_lab(Role::Viewer), false),
            (Role::Agent, lab(), of_lab(Role::Operator), true),
            (Role::Agent, lab(), of_lab(Role::Viewer), false),
            (Role::Viewer, Some(project("shop")), of_lab(Role::Admin), false),
            (Role::Viewer, None, of_lab(Role::Admin), false),
            (Role::Viewer, None, Grants::everywhere(Role::Operator), true),
            (Role::Admin, lab(), Grants::everywhere(Role::Operator), false),
        ];
        for (role, project, owner, may) in table {
            let scope = TokenScope { role, project, agent: None };
            assert_eq!(scope.grants(&owner).is_some(), may, "{scope:?} of {owner:?}");
        }
    }

    #[test]
    fn a_token_for_all_projects_stops_where_its_maker_may_do_less() {
        let lab: ProjectId = "lab".parse().unwrap();
        let owner =
            |there| Grants::everywhere(Role::Operator).with_project(lab.clone(), Some(there));
        let table = [
            (Role::Operator, Role::Viewer, Some(Role::Viewer)),
            (Role::Operator, Role::Admin, Some(Role::Operator)),
            (Role::Viewer, Role::Operator, Some(Role::Viewer)),
            (Role::Operator, Role::Agent, Some(Role::Agent)),
            (Role::Agent, Role::Viewer, None),
        ];
        for (role, there, left) in table {
            let scope = TokenScope { role, project: None, agent: None };
            let grants = scope.grants(&owner(there)).unwrap();
            assert_eq!(grants.role_in(&lab), left, "{role:?} {there:?}");
            assert_eq!(grants.role_in(&ProjectId::default_project()), Some(role));
        }
    }
}
