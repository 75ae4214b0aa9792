//! What must hold of a record, whoever was killed.

use std::collections::{HashMap, HashSet};

use super::record::{Change, Event, Line, Record};

/// What does not hold.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Violation {
    /// An accepted mission is not in the list.
    #[error("lost: {0} was accepted and is not there")]
    Lost(String),
    /// An accepted mission has no entry in the journal.
    #[error("unrecorded: {0} was accepted and the journal does not know it")]
    Unrecorded(String),
    /// An accepted mission is not done, although nothing hinders it.
    #[error("unfinished: {mission} is {status}")]
    Unfinished {
        /// Which.
        mission: String,
        /// Where it stands.
        status: String,
    },
    /// A mission has ended more than once without a retry.
    #[error("completed twice: {mission} has ended {times} times")]
    EndedAgain {
        /// Which.
        mission: String,
        /// How often.
        times: usize,
    },
    /// An attempt at a mission began after its end, without a retry.
    #[error("begun again: an attempt at {0} began although it was over")]
    BegunAgain(String),
    /// An accepted mission has no end in the journal.
    #[error("endless: the journal knows no end of {0}")]
    Endless(String),
    /// Two missions came of one idempotency key.
    #[error("created twice: {0}")]
    CreatedTwice(String),
    /// A place of the journal is missing, repeated or out of order.
    #[error("gap: place {found} follows {before}")]
    Gap {
        /// The place before.
        before: i64,
        /// The place that came.
        found: i64,
    },
    /// The versions of a mission are not 1, 2, 3, ….
    #[error("version {found} of {mission} where {expected} was due")]
    Version {
        /// Which.
        mission: String,
        /// What was due.
        expected: i64,
        /// What came.
        found: i64,
    },
    /// A fence fell, or an attempt began without raising it.
    #[error("the fence of {mission} went from {before} to {found}")]
    Fence {
        /// Which.
        mission: String,
        /// The fence before.
        before: i64,
        /// The fence after.
        found: i64,
    },
    /// The last entry about a mission and the list tell different things.
    #[error("{mission} is {journal} in the journal and {list} in the list")]
    Differs {
        /// Which.
        mission: String,
        /// The status that the journal leads to.
        journal: String,
        /// The status that the list shows.
        list: String,
    },
    /// The journal and the list of attempts count different numbers of them.
    #[error("{mission} began {journal} times in the journal and has {listed} attempts")]
    Attempts {
        /// Which.
        mission: String,
        /// Begins in the journal.
        journal: usize,
        /// Attempts in the list.
        listed: usize,
    },
    /// The program was started under a lease that is no attempt's.
    #[error("{mission} was performed under the lease {lease}, which no attempt has")]
    NoAttempt {
        /// Which.
        mission: String,
        /// The lease.
        lease: i64,
    },
    /// The program was started twice under one lease.
    #[error("{mission} was performed twice under the lease {lease}")]
    PerformedTwice {
        /// Which.
        mission: String,
        /// The lease.
        lease: i64,
    },
}

impl Violation {
    /// Whether something accepted is not there or not done, and not done twice or otherwise.
    pub(super) const fn is_loss(&self) -> bool {
        match self {
            Self::Lost(_) | Self::Unrecorded(_) | Self::Unfinished { .. } | Self::Endless(_) => {
                true
            }
            Self::EndedAgain { .. }
            | Self::BegunAgain(_)
            | Self::CreatedTwice(_)
            | Self::Gap { .. }
            | Self::Version { .. }
            | Self::Fence { .. }
            | Self::Differs { .. }
            | Self::Attempts { .. }
            | Self::NoAttempt { .. }
            | Self::PerformedTwice { .. } => false,
        }
    }
}

/// All that does not hold; nothing of a record that is whole.
#[must_use]
pub fn violations(record: &Record) -> Vec<Violation> {
    let histories = histories(record);
    let mut found = gaps(record);
    found.extend(acceptances(record, &histories));
    found.extend(created_twice(record));
    found.extend(differences(record, &histories));
    for (mission, history) in &histories {
        found.extend(history_of(mission, history));
    }
    found.extend(attempts(record));
    found.extend(performances(record));
    found
}

