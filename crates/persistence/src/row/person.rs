//! People, and what they may do where.

use std::collections::BTreeMap;

use mission_control_identity::{Grants, Login, PasswordHash, Role, User, UserChange};
use mission_control_kernel::StoreError;

use super::read::{Reader, at};

/// A row of `users` with what stands of it in `memberships`.
pub(crate) struct UserRow {
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) role: Option<String>,
    pub(crate) disabled: bool,
    pub(crate) has_password: bool,
    pub(crate) created_at: i64,
    /// An object of roles by project; none where there are none.
    pub(crate) memberships: Option<String>,
}

impl UserRow {
    pub(crate) fn into_user(self) -> Result<User, StoreError> {
        let reader = Reader { table: "users", row: &self.login };
        let role: Option<Role> = reader.parse_some("role", self.role.as_deref())?;
        let mut grants = role.map_or_else(Grants::default, Grants::everywhere);
        if let Some(text) = &self.memberships {
            let of = Reader { table: "memberships", row: &self.login };
            let roles: BTreeMap<String, String> = of.json("role", text)?;
            for (project, role) in roles {
                let project = of.parse("project_id", &project)?;
                grants = grants.with_project(project, Some(of.parse("role", &role)?));
            }
        }
        Ok(User {
            login: reader.parse("login", &self.login)?,
            name: reader.text("name", &self.name)?,
            grants,
            disabled: self.disabled,
            has_password: self.has_password,
            created_at: at(self.created_at),
        })
    }
}

/// What the column of the role everywhere and those of the memberships say.
pub(crate) struct GrantColumns {
    pub(crate) role: Option<&'static str>,
    pub(crate) projects: Vec<String>,
    pub(crate) roles: Vec<&'static str>,
}

impl GrantColumns {
    pub(crate) fn of(grants: &Grants) -> Self {
        let (projects, roles) =
            grants.projects().map(|(project, role)| (project.to_string(), role.as_str())).unzip();
        Self { role: grants.role_everywhere().map(Role::as_str), projects, roles }
    }
}

/// What a change writes into a row of `users`; what is none stays as it is.
pub(crate) struct ChangeRow {
    pub(crate) name: Option<String>,
    pub(crate) grants: Option<GrantColumns>,
    pub(crate) disabled: Option<bool>,
    pub(crate) password: Option<String>,
}

impl ChangeRow {
    pub(crate) fn of(change: &UserChange) -> Self {
        Self {
            name: change.name.as_ref().map(ToString::to_string),
            grants: change.grants.as_ref().map(GrantColumns::of),
            disabled: change.disabled,
            password: change.password.as_ref().map(|hash| hash.expose().to_owned()),
        }
    }
}

/// Of a person, what decides whether they can administer everything.
#[derive(Clone)]
pub(crate) struct JudgedRow {
    pub(crate) login: String,
    pub(crate) role: Option<String>,
    pub(crate) disabled: bool,
    pub(crate) has_password: bool,
}

impl JudgedRow {
    fn administers(&self) -> bool {
        let admin = self.role.as_deref() == Some(Role::Admin.as_str());
        admin && !self.disabled && self.has_password
    }

    fn after(&self, change: &UserChange) -> Self {
        let role = match &change.grants {
            Some(grants) => grants.role_everywhere().map(|role| role.as_str().to_owned()),
            None => self.role.clone(),
        };
        Self {
            login: self.login.clone(),
            role,
            disabled: change.disabled.unwrap_or(self.disabled),
            has_password: self.has_password || change.password.is_some(),
        }
    }
}

/// Whether a change may end that somebody administers everything, so that all who do must be looked at.
pub(crate) const fn may_end_administration(change: &UserChange) -> bool {
    change.grants.is_some() || matches!(change.disabled, Some(true))
}

/// What becomes of a change, by the person and all who administer everything, locked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Judged {
    /// There is no such person.
    Missing,
    /// They are the last who administers everything.
    Last,
    /// It may be carried out.
    Allowed,
}

pub(crate) fn judge(rows: &[JudgedRow], login: &Login, change: &UserChange) -> Judged {
    let Some(one) = rows.iter().find(|row| row.login == login.as_str()) else {
        return Judged::Missing;
    };
    let ends = one.administers() && !one.after(change).administers();
    let others = rows.iter().any(|row| row.login != one.login && row.administers());
    if ends && !others { Judged::Last } else { Judged::Allowed }
}

/// The hash of a password as it stands in its column.
pub(crate) fn password(column: Option<String>) -> Option<PasswordHash> {
    column.map(PasswordHash::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(login: &str, role: Option<Role>, disabled: bool, has_password: bool) -> JudgedRow {
        let role = role.map(|role| role.as_str().to_owned());
        JudgedRow { login: login.to_owned(), role, disabled, has_password }
    }

    #[test]
    fn only_an_enabled_administrator_with_a_password_can_stay_behind() {
        let ada: Login = "ada".parse().unwrap();
        let disable = UserChange { disabled: Some(true), ..UserChange::default() };
        let demote =
            UserChange { grants: Some(Grants::everywhere(Role::Viewer)), ..UserChange::default() };
        for (other, stays) in [
            (row("bob", Some(Role::Admin), false, true), true),
            (row("bob", Some(Role::Admin), true, true), false),
            (row("bob", Some(Role::Admin), false, false), false),
            (row("bob", Some(Role::Operator), false, true), false),
            (row("bob", None, false, true), false),
        ] {
            for change in [&disable, &demote] {
                let rows = [row("ada", Some(Role::Admin), false, true), other.clone()];
                let expected = if stays { Judged::Allowed } else { Judged::Last };
                assert_eq!(judge(&rows, &ada, change), expected, "{:?}", other.role);
            }
        }
    }

    #[test]
    fn who_does_not_administer_may_lose_everything_and_who_is_unknown_is_missing() {
        let ada: Login = "ada".parse().unwrap();
        let disable = UserChange { disabled: Some(true), ..UserChange::default() };
        for alone in [
            row("ada", Some(Role::Admin), false, false),
            row("ada", Some(Role::Admin), true, true),
            row("ada", Some(Role::Operator), false, true),
        ] {
            assert_eq!(judge(&[alone], &ada, &disable), Judged::Allowed);
        }
        let renamed = UserChange { disabled: Some(false), ..UserChange::default() };
        assert_eq!(
            judge(&[row("ada", Some(Role::Admin), false, true)], &ada, &renamed),
            Judged::Allowed
        );
        assert_eq!(
            judge(&[row("bob", Some(Role::Admin), false, true)], &ada, &disable),
            Judged::Missing
        );
    }
}
