//! What a viewer wants to see.

use std::fmt;

use mission_control::JournalEntry;
use mission_control::kernel::{AgentId, Invalid, MissionId, RunId};
use mission_control::missions::{Entry, EventKind};

/// More than any screen shows at a time.
const MOST_TOPICS: usize = 100;
/// Each log that is followed is looked at every second.
const MOST_LOGS: usize = 10;

const UNKNOWN: Invalid = Invalid::new(
    "unknown_topic",
    "must be missions, agents, runs, queue, health, alerts, metrics, mission:{id}, run:{id}, \
     agent:{id}, logs:{id} or logs:{id}:{n}, separated by commas",
);

/// One subject of the journal, or beside it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Topic {
    /// Every mission.
    Missions,
    /// Every agent.
    Agents,
    /// What changes who waits and who may go.
    Queue,
    /// The counters, at most each second.
    Metrics,
    /// Runs of workflows, conditions of the service, and what they raise. There are none yet, so
    /// nothing is told of them.
    Runs,
    Health,
    Alerts,
    /// One mission.
    Mission(MissionId),
    /// The missions of one run.
    Run(RunId),
    /// One agent and what it does.
    Agent(AgentId),
    /// The lines of a mission's log behind this one.
    Logs(MissionId, i64),
}

/// What a viewer wants to see: missions and agents unless something else is said.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Topics(Vec<Topic>);

impl Default for Topics {
    fn default() -> Self {
        Self(vec![Topic::Missions, Topic::Agents])
    }
}

impl Topics {
    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        Self::of(text.split(','))
    }

    /// Those of a list of names.
    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Invalid> {
        Self::sorted(names.into_iter().map(topic).collect::<Result<_, _>>()?)
    }

    /// These and `more`.
    pub(super) fn with(&self, more: &Self) -> Result<Self, Invalid> {
        Self::sorted([self.0.as_slice(), &more.0].concat())
    }

    /// These without `fewer`; a log is meant whatever line is named.
    pub(super) fn without(&self, fewer: &Self) -> Self {
        let meant = |topic: &Topic| match topic {
            Topic::Logs(id, _) => fewer.logs().any(|(other, _)| other == *id),
            _ => fewer.has(*topic),
        };
        Self(self.0.iter().copied().filter(|topic| !meant(topic)).collect())
    }

    /// In one order and each once, so that whoever watches the same asks for the same. A log is
    /// followed once, from the first of the lines that are named.
    fn sorted(mut topics: Vec<Topic>) -> Result<Self, Invalid> {
        topics.sort_unstable();
        topics.dedup_by(|later, first| match (later, first) {
            (Topic::Logs(one, _), Topic::Logs(other, _)) => one == other,
            (later, first) => later == first,
        });
        if topics.len() > MOST_TOPICS {
            return Err(Invalid::new("too_many", "has more than 100 entries"));
        }
        let topics = Self(topics);
        if topics.logs().count() > MOST_LOGS {
            return Err(Invalid::new("too_many", "has more than 10 logs"));
        }
        Ok(topics)
    }

    /// What decides which entries are shown: those who differ in nothing else see the same.
    pub(super) fn of_the_journal(&self) -> Self {
        let (missions, agents) = (self.has(Topic::Missions), self.has(Topic::Agents));
        let tells = |topic: &Topic| match topic {
            Topic::Missions | Topic::Agents | Topic::Metrics => true,
            Topic::Queue | Topic::Mission(_) | Topic::Run(_) => !missions,
            Topic::Agent(_) => !missions || !agents,
            Topic::Runs | Topic::Health | Topic::Alerts | Topic::Logs(..) => false,
        };
        Self(self.0.iter().copied().filter(tells).collect())
    }

    /// The logs that are followed, and from which line.
    pub(super) fn logs(&self) -> impl Iterator<Item = (MissionId, i64)> {
        self.0.iter().filter_map(|topic| match topic {
            Topic::Logs(id, after) => Some((*id, *after)),
            _ => None,
        })
    }

    /// As a client names them.
    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    pub(super) fn want(&self, entry: &JournalEntry) -> bool {
        self.0.iter().any(|topic| match entry {
            JournalEntry::Mission(entry) => match topic {
                Topic::Missions => true,
                Topic::Queue => moves_the_queue(entry),
                Topic::Mission(id) => entry.mission == *id,
                Topic::Run(id) => entry.run == Some(*id),
                Topic::Agent(id) => entry.agent == Some(*id),
                Topic::Agents | Topic::Metrics => false,
                Topic::Runs | Topic::Health | Topic::Alerts | Topic::Logs(..) => false,
            },
            JournalEntry::Agent(entry) => match topic {
                Topic::Agents => true,
                Topic::Agent(id) => entry.agent == *id,
                _ => false,
            },
            JournalEntry::Removal(_) => *topic == Topic::Missions,
        })
    }

    pub(super) fn has(&self, topic: Topic) -> bool {
        self.0.contains(&topic)
    }

    pub(super) fn missions(&self) -> impl Iterator<Item = MissionId> {
        self.0.iter().filter_map(|topic| match topic {
            Topic::Mission(id) => Some(*id),
            _ => None,
        })
    }

    pub(super) fn agents(&self) -> impl Iterator<Item = AgentId> {
        self.0.iter().filter_map(|topic| match topic {
            Topic::Agent(id) => Some(*id),
            _ => None,
        })
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missions => f.write_str("missions"),
            Self::Agents => f.write_str("agents"),
            Self::Queue => f.write_str("queue"),
            Self::Metrics => f.write_str("metrics"),
            Self::Runs => f.write_str("runs"),
            Self::Health => f.write_str("health"),
            Self::Alerts => f.write_str("alerts"),
            Self::Mission(id) => write!(f, "mission:{id}"),
            Self::Run(id) => write!(f, "run:{id}"),
            Self::Agent(id) => write!(f, "agent:{id}"),
            Self::Logs(id, 0) => write!(f, "logs:{id}"),
            Self::Logs(id, after) => write!(f, "logs:{id}:{after}"),
        }
    }
}

