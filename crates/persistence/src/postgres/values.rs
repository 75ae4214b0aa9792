//! Values as PostgreSQL sends and takes them.

use std::error::Error;

use mission_control_kernel::StoreError;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// Microseconds since 1970 as `timestamptz`, which counts from 2000-01-01 (PostgreSQL manual,
/// "Date/Time Types"; the wire form is a big-endian 64-bit integer).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct At(pub(super) i64);

const MICROS_TO_2000: i64 = 946_684_800_000_000;

impl ToSql for At {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&self.0.saturating_sub(MICROS_TO_2000).to_be_bytes());
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }

    to_sql_checked!();
}

impl FromSql<'_> for At {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let micros = i64::from_be_bytes(raw.try_into()?);
        Ok(Self(micros.saturating_add(MICROS_TO_2000)))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}

/// The parameters of one statement, owned until it has been sent.
pub(super) type Params = Vec<Box<dyn ToSql + Sync + Send>>;

/// Boxes parameters of different types.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$(Box::new($value) as Box<dyn tokio_postgres::types::ToSql + Sync + Send>),*]
    };
}
pub(super) use params;

/// What a driver's error means to a caller.
pub(super) fn store_error(error: &tokio_postgres::Error) -> StoreError {
    match error.as_db_error() {
        Some(db) if is_passing(db.code().code()) => {
            StoreError::Unavailable(db.message().to_owned())
        }
        Some(db) => StoreError::Defect(format!("{} ({})", db.message(), db.code().code())),
        None if is_ours(error) => StoreError::Defect(error.to_string()),
        None => StoreError::Unavailable("the connection to PostgreSQL was lost".to_owned()),
    }
}

/// The same for what commits: where the connection was lost nobody knows whether it did.
pub(super) fn commit_error(error: &tokio_postgres::Error) -> StoreError {
    if error.as_db_error().is_none() && !is_ours(error) {
        return StoreError::OutcomeUnknown;
    }
    store_error(error)
}

/// Whether the driver refused a value before anything was sent: a defect of this program.
fn is_ours(error: &tokio_postgres::Error) -> bool {
    let cause = std::error::Error::source(error);
    cause.is_some_and(|cause| cause.is::<tokio_postgres::types::WrongType>())
}

/// Classes of SQLSTATE (PostgreSQL manual, appendix A) that pass by themselves: connection
/// exceptions, insufficient resources, operator intervention, system errors, and the conflicts that
/// ask for another try.
fn is_passing(code: &str) -> bool {
    ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class))
        || matches!(code, "40001" | "40P01" | "55P03" | "25P03")
}

pub(super) fn pool_error(error: &deadpool_postgres::PoolError) -> StoreError {
    match error {
        deadpool_postgres::PoolError::Backend(error) => store_error(error),
        other => StoreError::Unavailable(format!("no connection to PostgreSQL: {other}")),
    }
}