/// The entries of each mission, in order.
type Histories<'a> = HashMap<&'a str, Vec<&'a Change>>;

fn histories(record: &Record) -> Histories<'_> {
    let mut histories = Histories::new();
    for change in record.journal.iter().filter_map(|entry| entry.mission.as_ref()) {
        histories.entry(&change.id).or_default().push(change);
    }
    histories
}

fn gaps(record: &Record) -> Vec<Violation> {
    let pairs = record.journal.windows(2).map(|pair| (pair[0].seq, pair[1].seq));
    let gaps = pairs.filter(|(before, found)| *found != before + 1);
    gaps.map(|(before, found)| Violation::Gap { before, found }).collect()
}

fn acceptances(record: &Record, histories: &Histories<'_>) -> Vec<Violation> {
    let listed: HashMap<&str, &str> =
        record.missions.iter().map(|it| (it.id.as_str(), it.status.as_str())).collect();
    let mut found = Vec::new();
    for id in record.accepted.iter().map(|accepted| &accepted.id) {
        match listed.get(id.as_str()) {
            None => found.push(Violation::Lost(id.clone())),
            Some(&"completed") => {}
            Some(&status) => {
                found
                    .push(Violation::Unfinished { mission: id.clone(), status: status.to_owned() });
            }
        }
        match histories.get(id.as_str()) {
            None => found.push(Violation::Unrecorded(id.clone())),
            Some(history) if ends(history) == 0 => found.push(Violation::Endless(id.clone())),
            Some(_) => {}
        }
    }
    found
}

fn created_twice(record: &Record) -> Vec<Violation> {
    let mut seen = HashSet::new();
    let again = record.missions.iter().filter(|it| !seen.insert(&it.title));
    again.map(|it| Violation::CreatedTwice(it.title.clone())).collect()
}

fn differences(record: &Record, histories: &Histories<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for listed in &record.missions {
        let last = histories.get(listed.id.as_str()).and_then(|history| history.last());
        let journal = last.map_or("unknown", |change| &change.to);
        if journal != listed.status {
            found.push(Violation::Differs {
                mission: listed.id.clone(),
                journal: journal.to_owned(),
                list: listed.status.clone(),
            });
        }
    }
    found
}

fn history_of(mission: &str, history: &[&Change]) -> Vec<Violation> {
    let mission = || mission.to_owned();
    let mut found = Vec::new();
    let (mut expected, mut fence) = (1, 0);
    for change in history {
        if change.version != expected {
            let found_version = change.version;
            found.push(Violation::Version { mission: mission(), expected, found: found_version });
        }
        expected = change.version + 1;
        let least = fence + i64::from(change.event == Event::Began);
        if change.lease < least {
            found.push(Violation::Fence { mission: mission(), before: fence, found: change.lease });
        }
        fence = change.lease;
    }
    for life in history.split(|change| change.event == Event::Again) {
        let times = ends(life);
        if times > 1 {
            found.push(Violation::EndedAgain { mission: mission(), times });
        }
        let mut after = life.iter().skip_while(|change| change.event != Event::Ended);
        if after.any(|change| change.event == Event::Began) {
            found.push(Violation::BegunAgain(mission()));
        }
    }
    found
}

fn ends(history: &[&Change]) -> usize {
    history.iter().filter(|change| change.event == Event::Ended).count()
}

fn attempts(record: &Record) -> Vec<Violation> {
    let mut found = Vec::new();
    for (mission, leases) in &record.attempts {
        let (journal, listed) = (record.starts(mission), leases.len());
        if journal != listed {
            found.push(Violation::Attempts { mission: mission.clone(), journal, listed });
        }
    }
    found
}

fn performances(record: &Record) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for Line { mission, lease, .. } in record.ledger.iter().filter(|line| line.begins) {
        let known = record.attempts.get(mission).is_some_and(|leases| leases.contains(lease));
        if !known {
            found.push(Violation::NoAttempt { mission: mission.clone(), lease: *lease });
        }
        if !seen.insert((mission, lease)) {
            found.push(Violation::PerformedTwice { mission: mission.clone(), lease: *lease });
        }
    }
    found
}

#[cfg(test)]
mod tests;