/// Whether the progress of a mission may be told by its latest report alone.
pub(super) fn conflate(text: &str) -> Result<bool, Invalid> {
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(Invalid::new("invalid_flag", "must be 1 or 0")),
    }
}

fn topic(text: &str) -> Result<Topic, Invalid> {
    match text.split_once(':') {
        None => match text {
            "missions" => Ok(Topic::Missions),
            "agents" => Ok(Topic::Agents),
            "queue" => Ok(Topic::Queue),
            "metrics" => Ok(Topic::Metrics),
            "runs" => Ok(Topic::Runs),
            "health" => Ok(Topic::Health),
            "alerts" => Ok(Topic::Alerts),
            _ => Err(UNKNOWN),
        },
        Some(("mission", id)) => id.parse().map(Topic::Mission),
        Some(("run", id)) => id.parse().map(Topic::Run),
        Some(("agent", id)) => id.parse().map(Topic::Agent),
        Some(("logs", rest)) => {
            let (id, after) = rest.split_once(':').unwrap_or((rest, "0"));
            let after = after.parse().ok().filter(|after| *after >= 0).ok_or(UNKNOWN)?;
            Ok(Topic::Logs(id.parse()?, after))
        }
        Some(_) => Err(UNKNOWN),
    }
}

fn moves_the_queue(entry: &Entry) -> bool {
    let let_go = matches!(
        entry.event,
        EventKind::Held
            | EventKind::Approved
            | EventKind::Settled
            | EventKind::Requeued
            | EventKind::Paused
            | EventKind::Resumed
    );
    let_go || entry.from != Some(entry.to) || entry.was_priority.is_some()
}

#[cfg(test)]
mod tests {
    use super::super::protocol::tests::{agent_entry, mission_entry};
    use super::*;

    const MISSION: &str = "019126f4-5d40-7000-8000-000000000001";
    const MISSION_STEM: &str = "019126f4-5d40-7000-8000-000000000";
    const AGENT: &str = "019126f4-5d40-7000-8000-0000000000a1";

