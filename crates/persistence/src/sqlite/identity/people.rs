//! People: judged under the writer, changed with all that hangs on them.

use mission_control_identity::{
    Login, NewUser, Outcome, PasswordHash, SecretDigest, SignedInAs, User, UserChange,
};
use rusqlite::Connection;

use super::super::fault::{Fault, exactly_one};
use super::super::load::Columns;
use super::super::sql;
use super::super::writer::Tx;
use super::{no_room, raise_revision, sessions, tokens};
use crate::row::{
    ChangeRow, GrantColumns, Judged, JudgedRow, MOST, UserRow, judge, may_end_administration,
    password,
};

pub(super) fn all(connection: &Connection) -> Result<Vec<User>, Fault> {
    let mut statement = connection.prepare_cached(sql!("users"))?;
    let mut rows = statement.query([MOST])?;
    let mut users = Vec::new();
    while let Some(row) = rows.next()? {
        let user = read(&mut Columns::of(row))?;
        users.extend(user.map(UserRow::into_user).transpose()?);
    }
    Ok(users)
}

pub(super) fn one(
    connection: &Connection,
    login: &Login,
) -> Result<Option<(User, Option<PasswordHash>)>, Fault> {
    let mut statement = connection.prepare_cached(sql!("user"))?;
    let mut rows = statement.query([login.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut c = Columns::of(row);
    let Some(user) = read(&mut c)? else { return Ok(None) };
    Ok(Some((user.into_user()?, password(c.take()?))))
}

pub(super) fn add(tx: &Tx<'_>, user: &NewUser) -> Result<Outcome, Fault> {
    let login = user.login.as_str();
    if let Some(refusal) = no_room(tx, sql!("room_for_user"), login)? {
        return Ok(refusal);
    }
    let grants = GrantColumns::of(&user.grants);
    let rows = tx.connection.prepare_cached(sql!("insert_user"))?.execute((
        login,
        user.name.as_str(),
        grants.role,
        user.password.as_ref().map(PasswordHash::expose),
        tx.now.as_micros(),
    ))?;
    exactly_one(rows, "a user's row")?;
    insert_memberships(tx, login, &grants)?;
    Ok(Outcome::Done)
}

pub(super) fn change(
    tx: &Tx<'_>,
    login: &Login,
    change: &UserChange,
    keep: Option<&SecretDigest>,
) -> Result<Outcome, Fault> {
    let judged = judged(tx, login, may_end_administration(change))?;
    match judge(&judged, login, change) {
        Judged::Missing => return Ok(Outcome::Missing),
        Judged::Last => return Ok(Outcome::LastAdministrator),
        Judged::Allowed => {}
    }
    if change.has_seen()
        && one(tx.connection, login)?
            .is_none_or(|(user, password)| change.is_stale(&user, password.as_ref()))
    {
        return Ok(Outcome::Stale);
    }
    let row = ChangeRow::of(change);
    let rows = tx.connection.prepare_cached(sql!("update_user"))?.execute((
        login.as_str(),
        row.name,
        row.grants.is_some(),
        row.grants.as_ref().and_then(|grants| grants.role),
        row.disabled,
        row.password,
    ))?;
    exactly_one(rows, "a user's row")?;
    if let Some(grants) = &row.grants {
        tx.connection.prepare_cached(sql!("delete_memberships"))?.execute([login.as_str()])?;
        insert_memberships(tx, login.as_str(), grants)?;
    }
    if change.ends_sessions() {
        sessions::end_but(tx, &SignedInAs::User(login.clone()), keep)?;
    }
    if change.disabled == Some(true) {
        tokens::revoke_all(tx, login)?;
    }
    raise_revision(tx)?;
    Ok(Outcome::Done)
}

fn judged(tx: &Tx<'_>, login: &Login, everybody: bool) -> Result<Vec<JudgedRow>, Fault> {
    let mut statement = tx.connection.prepare_cached(sql!("judged_users"))?;
    let rows = statement.query_map((login.as_str(), everybody), |row| {
        let mut c = Columns::of(row);
        Ok(JudgedRow {
            login: c.take()?,
            role: c.take()?,
            disabled: c.take()?,
            has_password: c.take()?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn insert_memberships(tx: &Tx<'_>, login: &str, grants: &GrantColumns) -> Result<(), Fault> {
    let mut statement = tx.connection.prepare_cached(sql!("insert_membership"))?;
    for (project, role) in grants.projects.iter().zip(&grants.roles) {
        exactly_one(statement.execute((login, project, role))?, "a membership")?;
    }
    Ok(())
}

/// The columns of a person; none where a join has found nobody.
pub(super) fn read(c: &mut Columns<'_, '_>) -> rusqlite::Result<Option<UserRow>> {
    let Some(login) = c.take()? else { return Ok(None) };
    Ok(Some(UserRow {
        login,
        name: c.take()?,
        role: c.take()?,
        disabled: c.take()?,
        has_password: c.take()?,
        created_at: c.take()?,
        memberships: c.take()?,
    }))
}
