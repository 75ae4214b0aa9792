//! What must hold beyond the checks of every record: each mission completed once by a program that
//! says so too, and the same journal for whoever watched and whoever asks for a mission's events.

use std::collections::HashMap;

use anyhow::{Context, Result};
use http::StatusCode;

use super::super::record::{Entry, Event, Record, entry};
use super::viewer::Seen;
use crate::http::Client;

/// The most events of a mission that are asked for at once; one that needs more is no first page.
const EVENTS: usize = 200;

/// What a viewer has missed, seen again, seen too early or otherwise than `journal` has it.
pub(super) fn sight(journal: &[Entry], seen: &Seen) -> Vec<String> {
    let viewer = seen.viewer;
    let refusals = seen.refusals.iter().map(|why| format!("viewer {viewer} was refused: {why}"));
    let mut found: Vec<String> = refusals.collect();
    let end = journal.last().map_or(0, |last| last.seq);
    let mut times: HashMap<i64, usize> = HashMap::new();
    for entry in seen.entries.iter().filter(|entry| entry.seq <= end) {
        *times.entry(entry.seq).or_default() += 1;
    }
    let count = |wanted: fn(usize) -> bool| {
        let of = |entry: &&Entry| wanted(times.get(&entry.seq).copied().unwrap_or(0));
        journal.iter().filter(of).map(|entry| entry.seq).collect::<Vec<_>>()
    };
    found.extend(told(viewer, "missed", &count(|times| times == 0)));
    found.extend(told(viewer, "saw more than once", &count(|times| times > 1)));
    let pairs = seen.entries.windows(2).filter(|pair| pair[1].seq < pair[0].seq);
    let late: Vec<i64> = pairs.map(|pair| pair[1].seq).collect();
    found.extend(told(viewer, "saw too late", &late));
    let by_place: HashMap<i64, &Entry> = journal.iter().map(|entry| (entry.seq, entry)).collect();
    let upto_the_end = seen.entries.iter().filter(|entry| entry.seq <= end);
    let others = upto_the_end.filter(|entry| by_place.get(&entry.seq) != Some(entry));
    let others: Vec<i64> = others.map(|entry| entry.seq).collect();
    found.extend(told(viewer, "saw otherwise than they are", &others));
    found
}

fn told(viewer: usize, what: &str, places: &[i64]) -> Option<String> {
    let first = places.first()?;
    Some(format!("viewer {viewer} {what}: {} entries, the first at {first}", places.len()))
}

/// Missions whose completion no program, or more than one, has performed under its lease.
pub(super) fn completions(record: &Record) -> Vec<String> {
    let mut ends: HashMap<(&str, i64), usize> = HashMap::new();
    for line in record.ledger.iter().filter(|line| !line.begins) {
        *ends.entry((&line.mission, line.lease)).or_default() += 1;
    }
    let changes = record.journal.iter().filter_map(|entry| entry.mission.as_ref());
    let completed = changes.filter(|change| change.event == Event::Ended);
    let counted = completed.map(|it| {
        let times = ends.get(&(it.id.as_str(), it.lease)).copied().unwrap_or(0);
        (it, times)
    });
    counted
        .filter(|(_, times)| *times != 1)
        .map(|(it, times)| {
            let (id, lease) = (&it.id, it.lease);
            format!("{id} was completed under the lease {lease}, which {times} programs performed")
        })
        .collect()
}

/// Accepted missions of which `…/events` tells something else than the journal.
pub(super) async fn lists(admin: &Client, record: &Record) -> Result<Vec<String>> {
    let mut journal: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in &record.journal {
        if let Some(change) = &entry.mission {
            journal.entry(&change.id).or_default().push(entry);
        }
    }
    let mut found = Vec::new();
    for id in record.accepted.iter().map(|accepted| &accepted.id) {
        let path = format!("/api/missions/{id}/events?limit={EVENTS}");
        let list = admin.get(&path).await?.expect(StatusCode::OK)?;
        let shapes = list["events"].as_array().context("events")?;
        let listed = shapes.iter().map(entry).collect::<Result<Vec<_>>>()?;
        let told = journal.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
        if !listed.iter().eq(told.iter().copied()) {
            found.push(format!("{id} is {listed:?} in its events and {told:?} in the journal"));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
