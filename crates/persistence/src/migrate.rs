//! Migrations: numbered files, the same numbers for both dialects, frozen once landed.

use sha2::{Digest, Sha256};

/// One numbered file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

macro_rules! migrations {
    ($dialect:literal: $($number:literal $name:literal),+ $(,)?) => {
        &[$($crate::migrate::Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../../../../migrations/", $dialect, "/", $name, ".sql")),
        }),+]
    };
}
pub(crate) use migrations;

/// A migration that the store remembers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Applied {
    pub(crate) number: i64,
    pub(crate) checksum: String,
}

/// Why the schema is not one that we can work with.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MigrationError {
    /// A newer program has been here.
    #[error(
        "the store has schema {found}, this program knows {known}; start a newer version of it"
    )]
    Newer {
        /// The store's.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// A migration was changed after it had been applied.
    #[error(
        "migration {number} of the store differs from this program's; the store belongs to another build"
    )]
    Changed {
        /// Which one.
        number: i64,
    },
}

/// The migrations that are still to be applied.
///
/// # Errors
/// When the store is newer than we are, or was made from other files.
pub(crate) fn pending(
    known: &'static [Migration],
    applied: &[Applied],
) -> Result<Vec<Migration>, MigrationError> {
    let newest = known.last().map_or(0, |migration| migration.number);
    if let Some(found) = applied.iter().map(|row| row.number).max().filter(|found| *found > newest)
    {
        return Err(MigrationError::Newer { found, known: newest });
    }
    let mut pending = Vec::new();
    for migration in known {
        match applied.iter().find(|row| row.number == migration.number) {
            Some(row) if row.checksum == checksum(migration.sql) => {}
            Some(row) => return Err(MigrationError::Changed { number: row.number }),
            None => pending.push(*migration),
        }
    }
    Ok(pending)
}

/// SHA-256 of a file, in hexadecimal.
pub(crate) fn checksum(sql: &str) -> String {
    Sha256::digest(sql.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Migration] = &[
        Migration { number: 1, name: "0001_one", sql: "one" },
        Migration { number: 2, name: "0002_two", sql: "two" },
    ];

    fn applied(number: i64, sql: &str) -> Applied {
        Applied { number, checksum: checksum(sql) }
    }

    #[test]
    fn only_what_is_missing_is_applied() {
        let numbers = |applied: &[Applied]| -> Vec<i64> {
            pending(KNOWN, applied).unwrap().iter().map(|migration| migration.number).collect()
        };
        assert_eq!(numbers(&[]), [1, 2]);
        assert_eq!(numbers(&[applied(1, "one")]), [2]);
        assert!(numbers(&[applied(1, "one"), applied(2, "two")]).is_empty());
    }

    #[test]
    fn a_newer_store_and_a_changed_file_are_refused() {
        assert_eq!(
            pending(KNOWN, &[applied(3, "three")]).unwrap_err(),
            MigrationError::Newer { found: 3, known: 2 }
        );
        assert_eq!(
            pending(KNOWN, &[applied(1, "other")]).unwrap_err(),
            MigrationError::Changed { number: 1 }
        );
    }
}
