//! Roles, and in which projects they are held.

use std::collections::{BTreeMap, BTreeSet};

use mission_control_kernel::{Invalid, ProjectId};

/// What a principal may do in a project.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// Performs missions and reports on them; reads nothing else.
    Agent,
    /// Reads.
    Viewer,
    /// Reads, creates and acts; may stand in for an agent.
    Operator,
    /// Everything in the project.
    Admin,
}

impl Role {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Agent, Self::Viewer, Self::Operator, Self::Admin];

    /// Whether who holds this role may do what asks for `needed`.
    ///
    /// Viewer, operator and admin rise in this order. An agent stands beside them: its token lies
    /// on machines that run other people's code, so it does not even read what a viewer reads.
    #[must_use]
    pub const fn covers(self, needed: Self) -> bool {
        match (self, needed) {
            (Self::Admin, _) | (Self::Agent, Self::Agent) | (Self::Viewer, Self::Viewer) => true,
            (Self::Operator, needed) => !matches!(needed, Self::Admin),
            (Self::Viewer | Self::Agent, _) => false,
        }
    }

    /// What is left of this role for somebody who acts for a holder of `other`; `None` where the two
    /// have nothing in common, as an agent and a viewer have not.
    #[must_use]
    pub const fn at_most(self, other: Self) -> Option<Self> {
        if other.covers(self) {
            Some(self)
        } else if self.covers(other) {
            Some(other)
        } else {
            None
        }
    }
}

impl Role {
    /// The word on the wire and in the tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let named = Self::ALL.into_iter().find(|role| role.as_str() == text);
        let sentence = "must be agent, viewer, operator or admin";
        named.ok_or(Invalid::new("invalid_role", sentence))
    }
}

/// Which roles a principal holds where.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grants {
    everywhere: Option<Role>,
    projects: BTreeMap<ProjectId, Role>,
    /// Where the role held everywhere does not count. Only what is derived from the grants of
    /// somebody has any; the records keep none.
    barred: BTreeSet<ProjectId>,
}

impl Grants {
    /// One role in every project, also in those made later.
    #[must_use]
    pub const fn everywhere(role: Role) -> Self {
        Self { everywhere: Some(role), projects: BTreeMap::new(), barred: BTreeSet::new() }
    }

    /// A role in each of these projects alone.
    #[must_use]
    pub fn within(projects: impl IntoIterator<Item = (ProjectId, Role)>) -> Self {
        Self { projects: projects.into_iter().collect(), ..Self::default() }
    }

    /// The role in `project`: its own, else the one held everywhere. `None` means that the project
    /// does not exist for this principal.
    #[must_use]
    pub fn role_in(&self, project: &ProjectId) -> Option<Role> {
        let everywhere = || self.everywhere.filter(|_| !self.barred.contains(project));
        self.projects.get(project).copied().or_else(everywhere)
    }

    /// The projects in which a role of its own is held, in order of their names.
    pub fn projects(&self) -> impl ExactSizeIterator<Item = (&ProjectId, Role)> {
        self.projects.iter().map(|(project, role)| (project, *role))
    }

    /// The same without any role in `project`, not even the one held everywhere.
    #[must_use]
    pub fn barred_from(mut self, project: ProjectId) -> Self {
        self.projects.remove(&project);
        self.barred.insert(project);
        self
    }

