//! Roles, and in which projects they are held.

use std::collections::BTreeMap;

use mission_control_kernel::ProjectId;

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
}

/// Which roles a principal holds where.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grants {
    everywhere: Option<Role>,
    projects: BTreeMap<ProjectId, Role>,
}

impl Grants {
    /// One role in every project, also in those made later.
    #[must_use]
    pub const fn everywhere(role: Role) -> Self {
        Self { everywhere: Some(role), projects: BTreeMap::new() }
    }

    /// A role in each of these projects alone.
    #[must_use]
    pub fn within(projects: impl IntoIterator<Item = (ProjectId, Role)>) -> Self {
        Self { everywhere: None, projects: projects.into_iter().collect() }
    }

    /// The role in `project`: its own, else the one held everywhere. `None` means that the project
    /// does not exist for this principal.
    #[must_use]
    pub fn role_in(&self, project: &ProjectId) -> Option<Role> {
        self.projects.get(project).copied().or(self.everywhere)
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
    fn a_role_of_the_project_stands_before_the_one_held_everywhere() {
        let lab: ProjectId = "lab".parse().unwrap();
        let grants = Grants {
            everywhere: Some(Role::Viewer),
            projects: BTreeMap::from([(lab.clone(), Role::Admin)]),
        };
        assert_eq!(grants.role_in(&lab), Some(Role::Admin));
        assert_eq!(grants.role_in(&ProjectId::default_project()), Some(Role::Viewer));
        assert_eq!(Grants::default().role_in(&lab), None);
    }
}