    #[test]
    fn each_topic_shows_its_own_entries() {
        let created = mission_entry(MISSION, EventKind::Created);
        let progressed = mission_entry(MISSION, EventKind::Progressed);
        let agent = agent_entry(AGENT);
        let other = MISSION.replace("001", "002");
        let table = [
            ("missions".to_owned(), [true, true, false]),
            ("agents".to_owned(), [false, false, true]),
            ("queue".to_owned(), [true, false, false]),
            (format!("mission:{MISSION}"), [true, true, false]),
            (format!("mission:{other}"), [false, false, false]),
            (format!("agent:{AGENT}"), [false, false, true]),
            (format!("queue,agent:{AGENT}"), [true, false, true]),
        ];
        for (text, expected) in table {
            let topics = Topics::parse(&text).unwrap();
            let got = [&created, &progressed, &agent].map(|entry| topics.want(entry));
            assert_eq!(got, expected, "{text}");
        }
    }

    #[test]
    fn who_watches_missions_is_told_that_old_ones_have_left() {
        let id = MISSION.parse().unwrap();
        let removal = JournalEntry::Removal(mission_control::Removal {
            at: mission_control::kernel::Timestamp::MIN,
            project: mission_control::kernel::ProjectId::default_project(),
            span: (id, id),
            counted: mission_control::missions::Totals::default(),
            standings: std::collections::BTreeMap::new(),
        });
        for (text, told) in
            [("missions", true), ("agents", false), ("queue", false), ("metrics", false)]
        {
            assert_eq!(Topics::parse(text).unwrap().want(&removal), told, "{text}");
        }
        let one = Topics::parse(&format!("mission:{MISSION}")).unwrap();
        assert!(!one.want(&removal), "whoever opens it is told that it is not there");
    }

    #[test]
    fn every_topic_is_named_as_it_was_asked_for() {
        let names = [
            "missions",
            "agents",
            "queue",
            "metrics",
            "runs",
            "health",
            "alerts",
            &format!("mission:{MISSION}"),
            &format!("run:{MISSION}"),
            &format!("agent:{AGENT}"),
            &format!("logs:{MISSION}"),
            &format!("logs:{AGENT}:17"),
        ];
        assert_eq!(Topics::of(names).unwrap().names(), names);
    }

    #[test]
    fn a_log_is_followed_once_from_the_first_line_that_is_named() {
        let one = Topics::parse(&format!("logs:{MISSION}:40")).unwrap();
        let more = Topics::parse(&format!("logs:{MISSION}:7,logs:{MISSION}:41")).unwrap();
        assert_eq!(one.with(&more).unwrap().names(), [format!("logs:{MISSION}:7")]);
    }

    #[test]
    fn who_sees_the_same_entries_watches_the_same() {
        let of_the_journal = |names: &str| Topics::parse(names).unwrap().of_the_journal();
        let mission = format!("mission:{MISSION}");
        for same in ["queue,missions", "missions,runs,alerts", &format!("missions,{mission}")] {
            assert_eq!(of_the_journal(same), of_the_journal("missions"), "{same}");
        }
        let agent = format!("agents,agent:{AGENT}");
        assert_ne!(of_the_journal(&agent), of_the_journal("agents"), "it shows its missions too");
        let logs = format!("agents,logs:{MISSION}:4");
        assert_eq!(of_the_journal(&logs), of_the_journal("agents"));
        let without = Topics::parse(&logs).unwrap();
        let without = without.without(&Topics::parse(&format!("logs:{MISSION}")).unwrap());
        assert_eq!(without.names(), ["agents"]);
    }

    #[test]
    fn what_is_no_topic_is_refused() {
        let logs = format!("logs:{MISSION}:-1");
        for text in
            ["", "mission", "missions,", "run", "mission:7", "log:1", "missions, agents", &logs]
        {
            assert!(Topics::parse(text).is_err(), "{text:?}");
        }
        let ids: Vec<String> = (0..101).map(|n| format!("mission:{MISSION_STEM}{n:03}")).collect();
        assert_eq!(Topics::parse(&ids.join(",")).unwrap_err().code, "too_many");
        assert!(Topics::parse(&ids[..100].join(",")).is_ok());
        let logs: Vec<String> = (0..11).map(|n| format!("logs:{MISSION_STEM}{n:03}")).collect();
        assert_eq!(Topics::parse(&logs.join(",")).unwrap_err().code, "too_many");
    }
}