    /// Whether these let their holder do all that `others` let theirs, in every project.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        let covers = |held: Option<Role>, needed: Option<Role>| match (held, needed) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(held), Some(needed)) => held.covers(needed),
        };
        let named = self.projects.keys().chain(others.projects.keys());
        let mut named = named.chain(self.barred.iter().chain(&others.barred));
        covers(self.everywhere, others.everywhere)
            && named.all(|project| covers(self.role_in(project), others.role_in(project)))
    }

    /// The same with a role of its own in `project`, or without one.
    #[must_use]
    pub fn with_project(mut self, project: ProjectId, role: Option<Role>) -> Self {
        self.barred.remove(&project);
        match role {
            Some(role) => self.projects.insert(project, role),
            None => self.projects.remove(&project),
        };
        self
    }

    /// The project that is meant where none is named: the default one where that is allowed, else
    /// the first by name.
    #[must_use]
    pub fn usual_project(&self) -> Option<ProjectId> {
        let default = ProjectId::default_project();
        match self.role_in(&default) {
            Some(_) => Some(default),
            None => self.projects.keys().next().cloned(),
        }
    }

    /// Whether roles are held and all of them are that of an agent, who reads nothing.
    #[must_use]
    pub fn are_an_agents(&self) -> bool {
        let mut roles =
            self.everywhere.into_iter().chain(self.projects.values().copied()).peekable();
        roles.peek().is_some() && roles.all(|role| role == Role::Agent)
    }

    /// The role held in every project.
    #[must_use]
    pub const fn role_everywhere(&self) -> Option<Role> {
        self.everywhere
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_covers_what_the_table_says() {
        use Role::{Admin, Agent, Operator, Viewer};
        let table = [
            (Agent, vec![Agent]),
            (Viewer, vec![Viewer]),
            (Operator, vec![Agent, Viewer, Operator]),
            (Admin, vec![Agent, Viewer, Operator, Admin]),
        ];
        for (held, covered) in table {
            for needed in Role::ALL {
                assert_eq!(held.covers(needed), covered.contains(&needed), "{held:?} {needed:?}");
            }
        }
    }

    #[test]
    fn whoever_holds_another_role_as_well_is_no_agent() {
        let lab = || -> ProjectId { "lab".parse().unwrap() };
        let agent = Grants::within([(lab(), Role::Agent)]);
        assert!(agent.are_an_agents() && Grants::everywhere(Role::Agent).are_an_agents());
        assert!(!Grants::default().are_an_agents());
        let both = Grants::everywhere(Role::Viewer).with_project(lab(), Some(Role::Agent));
        assert!(!both.are_an_agents());
    }

    #[test]
    fn grants_cover_others_only_where_nothing_is_missing() {
        use Role::{Admin, Agent, Operator, Viewer};
        let lab = || -> ProjectId { "lab".parse().unwrap() };
        let (in_lab, all) = (|role| Grants::within([(lab(), role)]), Grants::everywhere);
        let but = |role: Role, there| all(role).with_project(lab(), there);
        let table = [
            (in_lab(Operator), in_lab(Viewer), true),
            (in_lab(Viewer), in_lab(Operator), false),
            (in_lab(Viewer), in_lab(Agent), false),
            (in_lab(Viewer), Grants::default(), true),
            (Grants::default(), in_lab(Viewer), false),
            (all(Viewer), in_lab(Viewer), true),
            (in_lab(Admin), all(Viewer), false),
            (but(Operator, Some(Viewer)), all(Operator), false),
            (but(Operator, Some(Admin)), all(Operator), true),
            (all(Operator), but(Operator, Some(Viewer)), true),
            (all(Operator), but(Operator, Some(Admin)), false),
            (all(Viewer).barred_from(lab()), all(Viewer), false),
            (all(Viewer), all(Viewer).barred_from(lab()), true),
        ];
        for (one, other, covers) in table {
            assert_eq!(one.cover(&other), covers, "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_role_of_the_project_stands_before_the_one_held_everywhere() {
        let lab: ProjectId = "lab".parse().unwrap();
        let grants = Grants {
            everywhere: Some(Role::Viewer),
            projects: BTreeMap::from([(lab.clone(), Role::Admin)]),
            ..Grants::default()
        };
        assert_eq!(grants.role_in(&lab), Some(Role::Admin));
        assert_eq!(grants.role_in(&ProjectId::default_project()), Some(Role::Viewer));
        assert_eq!(Grants::default().role_in(&lab), None);
    }
}
