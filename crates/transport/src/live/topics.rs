//! What a viewer wants to see.

use mission_control::JournalEntry;
use mission_control::kernel::{AgentId, Invalid, MissionId};
use mission_control::missions::{Entry, EventKind};

/// More than any screen shows at a time.
const MOST_TOPICS: usize = 100;

const UNKNOWN: Invalid = Invalid::new(
    "unknown_topic",
    "must be missions, agents, queue, mission:{id} or agent:{id}, separated by commas",
);

/// One subject of the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Topic {
    /// Every mission.
    Missions,
    /// Every agent.
    Agents,
    /// What changes who waits and who may go.
    Queue,
    /// One mission.
    Mission(MissionId),
    /// One agent and what it does.
    Agent(AgentId),
}

/// What a viewer wants to see: missions and agents unless something else is said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Topics(Vec<Topic>);

impl Default for Topics {
    fn default() -> Self {
        Self(vec![Topic::Missions, Topic::Agents])
    }
}

impl Topics {
    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        let topics: Vec<Topic> = text.split(',').map(topic).collect::<Result<_, _>>()?;
        if topics.len() > MOST_TOPICS {
            return Err(Invalid::new("too_many", "has more than 100 entries"));
        }
        Ok(Self(topics))
    }

    pub(super) fn want(&self, entry: &JournalEntry) -> bool {
        self.0.iter().any(|topic| match entry {
            JournalEntry::Mission(entry) => match topic {
                Topic::Missions => true,
                Topic::Agents => false,
                Topic::Queue => moves_the_queue(entry),
                Topic::Mission(id) => entry.mission == *id,
                Topic::Agent(id) => entry.agent == Some(*id),
            },
            JournalEntry::Agent(entry) => match topic {
                Topic::Agents => true,
                Topic::Agent(id) => entry.agent == *id,
                Topic::Missions | Topic::Queue | Topic::Mission(_) => false,
            },
        })
    }

    pub(super) fn has(&self, topic: Topic) -> bool {
        self.0.contains(&topic)
    }

    pub(super) fn missions(&self) -> impl Iterator<Item = MissionId> {
        self.0.iter().filter_map(|topic| match topic {
            Topic::Mission(id) => Some(*id),
            Topic::Missions | Topic::Agents | Topic::Queue | Topic::Agent(_) => None,
        })
    }

    pub(super) fn agents(&self) -> impl Iterator<Item = AgentId> {
        self.0.iter().filter_map(|topic| match topic {
            Topic::Agent(id) => Some(*id),
            Topic::Missions | Topic::Agents | Topic::Queue | Topic::Mission(_) => None,
        })
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
            _ => Err(UNKNOWN),
        },
        Some(("mission", id)) => id.parse().map(Topic::Mission),
        Some(("agent", id)) => id.parse().map(Topic::Agent),
        Some(_) => Err(UNKNOWN),
    }
}

fn moves_the_queue(entry: &Entry) -> bool {
    let let_go = matches!(
        entry.event,
        EventKind::Held | EventKind::Approved | EventKind::Settled | EventKind::Requeued
    );
    let_go || entry.from != Some(entry.to) || entry.was_priority.is_some()
}

#[cfg(test)]
mod tests {
    use super::super::protocol::tests::{agent_entry, mission_entry};
    use super::*;

    const MISSION: &str = "019126f4-5d40-7000-8000-000000000001";
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
    fn what_is_no_topic_is_refused() {
        for text in ["", "mission", "missions,", "runs", "mission:7", "log:1", "missions, agents"] {
            assert!(Topics::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(Topics::parse(&["agents"; 101].join(",")).unwrap_err().code, "too_many");
    }
}
