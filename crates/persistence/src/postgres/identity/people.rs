//! People: lock, judge, change with all that hangs on them, in one transaction.

use deadpool_postgres::{Client, Transaction};
use mission_control_identity::{
    Login, NewUser, Outcome, PasswordHash, SecretDigest, SignedInAs, User, UserChange,
};
use mission_control_kernel::{Clock, StoreError, Timestamp};
use tokio_postgres::Row;

use super::super::load::{Columns, sql};
use super::super::pool::Pool;
use super::super::values::{At, commit_error, params, store_error};
use super::{exactly_one, no_room, query, raise_revision, sessions, tokens};
use crate::row::{
    ChangeRow, GrantColumns, Judged, JudgedRow, MOST, UserRow, judge, may_end_administration,
    password,
};

pub(super) async fn all(pool: &Pool) -> Result<Vec<User>, StoreError> {
    let rows = pool.query(sql!("users"), &params![MOST]).await?;
    let users = rows.iter().filter_map(|row| read(&mut Columns::of(row)).transpose());
    users.map(|row| row?.into_user()).collect()
}

pub(super) async fn one(
    pool: &Pool,
    login: &Login,
) -> Result<Option<(User, Option<PasswordHash>)>, StoreError> {
    from_rows(&pool.query(sql!("user"), &params![login.to_string()]).await?)
}

fn from_rows(rows: &[Row]) -> Result<Option<(User, Option<PasswordHash>)>, StoreError> {
    let Some(row) = rows.first() else { return Ok(None) };
    let mut c = Columns::of(row);
    let Some(user) = read(&mut c)? else { return Ok(None) };
    Ok(Some((user.into_user()?, password(c.take()?))))
}

pub(super) async fn add(
    transaction: &Transaction<'_>,
    now: Timestamp,
    user: NewUser,
) -> Result<Outcome, StoreError> {
    let login = user.login.as_str();
    if let Some(refusal) = no_room(transaction, sql!("room_for_user"), login).await? {
        return Ok(refusal);
    }
    let grants = GrantColumns::of(&user.grants);
    let parameters = params![
        login.to_owned(),
        user.name.to_string(),
        grants.role,
        user.password.as_ref().map(|hash| hash.expose().to_owned()),
        At(now.as_micros()),
    ];
    query(transaction, sql!("insert_user"), &parameters).await?;
    insert_memberships(transaction, &user.login, grants).await?;
    Ok(Outcome::Done)
}

pub(super) async fn change(
    mut client: Client,
    clock: &dyn Clock,
    login: &Login,
    change: UserChange,
    keep: Option<&SecretDigest>,
) -> Result<Outcome, StoreError> {
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    let judged = judged(&transaction, login, may_end_administration(&change)).await?;
    match judge(&judged, login, &change) {
        Judged::Missing => return Ok(Outcome::Missing),
        Judged::Last => return Ok(Outcome::LastAdministrator),
        Judged::Allowed => {}
    }
    if change.has_seen() {
        // Whoever changes the memberships of a person has locked that person first, as we have.
        let rows = query(&transaction, sql!("user"), &params![login.to_string()]).await?;
        let now = from_rows(&rows)?;
        if now.is_none_or(|(user, password)| change.is_stale(&user, password.as_ref())) {
            return Ok(Outcome::Stale);
        }
    }
    let row = ChangeRow::of(&change);
    let parameters = params![
        login.to_string(),
        row.name,
        row.grants.is_some(),
        row.grants.as_ref().and_then(|grants| grants.role),
        row.disabled,
        row.password,
    ];
    let changed = query(&transaction, sql!("update_user"), &parameters).await?;
    exactly_one(changed.len(), "a user's row")?;
    if let Some(grants) = row.grants {
        query(&transaction, sql!("delete_memberships"), &params![login.to_string()]).await?;
        insert_memberships(&transaction, login, grants).await?;
    }
    if change.ends_sessions() {
        sessions::end_but(&transaction, &SignedInAs::User(login.clone()), keep).await?;
    }
    if change.disabled == Some(true) {
        tokens::revoke_all(&transaction, clock.now(), login).await?;
    }
    raise_revision(&transaction).await?;
    transaction.commit().await.map_err(|error| commit_error(&error))?;
    Ok(Outcome::Done)
}

async fn judged(
    transaction: &Transaction<'_>,
    login: &Login,
    everybody: bool,
) -> Result<Vec<JudgedRow>, StoreError> {
    let parameters = params![login.to_string(), everybody];
    let rows = query(transaction, sql!("judged_users"), &parameters).await?;
    let judged = rows.iter().map(|row| {
        let mut c = Columns::of(row);
        Ok(JudgedRow {
            login: c.take()?,
            role: c.take()?,
            disabled: c.take()?,
            has_password: c.take()?,
        })
    });
    judged.collect()
}

async fn insert_memberships(
    transaction: &Transaction<'_>,
    login: &Login,
    grants: GrantColumns,
) -> Result<(), StoreError> {
    let parameters = params![login.to_string(), grants.projects, grants.roles];
    query(transaction, sql!("insert_memberships"), &parameters).await.map(|_| ())
}

/// The columns of a person; none where a join has found nobody.
pub(super) fn read(c: &mut Columns<'_>) -> Result<Option<UserRow>, StoreError> {
    let Some(login) = c.take()? else { return Ok(None) };
    Ok(Some(UserRow {
        login,
        name: c.take()?,
        role: c.take()?,
        disabled: c.take()?,
        has_password: c.take()?,
        created_at: c.time()?,
        memberships: c.take()?,
    }))
}
