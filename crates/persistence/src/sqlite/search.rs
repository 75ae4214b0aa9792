//! Finding missions by what they say.
//!
//! A frequent text is found soon by walking the list. A rare one is found through an index of
//! trigrams, which the writer feeds from the journal when it has nothing else to do; what the index
//! has not come to yet is looked at one by one. Either way the answer is exact: the index only says
//! where to look, [`mentions`] decides.

use std::collections::BTreeSet;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _};

use super::fault::{Fault, exactly_one};
use super::{journal, sql};

/// Texts shorter than this have no trigram.
const SHORTEST: usize = 3;
/// A text that more missions than this may contain is frequent: walking the list finds it.
const RARE: u32 = 1_500;
/// The most places that the index may lag behind; beyond it the list is walked.
const TAIL: i64 = 20_000;
/// Missions taken into the index per step, some milliseconds: a request that arrives meanwhile
/// waits for them.
const STEP: u32 = 40;
/// No text contains it, so no match reaches from one field into the next.
const BETWEEN: &str = "\u{2}";

/// Lets statements on this connection ask whether a text contains another.
pub(super) fn teach(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("mentions", 2, flags, |context| {
        let (ValueRef::Text(text), ValueRef::Text(sought)) =
            (context.get_raw(0), context.get_raw(1))
        else {
            return Ok(false);
        };
        let as_text = |bytes| std::str::from_utf8(bytes).map_err(rusqlite::Error::from);
        Ok(mentions(as_text(text)?, as_text(sought)?))
    })
}

/// The text without its case: each letter by itself, so that what folds alike does so wherever it
/// stands.
pub(super) fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The missions that may contain a folded text; none when they are too many to name, or the text
/// too short to index.
pub(super) fn candidates(
    connection: &Connection,
    sought: &str,
) -> Result<Option<Vec<String>>, Fault> {
    if sought.chars().count() < SHORTEST {
        return Ok(None);
    }
    let indexed = position(connection)?;
    if journal::head(connection)? - indexed > TAIL {
        return Ok(None);
    }
    let mut found: BTreeSet<String> = connection
        .prepare_cached(sql!("search_candidates"))?
        .query_map((trigrams(sought), RARE + 1), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    found.extend(changed(connection, indexed, u32::MAX)?.into_iter().map(|(_, id)| id));
    Ok((found.len() <= RARE as usize).then(|| found.into_iter().collect()))
}

/// The part of the writer that feeds the index.
#[derive(Default)]
pub(super) struct Feeder {
    /// Up to here nothing is left to take in.
    done: i64,
    /// Up to here there is nothing to be gained: a step has failed.
    resting: i64,
}

impl Feeder {
    /// Whether there is something to take in while the journal ends at `head`.
    pub(super) const fn is_behind(&self, head: i64) -> bool {
        self.done < head && self.resting < head
    }

    /// A step was committed.
    pub(super) const fn came_to(&mut self, place: i64) {
        self.done = place;
    }

    /// A step has failed: try again when the journal has gone on past `head`.
    pub(super) const fn rest(&mut self, head: i64) {
        self.resting = head;
    }

    /// Takes the next missions in and says how far that was; for an open transaction.
    pub(super) fn step(&self, connection: &Connection) -> Result<i64, Fault> {
        let head = journal::head(connection)?;
        let remembered = position(connection)?;
        let changed = changed(connection, remembered.max(self.done), STEP)?;
        let full = changed.len() == STEP as usize;
        let until = changed.last().filter(|_| full).map_or(head, |(seq, _)| *seq);
        let missions: BTreeSet<String> = changed.into_iter().map(|(_, mission)| mission).collect();
        for mission in &missions {
            index(connection, mission)?;
        }
        // A place behind nothing but progress need not be remembered at once.
        if !missions.is_empty() || until - remembered > TAIL / 2 {
            let rows = connection.prepare_cached(sql!("move_search_position"))?.execute([until])?;
            exactly_one(rows, "the position of the search")?;
        }
        Ok(until)
    }
}

/// Whether `text` contains the folded text `sought`.
fn mentions(text: &str, sought: &str) -> bool {
    folded(text).contains(sought)
}

/// The query that finds all trigrams of a text, in any order.
fn trigrams(sought: &str) -> String {
    let letters: Vec<char> = sought.chars().collect();
    let quoted: BTreeSet<String> = letters
        .windows(SHORTEST)
        .map(|three| format!("\"{}\"", three.iter().collect::<String>().replace('"', "\"\"")))
        .collect();
    quoted.into_iter().collect::<Vec<_>>().join(" AND ")
}

fn index(connection: &Connection, mission: &str) -> Result<(), Fault> {
    let texts: Option<(String, String, String)> = connection
        .prepare_cached(sql!("texts"))?
        .query_row([mission], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((title, description, error)) = texts else { return Ok(()) };
    let text = folded(&[title, description, error].join(BETWEEN));
    connection.prepare_cached(sql!("insert_search_row"))?.execute([mission])?;
    let row: i64 =
        connection.prepare_cached(sql!("search_row"))?.query_row([mission], |row| row.get(0))?;
    connection.prepare_cached(sql!("index_text"))?.execute((row, text))?;
    Ok(())
}

fn position(connection: &Connection) -> Result<i64, Fault> {
    Ok(connection.prepare_cached(sql!("search_position"))?.query_row((), |row| row.get(0))?)
}

fn changed(connection: &Connection, after: i64, limit: u32) -> Result<Vec<(i64, String)>, Fault> {
    Ok(connection
        .prepare_cached(sql!("changed_texts"))?
        .query_map((after, limit), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?)
}
